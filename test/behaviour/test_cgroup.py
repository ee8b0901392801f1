# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The systemd-docker authors
"""The container's processes are in the unit's cgroup: those of the start, and those that join later."""

import collections
import contextlib
import os
import signal
from pathlib import Path

import pytest
from supervised import Service, assert_failed, sh
from testhost import Unit, docker, run, show, wait_until

# The container is moved, or created in the unit. Docker before 23 is not able to without Delegate=.
MIGRATE = "--cgroup-mode=migrate"
MODES = pytest.mark.parametrize("options", ["", MIGRATE], ids=["auto", "migrate"])

TEN_CHILDREN = "for i in $(seq 10); do sleep 1000 & done; echo forked; wait"


def container_processes(unit):
    """All pids of the container in any cgroup, found by its pid namespace."""
    namespace = Path(f"/proc/{unit.container_pid}/ns/pid").readlink()
    found = set()
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if (process / "ns/pid").readlink() == namespace:
                found.add(int(process.name))
        except OSError:
            pass
    return found


def wait_all_in(unit, count):
    """Within a second: users may rely on that."""

    def all_in():
        processes = container_processes(unit)
        return len(processes) >= count and processes <= unit.procs()

    wait_until(all_in, timeout=1, what=f"{count} processes of the container in the unit's cgroup")


@MODES
def test_ten_children_and_an_exec_are_in_the_units_cgroup(options):
    with Service(sh(TEN_CHILDREN), options=options) as unit:
        unit.start()
        unit.wait_line("forked")
        wait_all_in(unit, 11)
        docker("exec", "--detach", unit.name, "sleep", "1000")
        wait_all_in(unit, 12)


@MODES
def test_ten_execs_at_once(options):
    with Service("sleep 1000", options=options) as unit:
        unit.start()
        run(" & ".join(f"docker exec --detach {unit.name} sleep 1000" for _ in range(10)) + " & wait")
        wait_all_in(unit, 11)


FORK_BOMB = """
line() { i=0; while [ $i -lt 100 ]; do i=$((i+1)); if [ $((i % 10)) = 0 ]; then sleep 1000 & else sleep 0.01 & fi; done; wait; }
for n in 1 2 3 4 5; do line & done
wait
"""
# The container's own process, five lines of the script, and every tenth of their 500 processes.
FORK_BOMB_STAYS = {"sh": 1 + 5, "sleep 1000": 50}


def who_is_there(unit):
    commands = collections.Counter()
    for pid in container_processes(unit):
        with contextlib.suppress(OSError):
            words = Path(f"/proc/{pid}/cmdline").read_text().split("\0")[:-1]
            commands["sh" if words[:1] == ["sh"] else " ".join(words)] += 1
    return commands


def test_fork_bomb_during_the_move_leaves_nobody_behind():
    def others():
        pids = [int(show(name, "MainPID")["MainPID"]) for name in ("docker", "containerd", "systemd-journald", "beside")]
        return {pid: Path(f"/proc/{pid}/cgroup").read_text() for pid in pids}

    with Unit("beside", "/usr/bin/sleep 1000") as beside, Service(sh(FORK_BOMB), options=MIGRATE) as unit:
        beside.start()
        before = others()
        for _ in range(3):
            unit.start()
            wait_until(lambda: who_is_there(unit) == FORK_BOMB_STAYS, what="end of the short-lived processes")
            assert container_processes(unit) | {unit.supervisor} == unit.procs()
            assert unit.said("Failed") == []
            assert others() == before
            unit.stop()


def test_exec_with_an_answer_works():
    with Service("sleep 1000") as unit:
        unit.start()
        assert docker("exec", unit.name, "echo", "hi") == "hi"
        assert docker("exec", unit.name, "echo", "again") == "again"


@MODES
def test_containers_own_scope_is_gone(options):
    with Service("sleep 1000", options=options) as unit:
        unit.start()
        scope = f"docker-{unit.container['Id']}.scope"
        wait_until(lambda: run("systemctl", "is-active", scope, check=False).stdout != "active\n", what="end of the scope")


def test_mode_none_leaves_the_container_where_it_is():
    with Service("sleep 1000", options="--cgroup-mode=none", run="--rm --memory=64m") as unit:
        unit.start()
        container = unit.container
        # Outside of the unit's cgroup, the container cannot be the main process: systemd would not see its end.
        assert unit.procs() == {unit.supervisor} == {unit.main_pid}
        assert f"docker-{container['Id']}.scope" in Path(f"/proc/{container['State']['Pid']}/cgroup").read_text()
        assert "sleep 1000" in docker("top", unit.name)


def test_mode_none_ends_even_if_the_supervisor_is_killed():
    with Service("sleep 1000", options="--cgroup-mode=none", run="--rm --stop-timeout=1") as unit:
        unit.start()
        supervisor, container = unit.supervisor, unit.container
        os.kill(supervisor, signal.SIGKILL)
        assert unit.wait_state("failed")["Result"] == "signal"
        unit.stop(timeout=30)
        assert unit.procs() == set()
        # The container is not in the unit's cgroup, and runs on. The next start adopts it.
        unit.start()
        assert unit.container["Id"] == container["Id"] and unit.supervisor not in (None, supervisor)


@pytest.mark.parametrize("option, name", [("-m 64m", "--memory"), ("--cpuset-cpus=0", "--cpuset-cpus")])
@MODES
def test_limits_are_refused_without_delegation(options, option, name):
    with Service("sleep 1000", options=options, run=f"--rm {option}") as unit:
        assert_failed(unit.run_to_end(), 78)
        assert unit.container is None
        assert len(unit.said(f"{name} is refused in cgroup mode")) == 1


def test_one_named_hierarchy_means_the_one_there_is():
    with Service("sleep 1000", options="--cgroups name=systemd --cgroups=cpu") as unit:
        unit.start()
        assert unit.container_pid in unit.procs()

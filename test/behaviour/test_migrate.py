# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The systemd-docker authors
"""Mode migrate: what a container that is moved into its unit does not lose, and what is said of the rest."""

from pathlib import Path

import pytest
from supervised import OBEDIENT, RESTARTABLE, Service, assert_success, sh
from test_cgroup import wait_all_in
from testhost import docker, engine_version, not_here, run, wait_until

MIGRATE = "--cgroup-mode=migrate"
SOURCE = Path(__file__).with_name("chain.c")
CHAIN = Path("/run/behaviour-chain")
PRIVILEGED = not_here(engine_version() < (23,), "an engine that runs privileged containers in a test host")


def scope_folder(container):
    return Path("/sys/fs/cgroup/system.slice", f"docker-{container['Id']}.scope")


@pytest.mark.plain  # the leak checker's own calls are not in the filter
@pytest.mark.parametrize("settings, moved", [({}, False), ({"DevicePolicy": "closed"}, True)], ids=["stays", "moved"])
def test_filter_of_system_calls(settings, moved):
    """By default such a filter kills who makes another call, and bpf(2) is one."""
    with Service(sh(OBEDIENT), options=MIGRATE, run=RESTARTABLE,
                 SystemCallFilter=["@system-service", "~@privileged @resources"], **settings) as unit:
        unit.start()
        unit.wait_line("up")
        assert (unit.container_pid in unit.procs()) == moved
        assert len(unit.said("stays outside of the unit")) == (not moved)
        unit.docker_restart()
        unit.wait_line("up", 2)
        unit.stop()
        assert_success(unit.show())


def test_chains_of_forks_leave_nobody_behind():
    """Also those of docker exec: each process forks the next one and ends, faster than anybody can read their numbers."""
    run("gcc", "-static", "-O1", "-o", CHAIN, SOURCE)
    try:
        with Service("/chain 16 1000", options=MIGRATE, run=f"--rm --stop-timeout=1 --volume {CHAIN}:/chain:ro") as unit:
            unit.start()
            unit.wait_line("end", 16)
            wait_all_in(unit, 17)
            docker("exec", "--detach", unit.name, "/chain", "8", "500")
            wait_all_in(unit, 17 + 9)
            assert unit.said("Failed") == []
    finally:
        CHAIN.unlink()


def test_parent_that_was_named_is_respected():
    with Service(sh(OBEDIENT), run="--rm --cgroup-parent=behaviour.slice --memory=64m") as unit:
        unit.start()
        assert "/behaviour.slice/" in Path(f"/proc/{unit.container_pid}/cgroup").read_text()
        assert unit.said("cgroup mode ") == ["cgroup mode none: --cgroup-parent says where the container belongs."]
        unit.stop()
        assert_success(unit.show())


@PRIVILEGED
def test_cgroups_of_the_containers_own_are_left_alone():
    """A container that runs already, so that it certainly has them before it is moved."""
    script = f"mkdir /sys/fs/cgroup/own; sleep 1000 & echo $! >/sys/fs/cgroup/own/cgroup.procs; {OBEDIENT}"
    with Service("unused", options=MIGRATE, IPAddressDeny="10.11.12.13") as unit:
        docker("run", "--detach", "--privileged", "--cgroupns=private", f"--name={unit.name}", "busybox", "sh", "-c", script)
        wait_until(lambda: "up" in docker("logs", unit.name), what="the container's own cgroup")
        own = scope_folder(unit.container) / "own/cgroup.procs"
        before = own.read_text()
        assert len(before.split()) == 1
        unit.start()
        assert unit.container_pid in unit.procs()
        docker("exec", unit.name, "true")
        assert own.read_text() == before
        assert len(unit.said("has cgroups of its own")) == 1
        assert len(unit.said("IPAddressDeny= of the unit does not apply to sockets")) == 1


def test_user_without_the_right_to_move():
    """One line, however often the container is joined."""
    with Service(sh(OBEDIENT), User="nobody", SupplementaryGroups="docker") as unit:
        unit.start()
        for _ in range(3):
            docker("exec", unit.name, "true")
        assert unit.said("cgroup mode ") == ["cgroup mode none: processes can't be moved into the unit from here."]
        assert unit.said("Failed") == unit.said("outside of the unit") == []
        assert unit.main_pid == unit.supervisor
        unit.stop()
        assert_success(unit.show())

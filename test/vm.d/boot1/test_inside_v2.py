# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The systemd-docker authors
"""Mode inside where the kernel has all controllers: there, the engine's runtime and containerd's shim hand controllers on
wherever they can, and then systemd can no longer start a process in the unit. The link test_inside.py brings the ordinary tests
of the mode."""

import socket
from pathlib import Path

import pytest
from hierarchies import ROUNDS, only_v2
from supervised import OBEDIENT, Beside, Service, assert_success, sh
from test_inside import INSIDE, assert_in_place
from test_inside import pytestmark as old_engine
from testhost import CGROUP, cgroup_of, docker, inspect, run

pytestmark = [only_v2, old_engine]

# Processes that systemd starts in the unit for one job; so ROUNDS of them need a tenth as many reloads and stops.
AT_ONCE = 10


class Watch(Beside):
    """Reads the unit's cgroup: no controller is ever handed on, and no cgroup becomes threaded."""

    def __init__(self, unit):
        super().__init__()
        self.folder, self.wrong = cgroup_of(unit.name), []

    def once(self):
        try:
            handed_on = (self.folder / "cgroup.subtree_control").read_text().strip()
            types = {file.parent.name: file.read_text().strip() for file in self.folder.glob("**/cgroup.type")}
        except OSError:
            return False  # the container's cgroup went while it was read
        self.wrong += [handed_on] * bool(handed_on) + [f"{name}: {type}" for name, type in types.items() if type != "domain"]
        return True


class Execs(Beside):
    """docker exec, which fails if the container does not run at the moment."""

    pause = 1

    def __init__(self, unit):
        super().__init__()
        self.unit = unit

    def once(self):
        return run("docker", "exec", self.unit.name, "true", check=False).returncode == 0


def update(unit):
    """Only while the container runs: then the engine sets it at once, and fails. Otherwise it notes it for the next start."""
    assert run("docker", "update", "--cpu-shares=512", unit.name, check=False).returncode != 0


def test_the_kernel_has_controllers():
    assert {"cpu", "memory", "pids"} <= set((CGROUP / "cgroup.controllers").read_text().split())


class Reloads(Beside):
    """Each starts processes in the unit's own cgroup, which the kernel refuses once a controller is handed on."""

    def __init__(self, unit):
        super().__init__()
        self.unit, self.failed = unit, []

    def once(self):
        done = self.unit.systemctl("reload", check=False)
        self.failed += [done.stderr] * (done.returncode != 0)
        return AT_ONCE


@pytest.mark.timeout(3600)
def test_no_controller_is_handed_on_at_any_moment():
    with Service(sh(OBEDIENT), name="inside", options=INSIDE, ExecReload=["/bin/true"] * AT_ONCE) as unit:
        unit.start()
        unit.wait_line("up")
        restarts = 0
        with Watch(unit) as watch, Reloads(unit) as reloads, Execs(unit) as execs:
            while reloads.done < ROUNDS and not reloads.failed:
                unit.wait_restarted(unit.docker_restart())
                restarts += 1
                docker("exec", unit.name, "true")
                update(unit)
        print(f"{reloads.done} ExecReload=, {restarts} docker restart, exec and update, {execs.done} more docker exec, {watch.done} samples")
        assert reloads.failed == watch.wrong == []
        assert restarts > 1 and watch.done > 0
        assert_in_place(unit)
        run("systemctl", "set-property", "--runtime", unit.name, "MemoryMax=512M")
        run("systemctl", "daemon-reload")
        unit.systemctl("reload")
        run("systemctl", "daemon-reexec")
        unit.systemctl("reload")
        assert_in_place(unit)
        unit.stop()
        assert_success(unit.show())


@pytest.mark.timeout(3600)
def test_each_stop_command_is_started():
    with Service(sh(OBEDIENT), name="inside", options=INSIDE, ExecStop=["/bin/true"] * 10 * AT_ONCE) as unit:
        stops = 0
        while stops < ROUNDS:
            unit.start()
            unit.wait_restarted(unit.docker_restart())
            update(unit)
            with Watch(unit) as watch, Execs(unit) as execs:
                unit.stop(timeout=600)
            stops += 10 * AT_ONCE
            print(f"{stops} ExecStop=, {execs.done} docker exec, {watch.done} samples")
            assert_success(unit.show())
            assert watch.wrong == [] and watch.done > 0 and execs.done > 0


def test_limits_of_the_unit_hold_after_docker_restart():
    with Service(sh(OBEDIENT), name="inside", options=INSIDE, MemoryMax="64M", TasksMax="30", CPUQuota="50%") as unit:
        unit.start()
        unit.wait_restarted(unit.docker_restart())
        assert_in_place(unit)
        folder = cgroup_of(unit.name)
        assert (folder / "memory.max").read_text() == f"{64 << 20}\n"
        assert (folder / "pids.max").read_text() == "30\n"
        assert unit.container_pid in unit.procs()
        done = run("docker", "exec", unit.name, "sh", "-c", "for i in $(seq 60); do sleep 100 & done", check=False)
        assert done.returncode != 0 or "can't fork" in done.stderr


@pytest.mark.parametrize("volume", ["/sys/fs/cgroup:/sys/fs/cgroup:rw", "/sys/fs/cgroup:/cgroup:ro,rslave"])
def test_the_hosts_cgroups_in_a_volume(volume):
    """The file that is covered for the shim is not covered for the container, nor for anybody on the host."""
    with Service(sh(OBEDIENT), name="inside", options=INSIDE, run=f"--rm --cgroupns=host --volume {volume}") as unit:
        unit.start()
        unit.wait_line("up")
        at = volume.split(":")[1]
        inside = f"{at}/{cgroup_of(unit.name).relative_to(CGROUP)}/cgroup.subtree_control"
        mounts = docker("exec", unit.name, "cat", "/proc/self/mountinfo").splitlines()
        assert not [line for line in mounts if "subtree_control" in line]
        assert docker("exec", unit.name, "cat", inside).strip() == ""
        assert not [line for line in Path("/proc/1/mountinfo").read_text().splitlines() if "subtree_control" in line]


def answers(address):
    """Whether something there accepts a connection: what a filter drops has no answer, so this takes two seconds then."""
    try:
        socket.create_connection((address, 80), timeout=2).close()
        return True
    except TimeoutError:
        return False


def test_filter_of_addresses_holds_from_the_first_instruction():
    """A socket belongs for ever to the cgroup in which it was made, and so does its filter."""
    listen = (
        "nc -ll -p 80 -e true & until grep -qs ':0050 [0-9A-F:]* 0A' /proc/net/tcp /proc/net/tcp6; do :; done; "
        "trap 'exit 0' TERM; echo up; wait"
    )
    for settings, reached in [({}, True)] + [({"IPAddressDeny": "any"}, False)] * min(20, ROUNDS // 10):
        with Service(sh(listen), name="inside", options=INSIDE, **settings) as unit:
            unit.start()
            unit.wait_line("up")
            assert answers(inspect(unit.name)["NetworkSettings"]["IPAddress"]) == reached
            unit.stop()
            assert_success(unit.show())

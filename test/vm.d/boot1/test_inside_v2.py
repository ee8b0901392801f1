# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The systemd-docker authors
"""Mode inside where the kernel has all controllers: there, the engine's runtime and containerd's shim hand controllers on
wherever they can, and then systemd can no longer start a process in the unit. The link test_inside.py brings the ordinary tests
of the mode."""

import threading
from pathlib import Path

import pytest
from hierarchies import only_v2
from supervised import OBEDIENT, Service, assert_success, sh, started_at
from test_inside import INSIDE, assert_in_place, wait_restarted
from test_inside import pytestmark as old_engine
from testhost import CGROUP, cgroup_of, docker, run, wait_docker

pytestmark = [only_v2, old_engine]

RELOADS = 100
RESTARTS = 5


class Watch:
    """Reads the unit's cgroup again and again: no controller is ever handed on, and no cgroup becomes threaded."""

    def __init__(self, unit):
        self.folder, self.samples, self.wrong = cgroup_of(unit.name), 0, []
        self.ends = threading.Event()

    def look(self):
        handed_on = (self.folder / "cgroup.subtree_control").read_text().strip()
        types = {file.parent.name: file.read_text().strip() for file in self.folder.glob("**/cgroup.type")}
        return [handed_on] * bool(handed_on) + [f"{name}: {type}" for name, type in types.items() if type != "domain"]

    def run(self):
        while not self.ends.is_set():
            try:
                self.wrong += self.look()
                self.samples += 1
            except OSError:
                continue  # the container's cgroup went while it was read

    def __enter__(self):
        self.thread = threading.Thread(target=self.run)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.ends.set()
        self.thread.join()


def disturb(unit, ends, done):
    """What docker does with a container, beside what systemd does with the unit."""
    for n in range(RESTARTS):
        before = unit.container
        docker("restart", unit.name)
        wait_docker(unit.name, lambda now: now and started_at(now) != started_at(before) and now["State"]["Running"])
        docker("exec", unit.name, "true")
        run("docker", "update", "--cpu-shares=512", unit.name, check=False)
        done.append(n)
    ends.set()


def test_the_kernel_has_controllers():
    assert {"cpu", "memory", "pids"} <= set((CGROUP / "cgroup.controllers").read_text().split())


def test_no_controller_is_handed_on_at_any_moment():
    with Service(sh(OBEDIENT), name="inside", options=INSIDE, ExecReload="/bin/true", ExecStop="/bin/true") as unit:
        unit.start()
        unit.wait_line("up")
        ends, done, reloads = threading.Event(), [], 0
        thread = threading.Thread(target=disturb, args=(unit, ends, done))
        with Watch(unit) as watch:
            thread.start()
            while reloads < RELOADS or not ends.is_set():
                unit.systemctl("reload")
                reloads += 1
            thread.join()
        assert len(done) == RESTARTS
        assert watch.wrong == [] and watch.samples > RELOADS
        assert_in_place(unit)
        run("systemctl", "set-property", "--runtime", unit.name, "MemoryMax=512M")
        run("systemctl", "daemon-reload")
        unit.systemctl("reload")
        run("systemctl", "daemon-reexec")
        unit.systemctl("reload")
        assert_in_place(unit)
        unit.stop()
        assert_success(unit.show())


def test_limits_of_the_unit_hold_after_docker_restart():
    with Service(sh(OBEDIENT), name="inside", options=INSIDE, MemoryMax="64M", TasksMax="30", CPUQuota="50%") as unit:
        unit.start()
        before = unit.container
        docker("restart", unit.name)
        wait_restarted(unit, before)
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

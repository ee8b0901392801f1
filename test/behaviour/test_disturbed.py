# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The systemd-docker authors
"""Mode inside, disturbed where it is not expected: a supervisor that is killed while the container stands still, properties that
are set during a restart, a systemd that executes itself during a start, containers with systemd or an engine inside. No process of
a container is ever outside of the unit, the filter of devices stays, the unit ends as it should, and nothing is left."""

import contextlib
import io
import os
import signal
import tarfile
from pathlib import Path

import pytest
from supervised import OBEDIENT, Beside, Service, assert_nothing_left, assert_success, can_be_adopted, left_alone, sh
from test_inside import INSIDE, assert_in_place, path_of, top_of
from test_inside import pytestmark as old_engine
from testhost import NOT_HERE, cgroup_of, cursor, docker, run, wait_until

pytestmark = old_engine

FILTER = "mknod /node c 10 229; (: </node) 2>/dev/null && echo fuse; (: </dev/null) && echo null; rm /node"


def mount_points():
    return {line.split()[4] for line in Path("/proc/1/mountinfo").read_text().splitlines()}


def shims():
    """containerd's shims: those of a container that is gone end a little later."""
    return run("pgrep", "--full", "containerd-shim", check=False).stdout.split()


class Strays(Beside):
    """What is seen of containers, which are all pid namespaces but ours, outside of the unit."""

    pause = 0.1  # an emulated machine has other things to do

    def __init__(self, unit):
        super().__init__()
        self.below, self.host, self.seen = top_of(unit) + "/", Path("/proc/self/ns/pid").readlink(), set()

    def once(self):
        for process in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError, IndexError):  # it has ended
                if (process / "ns/pid").readlink() == self.host:
                    continue
                words = (process / "cmdline").read_text(errors="replace").split("\0")
                # What the runtime itself does in the container for docker exec, before it is the command.
                if not path_of(process.name).startswith(self.below) and words[:2] != ["runc", "init"]:
                    self.seen.add((path_of(process.name), *words))
        return True


def opened(unit):
    return docker("exec", unit.name, "sh", "-c", FILTER, check=False)


@contextlib.contextmanager
def watched(delegate, command=sh(OBEDIENT), run="--rm", image="busybox", in_place=assert_in_place, **settings):
    """A unit that runs. Checks at its end what has to be right however it was disturbed."""
    before = mount_points()
    with Service(command, name="disturbed", options=INSIDE, run=run, image=image, **{"Delegate": delegate, **settings}) as unit:
        unit.start()
        unit.wait_line("up")
        allowed = opened(unit)
        assert ("fuse" in allowed) == ("privileged" in run) and "null" in allowed
        with Strays(unit) as strays:
            yield unit
            in_place(unit)
            assert opened(unit) == allowed
            pids, folder = unit.procs(), cgroup_of(unit.name)
            unit.stop()
        assert strays.seen == set() and strays.done > 0
        assert_success(unit.show())
        assert_nothing_left(unit, *pids)
        assert not folder.exists()
        wait_until(lambda: not shims(), what="end of the shim")
        assert mount_points() == before


@pytest.fixture(params=["yes", "no"], ids=lambda value: f"delegate-{value}")
def delegate(request):
    return request.param


# ---- a supervisor that is killed while the container stands still ----------------------------------------------------


def test_killed_beside_a_paused_container_that_stays(delegate):
    if not can_be_adopted(delegate):
        pytest.skip(NOT_HERE + "the next supervisor beside a container with controllers")
    with watched(delegate, **left_alone(delegate)) as unit:
        before = unit.container_pid
        docker("pause", unit.name)
        unit.wait(lambda now: now["StatusText"].startswith("Paused"))
        unit.adopt_again()
        assert unit.container_pid == before
        unit.wait(lambda now: now["StatusText"].startswith("Paused"))
        docker("unpause", unit.name)
        unit.wait(lambda now: now["StatusText"].startswith("Running"))
        unit.wait_restarted(unit.docker_restart())


def test_killed_beside_a_paused_container_that_goes(delegate):
    with watched(delegate, KillMode="mixed") as unit:
        before = unit.container_pid
        docker("pause", unit.name)
        unit.wait(lambda now: now["StatusText"].startswith("Paused"))
        os.kill(unit.supervisor, signal.SIGKILL)
        assert unit.wait_state("failed")["Result"] == "signal"
        assert unit.procs() == set()
        since = cursor()
        unit.start()
        unit.wait_line("up", after=since)
        assert unit.container_pid != before


def test_killed_in_a_frozen_unit(delegate):
    with watched(delegate, KillMode="mixed") as unit:
        before, supervisor = unit.container_pid, unit.supervisor
        unit.systemctl("freeze")
        os.kill(supervisor, signal.SIGKILL)
        assert unit.wait_state("failed")["Result"] == "signal"
        assert unit.procs() == set()
        # systemd 257 considers it frozen, and starts no service that failed so. Where it is thawed, this changes nothing.
        unit.systemctl("reset-failed")
        since = cursor()
        unit.start()
        unit.wait_line("up", after=since)
        assert unit.container_pid != before


# ---- systemd, at the wrong moment ------------------------------------------------------------------------------------


def test_properties_are_set_during_restarts(delegate):
    with watched(delegate) as unit:
        def set_properties():
            for values in (("TasksMax=500", "MemoryMax=600M", "CPUWeight=50"), ("TasksMax=600", "MemoryMax=700M", "CPUWeight=200")):
                run("systemctl", "set-property", "--runtime", unit.name, *values)
            return True

        with Beside(set_properties, 0.5) as beside:
            for _ in range(5):
                unit.wait_restarted(unit.docker_restart())
                assert_in_place(unit)
        assert beside.done > 0


def test_systemd_is_executed_anew_during_a_start(delegate):
    with watched(delegate) as unit:
        unit.stop()
        for _ in range(5):
            since = cursor()
            unit.systemctl("start", "--no-block")  # because systemctl would lose its connection
            with Beside(lambda: run("systemctl", "daemon-reexec").returncode == 0) as beside:
                unit.wait_line("up", after=since)
            assert beside.done > 0
            unit.wait_state("active")
            assert unit.main_pid == unit.container_pid
            assert_in_place(unit)
            unit.stop()
            assert_success(unit.show())
        since = cursor()
        unit.start()
        unit.wait_line("up", after=since)


def test_containerd_is_restarted(delegate):
    with watched(delegate) as unit:
        before = unit.container_pid
        docker("exec", "--detach", unit.name, "sleep", "4711")
        for _ in range(2):
            run("systemctl", "restart", "containerd")
            wait_until(lambda: run("docker", "exec", unit.name, "true", check=False).returncode == 0, what="containerd")
            assert unit.container_pid == before
            assert_in_place(unit)
        docker("pause", unit.name)
        docker("unpause", unit.name)
        unit.wait_restarted(unit.docker_restart())


# ---- containers with cgroups of their own ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def machine():
    """An image that has the programs of this machine, and the words of `docker run` for it."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as tar:
        for name in ("bin", "sbin", "lib", "lib64"):
            link = tarfile.TarInfo(name)
            link.type, link.linkname = tarfile.SYMTYPE, f"usr/{name}"
            tar.addfile(link)
        for name in ("usr", "etc", "run", "tmp", "var", "var/lib", "proc", "sys", "dev"):
            folder = tarfile.TarInfo(name)
            folder.type, folder.mode = tarfile.DIRTYPE, 0o755
            tar.addfile(folder)
        for name in ("etc/passwd", "etc/group"):
            tar.add(f"/{name}", name)
    run("docker", "import", "-", "machine", stdin=None, input=file.getvalue(), text=False)
    yield "--rm --privileged --cgroupns=private --volume /usr:/usr:ro --volume /var/lib/docker --tmpfs /run"
    docker("rmi", "--force", "machine")


def has_own_cgroups(unit):
    """Below its own. It may hand on what it was given."""
    top, own = cgroup_of(unit.name), cgroup_of(unit.name) / unit.container["Id"]
    assert [path for path in own.iterdir() if path.is_dir()]
    assert {file.read_text() for file in top.glob("**/cgroup.type")} == {"domain\n"}
    if unit.settings["Delegate"] == "no":
        assert {file.read_text().strip() for file in top.glob("**/cgroup.subtree_control")} == {""}


def test_systemd_inside(delegate, machine):
    command = "sh -c 'echo up; exec /usr/lib/systemd/systemd --unit=basic.target'"
    with watched(delegate, command, f"{machine} --env=container=docker --stop-signal=SIGRTMIN+3", "machine", has_own_cgroups) as unit:
        def is_up():
            return run("docker", "exec", unit.name, "systemctl", "is-system-running", check=False).stdout in ("running\n", "degraded\n")

        wait_until(is_up, what="systemd in the container")
        docker("exec", unit.name, "systemd-run", "--wait", "--property=MemoryMax=100M", "true")
        unit.wait_restarted(unit.docker_restart())
        wait_until(is_up, what="systemd in the container, after a restart")
        run("systemctl", "daemon-reload")
        docker("exec", unit.name, "systemd-run", "--wait", "true")


# As in the images of Docker: its processes make way for the controllers, where there are any.
ENGINE = """
mkdir /sys/fs/cgroup/init
for pid in $(cat /sys/fs/cgroup/cgroup.procs); do echo $pid >/sys/fs/cgroup/init/cgroup.procs; done
echo up
exec dockerd --iptables=false --ip6tables=false --bridge=none --storage-driver=vfs --exec-opt=native.cgroupdriver=cgroupfs
"""


def test_engine_inside(delegate, machine):
    with watched(delegate, sh(ENGINE), machine, "machine", has_own_cgroups) as unit:
        def inner(words, check=True):
            return run("docker", "exec", unit.name, "sh", "-c", words, check=check)

        for _ in range(2):
            wait_until(lambda: inner("docker info", False).returncode == 0, what="engine in the container")
            inner("cd /usr/bin && tar -c busybox | docker import - inner")
            inner("docker run --detach --network=none --name=inner inner /busybox sleep 1000")
            assert inner("docker exec inner /busybox echo hi").stdout == "hi\n"
            inner("docker rm --force inner")
            unit.wait_restarted(unit.docker_restart())
        wait_until(lambda: inner("docker info", False).returncode == 0, what="engine in the container")

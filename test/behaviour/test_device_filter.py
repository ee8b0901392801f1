# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The systemd-docker authors
"""A container may open the devices that docker run lets it open: in each mode, its own process and docker exec, in each life, and
after another supervisor has adopted it. The devices are nodes that it makes, and nodes that its image brings."""

import contextlib
import io
import tarfile

import pytest
from supervised import RESTARTABLE, Service, assert_success, can_be_adopted, left_alone, registered_runtime, sh
from test_migrate import PRIVILEGED
from testhost import CGROUP, docker, engine_version, run, wait_until

DEVICES = {"fuse": (10, 229), "kmsg": (1, 11), "loop-control": (10, 237), "null": (1, 3), "mem": (1, 1)}
TRY = "; ".join(
    f"rm -f /tmp/{name}; mknod /tmp/{name} c {major} {minor}; "
    f"for f in /tmp/{name} /nodes/{name}; do if (: <$f) 2>/dev/null; then echo $f yes; else echo $f no; fi; done"
    for name, (major, minor) in DEVICES.items()
)
pytestmark = pytest.mark.either

# Its own process tries when it is told to.
SCRIPT = f"trap 'exit 0' TERM; trap '{TRY}; echo tried' USR1; mkdir -p /tmp; echo up; while :; do sleep 1000 & wait; done"

V2, OLD = (CGROUP / "cgroup.controllers").exists(), engine_version() < (23,)
# The words of the mode, and whether the unit has Delegate=.
MODES = {
    "none": ("--cgroup-mode=none", "no"),
    "migrate": ("--cgroup-mode=migrate", "no"),
    "delegate": ("--cgroup-mode=delegate", "yes"),
}
if V2 and not OLD:
    MODES["inside"] = ("--cgroup-mode=inside", "no")


@pytest.fixture(scope="module", autouse=True)
def way_into_the_unit():
    """With cgroup v1, the engine has the cgroup driver cgroupfs; since version 23 it knows our shim."""
    with registered_runtime() if V2 and OLD else contextlib.nullcontext():
        yield


@pytest.fixture(scope="module", autouse=True)
def image():
    """An image with nodes of devices."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as tar:
        for name, (major, minor) in DEVICES.items():
            node = tarfile.TarInfo(f"nodes/{name}")
            node.type, node.devmajor, node.devminor, node.mode = tarfile.CHRTYPE, major, minor, 0o666
            tar.addfile(node)
        recipe = b"FROM busybox\nADD nodes.tar /\n"
    context = io.BytesIO()
    with tarfile.open(fileobj=context, mode="w") as tar:
        for name, data in (("Dockerfile", recipe), ("nodes.tar", file.getvalue())):
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            tar.addfile(entry, io.BytesIO(data))
    run("docker", "build", "--quiet", "--tag=nodes", "-", stdin=None, input=context.getvalue(), text=False)
    yield
    docker("rmi", "--force", "nodes")


def tried_by_itself(name):
    """What a container's own process may open."""
    def answers():
        return docker("logs", name).splitlines()

    before = answers().count("tried")
    docker("kill", "--signal=USR1", name)
    said = wait_until(lambda: (now := answers()).count("tried") > before and now, what="answer of the container")
    return said[-1 - 2 * len(DEVICES) : -1]


def tried(name):
    """What both kinds of process may open, with the same answer."""
    answer = docker("exec", name, "sh", "-c", TRY).splitlines()
    assert len(answer) == 2 * len(DEVICES)
    assert tried_by_itself(name) == answer
    return answer


@pytest.fixture(scope="module", params=["", "--device=/dev/fuse", pytest.param("--privileged", marks=PRIVILEGED)],
                ids=["plain", "device", "privileged"])
def yardstick(request):
    """An option of docker run, and what may be opened with it."""
    docker("run", "--detach", "--name=plain", *request.param.split(), "nodes", "sh", "-c", SCRIPT)
    try:
        wait_until(lambda: "up" in docker("logs", "plain"), what="container of docker run")
        expected = tried("plain")
    finally:
        docker("rm", "--force", "plain")
    for place in ("/tmp", "/nodes"):
        assert f"{place}/null yes" in expected
        assert (f"{place}/fuse no" in expected) == (request.param == "")
    return request.param, expected


@pytest.mark.parametrize("mode", MODES)
def test_device_filter_is_that_of_docker_run(mode, yardstick):
    option, expected = yardstick
    words, delegate = MODES[mode]
    with Service(sh(SCRIPT), image="nodes", options=words, run=f"{RESTARTABLE} {option}", **left_alone(delegate)) as unit:
        unit.start()
        unit.wait_line("up")
        if mode != "none":
            wait_until(lambda: unit.container_pid in unit.procs(), what="container in the unit's cgroup")
        assert tried(unit.name) == expected
        unit.wait_restarted(unit.docker_restart())
        unit.wait_line("up", 2)
        assert tried(unit.name) == expected
        if can_be_adopted(delegate):
            since = unit.adopt_again()
            assert tried(unit.name) == expected
            unit.wait_restarted(unit.docker_restart())
            unit.wait_line("up", after=since)
            assert tried(unit.name) == expected
        assert unit.said("Failed") == unit.said("stays outside") == []
        unit.stop()
        assert_success(unit.show())

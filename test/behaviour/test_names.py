# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The systemd-docker authors
"""The name of a container that nobody has named, and names that the engine does not allow."""

import contextlib

import pytest

from supervised import OBEDIENT, PROGRAM, assert_failed, assert_success, by_hand, sh
from testhost import Unit, docker, inspect, out, run

UNITS = {
    "names-t@a.service": "names-t-a",
    "names-t@b.service": "names-t-b",
    r"names-t@srv\x2ddata.service": r"names-t-srv_x2ddata",
    "q.service": "unit-q",
}


def nameless(name, run="--rm", command=None, **settings):
    command = f"{PROGRAM} run {run} busybox {command or sh(OBEDIENT)}"
    settings = {"Type": "notify", "NotifyAccess": "all", "KillMode": "mixed", **settings}
    return Unit(name, command, **settings)


def names():
    return set(out("docker", "ps", "--all", "--format", "{{.Names}}").split())


def test_container_has_the_name_of_the_unit():
    """Also at the same time: instances of a template do not meet."""
    before = names()
    with contextlib.ExitStack() as stack:
        units = [stack.enter_context(nameless(name)) for name in UNITS]
        run("systemctl", "start", *UNITS)
        assert names() - before == set(UNITS.values())
        run("systemctl", "stop", *UNITS)
        for unit in units:
            assert_success(unit.show())
        assert names() == before


def test_without_rm_there_is_one_container():
    """It is started again, as with --name; nothing piles up."""
    before = names()
    with nameless("names.service", run="", command="true", Type="oneshot") as unit:
        unit.start()
        first = inspect("names")["Id"]
        unit.start()
        assert inspect("names")["Id"] == first
        assert names() - before == {"names"}
        assert [e["MESSAGE"] for e in unit.journal() if "leaves one more" in e["MESSAGE"]] == []


def test_container_of_a_killed_supervisor_is_adopted():
    with nameless("names.service", KillMode="process") as unit:
        unit.start()
        before = inspect("names")
        unit.kill("KILL")
        unit.wait(lambda now: now["ActiveState"] == "failed")
        unit.start()
        now = inspect("names")
        assert (now["Id"], now["State"]["StartedAt"]) == (before["Id"], before["State"]["StartedAt"])
        unit.stop()
        assert_success(unit.show())
        assert inspect("names") is None


def test_unit_with_several_containers(tmp_path):
    """Beside the main process, below a wrapper and in several lines the engine chooses, as with docker run."""
    before = names()
    one = f"{PROGRAM} run --rm busybox"
    with nameless("names.service", ExecStartPre=f"{one} true", ExecStartPost=f"{one} true") as unit:
        unit.start()
        assert names() - before == {"names"}
        unit.stop()
        assert_success(unit.show())
    script = f"{one} echo one | {one[:-7]} -i busybox cat"
    with Unit("names", "/bin/sh -c " + '"' + script + '"', Type="oneshot") as unit:
        unit.start()
        assert "one" in [e["MESSAGE"] for e in unit.journal()]
    lines = [f"{PROGRAM} run busybox echo {word}" for word in ("first", "second")]
    with Unit("names", lines, Type="oneshot") as unit:
        unit.start()
        said = [e["MESSAGE"] for e in unit.journal()]
        assert "first" in said and "second" in said
        assert len([m for m in said if "leaves one more container" in m]) == 2
    left = names() - before
    assert len(left) == 2 and "names" not in left
    docker("rm", *left)


@pytest.mark.parametrize("running", (True, False))
def test_namesake_of_somebody_else_is_left_alone(running):
    docker("run", *(["--detach"] if running else []), "--name=names", "-v", "/data", "busybox", *(("sleep", "1000") if running else ("true",)))
    try:
        before = inspect("names")
        with nameless("names.service") as unit:
            assert_failed(run_to_end(unit), 125)
            said = [e["MESSAGE"] for e in unit.journal() if "created by somebody else" in e["MESSAGE"]]
            assert said and "write --name" in said[0]
            assert inspect("names")["State"] == before["State"]
    finally:
        docker("rm", "--force", "--volumes", "names")


def run_to_end(unit):
    unit.start(check=False)
    return unit.wait(lambda now: now["ActiveState"] in ("failed", "inactive"))


@pytest.mark.parametrize(
    "name, written, cure",
    [
        ("names@a.service", "%n", "--name %p-%i"),
        ("names@a@b.service", "%i", "--name %p-%i"),
        ("names@a.service", "%N", "--name %p-%i"),
        (r"names\x2dx.service", "%N", "the unit's name"),
    ],
)
def test_name_with_a_letter_that_docker_refuses(name, written, cure):
    before = names()
    with Unit(name, f"{PROGRAM} run --rm --name {written} no-such-image:1 true", Type="notify", NotifyAccess="all", Restart="always", RestartSec="100ms", RestartPreventExitStatus="78") as unit:
        assert_failed(run_to_end(unit), 78)
        said = [e["MESSAGE"] for e in unit.journal() if "in a name" in e["MESSAGE"]]
        assert len(said) == 1 and cure in said[0]
        assert names() == before


def test_cure_works():
    with Unit("names@a.service", f"{PROGRAM} run --rm --name %p-%i busybox true", Type="notify", NotifyAccess="all") as unit:
        assert_success(run_to_end(unit))


def test_empty_name_is_none():
    """As docker has it; it is what an empty variable of the unit leaves."""
    with nameless("names.service", run="--rm --name=${NOTHING}") as unit:
        unit.start()
        assert inspect("names")
        unit.stop()
        assert_success(unit.show())


def test_by_hand_the_engine_chooses():
    before = names()
    assert by_hand("run", "busybox", "true").returncode == 0
    left = names() - before
    assert len(left) == 1 and "_" in next(iter(left))
    docker("rm", *left)
    assert by_hand("run", "--name", "a@b", "busybox", "true").returncode == 125

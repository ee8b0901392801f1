# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The systemd-docker authors
"""Whose container it is: another unit's, somebody else's, or ours; and what of it may be removed."""

import os
import signal
import subprocess

import pytest
from supervised import ADOPTED, OBEDIENT, PROGRAM, STARTED, Service, assert_failed, assert_success, by_hand, sh, wait_gone
from testhost import docker, engine_version, hold, inspect, not_here, run, wait_docker, wait_until

pytestmark = pytest.mark.either

NAME = "behaviour.service"
UPDATES = not_here(engine_version() < (23,), "a container that is not moved: docker update fails otherwise")
RM_OR_NOT = pytest.mark.parametrize("rm", ["--rm", ""])


@pytest.fixture(autouse=True)
def _tidy():
    yield
    run("docker", "rm", "--force", "--volumes", NAME, "other.service", check=False)
    docker("volume", "prune", "--force")
    run("docker", "rmi", "--force", "busybox:owner", check=False)


def other(command=sh(OBEDIENT), options="", run_options="--rm", **settings):
    """A unit of another name, for the same container."""
    unit = Service(command, name="other", options=options, **settings)
    unit.settings["ExecStart"] = f"{PROGRAM} {options} run {run_options} --name {NAME} busybox {command}"
    return unit


def foreign(*options, script="trap 'exit 0' TERM; echo up; while :; do sleep 1000 & wait; done", image="busybox"):
    docker("run", "--detach", "--name", NAME, *options, image, "sh", "-c", script)


def volume():
    (mount,) = inspect(NAME)["Mounts"]
    return mount["Name"]


def exists(name):
    return run("docker", "volume", "inspect", name, check=False).returncode == 0


# ---- another's -------------------------------------------------------------------------------------------------------


@RM_OR_NOT
@pytest.mark.parametrize("command", [sh(OBEDIENT), sh(OBEDIENT + "; exit 1")], ids=["same", "changed"])
def test_container_of_a_living_supervisor_is_refused(rm, command):
    with Service(sh(OBEDIENT), run=rm) as unit, other(command, run_options=rm) as second:
        unit.start()
        before = unit.container
        assert_failed(second.run_to_end(), 125)
        (said,) = second.said("is supervised by")
        assert f"Container {NAME} is supervised by {NAME}: use another --name" in said
        done = by_hand("run", rm or "-d", "--name", NAME, "busybox", "true")
        assert done.returncode == 125 and f"supervised by {NAME}" in done.stderr
        assert (unit.container["Id"], unit.container["State"]["StartedAt"]) == (before["Id"], before["State"]["StartedAt"])
        assert unit.show("ActiveState") == "active"
        unit.stop()
        assert_success(unit.show())
        if rm:
            second.start()
            second.stop()
            assert_success(second.show())


def test_container_of_somebody_by_hand_is_refused():
    with subprocess.Popen([PROGRAM, "run", "--rm", "--name", NAME, "busybox", "sleep", "1000"], stdin=subprocess.DEVNULL) as process:
        wait_until(lambda: (inspect(NAME) or {}).get("State", {}).get("Running"), what="container")
        with Service(sh(OBEDIENT)) as unit:
            assert_failed(unit.run_to_end(), 125)
            assert unit.said(f"is supervised by process {process.pid}, started by hand")
            assert inspect(NAME)["State"]["Running"]
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
            # A dead supervisor has nothing any more.
            unit.start()
            assert inspect(NAME)["State"]["Running"]
            unit.stop()
    assert inspect(NAME) is None


def test_adopted_container_is_of_its_unit():
    foreign("--rm")
    with Service(sh(OBEDIENT)) as unit, other() as second:
        unit.start()
        unit.wait_event(ADOPTED)
        assert_failed(second.run_to_end(), 125)
        assert second.said(f"is supervised by {NAME}")
        unit.stop()
        assert_success(unit.show())


def test_container_of_a_dead_supervisor_of_another_unit_is_adopted():
    with Service(sh(OBEDIENT), KillMode="process", options="--main-pid=supervisor") as unit, other() as second:
        unit.start()
        supervisor, before = unit.supervisor, unit.container_pid
        os.kill(supervisor, signal.SIGKILL)
        wait_gone(supervisor)
        second.start()
        second.wait_event(ADOPTED)
        assert unit.container_pid == before
        second.stop()
        assert_success(second.show())


# ---- somebody else's -------------------------------------------------------------------------------------------------


def test_paused_foreign_container_is_moved_when_it_goes_on():
    foreign()
    docker("pause", NAME)
    with Service("true", run="") as unit:
        unit.start()
        assert unit.show("StatusText").startswith("Paused")
        docker("unpause", unit.name)
        unit.wait(lambda now: int(now["MainPID"]) == unit.container_pid)
        unit.wait(lambda now: now["StatusText"].startswith("Running"))
        assert unit.container_pid in unit.procs()
        assert unit.said("stays the main process") == []
        unit.stop()
        assert_success(unit.show())


def test_volume_of_a_stopped_foreign_container_stays():
    foreign("--volume=/data")
    docker("stop", NAME)
    kept = volume()
    with Service("true") as unit:
        assert_success(unit.run_to_end())
        assert exists(kept)
        assert unit.said("was created by somebody else. It does not run, and is removed")
        assert [kept in said for said in unit.said("anonymous volumes stay")] == [True]


def test_volume_of_an_adopted_foreign_container_stays():
    foreign("--volume=/data")
    kept = volume()
    with Service(sh(OBEDIENT)) as unit:
        unit.start()
        unit.wait_event(ADOPTED)
        assert unit.said("was created by somebody else. It is used with the options that it has")
        unit.stop()
        assert_success(unit.show())
        assert unit.container is None and exists(kept)


def test_volume_of_a_unit_that_gets_rm_later_stays():
    with Service("true", run="--volume=/data") as unit:
        assert_success(unit.run_to_end())
        kept = volume()
        unit.write(ExecStart=unit.settings["ExecStart"].replace(" run ", " run --rm "))
        assert_success(unit.run_to_end())
        assert unit.container is None and exists(kept)


def test_volume_of_a_container_with_rm_goes():
    with Service(sh(OBEDIENT), run="--rm --volume=/data") as unit:
        unit.start()
        gone = volume()
        unit.stop()
        assert not exists(gone)


@RM_OR_NOT
def test_image_of_an_adopted_container(rm):
    docker("tag", "busybox", "busybox:owner")
    foreign(image="busybox:owner")
    docker("tag", "nginx", "busybox:owner")
    with Service(sh(OBEDIENT), run=rm, image="busybox:owner") as unit:
        unit.start()
        assert unit.said("and not from the image busybox:owner of the unit")
        unit.stop()
        assert_success(unit.show())


def test_labels_of_an_image_are_not_ours():
    labels = (f"--change=LABEL systemd-docker.{key}={value}" for key, value in (("request", "0" * 32), ("unit", NAME), ("user", '""')))
    docker("commit", *labels, docker("create", "busybox"), "busybox:owner")
    foreign("--volume=/data", image="busybox:owner")
    before, kept = inspect(NAME)["Id"], volume()
    with Service(sh(OBEDIENT), image="busybox:owner") as unit:
        unit.start()
        assert unit.container["Id"] == before
        assert unit.said("was created by somebody else")
        unit.stop()
        assert exists(kept)
        # Our own containers of that image have our own labels.
        unit.start()
        assert unit.container["Config"]["Labels"]["systemd-docker.request"] != "0" * 32
        unit.stop()


def test_image_that_was_committed_from_our_container():
    """It has all labels of that container, and the unit uses it from then on."""
    docker("tag", "busybox", "busybox:owner")
    with Service(sh(OBEDIENT), run="", image="busybox:owner") as unit:
        unit.settings["ExecStart"] = unit.settings["ExecStart"].replace("--name %n ", "")
        unit.write()
        for _ in range(2):
            unit.start()
            docker("commit", "behaviour", "busybox:owner")
            unit.stop()
            docker("rm", "behaviour")
        unit.start()
        unit.stop()
        before = inspect("behaviour")["Id"]
        unit.start()
        assert inspect("behaviour")["Id"] == before
        assert [part for part in ("somebody else", "stale") if unit.said(part)] == []
        unit.stop()
        assert_success(unit.show())


def test_stopped_container_of_such_an_image_is_left_alone():
    with Service(sh(OBEDIENT), name="owner") as unit:
        unit.start()
        docker("commit", unit.name, "busybox:owner")
        unit.stop()
        docker("create", "--name", "owner", "busybox:owner")
        before = inspect("owner")["Id"]
        unit.write(ExecStart=unit.settings["ExecStart"].replace("--name %n ", ""))
        assert_failed(unit.run_to_end(), 125)
        assert unit.said("Container owner was created by somebody else. It only has the name")
        assert inspect("owner")["Id"] == before


@pytest.mark.parametrize("rm", ["", "--rm"], ids=["kept", "removed"])
def test_stopped_container_of_another_unit(rm):
    """It was created without --rm, so it may have data."""
    with other("true", run_options="--label=old") as gone:
        assert_success(gone.run_to_end())
        before = inspect(NAME)["Id"]
        with Service("true", run=rm) as unit:
            assert_success(unit.run_to_end())
            (said,) = unit.said("was created for other.service")
            assert ("is removed, because there is --rm" if rm else "is kept, because there is no --rm") in said
            assert (inspect(NAME) or {"Id": None})["Id"] == (None if rm else before)


# ---- what the engine would do ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("running", [True, False], ids=["adopted", "started"])
def test_restart_policy_of_a_container_that_is_used(running):
    foreign("--restart=always")
    if not running:
        docker("stop", NAME)
    with Service(sh(OBEDIENT), run="--stop-timeout=5") as unit:
        unit.start()
        unit.wait_event(ADOPTED if running else STARTED)
        assert unit.said("would have restarted container")
        assert unit.container["HostConfig"]["RestartPolicy"]["Name"] == "no"
        run("docker", "exec", NAME, "kill", "-TERM", "1", check=False)
        assert_success(unit.wait_state("inactive"))
        assert not unit.container["State"]["Running"]


def no_policy(container):
    return container and container["HostConfig"]["RestartPolicy"]["Name"] == "no"


@UPDATES
def test_restart_policy_that_others_set_later():
    with Service(sh("trap 'exit 3' TERM; " + OBEDIENT.split("; ", 1)[1]), run="") as unit:
        unit.start()
        docker("update", "--restart=always", unit.name)
        wait_docker(unit.name, no_policy)
        unit.wait_said("would have restarted container")
        docker("exec", unit.name, "kill", "-TERM", "1", check=False)
        assert_failed(unit.wait_state("failed"), 3)
        assert len(unit.said("would have restarted container")) == 1
        # Nor does an engine that comes back start it.
        run("systemctl", "restart", "docker")
        assert not unit.container["State"]["Running"]


@UPDATES
def test_restart_policy_that_was_set_unseen():
    with Service(sh(OBEDIENT), run="") as unit:
        unit.start()
        supervisor = unit.supervisor
        hold(supervisor)
        docker("update", "--restart=always", unit.name)
        run("systemctl", "restart", "docker")
        os.kill(supervisor, signal.SIGCONT)
        wait_docker(unit.name, no_policy)
        unit.stop()
        assert_success(unit.show())


def test_image_of_a_container_that_is_kept():
    docker("tag", "busybox", "busybox:owner")
    with Service("true", run="", image="busybox:owner") as unit:
        assert_success(unit.run_to_end())
        before = unit.container["Id"]
        assert unit.said("is stale") == []
        docker("tag", "nginx", "busybox:owner")
        assert_success(unit.run_to_end())
        assert unit.container["Id"] == before
        assert unit.said("is stale: busybox:owner is another image now")

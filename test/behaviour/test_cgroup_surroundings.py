# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The systemd-docker authors
"""The ways into the unit's cgroup of special units: hardened, oddly named, or with other processes in the cgroup."""

import os
import signal
from pathlib import Path

import pytest
from supervised import OBEDIENT, PROGRAM, Service, assert_failed, assert_success, registered_runtime, sh, started_at
from testhost import CGROUP, Unit, cgroup_of, docker, engine_version, inspect, not_here, systemd_version, wait_docker, wait_until


@pytest.fixture(scope="module", autouse=True)
def runtime():
    with registered_runtime():
        yield


def path_of(pid):
    return Path(f"/proc/{pid}/cgroup").read_text().split("0::")[1].splitlines()[0]


def top_of(unit):
    return "/" + str(cgroup_of(unit.name).relative_to(CGROUP))


HARDENED = [
    # The settings, why the mode is not delegate, and whether the container can be moved.
    pytest.param({"ProtectControlGroups": "yes"}, "processes can't be moved into the unit", False, id="read-only"),
    pytest.param({"ProtectControlGroups": "private"}, "no cgroup of a unit is seen from here", False, id="hidden",
                 marks=not_here(systemd_version() < 257, "ProtectControlGroups=private")),
    pytest.param({"ProtectSystem": "strict"}, "/run/systemd-docker-runtime can't be written", True, id="strict"),
]


@pytest.mark.parametrize("settings, why, moved", HARDENED)
def test_hardened_unit_says_why_it_can_not_be(settings, why, moved):
    with Service(sh(OBEDIENT), Delegate="yes", **settings) as unit:
        unit.start()
        (line,) = unit.said("cgroup mode ")
        assert line.startswith(f"cgroup mode {'migrate' if moved else 'none'}: ") and why in line
        if moved:
            assert path_of(unit.container_pid).startswith(top_of(unit))
            assert unit.said("not made in the unit's cgroup") == unit.said("Failed") == []
        else:
            # The unit does not end without the container: the supervisor is the main process.
            assert f"docker-{unit.container['Id']}.scope" in path_of(unit.container_pid)
            assert unit.said("stays outside of the unit") == []
            assert unit.main_pid == unit.supervisor
        unit.stop()
        assert_success(unit.show())
        # It is an error if mode delegate was requested, or if the container has limits that would have no effect.
        # What is known without the engine is the unit's own mistake.
        refused = 78 if "no cgroup" in why else 125
        limited = ("run --rm -m 64m", 78) if moved else ("--cgroup-mode=inside run --rm", refused)
        for change, status in (("--cgroup-mode=delegate run --rm", refused), limited):
            unit.change("run --rm", change)
            assert_failed(unit.run_to_end(), status)
            assert unit.container is None
            unit.change(change, "run --rm")


@pytest.mark.parametrize("name", [r"behaviour-a\x2db@1.service", "cpu.service"])
def test_names_that_systemd_writes_otherwise(name):
    with Unit(name, f"{PROGRAM} run --rm --name behaviour-odd busybox {sh(OBEDIENT)}",
              Type="notify", NotifyAccess="all", Delegate="memory", Slice="behaviour-x.slice") as unit:
        unit.start()
        container = inspect("behaviour-odd")
        assert path_of(unit.main_pid) == f"{top_of(unit)}/{container['Id']}" and "/behaviour-x.slice/" in top_of(unit)
        assert unit.main_pid == container["State"]["Pid"]
        unit.stop()
        # If systemd 252 reads a cgroup that is just being removed, it kills the supervisor. The engine then removes the
        # container, a little later.
        wait_until(lambda: inspect("behaviour-odd") is None, what="removal of the container")


def beside(name):
    """A container for one of the unit's other commands. It runs until the test has seen it."""
    return f"{PROGRAM} run --rm --name behaviour-{name} busybox {sh(f'echo {name}; sleep 0.2')}"


@pytest.mark.parametrize("delegate, names", [("yes", ("StartPre", "StartPost", "Reload", "StopPost")), ("no", ("StartPost",))])
def test_containers_beside_the_main_one(delegate, names):
    """They are not the main process, do not end the unit when they end, and send nothing to systemd."""
    others = {f"Exec{name}": beside(name.lower()) for name in names}
    with Service(sh(OBEDIENT), Delegate=delegate, **others) as unit:
        unit.start()
        pid = unit.container_pid
        assert unit.show("ActiveState", "MainPID") == {"ActiveState": "active", "MainPID": str(pid)}
        assert unit.show("StatusText").startswith("Running: container behaviour.service")
        if "Reload" in names:
            unit.systemctl("reload")
            assert unit.show("ActiveState", "MainPID") == {"ActiveState": "active", "MainPID": str(pid)}
        unit.stop()
        assert_success(unit.show())
        for name in map(str.lower, names):
            assert inspect(f"behaviour-{name}") is None
            assert [e["MESSAGE"] for e in unit.journal(f"SYSLOG_IDENTIFIER=behaviour-{name}")] == [name]
        assert unit.said("Failed") == [] and len(unit.said("has ended, exit status 0")) == len(names)
        moved = delegate == "no" and engine_version() < (23,)
        assert len(unit.said("cgroup mode ")) == (1 + len(names) if moved else 0)


def test_two_containers_in_one_unit(tmp_path):
    """The first container ends, whose supervisor divided the unit's cgroup. The limits of the other one must still apply."""
    command = f"{PROGRAM} --main-pid=supervisor run --rm --name behaviour-%s busybox {sh(OBEDIENT)} &\n"
    script = tmp_path / "both"
    script.write_text(
        # Both begin while the unit is being started; later, they would not belong to it.
        f"#!/bin/sh\n{command % 'one'}{command % 'two'}wait %1; touch {tmp_path}/gone; wait\n"
    )
    script.chmod(0o755)
    with Unit("behaviour-both", script, Type="notify", NotifyAccess="all", Delegate="yes") as unit:
        unit.start()
        wait_docker("behaviour-one", lambda now: now and now["State"]["Running"])
        container = wait_docker("behaviour-two", lambda now: now and now["State"]["Running"])
        docker("stop", "behaviour-one")
        wait_until((tmp_path / "gone").exists, what="end of the first supervisor")
        assert path_of(unit.main_pid) == f"{top_of(unit)}/supervisor"
        assert path_of(container["State"]["Pid"]) == f"{top_of(unit)}/{container['Id']}"
        docker("stop", "behaviour-two")
        assert_success(unit.wait_state("inactive"))


def announcements():
    return sorted(path.name for path in Path("/run/systemd-docker-runtime/cgroups").iterdir())


def test_announcement_of_a_killed_supervisor_goes_with_the_next_start():
    with Service(sh(OBEDIENT), Delegate="yes", options="--main-pid=supervisor") as unit:
        unit.start()
        first = unit.container["Id"]
        os.kill(unit.supervisor, signal.SIGKILL)
        unit.wait_state("failed")
        assert announcements() == [first]
        with Service(sh(OBEDIENT), name="another", Delegate="yes", options="--main-pid=supervisor") as another:
            another.start()
            assert announcements() == [another.container["Id"]]
            unit.start()
            assert announcements() == sorted([another.container["Id"], unit.container["Id"]])
            assert first != unit.container["Id"]
            another.stop()
            unit.stop()
    assert announcements() == []


def test_adopted_in_the_units_cgroup_and_restarted_there():
    """After a supervisor was killed."""
    with Service(sh(OBEDIENT), Delegate="yes", KillMode="process") as unit:
        unit.start()
        unit.wait_line("up")
        before = unit.container
        place = path_of(before["State"]["Pid"])
        assert place == f"{top_of(unit)}/{before['Id']}"
        since = unit.adopt_again()
        assert unit.container_pid == before["State"]["Pid"] and path_of(unit.container_pid) == place
        docker("restart", unit.name)
        wait_docker(unit.name, lambda now: started_at(now) != started_at(before) and now["State"]["Running"])
        unit.wait_line("up", after=since)
        assert path_of(unit.container_pid) == place
        assert unit.said("not made in the unit's cgroup") == []
        unit.stop()
        assert unit.container is None

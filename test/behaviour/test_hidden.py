# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The systemd-docker authors
"""Units whose settings hide systemd from us. What is unknown of the unit is neither yes nor no."""

import pytest
from supervised import OBEDIENT, PROGRAM, Service, assert_failed, assert_success, sh
from testhost import Unit, docker, not_here, run, systemd_version

pytestmark = pytest.mark.either

ASKED = "/run/systemd/private"
HEARD = "/run/systemd/notify"
HIDDEN = {
    "inaccessible": {"InaccessiblePaths": f"{ASKED} /run/dbus/system_bus_socket"},
    "empty": {"TemporaryFileSystem": "/run", "BindPaths": f"/run/docker.sock {HEARD}"},
}
HINTS = ["NotifyAccess=all", "KillMode=mixed", "ExitType=cgroup", "would end"]


@pytest.mark.parametrize("how", HIDDEN)
def test_nothing_is_said_that_is_not_known(how):
    """What the hints ask for is in the unit, or may be."""
    with Service(sh(OBEDIENT.replace("TERM", "QUIT")), run="--rm --stop-signal QUIT", KillMode="mixed", **HIDDEN[how]) as unit:
        unit.start()
        (line,) = unit.said("stays the main process")
        assert "systemd can't be asked about the unit" in line
        assert [hint for hint in HINTS if unit.said(hint)] == []
        assert unit.main_pid == unit.supervisor
        unit.stop()
        assert_success(unit.show())


def test_cure_of_the_message():
    shown = {**HIDDEN["empty"], "BindPaths": f"/run/docker.sock {HEARD} {ASKED}"}
    with Service(sh(OBEDIENT), **shown) as unit:
        unit.start()
        assert unit.main_pid == unit.container_pid
        assert unit.said("stays the main process") == []
        unit.stop()
        assert_success(unit.show())


def test_stop_that_takes_longer_than_an_unknown_limit():
    slow = "trap 'sleep 4; exit 0' TERM; echo up; while :; do sleep 1000 & wait; done"
    with Service(sh(slow), run="--rm --stop-timeout 60", TimeoutStopSec="2s", KillMode="mixed", **HIDDEN["inaccessible"]) as unit:
        unit.start()
        unit.wait_line("up")
        unit.stop()
        assert_success(unit.show())


def test_reload_of_an_unknown_unit():
    """It may be Type=notify-reload: then the container hears of the reload from nobody else."""
    script = "trap 'echo again' HUP; trap 'exit 0' TERM; echo up; while :; do sleep 1000 & wait; done"
    with Service(sh(script), KillMode="mixed", **HIDDEN["inaccessible"]) as unit:
        unit.start()
        unit.wait_line("up")
        unit.kill("HUP")
        unit.wait_line("again")
        assert unit.said("is not passed on") == []
        unit.stop()
        assert_success(unit.show())


def test_messages_that_systemd_does_not_get():
    hidden = {"TemporaryFileSystem": "/run", "BindPaths": "/run/docker.sock"}
    with Service(sh(OBEDIENT), TimeoutStartSec="infinity", **hidden) as unit:
        run("systemctl", "start", "--no-block", unit.name)
        (entry,) = unit.wait_said("systemd will not hear of this service")
        assert f"hide {HEARD} " in entry["MESSAGE"] and "BindPaths=" in entry["MESSAGE"]
        unit.wait_journal(lambda e: e["MESSAGE"] == "up")  # by the stream: the native socket is hidden as well


@pytest.mark.parametrize("how", HIDDEN)
def test_wrapper_in_a_hidden_unit(how):
    """Whether the unit is being started is unknown, and only then could we be its service."""
    line = f"/usr/bin/timeout 300 {PROGRAM} run --rm --name %n busybox {sh('echo up; exit 3')}"
    with Unit("wrapped", line, Type="exec", NotifyAccess="all", **HIDDEN[how]) as unit:
        unit.start(check=False)
        unit.wait_state("failed")
        assert unit.show("ExecMainStatus") == "3"
        said = [e["MESSAGE"] for e in unit.journal()]
        assert [m for m in said if "systemd can't be asked whether this is a service" in m] and "up" in said


@not_here(systemd_version() < 257, "PrivatePIDs=")
def test_pids_that_mean_nothing_here():
    """In a pid namespace of our own, the engine's pids are nobody's: the container is not dead because of that."""
    with Service(sh(OBEDIENT), PrivatePIDs="yes") as unit:
        unit.start()
        unit.wait_line("up")
        unit.wait_said("supervising it through the engine only")
        docker("exec", unit.name, "true")
        docker("kill", unit.name)
        assert_failed(unit.wait_state("failed"), 137)
        assert unit.container is None

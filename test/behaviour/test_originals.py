# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The systemd-docker authors
"""The units in the READMEs of the original programs: `-- --rm --name %n busybox ping localhost` and `run --rm --name %n nginx`."""

import os
import signal
import time
from pathlib import Path

import pytest
from supervised import PROGRAM, Example, Service, assert_nothing_left, assert_success, registered_runtime, sh, wait_gone
from testhost import Unit, cgroup_of, cgroup_procs, hold, inspect, out, run, show

README = {
    "Type": "notify",
    "NotifyAccess": "all",
    "Restart": "always",
    "RestartSec": "10s",
    "TimeoutStartSec": "120",
    "TimeoutStopSec": "15",
}


class Original(Service):
    """A unit with a complete ExecStart=."""

    def __init__(self, name, exec_start, **settings):
        Unit.__init__(self, name, exec_start, **{**README, **settings})


def busybox(name="busybox", stop="--stop-timeout 1", **settings):
    exec_start = f"{PROGRAM} -- {stop} --rm --name %n busybox ping localhost"
    return Original(name, exec_start, **{"WatchdogSec": "5s", **settings})


def nginx():
    return Original("nginx", f"{PROGRAM} run --rm --name %n nginx")


@pytest.fixture(scope="module")
def since():
    """Started before the first test of this file, and checked again at the end of the session."""
    with busybox("busybox-5s") as slow, busybox("busybox-2s", WatchdogSec="2s") as quick, Example("busybox-ping.service") as deaf:
        for unit in (slow, quick, deaf):
            unit.start()
        began = time.monotonic()
        procs = deaf.procs()
        deaf.systemctl("stop", "--no-block")
        yield {"busybox-5s": (slow, began), "busybox-2s": (quick, began), "deaf": (deaf, procs)}


@pytest.fixture(scope="module", params=[busybox, nginx])
def unit(request, since):
    with request.param() as unit:
        unit.start()
        yield unit


def test_is_active(unit):
    assert unit.show("ActiveState", "SubState", "Result") == {
        "ActiveState": "active",
        "SubState": "running",
        "Result": "success",
    }


def test_main_process_is_the_containers(unit):
    assert unit.main_pid == unit.container_pid


def test_processes_are_in_the_units_cgroup(unit):
    assert {unit.container_pid, unit.supervisor} <= unit.procs()


def test_systemctl_status_shows_the_containers_process(unit):
    status = out("systemctl", "status", "--full", "--no-pager", unit.name)
    assert f"Main PID: {unit.container_pid} (" in status
    assert f"─{unit.supervisor} " in status


def test_lines_are_in_the_units_journal(unit):
    expected = "PING localhost" if "busybox" in unit.name else "nginx: ready"
    unit.wait_journal(lambda entry: expected in str(entry["MESSAGE"]))


def test_stop_leaves_nothing(unit):
    folder, procs = cgroup_of(unit.name), unit.procs()
    unit.stop()
    assert_success(unit.show())
    assert_nothing_left(unit, *procs)
    assert not folder.exists()


def test_example_of_nginx_starts_and_stops():
    with Example("nginx.service") as unit:
        unit.start()
        # With KillMode=mixed, systemd gives the stop to the supervisor alone.
        assert unit.main_pid == unit.supervisor != unit.container_pid
        unit.stop()
        assert_success(unit.show())


def test_example_of_delegation_starts_and_stops():
    with registered_runtime(), Example("delegate.service") as unit:
        unit.start()
        folder, inside = cgroup_of(unit.name), Path(f"/proc/{unit.container_pid}/cgroup").read_text().strip()
        # Created there, in a cgroup of its own.
        assert inside.endswith(unit.container["Id"]) and unit.show("ControlGroup") in inside
        assert unit.container_pid in unit.procs()
        unit.stop()
        assert_success(unit.show())
        assert not folder.exists()


def test_example_of_reload_by_a_signal():
    with Example("reload-signal.service") as unit:
        unit.start()
        pid = unit.container_pid
        unit.systemctl("reload")
        assert unit.show("ActiveState") == "active" and unit.container_pid == pid
        unit.stop()
        assert_success(unit.show())
    # The nginx of the test host ignores the signal, so another container shows that it arrives.
    with Example("reload-signal.service") as unit:
        script = "trap 'echo reloaded' HUP; trap 'exit 0' TERM; echo up; while :; do sleep 1000 & wait; done"
        unit.change(" nginx\n", f" busybox {sh(script)}\n")
        unit.start()
        unit.wait_line("up")
        unit.systemctl("reload")
        unit.wait_line("reloaded")
        unit.stop()
        assert_success(unit.show())


def test_template_starts_and_stops():
    settings = Path("/etc/systemd-docker/behaviour.env")
    settings.parent.mkdir(exist_ok=True)
    settings.write_text("IMAGE=busybox\nCOMMAND=sleep 1000\nDOCKER_OPTIONS=--stop-timeout=1 --env A=b\n")
    name = "systemd-docker@behaviour.service"
    try:
        run("systemctl", "start", name)
        container = inspect("systemd-docker-behaviour")
        assert "A=b" in container["Config"]["Env"]
        assert container["State"]["Pid"] in cgroup_procs(name)
        run("systemctl", "stop", name)
        assert show(name, "ActiveState", "Result") == {"ActiveState": "inactive", "Result": "success"}
        assert inspect("systemd-docker-behaviour") is None
    finally:
        run("systemctl", "kill", "--signal=KILL", name, check=False)
        run("systemctl", "reset-failed", name, check=False)
        settings.unlink()


def test_every_unit_that_we_ship_is_tested_here():
    shipped = {path.name.removesuffix(".in") for path in Path(__file__).parents[2].glob("units/*.service*")}
    here = {"busybox-ping", "nginx", "systemd-docker@", "delegate", "reload-signal"}
    in_test_notify = {"reload-notify"}
    assert shipped == {f"{name}.service" for name in here | in_test_notify}


@pytest.mark.last
def test_stop_with_the_timeout_of_docker_is_a_success(since):
    # ping as PID 1 ignores SIGTERM: the engine kills it after the stop timeout of ten seconds.
    unit, procs = since["deaf"]
    assert_success(unit.wait_state("inactive"))
    assert_nothing_left(unit, *procs)


def test_frozen_supervisor_makes_systemd_restart_the_unit():
    with busybox(WatchdogSec="1s", RestartSec="100ms", TimeoutStopSec="2s") as unit:
        unit.start()
        supervisor, container = unit.supervisor, unit.container
        hold(supervisor)
        unit.wait(lambda now: now["NRestarts"] == "1" and now["ActiveState"] == "active")
        assert any("watchdog" in str(entry["MESSAGE"]).lower() for entry in unit.about())
        assert unit.supervisor not in (None, supervisor)
        assert unit.container["Id"] != container["Id"]
        assert unit.main_pid == unit.container_pid
        wait_gone(supervisor)
        wait_gone(container["State"]["Pid"])


def test_killed_supervisor_makes_systemd_restart_the_unit():
    with busybox(WatchdogSec="1s", RestartSec="100ms", TimeoutStopSec="2s") as unit:
        unit.start()
        supervisor, container = unit.supervisor, unit.container
        os.kill(supervisor, signal.SIGKILL)
        unit.wait(lambda now: now["NRestarts"] == "1" and now["ActiveState"] == "active", timeout=60)
        assert unit.container["Id"] != container["Id"]
        assert unit.supervisor


@pytest.mark.last
@pytest.mark.parametrize("name, period", [("busybox-2s", 2), ("busybox-5s", 5)])
def test_stays_active_for_ten_watchdog_periods(since, name, period):
    unit, began = since[name]
    unit.stays_active(until=began + 10 * period)
    assert unit.show("NRestarts") == "0"
    assert inspect(unit.name)["RestartCount"] == 0

# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The systemd-docker authors
"""The engine says of a container that it runs, and its process is dead: no start succeeds with nothing behind it."""

import os
import signal
import subprocess
from pathlib import Path

import pytest
from supervised import ADOPTED, MAIN_PIDS, Service, assert_success, wait_gone
from testhost import held, parent_of, run, show, wait_until

pytestmark = pytest.mark.either

# Ends with its supervisor only where somebody sees to it, so that each test decides when.
LEFT_ALONE = {"options": "--main-pid=supervisor", "KillMode": "process"}
KINDS = pytest.mark.parametrize("rm", ["--rm --stop-timeout=1", "--stop-timeout=1"], ids=["rm", "kept"])
NOTICING = "Waiting for the engine to notice"


def orphan(unit):
    """Leaves the unit's container running without supervisor; returns the engine's description of it."""
    container, supervisor = unit.container, unit.supervisor
    os.kill(supervisor, signal.SIGKILL)
    wait_gone(supervisor)
    unit.wait_state("failed")
    unit.systemctl("reset-failed")
    return container


def state_of(pid):
    """As in ps(1); "" once it is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0]
    except OSError:
        return ""


def is_running(container):
    return container and container["State"]["Running"] and state_of(container["State"]["Pid"]) not in ("", "Z")


def assert_goes_on(unit, before, rm):
    """The start has ended in a container that runs: a new one with --rm, else the same, started again."""
    assert unit.show("ActiveState") == "active"
    now = unit.container
    assert is_running(now) and unit.supervisor
    assert now["State"]["StartedAt"] != before["State"]["StartedAt"]
    assert (now["Id"] == before["Id"]) == ("--rm" not in rm.split())
    assert not unit.journal(f"MESSAGE_ID={ADOPTED}")


# The engine does not describe itself while containerd is held, and only this mode never asks it to.
HELD = LEFT_ALONE | {"options": "--main-pid=supervisor --cgroup-mode=migrate"}


def start_and(unit, then):
    """Starts it, and does this while the start waits for the engine to notice."""
    unit.systemctl("start", "--no-block")
    unit.wait(lambda now: NOTICING in now["StatusText"] or now["ActiveState"] in ("active", "failed"))
    assert NOTICING in unit.show("StatusText")
    then()
    unit.wait(lambda now: now["ActiveState"] in ("active", "failed", "inactive"))


@KINDS
def test_zombie_is_not_adopted(rm):
    """The container's process is dead, and its parent has not reaped it."""
    with Service("sleep 1000", run=rm, **LEFT_ALONE) as unit:
        unit.start()
        before = orphan(unit)
        pid = before["State"]["Pid"]
        shim = parent_of(pid)
        with held(shim):
            os.kill(pid, signal.SIGKILL)
            wait_until(lambda: state_of(pid) == "Z", what="zombie")
            start_and(unit, lambda: os.kill(shim, signal.SIGCONT))
        assert_goes_on(unit, before, rm)


@KINDS
def test_container_whose_end_is_on_its_way_to_the_engine_is_not_adopted(rm):
    containerd = int(show("containerd", "MainPID")["MainPID"])
    with Service("sleep 1000", run=rm, **HELD) as unit:
        unit.start()
        before = orphan(unit)
        with held(containerd):
            os.kill(before["State"]["Pid"], signal.SIGKILL)
            wait_gone(before["State"]["Pid"])
            start_and(unit, lambda: os.kill(containerd, signal.SIGCONT))
        assert_goes_on(unit, before, rm)


@KINDS
def test_container_whose_end_the_engine_has_missed_is_not_adopted(rm):
    """containerd was not there when it died, so that nothing ever tells the engine: it is told to look."""
    with Service("sleep 1000", run=rm, **LEFT_ALONE) as unit:
        unit.start()
        before = orphan(unit)
        run("systemctl", "stop", "containerd")
        try:
            os.kill(before["State"]["Pid"], signal.SIGKILL)
            wait_gone(before["State"]["Pid"])
        finally:
            run("systemctl", "start", "containerd")
        unit.start()
        assert_goes_on(unit, before, rm)


def test_stop_does_not_wait_for_the_engine_to_notice():
    containerd = int(show("containerd", "MainPID")["MainPID"])
    with Service("sleep 1000", run="--stop-timeout=1", **HELD) as unit:
        unit.start()
        before = orphan(unit)
        with held(containerd):
            os.kill(before["State"]["Pid"], signal.SIGKILL)
            wait_gone(before["State"]["Pid"])
            unit.systemctl("start", "--no-block")
            unit.wait(lambda now: NOTICING in now["StatusText"])
            unit.stop()
            assert_success(unit.show())


def test_stopped_process_is_not_dead():
    """One that can't do anything for now is adopted like any other."""
    with Service("sleep 1000", run="--rm --stop-timeout=1", **LEFT_ALONE) as unit:
        unit.start()
        pid = orphan(unit)["State"]["Pid"]
        with held(pid):
            unit.start()
            assert unit.journal(f"MESSAGE_ID={ADOPTED}")
        assert unit.container["State"]["Pid"] == pid


@pytest.fixture
def busy():
    burners = [subprocess.Popen(["sh", "-c", "while :; do :; done"]) for _ in range(2 * (os.cpu_count() or 1))]
    yield
    for burner in burners:
        burner.kill()
        burner.wait()


@KINDS
@pytest.mark.parametrize("main_pid", MAIN_PIDS)
def test_start_right_after_the_end_of_all(busy, rm, main_pid):
    """Supervisor and container are killed, and the unit is started again at once: whatever the engine has noticed by then."""
    unlimited = {"StartLimitIntervalSec": "0"}
    with Service("sleep 1000", run=rm, options=f"--main-pid={main_pid}", unit=unlimited, TimeoutStopSec="1s") as unit:
        unit.start()
        for _ in range(4):
            before = unit.container
            pid = before["State"]["Pid"]
            os.kill(unit.supervisor, signal.SIGKILL)
            os.kill(pid, signal.SIGKILL)
            unit.restart()
            assert unit.show("ActiveState") == "active"
            now = unit.container
            assert is_running(now) and now["State"]["Pid"] != pid

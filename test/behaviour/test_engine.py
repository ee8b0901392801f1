# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The systemd-docker authors
"""The engine is not up yet, goes away, comes back or hangs: the container runs on, and the unit knows its state."""

import contextlib
import os
import signal
import time

import pytest
from supervised import ENGINE_BACK, ENGINE_LOST, MAIN_PIDS, OBEDIENT, Service, assert_failed, assert_success, sh, wait_gone
from testhost import cursor, docker, engine_version, held, hold, not_here, run, show, wait_until

UNITS = ("docker.service", "docker.socket")


@pytest.fixture(autouse=True)
def engine():
    """The engine runs again after the test, whatever happens."""
    yield
    engine_continue()
    run("systemctl", "start", *UNITS)


def engine_pid():
    return int(show("docker.service", "MainPID")["MainPID"])


def engine_continue():
    with contextlib.suppress(ProcessLookupError):
        os.kill(engine_pid(), signal.SIGCONT)


def kernel_tells_exit_status():
    return tuple(int(n) for n in os.uname().release.split(".")[:2]) >= (6, 15)


def pid_of(unit):
    """The pid of the container, without asking the engine."""
    (pid,) = [int(word) for word in unit.show("StatusText").split()[-1:]]
    return pid


def test_engine_that_is_not_there_yet_is_waited_for():
    run("systemctl", "stop", *UNITS)
    with Service("sleep 1000", run="--rm --stop-timeout=1") as unit:
        unit.systemctl("start", "--no-block")
        unit.wait(lambda now: "engine" in now["StatusText"])
        run("systemctl", "start", *UNITS)
        unit.wait_state("active")
        assert len(unit.said("can't be reached")) == 1
        assert unit.container_pid in unit.procs()


def test_stop_while_the_engine_is_waited_for():
    run("systemctl", "stop", *UNITS)
    with Service("sleep 1000") as unit:
        unit.systemctl("start", "--no-block")
        unit.wait(lambda now: "engine" in now["StatusText"])
        unit.stop()
        assert_success(unit.show())
        run("systemctl", "start", *UNITS)


def test_engine_that_never_comes_fails_the_start_with_a_message():
    run("systemctl", "stop", *UNITS)
    with Service("sleep 1000", TimeoutStartSec="3s") as unit:
        assert_failed(unit.run_to_end(), 125)
        assert unit.said("did not answer within")
        run("systemctl", "start", *UNITS)


@pytest.mark.parametrize("rm", ["--rm", ""])
def test_engine_that_is_killed_during_a_start(rm):
    """It is waited for, and the start goes on. containerd is held, so that the engine cannot start the container before."""
    containerd = int(show("containerd", "MainPID")["MainPID"])
    with Service(sh(OBEDIENT), run=rm, options="--cgroup-mode=migrate") as unit:
        with held(containerd):
            unit.systemctl("start", "--no-block")
            unit.wait(lambda now: now["StatusText"] == "Starting the container")
            os.kill(engine_pid(), signal.SIGKILL)
            unit.wait_said("Lost the Docker engine in the middle of the start")
        unit.wait(lambda now: now["ActiveState"] in ("active", "failed"))
        assert unit.show("ActiveState", "NRestarts") == {"ActiveState": "active", "NRestarts": "0"}
        unit.wait_line("up")
        unit.stop()
        assert_success(unit.show())


@pytest.mark.parametrize("main_pid", MAIN_PIDS)
def test_restart_of_the_engine_changes_nothing(main_pid):
    script = sh(OBEDIENT.replace("exit 0", "exit 5"))
    with Service(script, options=f"--main-pid={main_pid}", run="--stop-timeout=5", WatchdogSec="2s") as unit:
        unit.start()
        unit.wait_line("up")
        before = unit.show("MainPID", "NRestarts", "InvocationID")
        here = cursor()
        run("systemctl", "restart", "docker")
        unit.wait_event(ENGINE_LOST, after=here)
        unit.wait_event(ENGINE_BACK, after=here)
        assert unit.show("MainPID", "NRestarts", "InvocationID") == before
        # The supervisor still works: processes that join are moved, and the exit status is the container's.
        docker("exec", "--detach", unit.name, "sleep", "1234")
        count = len(unit.procs())
        wait_until(lambda: len(unit.procs()) >= 4, what=f"exec in the unit's cgroup, {count} processes")
        os.kill(unit.container_pid, signal.SIGTERM)
        assert_failed(unit.wait_state("failed"), 5)


@not_here(engine_version() < (23,), "the engine kills containers with --rm when it starts")
def test_killed_engine_changes_nothing():
    with Service(sh(OBEDIENT), WatchdogSec="2s") as unit:
        unit.start()
        unit.wait_line("up")
        run("systemctl", "kill", "--signal=KILL", "docker.service")
        unit.wait_event(ENGINE_LOST)
        run("systemctl", "start", *UNITS)
        unit.wait_event(ENGINE_BACK)
        assert unit.show("ActiveState", "NRestarts") == {"ActiveState": "active", "NRestarts": "0"}
        unit.stop()
        assert_success(unit.show())
        assert unit.container is None


def test_unit_stays_active_while_the_engine_hangs():
    with Service(sh(OBEDIENT), WatchdogSec="1s") as unit:
        unit.start()
        unit.wait_line("up")
        hold(engine_pid())
        unit.stays_active(until=time.monotonic() + 4)
        engine_continue()
        docker("exec", unit.name, "true")
        unit.stop()
        assert_success(unit.show())


@pytest.mark.parametrize("main_pid", MAIN_PIDS)
def test_death_is_known_at_once_while_the_engine_hangs(main_pid):
    with Service(sh(OBEDIENT), options=f"--main-pid={main_pid}") as unit:
        unit.start()
        unit.wait_line("up")
        pid = pid_of(unit)
        hold(engine_pid())
        os.kill(pid, signal.SIGKILL)
        # Nobody but the kernel can tell it: the engine is held all the time.
        unit.wait(lambda now: now["ActiveState"] != "active" or "ended" in now["StatusText"])
        engine_continue()
        assert_failed(unit.wait_state("failed"), 137)


@not_here(not kernel_tells_exit_status(), "the kernel tells no exit status by pidfd before 6.15")
def test_exit_status_is_right_though_the_engine_is_gone():
    with Service(sh("echo up; sleep 2; exit 7"), run="") as unit:
        unit.start()
        unit.wait_line("up")
        run("systemctl", "stop", *UNITS)
        assert_failed(unit.wait_state("failed"), 7)
        run("systemctl", "start", *UNITS)


def test_stop_while_the_engine_is_gone():
    with Service(sh(OBEDIENT), options="--main-pid=supervisor", KillMode="mixed", TimeoutStopSec="30s") as unit:
        unit.start()
        unit.wait_line("up")
        pid = pid_of(unit)
        run("systemctl", "stop", *UNITS)
        began = time.monotonic()
        unit.stop(check=False)
        assert time.monotonic() - began < 20
        assert_success(unit.show())
        wait_gone(pid)
        run("systemctl", "start", *UNITS)

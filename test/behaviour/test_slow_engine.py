# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The systemd-docker authors
"""`docker restart` on a machine that is so slow that each of its steps takes longer than the supervisor waits for what is quick
elsewhere. The unit stays active: as long as the engine does not answer, it is at work."""

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest
from supervised import OBEDIENT, RESTARTABLE, Service, assert_success, sh
from testhost import engine_config, held, show

pytestmark = pytest.mark.either

SLOW = Path("/run/behaviour-slow")
RUNTIME = Path("/usr/local/bin/behaviour-slow")
# Of its first life, only the test tells the end.
STUBBORN = "trap 'echo asked; test -e /again && exit 0; touch /again' TERM; trap 'exit 0' USR1; echo up; while :; do sleep 1000 & wait; done"


@pytest.fixture
def slow_start():
    """The engine's runtime does not create a container until SLOW is gone."""
    RUNTIME.write_text(f'#!/bin/sh\ncase " $* " in *" create "*) while [ -e {SLOW} ]; do sleep 0.1; done ;; esac\nexec runc "$@"\n')
    RUNTIME.chmod(0o755)
    try:
        with engine_config(**{"runtimes": {"slow": {"path": str(RUNTIME)}}, "default-runtime": "slow"}):
            yield
    finally:
        SLOW.unlink(missing_ok=True)
        RUNTIME.unlink()


def docker_restart(unit):
    # pylint: disable-next=consider-using-with
    return subprocess.Popen(["docker", "restart", "--time=100", unit.name], stdout=subprocess.DEVNULL)


def wait_status(unit, text):
    unit.wait(lambda now: now["StatusText"].startswith(text))


@pytest.mark.parametrize("rm, seconds", [("", 6), (RESTARTABLE, 23)])
def test_start_of_a_restart_takes_its_time(slow_start, rm, seconds):
    with Service(sh(OBEDIENT), run=rm) as unit:
        unit.start()
        unit.wait_line("up")
        before = unit.container
        SLOW.touch()
        restart = docker_restart(unit)
        wait_status(unit, "Container was stopped by others")
        unit.stays_active(until=time.monotonic() + seconds)
        SLOW.unlink()
        unit.wait_restarted(before)
        assert restart.wait() == 0
        unit.wait_line("up", 2)
        unit.stop()
        assert_success(unit.show())


def test_end_in_a_restart_is_noticed_late():
    """The engine is held. A containerd that is held for so long would report the end twice, and the engine would consider the next
    life ended, also that of an ordinary container."""
    engine = int(show("docker", "MainPID")["MainPID"])
    with Service(sh(STUBBORN), run=RESTARTABLE) as unit:
        unit.start()
        unit.wait_line("up")
        before = unit.container
        restart = docker_restart(unit)
        unit.wait_line("asked")
        with held(engine):
            os.kill(before["State"]["Pid"], signal.SIGUSR1)
            wait_status(unit, "Container has ended")
            unit.stays_active(until=time.monotonic() + 13)
        unit.wait_restarted(before)
        assert restart.wait() == 0
        unit.wait_line("up", 2)
        unit.stop()
        assert_success(unit.show())

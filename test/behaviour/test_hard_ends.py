# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The systemd-docker authors
"""Ends that are easy to get wrong: an engine that stops its containers, a stop during a restart, a journal that is slower than
the container."""

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest
from supervised import OBEDIENT, Service, assert_success, sh
from testhost import docker, held, messages, run, show

pytestmark = pytest.mark.either

DAEMON_JSON = Path("/etc/docker/daemon.json")


@pytest.fixture
def engine_without_live_restore():
    """Docker without any configuration: when the engine ends, its containers end."""
    saved = DAEMON_JSON.read_text()
    DAEMON_JSON.unlink()
    run("systemctl", "restart", "docker")
    yield
    DAEMON_JSON.write_text(saved)
    run("systemctl", "restart", "docker")


def is_running(container):
    return container and container["State"]["Running"] and Path(f"/proc/{container['State']['Pid']}").exists()


def test_end_of_the_engine_is_no_docker_stop(engine_without_live_restore):
    settings = {"Restart": "on-failure", "RestartSec": "100ms"}
    with Service("sleep 1000", run="--rm --init", **settings) as unit:
        unit.start()
        run("systemctl", "restart", "docker")
        # More than one, if the next start reaches the engine that is about to end.
        unit.wait(lambda now: int(now["NRestarts"]) >= 1 and now["ActiveState"] == "active" and is_running(unit.container))
        docker("stop", unit.name)
        assert_success(unit.wait_state("inactive"))


def test_stop_in_the_middle_of_docker_restart_leaves_no_container():
    with Service(sh(OBEDIENT), run="", Environment="SYSTEMD_DOCKER_DEBUG=1") as unit:
        unit.start()
        unit.wait_line("up")
        with subprocess.Popen(["docker", "restart", unit.name], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL):
            # From the journal: the status may be over before anybody looks.
            unit.wait_said("-> lingering")
            unit.stop()
        assert unit.show("ActiveState") == "inactive"
        assert not unit.container["State"]["Running"]


def test_output_is_drained_however_long_the_journal_takes():
    journald = int(show("systemd-journald.service", "MainPID")["MainPID"])
    with Service(sh("sleep 1; seq 30000; printf last"), Type="exec") as unit:
        unit.start()
        with held(journald):
            # Longer than the supervisor waits without output.
            time.sleep(14)
        assert_success(unit.wait_state("inactive", timeout=60))
        assert messages(unit.lines()) == [*(str(n) for n in range(1, 30001)), "last"]


@pytest.mark.parametrize("signo", [signal.SIGPWR, signal.SIGIO, signal.SIGPROF, signal.SIGTSTP])
def test_no_signal_leaves_the_container_alone(signo):
    with Service(sh(OBEDIENT)) as unit:
        unit.start()
        unit.wait_line("up")
        supervisor = unit.supervisor
        os.kill(supervisor, signo)
        os.kill(supervisor, signal.SIGTERM)
        unit.wait_state("inactive")
        assert unit.container is None


def test_end_is_the_engines_end_too():
    """The kernel reports a death before the engine knows of it. After the end of the unit, `docker rm` must work."""
    containerd = int(show("containerd", "MainPID")["MainPID"])
    with Service("sleep 1000", run="--log-driver=journald", ExecStopPost="docker rm %n", Type="notify") as unit:
        unit.start()
        pid = unit.container_pid
        with held(containerd):
            os.kill(pid, signal.SIGKILL)
            unit.wait(lambda now: "Container has ended" in now["StatusText"])
            time.sleep(1)  # without the wait, the unit would have ended by now
            assert unit.show("ActiveState") == "active"
        unit.wait_state("failed")
        assert unit.show("ExecMainStatus") == "137"
        assert unit.container is None

# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The systemd-docker authors
"""An engine that an admin has stopped is not started by our connections to its socket."""

import pytest
from supervised import ENGINE_BACK, ENGINE_LOST, Service, assert_success, sh
from testhost import docker, run, show, wait_until

pytestmark = pytest.mark.either
STOPPED = "waiting until docker.service is started"
COUNTS = "trap 'echo bye; exit 0' TERM; echo up; i=0; while :; do i=$((i+1)); echo n$i; sleep 0.3 & wait $!; done"


@pytest.fixture(autouse=True)
def engine():
    """The engine runs again after the test, whatever happens."""
    yield
    run("systemctl", "start", "docker.service", "docker.socket")


def engine_state():
    return show("docker.service", "ActiveState", "NRestarts", "InvocationID", "ActiveEnterTimestampMonotonic")


def test_stopped_engine_is_not_started():
    # Without --rm: Docker 20.10 ends a container with it when it comes up again.
    with Service(sh(COUNTS), run="", WatchdogSec="20s", Environment="SYSTEMD_DOCKER_DEBUG=1") as unit:
        unit.start()
        unit.wait_line("up")
        pid = unit.container_pid
        # What needs the engine goes with it, and is not to be stopped halfway.
        wait_until(lambda: show("test-images.service", "ActiveState")["ActiveState"] != "activating", timeout=60, what="images")
        run("systemctl", "stop", "docker.service")
        unit.wait_event(ENGINE_LOST)
        unit.wait_said(STOPPED, timeout=60)
        stopped = engine_state()
        assert stopped["ActiveState"] == "inactive"
        assert show("docker.socket", "SubState")["SubState"] == "listening"
        # Some of the attempts that would have started it.
        wait_until(lambda: len(unit.said("events are not opened")) >= 3, timeout=60, what="attempts that are put off")
        assert engine_state() == stopped
        assert unit.show("ActiveState", "NRestarts") == {"ActiveState": "active", "NRestarts": "0"}
        assert len(unit.said(STOPPED)) == 1
        run("systemctl", "start", "docker.service")
        unit.wait_event(ENGINE_BACK, timeout=60)
        assert unit.container_pid == pid
        docker("exec", unit.name, "sh", "-c", "echo after >/proc/1/fd/1")
        unit.wait_line("after", timeout=60)
        unit.stop()
        assert_success(unit.show())
        lines = [line["MESSAGE"] for line in unit.lines() if line["MESSAGE"].startswith("n")]
        assert len(lines) > 3
        assert lines == [f"n{i + 1}" for i in range(len(lines))]

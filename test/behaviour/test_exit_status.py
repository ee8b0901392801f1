# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The systemd-docker authors
"""The unit's exit status is the container's, whichever process is the main process."""

import os
import signal

import pytest
from supervised import MAIN_PIDS, OBEDIENT, TOLD, Service, assert_failed, assert_success, by_hand, sh
from testhost import NOT_HERE, docker, systemd_version, wait_docker


@pytest.fixture(params=MAIN_PIDS)
def service(request):
    """Creates a Service with either main process."""
    return lambda command, options="", **more: Service(command, options=f"--main-pid={request.param} {options}", **more)


def test_exit_3_is_a_failure(service):
    with service(sh("sleep 0.5; exit 3")) as unit:
        assert_failed(unit.run_to_end(), 3)


def test_exit_3_at_once_is_a_failure(service):
    with service(sh("exit 3")) as unit:
        assert_failed(unit.run_to_end(), 3)


def test_exit_0_is_a_success_and_no_reason_to_restart(service):
    with service(sh("sleep 0.5"), Restart="on-failure", RestartSec="100ms") as unit:
        assert_success(unit.run_to_end())
        assert unit.show("NRestarts") == "0"


def test_exit_0_at_once_is_a_success(service):
    with service("true") as unit:
        unit.start()
        assert_success(unit.wait_state("inactive"))


def test_restart_on_failure_starts_it_again(service):
    with service(sh(f"{TOLD}; exit 3"), Restart="on-failure", RestartSec="100ms") as unit:
        unit.start()
        first = unit.container["Id"]
        docker("exec", unit.name, "touch", "/go")
        unit.wait(lambda now: int(now["NRestarts"]) >= 1 and now["ActiveState"] == "active")
        assert wait_docker(unit.name, bool)["Id"] != first


def test_sigkill_of_the_process_is_137(service):
    with service("sleep 1000") as unit:
        unit.start()
        os.kill(unit.container_pid, signal.SIGKILL)
        assert_failed(unit.wait_state("failed"), 137)


def test_docker_kill_is_137(service):
    with service("sleep 1000") as unit:
        unit.start()
        docker("kill", unit.name)
        assert_failed(unit.wait_state("failed"), 137)


def test_death_by_another_signal_is_128_and_its_number(service):
    # Not as PID 1 of a namespace, because PID 1 ignores signals that it sends to itself.
    with service(sh("sleep 0.5; kill -USR1 $$"), run="--rm --pid=host") as unit:
        assert_failed(unit.run_to_end(), 138)


def skip_where_the_status_is_lost(unit, status):
    """systemd 252 ignores MAINPID= once it stops a unit, so that a supervisor cannot become the main process then."""
    if status != 0 and systemd_version() < 253 and "--main-pid=container" in unit.settings["ExecStart"]:
        pytest.skip(NOT_HERE + "systemd takes no MAINPID= while it stops a unit")


@pytest.mark.parametrize(
    "on_term, status",
    [("exit 143", 0), ("exit 0", 0), ("exit 5", 5)],
    ids=["143", "0", "5"],
)
def test_exit_status_on_stop(service, on_term, status):
    with service(sh(OBEDIENT.replace("exit 0", on_term))) as unit:
        skip_where_the_status_is_lost(unit, status)
        unit.start()
        unit.wait_line("up")
        unit.stop(check=False)
        if status == 0:
            assert_success(unit.show())
        else:
            assert_failed(unit.show(), status)


def test_death_by_the_stop_signal_is_a_success(service):
    with service("sleep 1000", run="--rm --pid=host") as unit:
        unit.start()
        unit.stop()
        assert_success(unit.show())


def test_stop_of_one_that_is_deaf_to_the_stop_signal_is_a_success(service):
    with service("sleep 1000", run="--rm --stop-timeout 1") as unit:
        unit.start()
        unit.stop()
        assert_success(unit.show())


def test_stop_of_one_that_handles_the_stop_signal_but_goes_on_is_137(service):
    with service(sh("trap : TERM; echo up; while :; do sleep 0.1; done"), run="--rm --stop-timeout 1") as unit:
        skip_where_the_status_is_lost(unit, 137)
        unit.start()
        unit.wait_line("up")
        unit.stop(check=False)
        assert_failed(unit.show(), 137)


@pytest.mark.parametrize(
    "command, run, image, status",
    [
        ("/no/such/command", "--rm", "busybox", 127),
        ("/etc/passwd", "--rm", "busybox", 126),
        ("true", "--rm --pull=never", "no.such.image/at:all", 125),
        ("true", "--rm --network=no-such-network", "busybox", 125),
    ],
    ids=["not-found", "not-executable", "no-image", "refused"],
)
def test_what_docker_run_refuses_has_its_exit_status_and_one_line(command, run, image, status):
    with Service(command, run=run, image=image) as unit:
        assert_failed(unit.run_to_end(), status)
        assert unit.container is None
        assert len(unit.said("Cannot start: ")) == 1


def test_container_that_dies_before_ready_tells_its_last_ten_lines():
    with Service(sh("seq 100; exit 4"), options="--notify=healthy", run="--rm --health-cmd=true") as unit:
        assert_failed(unit.run_to_end(), 4)
        said = [e["MESSAGE"].strip() for e in unit.journal("PRIORITY=3") if e["SYSLOG_IDENTIFIER"] == "systemd-docker"]
        assert "4" in said[0]
        assert said[1:] == [str(n) for n in range(91, 101)]


@pytest.mark.parametrize("type, status", [("oneshot", 0), ("oneshot", 3), ("exec", 3), ("simple", 3)])
def test_other_types_of_unit(type, status):
    with Service(sh(f"sleep 0.2; exit {status}"), Type=type) as unit:
        state = unit.run_to_end()
        assert_failed(state, 3) if status else assert_success(state)


@pytest.mark.parametrize("status", [0, 143])
def test_by_hand_the_exit_status_is_the_containers(status):
    assert by_hand("run", "--rm", "busybox", "sh", "-c", f"exit {status}").returncode == status

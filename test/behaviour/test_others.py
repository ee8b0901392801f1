# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The systemd-docker authors
"""What others do to the container beside the unit, and signals to the unit: unit and container stay in sync."""

import os
import signal

import pytest
from supervised import EXITED, MAIN_PIDS, GOES_ON, OBEDIENT, STARTED, STOPPED, Service, assert_failed, assert_success, sh, wait_gone
from testhost import cursor, docker, messages, run, wait_until

pytestmark = pytest.mark.either

SIGNALS = "for s in HUP USR1 USR2 WINCH ALRM; do trap \"echo got $s\" $s; done; trap 'exit 0' TERM; echo up; while :; do sleep 1000 & wait; done"


@pytest.fixture(params=MAIN_PIDS)
def unit(request):
    with Service(sh(GOES_ON), options=f"--main-pid={request.param}", run="--stop-timeout=5") as unit:
        unit.start()
        unit.wait_line("up")
        yield unit


def test_docker_restart_keeps_the_unit_active(unit):
    before, invocation = unit.container_pid, unit.show("InvocationID")
    docker("restart", unit.name)
    unit.wait_event(STARTED, count=2)
    unit.wait_line("on", after=cursor())
    pid = unit.container_pid
    assert pid != before
    unit.wait(lambda now: now["ActiveState"] == "active" and now["StatusText"].endswith(f" {pid}"))
    assert unit.main_pid == (pid if "--main-pid=container" in unit.settings["ExecStart"] else unit.supervisor)
    assert pid in unit.procs()
    assert (unit.show("NRestarts"), unit.show("InvocationID")) == ("0", invocation)
    run("docker", "exec", unit.name, "kill", "-TERM", "1", check=False)
    assert_success(unit.wait_state("inactive"))


def test_docker_restart_with_rm_is_as_with_docker_run():
    # The engine removes a container with --rm after a stop, even if the stop is a part of a restart.
    with Service(sh(OBEDIENT)) as unit:
        unit.start()
        unit.wait_line("up")
        done = run("docker", "restart", unit.name, check=False)
        if done.returncode == 0 and unit.container:
            unit.wait_event(STARTED, count=2)
            assert unit.show("ActiveState") == "active"
        else:
            unit.wait_state("inactive")


def test_docker_restart_twice():
    with Service(sh(GOES_ON), run="--stop-timeout=5") as unit:
        unit.start()
        for n in (2, 3):
            docker("restart", unit.name)
            unit.wait_event(STARTED, count=n)
            unit.wait_line("on", after=cursor())
        unit.stop()
        assert_success(unit.show())


def test_docker_stop_ends_the_unit_cleanly(unit):
    docker("stop", unit.name)
    assert_success(unit.wait_state("inactive"))


def test_docker_stop_of_a_deaf_container_ends_the_unit_cleanly():
    with Service("sleep 1000", run="--rm --stop-timeout=1") as unit:
        unit.start()
        docker("stop", unit.name)
        assert_success(unit.wait_state("inactive"))


def test_docker_stop_is_no_reason_to_restart_on_failure():
    with Service(sh(OBEDIENT), Restart="on-failure", RestartSec="100ms") as unit:
        unit.start()
        unit.wait_line("up")
        docker("stop", unit.name)
        unit.wait_state("inactive")
        assert unit.show("NRestarts") == "0"


def test_docker_kill_with_another_signal_than_kill_is_128_and_its_number():
    with Service("sleep 1000", run="--rm --pid=host") as unit:
        unit.start()
        docker("kill", "--signal=USR1", unit.name)
        assert_failed(unit.wait_state("failed"), 138)


def test_docker_kill_that_does_not_kill_changes_nothing():
    with Service(sh(SIGNALS)) as unit:
        unit.start()
        unit.wait_line("up")
        docker("kill", "--signal=USR1", unit.name)
        unit.wait_line("got USR1")
        docker("exec", unit.name, "true")
        assert unit.show("ActiveState") == "active"
        unit.stop()
        assert_success(unit.show())


def test_docker_pause_shows_in_the_status():
    with Service("sleep 1000", options="--cgroup-mode=none", run="--rm --stop-timeout=1") as unit:
        unit.start()
        docker("pause", unit.name)
        unit.wait(lambda now: now["StatusText"].startswith("Paused"))
        docker("unpause", unit.name)
        unit.wait(lambda now: now["StatusText"].startswith("Running"))


def test_docker_rm_force_ends_the_unit(unit):
    docker("rm", "--force", unit.name)
    state = unit.wait(lambda now: now["ActiveState"] in ("failed", "inactive"))
    # Killed by the engine's SIGKILL, as with `docker kill`.
    assert_failed(state, 137)


def test_docker_rename_is_followed():
    with Service(sh(OBEDIENT)) as unit:
        unit.start()
        unit.wait_line("up")
        supervisor, identity = unit.supervisor, unit.container["Id"]
        try:
            docker("rename", unit.name, "another-name")
            docker("exec", "another-name", "true")
            assert unit.show("ActiveState") == "active"
            assert unit.supervisor == supervisor
            unit.stop()
            assert_success(unit.show())
            assert run("docker", "inspect", identity, check=False).returncode != 0
        finally:
            run("docker", "rm", "--force", identity, check=False)


def test_exit_is_in_the_journal_with_message_id_and_status():
    with Service(sh("sleep 0.3; exit 3")) as unit:
        unit.run_to_end()
        (entry,) = unit.wait_event(EXITED)
        assert entry["CONTAINER_EXIT_CODE"] == "3"


# ---- signals to the unit -------------------------------------------------------------------------------------------


def test_signals_to_the_supervisor_are_passed_to_the_container():
    with Service(sh(SIGNALS), options="--main-pid=supervisor") as unit:
        unit.start()
        unit.wait_line("up")
        for name in ("HUP", "USR1", "USR2", "WINCH", "ALRM"):
            os.kill(unit.supervisor, getattr(signal, f"SIG{name}"))
            unit.wait_line(f"got {name}")
        assert unit.show("ActiveState") == "active"


def test_reload_by_exec_reload_reaches_the_container_once():
    with Service(sh(SIGNALS), ExecReload="/bin/kill -HUP $MAINPID") as unit:
        unit.start()
        unit.wait_line("up")
        unit.systemctl("reload")
        unit.wait_line("got HUP")
        unit.stop()
        assert_success(unit.show())
        assert messages(unit.lines()) == ["up", "got HUP"]


def test_second_sigterm_changes_nothing():
    script = "trap 'echo term; sleep 1; echo done; exit 0' TERM; echo up; while :; do sleep 1000 & wait; done"
    with Service(sh(script), options="--main-pid=supervisor", KillMode="mixed") as unit:
        unit.start()
        unit.wait_line("up")
        supervisor = unit.supervisor
        os.kill(supervisor, signal.SIGTERM)
        unit.wait_line("term")
        os.kill(supervisor, signal.SIGTERM)
        os.kill(supervisor, signal.SIGINT)
        assert_success(unit.wait_state("inactive"))
        assert [line["MESSAGE"] for line in unit.lines()] == ["up", "term", "done"]


def test_sigterm_to_the_supervisor_alone_stops_the_container(unit):
    pid = unit.container_pid
    os.kill(unit.supervisor, signal.SIGTERM)
    assert_success(unit.wait_state("inactive"))
    wait_gone(pid)
    (entry,) = unit.wait_event(STOPPED)
    assert entry["CONTAINER_EXIT_CODE"] == "0"


def test_output_of_the_last_moment_is_there():
    script = "trap 'seq 500; printf end; exit 0' TERM; echo up; while :; do sleep 1000 & wait; done"
    # Only the engine sends a signal: one from systemd would also reach seq.
    with Service(sh(script), KillMode="mixed") as unit:
        unit.start()
        unit.wait_line("up")
        unit.stop()
        assert [line["MESSAGE"] for line in unit.lines()] == ["up"] + [str(n) for n in range(1, 501)] + ["end"]


def test_stop_longer_than_timeout_stop_is_waited_for():
    script = "trap 'sleep 4; echo done; exit 0' TERM; echo up; while :; do sleep 1000 & wait; done"
    with Service(sh(script), run="--rm --stop-timeout=20", TimeoutStopSec="2s", KillMode="mixed") as unit:
        unit.start()
        unit.wait_line("up")
        unit.stop()
        assert_success(unit.show())
        assert unit.lines()[-1]["MESSAGE"] == "done"


def test_stop_while_it_starts_leaves_nothing():
    with Service("sleep 1000", run="--rm --stop-timeout=1") as unit:
        for _ in range(3):
            unit.systemctl("start", "--no-block")
            wait_until(lambda: unit.show("ActiveState") != "inactive", what="begin of the start")
            unit.stop()
            assert unit.show("ActiveState") == "inactive"
            assert unit.container is None

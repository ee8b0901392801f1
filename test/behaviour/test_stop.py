# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The systemd-docker authors
"""A stop of the unit: each process of the container gets the signals that it is to get, once, and what systemd has asked for is
no failure."""

import contextlib
import os
import signal
from pathlib import Path

import pytest
from supervised import MAIN_PIDS, OBEDIENT, Service, assert_success, sh, wait_gone
from testhost import docker, engine_version, held, messages, not_here, run, show

pytestmark = pytest.mark.either

# The first process counts its stop signals. A second one within a second would be seen. The trap ends what is waited for: the
# signal may come between the look at $n and the wait.
COUNTS = (
    "n=0; p=; trap 'n=$((n+1)); echo term $n; kill $p 2>/dev/null' {signal}; echo up; "
    "while [ $n = 0 ]; do sleep 1000 & p=$!; [ $n != 0 ] || wait $p; done; "
    "for i in 1 2 3 4 5 6 7 8 9 10; do sleep 0.1; done; exit 0"
)
KILL_MODES = ("control-group", "mixed")
PLACES = {"in-the-unit": "", "outside": "--cgroup-mode=none"}


def stop_signals(unit):
    return [m for m in messages(unit.lines()) if m.startswith("term ")]


@pytest.mark.parametrize("kill_mode, place, main_pid", [
    ("control-group", "in-the-unit", "container"),
    ("control-group", "in-the-unit", "supervisor"),
    ("control-group", "outside", "supervisor"),
    ("mixed", "in-the-unit", "container"),
    ("process", "in-the-unit", "supervisor"),
])
def test_first_process_gets_its_stop_signal_once(kill_mode, place, main_pid):
    options = f"--main-pid={main_pid} {PLACES[place]}"
    with Service(sh(COUNTS.format(signal="TERM")), options=options, KillMode=kill_mode) as unit:
        unit.start()
        unit.wait_line("up")
        unit.stop()
        assert_success(unit.show())
        assert stop_signals(unit) == ["term 1"]
        assert unit.container is None


@pytest.mark.parametrize("before, after", [KILL_MODES, KILL_MODES[::-1]])
def test_kill_mode_that_is_changed_while_it_runs(before, after):
    """As somebody does who edits the unit: daemon-reload, and then a restart, whose stop is that of the new unit."""
    with Service(sh(COUNTS.format(signal="TERM")), KillMode=before, Environment="SYSTEMD_DOCKER_DEBUG=1") as unit:
        unit.start()
        unit.wait_line("up")
        unit.write(KillMode=after)
        unit.wait_said("has read the units again")
        if after == "mixed":
            unit.wait(lambda now: int(now["MainPID"]) == unit.supervisor)
        run("systemctl", "restart", unit.name)
        assert stop_signals(unit) == ["term 1"]
        assert len(unit.said("was stopped, exit status 0.")) == 1
        assert unit.show("NRestarts", "ActiveState", "Result") == {"NRestarts": "0", "ActiveState": "active", "Result": "success"}
        unit.stop()
        assert_success(unit.show())


@pytest.mark.parametrize("kill_mode", KILL_MODES)
def test_stop_signal_of_its_own_arrives_once(kill_mode):
    script = "trap : TERM; " + COUNTS.format(signal="USR1")
    with Service(sh(script), run="--rm --stop-signal=USR1", KillMode=kill_mode) as unit:
        unit.start()
        unit.wait_line("up")
        unit.stop()
        assert_success(unit.show())
        assert stop_signals(unit) == ["term 1"]


@pytest.mark.parametrize("kill_mode", KILL_MODES)
@pytest.mark.parametrize("setting", ["KillSignal", "RestartKillSignal"])
def test_kill_signal_of_the_unit_is_a_stop(setting, kill_mode):
    """nginx and others stop in order on SIGQUIT, so their units have KillSignal=SIGQUIT."""
    script = "trap 'echo bye; exit 0' TERM QUIT; echo up; while :; do sleep 1000 & wait; done"
    with Service(sh(script), KillMode=kill_mode, **{setting: "SIGQUIT"}) as unit:
        unit.start()
        unit.wait_line("up")
        if setting == "KillSignal":
            unit.stop()
            assert_success(unit.show())
        else:
            unit.restart()
            unit.wait_line("up", count=2)
            assert unit.show("Result", "NRestarts") == {"Result": "success", "NRestarts": "0"}
        assert messages(unit.lines()).count("bye") == 1, "it was not told to stop"


@pytest.mark.parametrize("kill_mode", ["control-group", "mixed"])
def test_sighup_that_comes_with_the_stop_signal(kill_mode):
    with Service(sh(COUNTS.format(signal="TERM")), KillMode=kill_mode, SendSIGHUP="yes") as unit:
        unit.start()
        unit.wait_line("up")
        unit.stop()
        assert unit.show("Result") == "success"


def test_stop_timeout_without_limit():
    """Longer than any limit of ours: the stop of the engine by default, and its margin."""
    script = "trap 'sleep 22; echo done; exit 0' TERM; echo up; while :; do sleep 1000 & wait; done"
    with Service(sh(script), run="--rm --stop-timeout=-1", KillMode="mixed", TimeoutStopSec="5s") as unit:
        unit.start()
        unit.wait_line("up")
        unit.stop(timeout=60)
        assert_success(unit.show())
        assert "done" in messages(unit.lines())


ENDS = ["kill {}", "kill --signal=TERM {}", "rm --force {}", "stop {}", "stop --time=0 {}"]


@pytest.mark.parametrize("end, main_pid", [(end, MAIN_PIDS[n % 2]) for n, end in enumerate(ENDS)])
def test_exec_stop_ends_the_container(end, main_pid):
    command = "/usr/bin/docker " + end.format("%n")
    with Service(sh(OBEDIENT), options=f"--main-pid={main_pid}", ExecStop=command) as unit:
        unit.start()
        unit.stop()
        assert_success(unit.show())
        unit.start()
        for _ in range(2):
            unit.restart()
        assert unit.show("ActiveState", "NRestarts") == {"ActiveState": "active", "NRestarts": "0"}


def test_kill_without_a_stop_of_the_unit_is_a_failure():
    with Service("sleep 1000") as unit:
        unit.start()
        docker("kill", unit.name)
        state = unit.wait_state("failed")
        assert state["ExecMainStatus"] == "137"


@pytest.mark.parametrize("main_pid", MAIN_PIDS)
@pytest.mark.parametrize("place", PLACES)
def test_signal_of_systemctl_kill_arrives_once(place, main_pid):
    script = "trap 'echo got USR2' USR2; trap 'exit 0' TERM; echo up; while :; do sleep 1000 & wait; done"
    with Service(sh(script), options=f"--main-pid={main_pid} {PLACES[place]}", KillMode="mixed") as unit:
        unit.start()
        unit.wait_line("up")
        unit.systemctl("kill", "--signal=USR2")
        unit.wait_line("got USR2")
        unit.stop()
        assert messages(unit.lines()).count("got USR2") == 1


def test_children_get_no_signal_but_from_the_first_process():
    """A pool of workers: the first process waits for its children, which SIGTERM would end."""
    script = (
        "trap 'echo stopping; wait; exit 0' TERM; (trap : USR1; echo works; sleep 3; echo job done) & "
        "echo up; while :; do wait; sleep 0.1; done"
    )
    with Service(sh(script), KillMode="mixed") as unit:
        unit.start()
        unit.wait_line("works")
        unit.stop()
        assert_success(unit.show())
        assert "job done" in messages(unit.lines())


def test_recommended_unit_has_one_main_process_and_says_nothing_about_it():
    with Service(sh(OBEDIENT), KillMode="mixed") as unit:
        unit.start()
        assert unit.main_pid == unit.supervisor
        assert not unit.said("main process")
        pid = unit.container_pid
        unit.stop()
        assert_success(unit.show())
        wait_gone(pid)


@contextlib.contextmanager
def broken(service, signo):
    """The service is killed or held, right before the stop."""
    pid = int(show(service, "MainPID")["MainPID"])
    try:
        with held(pid) if signo == signal.SIGSTOP else contextlib.nullcontext(os.kill(pid, signo)):
            yield
    finally:
        run("systemctl", "start", "containerd", "docker.socket", "docker")


@pytest.mark.parametrize("signo, service", [
    (signal.SIGKILL, "containerd"),
    (signal.SIGSTOP, "containerd"),
    (signal.SIGSTOP, "docker"),
    pytest.param(signal.SIGKILL, "docker",
                 marks=not_here(engine_version() < (23,), "the engine kills containers with --rm when it starts")),
])
def test_stop_without_a_working_engine(signo, service):
    """It cannot send the stop signal, and may not say so. The container is not killed instead."""
    with Service(sh(COUNTS.format(signal="TERM")), KillMode="mixed") as unit:
        unit.start()
        unit.wait_line("up")
        pid = unit.container_pid
        with broken(service, signo):
            unit.systemctl("stop", "--no-block")
            wait_gone(pid)
        unit.wait_state("inactive")
        assert_success(unit.show())
        assert len(unit.said("was stopped, exit status 0.")) == 1
        # An engine that is killed loses the lines that it has not read yet. The exit status tells of the signal.
        lost = (signo, service) == (signal.SIGKILL, "docker") and not stop_signals(unit)
        assert lost or stop_signals(unit) == ["term 1"]
        docker("rm", "--force", unit.name, check=False)


def test_stop_leaves_no_file():
    """A machine with many short-lived units would collect one for each."""
    def files():
        return {path for path in Path("/run/systemd-docker").rglob("*") if "behaviour" in path.name}
    with Service(sh(OBEDIENT), KillMode="mixed") as unit:
        before = files()
        unit.start()
        unit.wait_line("up")
        unit.stop()
        assert_success(unit.show())
        assert files() <= before


def test_container_that_is_paused_is_stopped():
    with Service(sh(COUNTS.format(signal="TERM")), KillMode="mixed", options="--cgroup-mode=none") as unit:
        unit.start()
        unit.wait_line("up")
        docker("pause", unit.name)
        unit.stop()
        assert_success(unit.show())
        assert stop_signals(unit) == ["term 1"]

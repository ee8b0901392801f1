# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The systemd-docker authors
"""Who we are: the process of a service, below a wrapper, or by hand. The environment of a service does not tell."""

import contextlib
import os
import shutil
import socket
import subprocess
import time
from pathlib import Path

import pytest
from supervised import OBEDIENT, PROGRAM, Service, assert_failed, assert_success, by_hand, quote, sh
from testhost import Unit, docker, inspect, messages, not_here, process_name, run, wait_docker, wait_journal, wait_until

pytestmark = pytest.mark.either

# As people write them. %s is the program with its arguments.
WRAPPERS = {
    "flock": "/usr/bin/flock /run/who.lock %s",
    "timeout": "/usr/bin/timeout 300 %s",
    "shell": '/bin/sh -c "%s; rc=$$?; true; exit $$rc"',
    "two": "/usr/bin/flock /run/who.lock /usr/bin/timeout 300 %s",
    "sudo": "/usr/bin/sudo %s",
}
WITH_SUDO = [pytest.param(w, marks=not_here(not shutil.which("sudo"), "no sudo")) if w == "sudo" else w for w in WRAPPERS]


def wrapped(wrapper, command, **settings):
    line = WRAPPERS[wrapper] % f"{PROGRAM} -- --rm --name %n busybox {command}"
    return Unit("wrapped", line, **{"Type": "notify", "NotifyAccess": "all", "TimeoutStopSec": "15s", **settings})


def cgroup_of(pid):
    return Path(f"/proc/{pid}/cgroup").read_text()


def container_pid(name):
    return wait_docker(name, lambda c: c and c["State"]["Running"])["State"]["Pid"]


# ---- below a wrapper -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("wrapper", WITH_SUDO)
def test_exit_status_is_the_wrappers(wrapper):
    command = "sh -c 'sleep 1; exit 3'"
    with wrapped(wrapper, command, Type="exec") as unit:
        unit.start()
        assert_failed(unit.wait_state("failed"), 3)
        assert inspect(unit.name) is None


@pytest.mark.parametrize("wrapper", [w for w in WRAPPERS if w != "sudo"])
def test_unit_that_is_started_below_a_wrapper(wrapper):
    """The container is in the unit, and makes it ready; the main process stays the wrapper."""
    with wrapped(wrapper, "sleep 1000") as unit:
        unit.start()
        pid = container_pid(unit.name)
        assert unit.name in cgroup_of(pid)
        assert unit.show("ActiveState") == "active"
        main = unit.main_pid
        assert process_name(main) != "systemd-docker"
        assert main != pid
        assert not unit.journal("SYSLOG_IDENTIFIER=systemd-docker", "PRIORITY=4")
        docker("kill", unit.name)
        assert_failed(unit.wait_state("failed"), 137)
        assert inspect(unit.name) is None


def test_restart_acts_on_the_wrappers_status():
    with wrapped("flock", "sh -c 'sleep 1; exit 3'", Restart="on-failure", RestartSec="100ms") as unit:
        unit.start(check=False)
        unit.wait(lambda now: int(now["NRestarts"]) >= 2)


def test_oneshot_below_a_shell():
    with wrapped("shell", "sh -c 'exit 3'", Type="oneshot") as unit:
        unit.start(check=False)
        assert_failed(unit.wait_state("failed"), 3)
        unit.write(ExecStart=unit.settings["ExecStart"].replace("exit 3", "exit 0"))
        unit.start()
        assert_success(unit.wait_state("inactive"))


def test_status_and_timeouts_until_the_start():
    """A container that gets ready late: longer than TimeoutStartSec=, which its health check extends."""
    health = "--health-cmd=true --health-interval=10s --health-retries=3"
    line = WRAPPERS["flock"] % f"{PROGRAM} --notify=healthy run --rm --name %n {health} busybox sleep 1000"
    with Unit("wrapped", line, Type="notify", NotifyAccess="all", TimeoutStartSec="8s", TimeoutStopSec="15s") as unit:
        unit.start()
        main = unit.main_pid
        assert process_name(main) == "flock"
        status = unit.show("StatusText")
        docker("restart", "-t", "0", unit.name)
        container_pid(unit.name)
        now = unit.show("MainPID", "StatusText", "ActiveState")
        assert now == {"MainPID": str(main), "StatusText": status, "ActiveState": "active"}


@pytest.mark.parametrize("access", ["main", "exec", "all"])
def test_start_that_systemd_does_not_hear_of(access):
    settings = {"NotifyAccess": access, "TimeoutStartSec": "infinity"}
    with wrapped("flock", sh(OBEDIENT), **settings) as unit:
        run("systemctl", "start", "--no-block", unit.name)
        if access == "all":
            unit.wait_state("active")
        else:
            wait_journal(unit.name, lambda e: "set NotifyAccess=all" in e["MESSAGE"], after=unit.cursor)
        assert len([m for m in messages(unit.journal()) if "set NotifyAccess=all" in m]) == (access != "all")


def test_environment_that_was_lost():
    with Service(sh(OBEDIENT)) as unit:
        unit.write(ExecStart=f"/usr/bin/env -i PATH=/usr/bin {unit.settings['ExecStart']}", Type="exec")
        unit.start()
        pid = container_pid(unit.name)
        wait_until(lambda: unit.name in cgroup_of(pid), what="container in the unit")
        unit.stop()
        assert unit.show("Result") == "success"


def test_notification_socket_that_was_lost():
    """The start would end with its time-out, and nobody would know why."""
    with Service(sh(OBEDIENT), TimeoutStartSec="infinity") as unit:
        unit.write(ExecStart=f"/usr/bin/env -i PATH=/usr/bin {unit.settings['ExecStart']}")
        run("systemctl", "start", "--no-block", unit.name)
        unit.wait_said("systemd waits for READY=1, and $NOTIFY_SOCKET is not set")
        unit.wait_line("up")


def test_process_beside_the_main_one():
    """ExecStartPre= and ExecStartPost= have a container each, and the unit's main process is its own."""
    first = f"{PROGRAM} run --rm --name who-pre busybox true"
    later = f"{PROGRAM} run --rm --name who-post busybox true"
    with Unit("beside", "/bin/sleep 1000", ExecStartPre=first, ExecStartPost=later, Type="exec", NotifyAccess="all") as unit:
        unit.start()
        assert process_name(unit.main_pid) == "sleep"
        assert unit.show("StatusText") == ""


# ---- by hand -------------------------------------------------------------------------------------------------------


def test_run_with_a_pipe():
    done = run("systemd-run", "--pipe", "--wait", "--quiet", PROGRAM, "run", "--rm", "busybox", "echo", "hi")
    assert done.stdout == "hi\n"


def test_exit_status_of_a_run_with_a_pipe():
    done = run("systemd-run", "--pipe", "--wait", "--quiet", PROGRAM, "run", "--rm", "busybox", "sh", "-c", "echo no >&2; exit 3", check=False)
    assert (done.returncode, done.stderr) == (3, "no\n")


def test_scope():
    words = ["systemd-run", "--scope", "--quiet", "--unit=who.scope", PROGRAM, "run", "--rm", "--name", "who", "busybox", "sh", "-c", "echo hi; sleep 1000"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout.readline() == "hi\n"
        assert "who.scope" not in cgroup_of(container_pid("who"))
        docker("rm", "-f", "who")
        assert child.wait(timeout=30) == 137


@pytest.mark.parametrize("kind", ("notify", "exec"))
def test_unit_of_somebody_else(kind):
    script = "systemd-notify --ready --status=mine; " * (kind == "notify") + f"{PROGRAM} run --rm --name who-job busybox sh -c 'sleep 1000'; touch /run/who-done; sleep 1000"
    with Unit("foreign", "/bin/sh -c " + quote(script), Type=kind, NotifyAccess="all") as unit:
        try:
            unit.start()
            main, status = unit.main_pid, unit.show("StatusText")
            pid = container_pid("who-job")
            assert "foreign" not in cgroup_of(pid)
            docker("kill", "who-job")
            wait_until(Path("/run/who-done").exists, what="end of the job")
            now = unit.show("MainPID", "StatusText", "ActiveState", "SubState")
            assert now == {"MainPID": str(main), "StatusText": status, "ActiveState": "active", "SubState": "running"}
            assert status == ("mine" if kind == "notify" else "")
        finally:
            Path("/run/who-done").unlink(missing_ok=True)


@contextlib.contextmanager
def notify_socket():
    path = "/run/who.socket"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as s:
        s.bind(path)
        try:
            yield s, {**os.environ, "NOTIFY_SOCKET": path, "INVOCATION_ID": "0" * 32, "SYSTEMD_EXEC_PID": "1", "WATCHDOG_USEC": "1000000"}
        finally:
            os.unlink(path)


def test_environment_of_a_service_is_no_service():
    """As on a console that a service has started, or in a CI runner."""
    with notify_socket() as (received, environment):
        done = by_hand("run", "--rm", "busybox", "echo", "hi", env=environment)
        assert (done.stdout, done.stderr, done.returncode) == ("hi\n", "", 0)
        received.setblocking(False)
        with pytest.raises(BlockingIOError):
            received.recv(1000)
        before = time.monotonic()
        done = by_hand("--host=unix:///no/such/socket", "run", "busybox", env=environment)
        assert done.returncode == 125
        assert time.monotonic() - before < 15


def test_end_by_hand_is_not_early():
    """Nobody waits until it is ready, unless that was requested."""
    for options, early in ((), False), (("--notify",), True):
        done = by_hand(*options, "run", "--rm", "--name", "who", "busybox", "sh", "-c", "echo hi; exit 3")
        assert (done.returncode, done.stdout) == (3, "hi\n")
        assert ("ended before it was ready" in done.stderr) == early


def test_start_of_a_type_that_does_not_wait():
    with Service(sh("exit 3"), Type="exec") as unit:
        assert_failed(unit.run_to_end(), 3)
        assert unit.said("before it was ready") == []
        assert len(unit.said("has ended, exit status 3")) == 1


def test_oom_score_by_hand_stays():
    environment = {**os.environ, "INVOCATION_ID": "0" * 32}
    with subprocess.Popen([PROGRAM, "run", "--rm", "--name", "who", "busybox", "sh", "-c", "echo up; sleep 1000"], env=environment, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout.readline() == "up\n"
        assert Path(f"/proc/{child.pid}/oom_score_adj").read_text() == Path("/proc/self/oom_score_adj").read_text()
        docker("rm", "-f", "who")
        child.wait(timeout=30)

# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The systemd-docker authors
"""Notifications from a container to systemd, over the socket that it gets with --notify and --watchdog=container."""

import contextlib
import os
import platform
import re
import signal
import threading
import time
from pathlib import Path

import pytest
from supervised import OBEDIENT, RESTARTABLE, STARTED, Example, Service, assert_failed, assert_success, registered_runtime, sh
from testhost import SANITIZED, cursor, docker, engine_config, held, inspect, not_here, run, systemd_version, wait_until

pytestmark = pytest.mark.either

SOURCE = Path(__file__).with_name("say.c")
SAY = Path("/run/behaviour-say")
FOLDER = Path("/run/systemd-docker")
VOLUME = f"-v {SAY}:/bin/say:ro"
RUN = f"--rm {VOLUME}"
WATCHDOG = "8bf07d436bef41b5865683f0e080570b"
MODES = ("migrate", "none")

# A script for PID 1 of a container: it sends READY=1, and exits with 0 at once on SIGTERM.
READY = "trap 'exit 0' TERM; say READY=1; echo up; while :; do sleep 1000 & wait; done"


@pytest.fixture(scope="module", autouse=True)
def say():
    run("gcc", "-static", "-O1", "-o", SAY, SOURCE)
    yield
    SAY.unlink()


class Notifying(Service):
    def __init__(self, command, options="--notify", run=RUN, **settings):
        super().__init__(command, options=options, run=run, **settings)

    def say(self, *words, user="root"):
        """Runs a process in the container that sends a notification and exits at once."""
        return docker("exec", "--user", user, self.name, "say", *words)

    def report_failure(self):
        """The container may be killed before this process has ended, so its result is ignored."""
        run("docker", "exec", self.name, "say", "WATCHDOG=trigger", check=False)

    def wait_status(self, text):
        return self.wait(lambda now: now["StatusText"] == text)


def fds_of(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


def memory_of(pid):
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0])


@pytest.mark.parametrize("mode", MODES)
def test_ready_of_the_container(mode):
    with Notifying(sh("while ! test -e /go; do sleep 0.05; done;" + READY), options=f"--notify --cgroup-mode={mode}") as unit:
        unit.systemctl("start", "--no-block")
        unit.wait(lambda now: "waiting for READY=1" in now["StatusText"] and "since " in now["StatusText"])
        assert unit.show("ActiveState") == "activating"
        docker("exec", unit.name, "touch", "/go")
        unit.wait_state("active")
        pid = unit.container_pid
        assert unit.main_pid == (pid if mode == "migrate" else unit.supervisor)
        assert unit.container["Config"]["Env"] == ["NOTIFY_SOCKET=/run/notify/notify.sock"]
        # Outside, only root has access. Inside, everybody can use the socket, and nobody can write to the folder.
        assert FOLDER.joinpath(unit.name).stat().st_mode & 0o777 == 0o700
        assert run("docker", "exec", unit.name, "touch", "/run/notify/x", check=False).returncode != 0
        unit.stop()
        assert_success(unit.show())
    assert not FOLDER.joinpath(unit.name, "notify").exists()


ENGINES = {
    "delegate-cgroupfs": lambda: engine_config(**{"exec-opts": ["native.cgroupdriver=cgroupfs"]}),
    "delegate-runtime": registered_runtime,
}


@pytest.fixture(params=[*MODES, *ENGINES])
def mode(request):
    """The arguments of a Service for one cgroup mode, with the engine configured for it."""
    name = request.param.split("-")[0]
    with ENGINES.get(request.param, contextlib.nullcontext)():
        yield {"options": f"--notify --cgroup-mode={name}", "Delegate": "yes" if name == "delegate" else "no"}


def test_sender_that_is_gone_at_once_is_heard_each_time(mode):
    """A hundred senders, each with another status: each status must arrive."""
    script = "say READY=1; read x; i=0; while [ $i -lt 100 ]; do i=$((i+1)); say STATUS=$i; read x; done; sleep 1000"
    pipe = Path("/run/behaviour-pipe")
    pipe.unlink(missing_ok=True)
    os.mkfifo(pipe)
    try:
        with Notifying(sh(script), run=f"-i --rm {VOLUME}", StandardInput=f"file:{pipe}", **mode) as unit:
            unit.systemctl("start", "--no-block")
            with pipe.open("w", buffering=1) as more:
                unit.wait_state("active")
                for i in range(1, 101):
                    print(file=more)
                    unit.wait_status(str(i))
    finally:
        pipe.unlink()


def test_any_user_read_only_root_and_barrier():
    with Notifying(sh(READY), run=f"--user nobody --read-only --cap-drop ALL {RUN}") as unit:
        unit.start()
        for user in ("nobody", "root", "12345:54321"):
            # As systemd-notify does: waits until all messages are received, or fails after 5 s.
            unit.say("-b", f"STATUS=of {user}", user=user)
            assert unit.show("StatusText") == f"of {user}"


def test_what_containers_may_not_say_changes_nothing():
    with Notifying(sh(READY)) as unit:
        unit.start()
        before = unit.show("MainPID", "NFileDescriptorStore", "WatchdogUSec", "NotifyAccess")
        fds = fds_of(unit.supervisor)
        unit.say("MAINPID=1", "MAINPID=1\nSTATUS=seen", "FDSTORE=1", "WATCHDOG_USEC=1000000")
        unit.wait_status("seen")
        unit.say("-x")
        unit.say("-b", "STATUS=after")
        unit.wait_status("after")
        assert unit.show(*before) == before
        assert fds_of(unit.supervisor) == fds
        assert len(unit.said("Dropped")) == 1


def test_another_container_with_the_same_folder_is_not_heard():
    with Notifying(sh(READY)) as unit:
        unit.start()
        name, environment = "behaviour-other", "NOTIFY_SOCKET=/run/notify/notify.sock"
        try:
            # The sender still runs when the supervisor looks at it.
            docker("run", "--detach", "--name", name, "--volumes-from", unit.name, "-e", environment, "busybox", "say", "-r")
            unit.wait_said("not from one of its processes")
            unit.say("-b", "STATUS=own")
            assert unit.show("StatusText") == "own"
        finally:
            docker("rm", "--force", name)


# Since 6.16, the kernel tells of a sender that is gone in which cgroup it was.
@not_here(tuple(map(int, re.findall(r"\d+", platform.release())[:2])) < (6, 16), "no pidfd of a process that is gone")
def test_another_container_is_not_heard_when_it_is_gone():
    with Notifying(sh(READY)) as unit:
        unit.start()
        with held(unit.supervisor):
            environment = "NOTIFY_SOCKET=/run/notify/notify.sock"
            docker("run", "--rm", "--volumes-from", unit.name, "-e", environment, "busybox", "say", "STATUS=evil")
            unit.say("STATUS=own")
        unit.wait_status("own")
        unit.wait_said("not from one of its processes")
        # Nor is it heard last.
        with held(unit.supervisor):
            unit.say("STATUS=again")
            docker("run", "--rm", "--volumes-from", unit.name, "-e", environment, "busybox", "say", "STATUS=evil")
        unit.wait_status("again")
        unit.say("-b", "STATUS=end")
        assert unit.show("StatusText") == "end"
        assert unit.show("ActiveState") == "active"


@pytest.mark.plain
def test_flood_leaves_the_unit_awake_and_its_memory_flat():
    with Notifying(sh(READY), WatchdogSec="10s") as unit:
        unit.start()
        unit.say("-s", "1000")
        supervisor = unit.supervisor
        before = memory_of(supervisor), fds_of(supervisor)
        flood = threading.Thread(target=unit.say, args=("-s", "50000"))
        flood.start()
        # The event loop still handles signals, the engine and its own timers.
        for _ in range(3):
            os.kill(supervisor, signal.SIGWINCH)
            docker("exec", unit.name, "true")
        flood.join()
        unit.wait_status("50000")
        # A sanitizer keeps freed memory for a while.
        assert SANITIZED or memory_of(supervisor) <= before[0] + 512
        assert fds_of(supervisor) == before[1]
        assert unit.show("ActiveState") == "active"
        unit.stop()
        assert_success(unit.show())


@not_here(systemd_version() < 253, "no Type=notify-reload")
@pytest.mark.parametrize("main_pid", ("container", "supervisor"))
def test_notify_reload(main_pid):
    with Notifying("say -r", options=f"--notify --main-pid={main_pid}", Type="notify-reload") as unit:
        unit.start()
        unit.wait_status("generation 1")
        for generation in (2, 3):
            # This returns after RELOADING=1 and READY=1, and fails after TimeoutStartSec= without them.
            unit.systemctl("reload")
            assert unit.show("ActiveState") == "active"
            unit.wait_status(f"generation {generation}")


@pytest.fixture
def application():
    """The image that the example names, with a program that uses sd_notify(3)."""
    docker("create", "--name", "application", "busybox", "say", "-r")
    docker("cp", SAY, "application:/bin/say")
    docker("commit", "application", "example.com/application")
    docker("rm", "application")
    yield
    docker("rmi", "example.com/application")


@not_here(systemd_version() < 253, "no Type=notify-reload")
def test_example_of_reload_by_notification(application):
    with Example("reload-notify.service") as unit:
        unit.start()
        unit.wait(lambda now: now["StatusText"] == "generation 1")
        unit.systemctl("reload")
        unit.wait(lambda now: now["StatusText"] == "generation 2")
        assert unit.show("ActiveState") == "active"


@not_here(systemd_version() < 253, "no Type=notify-reload")
def test_notify_reload_of_a_container_that_does_not_speak():
    script = "trap 'echo reloading' USR2; trap 'exit 0' TERM; echo up; while :; do sleep 1000 & wait; done"
    with Service(sh(script), Type="notify-reload", ReloadSignal="USR2") as unit:
        unit.start()
        assert unit.main_pid == unit.supervisor
        unit.wait_line("up")
        for count in (1, 2):
            unit.systemctl("reload")
            assert unit.show("ActiveState") == "active"
            unit.wait_line("reloading", count=count)


def test_end_before_ready_is_a_failure_also_with_success():
    with Notifying(sh("echo one; echo two; sleep 0.3; exit 0")) as unit:
        state = unit.run_to_end()
        assert (state["ActiveState"], state["Result"]) == ("failed", "protocol")
        unit.wait_said("ended before it was ready, exit status 0")
        assert [m.strip() for m in unit.said("  ")] == ["one", "two"]
    with Notifying(sh("sleep 0.3; exit 3")) as unit:
        assert_failed(unit.run_to_end(), 3)


def test_after_docker_restart_it_is_still_heard():
    with Notifying(sh(READY), run=f"--stop-timeout=5 {VOLUME}") as unit:
        unit.start()
        unit.say("STATUS=first life")
        unit.wait_status("first life")
        docker("restart", unit.name)
        unit.wait_event(STARTED, count=2)
        # The next life of the container has its own status, and the unit stays as it was.
        unit.wait(lambda now: now["StatusText"].endswith(f" {unit.container_pid}"))
        unit.wait_line("up", count=2)
        unit.say("-b", "STATUS=second life")
        unit.wait_status("second life")
        assert (unit.show("ActiveState"), unit.show("NRestarts")) == ("active", "0")
        unit.stop()
    run("docker", "rm", unit.name, check=False)


def test_stopped_container_keeps_its_socket_and_one_without_is_refused():
    with Notifying(sh(READY), run=f"--stop-timeout=1 {VOLUME}") as unit:
        unit.start()
        unit.stop()
        assert unit.container is not None
        # Its folder does not exist, as after a reboot.
        assert not FOLDER.joinpath(unit.name, "notify").exists()
        unit.start()
        unit.say("-b", "STATUS=again")
        unit.wait_status("again")
        unit.stop()
        docker("rm", unit.name)

        unit.change("--notify ", "")
        unit.start()
        unit.stop()
        identity = unit.container["Id"]
        unit.change("systemd-docker ", "systemd-docker --notify ")
        assert_failed(unit.run_to_end(), 125)
        assert unit.said("without a socket")
        assert unit.container["Id"] == identity
        # With --rm it is created again.
        unit.change("--stop-timeout=1", "--rm --stop-timeout=1")
        unit.start()
        assert unit.container["Id"] != identity


def test_adopted_container_has_said_ready_before():
    """The supervisor is killed, and its container runs on."""
    options, settings = "--notify --cgroup-mode=none --main-pid=supervisor", {"KillMode": "process"}
    with Notifying(sh(READY), options=options, run=f"--stop-timeout=5 {VOLUME}", **settings) as unit:
        unit.start()
        pid = unit.container_pid
        unit.kill("KILL")
        unit.wait_state("failed")
        unit.start()
        assert unit.container_pid == pid
        unit.say("-b", "STATUS=adopted")
        unit.wait_status("adopted")
        unit.stop()


def test_watchdog_of_the_container():
    settings = {"WatchdogSec": "2s", "Restart": "on-watchdog", "RestartSec": "100ms"}
    with Notifying("say -w", options="--watchdog=container", **settings) as unit:
        unit.start()
        assert "WATCHDOG_USEC=2000000" in unit.container["Config"]["Env"]
        here = cursor()
        # systemd has no property for pings, so the unit has to live longer than it would without them.
        docker("exec", unit.name, "sleep", "3")
        assert unit.show("NRestarts") == "0"
        docker("kill", "--signal=USR1", unit.name)
        unit.wait(lambda now: now["NRestarts"] == "1" and now["ActiveState"] == "active")
        assert any("atchdog timeout" in str(e["MESSAGE"]) for e in unit.about())
        # A failure that the container reports itself counts at once.
        unit.report_failure()
        unit.wait_event(WATCHDOG, after=here)
        unit.wait(lambda now: now["NRestarts"] == "2" and now["ActiveState"] == "active")


def test_detaching_leaves_when_the_container_is_ready():
    options, settings = "--notify --logs=false --rm=false", {"ExitType": "cgroup"}
    with Notifying(sh("sleep 0.5; " + READY), options=options, run=f"--stop-timeout=1 {VOLUME}", **settings) as unit:
        unit.start()
        unit.wait(lambda now: unit.supervisor is None)
        assert (unit.show("ActiveState"), unit.main_pid) == ("active", unit.container_pid)


def test_watchdog_waits_for_a_container_that_is_restarted_beside_us():
    """The start takes longer than the watchdog allows. A container that never becomes ready again must fail after a while."""
    # It ends by itself, because with --stop-timeout=0 an engine removes the root folder while the next life uses it.
    script = sh("trap exit TERM; test -e /stuck || { while ! test -e /go; do sleep 0.1; done; rm /go; say READY=1; say -w & wait; }; sleep 1000 & wait")
    settings = {"WatchdogSec": "2s", "TimeoutStartSec": "15s"}
    with Notifying(script, options="--notify --watchdog=container", run=f"{RESTARTABLE} {VOLUME}", **settings) as unit:
        unit.systemctl("start", "--no-block")
        unit.wait_event(STARTED)
        docker("exec", unit.name, "touch", "/go")
        unit.wait_state("active")
        docker("restart", unit.name)
        unit.wait_event(STARTED, count=2)
        unit.stays_active(until=time.monotonic() + 3)
        docker("exec", unit.name, "touch", "/go")
        unit.stays_active(until=time.monotonic() + 3)
        docker("exec", unit.name, "touch", "/stuck")
        docker("restart", unit.name)
        assert unit.wait_state("failed")["Result"] == "watchdog"


def test_trigger_is_heard_with_every_watchdog():
    with Notifying(sh(READY), WatchdogSec="10s") as unit:
        unit.start()
        unit.say("WATCHDOG=1")
        unit.report_failure()
        assert unit.wait_state("failed")["Result"] == "watchdog"
        wait_until(lambda: inspect(unit.name) is None, what="end of the container")


def test_without_notify_the_container_has_no_socket():
    with Service(sh(OBEDIENT)) as unit:
        unit.start()
        assert not unit.container["Mounts"] and not unit.container["Config"]["Env"]
        assert not FOLDER.joinpath(unit.name, "notify").exists()

# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The systemd-docker authors
"""Units that run a container under systemd-docker, and what tests want to know about them. See testhost.py for the rest."""

import contextlib
import os
import signal
import threading
import time
from pathlib import Path

from testhost import (
    CGROUP,
    TIMEOUT,
    Unit,
    _Signals,
    cursor,
    docker,
    engine_version,
    inspect,
    parent_of,
    process_name,
    run,
    systemd_version,
    wait_docker,
    wait_journal,
    wait_until,
)

PROGRAM = "/usr/bin/systemd-docker"
SHIM = "containerd-shim-systemd-docker-v2"
# Scripts for PID 1 of a container. This one exits with 0 at once on SIGTERM.
OBEDIENT = "trap 'exit 0' TERM; echo up; while :; do sleep 1000 & wait; done"
# The same, with output all the time.
TOLD = "while ! test -e /go; do sleep 0.1; done"  # by `docker exec NAME touch /go`, however busy the machine is
GOES_ON = "trap 'exit 0' TERM; echo up; while :; do sleep 0.2; echo on; done"
# For a container that is restarted by docker. Docker 20.10 may remove one with --rm instead, in the middle of the restart.
RESTARTABLE = "" if engine_version() < (23,) else "--rm"
# How long a container that ends on SIGTERM may take to, in seconds: the engine's own limit for any.
SLOW_END = 10
# What is true with one of them has to be true with the other.
MAIN_PIDS = ("container", "supervisor")

STARTED = "90542fc0a4fb42ba9393723306502ab2"
ADOPTED = "ab4b2e9ea4414d0685ccaad3de9f345a"
EXITED = "90c85336de724027a5caaedbe73dd327"
STOPPED = "fcf4c946b9f2461cb737e76e42364239"
ENGINE_LOST = "10ab2774dc354df99aa7fdf8c876bfe0"
ENGINE_BACK = "6ec8f82a71dc4724833bb1bbcc9d31a2"


def quote(text):
    """Quotes text as one word of ExecStart=."""
    for plain, written in (("\\", "\\\\"), ('"', '\\"'), ("%", "%%"), ("$", "$$"), ("\n", "\\n")):
        text = text.replace(plain, written)
    return f'"{text}"'


def sh(script):
    """Returns the command of a container for ExecStart= that runs a shell script."""
    return "sh -c " + quote(script)


def has_controllers():
    """Those of cgroup v2."""
    file = CGROUP / "cgroup.controllers"
    return file.exists() and file.read_text().strip() != ""


def left_alone(delegate):
    """Settings for a unit whose container survives its supervisor. Once controllers are handed on to a container, systemd starts the
    next supervisor only in a cgroup of its own."""
    subgroup = {"DelegateSubgroup": "supervisor"} if delegate == "yes" and has_controllers() else {}
    return {"KillMode": "process", "Delegate": delegate, **subgroup}


def can_be_adopted(delegate):
    """systemd before 254 has no DelegateSubgroup=, and 262 begins in the unit's own cgroup all the same: "Device or resource busy"."""
    return delegate == "no" or 254 <= systemd_version() < 262 or not has_controllers()


class Service(Unit):
    """A unit in the form of the original programs: systemd-docker OPTIONS run RUN --name %n IMAGE COMMAND.

    `command` consists of words as in ExecStart=; see sh() for scripts.
    """

    def __init__(self, command, name="behaviour", options="", run="--rm", image="busybox", unit=None, **settings):
        settings = {"Type": "notify", "NotifyAccess": "all", "TimeoutStopSec": "15s", **settings}
        super().__init__(name, f"{PROGRAM} {options} run {run} --name %n {image} {command}", unit=unit, **settings)

    def change(self, before, after):
        """Writes the unit again, with a changed ExecStart=."""
        assert before in self.settings["ExecStart"]
        self.write(ExecStart=self.settings["ExecStart"].replace(before, after))

    @property
    def container(self):
        """What the engine reports about the container, or None."""
        return inspect(self.name)

    @property
    def container_pid(self):
        return self.container["State"]["Pid"]

    @property
    def supervisor(self):
        """The supervisor's pid, or None. Not the main pid, because that can be the container's."""
        named = {pid for pid in self.procs() if process_name(pid) == "systemd-docker"}
        # Not a child of the supervisor that is about to execute a helper, or that looks for leaks when it exits.
        parents = {pid: parent_of(pid) for pid in named}
        pids = [pid for pid, parent in parents.items() if parent is not None and parent not in named]
        assert len(pids) <= 1
        return pids[0] if pids else None

    def lines(self):
        """The lines of the container, as journal entries."""
        return [entry for entry in self.journal() if is_line(entry)]

    def wait_line(self, text, count=1, after=None, timeout=TIMEOUT):
        """Waits until the container has written such a line `count` times."""
        match = [self.name, f"SYSLOG_IDENTIFIER={self.name}", f"MESSAGE={text}"]
        return wait_journal(match, count=count, after=after or self.cursor, timeout=timeout)

    def said(self, part):
        """Messages of the supervisor itself that contain the text."""
        return [e["MESSAGE"] for e in self.journal() if not is_line(e) and part in str(e.get("MESSAGE"))]

    def wait_said(self, part, count=1, after=None, timeout=TIMEOUT):
        return wait_journal(
            self.name, lambda e: not is_line(e) and part in e["MESSAGE"], count, after or self.cursor, timeout
        )

    def wait_event(self, message_id, count=1, after=None, timeout=TIMEOUT):
        """Waits for messages of the supervisor with this MESSAGE_ID=."""
        return wait_journal([self.name, f"MESSAGE_ID={message_id}"], None, count, after or self.cursor, timeout)

    def run_to_end(self):
        """Starts a unit that ends by itself, before or after READY=1, and waits for its end."""
        self.start(check=False)
        return self.wait(lambda now: now["ActiveState"] in ("failed", "inactive") and now.get("Job", "") in ("", "0"))

    def adopt_again(self):
        """Kills the supervisor, and has another one adopt the container. Returns the place in the journal before the adoption.
        For units with left_alone()."""
        os.kill(self.supervisor, signal.SIGKILL)
        self.wait_state("failed")
        since = cursor()
        self.start()
        self.wait_event(ADOPTED, after=since)
        return since

    def docker_restart(self):
        """Restarts the container by docker, and returns what it was before. It may take the time of a busy machine to end: an
        engine that kills it in the end can consider this a stop, and removes a container with --rm.

        In an emulated machine it takes 4 to 30 s in all, as of a container of plain docker run, adopted or not: 0.2 to 2.5 s until
        the container has ended, and most of the rest in the runtime's create. So it is the end that has to be quick."""
        before, since = self.container, time.time()
        docker("restart", "-t", TIMEOUT // 2, self.name)
        if time.time() - since > SLOW_END:
            self.assert_quick_end(before["Id"], since)
        return before

    @staticmethod
    def assert_quick_end(container, since):
        """From the engine's events: the first signal, and the death."""
        events = docker("events", "--since", since, "--until", time.time(), "--filter", f"container={container}", "--format", "{{.TimeNano}} {{.Action}}")
        when = {action: int(nsec) / 1e9 for nsec, action in (line.split(" ", 1) for line in reversed(events.splitlines()))}
        assert when["die"] - when["kill"] <= SLOW_END, f"the container did not end in time:\n{events}"

    def wait_next_life(self, before):
        """Waits until the engine has started the container again, and something new is the main process. Returns its state."""
        now = wait_docker(self.name, lambda now: now and started_at(now) != started_at(before) and now["State"]["Running"])
        self.wait(lambda now: int(now["MainPID"]) not in (0, before["State"]["Pid"]))
        return now

    def wait_restarted(self, before):
        """Waits until a restart of the container has reached the engine, systemd and the supervisor, which is the main process
        between the two lives."""
        self.wait_said(f"process {self.wait_next_life(before)['State']['Pid']}.")

    def stays_active(self, until):
        """Checks that the unit stays active and is not restarted until the given time of time.monotonic()."""
        properties = ("ActiveState", "SubState", "Result", "NRestarts", "InvocationID")
        before = self.show(*properties)
        assert before["ActiveState"] == "active"
        with _Signals() as signals:
            while time.monotonic() < until:
                signals.read(max(0, until - time.monotonic()))
                assert self.show(*properties) == before


class Example(Service):
    """One of our own example units, as it is installed."""

    def __init__(self, name):
        self.text = Path("/usr/share/doc/systemd-docker/examples", name).read_text()
        Unit.__init__(self, name, None)

    def write(self):
        self.file.write_text(self.text)

    def change(self, before, after):
        """Writes the unit again, with a changed text."""
        assert self.text.count(before) == 1
        self.text = self.text.replace(before, after)
        self.write()
        run("systemctl", "daemon-reload")


class Beside:
    """Does something again and again in a thread of its own, until the block ends. once() returns how much it has done."""

    pause = 0.01  # because an emulated machine has two processors for everything

    def __init__(self, once=None, pause=None):
        self.ends, self.done, self.error = threading.Event(), 0, None
        self.once, self.pause = once or self.once, pause or self.pause

    def once(self):
        raise NotImplementedError

    def run(self):
        try:
            while not self.ends.wait(self.pause):
                self.done += self.once()
        except BaseException as error:  # pytest.fail() in a thread is heard by nobody
            self.error = error

    def __enter__(self):
        self.thread = threading.Thread(target=self.run)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.ends.set()
        self.thread.join()
        if self.error:
            raise self.error


def is_line(entry):
    """Whether a journal entry is a line of the container: not a message of the supervisor or of systemd."""
    return "CONTAINER_LOG_ORDINAL" in entry


def started_at(container):
    return container["State"]["StartedAt"]


def wait_gone(pid):
    wait_until(lambda: not Path(f"/proc/{pid}").exists(), what=f"end of process {pid}")


def wait_pid_file(path, pid):
    wait_until(lambda: path.exists() and path.read_text() == f"{pid}\n", what=f"{path} with {pid}")


def by_hand(*words, **options):
    """Runs the program outside of any unit."""
    return run(PROGRAM, *words, **{"check": False, **options})


@contextlib.contextmanager
def hidden(path):
    """The file is not there, for everybody on the machine."""
    away = path.with_name(path.name + ".away")
    path.rename(away)
    try:
        yield
    finally:
        away.rename(path)


@contextlib.contextmanager
def needed_runtime():
    """The engine needs systemd-docker-runtime: Docker before 23 always does, a later one if our shim is not in its $PATH."""
    with hidden(Path("/usr/bin", SHIM)) if engine_version() >= (23,) else contextlib.nullcontext():
        yield


@contextlib.contextmanager
def registered_runtime():
    """systemd-docker-runtime is registered with the engine, as an administrator does it, or did when the engine needed it."""
    with needed_runtime():
        by_hand("setup", check=True)
    try:
        yield
    finally:
        by_hand("setup", "--undo", check=True)


def assert_failed(state, status):
    assert (state["ActiveState"], state["Result"], state["ExecMainStatus"]) == ("failed", "exit-code", str(status))


def assert_success(state):
    assert (state["ActiveState"], state["Result"]) == ("inactive", "success")


def assert_nothing_left(unit, *pids):
    """Neither a container nor a process nor a cgroup is left."""
    assert unit.container is None
    assert not unit.show("ControlGroup") or not unit.procs()
    assert [pid for pid in pids if Path(f"/proc/{pid}").exists()] == []

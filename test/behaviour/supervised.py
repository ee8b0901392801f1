# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The systemd-docker authors
"""Units that run a container under systemd-docker, and what the tests ask about them. See testhost.py for the rest."""

import contextlib
import time
from pathlib import Path

from testhost import TIMEOUT, Unit, _Signals, inspect, parent_of, process_name, run, wait_journal, wait_until

PROGRAM = "/usr/bin/systemd-docker"
# As PID 1 of a container: ends well on SIGTERM, at once.
OBEDIENT = "trap 'exit 0' TERM; echo up; while :; do sleep 1000 & wait; done"
# The same, and says all the time that it runs.
GOES_ON = "trap 'exit 0' TERM; echo up; while :; do sleep 0.2; echo on; done"
# What holds with one has to hold with the other.
MAIN_PIDS = ("container", "supervisor")

STARTED = "90542fc0a4fb42ba9393723306502ab2"
ADOPTED = "ab4b2e9ea4414d0685ccaad3de9f345a"
EXITED = "90c85336de724027a5caaedbe73dd327"
STOPPED = "fcf4c946b9f2461cb737e76e42364239"
ENGINE_LOST = "10ab2774dc354df99aa7fdf8c876bfe0"
ENGINE_BACK = "6ec8f82a71dc4724833bb1bbcc9d31a2"


def quote(text):
    """Text as one word of ExecStart=."""
    for plain, written in (("\\", "\\\\"), ('"', '\\"'), ("%", "%%"), ("$", "$$"), ("\n", "\\n")):
        text = text.replace(plain, written)
    return f'"{text}"'


def sh(script):
    """A shell script as a container's command in ExecStart=."""
    return "sh -c " + quote(script)


class Service(Unit):
    """A unit of the originals' form: systemd-docker OPTIONS run RUN --name %n IMAGE COMMAND.

    `command` is words as in ExecStart=; see sh() for scripts.
    """

    def __init__(self, command, name="behaviour", options="", run="--rm", image="busybox", unit=None, **settings):
        settings = {"Type": "notify", "NotifyAccess": "all", "TimeoutStopSec": "15s", **settings}
        super().__init__(name, f"{PROGRAM} {options} run {run} --name %n {image} {command}", unit=unit, **settings)

    def change(self, before, after):
        """Writes the unit anew with another ExecStart=."""
        assert before in self.settings["ExecStart"]
        self.write(ExecStart=self.settings["ExecStart"].replace(before, after))

    @property
    def container(self):
        """What the engine says of the container, or None."""
        return inspect(self.name)

    @property
    def container_pid(self):
        return self.container["State"]["Pid"]

    @property
    def supervisor(self):
        """The supervisor's pid, or None; not the main pid, as that may be the container's."""
        named = {pid for pid in self.procs() if process_name(pid) == "systemd-docker"}
        # Not a child of its own that is about to be a helper, or that looks for leaks at its end.
        parents = {pid: parent_of(pid) for pid in named}
        pids = [pid for pid, parent in parents.items() if parent is not None and parent not in named]
        assert len(pids) <= 1
        return pids[0] if pids else None

    def lines(self):
        """What the container has written, as journal entries."""
        return [entry for entry in self.journal() if is_line(entry)]

    def wait_line(self, text, count=1, after=None, timeout=TIMEOUT):
        """Waits until the container has written such a line so often."""
        match = [self.name, f"SYSLOG_IDENTIFIER={self.name}", f"MESSAGE={text}"]
        return wait_journal(match, count=count, after=after or self.cursor, timeout=timeout)

    def said(self, part):
        """Messages of the supervisor itself with this in them."""
        return [e["MESSAGE"] for e in self.journal() if not is_line(e) and part in str(e.get("MESSAGE"))]

    def wait_said(self, part, count=1, after=None, timeout=TIMEOUT):
        return wait_journal(
            self.name, lambda e: not is_line(e) and part in e["MESSAGE"], count, after or self.cursor, timeout
        )

    def wait_event(self, message_id, count=1, after=None, timeout=TIMEOUT):
        """Waits for messages of the supervisor with this MESSAGE_ID=."""
        return wait_journal([self.name, f"MESSAGE_ID={message_id}"], None, count, after or self.cursor, timeout)

    def run_to_end(self):
        """Starts what ends by itself, be it before or after READY=1, and waits for it."""
        self.start(check=False)
        return self.wait(lambda now: now["ActiveState"] in ("failed", "inactive") and now.get("Job", "") in ("", "0"))

    def stays_active(self, until):
        """Watches until then, by time.monotonic(), that the unit is active and not started anew."""
        properties = ("ActiveState", "SubState", "Result", "NRestarts", "InvocationID")
        before = self.show(*properties)
        assert before["ActiveState"] == "active"
        with _Signals() as signals:
            while time.monotonic() < until:
                signals.read(max(0, until - time.monotonic()))
                assert self.show(*properties) == before


class Example(Service):
    """One of our own examples, as it is installed."""

    def __init__(self, name):
        self.text = Path("/usr/share/doc/systemd-docker/examples", name).read_text()
        Unit.__init__(self, name, None)

    def write(self):
        self.file.write_text(self.text)


def is_line(entry):
    """Whether a journal entry is the container's: not the supervisor's own, not systemd's."""
    return "CONTAINER_LOG_ORDINAL" in entry


def started_at(container):
    return container["State"]["StartedAt"]


def wait_gone(pid):
    wait_until(lambda: not Path(f"/proc/{pid}").exists(), what=f"end of process {pid}")


def wait_pid_file(path, pid):
    wait_until(lambda: path.exists() and path.read_text() == f"{pid}\n", what=f"{path} with {pid}")


def by_hand(*words, **options):
    """The program run outside of any unit."""
    return run(PROGRAM, *words, **{"check": False, **options})


@contextlib.contextmanager
def registered_runtime():
    """The engine knows systemd-docker-runtime, as an admin has it."""
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
    """No container, no process, no cgroup."""
    assert unit.container is None
    assert not unit.show("ControlGroup") or not unit.procs()
    assert [pid for pid in pids if Path(f"/proc/{pid}").exists()] == []

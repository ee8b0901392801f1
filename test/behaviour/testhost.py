# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The systemd-docker authors
"""What the behaviour suite uses to look at a test host from inside.

The tests run as root inside a host that `test/host` has booted, beside its real systemd, journald and Docker engine.
Waiting is by events where there are any: D-Bus signals of systemd (Unit.wait), the journal (wait_journal), the
engine's events (wait_docker); wait_until polls and is the last resort. Every wait has a generous limit, as the
machine may be busy, and says on time-out what it saw last.
"""

import contextlib
import functools
import http.client
import json
import os
import re
import select
import socket
import subprocess
import time
from pathlib import Path
from urllib.parse import quote

import pytest
from jeepney import DBusAddress, MatchRule, message_bus, new_method_call
from jeepney.io.blocking import open_dbus_connection

# Of every wait. Where the host is an emulated machine, it takes longer.
TIMEOUT = int(os.environ.get("TEST_TIMEOUT", 30))
# systemd's own hierarchy: with cgroup v1 one beside the others.
CGROUP = Path("/sys/fs/cgroup") if Path("/sys/fs/cgroup/cgroup.procs").exists() else Path("/sys/fs/cgroup/systemd")
UNIT_DIR = Path("/run/systemd/system")
SANITIZERS = Path("/var/log/sanitizers")

# True where the installed program was built with sanitizers: slower, so no test of speed should run.
SANITIZED = os.environ.get("TEST_MODE") == "sanitize"
UNDEFINED = ": runtime error: "


# ---- commands ------------------------------------------------------------------------------------------------------


def run(*command, check=True, timeout=60, **options):
    """Runs a command (words, or one string for the shell) and returns its CompletedProcess, output as text."""
    shell = len(command) == 1 and isinstance(command[0], str)
    arguments = command[0] if shell else [str(word) for word in command]
    options = {"stdin": subprocess.DEVNULL, "capture_output": True, "text": True, **options}
    done = subprocess.run(arguments, shell=shell, timeout=timeout, **options)
    if check and done.returncode != 0:
        pytest.fail(f"{arguments} exited {done.returncode}\n{done.stdout}{done.stderr}")
    if SANITIZED and options["text"] and UNDEFINED in (done.stderr or ""):
        pytest.fail(done.stderr)
    return done


def out(*command, **options):
    """The standard output of a command that must succeed, without the newline at its end."""
    return run(*command, **options).stdout.rstrip("\n")


def wait_until(predicate, timeout=TIMEOUT, what="condition"):
    """Polls until predicate() is true and returns its value. Only for what has no event to wait for."""
    deadline = time.monotonic() + timeout
    while True:
        if value := predicate():
            return value
        if time.monotonic() > deadline:
            pytest.fail(f"no {what} within {timeout} s")
        time.sleep(0.02)


if SANITIZED:
    # What a test runs itself gets the same options as what systemd runs.
    os.environ.update(line.split("=", 1) for line in out("systemctl", "show-environment").splitlines() if "SAN_OPTIONS=" in line)


# ---- the stack -----------------------------------------------------------------------------------------------------


@functools.cache
def systemd_version():
    return int(out("systemctl", "--version").split()[1])


@functools.cache
def engine_version():
    return tuple(int(n) for n in docker("version", "--format", "{{.Server.Version}}").split("+")[0].split("."))


NOT_HERE = "not on this stack: "


def not_here(condition, reason):
    """A mark that skips a test where the stack can't do what it tests. No other skip lets a run succeed."""
    return pytest.mark.skipif(condition, reason=NOT_HERE + reason)


# ---- docker --------------------------------------------------------------------------------------------------------


def docker(*args, **options):
    """Standard output of the engine's own client."""
    return out("docker", *args, **options)


class _EngineConnection(http.client.HTTPConnection):
    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect("/run/docker.sock")


def engine_get(path):
    """The engine's answer to a GET, or None where it has none. Ten times as quick as the client, and asked for often."""
    connection = _EngineConnection("docker", timeout=60)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return json.loads(answer.read()) if answer.status == 200 else None
    finally:
        connection.close()


def inspect(name):
    """The engine's view of a container, or None where it has none of that name (or is not there itself)."""
    with contextlib.suppress(FileNotFoundError, ConnectionRefusedError):
        return engine_get(f"/containers/{quote(name)}/json")


def containers():
    """The ids of all containers, also stopped ones."""
    return {container["Id"] for container in engine_get("/containers/json?all=1")}


def wait_docker(name, predicate, timeout=TIMEOUT):
    """Waits, by the engine's events, until predicate(inspect(name)) is true; returns what inspect said."""
    with follow("docker", "events", "--filter", "type=container", "--format", "{{.Status}}") as lines:
        # The stream may start a little after the command does: the short time-out covers that gap.
        return _wait(lambda: inspect(name), predicate, lambda left: lines.read(min(left, 1)), timeout, f"container {name}")


DAEMON_JSON = Path("/etc/docker/daemon.json")


@contextlib.contextmanager
def engine_config(**members):
    """Has the engine run with these members in daemon.json, restarted only where that changes anything."""
    before = DAEMON_JSON.read_text()
    if not members:
        yield
        return
    try:
        DAEMON_JSON.write_text(json.dumps({**json.loads(before), **members}))
        run("systemctl", "restart", "docker")
        yield
    finally:
        DAEMON_JSON.write_text(before)
        run("systemctl", "restart", "docker")


# ---- journal -------------------------------------------------------------------------------------------------------


def cursor():
    """Where the journal ends now."""
    run("journalctl", "--sync")
    return json.loads(out("journalctl", "--lines=1", "--output=json", "--no-pager"))["__CURSOR"]


def _entry(line):
    """A journal entry as a dict; what is no text, journalctl gives as a list of bytes' values."""
    entry = json.loads(line)
    for key, value in entry.items():
        if isinstance(value, list) and value and isinstance(value[0], int):
            entry[key] = bytes(value)
    return entry


def _journal_command(match, after):
    command = ["journalctl", "--all", "--quiet", "--no-pager", "--output=json"]
    if after:
        # Not --after-cursor: that of systemd 252 swallows the first match where the cursor's entry is none itself.
        command.append(f"--cursor={after}")
    matches = [match] if isinstance(match, str) else match
    # A bare name is a unit's; it stands for what the unit wrote, and not for what systemd wrote about it.
    return command + [m if "=" in m or m == "+" else f"_SYSTEMD_UNIT={m}" for m in matches]


def journal(match, after=None):
    """The entries that match a unit's name or FIELD=value (or a list of these), as a list of dicts."""
    run("journalctl", "--sync")
    entries = [_entry(line) for line in out(*_journal_command(match, after)).splitlines()]
    return [entry for entry in entries if entry["__CURSOR"] != after]


def messages(entries):
    return [entry.get("MESSAGE") for entry in entries]


def wait_journal(match, predicate=None, count=1, after=None, timeout=TIMEOUT):
    """Follows the journal until `count` entries fulfil predicate (all that match, by default); returns these."""
    found = []
    command = _journal_command(match, after) + ["--follow", "--no-tail"]
    with follow(*command) as lines:
        deadline = time.monotonic() + timeout
        while len(found) < count:
            line = lines.read(deadline - time.monotonic())
            if line is None:
                # journalctl can overlook an entry for as long as none follows.
                found = [entry for entry in journal(match, after) if predicate is None or predicate(entry)]
                if len(found) < count:
                    pytest.fail(f"{len(found)} of {count} journal entries for {match} within {timeout} s: {messages(found)[-5:]}")
                break
            entry = _entry(line)
            if entry["__CURSOR"] != after and (predicate is None or predicate(entry)):
                found.append(entry)
    return found


class _Lines:
    """Lines from a pipe, with a time limit for each."""

    def __init__(self, pipe):
        self.pipe = pipe
        self.ended = False
        self.buffer = b""

    def read(self, timeout):
        """The next line as text, or None where none has come in time."""
        deadline = time.monotonic() + max(0, timeout)
        while b"\n" not in self.buffer:
            left = max(0, deadline - time.monotonic())
            if self.ended:
                time.sleep(left)
                return None
            if not select.select([self.pipe], [], [], left)[0]:
                return None
            data = os.read(self.pipe.fileno(), 1 << 20)
            self.ended = not data
            self.buffer += data
        line, self.buffer = self.buffer.split(b"\n", 1)
        return line.decode()


@contextlib.contextmanager
def follow(*command):
    """Runs a command that goes on for ever, and gives its lines."""
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        yield _Lines(child.stdout)
    finally:
        child.kill()
        child.wait()
        child.stdout.close()


def sanitizer_reports(after):
    """What the sanitizers have found since then, as text, and takes it away."""
    # gcc's undefined behaviour sanitizer writes no file where there's an address sanitizer in the program, but goes
    # to stderr: for a unit, the journal.
    run("journalctl", "--sync")
    grep = run("journalctl", "--quiet", "--output=cat", f"--cursor={after}", f"--grep={UNDEFINED}|^ +#[0-9]+ ", check=False).stdout
    found = [grep] if UNDEFINED in grep else []
    for report in SANITIZERS.glob("report*"):
        found.append(report.read_text(errors="replace"))
        report.unlink()
    return "\n".join(found)


# ---- cgroups and processes -----------------------------------------------------------------------------------------


def cgroup_of(unit):
    """The folder of a unit's cgroup, or None where it has none at the moment."""
    path = show(unit, "ControlGroup")["ControlGroup"]
    return CGROUP / path.lstrip("/") if path else None


def cgroup_procs(unit):
    """All pids in a unit's cgroup and those below it."""
    top = cgroup_of(unit)
    pids = set()
    for folder, _, _ in os.walk(top) if top else ():
        # A cgroup may go while it is looked at.
        with contextlib.suppress(OSError):
            pids.update(int(pid) for pid in Path(folder, "cgroup.procs").read_text().split())
    return pids


def process_name(pid):
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip()
    except OSError:
        return None


def parent_of(pid):
    try:
        return int(re.search(r"^PPid:\s*(\d+)$", Path(f"/proc/{pid}/status").read_text(), re.M).group(1))
    except OSError:
        return None


# ---- units ---------------------------------------------------------------------------------------------------------


def show(unit, *properties):
    """Properties of a unit as systemctl prints them."""
    lines = out("systemctl", "show", unit, *(f"--property={p}" for p in properties)).splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line)


STATE = ("ActiveState", "SubState", "Result", "ExecMainStatus", "ExecMainCode", "MainPID", "StatusText", "NRestarts", "Job")


class Unit:
    """A unit of the test's own, gone without a trace when its `with` block ends.

    with Unit("web", "/usr/bin/systemd-docker run --rm --name %n nginx", Type="notify", NotifyAccess="all") as web:
        web.start()

    Keyword arguments are settings of [Service]; a list stands for the same setting several times. Settings of
    [Unit] go into `unit={...}`. A container of the unit's name (with and without .service) goes with it.
    """

    diagnoses = []

    def __init__(self, name, exec_start, unit=None, **service):
        self.name = name if "." in name else f"{name}.service"
        self.file = UNIT_DIR / self.name
        self.settings = {"ExecStart": exec_start, **service}
        self.unit_settings = {"Description": f"Test {name}", **(unit or {})}

    def __enter__(self):
        self.cursor = cursor()
        self.write()
        return self

    def __exit__(self, kind, error, trace):
        # Said here and not by a hook of pytest: by then there is nothing left to look at.
        if kind is not None:
            Unit.diagnoses.append(self.diagnosis())
        self.remove()

    def write(self, **changes):
        """Writes the unit's file, with changes where there are any; None takes a setting out."""
        self.settings.update(changes)
        text = "[Unit]\n" + self._lines(self.unit_settings) + "[Service]\n" + self._lines(self.settings)
        self.file.parent.mkdir(parents=True, exist_ok=True)
        self.file.write_text(text)
        # What it has not in memory, systemd reads by itself: no need for a reload of everything.
        if self.show("LoadState", "NeedDaemonReload") != {"LoadState": "loaded", "NeedDaemonReload": "no"}:
            run("systemctl", "daemon-reload")

    @staticmethod
    def _lines(settings):
        lines = ""
        for key, value in settings.items():
            for one in value if isinstance(value, (list, tuple)) else [value]:
                lines += "" if one is None else f"{key}={one}\n"
        return lines

    def remove(self):
        run("systemctl", "stop", "--no-block", self.name, check=False)
        for _ in range(2):
            run("systemctl", "kill", "--signal=KILL", self.name, check=False)
            names = [n for n in (self.name, self.name.removesuffix(".service")) if inspect(n)]
            if names:
                run("docker", "rm", "--force", "--volumes", *names, check=False)
        run("systemctl", "stop", self.name, check=False)
        self.file.unlink(missing_ok=True)
        run("systemctl", "reset-failed", self.name, check=False)

    def diagnosis(self):
        parts = [
            self.file.read_text() if self.file.exists() else f"no {self.file}",
            run("systemctl", "status", "--full", "--no-pager", "--lines=0", self.name, check=False).stdout,
            run(
                *("journalctl", "--no-pager", "--output=short-precise", "--lines=200"),
                *(f"--cursor={self.cursor}", "--unit", self.name),
                check=False,
            ).stdout,
            run("docker", "ps", "--all", check=False).stdout,
        ]
        return f"---- {self.name} ----\n" + "\n".join(parts)

    def systemctl(self, verb, *args, check=True, timeout=120):
        return run("systemctl", verb, *args, self.name, check=check, timeout=timeout)

    def start(self, **options):
        """Starts the unit and waits, as systemctl does, until it has: for Type=notify that is READY=1."""
        return self.systemctl("start", **options)

    def stop(self, **options):
        return self.systemctl("stop", **options)

    def restart(self, **options):
        return self.systemctl("restart", **options)

    def kill(self, signal, whom="main"):
        # The option was --kill-who before systemd 253.
        return self.systemctl("kill", f"--signal={signal}", f"--kill-{'whom' if systemd_version() >= 253 else 'who'}={whom}")

    def show(self, *properties):
        """Properties as a dict; a single one as its value."""
        shown = show(self.name, *(properties or STATE))
        return shown[properties[0]] if len(properties) == 1 else shown

    @property
    def main_pid(self):
        return int(self.show("MainPID"))

    def procs(self):
        return cgroup_procs(self.name)

    def journal(self, *more):
        """What the unit itself has written since it was made."""
        return journal([self.name, *more], after=self.cursor)

    def about(self):
        """What systemd has written about the unit since it was made."""
        return journal(["_PID=1", f"UNIT={self.name}"], after=self.cursor)

    def wait_journal(self, predicate=None, count=1, timeout=TIMEOUT):
        return wait_journal(self.name, predicate, count, after=self.cursor, timeout=timeout)

    def wait(self, predicate, timeout=TIMEOUT, properties=STATE):
        """Waits until predicate(properties of the unit) is true; returns them. By systemd's signals on D-Bus."""
        with _Signals() as signals:
            return _wait(lambda: self.show(*properties), predicate, signals.read, timeout, self.name)

    def wait_state(self, state, timeout=TIMEOUT):
        """Waits until the unit is active, failed or inactive, with nothing more to be done for it."""
        return self.wait(lambda now: now["ActiveState"] == state and now.get("Job", "") in ("", "0"), timeout)


def _wait(look, predicate, sleep, timeout, what):
    """Looks at the level, never at the edge: an event only says that it is time to look again."""
    deadline = time.monotonic() + timeout
    while True:
        seen = look()
        if predicate(seen):
            return seen
        left = deadline - time.monotonic()
        if left <= 0:
            pytest.fail(f"{what} after {timeout} s: {seen}")
        sleep(left)


class _Signals:
    """The signals that systemd sends on D-Bus when anything about a unit changes."""

    MANAGER = DBusAddress("/org/freedesktop/systemd1", "org.freedesktop.systemd1", "org.freedesktop.systemd1.Manager")

    def __enter__(self):
        self.bus = open_dbus_connection("SYSTEM")
        # systemd sends them only while somebody has asked for them.
        self.bus.send_and_get_reply(new_method_call(self.MANAGER, "Subscribe"))
        self.bus.send_and_get_reply(message_bus.AddMatch(MatchRule(type="signal", sender="org.freedesktop.systemd1")))
        return self

    def __exit__(self, *_):
        self.bus.close()

    def read(self, timeout):
        """Waits for one signal and takes all that have come with it."""
        while True:
            try:
                self.bus.receive(timeout=timeout)
            except TimeoutError:
                return
            timeout = 0

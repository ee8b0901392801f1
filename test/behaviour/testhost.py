# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The systemd-docker authors
"""The functions with which the behaviour suite looks at a test host from inside.

The tests run as root inside a host that `test/host` has booted, beside its real systemd, journald and Docker engine.
They wait for events: for D-Bus signals of systemd (Unit.wait), for journal entries (wait_journal), or for the engine's
events (wait_docker). wait_until polls, and is only for things without events. Every wait has a generous limit, because
the machine may be busy, and reports after a time-out what it saw last.
"""

import contextlib
import functools
import http.client
import json
import os
import re
import select
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path
from urllib.parse import quote

import pytest
from jeepney import DBusAddress, MatchRule, message_bus, new_method_call
from jeepney.io.blocking import open_dbus_connection

# The limit of every wait, in seconds. An emulated machine needs more time.
TIMEOUT = int(os.environ.get("TEST_TIMEOUT", 60))
# systemd's own hierarchy. With cgroup v1 it is one of several.
CGROUP = Path("/sys/fs/cgroup") if Path("/sys/fs/cgroup/cgroup.procs").exists() else Path("/sys/fs/cgroup/systemd")
UNIT_DIR = Path("/run/systemd/system")
SANITIZERS = Path("/var/log/sanitizers")

# Whether the installed program was built with sanitizers. It is slower then, so tests of speed should not run.
SANITIZED = os.environ.get("TEST_MODE") == "sanitize"
UNDEFINED = ": runtime error: "


# ---- commands ------------------------------------------------------------------------------------------------------


def run(*command, check=True, timeout=TIMEOUT, **options):
    """Runs a command (words, or one string for the shell) and returns its CompletedProcess, with the output as text."""
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
    """Polls until predicate() is true, and returns its value. Only for things without events."""
    deadline = time.monotonic() + timeout
    while True:
        if value := predicate():
            return value
        if time.monotonic() > deadline:
            pytest.fail(f"no {what} within {timeout} s")
        time.sleep(0.02)


def _is_held(pid):
    def state(thread):
        try:
            return Path(f"/proc/{pid}/task/{thread}/stat").read_text().rpartition(") ")[2][0]
        except OSError:  # it has ended meanwhile
            return "X"

    return all(state(thread) in "TtZX" for thread in os.listdir(f"/proc/{pid}/task"))


def hold(pid):
    """Stops a process, and waits until each of its threads stands still: on a busy machine one goes on for a while."""
    os.kill(pid, signal.SIGSTOP)
    wait_until(lambda: _is_held(pid), what=f"standstill of process {pid}")


@contextlib.contextmanager
def held(pid):
    hold(pid)
    try:
        yield
    finally:
        with contextlib.suppress(ProcessLookupError):  # it was let go on, and has ended
            os.kill(pid, signal.SIGCONT)


if SANITIZED:
    # Programs that a test runs itself get the same options as those that systemd runs.
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
    """A mark that skips a test if this systemd, Docker or kernel cannot do what it tests. Any other skip fails the run."""
    return pytest.mark.skipif(condition, reason=NOT_HERE + reason)


# ---- docker --------------------------------------------------------------------------------------------------------


def docker(*args, **options):
    """Runs the docker CLI and returns its standard output."""
    return out("docker", *args, **options)


class _EngineConnection(http.client.HTTPConnection):
    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect("/run/docker.sock")


def engine_get(path):
    """The engine's answer to a GET, or None if there is none. Ten times as fast as the CLI, and used often."""
    connection = _EngineConnection("docker", timeout=TIMEOUT)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return json.loads(answer.read()) if answer.status == 200 else None
    finally:
        connection.close()


def inspect(name):
    """The engine's view of a container, or None if there is no container of that name (or no engine)."""
    with contextlib.suppress(FileNotFoundError, ConnectionRefusedError):
        return engine_get(f"/containers/{quote(name)}/json")


def containers():
    """The ids of all containers, including stopped ones."""
    return {container["Id"] for container in engine_get("/containers/json?all=1")}


def wait_docker(name, predicate, timeout=TIMEOUT):
    """Waits for the engine's events until predicate(inspect(name)) is true. Returns the result of inspect()."""
    with follow("docker", "events", "--filter", "type=container", "--format", "{{.Status}}") as lines:
        # The stream may start a little after the command: the short time-out is for events in between.
        return _wait(lambda: inspect(name), predicate, lambda left: lines.read(min(left, 1)), timeout, f"container {name}")


DAEMON_JSON = Path("/etc/docker/daemon.json")


@contextlib.contextmanager
def engine_config(**members):
    """The engine runs with these members in daemon.json. It is only restarted if that changes anything."""
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


def cursor(sync=True):
    """The cursor of the last journal entry. journald answers to --sync when it has nothing else to do, so a test that keeps it
    busy has to do without: then the entry is the last that can be read."""
    if sync:
        run("journalctl", "--sync")
    # journalctl prints nothing while journald starts a new file.
    last = wait_until(lambda: out("journalctl", "--lines=1", "--output=json", "--no-pager"), what="the last journal entry")
    return json.loads(last)["__CURSOR"]


def _entry(line):
    """A journal entry as a dict. journalctl prints a value that is not text as a list of byte values."""
    entry = json.loads(line)
    for key, value in entry.items():
        if isinstance(value, list) and value and isinstance(value[0], int):
            entry[key] = bytes(value)
    return entry


def _journal_command(match, after):
    command = ["journalctl", "--all", "--quiet", "--no-pager", "--output=json"]
    if after:
        # Not --after-cursor: in systemd 252 it skips the first match if the cursor's entry does not match itself.
        command.append(f"--cursor={after}")
    matches = [match] if isinstance(match, str) else match
    # A name alone is the name of a unit. It selects what the unit wrote, not what systemd wrote about it.
    return command + [m if "=" in m or m == "+" else f"_SYSTEMD_UNIT={m}" for m in matches]


def journal(match, after=None):
    """The entries that match the name of a unit or FIELD=value (or a list of these), as a list of dicts."""
    run("journalctl", "--sync")
    entries = [_entry(line) for line in out(*_journal_command(match, after)).splitlines()]
    return [entry for entry in entries if entry["__CURSOR"] != after]


def messages(entries):
    return [entry.get("MESSAGE") for entry in entries]


def wait_journal(match, predicate=None, count=1, after=None, timeout=TIMEOUT):
    """Follows the journal until `count` entries satisfy predicate (by default all that match). Returns these entries."""
    found = []
    command = _journal_command(match, after) + ["--follow", "--no-tail"]
    with follow(*command) as lines:
        deadline = time.monotonic() + timeout
        while len(found) < count:
            line = lines.read(deadline - time.monotonic())
            if line is None:
                # journalctl can miss an entry until another one follows it.
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
        """The next line as text, or None if there is none in time."""
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
    """Runs a command that does not end by itself. The value gives its lines."""
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        yield _Lines(child.stdout)
    finally:
        child.kill()
        child.wait()
        child.stdout.close()


def sanitizer_reports(after):
    """Returns what the sanitizers have reported since then, as text, and removes their files."""
    # With the address sanitizer in the same program, gcc's undefined behaviour sanitizer writes to stderr instead of a
    # file. For a unit, that is the journal.
    run("journalctl", "--sync")
    grep = run("journalctl", "--quiet", "--output=cat", f"--cursor={after}", f"--grep={UNDEFINED}|^ +#[0-9]+ ", check=False).stdout
    found = [grep] if UNDEFINED in grep else []
    for report in SANITIZERS.glob("report*"):
        found.append(report.read_text(errors="replace"))
        report.unlink()
    return "\n".join(found)


# ---- cgroups and processes -----------------------------------------------------------------------------------------


def cgroup_of(unit):
    """The folder of a unit's cgroup, or None if it has none at the moment."""
    path = show(unit, "ControlGroup")["ControlGroup"]
    return CGROUP / path.lstrip("/") if path else None


def cgroup_procs(unit):
    """All pids in a unit's cgroup and in the cgroups below it."""
    top = cgroup_of(unit)
    pids = set()
    for folder, _, _ in os.walk(top) if top else ():
        # A cgroup can disappear while it is read.
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
    """Properties of a unit, as systemctl prints them."""
    lines = out("systemctl", "show", unit, *(f"--property={p}" for p in properties)).splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line)


STATE = ("ActiveState", "SubState", "Result", "ExecMainStatus", "ExecMainCode", "MainPID", "StatusText", "NRestarts", "Job")


class Unit:
    """A unit of the test, which is completely removed when its `with` block ends.

    with Unit("web", "/usr/bin/systemd-docker run --rm --name %n nginx", Type="notify", NotifyAccess="all") as web:
        web.start()

    Keyword arguments are settings of [Service]; a list means the same setting several times. Settings of [Unit] go into
    `unit={...}`. A container with the name of the unit (with or without .service) is removed with it.
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
        # Collected here and not in a hook of pytest, because by then the unit is gone.
        if kind is not None:
            Unit.diagnoses.append(self.diagnosis())
        self.remove()

    def write(self, **changes):
        """Writes the unit's file with the changed settings; None removes a setting."""
        self.settings.update(changes)
        text = "[Unit]\n" + self._lines(self.unit_settings) + "[Service]\n" + self._lines(self.settings)
        self.file.parent.mkdir(parents=True, exist_ok=True)
        self.file.write_text(text)
        # systemd reads a unit that it does not have in memory by itself; only otherwise is a reload needed.
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
        shutil.rmtree(f"/run/systemd/system.control/{self.name}.d", ignore_errors=True)  # of systemctl set-property --runtime
        run("systemctl", "reset-failed", self.name, check=False)

    def diagnosis(self):
        # Not --lines=: after a cursor these would be the first ones.
        written = run(
            *("journalctl", "--no-pager", "--output=short-precise", f"--cursor={self.cursor}", "--unit", self.name), check=False
        ).stdout
        parts = [
            self.file.read_text() if self.file.exists() else f"no {self.file}",
            run("systemctl", "status", "--full", "--no-pager", "--lines=0", self.name, check=False).stdout,
            "\n".join(written.splitlines()[-200:]),
            run("docker", "ps", "--all", check=False).stdout,
        ]
        return f"---- {self.name} ----\n" + "\n".join(parts)

    def systemctl(self, verb, *args, check=True, timeout=2 * TIMEOUT):
        return run("systemctl", verb, *args, self.name, check=check, timeout=timeout)

    def start(self, **options):
        """Starts the unit and waits until it is started, as systemctl does: for Type=notify, until READY=1."""
        return self.systemctl("start", **options)

    def stop(self, **options):
        return self.systemctl("stop", **options)

    def restart(self, **options):
        return self.systemctl("restart", **options)

    def kill(self, signal, whom="main"):
        # Before systemd 253, the option was --kill-who.
        return self.systemctl("kill", f"--signal={signal}", f"--kill-{'whom' if systemd_version() >= 253 else 'who'}={whom}")

    def show(self, *properties):
        """Properties as a dict, or the value of a single one."""
        shown = show(self.name, *(properties or STATE))
        return shown[properties[0]] if len(properties) == 1 else shown

    @property
    def main_pid(self):
        return int(self.show("MainPID"))

    def procs(self):
        return cgroup_procs(self.name)

    def journal(self, *more):
        """The entries that the unit itself has written since it was created."""
        return journal([self.name, *more], after=self.cursor)

    def about(self):
        """The entries that systemd has written about the unit since it was created."""
        return journal(["_PID=1", f"UNIT={self.name}"], after=self.cursor)

    def wait_journal(self, predicate=None, count=1, timeout=TIMEOUT):
        return wait_journal(self.name, predicate, count, after=self.cursor, timeout=timeout)

    def wait(self, predicate, timeout=TIMEOUT, properties=STATE):
        """Waits for systemd's D-Bus signals until predicate(properties of the unit) is true. Returns the properties."""
        with _Signals() as signals:
            return _wait(lambda: self.show(*properties), predicate, signals.read, timeout, self.name)

    def wait_state(self, state, timeout=TIMEOUT):
        """Waits until the unit is in the given state and has no job left."""
        return self.wait(lambda now: now["ActiveState"] == state and now.get("Job", "") in ("", "0"), timeout)


def _wait(look, predicate, sleep, timeout, what):
    """Checks the state again after each event. An event only says that it is time to check."""
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
    """The D-Bus signals that systemd sends when something about a unit changes."""

    MANAGER = DBusAddress("/org/freedesktop/systemd1", "org.freedesktop.systemd1", "org.freedesktop.systemd1.Manager")

    def __enter__(self):
        self.bus = open_dbus_connection("SYSTEM")
        # systemd only sends them to clients that have subscribed.
        self.bus.send_and_get_reply(new_method_call(self.MANAGER, "Subscribe"))
        self.bus.send_and_get_reply(message_bus.AddMatch(MatchRule(type="signal", sender="org.freedesktop.systemd1")))
        return self

    def __exit__(self, *_):
        self.bus.close()

    def read(self, timeout):
        """Waits for one signal, and also takes all others that have arrived."""
        while True:
            try:
                self.bus.receive(timeout=timeout)
            except TimeoutError:
                return
            timeout = 0

# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The systemd-docker authors
"""What a case works with: the program under test, the engine that it talks to, and systemd's socket. Also, how cases are
registered.

A case is a function with a Test as its argument. `@case` registers it under its own name; with `@case(brief=False)` it does
not run under valgrind. `@variants(key=value, …)` registers one case for each value, with the name NAME_KEY, and passes the value
as well. Of these the first one runs under valgrind."""

import argparse
import collections
import os
import re
import select
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
import threading
import time

from engine import Engine

LINE_MAX = 2200
# The program considers its stderr the journal, so that each line begins with its level. This level and lower numbers count
# as errors.
WARNING = 4
# Warnings that are expected when a container or an engine ends.
NEWS = re.compile(r"Container .* (has ended|was stopped), exit status|Lost the Docker engine|"
                  r"Container .+ did not stop in time|There is no journald")
# valgrind's messages about itself, for example about a system call that it does not know.
VALGRIND = re.compile(r"--\d+-- ")
SANITIZERS = re.compile(r"AddressSanitizer|LeakSanitizer|runtime error:|^==\d+==|Bug: |Assertion|assert", re.M)

# brief: the case also runs with valgrind. One of each kind is enough, because valgrind is slow.
Case = collections.namedtuple("Case", "name function brief")
CASES = {}
# The options of the command line; see run.py.
options = argparse.Namespace()


class Skip(Exception):
    pass


def _register(name, function, brief):
    if name in CASES:
        raise ValueError(f"two cases with the name {name}")
    CASES[name] = Case(name, function, brief)


def case(f=None, *, brief=True):
    if not f:
        return lambda f: case(f, brief=brief)
    _register(f.__name__, f, brief)
    return f


def variants(**values):
    return variants_of(values)


def variants_of(values, brief=True):
    def decorate(f):
        for n, (key, value) in enumerate(values.items()):
            _register(f"{f.__name__}_{key.lstrip('_')}", lambda t, value=value: f(t, value), brief=brief and n == 0)
        return f
    return decorate


class Test:
    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="fault-")
        self.engine = self.process = None
        self.runs = threading.Event()  # process is set: the engine's thread can hear of it before we do
        self.judged = False  # the end of the program was

    def serve(self, **handlers):
        self.engine = Engine(self.folder, **handlers)
        return self.engine

    def start(self, *argv, fast=1, clock=False, service=False, files=None, **environment):
        env = {"PATH": "/usr/bin:/bin", "HOME": self.folder, "DOCKER_CONFIG": self.folder,
               "DOCKER_HOST": "unix://" + os.path.join(self.folder, "socket"), **environment}
        # ./check and others disable the leak check for the tests themselves; the program has to pass it.
        env["ASAN_OPTIONS"] = "detect_leaks=1:abort_on_error=0:verify_asan_link_order=0"
        env["UBSAN_OPTIONS"] = "print_stacktrace=1:halt_on_error=1"
        command = [options.program, *(argv or ("run", "--name", "c", "--rm", "image", "command"))]
        if options.valgrind:
            command = ["valgrind", "-q", "--leak-check=full", "--errors-for-leak-kinds=definite,indirect",
                       "--error-exitcode=99", *command]
        if files:
            command = ["sh", "-c", f'ulimit -n {files} && exec "$@"', "sh", *command]
        if service:
            if os.path.exists("/run/systemd/journal/socket"):
                raise Skip("its messages would go to this machine's journal")
            command = ["sh", "-c", 'SYSTEMD_EXEC_PID=$$ exec "$@"', "sh", *command]
        if fast > 1:
            if not options.fast_clock or options.valgrind:
                raise Skip("needs the fast clock")
            env |= {"LD_PRELOAD": options.fast_clock, "FAST_CLOCK": str(fast)}
        if clock:
            if not options.set_clock or options.valgrind:
                raise Skip("needs a clock of its own")
            path = self.prepare_clock()
            env |= {"LD_PRELOAD": options.set_clock, "SET_CLOCK": path}
        self.out = open(os.path.join(self.folder, "out"), "w+b")
        self.err = open(os.path.join(self.folder, "err"), "w+b")
        stat = os.fstat(self.err.fileno())
        env["JOURNAL_STREAM"] = f"{stat.st_dev}:{stat.st_ino}"
        self.judged = False
        self.process = subprocess.Popen(command, env=env, stdin=subprocess.DEVNULL, stdout=self.out, stderr=self.err)
        self.runs.set()

    def prepare_clock(self):
        path = os.path.join(self.folder, "clock")
        with open(path, "wb") as f:
            f.write(struct.pack("=q", 0))
        os.mkfifo(path + ".fifo")
        return path

    def set_clock(self, seconds):
        """Sets the program's clock to so many seconds after the machine's. To be called after start(clock=True)."""
        path = os.path.join(self.folder, "clock")
        with open(path, "r+b") as f:
            f.write(struct.pack("=q", int(seconds * 1e9)))
        with open(os.open(path + ".fifo", os.O_RDWR), "r+b", buffering=0) as f:
            f.write(bytes(8))
            self.until(lambda: not select.select([f], [], [], 0)[0], "reaction to the clock")

    def reached(self, step, timeout=30):
        if not self.engine.reached[step].wait(timeout * options.patience):
            raise AssertionError(f"step {step} was not reached:\n{self.stderr()}")

    def until(self, condition, what, timeout=30):
        """Waits until the program has done something, but not longer than it runs. Handlers of the engine call it as well, perhaps
        before start() has returned."""
        end = time.monotonic() + timeout * options.patience
        while not condition():
            ended = self.process and self.process.poll() is not None
            over = time.monotonic() > end or ended
            if over and not condition():
                raise AssertionError(f"no {what}; stdout {self.stdout()[-500:]}, stderr:\n{self.stderr()}")
            time.sleep(0.01)

    def said(self, pattern, timeout=30):
        """Waits for a line that the program logs."""
        self.until(lambda: re.search(pattern, self.stderr()), repr(pattern), timeout)

    def signal(self, signo=signal.SIGTERM):
        self.runs.wait()
        self.process.send_signal(signo)

    def stderr(self):
        with open(os.path.join(self.folder, "err"), "rb") as f:
            return f.read().decode(errors="replace")

    def stdout(self):
        with open(os.path.join(self.folder, "out"), "rb") as f:
            return f.read()

    def ends(self, status, *errors, within=20):
        """Expects that the program ends with this status and logs exactly these errors; each is a pattern."""
        self.judged = True
        try:
            got = self.process.wait(within * options.patience)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"it did not end within {within} s:\n{self.stderr()}") from None
        text = self.stderr()
        lines = [l for l in text.split("\n") if l and not VALGRIND.match(l)]
        assert not SANITIZERS.search(text), text[:8000]
        assert "(null)" not in text, text[:2000]
        for l in lines:
            assert len(l) < LINE_MAX, f"a line of {len(l)} bytes: {l[:300]}"
            assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f]", l), repr(l[:300])
        bad = error_lines(self)
        shown = "\n".join(l[:300] for l in lines)
        assert got == status, f"exit status {got}, not {status}:\n{shown}"
        assert len(bad) == len(errors), f"{len(bad)} lines of error, not {len(errors)}:\n{shown}"
        for l, pattern in zip(bad, errors):
            assert re.search(pattern, l), f"not {pattern!r}: {l[:300]}"
        self.check_engine()

    def check(self):
        """At the end of each case: the case has run the program until its end, and no handler has failed."""
        assert self.judged, "the case does not look at the program's end"
        self.check_engine()

    def check_engine(self):
        assert not (self.engine and self.engine.errors), self.engine.errors

    def done(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        if self.engine:
            self.engine.down()
        for f in ("out", "err"):
            if hasattr(self, f):
                getattr(self, f).close()
        shutil.rmtree(self.folder, ignore_errors=True)


def error_lines(t):
    def is_error(line):
        level = re.match(r"<([0-7])>", line)
        return not level or (int(level.group(1)) <= WARNING and not NEWS.match(line[3:]))

    return [l for l in t.stderr().split("\n") if l and not VALGRIND.match(l) and is_error(l)]


class Systemd:
    """systemd's notification socket."""

    def __init__(self, t):
        self.path = os.path.join(t.folder, "notify")
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.path)
        self.socket.settimeout(30 * options.patience)

    def wait(self, pattern):
        """Reads messages until there is such a message."""
        while not re.search(pattern, message := self.socket.recv(8192).decode()):
            pass
        return message

    def listen(self):
        """Reads all messages from now on, as fast as systemd does. The returned list grows."""
        messages = []
        self.socket.settimeout(None)

        def read():
            while True:
                messages.append(self.socket.recv(8192).decode())
        threading.Thread(target=read, daemon=True).start()
        return messages

# SPDX-License-Identifier: Apache-2.0
"""The whole program against an engine that misbehaves in ways that a real one can't be made to. TAP on stdout.

run.py PROGRAM [--valgrind] [--fast-clock LIBRARY] [--jobs N] [--only PATTERN]

Each case is bounded in time and checks: the exit status, that there is exactly the one line of error that it expects, short
and without control characters, no crash, and nothing said by a sanitizer or valgrind, leaks included."""

import argparse
import concurrent.futures
import faulthandler
import io
import json
import os
import re
import select
import shutil
import signal
import socket
import subprocess
import sys
import tarfile
import tempfile
import threading
import time
import traceback

import continuity
from engine import ID, STEPS, Engine, frame

LINE_MAX = 2200
# The program takes its stderr for the journal, so that each line has its level: these and above are errors.
WARNING = 4
# Warnings that are in order where a container or an engine ends.
NEWS = re.compile(r"Container .+ (has ended|was stopped), exit status|Lost the Docker engine|"
                  r"Container .+ did not stop in time")
# What it says of itself: a system call that it does not know.
VALGRIND = re.compile(r"--\d+-- ")
SANITIZERS = re.compile(r"AddressSanitizer|LeakSanitizer|runtime error:|^==\d+==|Bug: |Assertion|assert", re.M)

CASES = {}
# One of each kind is enough for valgrind, which takes its time.
BRIEF = set()
options = None

# What is known not to work yet: it may fail, and does not count as failed.
KNOWN = re.compile(r"engine_dies_at_prepare$")


class Skip(Exception):
    pass


def case(f):
    CASES[f.__name__] = f
    BRIEF.add(f.__name__)
    return f


class Test:
    def __init__(self, name):
        self.name = name
        self.folder = tempfile.mkdtemp(prefix="fault-")
        self.engine = self.process = None
        self.begin = time.monotonic()

    def serve(self, **handlers):
        self.engine = Engine(self.folder, **handlers)
        return self.engine

    def start(self, *argv, fast=1, **environment):
        env = {"PATH": "/usr/bin:/bin", "HOME": self.folder, "DOCKER_CONFIG": self.folder,
               "DOCKER_HOST": "unix://" + os.path.join(self.folder, "socket"), **environment}
        # check and others switch the leak check off for their own sake; the program itself has to pass it.
        env["ASAN_OPTIONS"] = "detect_leaks=1:abort_on_error=0:verify_asan_link_order=0"
        env["UBSAN_OPTIONS"] = "print_stacktrace=1:halt_on_error=1"
        command = [options.program, *(argv or ("run", "--name", "c", "--rm", "image", "command"))]
        if options.valgrind:
            command = ["valgrind", "-q", "--leak-check=full", "--errors-for-leak-kinds=definite,indirect",
                       "--error-exitcode=99", *command]
        if fast > 1:
            if not options.fast_clock or options.valgrind:
                raise Skip("needs the fast clock")
            env |= {"LD_PRELOAD": options.fast_clock, "FAST_CLOCK": str(fast)}
        self.out = open(os.path.join(self.folder, "out"), "w+b")
        self.err = open(os.path.join(self.folder, "err"), "w+b")
        stat = os.fstat(self.err.fileno())
        env["JOURNAL_STREAM"] = f"{stat.st_dev}:{stat.st_ino}"
        self.process = subprocess.Popen(command, env=env, stdin=subprocess.DEVNULL, stdout=self.out, stderr=self.err)

    def reached(self, step, timeout=30):
        if not self.engine.reached[step].wait(timeout * options.patience):
            raise AssertionError(f"step {step} was not reached:\n{self.stderr()}")

    def until(self, condition, what, timeout=30):
        """Waits for what the program does; not beyond its end."""
        end = time.monotonic() + timeout * options.patience
        while not condition():
            over = time.monotonic() > end or self.process.poll() is not None
            if over and not condition():
                raise AssertionError(f"no {what}; stdout {self.stdout()[-500:]}, stderr:\n{self.stderr()}")
            time.sleep(0.01)

    def said(self, pattern, timeout=30):
        """Waits for a line of the program."""
        self.until(lambda: re.search(pattern, self.stderr()), repr(pattern), timeout)

    def signal(self, signo=signal.SIGTERM):
        self.process.send_signal(signo)

    def stderr(self):
        with open(os.path.join(self.folder, "err"), "rb") as f:
            return f.read().decode(errors="replace")

    def stdout(self):
        with open(os.path.join(self.folder, "out"), "rb") as f:
            return f.read()

    def ends(self, status, *errors, within=20):
        """The program ends with this status, and its errors are these, each a pattern."""
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


def variants(**values):
    """A case for each value: NAME_KEY."""
    def decorate(f):
        for key, value in values.items():
            CASES[f"{f.__name__}_{key}"] = lambda t, value=value: f(t, value)
        BRIEF.add(f"{f.__name__}_{next(iter(values))}")
        return f
    return decorate


def answering(status, body="", headers=""):
    return lambda conn: conn.reply(status, body, headers)


def sending(data):
    def handler(conn):
        conn.send(data)
        conn.close()
    return handler


def hanging(conn):
    conn.hang()


# --- the engine as it should be: the other cases differ from this in one thing ---

@case
def well_behaved(t):
    e = t.serve()
    t.start()
    t.said("Started container")
    e.end(0)
    t.ends(0)
    assert e.counts["remove"] == 1


@case
def well_behaved_stop(t):
    t.serve()
    t.start()
    t.said("Started container")
    t.signal()
    t.ends(0)


@case
def well_behaved_exit_status(t):
    e = t.serve()
    t.start()
    t.said("Started container")
    e.end(42)
    t.ends(42)


# --- /_ping ---

@variants(
    nothing=b"",
    text=b"hello, this is not an engine\n",
    ssh=b"SSH-2.0-OpenSSH_9.2p1\r\n",
    binary=bytes(range(256)) * 256,
    half_a_header=b"HTTP/1.1 200 OK\r\nApi-Ver",
    long_header=b"HTTP/1.1 200 OK\r\nX: " + b"a" * (2 << 20),
    bad_status=b"HTTP/1.1 abc\r\n\r\n",
    future=b"HTTP/7.0 200 OK\r\n\r\n",
    cut_body=b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nO",
    bad_chunk=b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzzz\r\n",
)
def ping_garbage(t, data):
    t.serve(ping=sending(data))
    t.start()
    t.ends(125, "Failed to reach the Docker engine at [^ ]+: ")


@variants(
    huge="99999999999.1", empty="", negative="-1.44", words="one.two", injected="1.41\r\n injected", no_minor="1", dots="1.44.1",
    hex="0x1.0x2c", long="1." + "4" * 5000, escape="1.44\x1b[31m",
)
def ping_version_absurd(t, version):
    e = t.serve(ping=answering(200, "OK", f"Api-Version: {version}\r\n"))
    t.start()
    if version in ("", "1.41\r\n injected"):
        finish_either_way(t, e)
    else:
        t.ends(125, "The engine speaks API version ")
        assert e.counts == {"ping": 1}


def finish_either_way(t, e):
    """Refused, or taken for what it begins with, or (no version at all) for the oldest: but nothing else."""
    t.until(lambda: e.reached["inspect"].is_set() or error_lines(t), "decision")
    if e.reached["inspect"].is_set():
        e.end(0)
        t.ends(0)
    else:
        t.ends(125, "API version")


@variants(old="1.12", older="0.9", just_too_old="1.23")
def ping_version_too_old(t, version):
    e = t.serve(ping=answering(200, "OK", f"Api-Version: {version}\r\n"))
    t.start()
    t.ends(125, f"The engine speaks API version {re.escape(version)}, we speak 1.24 to ")
    assert e.counts == {"ping": 1}


@case
def ping_version_of_the_future(t):
    e = t.serve(ping=answering(200, "OK", "Api-Version: 2.0\r\n"))
    t.start()
    t.said("Started container")
    e.end(0)
    t.ends(0)


@variants(_400=400, _403=403, _404=404, _500=500, _503=503, _302=302)
def ping_status(t, status):
    t.serve(ping=answering(status, {"message": "no way"}))
    t.start()
    t.ends(125, "Failed to reach the Docker engine at [^ ]+: no way")


@case
def engine_is_missing(t):
    t.start()
    t.ends(125, "Failed to reach the Docker engine at [^ ]+: No such file or directory")


@case
def engine_is_dead(t):
    t.serve().deaf()
    t.start()
    t.ends(125, "Failed to reach the Docker engine at [^ ]+: Connection refused")


# --- the command line ---

# The kernel takes no word of more than 128 KiB less one byte; longer ones are test/unit/cli's.
WORD_MAX = 128 * 1024 - 1


@variants(
    not_utf8=["-e", b"A=\xff\xfe", "-l", b"\xc3=\x80", "-v", b"/\xff:/\xfe", "--network", b"\xff", "-h", b"\xed\xa0\x80", "image", b"\xff"],
    long_value=["-e", "A=" + "x" * (WORD_MAX - 2), "image"], long_command=["image", "x" * WORD_MAX],
    ten_thousand_options=["-e", "A=1"] * 5000 + ["image"], ten_thousand_words=["image"] + ["word"] * 10000,
    empty_words=["--name", "", "-h", "", "--entrypoint", "", "image", "", ""],
)
def odd_command_line(t, words):
    e = t.serve()
    t.start("run", "--name=c", "--rm", *words)
    t.said("Started container")
    e.end(0)
    t.ends(0)


@variants(
    option="--" + "x" * (WORD_MAX - 2), letters="-" + "x" * (WORD_MAX - 1), value="--memory=" + "9" * (WORD_MAX - 9),
    image="x" * WORD_MAX, control="--\x1b[31m\n\r\x07", not_utf8=b"--\xff\xfe\x80", bad_image=b"\xff", nothing="", dash="-",
    percent="--%s%n%x", mount="--mount=" + "," * (WORD_MAX - 8), file="--env-file=" + "/" * (WORD_MAX - 11),
)
def refused_command_line(t, word):
    e = t.serve()
    t.start("run", "--name=c", word, "image")
    t.ends(125, "")
    assert not e.counts


@variants(option="--" + "x" * (WORD_MAX - 2), command="x" * WORD_MAX, control="\x1b[31m\n", not_utf8=b"-\xff", nothing="", dash="-",
          host="--host=" + "x" * (WORD_MAX - 7), priority="--stderr-priority=%n" + "9" * 1000)
def refused_command_line_of_ours(t, word):
    t.start(word, "run", "image")
    t.ends(125, "")


# --- look-up, create, inspect ---

WRONG_TYPES = {
    "null": None, "list": [], "text": "text", "number": 42, "empty": {},
    "id_number": {"Id": 42}, "id_null": {"Id": None}, "id_short": {"Id": "abc"}, "id_path": {"Id": "../" * 21 + "x"},
    "id_upper": {"Id": "ABCDEF0123456789" * 4}, "id_long": {"Id": ID + "0"},
}


def with_logins(t, **handlers):
    """Starts it where there are logins for --use-api-socket."""
    e = t.serve(**handlers)
    with open(os.path.join(t.folder, "config.json"), "w", encoding="utf-8") as f:
        json.dump({"auths": {"r:5000": {"auth": "bWU6c2VjcmV0"}}, "detachKeys": "ctrl-x"}, f)
    t.start("run", "--name=c", "--rm", "--use-api-socket", "image")
    return e


@case
def logins_for_the_container(t):
    bodies = {}

    def create(conn):
        bodies["create"] = json.loads(conn.body)
        t.engine.do_create(conn)

    def archive(conn):
        assert "start" not in t.engine.counts and "path=%2F" in conn.target
        bodies["archive"] = conn.body
        t.engine.do_archive(conn)
    e = with_logins(t, create=create, archive=archive)
    t.said("Started container")
    e.end(0)
    t.ends(0)
    assert bodies["create"]["Env"] == ["DOCKER_CONFIG=/run/secrets/docker"]
    with tarfile.open(fileobj=io.BytesIO(bodies["archive"])) as tar:
        (member,) = tar.getmembers()
        assert (member.name, member.mode, member.uid) == ("/run/secrets/docker/config.json", 0o600, 0)
        assert json.load(tar.extractfile(member)) == {"auths": {"r:5000": {"auth": "bWU6c2VjcmV0"}}}


@variants(refused=answering(500, {"message": "read-only"}), absent=answering(404, {"message": "read-only"}), broken=sending(b"read-only\r\n\r\n"))
def logins_that_cannot_be_put(t, archive):
    e = with_logins(t, archive=archive)
    t.ends(125, "Failed to put the logins of --use-api-socket into the container: ")
    assert "start" not in e.counts and e.counts["remove"] == 1


@variants(upgrade=("1.41", "1.51"), downgrade=("1.51", "1.30"))
def engine_of_another_version_finds_the_same_container(t, versions):
    """What is sent differs with these options; what the unit says doesn't."""
    line = ["--logs=false", "--rm=false", "run", "--name=c", "--mac-address=02:42:ac:11:00:02", "--cap-add=chown",
            "--kernel-memory=50m", "--cgroup-parent=/x", "image"]
    bodies = []

    def ping(conn):
        conn.reply(200, "OK", f"Api-Version: {versions[len(bodies)]}\r\n")

    def create(conn):
        bodies.append(json.loads(conn.body))
        t.engine.labels = bodies[0]["Labels"]
        t.engine.do_create(conn)
    e = t.serve(ping=ping, create=create)
    t.start(*line)
    t.ends(0)
    t.start(*line)
    t.ends(0)
    assert len(bodies) == 1 and e.running
    # The same with another word is another container.
    t.start(*line, "word")
    t.ends(0, "is stale")
    e.labels = e.exists = e.running = False
    t.start(*line)
    t.ends(0)
    assert bodies[0] != bodies[1] and bodies[0]["Labels"] == bodies[1]["Labels"], bodies


@variants(**WRONG_TYPES)
def create_malformed(t, answer):
    e = t.serve(create=answering(201, answer))
    t.start()
    t.ends(125, "The engine's answer to the creation is malformed")
    assert "start" not in e.counts


@variants(cut='{"Id":"' + ID, binary=bytes(range(256)), nothing="", deep="[" * 100000, twice=f'{{"Id":"{ID}"}}{{}}',
          bad_utf8=b'{"Id":"' + b"\xff" * 64 + b'"}')
def create_not_json(t, body):
    t.serve(create=answering(201, body))
    t.start()
    t.ends(125, "The engine's answer to the creation is malformed")


@case
def create_16_megabytes(t):
    def create(conn):
        t.engine.exists = True
        conn.reply(201, json.dumps({"Warnings": ["x" * (15 << 20)], "Id": ID}))
    e = t.serve(create=create)
    t.start()
    t.said("Started container", 60)
    e.end(0)
    t.ends(0, "Engine: x{100}")


@case
def create_more_than_16_megabytes(t):
    t.serve(create=answering(201, json.dumps({"Warnings": ["x" * (17 << 20)], "Id": ID})))
    t.start()
    t.ends(125, "Failed to create the container: File too large")


@case
def create_endless(t):
    def create(conn):
        conn.open()
        while True:
            conn.chunk(b"x" * 65536)
    t.serve(create=create)
    t.start()
    t.ends(125, "Failed to create the container: File too large", within=60)


@case
def create_conflicts_for_ever(t):
    """The name is in use, but nobody has it."""
    e = t.serve(create=answering(409, {"message": "Conflict. The name is in use"}))
    t.start()
    t.ends(125, "Failed to create the container: Conflict")
    assert e.counts["create"] <= 10


@case
def create_misses_the_image_for_ever(t):
    e = t.serve(create=answering(404, {"message": "No such image: image"}))
    t.start()
    t.ends(125, "Failed to create the container: No such image")
    assert e.counts["pull"] == 1


@variants(cut=b'{"status":"Pul', garbage=b"\xff\xfe\0\n" * 1000, error=b'{"error":"no space\\nleft","errorDetail":{"code":"x"}}\n',
          wrong=b'[]\n42\n{"status":{},"progressDetail":[1,2],"id":null}\n{"error":42}\n',
          long=b'{"status":"' + b"x" * 3000000 + b'"}\n')
def pull_strange(t, data):
    def pull(conn):
        conn.open()
        conn.chunk(data)
        conn.finish()

    def create(conn):
        if "pull" not in t.engine.counts:
            conn.reply(404, {"message": "No such image: image"})
        else:
            t.engine.do_create(conn)
    e = t.serve(pull=pull, create=create)
    t.start()
    if b'"error":"' in data:
        t.ends(125, "Failed to pull (the )?image( image)?: no space left")
        return
    t.said("Started container")
    e.end(0)
    t.ends(0)


def serve_pulls(t, *tries):
    """Creating needs a pull; each try of it is one of these, then the last one again."""
    done = []

    def pull(conn):
        try_ = tries[min(t.engine.counts["pull"], len(tries)) - 1]
        t.pulls.append(conn.target)
        try_(conn)
        done.append(try_)

    def create(conn):
        if done and done[-1] is complete:
            t.engine.do_create(conn)
        else:
            conn.reply(404, {"message": "No such image: image:latest"})
    t.pulls = []
    return t.serve(pull=pull, create=create)


def complete(conn):
    conn.open()
    conn.chunk('{"status":"Download complete","progressDetail":{},"id":"last"}\n')
    conn.finish()


def breaking(*lines):
    """So far, and then the engine's word that it can't go on."""
    def pull(conn):
        conn.open()
        for line in lines:
            conn.chunk(line + "\n")
        conn.finish()
    return pull


def layer(current):
    return json.dumps({"status": "Downloading", "id": "a", "progressDetail": {"current": current, "total": 1000}})


BUSY = {"message": 'Get "https://r/v2/": net/http: TLS handshake timeout'}
RESET = '{"errorDetail":{"message":"read: connection reset by peer"},"error":"read: connection reset by peer"}'


@case
def pull_is_asked_for_by_the_whole_name(t):
    e = serve_pulls(t, complete)
    t.start()
    t.said("Started container")
    e.end(0)
    t.ends(0)
    assert t.pulls == ["/images/create?fromImage=docker.io%2Flibrary%2Fimage&tag=latest"]


@variants(busy=(500, BUSY), slow_down=(429, {"message": "x"}), unavailable=(503, ""))
def pull_passing_failure(t, answer):
    serve_pulls(t, answering(*answer))
    t.start(fast=20)
    t.ends(125, "Failed to pull image image: ")
    assert t.engine.counts["pull"] == 4


@variants(denied=(500, {"message": "unauthorized: authentication required"}), unknown=(404, {"message": "manifest unknown"}),
          strange=(500, {"message": "x" * 100000}), empty=(500, ""), forbidden=(403, {"message": "no way"}))
def pull_final_failure(t, answer):
    serve_pulls(t, answering(*answer))
    t.start(fast=20)
    t.ends(125, "Failed to pull image image: ")
    assert t.engine.counts["pull"] == 1


@case
def pull_recovers(t):
    e = serve_pulls(t, answering(500, BUSY), breaking(layer(10), RESET), answering(500, BUSY), complete)
    t.start(fast=20)
    t.said("Started container")
    e.end(0)
    t.ends(0)
    assert e.counts["pull"] == 4


@case
def pull_that_gets_further_each_time(t):
    """It may take many tries."""
    e = serve_pulls(t, *(breaking(layer(100 * i), RESET) for i in range(1, 9)), complete)
    t.start(fast=20)
    t.said("Started container")
    e.end(0)
    t.ends(0)
    assert e.counts["pull"] == 9


@case
def pull_that_gets_as_far_each_time(t):
    serve_pulls(t, breaking(layer(100), RESET))
    t.start(fast=20)
    t.ends(125, "Failed to pull image image: read: connection reset by peer")
    assert t.engine.counts["pull"] == 4


@case
def pull_breaks_with_the_engine(t):
    def dying(conn):
        conn.open()
        conn.chunk(layer(10) + "\n" + layer(20)[:10])
        t.engine.down()
        threading.Timer(0.3, t.engine.up).start()
    e = serve_pulls(t, dying, complete)
    t.start(fast=5)
    t.said("Started container")
    e.end(0)
    t.ends(0)


@case
def pull_never(t):
    serve_pulls(t, complete)
    t.start("run", "--pull", "never", "image")
    t.ends(125, "Failed to create the container: No such image")
    assert "pull" not in t.engine.counts


@case
def pull_stop_while_waiting(t):
    serve_pulls(t, answering(500, BUSY))
    t.start()
    t.said("trying again in 2 s")
    begin = time.monotonic()
    t.signal()
    t.ends(0)
    assert time.monotonic() - begin < 1.5 * options.patience


def with_helper(t, script, config='{"credsStore":"test"}'):
    if options.valgrind:
        raise Skip("valgrind knows no pidfd_open(2)")
    with open(os.path.join(t.folder, "docker-credential-test"), "w", encoding="utf-8") as f:
        f.write("#!/bin/sh\n" + script)
        os.chmod(f.fileno(), 0o755)
    with open(os.path.join(t.folder, "config.json"), "w", encoding="utf-8") as f:
        f.write(config)
    return {"PATH": t.folder + ":/usr/bin:/bin"}


@variants(binary="cat /bin/sh", endless="yes", killed="kill -SEGV $$", wrong="echo '[]'", silent="exit 3",
          colours="printf '\\033[31mno\\n\\nway\\033[0m' >&2; exit 1", deaf="exec <&-; exit 4")
def pull_helper_strange(t, script):
    e = serve_pulls(t, complete)
    t.start(**with_helper(t, script))
    t.said("docker-credential-test gives no login for docker.io, ignoring it: ")
    t.said("Started container")
    e.end(0)
    t.ends(0, "docker-credential-test gives no login")


@case
def pull_helper_hangs(t):
    e = serve_pulls(t, complete)
    t.start(fast=20, **with_helper(t, "sleep 1000"))
    t.said("it did not answer in time")
    t.said("Started container")
    e.end(0)
    t.ends(0, "docker-credential-test gives no login")


@case
def pull_helper_hangs_and_stop(t):
    serve_pulls(t, complete)
    fifo = os.path.join(t.folder, "docker-credential-test.pid")
    os.mkfifo(fifo)
    # It can be read as soon as there is a helper, and without one there is an end.
    with open(os.open(fifo, os.O_RDWR), encoding="utf-8") as f:
        t.start(**with_helper(t, 'echo $$ >"$0.pid"; sleep 1000'))
        assert select.select([f], [], [], 30 * options.patience)[0]
        helper = os.pidfd_open(int(f.readline()))
    try:
        t.signal()
        t.ends(0)
        # It was killed; it dies when it is its turn.
        assert select.select([helper], [], [], 30 * options.patience)[0]
    finally:
        os.close(helper)


@variants(garbage=b"\xff\xfe" * 1000, deep=b'{"auths":' + b"[" * 100000, cut=b'{"auths":{"https://index.docker.io/v1/":{"auth":"bWU6',
          entry=b'{"auths":{"https://index.docker.io/v1/":{"auth":"?"}}}')
def pull_config_malformed(t, data):
    with open(os.path.join(t.folder, "config.json"), "wb") as f:
        f.write(data)
    e = serve_pulls(t, complete)
    t.start()
    t.said("Started container")
    e.end(0)
    t.ends(0, "is malformed, ignoring it")


def with_description(change):
    def inspect(conn):
        d = conn.engine.description()
        conn.reply(200, change(d) if conn.engine.exists else {})
    return inspect


def everything(value):
    """All members but Id of this type."""
    return lambda d: {k: v if k == "Id" else value for k, v in d.items()}


def leaves(value):
    def change(d):
        return {k: change(v) if isinstance(v, dict) and v else (v if k == "Id" else value) for k, v in d.items()}
    return change


@variants(null=None, list=[], text="text", number=42, float=1.5, true=True, object={})
def prepare_wrong_types(t, value):
    """What can't be understood is as if it was not there; nothing of it ends the program otherwise than in order."""
    for_all = everything(value)
    e = t.serve(prepare=with_description(for_all), inspect=with_description(for_all))
    t.start()
    e.reached["inspect"].wait(20)
    e.end(3)
    t.process.wait(30 * options.patience)
    t.ends(t.process.returncode, *([".*"] * len(error_lines(t))))
    assert t.process.returncode in (3, 0, 125), t.process.returncode


@variants(null=None, list=[], text="text", number=-1, huge=10**30, object={})
def prepare_wrong_leaves(t, value):
    for_all = leaves(value)
    e = t.serve(prepare=with_description(for_all), inspect=with_description(for_all))
    t.start()
    e.reached["inspect"].wait(20)
    e.end(3)
    t.process.wait(30 * options.patience)
    t.ends(t.process.returncode, *([".*"] * len(error_lines(t))))
    assert t.process.returncode in (3, 0, 125), t.process.returncode


@variants(**{k: v for k, v in WRONG_TYPES.items()})
def prepare_malformed(t, answer):
    e = t.serve(prepare=answering(200, answer))
    t.start()
    t.ends(125, "The engine's description of the container is malformed")
    assert "start" not in e.counts and e.counts["remove"] == 1


@variants(null=None, list=[], empty={}, id_path={"Id": "../../images"})
def look_up_malformed(t, answer):
    e = t.serve(look_up=answering(200, answer))
    t.start()
    t.ends(125, "The engine's description of the container is malformed")
    assert "create" not in e.counts


@variants(control="a\x1b[2J\x07\nb", long="x" * 300000, format="%s%n%s%n", utf8="äöü\u202e")
def strange_names(t, name):
    """Of the container and the image, in our own messages."""
    def change(d):
        return {**d, "Name": "/" + name, "Config": {**d["Config"], "Image": name}}
    e = t.serve(prepare=with_description(change), inspect=with_description(change))
    t.start()
    t.reached("inspect")
    time.sleep(0.2)
    e.end(0)
    t.ends(0)


# --- start ---

@variants(control=json.dumps({"message": "\x1b[31mbad\n\r\x07\x00\x08" * 100000}), plain="no\n" * 300000, format='{"message":"%s%n%x"}',
          empty="", html="<html>" + "<p>" * 300000, utf8=json.dumps({"message": "\u202e\U0001f600" * 200000}),
          broken=b'{"message":"' + b"\xff\xfe" * 100000 + b'"}')
def start_fails(t, body):
    e = t.serve(start=answering(500, body))
    t.start()
    t.ends(125, "Failed to start the container: ")
    assert e.counts["remove"] == 1


@variants(_127='exec: "x": executable file not found in $PATH', _126="permission denied: unknown", _125="no such network")
def start_fails_with_status(t, message):
    t.serve(start=answering(400, {"message": message}))
    t.start()
    t.ends({"exec": 127, "perm": 126, "no s": 125}[message[:4]], re.escape(message))


@case
def start_closes(t):
    e = t.serve(start=sending(b""))
    t.start()
    t.ends(125, "Failed to start the container: ")
    assert e.counts["remove"] == 1


@case
def start_fails_by_the_stop(t):
    """A stop of the unit signals the runtime as well, where that works in the unit's cgroup."""
    def stopped(conn):
        t.signal()
        conn.reply(500, {"message": "runc create failed"})

    e = t.serve(start=stopped)
    t.start()
    t.ends(0)
    assert "runc create failed" in t.stderr() and e.counts["remove"] == 1


# --- attach ---

@variants(_404=404, _409=409, _500=500)
def attach_fails(t, status):
    e = t.serve(attach=answering(status, {"message": "no such thing"}))
    t.start()
    t.ends(125, "Failed to attach to the container's output: no such thing")
    assert "start" not in e.counts and e.counts["remove"] == 1


@case
def attach_closes_before_the_header(t):
    t.serve(attach=sending(b""))
    t.start()
    t.ends(125, "Failed to attach to the container's output: ")


@case
def attach_closes_behind_the_header(t):
    """Nothing is lost by that: the container may just have nothing to say."""
    def attach(conn):
        conn.open()
        conn.engine.reached["start"].wait()
        conn.finish()
    e = t.serve(attach=attach)
    t.start()
    t.said("Started container")
    e.end(0)
    t.ends(0)


@case
def attach_garbage_for_ever(t):
    def attach(conn):
        conn.open()
        while not conn.engine.ended.is_set():
            conn.chunk(b"\xff garbage that is no frame at all\n" * 1000)
        conn.finish()
    e = t.serve(attach=attach)
    t.start()
    t.said("Started container")
    e.end(0)
    t.ends(0, "log stream is malformed", within=40)


@variants(huge=b"\1\0\0\0\xff\xff\xff\xff" + b"x" * 100000, empty=b"\1\0\0\0\0\0\0\0" * 100000, stdin=b"\0\0\0\0\0\0\0\2a\n" * 10000,
          cut=b"\1\0\0\0\0\0\0\x09abc", one_line=b"\1\0\0\0\0\x10\0\0" + b"x" * (1 << 20))
def attach_strange_frames(t, data):
    def attach(conn):
        conn.open()
        conn.chunk(data)
        conn.engine.ended.wait()
        conn.finish()
    e = t.serve(attach=attach)
    t.start()
    t.said("Started container")
    e.end(0)
    t.ends(0, within=40)


@case
def attach_never_ends(t):
    """The container is dead, but its output does not end."""
    def attach(conn):
        conn.open()
        conn.chunk(b"\1\0\0\0\0\0\0\3ab\n")
        conn.hang()
    e = t.serve(attach=attach)
    t.start(fast=10)
    t.said("Started container")
    e.end(7)
    t.ends(7, "output has not come to its end in time", within=20)
    assert t.stdout() == b"ab\n"


# --- events ---

@case
def events_flood_of_malformed_lines(t):
    def events(conn):
        conn.open()
        line = b'{"Type":"container","Action":42,"Actor":[]}\n\xff\xfe{\n'
        for _ in range(50):
            conn.chunk(line * 1000)
        conn.engine.ended.wait()
        conn.chunk(conn.engine.event("die"))
        conn.hang()
    e = t.serve(events=events)
    t.start()
    t.said("Started container")
    e.end(0)
    t.ends(0, within=60)


@case
def events_flood_of_real_ones(t):
    """Each is news of our container, as fast as they go: none of it fills a queue up."""
    def events(conn):
        conn.open()
        for i in range(2000):
            nsec = 10**18 + i
            conn.chunk("".join(json.dumps({"Type": "container", "Action": a, "timeNano": nsec + k, "Actor": {"ID": ID}}) + "\n"
                               for k, a in enumerate(["exec_start: x", "pause", "unpause", "start", "health_status: healthy", "top"])))
        conn.hang()
    e = t.serve(events=events)
    t.start()
    t.said("Started container")
    time.sleep(0.5)
    e.end(0)
    t.ends(0, within=60)


@case
def events_one_endless_line(t):
    def events(conn):
        conn.open()
        for _ in range(64):
            conn.chunk(b"x" * (1 << 20))
        conn.hang()
    e = t.serve(events=events)
    t.start()
    t.said("Started container")
    e.end(0)
    t.ends(0, within=60)


@variants(_404=404, _500=500)
def events_fail(t, status):
    e = t.serve(events=answering(status, {"message": "no events today"}))
    t.start()
    t.ends(125, "Failed to listen to the engine's events: no events today")
    assert "start" not in e.counts and e.counts["remove"] == 1


@case
def events_break_again_and_again(t):
    def events(conn):
        conn.open()
        if conn.engine.counts["events"] > 3:
            conn.engine.do_events(conn)
        if conn.engine.counts["events"] > 1 or conn.engine.reached["inspect"].wait(10):
            time.sleep(0.1)
            conn.close()
    e = t.serve(events=events)
    t.start()
    t.said("(?s)The Docker engine is back.*The Docker engine is back")
    e.end(5)
    t.ends(5)


# --- wait ---

@variants(huge='{"StatusCode":99999}', negative='{"StatusCode":-1}', text='{"StatusCode":"x"}', null='{"StatusCode":null}', cut='{"Stat',
          garbage="\0\1\2", float='{"StatusCode":1.5}', list="[]", nothing="", enormous='{"StatusCode":1' + "0" * 5000 + "}",
          error='{"StatusCode":0,"Error":{"Message":"lost it"}}')
def wait_strange(t, body):
    """Then inspect knows it."""
    def wait(conn):
        conn.open()
        conn.engine.ended.wait()
        if body:
            conn.chunk(body)
        conn.finish()
    e = t.serve(wait=wait)
    t.start(fast=10)
    t.said("Started container")
    e.end(0 if "Error" in body else 42)
    t.ends(0 if "Error" in body else 42)


@case
def wait_in_pieces(t):
    def wait(conn):
        conn.open()
        conn.engine.ended.wait()
        for c in '{"StatusCode": 42}\n':
            conn.chunk(c)
            time.sleep(0.01)
        conn.finish()
    e = t.serve(wait=wait)
    t.start(fast=10)
    t.said("Started container")
    e.end(42)
    t.ends(42)


@variants(_404=404, _500=500)
def wait_fails(t, status):
    e = t.serve(wait=answering(status, {"message": "no"}))
    t.start(fast=10)
    t.said("Started container")
    e.end(42)
    t.ends(42)


# --- an engine that hangs, and SIGTERM ---

@case
def hang_ping_and_stop(t):
    t.serve(ping=hanging)
    t.start()
    t.reached("ping")
    t.signal()
    t.ends(0, within=5)


@case
def hang_pull_and_stop(t):
    t.serve(pull=hanging)
    t.start("run", "--pull", "always", "--name", "c", "image")
    t.reached("pull")
    t.signal()
    t.ends(0, within=5)


# Where SIGTERM has to wait for the step to end, the step's time-out bounds it: status, seconds by the program's clock, error.
HANGS = {
    "look-up": (125, 45, "Failed to look for the container: "), "create": (125, 135, "Failed to create the container: "),
    "prepare": (125, 45, "Failed to inspect the container: "), "events": (125, 45, "Attaching to the container: no result in time"),
    "attach": (125, 45, "Attaching to the container: no result in time"),
    "wait": (125, 45, "Attaching to the container: no result in time"), "start": (125, 135, "Failed to start the container: "),
    "inspect": (125, 65, "Failed to inspect the container: "), "stop": (137, 40, "The engine did not stop the container"),
    "remove": (0, 25, "Failed to remove "),
}


def hang_and_stop(t, step):
    status, seconds, error = HANGS[step]
    t.serve(**{step: hanging})
    t.start(fast=20)
    t.reached({"stop": "inspect", "remove": "inspect"}.get(step, step))
    if step in ("stop", "remove"):
        t.said("Started container")
    begin = time.monotonic()
    t.signal()
    t.ends(status, error, within=30)
    assert time.monotonic() - begin < seconds / 20 + 10, time.monotonic() - begin


for _step in HANGS:
    CASES[f"hang_{_step.replace('-', '_')}_and_stop"] = lambda t, step=_step: hang_and_stop(t, step)


@case
def engine_never_notices_the_end(t):
    """It has answered who waits, and then knows nothing of it: bounded, and the exit status is the container's."""
    def inspect(conn):
        if conn.engine.counts["inspect"] > 1:
            conn.hang()
        conn.engine.do_inspect(conn)
    e = t.serve(events=lambda conn: (conn.open(), conn.hang()), inspect=inspect)
    t.start(fast=10)
    t.said("Started container")
    e.end(3)
    t.ends(3, "The engine has not noticed that container c has ended", within=30)


@case
def hang_everything_and_stop(t):
    """A running container, then an engine that answers nothing any more."""
    def kill(conn):
        conn.hang()
    t.serve(stop=hanging, kill=kill, remove=hanging)
    t.start(fast=20)
    t.said("Started container")
    t.signal()
    t.process.wait(40)
    lines = error_lines(t)
    t.ends(125, *[".*"] * len(lines))
    # A fifth is of the SIGKILL that could not be passed on, where that is known before the end.
    assert 4 <= len(lines) <= 5, lines
    for pattern in ("The engine did not stop the container", "Killing the container: no result in time",
                    "output has not come to its end", "Failed to remove "):
        assert sum(bool(re.search(pattern, l)) for l in lines) == 1, lines


# --- an engine that dies ---

def dies(t, step):
    def handler(conn):
        conn.engine.down()
        conn.close()
    t.serve(**{step: handler})
    t.start(fast=10)
    if step in ("stop", "remove"):
        t.said("Started container")
        t.signal()
    return t


LEFT_BEHIND = "Failed to remove container [^ ]+, the next start will: "


def engine_dies(t, step):
    dies(t, step)
    created = step not in ("ping", "look-up", "create")
    t.ends(125, "Failed to ", *([LEFT_BEHIND] if created else []), within=30)


for _step in STEPS:
    if _step not in ("stop", "remove", "inspect"):
        CASES[f"engine_dies_at_{_step.replace('-', '_')}"] = lambda t, step=_step: engine_dies(t, step)


@case
def engine_dies_at_inspect(t):
    """It was started and runs: nobody may say that it was removed, or that it ended."""
    dies(t, "inspect")
    t.ends(125, "Failed to inspect the container: ", LEFT_BEHIND, within=30)


@case
def engine_dies_at_remove(t):
    """The exit status is the container's; what is left, the next start removes, and a line says so."""
    dies(t, "remove")
    t.ends(0, LEFT_BEHIND, within=30)


@case
def engine_dies_at_stop(t):
    """Nothing can be stopped without it. Bounded, and not a success."""
    dies(t, "stop")
    t.process.wait(40)
    t.ends(t.process.returncode, *([".*"] * len(error_lines(t))))
    assert t.process.returncode not in (0, 143), t.process.returncode


@case
def engine_is_restarted_while_it_runs(t):
    e = t.serve()
    t.start()
    t.said("Started container")
    e.down()
    t.said("Lost the Docker engine")
    time.sleep(0.3)
    assert t.process.poll() is None, t.stderr()
    e.up()
    t.said("The Docker engine is back")
    e.end(9)
    t.ends(9)


@case
def restart_takes_its_time(t):
    """With --rm it was no `docker stop` as long as the engine has not removed the container."""
    stop, removed = threading.Event(), threading.Event()

    def events(conn):
        conn.open()
        stop.wait()
        conn.chunk("".join(conn.engine.event(action, signal="15", exitCode="143") for action in ("kill", "die", "stop")))
        conn.engine.end(143)
        removed.wait()
        conn.chunk(conn.engine.event("destroy"))
        conn.hang()
    e = t.serve(events=events)
    t.start(fast=10)
    t.said("Started container")
    pings = e.counts["ping"]
    stop.set()
    t.until(lambda: e.counts["ping"] > pings, "ping")
    time.sleep(0.8)
    assert t.process.poll() is None, t.stderr()
    e.exists = False
    removed.set()
    t.ends(0)


@case
def log_breaks_before_the_engine_is_gone(t):
    """The output's connection is the first to die; when we ask, there is no socket any more. The container runs on."""
    def attach(conn):
        conn.open()
        if conn.engine.counts["attach"] == 1:
            conn.engine.reached["inspect"].wait(20)
            time.sleep(0.3)
            conn.engine.down(later=0.5)
            conn.close()
        conn.engine.ended.wait()
        conn.finish()
    e = t.serve(attach=attach)
    t.start()
    t.said("Lost the Docker engine")
    time.sleep(0.5)
    assert t.process.poll() is None, t.stderr()
    e.up()
    t.said("The Docker engine is back")
    e.end(4)
    t.ends(4, within=20)


@case
def log_breaks_while_it_runs(t):
    def attach(conn):
        conn.open()
        t.engine.reached["inspect"].wait(20)
        time.sleep(0.3)
        conn.chunk(frame(1, b"one\n"))
        e.output = [(time.time(), 1, b"one\n"), (time.time() + 0.1, 1, b"two\n")]
        conn.close()
    e = t.serve(attach=attach)
    t.start()
    t.said("Started container")
    t.until(lambda: t.stdout() == b"one\ntwo\n", "second line")
    e.end(0)
    t.ends(0)


# --- systemd's notification socket, health checks, the container's socket ---

class Systemd:
    """Its notification socket."""

    def __init__(self, t):
        self.path = os.path.join(t.folder, "notify")
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.path)
        self.socket.settimeout(30 * options.patience)

    def wait(self, pattern):
        """Reads until there is such a message."""
        while not re.search(pattern, message := self.socket.recv(8192).decode()):
            pass
        return message


@case
def systemd_that_never_reads(t):
    """Neither the container nor a stop waits for it; what it should know last is waited for a little."""
    systemd, e = Systemd(t), t.serve()
    t.start(NOTIFY_SOCKET=systemd.path, WATCHDOG_USEC="20000")
    t.said("Started container")
    time.sleep(1)  # fifty pings and more than the queue holds
    t.signal()
    e.reached["remove"].wait(10 * options.patience)
    t.ends(0, "systemd did not take the last notifications in time", within=30)


@case
def systemd_that_is_not_there(t):
    e = t.serve()
    t.start(NOTIFY_SOCKET=os.path.join(t.folder, "nobody"))
    t.said("Started container")
    e.end(0)
    t.ends(0)


@variants(vsock="vsock:2:1", relative="notify", long="/" + "x" * 200, nothing="@")
def systemd_at_no_address(t, address):
    e = t.serve()
    t.start(NOTIFY_SOCKET=address)
    t.said("Started container")
    e.end(0)
    t.ends(0, "Failed to notify systemd at ")


def serve_health(t, then, check=None, **handlers):
    """A container with a health check, and what the engine says of it once it runs."""
    def described(conn):
        e = conn.engine
        if e.counts.get("inspect", 0) > 1 and "later" in handlers:
            handlers["later"](conn)
            return
        d = e.description()
        d["Config"]["Healthcheck"] = {"Test": ["CMD", "x"], **(check or {})}
        conn.reply(200, d)

    def events(conn):
        conn.open()
        conn.engine.reached["inspect"].wait()
        time.sleep(0.2)
        if then:
            conn.chunk(conn.engine.event(then))
        conn.hang()

    return t.serve(prepare=described, inspect=described, events=events)


@variants(fails=answering(500, {"message": "busy"}), nonsense=answering(200, "[]"), gone=lambda conn: conn.close())
def unhealthy_and_inspect_does_not_say_why(t, later):
    systemd = Systemd(t)
    serve_health(t, "health_status: unhealthy", later=later)
    t.start("--notify=healthy", "run", "--name", "c", "--rm", "image", NOTIFY_SOCKET=systemd.path)
    systemd.wait(r"^EXTEND_TIMEOUT_USEC=250000000$")
    t.ends(125, "did not get healthy, its health checks fail")
    systemd.wait("^STATUS=Container c did not get healthy")


@case
def health_that_is_never_judged(t):
    """By an engine that has forgotten it: the limit of the check is ours as well. 10 s and the margin, at a tenth."""
    serve_health(t, None, {"Interval": 2 * 10**9, "Timeout": 3 * 10**9, "Retries": 1})
    t.start("--notify=healthy", "run", "--name", "c", "--rm", "image", fast=10)
    t.ends(125, "did not get healthy, and the engine did not call it unhealthy in time; none has come to an end")


@case
def health_check_of_forty_years(t):
    e = serve_health(t, None, {"StartPeriod": 2**63 - 1, "Interval": 2**63 - 1, "Retries": 2**63 - 1})
    t.start("--notify=healthy", "run", "--name", "c", "--rm", "image")
    t.said("Started container")
    t.signal()
    t.ends(0)
    assert e.counts["remove"] == 1


@variants(none=["NONE"], empty=[], number=7, nothing=None)
def health_check_that_is_none(t, test):
    e = t.serve(prepare=lambda conn: conn.reply(200, conn.engine.description() | {"Config": {"Healthcheck": {"Test": test}}}))
    t.start("--notify=healthy", "run", "--name", "c", "--rm", "image")
    t.ends(125, "--notify=healthy: the container has no health check")
    assert "start" not in e.counts and e.counts["remove"] == 1


@variants(nothing=[], another=[{"Destination": "/run/notify", "Source": "/etc"}], odd=[7, {"Destination": 7}, None], outside=[
    {"Destination": "/run/notify", "Source": "/run/systemd-docker/../../etc/notify"}])
def socket_is_not_where_it_should_be(t, mounts):
    """Nothing is made, or removed, at a place that the engine has made up."""
    t.serve(prepare=lambda conn: conn.reply(200, conn.engine.description() | {"Mounts": mounts}))
    name = os.path.basename(t.folder)  # it names a folder in /run, and others run beside this
    t.start("--notify", "run", "--name", name, "--rm", "image", XDG_RUNTIME_DIR=t.folder)
    t.ends(125, f"The engine has not mounted .*/systemd-docker/{name}/notify into the container")


@case
def socket_needs_an_engine_of_this_machine(t):
    e = t.serve()
    listener = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=e._accept, args=(listener,), daemon=True).start()  # pylint: disable=protected-access
    t.start("--notify", "--host", f"tcp://127.0.0.1:{listener.getsockname()[1]}", "run", "image", XDG_RUNTIME_DIR=t.folder)
    t.ends(125, "--notify=container needs an engine on this machine")


# --- under systemd: our messages go to the journal's socket, where there is one ---

@case
def under_systemd_waits_for_the_engine(t):
    """By INVOCATION_ID. At boot the engine may come later."""
    t.start(INVOCATION_ID="0" * 32)
    t.said("can't be reached yet")
    t.serve(start=answering(500, {"message": "that was enough"}))
    t.process.wait(30 * options.patience)
    text = t.stderr()
    assert t.process.returncode == 125, text
    assert not SANITIZERS.search(text), text


@case
def under_systemd_stop_while_waiting(t):
    t.start(INVOCATION_ID="0" * 32)
    t.said("can't be reached yet")
    t.signal()
    t.process.wait(10 * options.patience)
    assert t.process.returncode == 0, t.stderr()


continuity.add(case)


def run(name):
    t = Test(name)
    try:
        CASES[name](t)
        return name, None, None
    except Skip as e:
        return name, None, str(e)
    except Exception as e:  # pylint: disable=broad-except
        said = t.stderr()[:3000] if t.process else ""
        return name, "".join(traceback.format_exception(e)[-3:]) + said, None
    finally:
        t.done()


def main():
    global options
    p = argparse.ArgumentParser()
    p.add_argument("program")
    p.add_argument("--only", dest="pattern", default="", metavar="PATTERN")
    p.add_argument("--valgrind", action="store_true")
    p.add_argument("--fast-clock")
    p.add_argument("--jobs", type=int, default=2 * (os.cpu_count() or 1) + 2)
    options = p.parse_args()
    options.program = os.path.abspath(options.program)
    options.fast_clock = options.fast_clock and os.path.abspath(options.fast_clock)
    options.patience = 6 if options.valgrind else 1
    names = [n for n in CASES if re.search(options.pattern, n) and (n in BRIEF or not options.valgrind)]
    print(f"1..{len(names)}")
    failed = 0
    # Says where it hangs, before meson's own limit ends it without a word.
    faulthandler.dump_traceback_later(840 if options.valgrind else 540, exit=True)
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for n, (name, failure, skip) in enumerate(pool.map(run, names), 1):
            if failure:
                known = KNOWN.match(name)
                failed += not known
                print(f"not ok {n} - {name}" + (" # TODO known" if known else ""))
                print("".join(f"# {l[:500]}\n" for l in failure.split("\n")), end="")
            else:
                print(f"ok {n} - {name}" + (f" # SKIP {skip}" if skip else ""))
            sys.stdout.flush()
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())

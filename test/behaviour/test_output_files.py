# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The systemd-docker authors
"""Our own standard output and error decide where the container's output goes: what is not the journal gets the bytes."""

import gzip
import hashlib
import os
import pty
import re
import select
import shutil
import signal
import socket
import subprocess
import threading
import time
from pathlib import Path

import pytest
from supervised import ADOPTED, ENGINE_BACK, PROGRAM, Service, assert_failed, assert_success, by_hand, is_line, quote, sh
from testhost import SANITIZED, UNIT_DIR, Unit, cursor, docker, inspect, journal, messages, not_here, run, systemd_version, wait_until

pytestmark = pytest.mark.either

TWO = 'sh -c "echo row1; echo oops >&2"'
# Bytes that are no text, with NULs, newlines, carriage returns and "<3>", and no newline at the end.
BINARY = bytes(range(256)) + b"\n\n\r\n<3>x\n\0\n" + bytes(range(255, -1, -1)) + b"end"


@pytest.fixture
def folder():
    path = Path("/run/output-files")
    path.mkdir()
    yield path
    shutil.rmtree(path)


@pytest.fixture
def random_file(folder):
    path = folder / "random"
    path.write_bytes(os.urandom(1000 * 1000))
    return path


def shell_unit(script, **settings):
    """A unit whose shell sends the output elsewhere, as in units that write a dump."""
    return Unit("dump", "/bin/sh -c " + quote(script).replace("%%n", "%n"), **{"Type": "oneshot", **settings})


def run_to_end(unit):
    unit.start(check=False)
    return unit.wait(lambda now: now["ActiveState"] in ("failed", "inactive") and now.get("Job", "") in ("", "0"))


def about(unit):
    """All entries of the container. Of a process that ends at once, journald may not learn the unit."""
    return journal(f"CONTAINER_NAME={unit.name}", after=unit.cursor)


# ---- where the bytes arrive ----------------------------------------------------------------------------------------


def test_redirected_by_a_shell(folder):
    with shell_unit(f"exec {PROGRAM} run --rm --name %n busybox {TWO} >{folder}/dump 2>{folder}/err") as unit:
        assert_success(run_to_end(unit))
        assert (folder / "dump").read_bytes() == b"row1\n"
        assert (folder / "err").read_bytes() == b"oops\n"
        said = messages(about(unit))
        assert not {"row1", "oops"} & set(said)
        assert any("has ended, exit status 0" in message for message in said)


def test_one_of_the_two_is_redirected(folder):
    with shell_unit(f"exec {PROGRAM} run --rm --name %n busybox {TWO} 2>{folder}/err") as unit:
        assert_success(run_to_end(unit))
        assert (folder / "err").read_bytes() == b"oops\n"
        assert messages(e for e in about(unit) if is_line(e)) == ["row1"]


def test_pipe_to_gzip(folder, random_file):
    script = f"{PROGRAM} run --rm -i --name %n busybox cat <{random_file} | gzip >{folder}/x.gz"
    with shell_unit(script) as unit:
        assert_success(run_to_end(unit))
        assert gzip.decompress((folder / "x.gz").read_bytes()) == random_file.read_bytes()


@pytest.mark.parametrize("sink", ("file", "pipe", "socket"))
def test_bytes_are_those_of_docker_run(folder, sink):
    (folder / "in").write_bytes(BINARY)
    words = f"run --rm -i busybox sh -c 'cat; echo -n >&2 no newline' <{folder}/in"
    end = {"file": f">{folder}/out", "pipe": f"| cat >{folder}/out", "socket": f"| socat -u - CREATE:{folder}/out"}[sink]
    for program in ("docker", PROGRAM):
        done = run(f"{program} {words} {end}")
        assert (folder / "out").read_bytes() == BINARY
        assert done.stderr == "no newline"
    if sink == "socket":
        left, right = socket.socketpair()
        with open(folder / "in", "rb") as data:
            done = subprocess.run([PROGRAM, "run", "--rm", "-i", "busybox", "cat"], stdin=data, stdout=right, stderr=right, check=True)
        right.close()
        with left.makefile("rb") as received:
            assert received.read() == BINARY


def test_terminal_of_the_container_into_a_file(folder):
    for program in ("docker", PROGRAM):
        run(f"{program} run --rm -t busybox printf 'a\\nb\\n' >{folder}/{Path(program).name}")
    assert (folder / "systemd-docker").read_bytes() == (folder / "docker").read_bytes() == b"a\r\nb\r\n"


def test_terminal_gets_only_the_bytes():
    master, slave = pty.openpty()
    done = subprocess.run([PROGRAM, "run", "--rm", "busybox", "echo", "hi"], stdin=slave, stdout=slave, stderr=slave)
    os.close(slave)
    assert done.returncode == 0
    assert os.read(master, 1000) == b"hi\r\n"
    os.close(master)


def test_begin_of_a_line_arrives_at_once():
    script = "printf 'name? '; read x; echo hello $x"
    with subprocess.Popen(
        [PROGRAM, "run", "--rm", "-i", "busybox", "sh", "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as child:
        assert os.read(child.stdout.fileno(), 100) == b"name? "
        assert child.communicate(b"you\n", timeout=30) == (b"hello you\n", b"")


def test_shared_pipe_stays_as_it_is():
    reader, writer = os.pipe()
    with subprocess.Popen([PROGRAM, "run", "--rm", "busybox", "sh", "-c", "echo x; sleep 1"], stdout=writer):
        assert os.read(reader, 10) == b"x\n"
        assert os.get_blocking(writer)
    os.close(reader)
    os.close(writer)


def test_answer_to_a_client(folder):
    """A socket unit with Accept=yes: the client gets the container's output, and nothing else."""
    command = f"{PROGRAM} run --rm -i busybox " + sh("read x; printf 'you said %s' $x")
    files = {
        UNIT_DIR / "echo.socket": f"[Socket]\nListenStream={folder}/socket\nAccept=yes\n",
        UNIT_DIR / "echo@.service": f"[Service]\nExecStart={command}\nStandardInput=socket\nStandardError=journal\n",
    }
    try:
        for path, text in files.items():
            path.write_text(text)
        run("systemctl", "daemon-reload")
        run("systemctl", "start", "echo.socket")
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(str(folder / "socket"))
            client.sendall(b"hello\n")
            client.settimeout(60)
            with client.makefile("rb") as answer:
                assert answer.read() == b"you said hello"
    finally:
        run("systemctl", "stop", "echo.socket", "echo@*.service", check=False)
        for path in files:
            path.unlink()
        run("systemctl", "daemon-reload")


def test_fifo_of_a_socket_unit_as_input(folder):
    """What is our standard input is not passed to nobody."""
    fifo = folder / "fifo"
    command = f"{PROGRAM} run --rm -i busybox " + sh("read x; echo got $x")
    service = Unit("fifo", command, Type="exec", StandardInput="fd:in", StandardOutput="journal", Sockets="fifo.socket")
    path = UNIT_DIR / "fifo.socket"
    path.write_text(f"[Socket]\nListenFIFO={fifo}\nFileDescriptorName=in\n")
    try:
        with service as unit:
            unit.start()
            with fifo.open("w") as input_:
                print("hello", file=input_)
            unit.wait_journal(lambda e: e["MESSAGE"] == "got hello")
            assert [e["MESSAGE"] for e in unit.journal() if "LISTEN_FDS" in e["MESSAGE"]] == []
    finally:
        run("systemctl", "stop", "fifo.socket", check=False)
        path.unlink()
        run("systemctl", "daemon-reload")


@not_here(systemd_version() < 253, "OpenFile=")
def test_file_that_nobody_gets(folder):
    (folder / "file").write_text("x")
    with Unit("opened", f"{PROGRAM} run --rm busybox true", Type="exec", OpenFile=f"{folder}/file:x:read-only") as unit:
        unit.start()
        unit.wait_journal(lambda e: "mount them with --volume" in e["MESSAGE"])
        assert [e["MESSAGE"] for e in unit.journal() if "publish ports" in e["MESSAGE"]] == []


def test_both_into_one_pipe_keep_their_order():
    script = "for i in 1 2 3 4 5 6 7 8; do echo o$i; sleep 0.02; echo e$i >&2; sleep 0.02; done"
    done = by_hand("run", "--rm", "busybox", "sh", "-c", script, capture_output=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert done.stdout.split() == [f"{letter}{i}" for i in range(1, 9) for letter in "oe"]


def test_logs_false_writes_nothing(folder):
    assert run(f"{PROGRAM} --logs=false run --rm busybox {TWO}").stdout == ""


def test_driver_journald_and_a_file(folder):
    with Service(TWO, run="--rm --log-driver=journald", StandardOutput=f"append:{folder}/out", StandardError="journal") as unit:
        assert_success(unit.run_to_end())
        assert (folder / "out").read_bytes() == b"row1\n"
        assert not [line for line in unit.lines() if line["MESSAGE"] == "row1"]


# ---- settings of the unit ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("where", ("append", "file", "truncate", "null"))
def test_standard_output_of_the_unit(folder, where):
    out = folder / "out"
    out.write_bytes(b"before\n")
    with Service(TWO, StandardOutput=where if where == "null" else f"{where}:{out}", StandardError="journal") as unit:
        assert_success(unit.run_to_end())
        assert messages(unit.lines()) == ["oops"]
        assert out.read_bytes() == {"append": b"before\nrow1\n", "file": b"row1\ne\n", "truncate": b"row1\n", "null": b"before\n"}[where]


def test_standard_error_of_the_unit(folder):
    with Service(TWO, StandardOutput="journal", StandardError=f"append:{folder}/err") as unit:
        assert_success(unit.run_to_end())
        assert messages(unit.lines()) == ["row1"]
        assert (folder / "err").read_bytes() == b"oops\n"


def test_wrong_command_line_is_said_in_the_journal(folder):
    with Service("true", run="--rm --no-such-option", StandardError=f"append:{folder}/err") as unit:
        unit.run_to_end()
        assert unit.said("no-such-option")
        assert (folder / "err").read_bytes() == b""


COUNTING = "i=0; while [ ! -e /c/stop ]; do i=$((i+1)); echo o$i; echo e$i >&2; [ $((i % 20)) -gt 0 ] || sleep 0.02; done; printf end"


def counted(mark, lines):
    """The numbers of the lines, which are in order, and each there once."""
    assert all(re.fullmatch(f"{mark}[0-9]+", line) for line in lines)
    numbers = [int(line[1:]) for line in lines]
    assert numbers == sorted(set(numbers))
    return numbers


def assert_once_each(unit, out, engines):
    """Each line once and in order. An engine that ends loses what it has read and not stored: 20 lines at most."""
    assert out.endswith("end")
    stored = run("docker", "logs", unit.name)
    for mark, here, there in (
        ("o", out.removesuffix("end").split("\n")[:-1], stored.stdout.removesuffix("end").splitlines()),
        ("e", messages(unit.lines()), stored.stderr.splitlines()),
    ):
        numbers = counted(mark, here)
        assert set(counted(mark, there)) <= set(numbers)
        assert 100 < numbers[-1] <= len(numbers) + 20 * engines


def stop_counting(unit, folder):
    (folder / "stop").touch()
    assert_success(unit.wait(lambda now: now["ActiveState"] in ("failed", "inactive"), timeout=120))


# Without --rm: Docker 20.10 ends a container with it when it comes up again.
@pytest.mark.parametrize("where", ("append", "truncate"))
@pytest.mark.parametrize("how", ("restart", "kill"))
def test_engine_restarted(folder, where, how):
    with Service(sh(COUNTING), run=f"-v {folder}:/c", StandardOutput=f"{where}:{folder}/out", StandardError="journal") as unit:
        unit.start()
        for _ in range(engines := 2):
            here = cursor()
            if how == "kill":
                run("systemctl", "kill", "--signal=KILL", "docker.service")
                run("systemctl", "reset-failed", "docker.service", "docker.socket")
            run("systemctl", "start" if how == "kill" else "restart", "docker")
            unit.wait_event(ENGINE_BACK, after=here)
            run("systemctl", "reset-failed", "docker.service", "docker.socket")
            unit.wait_journal(is_line, count=100)
        stop_counting(unit, folder)
        assert_once_each(unit, (folder / "out").read_text(), engines)
        assert not unit.said("interrupted")


def test_engine_restarted_within_a_line(folder):
    script = "printf one; touch /c/one; while [ ! -e /c/go ]; do sleep 0.1; done; printf two; echo; while [ ! -e /c/stop ]; do sleep 0.1; done; printf end"
    with Service(sh(script), run=f"-v {folder}:/c", StandardOutput=f"append:{folder}/out") as unit:
        unit.start()
        wait_until(lambda: (folder / "out").read_bytes() == b"one", what="the begin of the line")
        here = cursor()
        run("systemctl", "restart", "docker")
        unit.wait_event(ENGINE_BACK, after=here)
        run("systemctl", "reset-failed", "docker.service", "docker.socket")
        (folder / "go").touch()
        wait_until(lambda: (folder / "out").read_bytes().endswith(b"two\n"), what="the rest of the line")
        stop_counting(unit, folder)
        assert (folder / "out").read_bytes() == b"onetwo\nend"


def test_docker_restart(folder):
    script = "trap 'printf over; exit 0' TERM; echo life; sleep 1000 & wait"
    with Service(sh(script), run="", StandardOutput=f"append:{folder}/out") as unit:
        unit.start()
        for n in range(1, 4):
            expected = b"life\n" + (n - 1) * b"overlife\n"
            wait_until(lambda e=expected: (folder / "out").read_bytes() == e, what=f"life {n}")
            if n < 3:
                docker("restart", unit.name)
        unit.stop()
        assert (folder / "out").read_bytes() == b"life\n" + 2 * b"overlife\n" + b"over"


def test_adopted_after_the_supervisor_was_killed(folder):
    settings = {"KillMode": "process", "StandardOutput": f"append:{folder}/out", "StandardError": "journal"}
    with Service(sh(COUNTING), run=f"--rm -v {folder}:/c", options="--main-pid=supervisor", **settings) as unit:
        unit.start()
        unit.wait_journal(is_line, count=100)
        os.kill(unit.supervisor, signal.SIGKILL)
        unit.wait(lambda now: now["ActiveState"] == "failed")
        here = cursor()
        unit.start()
        unit.wait_event(ADOPTED, after=here)
        unit.wait_line("e2000")
        stop_counting(unit, folder)
        numbers = (folder / "out").read_text().removesuffix("end").split("\n")[:-1]
        # What the kernel had before the kill, and the position not yet, comes twice: at most the last piece.
        assert list(dict.fromkeys(numbers)) == [f"o{n}" for n in range(1, int(numbers[-1][1:]) + 1)]
        assert len(numbers) - len(set(numbers)) <= 20


# ---- failures ------------------------------------------------------------------------------------------------------


def test_full_disk_is_no_success():
    with shell_unit(f"exec {PROGRAM} run --rm --name %n busybox echo row1 >/dev/full") as unit:
        assert_failed(run_to_end(unit), 125)
        assert len([m for m in messages(about(unit)) if "No space left on device" in m]) == 1


def test_file_that_is_full(folder):
    run("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", folder)
    try:
        with Service("dd if=/dev/zero bs=1k count=200", StandardOutput=f"append:{folder}/out") as unit:
            assert_failed(unit.run_to_end(), 125)
            assert len(unit.said("No space left on device")) == 1
    finally:
        run("umount", folder)


def test_file_that_may_not_grow(folder):
    """LimitFSIZE= comes with a signal, whose default is the end of the process."""
    with Service(sh("yes | head -c 200000; sleep 1"), LimitFSIZE="64K", StandardOutput=f"file:{folder}/out") as unit:
        assert_failed(unit.run_to_end(), 125)
        assert (folder / "out").stat().st_size == 1 << 16
        assert len(unit.said("File too large")) == 1
        assert inspect(unit.name) is None


def test_reader_that_goes_away():
    before = time.monotonic()
    done = run(f"{PROGRAM} run --rm --name reader busybox yes | head -n 1; exit ${{PIPESTATUS[0]}}", check=False, executable="/bin/bash")
    assert done.stdout == "y\n"
    assert done.returncode == 125
    assert "Broken pipe" in done.stderr
    assert time.monotonic() - before < 40


def test_reader_that_is_gone_before_the_end():
    reader, writer = os.pipe()
    script = "sleep 1; echo x; sleep 1"
    with subprocess.Popen([PROGRAM, "run", "--rm", "busybox", "sh", "-c", script], stdout=writer, stderr=subprocess.PIPE) as child:
        os.close(writer)
        os.close(reader)
        assert b"Broken pipe" in child.stderr.read()
        assert child.wait(timeout=60) == 125


def select_readable(fd):
    return select.select([fd], [], [], 0)[0]


# ---- much of it ----------------------------------------------------------------------------------------------------


def memory(pid):
    (line,) = [line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmHWM:")]
    return int(line.split()[1]) * 1024


def test_slow_reader_holds_the_container_back_and_not_us():
    reader, writer = os.pipe()
    with subprocess.Popen([PROGRAM, "run", "--rm", "busybox", "sh", "-c", "dd if=/dev/zero bs=1M count=64; echo end"], stdout=writer) as child:
        os.close(writer)
        wait_until(lambda: select_readable(reader), what="output")
        time.sleep(2)
        peak, seen = memory(child.pid), 0
        while data := os.read(reader, 1 << 20):
            seen += len(data)
        assert seen == (64 << 20) + 4
        assert SANITIZED or peak < 40 << 20
    os.close(reader)


def test_stop_while_nobody_reads(folder):
    os.mkfifo(folder / "fifo")
    holder = os.open(folder / "fifo", os.O_RDWR)
    command = f"exec {PROGRAM} run --rm --stop-timeout=2 --name %n busybox yes >{folder}/fifo"
    with shell_unit(command, Type="exec", TimeoutStopSec="90s") as unit:
        unit.start()
        wait_until(lambda: select_readable(holder), what="output")
        stopper = threading.Thread(target=unit.stop)
        stopper.start()
        fd = os.open(folder / "fifo", os.O_RDONLY | os.O_NONBLOCK)
        os.close(holder)
        while stopper.is_alive():
            try:
                os.read(fd, 1 << 20)
            except BlockingIOError:
                time.sleep(0.01)
        os.close(fd)
        assert unit.show("Result") in ("success", "exit-code")


@pytest.mark.parametrize("kind", ("lines", "binary"))
def test_much_output_into_a_file(folder, kind):
    """The same bytes as with docker run."""
    (folder / "block").write_bytes(os.urandom(8 << 20))
    script = {"lines": "seq 1 200000", "binary": "for i in $(seq 8); do cat /c/block; done"}[kind]
    sums = set()
    for program in "docker", PROGRAM:
        run(f"{program} run --rm --log-driver none -v {folder}:/c busybox sh -c '{script}' >{folder}/out")
        sums.add(hashlib.md5((folder / "out").read_bytes()).hexdigest())
    assert len(sums) == 1

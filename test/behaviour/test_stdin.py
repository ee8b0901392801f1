# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The systemd-docker authors
"""The standard input of the service is that of the container (-i), and the options of an attached CLI work."""

import hashlib
import os
import signal
import socket
import subprocess
import time
from pathlib import Path

import pytest
from supervised import OBEDIENT, PROGRAM, RESTARTABLE, Service, assert_failed, assert_nothing_left, assert_success, by_hand, sh
from testhost import docker, inspect, messages, run, wait_until

pytestmark = pytest.mark.either

SIZE = 10 * 1000 * 1000


@pytest.fixture
def ten(tmp_path):
    """10 MB of random bytes, with newlines and NULs, and their checksum as `md5sum` prints it."""
    path = tmp_path / "ten"
    data = os.urandom(SIZE)
    path.write_bytes(data)
    return path, hashlib.md5(data).hexdigest() + "  -"


def run_and_read(command, **settings):
    """Runs a container until it ends. Returns its lines and how the unit ended."""
    with Service(command, **{"run": "--rm -i", **settings}) as unit:
        state = unit.run_to_end()
        assert_nothing_left(unit)
        return messages(unit.lines()), state


def interactive(command, stdin, run="--rm -i"):
    """Runs the program by hand, with a standard input that stays open."""
    words = [PROGRAM, "run", *run.split(), "busybox", *command]
    return subprocess.Popen(words, stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def cpu_time(pid):
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory(pid):
    (line,) = [line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmRSS:")]
    return int(line.split()[1]) * 1024


# ---- where the input comes from ------------------------------------------------------------------------------------


def test_file_arrives_whole(ten):
    path, checksum = ten
    lines, state = run_and_read("md5sum", StandardInput=f"file:{path}")
    assert lines == [checksum]
    assert_success(state)


def test_null_is_an_end_at_once():
    assert run_and_read(sh("cat; echo end")) == run_and_read(sh("cat; echo end"), StandardInput="null")
    lines, state = run_and_read(sh("cat; echo end"))
    assert lines == ["end"]
    assert_success(state)


def test_data_of_the_unit_file():
    lines, _ = run_and_read("cat -n", StandardInput="data", StandardInputText=["hello", "%%n & more"])
    assert lines == ["     1\thello", "     2\t%n & more"]


def test_pipe_by_hand():
    done = by_hand("run", "--rm", "-i", "busybox", "cat", input="hello\n", stdin=None)
    assert (done.returncode, done.stdout) == (0, "hello\n")


def test_large_pipe_by_hand(ten):
    path, checksum = ten
    done = run(f"cat {path} | {PROGRAM} run --rm -i busybox md5sum")
    assert done.stdout == checksum + "\n"


def test_no_descriptor_at_all():
    assert run(f"{PROGRAM} run --rm -i busybox sh -c 'cat; echo end' <&-").stdout == "end\n"


def test_socket_as_of_a_unit_with_accept():
    ours, theirs = socket.socketpair()
    with ours, theirs, interactive(["cat"], theirs) as child:
        theirs.close()
        ours.sendall(b"one\n")
        assert child.stdout.readline() == "one\n"
        ours.sendall(b"two\n")
        assert child.stdout.readline() == "two\n"
        ours.shutdown(socket.SHUT_WR)
        assert child.wait(timeout=30) == 0


def test_terminal_by_hand():
    master, slave = os.openpty()
    with interactive(["cat"], slave) as child:
        os.close(slave)
        os.write(master, b"typed\n")
        assert child.stdout.readline() == "typed\n"
        os.write(master, b"\x04")
        assert child.wait(timeout=30) == 0
    os.close(master)


def test_shared_input_stays_as_it_is(ten):
    path, _ = ten
    reader, writer = os.pipe()
    with interactive(["cat"], reader) as child:
        os.write(writer, b"x\n")
        assert child.stdout.readline() == "x\n"
        assert os.get_blocking(reader)
        os.close(writer)
        assert child.wait(timeout=30) == 0
    os.close(reader)


def test_without_the_option_nothing_is_read(ten):
    path, _ = ten
    lines, state = run_and_read(sh("cat; echo end"), run="--rm", StandardInput=f"file:{path}")
    assert lines == ["end"]


def test_what_can_not_be_read_is_an_end_and_said():
    done = run(f"{PROGRAM} run --rm -i busybox sh -c 'cat; echo end' </tmp")
    assert done.stdout == "end\n"
    assert "Failed to read the standard input" in done.stderr


# ---- over TLS ------------------------------------------------------------------------------------------------------

CERTIFICATES = """
set -e
new="-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes"
openssl req -x509 $new -days 2 -subj /CN=ca -keyout ca-key.pem -out ca.pem
for who in server client; do
        openssl req $new -subj /CN=$who -keyout $who-key.pem -out $who.csr
        echo subjectAltName=IP:127.0.0.1 >names
        openssl x509 -req -in $who.csr -CA ca.pem -CAkey ca-key.pem -CAcreateserial -days 2 -extfile names -out $who.pem
done
ln -s client.pem cert.pem
ln -s client-key.pem key.pem
"""


@pytest.fixture
def tls(tmp_path_factory):
    """An engine that listens on a TCP port with TLS and client certificates. The value is the environment for it."""
    folder = tmp_path_factory.mktemp("tls")
    run(CERTIFICATES, cwd=folder)
    options = f"-H tcp://127.0.0.1:2376 --tlsverify --tlscacert={folder}/ca.pem"
    options += f" --tlscert={folder}/server.pem --tlskey={folder}/server-key.pem"
    drop_in = Path("/run/systemd/system/docker.service.d/tls.conf")
    drop_in.parent.mkdir(exist_ok=True)
    drop_in.write_text(f'[Service]\nEnvironment="DOCKER_OPTS={options}"\n')
    try:
        run("systemctl daemon-reload && systemctl restart docker")
        yield {"DOCKER_HOST": "tcp://127.0.0.1:2376", "DOCKER_TLS_VERIFY": "1", "DOCKER_CERT_PATH": str(folder)}
    finally:
        drop_in.unlink()
        run("systemctl daemon-reload && systemctl reset-failed docker && systemctl restart docker")


def test_over_tls(tls, ten):
    path, checksum = ten
    environment = [f"{name}={value}" for name, value in tls.items()]
    lines, state = run_and_read("md5sum", StandardInput=f"file:{path}", Environment=environment)
    assert lines == [checksum]
    assert_success(state)
    # A program with a libcurl of its own has none with TLS, and becomes another one for that.
    tls_program = Path("/usr/libexec/systemd-docker-tls")
    ldd = [run(f"ldd {program}").stdout for program in (PROGRAM, tls_program) if Path(program).exists()]
    assert ["libcurl.so.4" in libraries for libraries in ldd] == ([False, True] if tls_program.exists() else [True])
    # The engine is slower than the supervisor: records that do not fit must be sent again later.
    script = "sleep 1; head -c 50000000 | wc -c"
    lines, state = run_and_read(sh(script), StandardInput="file:/dev/zero", Environment=environment)
    assert lines == ["50000000"]
    assert_success(state)
    # Without DOCKER_CERT_PATH, the certificates are looked up in the folder of docker's configuration.
    folder = tls.pop("DOCKER_CERT_PATH")
    assert by_hand("run", "--rm", "busybox", "true", env={**os.environ, **tls, "DOCKER_CONFIG": folder}).returncode == 0
    assert by_hand("run", "--rm", "busybox", "true", env={**os.environ, **tls, "DOCKER_CONFIG": "/none"}).returncode == 125


# ---- pace ----------------------------------------------------------------------------------------------------------


def test_container_that_does_not_read_holds_the_input_back():
    script = "until [ -e /go ]; do sleep 0.1; done; head -c 100000000 | wc -c"
    with Service(sh(script), run="--rm -i", StandardInput="file:/dev/zero") as unit:
        unit.start()
        pid = unit.supervisor
        engine = int(Path("/run/docker.pid").read_text())
        time.sleep(1)
        before = memory(pid), memory(engine), cpu_time(pid)
        time.sleep(3)
        after = memory(pid), memory(engine), cpu_time(pid)
        docker("exec", unit.name, "touch", "/go")
        unit.wait_line("100000000")
        unit.wait_state("inactive")
    assert after[0] - before[0] < 1 << 20
    assert after[1] - before[1] < 16 << 20
    assert after[2] - before[2] < 0.1


def test_slow_reader_gets_everything(ten):
    path, _ = ten
    script = "for i in 1 2 3 4 5; do dd bs=100000 count=20 iflag=fullblock | wc -c; sleep 0.3; done 2>/dev/null; wc -c"
    lines, _ = run_and_read(sh(script), StandardInput=f"file:{path}")
    assert lines == ["2000000"] * 5 + ["0"]


def test_endless_input_does_not_keep_from_stopping():
    with Service(sh(OBEDIENT), run="--rm -i", StandardInput="file:/dev/zero") as unit:
        unit.start()
        unit.wait_line("up")  # before, it ignores the stop signal
        unit.stop()
        assert_success(unit.show("ActiveState", "Result"))
        assert unit.said("was stopped, exit status 0.")


# ---- ends ----------------------------------------------------------------------------------------------------------


def test_container_that_reads_a_little_and_goes(ten):
    path, _ = ten
    lines, state = run_and_read(sh("head -c 5 >/dev/null; echo enough; exit 3"), StandardInput=f"file:{path}")
    assert lines == ["enough"]
    assert_failed(state, 3)


def test_container_that_closes_its_input_lives_on(ten):
    path, _ = ten
    with Service(sh("exec <&-; echo closed; sleep 1000"), run="--rm -i", StandardInput=f"file:{path}") as unit:
        unit.start()
        unit.wait_line("closed")
        unit.stays_active(until=time.monotonic() + 2)
        pid = unit.supervisor
        before = cpu_time(pid)
        time.sleep(1)
        assert cpu_time(pid) - before < 0.1


def test_container_that_ends_while_the_input_is_open():
    reader, writer = os.pipe()
    with interactive(["sh", "-c", "echo up; read x; exit 7"], reader) as child:
        assert child.stdout.readline() == "up\n"
        os.write(writer, b"go\n")
        assert child.wait(timeout=30) == 7
    os.close(reader)
    os.close(writer)


def test_restart_of_the_container_reads_a_file_again(ten):
    path, checksum = ten
    script = "trap 'exit 0' TERM; md5sum; while :; do sleep 1000 & wait; done"
    with Service(sh(script), run=f"{RESTARTABLE} -i", StandardInput=f"file:{path}") as unit:
        unit.start()
        unit.wait_line(checksum)
        unit.docker_restart()
        unit.wait_line(checksum, count=2)
        assert unit.show("ActiveState") == "active"


@pytest.mark.parametrize("tty", [False, True])
def test_adopted_container(tty):
    """Its input ended with its previous supervisor; only a container with a terminal gets new input."""
    script = "stty -echo 2>/dev/null; echo up; read x; echo got $x; sleep 1000"
    options = "-it" if tty else "-i"
    settings = {"StandardInput": "data", "StandardInputText": "hello"}
    with Service("true", run=f"--rm {options}", **settings) as unit:
        docker("run", "--detach", options, "--name", unit.name, "busybox", "sh", "-c", script)
        unit.start()
        if tty:
            unit.wait_line("got hello")
        else:
            time.sleep(1)
            assert "got" not in docker("logs", unit.name)
        assert unit.said("Adopted")


# ---- with a terminal of the container's ----------------------------------------------------------------------------


def test_tty_without_a_terminal_of_ours():
    """The CLI refuses this, but an old unit with -it must continue to work."""
    with Service(sh("tty; stty -echo; read line; echo got $line"), run="--rm -it") as unit:
        unit.start()
        unit.wait_line("/dev/pts/0")
        unit.stays_active(until=time.monotonic() + 2)


def test_tty_gets_the_input_and_not_its_end():
    reader, writer = os.pipe()
    with interactive(["sh", "-c", "stty -echo; echo up; read a; echo got $a; read b"], reader, "--rm -it --name tty") as child:
        assert child.stdout.readline() == "up\n"
        os.write(writer, b"this\n")
        assert child.stdout.readline() == "got this\n"
        os.close(writer)
        time.sleep(1)
        assert inspect("tty")["State"]["Running"]
        child.send_signal(signal.SIGTERM)
        child.wait(timeout=30)
    os.close(reader)


def test_detach_keys():
    reader, writer = os.pipe()
    options = "--rm -it --name tty --detach-keys ctrl-a,x"
    with interactive(["sh", "-c", "stty -echo -ixon; echo up; read a; echo got $a; read b"], reader, options) as child:
        assert child.stdout.readline() == "up\n"
        os.write(writer, b"th\x10\x11is\n")
        assert child.stdout.readline() == "got th\x10\x11is\n"
        # The container gets no more input, but continues to run.
        os.write(writer, b"\x01x")
        time.sleep(0.5)
        os.write(writer, b"lost\n")
        time.sleep(1)
        assert inspect("tty")["State"]["Running"]
        child.send_signal(signal.SIGTERM)
        child.wait(timeout=30)
    os.close(reader)
    os.close(writer)


def test_detach_keys_that_are_none():
    done = by_hand("run", "--rm", "-i", "--name", "keys", "--detach-keys", "nonsense", "busybox", "cat")
    assert done.returncode == 125
    assert done.stderr.splitlines()[-1].endswith("Invalid detach keys (nonsense) provided")
    assert inspect("keys") is None


def test_detach_keys_of_the_configuration(tmp_path):
    (tmp_path / "config.json").write_text('{"detachKeys": "rubbish"}')
    environment = {**os.environ, "DOCKER_CONFIG": str(tmp_path)}
    done = by_hand("run", "--rm", "-i", "busybox", "cat", env=environment)
    assert done.returncode == 125
    assert done.stderr.splitlines()[-1].endswith("Invalid detach keys (rubbish) provided")
    assert by_hand("run", "--rm", "-i", "--detach-keys=ctrl-x", "busybox", "cat", env=environment).returncode == 0


# ---- the other options of the attached CLI -------------------------------------------------------------------------


@pytest.mark.parametrize("which, shown", [("stdout", ["out"]), ("stderr", ["err"])])
def test_attach_to_one_stream(which, shown):
    lines, _ = run_and_read(sh("echo out; echo err >&2"), run=f"--rm -a {which}")
    assert lines == shown


def test_attach_to_input_only(ten):
    path, _ = ten
    lines, state = run_and_read(sh("wc -c; exit 4"), run="--rm -i -a stdin", StandardInput=f"file:{path}")
    assert lines == []
    assert_failed(state, 4)


def test_signals_are_not_passed_on_where_that_is_not_wanted():
    script = "trap 'echo usr1' USR1; " + OBEDIENT
    with Service(sh(script), run="--rm --sig-proxy=false", options="--main-pid=supervisor") as unit:
        unit.start()
        unit.wait_line("up")
        os.kill(unit.supervisor, signal.SIGUSR1)
        time.sleep(1)
        assert messages(unit.lines()) == ["up"]
        unit.stop()
        assert_success(unit.show("ActiveState", "Result"))


def test_detach_option_changes_nothing():
    done = by_hand("run", "--rm", "-d", "-i", "busybox", "cat", input="hello\n", stdin=None)
    assert (done.returncode, done.stdout) == (0, "hello\n")


def test_detaching_supervisor_passes_the_input_on_before(ten):
    path, checksum = ten
    with Service(
        sh("md5sum; sleep 1000"), run="-i", options="--logs=false", StandardInput=f"file:{path}", ExitType="cgroup"
    ) as unit:
        unit.start()
        wait_until(lambda: unit.supervisor is None, what="end of the supervisor")
        assert unit.main_pid == unit.container_pid
        wait_until(lambda: docker("logs", unit.name) == checksum, what="checksum")


def test_cidfile(tmp_path):
    path = tmp_path / "cid"
    with Service(sh(OBEDIENT), run=f"--rm --cidfile {path}") as unit:
        unit.start()
        assert path.read_text() == unit.container["Id"]
        assert path.stat().st_mode & 0o777 == 0o644
        unit.stop()
        assert path.exists()
        assert unit.start(check=False).returncode != 0
        assert_failed(unit.show(), 78)
        assert unit.said(str(path))
        assert list(tmp_path.iterdir()) == [path]


def test_cidfile_goes_where_there_is_no_container(tmp_path):
    path = tmp_path / "cid"
    done = by_hand("run", "--rm", "--pull", "never", "--cidfile", path, "nosuchimage", "true")
    assert done.returncode == 125
    assert list(tmp_path.iterdir()) == []


def test_cidfile_of_a_container_that_was_there(tmp_path):
    path = tmp_path / "cid"
    with Service("true", run=f"--cidfile {path}") as unit:
        docker("create", "--name", unit.name, "busybox", "true")
        identity = inspect(unit.name)["Id"]
        unit.run_to_end()
        assert path.read_text() == identity

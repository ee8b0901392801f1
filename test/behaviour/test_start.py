# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The systemd-docker authors
"""When `systemctl start` returns, everything is in place. Also, which process is the main process."""

import json
import os
import stat
from pathlib import Path

import pytest
from supervised import GOES_ON, OBEDIENT, STARTED, Service, assert_failed, assert_success, by_hand, sh
from testhost import UNIT_DIR, cursor, docker, run, wait_docker

pytestmark = pytest.mark.either

PID_FILE = Path("/run/behaviour.pid")


@pytest.fixture(autouse=True)
def no_pid_file():
    PID_FILE.unlink(missing_ok=True)


def test_at_ready_cgroup_pid_file_main_pid_and_status_are_there():
    with Service("sleep 1000", options=f"--pid-file={PID_FILE}") as unit:
        unit.start()
        # Nothing between the start and this line gives the supervisor more time.
        seen = unit.show("MainPID", "StatusText")
        pid_file = PID_FILE.read_text()
        procs = unit.procs()
        container = unit.container
        pid = container["State"]["Pid"]
        assert seen["MainPID"] == str(pid)
        assert pid_file == f"{pid}\n"
        assert pid in procs
        assert seen["StatusText"].startswith("Running")
        assert container["Id"][:12] in seen["StatusText"]


def test_pid_file_is_replaced_at_once_and_goes_with_the_container():
    with Service("sleep 1000", options=f"-p {PID_FILE}", run="--rm --stop-timeout 1") as unit:
        PID_FILE.write_text("1\n")
        with PID_FILE.open() as before:
            unit.start()
            # The old file still has its content: nobody ever reads half a number.
            assert before.read() == "1\n"
        assert PID_FILE.read_text() == f"{unit.container_pid}\n"
        assert PID_FILE.stat().st_mode & 0o777 == 0o644
        unit.stop()
        assert not PID_FILE.exists()
        assert list(PID_FILE.parent.glob("*behaviour.pid*")) == []


def test_pid_file_of_a_failed_start_is_not_there():
    with Service("/no/such/command", options=f"--pid-file={PID_FILE}") as unit:
        assert_failed(unit.run_to_end(), 127)
        assert not PID_FILE.exists()


def test_pid_file_that_cannot_be_written_is_said_and_no_reason_to_fail():
    with Service("sleep 1000", options="--pid-file=/no/such/folder/pid") as unit:
        unit.start()
        assert len(unit.said("/no/such/folder/pid")) == 1


@pytest.mark.parametrize("kind", ["device", "fifo"])
def test_pid_file_that_is_no_file_stays_what_it_is(kind):
    """--pid-file=/dev/null means no pid file, and the host still needs /dev/null afterwards."""
    path = Path("/run/behaviour.null")
    if kind == "device":
        os.mknod(path, 0o666 | stat.S_IFCHR, os.makedev(1, 3))
    else:
        os.mkfifo(path)
    before = path.lstat()
    try:
        with Service(sh(OBEDIENT), options=f"--pid-file={path}") as unit:
            unit.start()
            assert len(unit.said(f"{path}, ignoring: it is not a regular file")) == 1
            unit.stop()
            assert_success(unit.show())
        after = path.lstat()
        assert (after.st_ino, after.st_mode, after.st_rdev) == (before.st_ino, before.st_mode, before.st_rdev)
    finally:
        path.unlink(missing_ok=True)


def test_start_is_in_the_journal_with_its_message_id():
    with Service("sleep 1000") as unit:
        unit.start()
        (entry,) = unit.wait_event(STARTED)
        assert entry["CONTAINER_ID_FULL"] == unit.container["Id"]
        assert unit.name in entry["MESSAGE"]


def test_main_pid_supervisor():
    with Service("sleep 1000", options="--main-pid=supervisor") as unit:
        unit.start()
        assert unit.main_pid == unit.supervisor
        assert unit.said("main process") == []


def test_supervisor_stays_main_process_where_it_has_to_and_says_so_once():
    with Service(sh(GOES_ON.replace("exit 0", "exit 5")), run="--stop-timeout=5", NotifyAccess="main") as unit:
        unit.start()
        assert unit.main_pid == unit.supervisor
        assert len(unit.said("stays the main process")) == 1
        unit.wait_line("up")
        docker("restart", "--time=1", unit.name)
        unit.wait_event(STARTED, count=2)
        unit.wait_line("on", after=cursor())
        assert len(unit.said("stays the main process")) == 1
        unit.stop(check=False)
        assert_failed(unit.show(), 5)


def test_mixed_lets_the_engine_send_the_containers_own_stop_signal():
    script = "trap 'echo got-usr1; exit 0' USR1; trap 'echo got-term; exit 1' TERM; echo up; while :; do sleep 1000 & wait; done"
    with Service(sh(script), run="--rm --stop-signal=USR1", KillMode="mixed") as unit:
        unit.start()
        unit.wait_line("up")
        unit.stop()
        assert_success(unit.show())
        assert [line["MESSAGE"] for line in unit.lines()] == ["up", "got-usr1"]


def test_ready_waits_for_the_first_healthy_check():
    run_options = "--rm --health-cmd 'test -e /go' --health-interval 200ms"
    with Service("sleep 1000", options="--notify=healthy", run=run_options) as unit:
        unit.systemctl("start", "--no-block")
        unit.wait(lambda now: "healthy" in now["StatusText"])
        assert unit.show("ActiveState") == "activating"
        docker("exec", unit.name, "touch", "/go")
        unit.wait_state("active")


def test_default_unit_without_notify_works():
    with Service("sleep 1000", run="--rm --stop-timeout 1", Type="simple", NotifyAccess=None) as unit:
        unit.start()
        wait_docker(unit.name, lambda now: now and now["State"]["Running"])
        unit.wait_event(STARTED)
        assert unit.container_pid in unit.procs()
        unit.stop()
        assert_success(unit.show())


def test_unnamed_container():
    with Service("sleep 1000") as unit:
        unit.change("--name %n", "--label behaviour=unnamed --stop-timeout 1")
        unit.start()
        (identity,) = docker("ps", "--quiet", "--filter", "label=behaviour=unnamed").split()
        unit.stop()
        assert_success(unit.show())
        assert run("docker", "inspect", identity, check=False).returncode != 0


def test_first_line_is_never_lost():
    with Service("echo first", Type="oneshot") as unit:
        for _ in range(5):
            unit.start()
        assert [line["MESSAGE"] for line in unit.lines()] == ["first"] * 5


def test_api_socket_comes_with_the_logins(tmp_path):
    logins = {"r:5000": {"auth": "bWU6c2VjcmV0"}}
    (tmp_path / "config.json").write_text(json.dumps({"auths": logins}))
    script = "test -S /var/run/docker.sock && ls -l $DOCKER_CONFIG/config.json >&2 && cat $DOCKER_CONFIG/config.json"
    done = by_hand("run", "--rm", "--use-api-socket", "busybox", "sh", "-c", script, env={**os.environ, "DOCKER_CONFIG": str(tmp_path)})
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {"auths": logins}
    assert "-rw-------" in done.stderr and "root" in done.stderr


def test_detach_of_a_oneshot_is_said():
    """systemd waits for the end of the main process, for ever, and so does who starts the unit."""
    with Service(sh(GOES_ON), run="--rm --detach", Type="oneshot", RemainAfterExit="yes") as unit:
        run("systemctl", "start", "--no-block", unit.name)
        unit.wait_said("--detach has no effect, and the unit has Type=oneshot")
        unit.stop()
        assert_success(unit.show())


def test_sockets_that_the_container_does_not_get():
    path = Path("/run/behaviour-start.sock")
    socket = UNIT_DIR / "behaviour.socket"
    socket.write_text(f"[Socket]\nListenStream={path}\nRemoveOnStop=yes\n")
    try:
        with Service(sh(GOES_ON)) as unit:
            run("systemctl", "start", socket.name)
            unit.start()
            assert len(unit.said("does not get the sockets of the unit")) == 1
    finally:
        run("systemctl", "stop", socket.name)
        socket.unlink()
        run("systemctl", "daemon-reload")

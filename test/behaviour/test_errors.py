# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The systemd-docker authors
"""An error is one line that names its cause, and nothing is left behind."""

import re
import socket
from pathlib import Path

import pytest
from supervised import EXITED, OBEDIENT, STARTED, Service, assert_failed, assert_success, by_hand, is_line, sh
from testhost import containers, docker, engine_version, out

FAILED_OPTION = "ac38a73d732b4a3a9ad6226cdfa68db2"
FAILED_COMMAND = "e379521d7ede4c7d80ed60472167f5d6"
FAILED_IMAGE = "b5c99f76c94c4668b12b571ac4823c6f"
FAILED_NETWORK = "ea313c85d008449b84c0a246781b9b5e"
FAILED_PORT = "ce3319079217449780002171d2d9e4aa"
FAILED_FILES = "a2dffa7b8ac4462ea8a77326369161a0"
FAILED_WAIT = "1981299f95794fb787c7aa392c0e06a6"
FAILED_ENGINE = "f60127e9ea02429ca3e512a04f29cde0"

WRONG = [
    (["--no-such-option", "run", "busybox"], "--no-such-option"),
    (["--stderr-priority=loud", "run", "busybox"], "--stderr-priority"),
    (["--logs=perhaps", "run", "busybox"], "--logs"),
    (["--cgroup-mode=sideways", "run", "busybox"], "--cgroup-mode"),
    (["--main-pid=both", "run", "busybox"], "--main-pid"),
    (["--host=gopher://x", "run", "busybox"], "gopher://x"),
    (["run", "--no-such-option", "busybox"], "--no-such-option"),
    (["run", "--restart=always", "busybox"], "Restart="),
    (["run", "-rm", "busybox"], "--rm"),
    (["run", "-name", "x", "busybox"], "--name"),
    (["run", "--memory=lots", "busybox"], "--memory"),
    (["run", "--publish=a:b:c:d", "busybox"], "a:b:c:d"),
    (["run", "--env-file=/no/such/file", "busybox"], "/no/such/file"),
    (["run", "--env-file=/dev/null", "Web:1"], "must be lower case"),
    (["run", "--rm", ""], 'invalid image ""'),
    (["--notfy", "run", "busybox"], "did you mean --notify?"),
    (["run", "--nam", "x", "busybox"], "did you mean --name?"),
    (["run", "--publsh=80", "busybox"], "did you mean --publish?"),
    (["--notify=helthy", "run", "busybox"], "did you mean healthy?"),
    (["run", "--pull=alwayys", "busybox"], "did you mean always?"),
    (["rnu", "busybox"], "did you mean run?"),
    (["network", "ensure", "--subnt=10.0.0.0/8", "x"], "did you mean --subnet?"),
    (["--", "--notify=healthy", "busybox"], "--notify is an option of systemd-docker: write it before"),
    (["-d", "--", "busybox"], "-d is an option of docker run: write it after"),
    (["--publish=80:80", "run", "busybox"], "--publish is an option of docker run: write it after"),
    (["--", "docker", "run", "--rm", "busybox"], 'write the options only, without "docker run"'),
    (["network", "ensure", "--driver=nosuch", "x"], "Failed to create network x: no driver nosuch. Correct --driver"),
    ([], "no command given"),
    (["stop", "x"], "stop"),
]


@pytest.mark.parametrize("words, named", WRONG, ids=[" ".join(words) or "nothing" for words, _ in WRONG])
def test_wrong_command_line_is_one_line_and_125(words, named):
    before = containers()
    done = by_hand(*words)
    assert done.returncode == 125
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert named in line
    assert containers() == before


@pytest.mark.parametrize("word", ["run", "--"])
def test_no_image_is_one_line_and_1_as_with_docker_run(word):
    done = by_hand(word)
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert "image" in line


def test_restart_no_is_no_mistake():
    assert by_hand("run", "--rm", "--restart=no", "busybox", "true").returncode == 0


def test_wrong_option_in_a_unit_fails_it_with_78():
    with Service("true", options="--no-such-option") as unit:
        assert_failed(unit.run_to_end(), 78)
        (entry,) = [e for e in unit.journal() if "--no-such-option" in e["MESSAGE"]]
        assert entry["MESSAGE_ID"] == FAILED_OPTION
        assert "--no-such-option" in unit.show("StatusText")


def test_wrong_option_is_not_tried_again():
    with Service("true", run="--rm --no-such-option", Restart="always", RestartSec="100ms", RestartPreventExitStatus="78") as unit:
        assert_failed(unit.run_to_end(), 78)
        assert unit.show("NRestarts") == "0"


def test_engine_that_is_not_there_is_one_line_by_hand():
    done = by_hand("--host=unix:///no/such/socket", "run", "busybox")
    assert done.returncode == 125
    (line,) = done.stderr.splitlines()
    assert "/no/such/socket" in line


def test_what_the_engine_refuses_is_one_line_by_hand():
    done = by_hand("run", "--rm", "--pull=never", "no.such.image/at:all")
    assert done.returncode == 125
    (line,) = done.stderr.splitlines()
    assert "no.such.image/at:all" in line


def test_command_not_found_is_127_by_hand_and_leaves_no_container():
    before = containers()
    done = by_hand("run", "--rm", "busybox", "/no/such/command")
    assert done.returncode == 127
    (line,) = done.stderr.splitlines()
    assert "/no/such/command" in line
    assert containers() == before


def test_port_that_is_taken_leaves_no_container():
    docker("run", "--detach", "--publish=127.0.0.1:8080:80", "busybox", "sleep", "1000")
    with Service("sleep 1000", run="--rm --publish=127.0.0.1:8080:80") as unit:
        assert_failed(unit.run_to_end(), 125)
        assert unit.container is None
        assert len(unit.said("Cannot start: port 8080 is taken, by container ")) == 1


# Run options, image, command, exit status; how the cause begins that STATUS= and the journal have, and its MESSAGE_ID.
FAILURES = [
    ("", "busybox", "servr", 127, 'command "servr" not found in image busybox', FAILED_COMMAND),
    ("", "busybox", "/no/such", 127, 'command "/no/such" not found in image busybox', FAILED_COMMAND),
    ("", "busybox", "/etc/passwd", 126, 'command "/etc/passwd" is not executable in image busybox', FAILED_COMMAND),
    ("--user nosuch", "busybox", "true", 78, 'no user "nosuch" in image busybox', FAILED_OPTION),
    ("--pull=never", "no.such/image:1", "true", 125, "no image no.such/image:1 here", FAILED_IMAGE),
    ("--network nosuch", "busybox", "true", 125, "network nosuch does not exist", FAILED_NETWORK),
    ("--network container:nosuch", "busybox", "true", 125, "container nosuch does not exist", FAILED_NETWORK),
    ("--mount type=bind,src=/no/such,dst=/x", "busybox", "true", 125, "/no/such does not exist on the host", FAILED_FILES),
    ("--device /dev/nosuch", "busybox", "true", 127, "device /dev/nosuch: no such file", FAILED_FILES),
    ("--runtime nosuch", "busybox", "true", 125, "the engine has no runtime nosuch", FAILED_ENGINE),
    ("--cap-add NOPE", "busybox", "true", 78, "no capability CAP_NOPE", FAILED_OPTION),
    ("--sysctl net.ipv4.nosuch=1", "busybox", "true", 78, "the kernel has no sysctl net", FAILED_OPTION),
    ("--log-driver nosuch", "busybox", "true", 78, "no log driver nosuch", FAILED_OPTION),
    ("--publish 10.99.99.9:8099:80", "busybox", "true", 125, "this machine has no address 10.99.99.9", FAILED_NETWORK),
    ("--publish 127.0.0.1:8098:80", "busybox", "true", 125, "port 8098 is taken, by another program", FAILED_PORT),
]


@pytest.fixture(scope="module")
def taken_port():
    with socket.create_server(("127.0.0.1", 8098)):
        yield


@pytest.mark.parametrize("run, image, command, status, cause, message_id", FAILURES, ids=[row[4] for row in FAILURES])
def test_failed_start_says_its_cause_where_the_user_looks(taken_port, run, image, command, status, cause, message_id):
    with Service(command, run=f"--rm {run}", image=image) as unit:
        assert_failed(unit.run_to_end(), status)
        assert unit.show("StatusText").startswith("Cannot start: " + cause)
        (entry,) = [e for e in unit.journal() if e.get("MESSAGE_ID") == message_id]
        assert entry["MESSAGE"].startswith("Cannot start: " + cause)
        assert entry["ENGINE_MESSAGE"] and int(entry["ENGINE_STATUS"]) >= 400
        assert len(unit.said("The engine's words: " + entry["ENGINE_MESSAGE"])) == 1
        assert f"Subject: {explained(message_id)}" in out("journalctl", "--no-pager", "-xu", unit.name, "-n", "20")


# What systemd-docker refuses itself: its options, run's, settings of the unit, exit status, and how STATUS= begins.
REFUSED = [
    ("", "--volume ./data:/x", {}, 78, 'invalid value "./data:/x" for --volume: relative to /, because the unit has no'),
    ("", "docker run --rm", {}, 78, 'write the options only, without "docker run"'),
    ("--cgroup-mode=migrate", "--rm --memory=64M", {}, 78, "--memory is refused in cgroup mode migrate: write MemoryMax="),
    ("--notify=healthy", "--rm", {}, 78, "--notify=healthy: the container has no health check. Give it one with"),
    ("", "--rm --env-file=/no/such", {}, 78, "invalid value"),
    ("", "--rm --restart=always", {}, 78, 'invalid value "always" for --restart'),
]


@pytest.mark.parametrize("options, run, settings, status, line", REFUSED, ids=[row[4] for row in REFUSED])
def test_refused_start_says_its_cause_where_the_user_looks(options, run, settings, status, line):
    with Service("true", options=options, run=run, **settings) as unit:
        assert_failed(unit.run_to_end(), status)
        assert unit.show("StatusText").startswith(line)
        (entry,) = [e for e in unit.journal() if e.get("MESSAGE_ID") == FAILED_OPTION]
        assert entry["MESSAGE"].startswith(line)


def test_relative_folder_is_below_the_working_directory(tmp_path):
    with Service("ls /x", run="--rm --volume ./data:/x", WorkingDirectory=str(tmp_path)) as unit:
        (tmp_path / "data").mkdir()
        (tmp_path / "data" / "seen").touch()
        assert_success(unit.run_to_end())
        assert [e["MESSAGE"] for e in unit.lines()] == ["seen"]
        assert not unit.said("Host folder")


def test_host_folder_that_the_engine_makes_is_said(tmp_path):
    with Service("true", run=f"--rm --volume {tmp_path}/typo:/www") as unit:
        assert_success(unit.run_to_end())
        assert unit.said(f"Host folder {tmp_path}/typo did not exist; the engine has made it, empty.")


def test_type_forking_is_said():
    with Service("true", Type="forking") as unit:
        unit.run_to_end()
        assert unit.said("The unit has Type=forking: use Type=notify.")


@pytest.mark.parametrize("mode", ["mixed", "control-group"])
def test_wait_for_ready_that_ran_out_says_for_what(mode):
    # Long enough for a busy machine to start the container.
    settings = {"TimeoutStartSec": "8s", "TimeoutStopSec": "2s", "KillMode": mode}
    with Service("sleep 1000", options="--notify=container", run="--rm --stop-timeout=1", **settings) as unit:
        assert unit.run_to_end()["Result"] == "timeout"
        line = "The container has not said READY=1 in 8 s (--notify=container)"
        assert unit.show("StatusText") == line
        (entry,) = [e for e in unit.journal() if e.get("MESSAGE_ID") == FAILED_WAIT]
        assert entry["MESSAGE"].startswith(line)


def test_start_that_ran_out_of_time_says_what_it_waited_for():
    """In a pull from a registry that accepts the connection and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as registry:
        image = f"127.0.0.1:{registry.getsockname()[1]}/slow"
        with Service("true", image=image, TimeoutStartSec="8s") as unit:
            assert unit.run_to_end()["Result"] == "timeout"
            line = "TimeoutStartSec= ran out after 8 s, while pulling " + image
            assert unit.show("StatusText") == line
            (entry,) = [e for e in unit.journal() if e.get("MESSAGE_ID") == FAILED_WAIT]
            assert entry["MESSAGE"] == line + ": raise it in the unit."


def test_stop_during_a_wait_for_ready_is_no_end_of_the_wait():
    with Service(sh(OBEDIENT), options="--notify=container", TimeoutStartSec="60s") as unit:
        unit.systemctl("start", "--no-block")
        unit.wait_line("up")
        unit.stop()
        assert not [e for e in unit.journal() if e.get("MESSAGE_ID") == FAILED_WAIT]


def test_good_start_is_two_lines_and_the_next_life_says_how_the_last_one_ended(tmp_path):
    """Of ours, with the unit that is recommended; systemd has no "not our child" to say."""
    script = sh("test -e /x/seen && exec sleep 1000; touch /x/seen; sleep 0.1; exit 7")
    run = f"--rm --stop-timeout=1 --volume {tmp_path}:/x --publish 127.0.0.1:8097:80"
    with Service(script, run=run, KillMode="mixed", Restart="on-failure", RestartSec="100ms") as unit:
        unit.start(check=False)
        unit.wait_event(STARTED, count=2)
        unit.wait(lambda now: now["StatusText"].startswith("Running"))
        assert unit.show("StatusText").startswith("Running, restart 1, the last ended with 7: container behaviour.service")
        assert unit.show("StatusText").endswith(", ports 8097->80")
        first = [e for e in unit.journal() if not is_line(e)]
        assert not [e for e in first if "not our child" in str(e["MESSAGE"])]
        ends = [i for i, e in enumerate(first) if e.get("MESSAGE_ID") == EXITED]
        ours = [e["MESSAGE"] for e in first[: ends[0]] if e.get("_COMM") == "systemd-docker"]
        # On an old engine, one more says that the container is moved.
        assert len([line for line in ours if not line.startswith("cgroup mode migrate:")]) <= 2, ours
        assert len(ours) <= 2 + (engine_version() < (23,)), ours


def explained(message_id):
    """The subject of the entry in the catalog."""
    catalog = Path("/src/catalog/systemd-docker.catalog").read_text()
    return re.search(rf"^-- {message_id}\nSubject: (.*)", catalog, re.M)[1]


def test_start_that_fails_without_rm_keeps_the_container():
    with Service("/no/such/command", run="") as unit:
        assert_failed(unit.run_to_end(), 127)
        assert unit.container["State"]["ExitCode"] == 127


def test_warnings_of_the_engine_are_said():
    with Service("sleep 1000", options="--cgroup-mode=none", run="--rm --oom-kill-disable") as unit:
        unit.start()
        assert unit.said("OomKillDisable")


def test_version_and_help():
    assert out("/usr/bin/systemd-docker", "--version").startswith("systemd-docker ")
    assert "--pid-file" in out("/usr/bin/systemd-docker", "--help")
    assert "--publish" in out("/usr/bin/systemd-docker", "run", "--help")

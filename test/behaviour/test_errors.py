# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The systemd-docker authors
"""An error is one line that names its cause, and nothing is left behind. Mistakes in a unit are in test_mistakes.py."""

import socket
from pathlib import Path

import pytest
from supervised import EXITED, OBEDIENT, PROGRAM, STARTED, Service, assert_failed, assert_success, by_hand, is_line, sh
from testhost import containers, docker, engine_version, out, run

FAILED_WAIT = "1981299f95794fb787c7aa392c0e06a6"

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


def test_relative_folder_is_below_the_working_directory(tmp_path):
    with Service("ls /x", run="--rm --volume ./data:/x", WorkingDirectory=str(tmp_path)) as unit:
        (tmp_path / "data").mkdir()
        (tmp_path / "data" / "seen").touch()
        assert_success(unit.run_to_end())
        assert [e["MESSAGE"] for e in unit.lines()] == ["seen"]
        assert not unit.said("Host folder")


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
    script = sh("test -e /x/seen && exec sleep 1000; touch /x/seen; while ! test -e /x/go; do sleep 0.05; done; exit 7")
    run = f"--rm --stop-timeout=1 --volume {tmp_path}:/x --publish 127.0.0.1:8097:80"
    with Service(script, run=run, KillMode="mixed", Restart="on-failure", RestartSec="100ms") as unit:
        unit.start()
        (tmp_path / "go").touch()
        unit.wait_event(STARTED, count=2)
        unit.wait(lambda now: now["StatusText"].startswith("Running"))
        assert unit.show("StatusText").startswith("Running, ports 8097->80, restart 1, the last ended with 7: container behaviour.")
        first = [e for e in unit.journal() if not is_line(e)]
        assert not [e for e in first if "not our child" in str(e["MESSAGE"])]
        ends = [i for i, e in enumerate(first) if e.get("MESSAGE_ID") == EXITED]
        ours = [e["MESSAGE"] for e in first[: ends[0]] if e.get("_COMM") == "systemd-docker"]
        # On an old engine, one more says that the container is moved.
        assert len([line for line in ours if not line.startswith("cgroup mode migrate:")]) <= 2, ours
        assert len(ours) <= 2 + (engine_version() < (23,)), ours


def test_end_is_noted_for_restart_only():
    """Nobody would read the notes of units that have a new name each time, as those of systemd-run(1): they would only add up."""
    notes = Path("/run/systemd-docker/.ends")
    before = set(notes.glob("*"))
    with Service(sh("sleep 0.1; exit 7")) as unit:
        assert_failed(unit.run_to_end(), 7)
        assert set(notes.glob("*")) == before
        ended = run("systemd-run", "--quiet", "--wait", "--collect", PROGRAM, "--", "--rm", "busybox", "false", check=False)
        assert ended.returncode == 1
        assert set(notes.glob("*")) == before


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

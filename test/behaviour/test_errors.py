# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The systemd-docker authors
"""An error is one line that names its cause, and nothing is left behind."""

import pytest
from supervised import Service, assert_failed, by_hand
from testhost import containers, docker, out

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


def test_wrong_option_in_a_unit_fails_it_with_125():
    with Service("true", options="--no-such-option") as unit:
        assert_failed(unit.run_to_end(), 125)
        assert len([e for e in unit.journal() if "--no-such-option" in e["MESSAGE"]]) == 1


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
    (line,) = [line for line in done.stderr.splitlines() if "Failed" in line]
    assert "/no/such/command" in line
    assert containers() == before


def test_port_that_is_taken_leaves_no_container():
    docker("run", "--detach", "--publish=127.0.0.1:8080:80", "busybox", "sleep", "1000")
    with Service("sleep 1000", run="--rm --publish=127.0.0.1:8080:80") as unit:
        assert_failed(unit.run_to_end(), 125)
        assert unit.container is None
        assert len(unit.said("8080")) == 1


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

# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The systemd-docker authors
"""`systemd-docker setup` changes one entry in the engine's configuration, and nothing else."""

import contextlib
import json
import os
import subprocess
from pathlib import Path

import pytest
from supervised import PROGRAM, by_hand, needed_runtime, registered_runtime
from testhost import DAEMON_JSON, engine_get, engine_version, held, not_here, run, show, wait_until

RUNTIME = "/usr/libexec/systemd-docker-runtime"
RUNTIME_FILE = Path("/etc/systemd-docker/runtime")
PID_FILE = Path("/run/docker.pid")
OVERRIDE = Path("/run/systemd/system/docker.service.d/behaviour.conf")


@pytest.fixture(autouse=True)
def configuration():
    before, mode = DAEMON_JSON.read_text(), DAEMON_JSON.stat().st_mode
    yield
    if DAEMON_JSON.is_symlink():
        DAEMON_JSON.unlink()
    DAEMON_JSON.write_text(before)
    DAEMON_JSON.chmod(mode)
    os.chown(DAEMON_JSON, 0, 0)
    RUNTIME_FILE.unlink(missing_ok=True)


def set_up(*words, status=0, **options):  # pytest before 8 would call a function named "setup" itself
    with contextlib.nullcontext() if words else needed_runtime():
        done = by_hand("setup", *words, **options)
    assert done.returncode == status, done.stdout + done.stderr
    return done


def engine_has_it():
    return "systemd-docker" in engine_get("/info")["Runtimes"]


def test_registered_checked_and_taken_back():
    text = '{\n\t"runtimes": { "other": {"path": "/bin/true"} },  "live-restore": true, "labels": ["a=1.50"]\n}'
    DAEMON_JSON.write_text(text)
    DAEMON_JSON.chmod(0o640)
    os.chown(DAEMON_JSON, 1, 2)
    set_up("--check", status=1)
    assert DAEMON_JSON.read_text() == text
    set_up()
    assert engine_has_it()
    registered = DAEMON_JSON.read_text()
    assert json.loads(registered)["runtimes"] == {"other": {"path": "/bin/true"}, "systemd-docker": {"path": RUNTIME}}
    assert registered.replace(f'"systemd-docker": {{"path": "{RUNTIME}"}}, ', "") == text
    assert DAEMON_JSON.stat().st_mode & 0o777 == 0o640
    assert (DAEMON_JSON.stat().st_uid, DAEMON_JSON.stat().st_gid) == (1, 2)
    # A second run changes nothing.
    inode = DAEMON_JSON.stat().st_ino
    set_up()
    set_up("--check")
    assert DAEMON_JSON.stat().st_ino == inode
    set_up("--undo")
    assert not engine_has_it()
    assert DAEMON_JSON.read_text() == text
    set_up("--undo")
    set_up("--check", status=1)


def test_configuration_that_is_not_there_or_a_link(tmp_path):
    DAEMON_JSON.unlink()
    set_up()
    assert json.loads(DAEMON_JSON.read_text()) == {"runtimes": {"systemd-docker": {"path": RUNTIME}}}
    set_up("--undo")
    assert not DAEMON_JSON.exists() and not engine_has_it()
    real = tmp_path / "daemon.json"
    real.write_text("{}")
    DAEMON_JSON.symlink_to(real)
    set_up()
    assert DAEMON_JSON.is_symlink() and "runtimes" in real.read_text()
    set_up("--undo")
    assert real.read_text() == "{}"
    real.unlink()
    assert "a link to nowhere" in set_up(status=125).stderr
    assert DAEMON_JSON.is_symlink() and not real.exists()


@pytest.mark.parametrize("text", ["{", "[]", '{"runtimes": []}', '{"runtimes": {"crun": "/usr/bin/crun"}}', "# comment\n{}", r'{"runtim\u0065s": {}}'])
def test_configuration_that_is_not_understood_is_left_alone(text):
    DAEMON_JSON.write_text(text)
    done = set_up(status=125)
    assert len(done.stderr.splitlines()) == 1 and f"{DAEMON_JSON} is left as it is: " in done.stderr
    set_up("--undo", status=125)
    assert DAEMON_JSON.read_text() == text
    assert list(DAEMON_JSON.parent.glob("daemon.json?*")) == []


def test_engine_of_another_machine():
    before = DAEMON_JSON.stat()
    for words in ([], ["--check"], ["--undo"]):
        assert "engine of this machine" in set_up(*words, status=125, env={**os.environ, "DOCKER_HOST": "tcp://127.0.0.1:1"}).stderr
    assert DAEMON_JSON.stat() == before


def test_program_that_is_not_there():
    """The engine would accept a path that does not exist, and then fail with each container."""
    away = Path(f"{RUNTIME}.away")
    set_up()
    Path(RUNTIME).rename(away)
    try:
        assert f"Can't run {RUNTIME}" in set_up("--check", status=1).stderr
        set_up(status=125)
        set_up("--undo")
    finally:
        away.rename(RUNTIME)


def test_runtime_of_our_name_at_another_place_is_replaced_and_named():
    DAEMON_JSON.write_text('{"runtimes": {"systemd-docker": {"path": "/usr/sbin/runc"}}}')
    assert f"runtime systemd-docker is /usr/sbin/runc, not {RUNTIME}\n" in set_up("--check", status=1).stdout
    assert '"/usr/sbin/runc"' in set_up().stderr
    assert json.loads(DAEMON_JSON.read_text())["runtimes"] == {"systemd-docker": {"path": RUNTIME}}
    set_up("--undo")


def test_wrong_words():
    for words in (["--no-such"], ["--undo", "--check"], ["x"]):
        assert len(set_up(*words, status=125).stderr.splitlines()) == 1


def test_engines_default_runtime_is_the_real_one():
    text = '{"default-runtime": "other", "runtimes": {"other": {"path": "/usr/sbin/runc"}}}'
    DAEMON_JSON.write_text(text)
    set_up()
    assert RUNTIME_FILE.read_text() == "/usr/sbin/runc\n"
    set_up("--undo")
    assert not RUNTIME_FILE.exists() and DAEMON_JSON.read_text() == text


def test_engine_that_names_runtimes_on_its_command_line():
    """The engine would not start if the file had runtimes as well."""
    before = DAEMON_JSON.read_text()
    OVERRIDE.parent.mkdir(parents=True, exist_ok=True)
    OVERRIDE.write_text(
        "[Service]\nExecStart=\nExecStart=/usr/sbin/dockerd -H fd:// --containerd=/run/containerd/containerd.sock "
        "--add-runtime other=/usr/sbin/runc\n"
    )
    run("systemctl", "daemon-reload")
    run("systemctl", "restart", "docker")
    try:
        assert "--add-runtime" in set_up(status=125).stderr
        assert DAEMON_JSON.read_text() == before
    finally:
        OVERRIDE.unlink()
        run("systemctl", "daemon-reload")
        run("systemctl", "restart", "docker")


def test_engine_that_could_not_start_without_our_runtime(tmp_path):
    """Read from the command line of the engine's process; here another program takes its place."""
    set_up()
    registered, before = DAEMON_JSON.read_text(), PID_FILE.read_text()
    program = tmp_path / "dockerd"
    program.write_text("#!/bin/sh\nread wait\n")
    program.chmod(0o755)
    engine = subprocess.Popen([program, "--default-runtime=other", "--default-runtime", "systemd-docker"], stdin=subprocess.PIPE)
    try:
        PID_FILE.write_text(f"{engine.pid}\n")
        assert "the engine's default" in set_up("--undo", status=125).stderr
        assert DAEMON_JSON.read_text() == registered
    finally:
        PID_FILE.write_text(before)
        engine.communicate()
    set_up("--undo")


def test_engine_that_remembers_our_runtime_as_its_default():
    """The file no longer says so. An engine that then loses the runtime refuses the file, and Docker 20.10 crashes."""
    before = DAEMON_JSON.read_text()
    set_up()
    registered = DAEMON_JSON.read_text()
    try:
        DAEMON_JSON.write_text(json.dumps({**json.loads(registered), "default-runtime": "systemd-docker"}))
        run("systemctl", "restart", "docker")
        DAEMON_JSON.write_text(registered)
        engine = show("docker", "MainPID")["MainPID"]
        assert "still the engine's default. Restart docker.service" in set_up("--undo", status=125).stderr
        assert DAEMON_JSON.read_text() == registered
        assert show("docker", "MainPID")["MainPID"] == engine
    finally:
        DAEMON_JSON.write_text(registered)
        run("systemctl", "restart", "docker")
    set_up("--undo")
    assert not engine_has_it()
    assert json.loads(DAEMON_JSON.read_text()) == json.loads(before)


def test_engine_that_does_not_run():
    run("systemctl", "stop", "docker.socket", "docker")
    try:
        assert "does not run" in set_up().stdout
        set_up("--check", status=1)
    finally:
        run("systemctl", "start", "docker")
    assert engine_has_it()
    set_up("--undo")


def test_what_others_write_meanwhile_stays():
    """--undo waits for the engine, and then only tidies up what it has written itself."""
    set_up()
    pid = int(show("docker", "MainPID")["MainPID"])
    with held(pid):
        undo = subprocess.Popen([PROGRAM, "setup", "--undo"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        wait_until(lambda: "systemd-docker" not in DAEMON_JSON.read_text(), what="setup --undo's first change")
        text = '{"runtimes": {}, "log-opts": {}}\n'
        other = DAEMON_JSON.with_suffix(".new")
        other.write_text(text)
        other.rename(DAEMON_JSON)
    undo.communicate(timeout=30)
    assert DAEMON_JSON.read_text() == text


def test_setup_that_fails_leaves_nothing(tmp_path):
    """A file that cannot be replaced, because it is a mount of its own."""
    text = json.dumps({"runtimes": {"other": {"path": "/usr/bin/other"}}, "default-runtime": "other"})
    (tmp_path / "mounted").write_text(text)
    run("mount", "--bind", tmp_path / "mounted", DAEMON_JSON)
    try:
        set_up(status=125)
        assert not RUNTIME_FILE.exists()
    finally:
        run("umount", DAEMON_JSON)


def test_check_says_which_mode_units_get():
    answer = set_up("--check", status=1).stdout
    old = engine_version() < (23,)
    for unit, mode in (("with", "migrate" if old else "delegate"), ("without", "migrate" if old else "inside")):
        assert f"Units {unit} Delegate= get cgroup mode {mode}: " in answer
    assert answer.splitlines()[-1] == "The engine does not have the runtime" + ("; run systemd-docker setup." if old else ", and does not need it.")
    set_up()
    assert set_up("--check").stdout.splitlines()[-1] == "The engine has the runtime" + ("." if old else ", and does not need it.")
    set_up("--undo")


@not_here(engine_version() < (23,), "the engine needs the runtime")
def test_engine_that_does_not_need_it():
    before = DAEMON_JSON.read_text(), DAEMON_JSON.stat().st_mtime_ns
    done = by_hand("setup", check=True)
    assert done.stdout.startswith("The engine does not need the runtime: ") and not done.stderr
    assert (DAEMON_JSON.read_text(), DAEMON_JSON.stat().st_mtime_ns) == before
    assert not engine_has_it()
    # One that has it from the time when it needed it keeps it, until that is taken back.
    with registered_runtime():
        registered = DAEMON_JSON.read_text()
        assert "is registered" in by_hand("setup", check=True).stdout
        assert DAEMON_JSON.read_text() == registered and engine_has_it()
    assert not engine_has_it()

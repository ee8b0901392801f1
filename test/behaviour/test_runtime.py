# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The systemd-docker authors
"""systemd-docker-runtime alone: a program of the test takes the place of runc and records how it was called."""

import json
import os
from pathlib import Path

import pytest
from supervised import OBEDIENT, Service, assert_success, registered_runtime, sh, wait_gone
from testhost import CGROUP, docker, run

RUNTIME = "/usr/libexec/systemd-docker-runtime"
STATE = Path("/run/systemd-docker-runtime")
RUNTIME_FILE = Path("/etc/systemd-docker/runtime")
ID = "7cfa1c26b86556a3fc8773fd3f54edbe13bbf352ad013e9656cbcbc0afb8e40c"
# Each word ends with a NUL, so that words with any bytes can be told apart.
REAL = '#!/bin/sh\nprintf "%s\\0" "$0" "$@" >"$CALLS"\nexit 42\n'


@pytest.fixture
def bundle(tmp_path):
    """A bundle, and a runc of the test, which $PATH finds before the real one."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/runc").write_text(REAL)
    (tmp_path / "bin/runc").chmod(0o755)
    bundle = tmp_path / "bundle"
    bundle.mkdir()
    (bundle / "config.json").write_text(
        json.dumps({"ociVersion": "1.0.0", "linux": {"cgroupsPath": f"system.slice:docker:{ID}", "seccomp": {"x": 1e3}}})
    )
    yield bundle
    for folder in ("cgroups", "placed"):
        (STATE / folder / ID).unlink(missing_ok=True)


@pytest.fixture
def cgroup():
    folder = CGROUP / "system.slice/announced.service"
    folder.mkdir()
    os.setxattr(folder, "trusted.delegate", b"1")
    yield folder
    folder.rmdir()


def announce(cgroup, number=None):
    (STATE / "cgroups").mkdir(parents=True, exist_ok=True)
    path = "/" + str(cgroup.relative_to(CGROUP))
    file = STATE / "cgroups" / ID
    file.write_text(f"CGROUP={path}\nCGROUP_ID={number or cgroup.stat().st_ino}\n")
    return file


def call(bundle, *words, **options):
    """Calls the runtime. Returns its result with the words that the real runtime was called with, or None."""
    calls = bundle.parent / "calls"
    calls.unlink(missing_ok=True)
    environment = {"PATH": f"{bundle.parent}/bin:/usr/bin:/bin", "CALLS": str(calls)}
    done = run(RUNTIME, *words, check=False, env={**os.environ, **environment}, **options)
    done.words = calls.read_bytes().split(b"\0")[1:-1] if calls.exists() else None
    if done.words is not None:
        assert (done.returncode, done.stdout, done.stderr) == (42, "", "")
        done.words = [os.fsdecode(word) for word in done.words]
    return done


def log_of(bundle):
    return ["--root", "/run/x", "--log", str(bundle / "log.json"), "--log-format", "json"]


def create(bundle, **options):
    return call(bundle, *log_of(bundle), "--systemd-cgroup", "create", "--bundle", bundle, "--pid-file", "x", ID, **options)


def created_words(bundle):
    return log_of(bundle) + ["create", "--bundle", str(bundle), "--pid-file", "x", ID]


def last_error(bundle):
    return [json.loads(line) for line in (bundle / "log.json").read_text().splitlines()][-1]


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["features"],
        ["--version"],
        ["--systemd-cgroup", "create", "--bundle", "/nowhere", ID],
        ["--systemd-cgroup", "exec", "--process", "/tmp/p", ID],
        ["--no-such-option", "no-such-verb", "", " ", "\n", "\udcff", ID],
    ],
)
def test_what_was_not_announced_is_the_real_runtimes(bundle, words):
    before = (bundle / "config.json").read_bytes()
    assert call(bundle, *words).words == words
    assert create(bundle).words == log_of(bundle) + ["--systemd-cgroup"] + created_words(bundle)[len(log_of(bundle)) :]
    assert (bundle / "config.json").read_bytes() == before
    assert not (STATE / "placed" / ID).exists()


def test_announced_container_is_placed_and_stays_so_until_it_is_deleted(bundle, cgroup):
    announce(cgroup)
    before = (bundle / "config.json").read_text()
    assert create(bundle).words == created_words(bundle)
    # One value has changed, and no other byte.
    expected = before.replace(f"system.slice:docker:{ID}", f"/system.slice/announced.service/{ID}")
    assert (bundle / "config.json").read_text() == expected != before
    assert sorted(path.name for path in bundle.iterdir()) == ["config.json"]
    # The placement note may disappear now: the container was already created in the cgroup.
    (STATE / "cgroups" / ID).unlink()
    for verb in ("start", "state", "kill", "exec", "pause", "resume", "update", "ps", "events", "delete"):
        words = call(bundle, "--systemd-cgroup", verb, ID, "x").words
        assert words == [verb, ID, "x"]
    assert call(bundle, "--systemd-cgroup", "state", ID).words == ["--systemd-cgroup", "state", ID]


def test_large_config(bundle, cgroup):
    announce(cgroup)
    config = json.loads((bundle / "config.json").read_text())
    config["annotations"] = {f"name{i}": "x" * 100 for i in range(50000)}
    (bundle / "config.json").write_text(json.dumps(config))
    assert (bundle / "config.json").stat().st_size > 5 << 20
    assert create(bundle).words == created_words(bundle)
    config["linux"]["cgroupsPath"] = f"/system.slice/announced.service/{ID}"
    assert json.loads((bundle / "config.json").read_text()) == config


def untrusted(file, cgroup):
    os.chown(file, 1, 1)


def writable(file, cgroup):
    file.chmod(0o666)


def folder_writable(file, cgroup):
    file.parent.chmod(0o777)


def linked(file, cgroup):
    text = file.read_text()
    file.unlink()
    Path("/run/elsewhere").write_text(text)
    file.symlink_to("/run/elsewhere")


def of_an_earlier_cgroup(file, cgroup):
    announce(cgroup, number=1)


def not_delegated(file, cgroup):
    os.setxattr(cgroup, "trusted.delegate", b"0")


def garbage(file, cgroup):
    file.write_bytes(os.urandom(1000))


def folder(file, cgroup):
    file.unlink()
    file.mkdir()


def fifo(file, cgroup):
    file.unlink()
    os.mkfifo(file)


def leads_out(file, cgroup):
    file.write_text(file.read_text().replace("/system.slice/", "/system.slice/../system.slice/"))


def of_another_with_the_same_digits(file, cgroup):
    file.rename(file.with_name(ID[:-1] + "0"))


def folder_linked(file, cgroup):
    file.parent.rename("/run/elsewhere")
    file.parent.symlink_to("/run/elsewhere")


@pytest.fixture(autouse=True)
def nothing_elsewhere():
    yield
    elsewhere, folder = Path("/run/elsewhere"), STATE / "cgroups"
    if folder.is_symlink():
        folder.unlink()
        elsewhere.rename(folder)
    elsewhere.unlink(missing_ok=True)
    (folder / (ID[:-1] + "0")).unlink(missing_ok=True)


@pytest.mark.parametrize(
    "spoil",
    [untrusted, writable, folder_writable, linked, of_an_earlier_cgroup, not_delegated, garbage, folder, fifo, leads_out,
     of_another_with_the_same_digits, folder_linked],
    ids=lambda spoil: spoil.__name__,
)
def test_announcement_that_is_not_to_be_trusted_is_none(bundle, cgroup, spoil):
    before = (bundle / "config.json").read_bytes()
    file = announce(cgroup)
    spoil(file, cgroup)
    try:
        words = create(bundle).words
        assert "--systemd-cgroup" in words
        assert (bundle / "config.json").read_bytes() == before
    finally:
        file.parent.chmod(0o755)
        if file.is_dir():
            file.rmdir()


def test_bundle_behind_a_link(bundle, cgroup):
    announce(cgroup)
    (bundle.parent / "link").symlink_to(bundle)
    assert create(bundle.parent / "link").words == created_words(bundle.parent / "link")
    assert f"/system.slice/announced.service/{ID}" in (bundle / "config.json").read_text()
    assert (bundle.parent / "link").is_symlink()


def test_config_that_is_a_link(bundle, cgroup):
    """Nothing outside of the bundle is written."""
    announce(cgroup)
    config, outside = bundle / "config.json", bundle.parent / "outside"
    before = config.read_text()
    config.rename(outside)
    config.symlink_to(outside)
    assert create(bundle).words == created_words(bundle)
    assert outside.read_text() == before != config.read_text()


def test_config_of_100_mb(bundle, cgroup):
    """Too large to be edited: it is the real runtime's."""
    announce(cgroup)
    config = bundle / "config.json"
    config.write_bytes(config.read_bytes() + b" " * (100 << 20))
    before = config.stat()
    assert "--systemd-cgroup" in create(bundle).words
    assert (config.stat().st_ino, config.stat().st_size) == (before.st_ino, before.st_size)
    assert not (STATE / "placed" / ID).exists()


def test_path_that_leads_back_to_us(bundle):
    """An empty item of $PATH is the working directory."""
    (bundle / "runc").symlink_to(RUNTIME)
    done = run(RUNTIME, "state", ID, check=False, cwd=bundle, timeout=10, env={**os.environ, "PATH": f":{bundle.parent}/bin:/usr/bin:/bin"})
    assert done.returncode == 1 and "Too many levels of symbolic links" in done.stderr


@pytest.mark.parametrize("text", [None, "", "{", "[]", '{"linux": 7}', '{"ociVersion": "1.0.0"}', '{"linux": {"a": 01}}'])
def test_broken_bundle_is_the_real_runtimes_error(bundle, cgroup, text):
    announce(cgroup)
    (bundle / "config.json").unlink()
    if text is not None:
        (bundle / "config.json").write_text(text)
    assert "--systemd-cgroup" in create(bundle).words
    assert not (bundle / "config.json").exists() if text is None else (bundle / "config.json").read_text() == text


def test_what_keeps_us_from_changing_a_good_bundle_is_an_error_of_ours(bundle, cgroup):
    """The last error in the log of the runtime, where the engine looks for it."""
    announce(cgroup)
    run("mount", "--bind", bundle, bundle)
    run("mount", "-o", "remount,bind,ro", bundle)
    log = bundle.parent / "log.json"
    try:
        done = call(bundle, "--log", log, "--log-format", "json", "--systemd-cgroup", "create", "--bundle", bundle, ID)
    finally:
        run("umount", bundle)
    assert done.words is None and done.returncode == 1
    error = json.loads(log.read_text())
    assert error["level"] == "error" and "time" in error
    assert error["msg"] == f"can't put container {ID[:12]} into its unit's cgroup: Read-only file system"
    assert len(done.stderr.splitlines()) == 1 and error["msg"] in done.stderr


def test_full_disk_leaves_the_bundle_as_it_was(bundle, cgroup):
    announce(cgroup)
    before = (bundle / "config.json").read_bytes()
    log = bundle.parent / "log.json"
    run("mount", "-t", "tmpfs", "-o", "size=4k", "tmpfs", bundle)
    try:
        (bundle / "config.json").write_bytes(before)
        done = call(bundle, "--log", log, "--log-format", "json", "create", "--bundle", bundle, ID)
        assert (bundle / "config.json").read_bytes() == before
        assert [path.name for path in bundle.iterdir()] == ["config.json"]
    finally:
        run("umount", bundle)
    assert done.words is None and "No space left" in json.loads(log.read_text())["msg"]


@pytest.fixture
def real():
    RUNTIME_FILE.parent.mkdir(exist_ok=True)
    assert not RUNTIME_FILE.exists()
    yield RUNTIME_FILE
    RUNTIME_FILE.unlink()


def test_another_real_runtime(bundle, real):
    other = bundle.parent / "crun"
    other.write_text(REAL.replace("exit 42", "exit 43"))
    other.chmod(0o755)
    real.write_text(f"{other}\n")
    calls = bundle.parent / "calls"
    done = run(RUNTIME, "state", ID, check=False, env={**os.environ, "CALLS": str(calls)})
    assert done.returncode == 43
    assert calls.read_bytes() == os.fsencode(f"{other}\0state\0{ID}\0")


@pytest.mark.parametrize("name, reason", [("/no/such/runtime", "No such file"), (RUNTIME, "Too many levels of symbolic links")])
def test_real_runtime_that_can_not_be_run(bundle, real, name, reason):
    real.write_text(name)
    done = call(bundle, *log_of(bundle), "state", ID)
    assert done.returncode == 1 and done.words is None
    assert last_error(bundle)["msg"].startswith(f"can't run {name}, the real runtime: {reason}")


def test_ordinary_container_is_where_it_always_is():
    with registered_runtime():
        id = docker("run", "--detach", "--runtime=systemd-docker", "busybox", "sleep", "1000")
        pid = docker("inspect", "--format={{.State.Pid}}", id)
        assert f"docker-{id}.scope" in Path(f"/proc/{pid}/cgroup").read_text()
        assert docker("exec", id, "echo", "hi") == "hi"
        docker("rm", "--force", id)
    assert not (STATE / "placed" / id).exists()


def test_registered_runtime_that_is_gone():
    """A unit of it ends all the same, and starts again once the runtime is back."""
    away = Path(f"{RUNTIME}.away")
    with registered_runtime(), Service(sh(OBEDIENT), options="--cgroup-mode=delegate", run="", Delegate="yes") as unit:
        unit.start()
        unit.wait_line("up")
        pids = unit.procs()
        Path(RUNTIME).rename(away)
        try:
            assert run("docker", "exec", unit.name, "true", check=False).returncode != 0
            unit.stop()
            assert_success(unit.show())
            for pid in pids:
                wait_gone(pid)
            assert run("docker", "start", unit.name, check=False).returncode != 0
        finally:
            away.rename(RUNTIME)
        unit.start()
        assert docker("exec", unit.name, "echo", "hi") == "hi"
        unit.stop()
        assert_success(unit.show())

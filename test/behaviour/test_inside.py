# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The systemd-docker authors
"""Mode inside: a container is created in the cgroup of its unit, with nothing set up, and with Delegate= or without."""

import contextlib
from pathlib import Path

import pytest
from supervised import (
    ENGINE_BACK,
    OBEDIENT,
    SHIM,
    Service,
    assert_failed,
    assert_nothing_left,
    assert_success,
    can_be_adopted,
    hidden,
    left_alone,
    sh,
    wait_gone,
)
from testhost import CGROUP, DAEMON_JSON, NOT_HERE, cgroup_of, cursor, docker, engine_config, engine_version, inspect, not_here, run, wait_docker, wait_until

OLD = engine_version() < (23,) or not (CGROUP / "cgroup.controllers").exists()
pytestmark = not_here(OLD, "an engine that knows runtimes by their names (Docker 23), and cgroup v2")

INSIDE = "--cgroup-mode=inside"
DELEGATE = ("yes", "no")


def path_of(pid):
    return Path(f"/proc/{pid}/cgroup").read_text().split("0::")[1].splitlines()[0]


def top_of(unit):
    return "/" + str(cgroup_of(unit.name).relative_to(CGROUP))


def assert_in_place(unit):
    """All processes of the unit are in their cgroups, and no controller was enabled that systemd has not delegated."""
    container = unit.container
    top, delegated = top_of(unit), unit.settings.get("Delegate", "no") == "yes"
    assert path_of(container["State"]["Pid"]) == f"{top}/{container['Id']}"
    assert path_of(unit.supervisor) == (f"{top}/supervisor" if delegated else top)
    if not delegated:
        assert (cgroup_of(unit.name) / "cgroup.subtree_control").read_text().strip() == ""
    for folder in (cgroup_of(unit.name), cgroup_of(unit.name) / container["Id"]):
        assert (folder / "cgroup.type").read_text() == "domain\n"
    assert not [line for line in Path("/proc/self/mountinfo").read_text().splitlines() if "subtree_control" in line]


@pytest.fixture(params=DELEGATE, ids=lambda value: f"delegate-{value}")
def unit(request):
    with Service(sh(OBEDIENT), name="inside", options=INSIDE, Delegate=request.param) as unit:
        unit.start()
        unit.wait_line("up")
        yield unit


def test_created_in_the_unit_and_everything_works(unit):
    before = DAEMON_JSON.read_text()
    assert_in_place(unit)
    (line,) = unit.said("cgroup mode ")
    assert line.startswith("cgroup mode inside: ")
    assert unit.main_pid == unit.container_pid
    assert run("systemctl", "is-active", f"docker-{unit.container['Id']}.scope", check=False).stdout == "inactive\n"
    assert OBEDIENT in docker("top", unit.name)
    assert docker("exec", unit.name, "echo", "hi") == "hi"
    docker("exec", "--detach", unit.name, "sleep", "4711")
    sleeper = wait_until(lambda: [pid for pid in unit.procs() if Path(f"/proc/{pid}/cmdline").read_bytes() == b"sleep\x004711\0"],
                         what="process of docker exec in the unit")
    assert path_of(sleeper[0]) == path_of(unit.container_pid)
    docker("pause", unit.name)
    assert (cgroup_of(unit.name) / unit.container["Id"] / "cgroup.freeze").read_text() == "1\n"
    unit.wait(lambda now: now["StatusText"].startswith("Paused"))
    docker("unpause", unit.name)
    unit.wait(lambda now: now["StatusText"].startswith("Running"))
    assert unit.name in docker("stats", "--no-stream", unit.name)
    assert unit.said("not made in the unit's cgroup") == unit.said("Failed") == []
    assert DAEMON_JSON.read_text() == before
    pids, folder = unit.procs(), cgroup_of(unit.name)
    unit.stop()
    assert_success(unit.show())
    assert_nothing_left(unit, *pids)
    assert not folder.exists()


def test_restarts_by_docker_stay_in_the_unit(unit):
    since = cursor()
    unit.wait_restarted(unit.docker_restart())
    unit.wait_line("up", after=since)
    assert_in_place(unit)
    assert unit.show("ActiveState") == "active"
    docker("stop", unit.name)
    assert_success(unit.wait_state("inactive"))


def test_systemd_can_always_start_a_process_in_the_unit(unit):
    """ExecReload=, ExecStop= and the others are started in the unit's own cgroup, beside all that docker does."""
    unit.write(ExecStartPost="/bin/true", ExecReload="/bin/true", ExecStop="/bin/true", ExecStopPost="/bin/true")
    unit.systemctl("restart")
    for _ in range(3):
        unit.systemctl("reload")
        docker("exec", unit.name, "true")
        before = unit.docker_restart()
        unit.systemctl("reload")
        unit.wait_restarted(before)
        run("systemctl", "daemon-reload")
        unit.systemctl("reload")
        assert_in_place(unit)
    run("systemctl", "set-property", "--runtime", unit.name, "TasksMax=500")
    unit.systemctl("reload")
    assert_in_place(unit)
    unit.stop()
    assert_success(unit.show())


@pytest.mark.parametrize("delegate", DELEGATE)
def test_adopted_after_the_supervisor_was_killed(delegate):
    if not can_be_adopted(delegate):
        pytest.skip(NOT_HERE + "the next supervisor beside a container with controllers")
    with Service(sh(OBEDIENT), name="inside", options=INSIDE, **left_alone(delegate)) as unit:
        unit.start()
        unit.wait_line("up")
        before = unit.container
        unit.adopt_again()
        assert unit.container_pid == before["State"]["Pid"]
        assert_in_place(unit)
        assert unit.said("not made in the unit's cgroup") == []


@pytest.mark.parametrize("delegate", DELEGATE)
def test_engine_restarts(delegate):
    with engine_config(**{"live-restore": True}), \
            Service(sh(OBEDIENT), name="inside", options=INSIDE, Delegate=delegate) as unit:
        unit.start()
        unit.wait_line("up")
        before = unit.container
        for service in ("docker", "containerd"):
            since = cursor()
            run("systemctl", "restart", service)
            wait_docker(unit.name, lambda now: now and now["State"]["Running"])
            if service == "docker":
                unit.wait_event(ENGINE_BACK, after=since)
            assert unit.container_pid == before["State"]["Pid"]
            assert_in_place(unit)
            assert docker("exec", unit.name, "echo", "hi") == "hi"
        unit.wait_restarted(unit.docker_restart())
        assert_in_place(unit)
        unit.stop()
        assert_success(unit.show())


# ---- volumes ---------------------------------------------------------------------------------------------------------


VOLUMES = [
    "--volume /sys/fs/cgroup:/sys/fs/cgroup:ro --cgroupns host",
    "--volume /sys/fs/cgroup:/host:ro,rslave",
    "--volume /tmp:/host:rshared",
    "--privileged --cgroupns host",
]


@pytest.mark.parametrize("option", VOLUMES)
def test_volumes_are_as_without_us(option):
    """The cover of the controllers changes nothing on the machine, and nothing that a container can read."""
    with Service(sh(OBEDIENT), name="inside", options=INSIDE, run=f"--rm {option}") as unit:
        unit.start()
        assert_in_place(unit)
        if ":rshared" not in option:
            folder = ("/host" if "/host" in option else "/sys/fs/cgroup") + top_of(unit)
            for file in ("cgroup.subtree_control", "cgroup.type"):
                assert docker("exec", unit.name, "cat", f"{folder}/{file}") == (cgroup_of(unit.name) / file).read_text().rstrip("\n")
            return
        # What is mounted on the machine afterwards is seen in the container.
        folder = Path("/tmp/shared")
        folder.mkdir(exist_ok=True)
        run("mount", "-t", "tmpfs", "tmpfs", folder)
        try:
            (folder / "there").touch()
            assert docker("exec", unit.name, "ls", "/host/shared") == "there"
        finally:
            run("umount", folder)
            folder.rmdir()


# ---- where it cannot be ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("run_option, status, why", [
    ("--rm --runtime=runc", 125, "--runtime names another"),
    ("--rm --cgroup-parent=system.slice", 78, "--cgroup-parent says"),
    ("--rm --memory=64m", 78, "--memory is refused in cgroup mode inside"),
])
def test_what_can_not_be_is_refused(run_option, status, why):
    with Service(sh(OBEDIENT), name="inside", options=INSIDE, run=run_option) as unit:
        assert_failed(unit.run_to_end(), status)
        assert unit.container is None
        assert len(unit.said(why)) == 1


def test_engine_that_does_not_find_the_shim():
    with hidden(Path("/usr/bin", SHIM)), Service(sh(OBEDIENT), name="inside", options=INSIDE) as unit:
        assert_failed(unit.run_to_end(), 125)
        assert len(unit.said(f"--cgroup-mode=inside: the engine has no {SHIM} in its $PATH")) == 1


@contextlib.contextmanager
def other_shim(script):
    """Another program in the place of our shim."""
    other = Path("/run/behaviour-shim")
    other.write_text(f"#!/bin/sh\n{script}\n")
    other.chmod(0o755)
    run("mount", "--bind", other, f"/usr/bin/{SHIM}")
    try:
        yield
    finally:
        run("umount", f"/usr/bin/{SHIM}")
        other.unlink()


@pytest.mark.parametrize("delegate, run_option", [("yes", "--rm"), ("no", ""), ("no", "--rm --cidfile /run/behaviour-cid")])
def test_start_that_fails_is_put_right(delegate, run_option):
    with other_shim(f"echo {SHIM}: no >&2; exit 1"), \
            Service(sh(OBEDIENT), name="inside", run=run_option, Delegate=delegate) as unit:
        try:
            unit.start()
            unit.wait_line("up")
            assert unit.container_pid in unit.procs()
            (line,) = unit.said("cgroup mode migrate: ")
            assert f"{SHIM}: no" in line
            assert [entry["MESSAGE"] for entry in unit.lines()] == ["up"]
            if "cidfile" in run_option:
                assert Path("/run/behaviour-cid").read_text() == unit.container["Id"]
            unit.stop()
            assert_success(unit.show())
        finally:
            Path("/run/behaviour-cid").unlink(missing_ok=True)


def test_start_that_fails_is_an_error_where_the_mode_was_asked_for():
    with other_shim(f"echo {SHIM}: no >&2; exit 1"), Service(sh(OBEDIENT), name="inside", options=INSIDE) as unit:
        assert_failed(unit.run_to_end(), 125)
        cause, words = unit.said(f"{SHIM}: no")
        assert cause.startswith("Cannot start: ") and words.startswith("The engine's words: ")
        assert unit.container is None


def test_container_that_is_elsewhere_after_all():
    """Another shim that does not call our runtime. If the mode was requested, that is the end of the start."""
    with other_shim('exec containerd-shim-runc-v2 "$@"'), Service(sh(OBEDIENT), name="inside") as unit:
        unit.start()
        assert unit.container_pid in unit.procs()
        assert len(unit.said("was not made in the unit's cgroup, moving it there")) == 1
        unit.stop()
        unit.change("systemd-docker  run", f"systemd-docker {INSIDE} run")
        assert_failed(unit.run_to_end(), 125)
        assert len(unit.said("was not made in the unit's cgroup, as cgroup mode inside needs it")) == 1
        assert unit.container is None


def test_by_hand_it_is_an_ordinary_container():
    """`docker start` after the unit has ended, and a container that was never of a unit."""
    with Service(sh(OBEDIENT), name="inside", options=INSIDE, run="") as unit:
        unit.start()
        assert_in_place(unit)
        unit.stop()
        docker("start", unit.name)
        assert f"docker-{unit.container['Id']}.scope" in path_of(unit.container_pid)
        assert docker("exec", unit.name, "echo", "hi") == "hi"
        assert OBEDIENT in docker("top", unit.name)
        docker("update", "--pids-limit=100", unit.name)
        docker("stop", unit.name)
        unit.start()
        assert_in_place(unit)
        unit.stop()
    assert inspect("inside.service") is None


def test_programs_that_are_gone():
    """A container outlives our programs: what runs can be used and stopped, and starts again once they are back."""
    with Service(sh(OBEDIENT), name="inside", options=INSIDE, run="") as unit:
        unit.start()
        unit.wait_line("up")
        pids = unit.procs()
        with hidden(Path("/usr/bin", SHIM)), hidden(Path("/usr/libexec/systemd-docker-runtime")):
            assert docker("exec", unit.name, "echo", "hi") == "hi"
            docker("pause", unit.name)
            docker("unpause", unit.name)
            unit.stop()
            assert_success(unit.show())
            for pid in pids:
                wait_gone(pid)
            done = run("docker", "start", unit.name, check=False)
            assert done.returncode != 0 and SHIM in done.stderr
        docker("start", unit.name)
        assert docker("exec", unit.name, "echo", "hi") == "hi"
        docker("stop", unit.name)
        unit.start()
        assert_in_place(unit)
        unit.stop()
        assert_success(unit.show())


# ---- the engine's default runtime ------------------------------------------------------------------------------------


def test_default_runtime_of_the_engine_is_the_real_one(tmp_path):
    """Also for each later call."""
    calls = Path("/run/behaviour-calls")
    other = Path("/usr/local/bin/behaviour-runtime")
    other.write_text(f'#!/bin/sh\necho "$@" >>{calls}\nexec runc "$@"\n')
    other.chmod(0o755)
    try:
        with engine_config(**{"runtimes": {"other": {"path": str(other)}}, "default-runtime": "other"}), \
                Service(sh(OBEDIENT), name="inside", options=INSIDE) as unit:
            unit.start()
            assert_in_place(unit)
            docker("exec", unit.name, "true")
            unit.stop()
            text = calls.read_text()
            for verb in (" create ", " start ", " exec ", " delete "):
                assert verb in text
    finally:
        other.unlink()
        calls.unlink(missing_ok=True)


def test_default_runtime_that_we_can_not_call():
    runtimes = {"other": {"path": "runc", "runtimeArgs": ["--debug"]}}
    with engine_config(**{"runtimes": runtimes, "default-runtime": "other"}), \
            Service(sh(OBEDIENT), name="inside", options=INSIDE) as unit:
        assert_failed(unit.run_to_end(), 125)
        assert len(unit.said("our runtime can't call the engine's default runtime")) == 1


# ---- the programs, by themselves -------------------------------------------------------------------------------------


def shim(tmp_path, *words, **environment):
    """Calls the shim with a real one of the test's. Returns its result, with what the real one was called with."""
    (tmp_path / "bin").mkdir(exist_ok=True)
    real = tmp_path / "bin/containerd-shim-runc-v2"
    real.write_text('#!/bin/sh\nprintf "%s\\n" "$PATH" "$@"\nexit 42\n')
    real.chmod(0o755)
    path = environment.pop("PATH", f"{tmp_path}/bin:/usr/bin:/bin")
    return run(f"/usr/bin/{SHIM}", *words, check=False, env={"PATH": path, **environment})


def test_shim_becomes_the_real_one(tmp_path):
    words = ["-namespace", "moby", "-id", "x" * 64, "-address", "a b", "", "start"]
    done = shim(tmp_path, *words)
    assert (done.returncode, done.stderr) == (42, "")
    assert done.stdout.splitlines() == [f"/usr/libexec/systemd-docker:{tmp_path}/bin:/usr/bin:/bin", *words]


def test_shim_without_a_real_one(tmp_path):
    # It also looks beside the program that has started it.
    shell = tmp_path / "busybox"
    shell.write_bytes(Path("/usr/bin/busybox").read_bytes())
    shell.chmod(0o755)
    done = run(shell, "sh", "-c", f"/usr/bin/{SHIM} start; exit $?", check=False, env={"PATH": str(tmp_path)})
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"{SHIM}: can't run containerd-shim-runc-v2: No such file or directory\n"


def test_set_user_id_gains_nobody_anything(tmp_path):
    for program in (f"/usr/bin/{SHIM}", "/usr/libexec/systemd-docker-runtime"):
        copy = Path("/usr/local/bin/behaviour-suid")
        copy.write_bytes(Path(program).read_bytes())
        copy.chmod(0o4755)
        try:
            for name in ("runc", "containerd-shim-runc-v2"):
                (tmp_path / name).write_text("#!/bin/sh\nid -u\n")
                (tmp_path / name).chmod(0o755)
            tmp_path.chmod(0o755)
            done = run("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", copy, "start", check=False,
                       env={"PATH": f"{tmp_path}:/usr/bin:/bin"})
            assert "0" not in done.stdout.split()
        finally:
            copy.unlink()

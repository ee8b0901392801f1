# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The systemd-docker authors
"""The name ties unit and container together, whatever an earlier run has left."""

import os
import signal
from pathlib import Path

import pytest
from supervised import ADOPTED, MAIN_PIDS, OBEDIENT, TOLD, Service, assert_failed, assert_success, is_line, sh, started_at, wait_gone
from testhost import SANITIZED, cursor, docker, follow, run, wait_docker, wait_journal, wait_until

pytestmark = pytest.mark.either

NAME = "behaviour.service"
TALKS = "echo up; i=0; while :; do echo line $i; i=$((i+1)); sleep 0.05; done"


@pytest.fixture(autouse=True)
def no_container():
    yield
    run("docker", "rm", "--force", NAME, check=False)


# ---- a stopped container has the name ------------------------------------------------------------------------------


def test_stopped_container_of_another_make_is_removed_with_rm():
    docker("create", "--name", NAME, "busybox", "false")
    with Service("sleep 1000") as unit:
        unit.start()
        assert unit.container["Config"]["Cmd"] == ["sleep", "1000"]


def test_stopped_container_is_started_again_without_rm():
    with Service(sh("echo run >>/runs; wc -l </runs; sleep 1000"), run="--stop-timeout=1") as unit:
        unit.start()
        first = unit.container["Id"]
        unit.stop()
        assert not unit.container["State"]["Running"]
        unit.start()
        assert unit.container["Id"] == first
        unit.wait_line("2")
        assert unit.said("stale") == []


def test_changed_options_replace_a_stopped_container_with_rm():
    # Stands for the container of a killed supervisor, which the engine has not removed.
    with Service("sleep 1000", run="--stop-timeout=1") as unit:
        unit.start()
        unit.stop()
        unit.change("sleep 1000", "sleep 2000")
        unit.change("run ", "run --rm ")
        unit.start()
        assert unit.container["Config"]["Cmd"] == ["sleep", "2000"]


def test_changed_options_without_rm_keep_the_container_and_warn():
    with Service("sleep 1000", run="--stop-timeout=1") as unit:
        unit.start()
        first = unit.container["Id"]
        unit.stop()
        unit.change("sleep 1000", "sleep 2000")
        unit.start()
        assert unit.container["Id"] == first
        assert len(unit.said("stale")) == 1


def test_upgrade_of_the_engine_changes_no_unit():
    # The request for this line depends on the API version. An older version stands for an older engine.
    line = "--stop-timeout=1 --mac-address=02:42:ac:11:00:42 --cap-add=chown"
    with Service("sleep 1000", run=line, Environment="DOCKER_API_VERSION=1.40") as unit:
        unit.start()
        first = unit.container["Id"]
        unit.stop()
        unit.write(Environment=None)
        unit.start()
        assert unit.container["Id"] == first
        assert unit.said("stale") == []


def test_rm_false_leaves_a_stopped_container_and_its_own():
    with Service("sleep 1000", options="--rm=false", run="--rm --stop-timeout=1") as unit:
        unit.start()
        first = unit.container["Id"]
        unit.stop()
        assert unit.container["Id"] == first
        unit.start()
        assert unit.container["Id"] == first


def test_name_that_is_the_begin_of_another_containers_id_is_free():
    other = docker("run", "--detach", "busybox", "sleep", "1000")
    with Service("sleep 1000") as unit:
        unit.change("--name %n", f"--name {other[:12]}")
        unit.start()
        docker("rm", "--force", other)
        assert unit.show("ActiveState") == "active"
        assert docker("ps", "--quiet", "--filter", f"name=^{other[:12]}$")


# ---- a running container has the name ------------------------------------------------------------------------------


def start_then_orphan(unit):
    """Leaves the unit's container running without a supervisor, as after a crash with KillMode=process."""
    unit.start()
    container, supervisor = unit.container, unit.supervisor
    os.kill(supervisor, signal.SIGKILL)
    wait_gone(supervisor)
    return container


@pytest.mark.parametrize("main_pid", MAIN_PIDS)
def test_running_container_is_adopted(main_pid):
    with Service(sh(TALKS), options=f"--main-pid={main_pid}", run="--rm --stop-timeout=1") as unit:
        # The docker CLI starts it in the same way as the unit would have.
        docker("run", "--detach", "--rm", "--stop-timeout=1", "--name", NAME, "busybox", "sh", "-c", TALKS)
        before = unit.container
        unit.start()
        assert (unit.container["Id"], started_at(unit.container)) == (before["Id"], started_at(before))
        assert unit.main_pid == (unit.container_pid if main_pid == "container" else unit.supervisor)
        assert unit.container_pid in unit.procs()
        unit.wait_event(ADOPTED)
        unit.wait_journal(lambda entry: entry["MESSAGE"].startswith("line "), count=5)
        unit.stop()
        assert_success(unit.show())
        assert unit.container is None


def test_container_of_a_killed_supervisor_is_adopted():
    with Service(sh(TALKS), run="--rm --stop-timeout=1", KillMode="process", options="--main-pid=supervisor") as unit:
        before = start_then_orphan(unit)
        unit.wait_state("failed")
        unit.systemctl("reset-failed")
        here = cursor()
        unit.start()
        assert started_at(unit.container) == started_at(before)
        unit.wait_event(ADOPTED)
        unit.wait_line("up")
        wait_journal(unit.name, is_line, count=5, after=here)


def test_restart_of_a_killed_supervisor_adopts_and_knows_the_exit_status():
    with Service(
        sh(f"{TOLD}; exit 7"), KillMode="process", Restart="on-abnormal", RestartSec="100ms", options="--main-pid=supervisor"
    ) as unit:
        before = start_then_orphan(unit)
        unit.wait(lambda now: now["NRestarts"] == "1" and now["ActiveState"] == "active")
        assert started_at(unit.container) == started_at(before)
        docker("exec", unit.name, "touch", "/go")
        assert_failed(unit.wait_state("failed"), 7)


def test_changed_options_replace_a_running_container_with_rm():
    with Service("sleep 1000", run="--rm --stop-timeout=1", KillMode="process", options="--main-pid=supervisor") as unit:
        before = start_then_orphan(unit)
        unit.wait_state("failed")
        unit.change("sleep 1000", "sleep 2000")
        unit.start()
        assert unit.container["Id"] != before["Id"]
        assert unit.container["Config"]["Cmd"] == ["sleep", "2000"]
        wait_gone(before["State"]["Pid"])


def test_changed_options_keep_a_running_container_without_rm():
    with Service("sleep 1000", run="--stop-timeout=1", KillMode="process", options="--main-pid=supervisor") as unit:
        before = start_then_orphan(unit)
        unit.wait_state("failed")
        unit.change("sleep 1000", "sleep 2000")
        unit.start()
        assert started_at(unit.container) == started_at(before)
        assert len(unit.said("stale")) == 1


def test_next_start_cleans_up_after_a_killed_supervisor():
    with Service("sleep 1000", TimeoutStopSec="2s") as unit:
        before = start_then_orphan(unit)
        unit.restart()
        assert unit.container["Id"] != before["Id"]
        assert unit.show("ActiveState") == "active"
        wait_gone(before["State"]["Pid"])


# ---- detach --------------------------------------------------------------------------------------------------------


@pytest.fixture
def detached():
    options = "--logs=false --rm=false --pid-file=/run/behaviour.pid"
    with Service(sh(OBEDIENT), options=options, run="--stop-timeout=1", ExitType="cgroup", TimeoutStopSec="3s") as unit:
        unit.start()
        with follow("docker", "logs", "--follow", unit.name) as lines:
            assert lines.read(30) == "up"
        wait_until(lambda: unit.supervisor is None, what="end of the supervisor")
        yield unit


def test_detach_leaves_the_container_as_main_process(detached):
    assert detached.show("ActiveState") == "active"
    assert detached.main_pid == detached.container_pid
    assert detached.procs() >= {detached.container_pid}
    assert Path("/run/behaviour.pid").read_text() == f"{detached.container_pid}\n"


def test_detached_container_stops_with_its_unit(detached):
    pid = detached.container_pid
    detached.stop()
    # systemd may check the main process a moment before the container's runtime has reaped it, and then waits in vain.
    state = detached.show()
    assert (state["ActiveState"], state["Result"]) in (("inactive", "success"), ("failed", "timeout"))
    wait_gone(pid)
    # The container is kept, because there is no --rm.
    wait_docker(NAME, lambda now: not now["State"]["Running"])


def test_detached_unit_starts_again(detached):
    first = detached.container["Id"]
    detached.restart()
    assert detached.container["Id"] == first
    assert detached.main_pid == detached.container_pid


def test_detached_without_a_main_process_the_unit_ends_with_its_cgroup():
    options = "--logs=false --rm=false --main-pid=supervisor"
    with Service(sh(OBEDIENT), options=options, run="--stop-timeout=1", ExitType="cgroup") as unit:
        unit.start()
        unit.wait(lambda now: unit.supervisor is None)
        assert (unit.show("ActiveState"), unit.main_pid) == ("active", 0)
        docker("stop", unit.name)
        assert_success(unit.wait_state("inactive"))


@pytest.mark.parametrize(
    "option, settings",
    [("--cgroup-mode=none", {"ExitType": "cgroup"}), ("--main-pid=supervisor", {}), ("", {"NotifyAccess": "main"})],
)
def test_it_does_not_detach_where_the_unit_would_end(option, settings):
    with Service("sleep 1000", options=f"--logs=false --rm=false {option}", run="--stop-timeout=1", **settings) as unit:
        unit.start()
        unit.wait_said("Not detaching")
        assert unit.main_pid == unit.supervisor
        # A requested stop of a process that ignores SIGTERM is a success.
        unit.stop()
        assert_success(unit.show())


@pytest.mark.parametrize("mode", ["auto", "migrate"])
def test_no_instance_of_inotify_is_used(mode):
    """A user has 128 of them, and root shares them with all services: with as many containers, others would have none."""
    with Service(sh(OBEDIENT), options=f"--cgroup-mode={mode}") as unit:
        unit.start()
        links = run("ls", "-l", f"/proc/{unit.supervisor}/fd", check=False).stdout  # some may just have been closed
        assert "eventpoll" in links and "inotify" not in links


def test_oom_score_of_the_unit_has_the_last_word():
    """test/vm.d tests the case without OOMScoreAdjust=, which needs a machine where root can lower the score."""
    with Service("sleep 1000", run="--rm --oom-score-adj=100", OOMScoreAdjust="300") as unit:
        unit.start()
        assert Path(f"/proc/{unit.supervisor}/oom_score_adj").read_text() == "300\n"
        assert Path(f"/proc/{unit.main_pid}/oom_score_adj").read_text() == "100\n"


def test_with_a_watchdog_it_does_not_detach():
    with Service("sleep 1000", options="--logs=false --rm=false", run="--stop-timeout=1", WatchdogSec="10s") as unit:
        unit.start()
        assert unit.supervisor
        assert len(unit.said("Not detaching")) == 1


# ---- the environment -----------------------------------------------------------------------------------------------


def test_env_passes_variables_but_not_systemds():
    environment = ["PLAIN=one", "'SPACE=a b'", "EMPTY=", "HOME=/elsewhere", "PATH=/usr/bin:/bin:/elsewhere"]
    with Service("env", options="--env", Environment=environment, Type="oneshot", WatchdogSec="10s") as unit:
        unit.start()
        seen = dict(line["MESSAGE"].split("=", 1) for line in unit.lines())
    assert {key: seen.get(key) for key in ("PLAIN", "SPACE", "EMPTY")} == {"PLAIN": "one", "SPACE": "a b", "EMPTY": ""}
    assert "/elsewhere" not in "".join(seen.values())
    own = {"PLAIN", "SPACE", "EMPTY", "HOME", "PATH", "HOSTNAME", "SHLVL", "PWD", "LANG"}
    sanitizers = {"ASAN_OPTIONS", "UBSAN_OPTIONS"} if SANITIZED else set()
    assert set(seen) <= own | sanitizers


def test_settings_of_the_c_library():
    """The supervisor has one of its own, unless the unit has others; the container gets only those."""
    ours, units = "GLIBC_TUNABLES=glibc.malloc.tcache_count=0", "GLIBC_TUNABLES=glibc.malloc.tcache_count=5"
    for environment, expected, passed in ([], ours, []), ([units], units, [units]):
        with Service("sh -c 'env; exec sleep 1000'", options="--env", run="--rm --stop-timeout=1", Environment=environment) as unit:
            unit.start()
            assert Path(f"/proc/{unit.supervisor}/comm").read_text() == "systemd-docker\n"
            assert expected in Path(f"/proc/{unit.supervisor}/environ").read_text().split("\0")
            unit.wait_line("HOME=/root")
            assert [line["MESSAGE"] for line in unit.lines() if "GLIBC" in line["MESSAGE"]] == passed


def test_without_env_nothing_is_passed():
    with Service("env", Environment=["PLAIN=one"], Type="oneshot") as unit:
        unit.start()
        assert not [line for line in unit.lines() if "PLAIN" in line["MESSAGE"]]


def test_variables_of_docker_run_have_the_last_word():
    with Service("env", options="--env", run="--rm -e PLAIN=two -e OTHER", Environment=["PLAIN=one", "OTHER=three"], Type="oneshot") as unit:
        unit.start()
        seen = [line["MESSAGE"] for line in unit.lines()]
        assert seen.count("PLAIN=two") == 1 and "PLAIN=one" not in seen
        assert seen.count("OTHER=three") == 1

# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The systemd-docker authors
"""What a container's health check means for its unit, and what is not a failure: a pause, or an engine that hangs."""

import os
import signal
import time

import pytest
from supervised import MAIN_PIDS, OBEDIENT, STARTED, Service, assert_failed, assert_success, sh, wait_gone
from testhost import docker, held, inspect, show, wait_until

pytestmark = pytest.mark.either

UNHEALTHY = "7d24ae50b7084cdd8062bfb56b9c973f"
HEALTHY = "be126f9fe07e47c2a2b92a3665c2a9be"
PAUSED = "b2f29fc7c7444df5ad6d96a6c26576cf"
UNPAUSED = "fa8a0e5a92014c57b7297335076e2863"
WATCHDOG = "8bf07d436bef41b5865683f0e080570b"

# The container is healthy while the file exists. Otherwise the check prints why it fails.
PROBE = "--health-cmd 'ls /healthy' --health-interval 300ms --health-timeout 10s"
LONG = 60
RESTARTING = {"WatchdogSec": "6s", "Restart": "on-watchdog", "RestartSec": "100ms", "TimeoutStopSec": f"{LONG}s"}


def health_of(unit):
    return inspect(unit.name)["State"]["Health"]["Status"]


def stamp(entry):
    return int(entry["__MONOTONIC_TIMESTAMP"]) / 1e6


def assert_condition(entry, *parts):
    assert all(part in entry["MESSAGE"] for part in parts), entry["MESSAGE"]


def test_healthy_after_the_start_timeout_is_no_timeout():
    script = "trap 'exit 0' TERM; sleep 8; touch /healthy; while :; do sleep 1000 & wait; done"
    run_options = f"--rm --health-start-period=30s {PROBE}"
    with Service(sh(script), options="--notify=healthy", run=run_options, TimeoutStartSec="6s") as unit:
        began = time.monotonic()
        unit.systemctl("start", "--no-block")
        state = unit.wait(lambda now: "healthy" in now["StatusText"])
        assert "since " in state["StatusText"]
        unit.wait_state("active")
        assert time.monotonic() - began > 7
        assert unit.show("StatusText").startswith("Running")


def test_never_healthy_fails_with_the_last_probe_in_the_status():
    # Twenty probes take longer than the start may.
    run_options = f"--rm --health-retries=20 --stop-timeout=1 {PROBE}"
    with Service(sh(OBEDIENT), options="--notify=healthy", run=run_options, TimeoutStartSec="5s") as unit:
        assert_failed(unit.run_to_end(), 125)
        for text in (unit.show("StatusText"), unit.said("did not get healthy")[0]):
            assert "exit status 1, ls: /healthy: No such file or directory" in text
        assert unit.container is None


def test_engine_that_gives_no_verdict_does_not_hold_the_start_up_for_ever():
    # The limit: 5 s + 1 s, once more, and the margin. The engine hangs during that time: it has to be held before its verdict.
    run_options = "--rm --stop-timeout=1 --health-cmd 'sleep 1000' --health-interval 5s --health-timeout 1s --health-retries 1"
    with Service(sh(OBEDIENT), options="--notify=healthy", run=run_options) as unit:
        unit.systemctl("start", "--no-block")
        unit.wait(lambda now: "healthy" in now["StatusText"])
        engine = int(show("docker.service", "MainPID")["MainPID"])
        with held(engine):
            unit.wait_said("did not call it unhealthy in time")
        unit.wait_state("failed")


@pytest.mark.parametrize("option", ["--notify=healthy", "--watchdog=healthy"])
def test_without_a_health_check_it_is_refused(option):
    with Service("sleep 1000", options=option, WatchdogSec="10s") as unit:
        assert_failed(unit.run_to_end(), 78)
        assert len(unit.said("has no health check")) == 1
        assert unit.said("--health-cmd")
        assert unit.container is None


def test_unhealthy_is_said_and_alone_changes_nothing():
    run_options = f"--rm --health-retries=1 {PROBE}"
    with Service(sh("touch /healthy; " + OBEDIENT), options="--notify=healthy", run=run_options, WatchdogSec="10s") as unit:
        unit.start()
        docker("exec", unit.name, "rm", "/healthy")
        assert_condition(unit.wait_event(UNHEALTHY)[0], "exit status 1", "ls: /healthy")
        unit.wait(lambda now: now["StatusText"].startswith("Unhealthy, exit status 1, ls: /healthy: No such file or directory: "))
        docker("exec", unit.name, "touch", "/healthy")
        unit.wait_event(HEALTHY)
        state = unit.wait(lambda now: now["StatusText"].startswith("Running"))
        assert (state["ActiveState"], state["NRestarts"]) == ("active", "0")


@pytest.mark.parametrize("main_pid", MAIN_PIDS)
def test_unhealthy_is_restarted_by_the_watchdog(main_pid):
    """PID 1 of a container ignores SIGABRT, so that systemd would wait for TimeoutAbortSec=."""
    options = f"--watchdog=healthy --notify=healthy --main-pid={main_pid}"
    with Service(sh("touch /healthy; exec sleep 1000"), options=options, run=f"--rm --health-retries=1 {PROBE}", **RESTARTING) as unit:
        unit.start()
        before = unit.container["Id"]
        docker("exec", unit.name, "rm", "/healthy")
        began = unit.wait_event(WATCHDOG)[0]
        unit.wait(lambda now: now["NRestarts"] == "1" and now["ActiveState"] == "active")
        again = unit.wait_event(STARTED, count=2)[1]
        assert stamp(again) - stamp(began) < LONG / 2, "TimeoutAbortSec= was waited for"
        assert unit.container["Id"] != before
        assert any("ls: /healthy" in str(e["MESSAGE"]) for e in unit.about())


def test_first_process_that_handles_sigabrt_may_do_so():
    script = "trap 'echo aborted; exit 7' ABRT; touch /healthy; echo up; while :; do sleep 1000 & wait; done"
    settings = {**RESTARTING, "Restart": "no", "KillMode": "mixed"}
    with Service(sh(script), options="--watchdog=healthy", run=f"--rm --health-retries=1 {PROBE}", **settings) as unit:
        unit.start()
        unit.wait_line("up")
        docker("exec", unit.name, "rm", "/healthy")
        assert unit.wait_state("failed")["Result"] == "watchdog"
        assert unit.lines()[-1]["MESSAGE"] == "aborted"
        assert "ls: /healthy" in unit.show("StatusText")
        assert unit.container is None


def test_pause_is_said_and_no_reason_to_fail():
    options = "--cgroup-mode=none --watchdog=healthy"
    with Service(sh("touch /healthy; " + OBEDIENT), options=options, run=f"--rm {PROBE}", WatchdogSec="1s") as unit:
        unit.start()
        docker("pause", unit.name)
        unit.wait_event(PAUSED)
        unit.wait(lambda now: now["StatusText"].startswith("Paused"))
        unit.stays_active(until=time.monotonic() + 2.5)
        docker("unpause", unit.name)
        unit.wait_event(UNPAUSED)
        unit.wait(lambda now: now["StatusText"].startswith("Running"))
        unit.stop()
        assert_success(unit.show())


@pytest.mark.parametrize("watchdog", ["engine", "healthy"])
def test_engine_that_hangs_neither_fails_the_unit_nor_hides_a_death(watchdog):
    with Service(sh("touch /healthy; " + OBEDIENT), options=f"--watchdog={watchdog}", run=f"--rm {PROBE}", WatchdogSec="1s") as unit:
        unit.start()
        wait_until(lambda: health_of(unit) == "healthy", what="health")
        pid = unit.container_pid
        engine = int(show("docker.service", "MainPID")["MainPID"])
        with held(engine):
            unit.stays_active(until=time.monotonic() + 3)
            os.kill(pid, signal.SIGKILL)
            # The end of the unit waits for the engine, but the supervisor already knows of the death.
            unit.wait(lambda now: "has ended" in now["StatusText"] or now["ActiveState"] != "active")
        wait_gone(pid)
        assert_failed(unit.wait_state("failed"), 137)

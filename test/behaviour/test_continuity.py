# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The systemd-docker authors
"""Every line once and in order, whatever happens: to the engine, journald, the container or the supervisor."""

import os
import shutil
import signal
import time
from pathlib import Path

import pytest
from supervised import ADOPTED, ENGINE_BACK, ENGINE_LOST, GOES_ON, TOLD, Service, assert_success, is_line, sh, wait_gone
from testhost import cursor, docker, engine_version, hold, journal, not_here, run, wait_journal, wait_until

UNITS = ("docker.service", "docker.socket")
OUTPUT_GAP = "0132b0b5008d4ed492848fdd313710cd"
PRIORITIES = {"o": "6", "e": "3"}


@pytest.fixture(autouse=True)
def engine():
    """The engine runs again after the test, whatever happens."""
    yield
    run("systemctl", "reset-failed", *UNITS)
    run("systemctl", "start", *UNITS)


@pytest.fixture
def shared():
    """A folder that the container and the test share."""
    folder = Path("/run/continuity")
    folder.mkdir(exist_ok=True)
    yield folder
    shutil.rmtree(folder)


SHARED = "-v /run/continuity:/c"


def counting(count, every=20, end=""):
    """A script that writes o1, o2, … to standard output and e1, e2, … to standard error, with pauses: COUNT lines, and more
    until stop_counting(). Then it writes their number to a file."""
    return (
        f"i=0; while [ $i -lt {count} ] || [ ! -e /c/stop ]; do i=$((i+1)); echo o$i; echo e$i >&2; "
        f"[ $((i % {every})) -gt 0 ] || sleep 0.02; done; echo $i > /c/new; mv /c/new /c/count; {end}"
    )


def stop_counting(shared):
    """Waits until all lines are written, and returns their number."""
    (shared / "stop").touch()
    wait_until((shared / "count").exists, timeout=120, what="end of the counting")
    return int((shared / "count").read_text())


def streams(lines):
    """The texts of journal entries, for each stream."""
    return {letter: [line["MESSAGE"] for line in lines if line["PRIORITY"] == p] for letter, p in PRIORITIES.items()}


def is_written(entry):
    """Whether the entry is a line of the container, with any transport."""
    return entry["SYSLOG_IDENTIFIER"] == "behaviour.service"


def stored(unit):
    """The lines of each stream in the engine's own log."""
    done = run("docker", "logs", unit.name)
    return {"o": done.stdout.splitlines(), "e": done.stderr.splitlines()}


def assert_each_once(unit, count):
    """Each number once and in order. Only lines that a killed engine has lost itself may be missing. Not asked by unit: journald
    finds no unit for what it reads after the supervisor that has sent it was killed."""
    got, kept = streams(journal(f"SYSLOG_IDENTIFIER={unit.name}", after=unit.cursor)), stored(unit)
    for letter in PRIORITIES:
        wanted = [f"{letter}{n}" for n in range(1, count + 1)]
        if got[letter] == wanted:
            continue
        lost = set(wanted) - set(kept[letter])
        missing = [line for line in wanted if line not in set(got[letter])]
        print(f"{letter}: the engine lost {len(lost)} lines, {len(missing)} are missing: {missing[:20]}")
        assert set(missing) <= lost
        assert len(set(got[letter])) == len(got[letter])
        assert [line for line in got[letter] if line not in lost] == [line for line in kept[letter] if line not in lost]


def kill_engine(unit):
    here = cursor(sync=False)
    run("systemctl", "kill", "--signal=KILL", "docker.service")
    unit.wait_event(ENGINE_LOST, after=here)
    run("systemctl", "reset-failed", *UNITS)
    run("systemctl", "start", *UNITS)
    unit.wait_event(ENGINE_BACK, after=here)


def wait_end(unit):
    assert_success(unit.wait(lambda now: now["ActiveState"] in ("failed", "inactive"), timeout=120))


# With a limit, the engine's stored log may be rotated, and the container is attached to again beside it.
@pytest.mark.parametrize("log", ["", "--log-opt max-size=100m"], ids=["whole", "rotated"])
def test_engine_killed_five_times(shared, log):
    with Service(sh(counting(20000, every=40)), run=f"{SHARED} {log}") as unit:
        unit.start()
        for _ in range(5):
            kill_engine(unit)
            unit.wait_journal(is_line, count=100)
        count = stop_counting(shared)
        wait_end(unit)
        assert_each_once(unit, count)
        assert not unit.said("interrupted")


def test_engine_killed_with_a_terminal(shared):
    with Service(sh(counting(1000)), run=f"-t {SHARED}") as unit:
        unit.start()
        for _ in range(2):
            kill_engine(unit)
        stop_counting(shared)
        wait_end(unit)
        lines = [line["MESSAGE"] for line in unit.lines()]
        kept = docker("logs", unit.name).replace("\r", "").splitlines()
        assert len(set(lines)) == len(lines)
        # The journal may have more lines than the engine.
        assert [line for line in lines if line in set(kept)] == kept
        assert not unit.said("interrupted")


def test_engine_restarted(shared):
    with Service(sh(counting(1000)), run=SHARED) as unit:
        unit.start()
        for _ in range(2):
            here = cursor()
            run("systemctl", "restart", "docker")
            unit.wait_event(ENGINE_BACK, after=here)
            run("systemctl", "reset-failed", *UNITS)
        count = stop_counting(shared)
        wait_end(unit)
        assert_each_once(unit, count)


def test_journald_restarted(shared):
    with Service(sh(counting(4000)), run=SHARED) as unit:
        unit.start()
        for n in (500, 1500, 3000):
            unit.wait_line(f"o{n}")
            run("systemctl", "restart", "systemd-journald")
        count = stop_counting(shared)
        wait_end(unit)
        assert_each_once(unit, count)


# Each life continues to count where the one before stopped, and the first line of a life comes at once.
LIVES = (
    "read i < /n 2>/dev/null || i=0; trap 'exit 0' TERM; "
    "while :; do i=$((i+1)); echo $i > /n; echo o$i; echo e$i >&2; [ $((i % 20)) -gt 0 ] || sleep 0.01; done"
)


@pytest.mark.parametrize("driver", ["json-file", "local"])
def test_container_restarted_by_others(driver):
    with Service(sh(LIVES), run=f"--stop-timeout=1 --log-driver={driver}") as unit:
        unit.start()
        for n in range(4):
            here = cursor()
            docker("restart", unit.name)
            unit.wait_said("started again", after=here)
            wait_journal(unit.name, is_line, count=100, after=here)
        unit.stop()
        lines = streams(unit.lines())
        kept = stored(unit)
        for letter in PRIORITIES:
            assert lines[letter] == kept[letter]
            assert len(lines[letter]) > 200
        assert unit.show("NRestarts") == "0"


# Docker 20.10 removes the container before it has sent the end of its log.
LATE = not_here(engine_version() < (23,), "the engine's log goes before its end was read")


@pytest.mark.parametrize("rm", ["", pytest.param("--rm", marks=LATE)])
def test_last_lines_of_a_restarted_container(rm):
    script = f"if [ -e /n ]; then {TOLD}; seq 2000; printf end; exit 3; fi; : > /n; trap exit TERM; echo first; sleep 1000 & wait"
    with Service(sh(script), run=rm) as unit:
        unit.start()
        unit.wait_line("first")
        docker("restart", unit.name)
        unit.wait_said("started again")
        docker("exec", unit.name, "touch", "/go")
        unit.wait_state("failed")
        assert [line["MESSAGE"] for line in unit.lines()] == ["first", *(str(n) for n in range(1, 2001)), "end"]
        assert unit.show("ExecMainStatus") == "3"


def kill_supervisor(unit):
    """Kills the supervisor, and waits for the next one."""
    here = cursor()
    supervisor = unit.supervisor
    os.kill(supervisor, signal.SIGKILL)
    unit.wait_event(ADOPTED, after=here)
    wait_gone(supervisor)


ADOPTING = {"unit": {"StartLimitIntervalSec": "0"}, "options": "--main-pid=supervisor", "KillMode": "process", "Restart": "always", "RestartSec": "100ms"}


@pytest.mark.parametrize("transport", ["native", "stream"])
def test_supervisor_killed(shared, transport):
    settings = {**ADOPTING, "options": f"--main-pid=supervisor --log-transport={transport}"}
    with Service(sh(counting(2000, end="sleep 1000")), run=f"--stop-timeout=0 {SHARED}", **settings) as unit:
        unit.start()
        for n in range(6):
            unit.wait_journal(is_written, count=50 + 200 * n)
            kill_supervisor(unit)
        count = stop_counting(shared)
        unit.wait_line(f"e{count}", timeout=60)
        unit.wait_line(f"o{count}")
        assert_each_once(unit, count)
        unit.stop()


@pytest.mark.parametrize("breaking", ["rm {}", "truncate --size=100 {}", "truncate --size=1T {}", "rm {0}; mkfifo {0}"])
def test_position_that_is_lost_is_said(breaking):
    with Service(sh(GOES_ON), run="--stop-timeout=0", **ADOPTING) as unit:
        unit.start()
        unit.wait_line("on")
        file = Path(f"/run/systemd-docker/{unit.name}/position")
        hold(unit.supervisor)  # so that it does not get SIGBUS when its mapped file is truncated
        run(breaking.format(file))
        here = cursor()
        kill_supervisor(unit)
        unit.wait_line("on", count=3, after=here)
        assert len(unit.said("was interrupted: the position in it was not kept")) == 1
        unit.stop()
        shutil.rmtree(file.parent, ignore_errors=True)


def test_supervisor_and_engine_killed(shared):
    with Service(sh(counting(1000, end="sleep 1000")), run=f"--stop-timeout=0 {SHARED}", **ADOPTING) as unit:
        unit.start()
        unit.wait_line("o100")
        kill_engine(unit)
        kill_supervisor(unit)
        kill_engine(unit)
        kill_supervisor(unit)
        count = stop_counting(shared)
        unit.wait_line(f"e{count}", timeout=60)
        unit.wait_line(f"o{count}")
        assert_each_once(unit, count)
        unit.stop()


def test_history_of_an_adopted_container_is_not_replayed():
    with Service("sleep 1000", run="--rm --stop-timeout=0") as unit:
        docker("run", "--detach", "--rm", "--name", unit.name, "busybox", "sh", "-c", "echo history; while sleep 0.2; do echo on; done")
        wait_until(lambda: "on" in docker("logs", unit.name), what="output")
        unit.start()
        unit.wait_line("on", count=3)
        assert not [line for line in unit.lines() if line["MESSAGE"] == "history"]


def test_log_driver_none_says_that_lines_may_be_missing(shared):
    with Service(sh(counting(500, end="sleep 1000")), run=f"--stop-timeout=0 --log-driver=none {SHARED}") as unit:
        unit.start()
        unit.wait_line("o100")
        here = cursor()
        run("systemctl", "restart", "docker")
        gap = unit.wait_event(OUTPUT_GAP, after=here)[-1]["__CURSOR"]
        # Only after that does something read the end of the output.
        wait_journal(unit.name, is_line, count=100, after=gap)
        unit.wait_line(f"o{stop_counting(shared)}")
        numbers = [int(line[1:]) for line in streams(unit.lines())["o"]]
        assert numbers == sorted(set(numbers))
        assert len(unit.said("interrupted")) == 1


def test_end_of_the_output_while_the_engine_is_away(shared):
    with Service(sh("echo up; while [ ! -e /c/go ]; do sleep 0.1; done; seq 500; echo error >&2; printf end"), run=f"--network=none {SHARED}") as unit:
        unit.start()
        unit.wait_line("up")
        here = cursor()
        run("systemctl", "kill", "--signal=KILL", "docker.service")
        unit.wait_event(ENGINE_LOST, after=here)
        (shared / "go").touch()
        unit.wait(lambda now: "ended" in now["StatusText"] or now["ActiveState"] == "inactive")
        run("systemctl", "reset-failed", *UNITS)
        run("systemctl", "start", *UNITS)
        wait_end(unit)
        # Docker 26 and 28 have forgotten all of it. (20.10 would not have freed the network; the container has none.)
        assert streams(unit.lines()) == stored(unit)


def test_long_lines_and_torn_ones_over_a_gap(shared):
    big = "head -c 100000 /dev/zero | tr '\\0' x; echo"
    script = f"echo a; {big}; printf b; while [ ! -e /c/go ]; do sleep 0.1; done; echo c; {big}; printf end; exit 0"
    with Service(sh(script), run=SHARED) as unit:
        unit.start()
        # A line that the engine reads while it is killed could be cut anywhere.
        unit.wait_journal(lambda entry: entry["MESSAGE"] == "x" * 100000)
        time.sleep(0.3)  # for the "b", which may be read before or after
        kill_engine(unit)
        (shared / "go").touch()
        wait_end(unit)
        # The engine had read the "b", and has forgotten it.
        assert [line["MESSAGE"] for line in unit.lines()] == ["a", "x" * 100000, "bc", "x" * 100000, "end"]


def test_who_holds_the_streams_open_does_not_hang_the_unit():
    """A process outside of the container has the container's standard output open."""
    with Service(sh(f"echo up; {TOLD}; echo down; exit 0"), run="") as unit:
        unit.start()
        unit.wait_line("up")
        pipe = os.open(f"/proc/{unit.container_pid}/fd/1", os.O_WRONLY)
        try:
            docker("exec", unit.name, "touch", "/go")
            began = time.monotonic()
            state = unit.wait(lambda now: now["ActiveState"] in ("failed", "inactive"), timeout=60)
            assert_success(state)
            assert time.monotonic() - began < 40
            assert [line["MESSAGE"] for line in unit.lines()] == ["up", "down"]
        finally:
            os.close(pipe)

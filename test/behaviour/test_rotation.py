# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The systemd-docker authors
"""A stored log that the engine rotates, or that somebody empties: it has lost lines by the time that somebody reads it."""

import os
import signal

import pytest
from supervised import ADOPTED, RESTARTABLE, Service, sh, wait_gone
from testhost import cursor, docker

BACK = "Attached to the container's output again."
DEBUG = {"Environment": "SYSTEMD_DOCKER_DEBUG=1"}
# The driver local compresses all but one, and refuses to have only one.
FILES = {"json-file": 1, "local": 2}
ADOPTING = {"unit": {"StartLimitIntervalSec": "0"}, "Restart": "always", "RestartSec": "0", "KillMode": "process"}
# 20 lines, then one now and then, and very many when it is told to.
BURSTS = (
    "i=0; trap 'exit 0' TERM; many() { n=$1; while [ $n -gt 0 ]; do i=$((i+1)); n=$((n-1)); echo $i; done; }; many 20; "
    "while :; do many 1; [ ! -e /tmp/go ] || { rm /tmp/go; many 20000; echo end; }; sleep 0.1; done"
)


def restart(unit):
    docker("restart", "--time=5", unit.name)


def kill_supervisor(unit):
    supervisor, here = unit.supervisor, cursor(sync=False)
    os.kill(supervisor, signal.SIGKILL)
    wait_gone(supervisor)
    unit.wait_event(ADOPTED, after=here)


def lives(unit):
    """The numbers that each life of the container has written."""
    found = []
    for line in unit.lines():
        if line["MESSAGE"] == "1":
            found.append([])
        if line["MESSAGE"].isdigit():
            found[-1].append(int(line["MESSAGE"]))
    return found


@pytest.mark.parametrize("driver", FILES)
@pytest.mark.parametrize("gap", [restart, kill_supervisor])
def test_every_line_after_a_gap(gap, driver):
    log = f"--log-driver={driver} --log-opt max-size=20k --log-opt max-file={FILES[driver]}"
    rm = RESTARTABLE if gap is restart else "--rm"
    with Service(sh(BURSTS), run=f"{rm} --stop-timeout=1 {log}", options="--main-pid=supervisor", **ADOPTING, **DEBUG) as unit:
        unit.start()
        for _ in range(2):
            here = cursor()
            gap(unit)
            unit.wait_said(BACK, after=here)
            docker("exec", unit.name, "touch", "/tmp/go")
            unit.wait_line("end", after=here, timeout=120)
        found = lives(unit)
        assert len(found) == (3 if gap is restart else 1)
        for numbers in found:
            assert numbers == list(range(1, len(numbers) + 1))
        assert len(found[-1]) > 20000
        assert not unit.said("interrupted")


def test_lines_that_are_gone():
    """So many lines at once after a start by others that the engine drops some before it lets anybody read them, and each life
    has the same ones. What is left arrives, once and in order, and that lines are gone is said. Without --rm: on a busy machine,
    Docker 20.10 removes such a container in the middle of its restart."""
    script = (
        "trap 'exit 0' TERM; "
        "i=0; while [ $i -lt 5000 ]; do i=$((i+1)); echo line $i; done; echo end; "
        "while :; do sleep 0.1; done"
    )
    with Service(sh(script), run="--stop-timeout=1 --log-opt max-size=20k --log-opt max-file=1") as unit:
        unit.start()
        unit.wait_line("end")
        here = cursor()
        restart(unit)
        unit.wait_line("end", after=here)
        lines = [line["MESSAGE"] for line in unit.lines() if line["MESSAGE"].startswith("line ")]
        numbers = [int(line.split()[1]) for line in lines]
        assert numbers[:5000] == list(range(1, 5001))
        again = numbers[5000:]
        assert again == sorted(set(again))
        assert again[-1] == 5000
        assert len(again) == 5000 or unit.said("interrupted")


@pytest.mark.parametrize("gap", [restart, kill_supervisor])
def test_log_file_that_is_emptied(gap):
    """By an administrator, or by logrotate with copytruncate. The engine reads on at the place where it was."""
    rm = RESTARTABLE if gap is restart else "--rm"
    log = "--log-driver=json-file"
    with Service(sh(BURSTS), run=f"{rm} --stop-timeout=1 {log}", options="--main-pid=supervisor", **ADOPTING, **DEBUG) as unit:
        unit.start()
        here = cursor()
        gap(unit)
        unit.wait_said(BACK, after=here)
        os.truncate(unit.container["LogPath"], 0)
        docker("exec", unit.name, "touch", "/tmp/go")
        unit.wait_line("end", after=here, timeout=120)
        numbers = lives(unit)[-1]
        assert numbers == list(range(1, len(numbers) + 1))
        assert not unit.said("interrupted")

# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The systemd-docker authors
"""A supervisor under valgrind, through start, restart, exec and stop: no leak and no invalid access."""

from pathlib import Path

import pytest
import testhost
from testhost import Unit, docker

REPORT = Path("/run/valgrind-report")
LOOP = "trap 'exit 0' TERM; i=0; while [ $i -lt 300 ]; do echo line $i; i=$((i+1)); done; while :; do sleep 0.1; done"


def valgrind(*command):
    options = f"--leak-check=full --errors-for-leak-kinds=definite,indirect,possible --log-file={REPORT}"
    return " ".join(["/usr/bin/valgrind", options, *command])


def is_last_line(entry):
    return entry["MESSAGE"] == "line 299"


@pytest.mark.plain
@pytest.mark.skipif(testhost.SANITIZED, reason=testhost.NOT_HERE + "valgrind can't run a sanitized program")
@pytest.mark.parametrize("stop_by", ["systemctl", "docker"])
def test_life_without_leak(stop_by):
    command = f'/usr/bin/systemd-docker -- --rm --name %p busybox sh -c "{LOOP.replace("$", "$$")}"'
    # Without a value of the unit's own, the supervisor would execute itself, and leave valgrind behind.
    tunables = "GLIBC_TUNABLES=glibc.malloc.tcache_count=7"
    with Unit("valgrind", valgrind(command), Type="notify", NotifyAccess="all", TimeoutStartSec=120, Environment=tunables) as unit:
        unit.start()
        unit.wait_journal(is_last_line)  # a first process without a handler ignores the signal
        docker("exec", "valgrind", "true")
        docker("restart", "valgrind")
        unit.wait_journal(is_last_line, count=2)
        unit.wait(lambda now: now["StatusText"].startswith("Running"))
        unit.stop() if stop_by == "systemctl" else docker("stop", "valgrind")
        unit.wait_state("inactive")
        assert unit.show("Result") == "success"
        report = REPORT.read_text()
        assert "ERROR SUMMARY: 0 errors" in report, report
        assert "in use at exit: 0 bytes" in report or "definitely lost: 0 bytes" in report, report

# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The systemd-docker authors
"""cgroup v2 with all controllers, for each way into the unit's cgroup. The limits of the unit apply to the container; in mode
delegate, the container's own limits apply as well. An OOM kill is logged. The figures of systemd and Docker are right."""

from pathlib import Path

import pytest
import test_cgroup_modes
from hierarchies import FORKS, only_v2
from supervised import Service, sh
from testhost import NOT_HERE, cgroup_of, docker, engine_get, journal, out, wait_journal, wait_until

pytestmark = only_v2
mode = test_cgroup_modes.mode  # a fixture: migrate, delegate with our runtime, delegate with cgroupfs

OOM = "f2d5982d893b42818fb5273db71e875d"
BUSY = "trap 'exit 0' TERM; while :; do :; done"
CHILD = "({}; echo survived); echo eaten; exec sleep 1000"


def eat(megabytes):
    return f"x=$(head -c {megabytes}m /dev/zero | tr '\\0' x)"


# Uses 20 MiB of memory and two processes.
FULL = eat(20) + "; echo up; sleep 1000 & wait"


def keyed(file):
    return {key: int(value) for key, value in (line.split() for line in file.read_text().splitlines())}


class Limited(Service):
    """A unit whose container waits with its script until start() has checked that it is in the unit's cgroup."""

    def __init__(self, mode, go, script, run="", **settings):
        self.go, self.delegate = go / "go", mode.delegate
        super().__init__(
            sh(f"until [ -e /go/go ]; do sleep 0.1; done; {script}"),
            name="limited",
            run=f"--rm --stop-timeout=1 --volume {go}:/go {run}",
            **{**mode.settings, **settings},
        )

    def start(self):
        self.go.unlink(missing_ok=True)
        super().start()
        assert self.container_pid in self.procs()
        self.go.touch()

    @property
    def folder(self):
        return cgroup_of(self.name)

    @property
    def own(self):
        """The container's cgroup below the unit's."""
        return self.folder / self.container["Id"]

    def refused_forks(self):
        """Older kernels count in the cgroup of the fork, newer ones in the cgroup of the limit."""
        return sum(keyed(folder / "pids.events")["max"] for folder in ([self.folder, self.own] if self.delegate else [self.folder]))

    def assert_oom_said(self):
        """Once for each process that the kernel killed. By the unit's name, though journald itself does not find the unit of a
        supervisor that systemd has killed before it reads the message (OOMPolicy=stop)."""
        said = journal([f"OBJECT_SYSTEMD_UNIT={self.name}", f"MESSAGE_ID={OOM}"], after=self.cursor)
        killed = wait_journal("_TRANSPORT=kernel", lambda e: "out of memory: Killed process" in e["MESSAGE"], len(said), self.cursor)
        assert len(said) == len(killed) > 0
        assert "survived" not in [entry["MESSAGE"] for entry in self.lines()]


@pytest.fixture
def limited(mode, tmp_path):
    return lambda *args, **settings: Limited(mode, tmp_path, *args, **settings)


@pytest.fixture
def only_delegate(mode):
    if not mode.delegate:
        pytest.skip(NOT_HERE + "limits of a container that is moved")


def test_the_machine_is_what_the_mode_says(mode):
    driver = "cgroupfs" if mode.name == "delegate-cgroupfs" else "systemd"
    assert docker("info", "--format", "{{.CgroupDriver}} {{.CgroupVersion}}") == f"{driver} 2"


# ---- memory --------------------------------------------------------------------------------------------------------


def test_the_kernel_ends_the_container_first(limited):
    with limited("sleep 1000 & wait") as unit:
        unit.start()
        assert Path(f"/proc/{unit.supervisor}/oom_score_adj").read_text() == "-900\n"
        assert Path(f"/proc/{unit.container_pid}/oom_score_adj").read_text() == "0\n"


def test_memory_max_kills_the_container(limited, mode):
    """systemd's OOMPolicy= is "continue" for units with Delegate=, otherwise "stop"."""
    with limited(f"{eat(300)}; echo survived", MemoryMax="96M") as unit:
        unit.start()
        now = unit.wait_state("failed")
        assert (now["Result"], now["ExecMainStatus"]) == ("exit-code", "137") or not mode.delegate
        assert now["Result"] == "oom-kill" or mode.delegate
        unit.assert_oom_said()


def test_oom_policy_stop(limited):
    with limited(CHILD.format(eat(300)), MemoryMax="96M", OOMPolicy="stop") as unit:
        unit.start()
        assert unit.wait_state("failed")["Result"] == "oom-kill"
        unit.assert_oom_said()


def test_oom_kill_of_a_child_is_in_the_status(limited):
    # While a killed child has not given its memory back, a slow kernel may choose the next process: so not the container's own.
    child = CHILD.format("echo 0 >/proc/self/oom_score_adj; " + eat(300))
    with limited(child, "--oom-score-adj=-1000", MemoryMax="96M", OOMPolicy="continue") as unit:
        unit.start()
        unit.wait_line("eaten")
        now = unit.wait(lambda now: "out of memory at" in now["StatusText"])
        assert now["ActiveState"] == "active"
        unit.assert_oom_said()


def test_own_limit_holds_below_the_units(limited, only_delegate):
    with limited(CHILD.format(eat(100)), "-m 64m", MemoryMax="128M") as unit:
        unit.start()
        unit.wait_line("eaten")
        unit.wait(lambda now: "out of memory at" in now["StatusText"])
        unit.assert_oom_said()
        assert (unit.own / "memory.max").read_text() == f"{64 << 20}\n"
        assert keyed(unit.own / "memory.events.local")["oom"] > 0 == keyed(unit.folder / "memory.events.local")["oom"]


def test_units_limit_holds_above_the_own(limited, only_delegate):
    with limited(CHILD.format(eat(300)), "-m 256m", MemoryMax="128M") as unit:
        unit.start()
        unit.wait_line("eaten")
        unit.assert_oom_said()
        assert keyed(unit.folder / "memory.events.local")["oom"] > 0 == keyed(unit.own / "memory.events.local")["oom"]


def test_engine_tells_of_a_container_outside(tmp_path):
    go = tmp_path / "go"
    script = "until [ -e /go/go ]; do sleep 0.1; done; " + CHILD.format(eat(100))
    run = f"--rm --stop-timeout=1 --volume {tmp_path}:/go -m 64m"
    with Service(sh(script), name="outside", options="--cgroup-mode=none", run=run) as unit:
        unit.start()
        go.touch()
        unit.wait_event(OOM)
        unit.wait(lambda now: "out of memory at" in now["StatusText"])


# ---- processes and processors --------------------------------------------------------------------------------------


def test_tasks_max_counts(limited):
    with limited(FORKS, TasksMax=30) as unit:
        unit.start()
        unit.wait_line("forked")
        assert unit.refused_forks() > 0 and 20 < len(unit.procs()) <= 30


@pytest.mark.parametrize("unit_limit, own_limit, who", [(100, 30, "own"), (30, 100, "folder")])
def test_tasks_max_and_pids_limit(limited, only_delegate, unit_limit, own_limit, who):
    with limited(FORKS, f"--pids-limit={own_limit}", TasksMax=unit_limit) as unit:
        unit.start()
        unit.wait_line("forked")
        assert unit.refused_forks() > 0
        assert 20 < int((getattr(unit, who) / "pids.current").read_text()) <= 30


def throttled(folder):
    return keyed(folder / "cpu.stat")["nr_throttled"]


def test_cpu_quota_counts(limited):
    with limited(BUSY, CPUQuota="20%") as unit:
        unit.start()
        before = throttled(unit.folder)
        wait_until(lambda: throttled(unit.folder) > before + 5, what="a throttled container")


def test_cpu_quota_and_cpus(limited, only_delegate):
    with limited(BUSY, "--cpus=0.2", CPUQuota="150%") as unit:
        unit.start()
        assert (unit.own / "cpu.max").read_text() == "20000 100000\n"
        before = throttled(unit.own)
        wait_until(lambda: throttled(unit.own) > before + 5, what="a container throttled by --cpus")
        assert throttled(unit.folder) == 0
    with limited(BUSY, "--cpus=1.5", CPUQuota="20%") as unit:
        unit.start()
        before = throttled(unit.folder)
        wait_until(lambda: throttled(unit.folder) > before + 5, what="a container throttled by CPUQuota=")
        assert throttled(unit.own) == 0


def allowed_cpus(pid):
    return dict(line.split(":\t", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())["Cpus_allowed_list"]


def test_allowed_cpus(limited):
    with limited(BUSY, AllowedCPUs="1") as unit:
        unit.start()
        assert allowed_cpus(unit.container_pid) == "1"


def test_cpuset_cpus(limited, only_delegate):
    with limited(BUSY, "--cpuset-cpus=1") as unit:
        unit.start()
        assert allowed_cpus(unit.container_pid) == "1" and allowed_cpus(unit.supervisor) == "0-1"


# ---- figures -------------------------------------------------------------------------------------------------------


def test_systemd_counts_the_container(limited):
    with limited(f"{eat(20)}; echo up; {BUSY}", CPUAccounting="yes", MemoryAccounting="yes") as unit:
        unit.start()
        unit.wait_line("up")
        before = int(unit.show("CPUUsageNSec"))
        wait_until(lambda: int(unit.show("CPUUsageNSec")) > before + 1_000_000_000, what="a second of processor time")
        assert int(unit.show("TasksCurrent")) == len(unit.procs()) == 2
        assert int(unit.show("MemoryCurrent")) > 20 << 20


def test_cgtop_shows_the_unit_once(limited):
    with limited(FULL) as unit:
        unit.start()
        unit.wait_line("up")
        rows = [row.split() for row in out("systemd-cgtop", "--batch", "--raw", "--iterations=1", "--depth=2").splitlines()]
        (row,) = [row for row in rows if row and row[0].endswith(unit.name)]
        assert int(row[1]) == 3 and int(row[3]) > 20 << 20
        assert not [row for row in rows if row and unit.container["Id"] in row[0]]


def test_docker_stats(limited, only_delegate):
    with limited(FULL, "-m 64m") as unit:
        unit.start()
        unit.wait_line("up")
        stats = engine_get(f"/containers/{unit.name}/stats?stream=false")
        assert stats["memory_stats"]["usage"] > 20 << 20 and stats["memory_stats"]["limit"] == 64 << 20
        assert stats["cpu_stats"]["cpu_usage"]["total_usage"] > 0 and stats["pids_stats"]["current"] == 2


def test_ip_accounting(limited):
    """Only sockets that were created in the unit count, that is, after the move."""
    with limited("ping -c 5 -s 1000 127.0.0.1 >/dev/null; echo pinged; exec sleep 1000", IPAccounting="yes") as unit:
        unit.start()
        unit.wait_line("pinged")
        assert int(unit.show("IPEgressPackets")) >= 5 and int(unit.show("IPEgressBytes")) > 5000

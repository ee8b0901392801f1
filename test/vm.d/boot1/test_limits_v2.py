# SPDX-License-Identifier: Apache-2.0
"""cgroup v2 with all controllers: what the unit allows holds for the container."""

from hierarchies import only_v2
from supervised import Service, sh
from testhost import cgroup_of, docker, wait_until

pytestmark = only_v2



def test_the_machine_is_what_the_mode_says():
    assert docker("info", "--format", "{{.CgroupDriver}} {{.CgroupVersion}}") == "systemd 2"


def test_memory_max_of_the_unit_kills():
    with Service(sh("sleep 2; x=$(head -c 300m /dev/zero | tr '\\0' x); echo survived; sleep 1000"), MemoryMax="96M", MemorySwapMax="0") as unit:
        unit.start()
        now = unit.wait(lambda now: now["ActiveState"] == "failed")
        assert now["Result"] == "oom-kill"
        assert not [entry for entry in unit.lines() if entry["MESSAGE"] == "survived"]


def test_tasks_max_of_the_unit_counts():
    with Service(sh("sleep 2; for i in $(seq 60); do sleep 1000 & done; wait"), TasksMax=30) as unit:
        unit.start()
        events = cgroup_of(unit.name) / "pids.events"
        wait_until(lambda: int(events.read_text().split()[1]) > 0, what="a fork that was refused")
        assert len(unit.procs()) <= 30


def test_cpu_quota_of_the_unit_counts():
    with Service(sh("while :; do :; done"), CPUQuota="20%", run="--rm --stop-timeout=1") as unit:
        unit.start()
        stat = cgroup_of(unit.name) / "cpu.stat"

        def throttled():
            return int(dict(line.split() for line in stat.read_text().splitlines())["nr_throttled"])

        wait_until(lambda: unit.container_pid in unit.procs(), what="the container in the unit")
        before = throttled()
        wait_until(lambda: throttled() > before + 5, what="a throttled container")


def test_systemd_accounts_for_the_container():
    with Service(sh("while :; do :; done"), CPUAccounting="yes", MemoryAccounting="yes", run="--rm --stop-timeout=1") as unit:
        unit.start()
        wait_until(lambda: unit.container_pid in unit.procs(), what="the container in the unit")
        before = int(unit.show("CPUUsageNSec"))
        wait_until(lambda: int(unit.show("CPUUsageNSec")) > before + 1_000_000_000, what="a second of processor time")
        assert int(unit.show("TasksCurrent")) >= 2

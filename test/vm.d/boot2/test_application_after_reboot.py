# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The systemd-docker authors
"""The application that boot1/test_application_reboot.py has started is up again, and nobody has done anything."""

import application
from testhost import docker, inspect, journal, run, show, wait_journal, wait_until


def test_application_is_up_after_a_reboot():
    for unit in application.SERVICES:
        wait_until(lambda unit=unit: show(unit, "ActiveState")["ActiveState"] == "active", what=f"{unit} active")
    assert docker("exec", "systemd-appdb", "cat", "/data/lives") == "life\nlife"
    boot = "_BOOT_ID=" + run("cat", "/proc/sys/kernel/random/boot_id").stdout.strip().replace("-", "")
    wait_journal(["appworker.service", boot], lambda e: e["MESSAGE"] == "worker has sesame good morning")
    wait_journal(["appb.service", boot], lambda e: e["MESSAGE"] == "from a")
    wait_journal(["appjob.service", boot], lambda e: e["MESSAGE"].startswith("job saw"))
    infra = inspect("systemd-apppod-infra")["Id"]
    assert {inspect(f"systemd-{name}")["HostConfig"]["NetworkMode"] for name in ("appa", "appb")} == {f"container:{infra}"}


def test_application_went_down_well():
    entries = [e for e in journal(["_PID=1"]) if str(e.get("UNIT", "")).startswith("app")]
    bad = [e["MESSAGE"] for e in entries if "Failed" in e["MESSAGE"] or "timed out" in e["MESSAGE"]]
    assert bad == []
    assert [e for e in entries if e["MESSAGE"].startswith("Stopped") and e["UNIT"] == "appworker.service"]

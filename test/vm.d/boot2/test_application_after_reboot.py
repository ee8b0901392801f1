# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The systemd-docker authors
"""The application that boot1/test_application_reboot.py has started is up again, and nobody has done anything."""

import urllib.request

import application
from reboots import complaints, only_orderly
from testhost import docker, engine_get, inspect, journal, out, run, show, wait_journal, wait_until


def boot():
    return "_BOOT_ID=" + run("cat", "/proc/sys/kernel/random/boot_id").stdout.strip().replace("-", "")


def test_services_are_up_after_a_reboot():
    for unit in application.SERVICES:
        wait_until(lambda unit=unit: show(unit, "ActiveState")["ActiveState"] == "active", what=f"{unit} active")
        assert show(unit, "Result", "NRestarts", "UnitFileState") == {
            "Result": "success", "NRestarts": "0", "UnitFileState": "generated"}
    assert out("systemctl", "list-units", "--state=failed", "--plain", "--no-legend") == ""


def test_members_have_found_each_other():
    wait_journal(["appworker.service", boot()], lambda e: e["MESSAGE"] == "worker has sesame good morning")
    wait_journal(["appb.service", boot()], lambda e: e["MESSAGE"] == "from a")
    with urllib.request.urlopen("http://127.0.0.1:18080/greeting", timeout=30) as answer:
        assert answer.read() == b"good morning\n"
    infra = inspect("systemd-apppod-infra")["Id"]
    assert {inspect(f"systemd-{name}")["HostConfig"]["NetworkMode"] for name in ("appa", "appb")} == {f"container:{infra}"}
    joined = engine_get("/networks/systemd-appnet")["Containers"]
    assert {c["Name"] for c in joined.values()} == {"systemd-appdb", "systemd-appweb", "systemd-appworker"}


def test_data_of_the_volume_is_there():
    assert docker("exec", "systemd-appdb", "cat", "/data/lives") == "life\nlife"


def test_timer_has_run_its_job():
    assert show("appjob.timer", "ActiveState", "UnitFileState") == {"ActiveState": "active", "UnitFileState": "enabled"}
    wait_journal(["appjob.service", boot()], lambda e: e["MESSAGE"].startswith("job saw"))
    wait_until(lambda: show("appjob.service", "ActiveState")["ActiveState"] == "inactive", what="the end of the job")
    assert show("appjob.service", "Result")["Result"] == "success"


@only_orderly
def test_application_went_down_well():
    entries = [e for e in journal(["_PID=1"]) if str(e.get("UNIT", "")).startswith("app")]
    assert complaints(entries) == []
    assert [e for e in entries if e["MESSAGE"].startswith("Stopped") and e["UNIT"] == "appworker.service"]

# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The systemd-docker authors
"""The life of an application of several unit files, seen as its user sees it: by systemctl, docker inspect and the journal."""

import urllib.request

import application
import pytest
from application import CONTAINERS, SERVICES
from testhost import containers, cursor, docker, engine_get, inspect, journal, run, show, wait_docker, wait_journal, wait_until

pytestmark = [pytest.mark.plain, pytest.mark.either]


@pytest.fixture
def app():
    application.write()
    try:
        yield
    finally:
        everything = ("appjob.timer", "appjob.service", *SERVICES)
        run("systemctl", "stop", *everything, check=False, timeout=120)
        application.remove_files()
        run("systemctl", "reset-failed", *everything, check=False)
        docker("network", "rm", "systemd-appnet", check=False)
        docker("volume", "rm", "systemd-appdata", check=False)


def start():
    """What systemd itself starts at boot: what [Install] names."""
    run("systemctl", "start", "appworker.service", "apppod-pod.service", "appjob.timer", timeout=120)


def invocation(unit):
    return show(unit, "InvocationID")["InvocationID"]


def wait_up():
    """Waits until everything is up. Members of the pod start after it."""
    for unit in SERVICES:
        wait_until(lambda unit=unit: show(unit, "ActiveState")["ActiveState"] == "active", what=f"{unit} active")


def lives():
    return docker("exec", "systemd-appdb", "cat", "/data/lives").splitlines()


def check_start(since):
    wait_up()
    entered = {name: int(show(f"{name}.service", "ActiveEnterTimestampMonotonic")["ActiveEnterTimestampMonotonic"])
               for name in ("appdb", "appweb", "appworker")}
    assert max(entered["appdb"], entered["appweb"]) <= entered["appworker"]
    # The worker has reached both by their names when it started, because it waited until they were healthy.
    assert wait_journal("appworker.service", lambda e: e["MESSAGE"] == "worker has sesame good morning", after=since)
    assert wait_journal("appb.service", lambda e: e["MESSAGE"] == "from a", after=since)
    assert wait_journal("appjob.service", lambda e: e["MESSAGE"].startswith("job saw"), after=since)
    assert show("appjob.service", "Result")["Result"] == "success"
    with urllib.request.urlopen("http://127.0.0.1:18080/greeting", timeout=30) as answer:
        assert answer.read() == b"good morning\n"
    database = inspect("systemd-appdb")
    assert database["State"]["Health"]["Status"] == "healthy"
    assert [m["Name"] for m in database["Mounts"] if m["Type"] == "volume"] == ["systemd-appdata"]
    assert "sesame" not in str(database)
    infra = inspect("systemd-apppod-infra")["Id"]
    assert {inspect(f"systemd-{name}")["HostConfig"]["NetworkMode"] for name in ("appa", "appb")} == {f"container:{infra}"}


def check_docker_restart():
    """The service of a container that is restarted by `docker restart` goes on, and so do those that require it."""
    before = {unit: invocation(unit) for unit in SERVICES}
    first = inspect("systemd-appweb")
    run("docker", "restart", "systemd-appweb", timeout=120)
    wait_docker("systemd-appweb", lambda now: now and now["State"]["StartedAt"] != first["State"]["StartedAt"]
                and now["State"]["Health"]["Status"] == "healthy")
    wait_up()
    assert {unit: invocation(unit) for unit in SERVICES} == before
    assert inspect("systemd-appweb")["Id"] == first["Id"]
    assert show("appweb.service", "NRestarts", "Result") == {"NRestarts": "0", "Result": "success"}


def check_stop():
    """What requires the database stops with it; the rest goes on. The volume keeps what it has."""
    assert lives() == ["life"]
    web = invocation("appweb.service")
    run("systemctl", "stop", "appdb.service", timeout=120)
    for name in ("appdb", "appworker"):
        assert show(f"{name}.service", "ActiveState", "Result") == {"ActiveState": "inactive", "Result": "success"}
        assert inspect(f"systemd-{name}") is None
    assert invocation("appweb.service") == web
    start()
    wait_up()
    assert lives() == ["life", "life"]


def check_edit():
    """A changed file is what the next start uses; until then nothing happens to what runs, and others are left alone."""
    before = {name: inspect(f"systemd-{name}")["Id"] for name in CONTAINERS}
    since = cursor()
    application.change("appweb.container", "good morning", "good evening")
    assert {name: inspect(f"systemd-{name}")["Id"] for name in CONTAINERS} == before
    run("systemctl", "restart", "appweb.service", timeout=120)
    assert "GREETING=good evening" in inspect("systemd-appweb")["Config"]["Env"]
    assert wait_journal("appworker.service", lambda e: e["MESSAGE"] == "worker has sesame good evening", after=since)
    wait_up()
    assert {name: inspect(f"systemd-{name}")["Id"] for name in ("appdb", "appa", "appb")} == {
        name: before[name] for name in ("appdb", "appa", "appb")}


def check_removal(before):
    run("systemctl", "stop", "appjob.timer", *SERVICES, timeout=120)
    application.remove_files()
    for unit in SERVICES:
        assert show(unit, "LoadState", "ActiveState") == {"LoadState": "not-found", "ActiveState": "inactive"}
    assert containers() <= before
    # Data and networks belong to the user.
    assert engine_get("/volumes/systemd-appdata")
    assert engine_get("/networks/systemd-appnet")


def test_life_of_an_application(app):
    before, since = containers(), cursor()
    start()
    check_start(since)
    check_docker_restart()
    check_stop()
    check_edit()
    check_removal(before)
    about = [e["MESSAGE"] for e in journal(["_PID=1"], after=since) if str(e.get("UNIT", "")).startswith("app")]
    # systemd 257 and later look for pids.max also where there is no such controller.
    assert [message for message in about if "Failed" in message and "ignoring" not in message] == []

# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The systemd-docker authors
"""The test host is as the suite expects it, and the functions of the suite work."""

import os
import signal
import time

import pytest
from testhost import (
    Unit,
    cgroup_procs,
    containers,
    cursor,
    docker,
    inspect,
    journal,
    messages,
    out,
    process_name,
    run,
    wait_docker,
    wait_journal,
)

pytestmark = pytest.mark.plain


def test_systemd_is_up():
    assert out("systemctl", "is-system-running") == "running"
    assert process_name(1) == "systemd"


def test_docker_is_as_on_a_users_machine():
    assert docker("info", "--format", "{{.CgroupDriver}} {{.CgroupVersion}} {{.Driver}}") == "systemd 2 overlay2"
    assert docker("run", "--rm", "busybox", "echo", "hi") == "hi"


def test_containers_have_a_network():
    docker("run", "--detach", "--name", "web", "nginx")
    address = inspect("web")["NetworkSettings"]["Networks"]["bridge"]["IPAddress"]
    # The server is ready a moment after its container runs.
    assert out("curl", "--silent", "--retry", 10, "--retry-connrefused", "--retry-delay", 1, f"http://{address}/") == "it works"
    docker("stop", "web")
    assert inspect("web")["State"]["ExitCode"] == 0


def test_program_is_installed():
    assert run("/usr/bin/systemd-docker", "--help").stdout


def test_unit_lives_and_goes():
    with Unit("smoke", "/bin/sh -c 'echo up; exec sleep 1000'") as unit:
        unit.start()
        assert unit.show("ActiveState") == "active"
        assert unit.procs() == {unit.main_pid}
        assert messages(unit.wait_journal(count=1)) == ["up"]
        os.kill(unit.main_pid, signal.SIGKILL)
        state = unit.wait_state("failed")
        assert (state["Result"], state["ExecMainStatus"]) == ("signal", "9")
        assert any("Failed" in message for message in messages(unit.about()))
    assert not unit.file.exists()
    assert out("systemctl", "show", unit.name, "--property=LoadState") == "LoadState=not-found"


def test_wait_sees_each_state():
    with Unit("smoke", "/bin/sleep 1", Type="exec", Restart="on-success", RestartSec="100ms") as unit:
        unit.start()
        assert unit.wait(lambda now: int(now["NRestarts"]) >= 2)["Result"] == "success"
        unit.stop()
        assert unit.wait_state("inactive")["Result"] == "success"


def test_wait_is_by_event():
    with Unit("smoke", "/bin/sleep 0.5", Type="exec") as unit:
        began = time.monotonic()
        unit.start()
        unit.wait_state("inactive")
        assert time.monotonic() - began < 10


def test_wait_that_fails_says_what_it_saw():
    with Unit("smoke", "/bin/sleep 1000", Type="exec") as unit:
        unit.start()
        with pytest.raises(pytest.fail.Exception, match="ActiveState': 'active'"):
            unit.wait_state("failed", timeout=0.2)


def test_container_of_a_unit_goes_with_it():
    before = containers()
    with Unit("smoke", "/usr/bin/docker run --name %n busybox sleep 1000", Type="exec") as unit:
        unit.start()
        seen = wait_docker(unit.name, lambda now: now and now["State"]["Running"])
        assert seen["State"]["Pid"] > 0
        assert cgroup_procs(unit.name)
    assert containers() == before


def test_journal_gives_every_line_and_bytes():
    after = cursor()
    with Unit("smoke", "/bin/sh -c 'seq 1000; printf \"a\\\\001\\\\377b\\\\n\"'", Type="oneshot") as unit:
        unit.start()
        lines = wait_journal([unit.name, "_TRANSPORT=stdout"], count=1001, after=after)
        assert messages(lines) == [str(n) for n in range(1, 1001)] + [b"a\x01\xffb"]
        assert journal([unit.name, "_TRANSPORT=stdout"], after=after) == lines

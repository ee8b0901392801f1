# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The systemd-docker authors
"""cgroup v1: where the container's processes are, in both modes that there are. With Delegate=, they are created in the unit, in each
hierarchy; otherwise they are moved there. In each life, after docker exec, forks, an adoption, and restarts of the engine."""

import os
import signal

import pytest
from hierarchies import membership, only_v1
from supervised import ADOPTED, ENGINE_BACK, OBEDIENT, Service, assert_nothing_left, assert_success, sh
from test_cgroup import FORK_BOMB, FORK_BOMB_STAYS, container_processes, who_is_there
from testhost import cursor, docker, run, wait_docker, wait_until

pytestmark = only_v1

# What each runtime knows. It leaves a process at the root of a hierarchy that it does not know, like misc.
KNOWN = {"name=systemd", "cpu,cpuacct", "pids", "devices", "freezer", "blkio", "memory", "cpuset"}


def place(unit, pid):
    """In which of the hierarchies a process is in the unit's cgroups, and where it is in the others."""
    tops = {name: path.removesuffix("/supervisor") for name, path in membership(unit.supervisor).items()}
    tops["name=systemd"] = unit.show("ControlGroup")
    paths = membership(pid)
    inside = {name for name, path in paths.items() if tops[name] != "/" and (path + "/").startswith(tops[name] + "/")}
    return inside, {name: path for name, path in paths.items() if name not in inside}


def all_in(unit):
    """In mode migrate, devices stays: it is the container's filter."""
    known = KNOWN & membership().keys() - (set() if unit.settings["Delegate"] == "yes" else {"devices"})
    return all(known <= place(unit, pid)[0] for pid in container_processes(unit))


def wait_all_in(unit):
    """With Delegate= there is nothing to wait for."""
    if unit.settings["Delegate"] == "yes":
        assert all_in(unit), [place(unit, pid) for pid in container_processes(unit)]
    else:
        wait_until(lambda: all_in(unit), what="all of the container in the unit")


@pytest.fixture(params=["yes", "no"], ids=lambda value: f"delegate-{value}")
def delegate(request):
    return request.param


@pytest.fixture
def unit(delegate):
    with Service(sh(OBEDIENT), name="places", KillMode="process", Delegate=delegate) as unit:
        unit.start()
        unit.wait_line("up")
        wait_all_in(unit)
        yield unit


def test_exec_and_restart(unit):
    docker("exec", "--detach", unit.name, "sleep", "1000")
    wait_until(lambda: len(container_processes(unit)) == 3, what="process of docker exec")
    wait_all_in(unit)
    for _ in range(2):
        unit.wait_restarted(unit.docker_restart())
        wait_all_in(unit)
    pids = unit.procs()
    unit.stop()
    assert_success(unit.show())
    assert_nothing_left(unit, *pids)


def test_forks(delegate):
    with Service(sh(FORK_BOMB), name="places", run="--rm --stop-timeout=1", Delegate=delegate) as unit:
        unit.start()
        wait_until(lambda: who_is_there(unit) == FORK_BOMB_STAYS, what="end of the short-lived processes")
        wait_all_in(unit)
        assert container_processes(unit) | {unit.supervisor} == unit.procs()
        assert unit.said("Failed") == []


def test_adoption(unit):
    before = unit.container_pid
    os.kill(unit.supervisor, signal.SIGKILL)
    unit.wait_state("failed")
    since = cursor()
    unit.start()
    unit.wait_event(ADOPTED, after=since)
    assert unit.container_pid == before
    wait_all_in(unit)
    unit.wait_restarted(unit.docker_restart())
    wait_all_in(unit)


@pytest.mark.parametrize("service", ["docker", "containerd"])
def test_restart_of_the_engine(unit, service):
    before, since = unit.container_pid, cursor()
    run("systemctl", "restart", service)
    wait_docker(unit.name, lambda now: now and now["State"]["Running"])
    if service == "docker":
        unit.wait_event(ENGINE_BACK, after=since)
    assert unit.container_pid == before
    wait_all_in(unit)
    assert unit.show("ActiveState") == "active"
    if unit.settings["Delegate"] == "yes":
        assert docker("exec", unit.name, "echo", "hi") == "hi"
        unit.wait_restarted(unit.docker_restart())
        wait_all_in(unit)

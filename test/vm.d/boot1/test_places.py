# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The systemd-docker authors
"""Where the container's processes are, on cgroup v1, and on v2 with an engine before Docker 23: in both modes that there are. With
Delegate= (on v2, after setup), they are created in the unit, in each hierarchy; otherwise they are moved there. In each life, after
docker exec, forks, an adoption, and restarts of the engine. Later engines on v2: test_inside.py, test_disturbed.py."""

import contextlib

import pytest
from hierarchies import V2, membership
from supervised import ENGINE_BACK, OBEDIENT, RESTARTABLE, Service, assert_success, can_be_adopted, left_alone, registered_runtime, sh, wait_gone
from test_cgroup import FORK_BOMB, FORK_BOMB_STAYS, container_processes, who_is_there
from testhost import NOT_HERE, cursor, docker, engine_version, not_here, run, wait_docker, wait_until

pytestmark = not_here(V2 and engine_version() >= (23,), "cgroup v1, or an engine before Docker 23")

# What each runtime knows. It leaves a process at the root of a hierarchy that it does not know, like misc.
KNOWN = {""} if V2 else {"name=systemd", "cpu,cpuacct", "pids", "devices", "freezer", "blkio", "memory", "cpuset"}


def misplaced(unit, pid):
    """The hierarchies in which a process of the container is elsewhere. In mode migrate it belongs where the supervisor is, but for
    devices, which is its filter."""
    theirs, ours = membership(pid), membership(unit.supervisor)
    if unit.settings["Delegate"] == "yes":
        expected = dict.fromkeys(KNOWN & theirs.keys(), f"{unit.show('ControlGroup')}/{unit.container['Id']}")
    else:
        expected = {name: ours[name] for name in (KNOWN - {"devices"}) & theirs.keys()}
    assert len(expected) >= (1 if V2 else 5)  # trixie's kernel has no memory and cpuset in v1
    return {name: theirs[name] for name in expected if theirs[name] != expected[name]}


def wait_all_in(unit):
    """With Delegate= there is nothing to wait for."""
    if unit.settings["Delegate"] == "yes":
        assert [found for pid in container_processes(unit) if (found := misplaced(unit, pid))] == []
    else:
        wait_until(lambda: not any(misplaced(unit, pid) for pid in container_processes(unit)), what="all of the container in the unit")


@pytest.fixture(scope="module", params=["yes", "no"], ids=lambda value: f"delegate-{value}")
def delegate(request):
    with registered_runtime() if V2 and request.param == "yes" else contextlib.nullcontext():
        yield request.param


@pytest.fixture
def unit(delegate):
    with Service(sh(OBEDIENT), name="places", run=RESTARTABLE, **left_alone(delegate)) as unit:
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
    for pid in pids:
        wait_gone(pid)


def test_forks(delegate):
    with Service(sh(FORK_BOMB), name="places", run="--rm --stop-timeout=1", Delegate=delegate) as unit:
        unit.start()
        wait_until(lambda: who_is_there(unit) == FORK_BOMB_STAYS, what="end of the short-lived processes")
        wait_all_in(unit)
        assert container_processes(unit) | {unit.supervisor} == unit.procs()
        assert unit.said("Failed") == []


def test_adoption(unit, delegate):
    if not can_be_adopted(delegate):
        pytest.skip(NOT_HERE + "the next supervisor beside a container with controllers")
    before = unit.container_pid
    unit.adopt_again()
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

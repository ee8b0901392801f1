# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The systemd-docker authors
"""cgroup v1, legacy and hybrid: a move in each hierarchy, as the original programs did it, but correct."""

from hierarchies import FORKS, MODE, folder, membership, only_v1, pids
from supervised import OBEDIENT, RESTARTABLE, Service, assert_failed, assert_nothing_left, assert_success, sh
from testhost import docker, wait_until

pytestmark = only_v1


def same(unit, pid):
    """The hierarchies in which a process is where the supervisor is."""
    ours, its = membership(unit.supervisor), membership(pid)
    assert ours.keys() == its.keys()
    return {name for name in ours if ours[name] == its[name]}


def taken_over(pid):
    """All hierarchies but the one that is the container's filter of devices."""
    return membership(pid).keys() - {"devices"}


def test_the_machine_is_what_the_mode_says():
    seen = membership()
    assert "name=systemd" in seen and "cpu,cpuacct" in seen and docker("info", "--format", "{{.CgroupVersion}}") == "1"
    assert ("" in seen) == (MODE == "hybrid")


def test_all_hierarchies_are_taken_over():
    with Service("sleep 1000") as unit:
        unit.start()
        pid = unit.container_pid
        wait_until(lambda: same(unit, pid) - {"devices"} == taken_over(pid), what="the container in all of the unit's cgroups")
        assert unit.container["Id"] in membership(pid)["devices"]
        assert pid in unit.procs() and membership(pid)["name=systemd"] == unit.show("ControlGroup")
        unit.stop()
        assert_nothing_left(unit, pid)


def test_named_hierarchies_only():
    with Service("sleep 1000", options="--cgroups name=systemd --cgroups=cpu") as unit:
        unit.start()
        container = unit.container
        pid = container["State"]["Pid"]
        wait_until(lambda: "name=systemd" in same(unit, pid), what="the container in the unit's cgroup")
        for name, path in membership(pid).items():
            if name in ("name=systemd", "cpu,cpuacct"):
                assert path == membership(unit.supervisor)[name]
            elif name and path != "/":  # the engine leaves hierarchies that it does not know, like misc, at the root
                assert container["Id"] in path, name
        assert container["Id"] in membership(pid)["pids"] + membership(pid)["freezer"]


def test_children_and_an_exec_follow():
    with Service(sh("for i in $(seq 10); do sleep 1000 & done; echo forked; wait")) as unit:
        unit.start()
        unit.wait_line("forked")
        wait_until(lambda: len(unit.procs()) == 12, what="supervisor, shell and ten children in the unit")
        docker("exec", "--detach", unit.name, "sleep", "1000")
        wait_until(lambda: len(unit.procs()) == 13, what="the exec in the unit")
        for pid in unit.procs():
            assert same(unit, pid) - {"devices"} == taken_over(pid)


def test_exit_status_and_a_stop():
    with Service(sh("sleep 1; exit 3")) as unit:
        assert_failed(unit.run_to_end(), 3)
    with Service("sleep 1000", run="--rm --stop-timeout=1") as unit:
        unit.start()
        unit.stop()
        assert_success(unit.wait_state("inactive"))


def test_docker_restart_is_followed():
    with Service(sh(OBEDIENT), run=RESTARTABLE) as unit:
        unit.start()
        unit.wait_line("up")
        before = unit.docker_restart()["State"]["Pid"]
        wait_until(lambda: unit.container_pid not in (0, before) and unit.container_pid in unit.procs(), what="the new life in the unit")


def test_engine_itself_is_never_moved():
    where = {pid: membership(pid) for pid in pids("name=systemd", "/system.slice/docker.service")}
    assert where
    with Service("sleep 1000") as unit:
        unit.start()
        wait_until(lambda: unit.container_pid in unit.procs(), what="the container in the unit")
        assert all(membership(pid) == was for pid, was in where.items())


def test_limits_of_the_unit_count():
    with Service(sh("sleep 2; " + FORKS), TasksMax=30, run="--rm --stop-timeout=1") as unit:
        unit.start()
        unit.wait_line("forked")
        events = folder("pids", membership(unit.supervisor)["pids"]) / "pids.events"
        assert int(events.read_text().split()[1]) > 0 and 20 < len(unit.procs()) <= 30

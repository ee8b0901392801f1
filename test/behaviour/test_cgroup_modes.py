# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The systemd-docker authors
"""The ways into the unit's cgroup, and what users do with a container: test_cell[…] is a table of modes and cells. If something
does not work in a mode, the cell asserts the reason."""

import contextlib
from pathlib import Path

import pytest
from supervised import OBEDIENT, registered_runtime, Service, assert_nothing_left, assert_success, sh
from testhost import (
    CGROUP,
    NOT_HERE,
    cgroup_of,
    cursor,
    docker,
    engine_config,
    engine_get,
    engine_version,
    run,
    systemd_version,
    wait_until,
)

# Uses some processor time for the engine's statistics, and then behaves like OBEDIENT.
BUSY = "i=0; while [ $i -lt 50000 ]; do i=$((i+1)); done; " + OBEDIENT


def cgroupfs():
    return engine_config(**{"exec-opts": ["native.cgroupdriver=cgroupfs"]})


class Mode:
    def __init__(self, name, engine):
        self.name, self.engine = name, engine
        self.delegate = name.startswith("delegate")
        self.inside = name != "migrate"
        self.options = "" if self.inside else "--cgroup-mode=migrate"
        self.settings = {"Delegate": "yes"} if self.delegate else {}


MODES = [
    Mode("migrate", contextlib.nullcontext),
    Mode("delegate-runtime", registered_runtime),
    Mode("delegate-cgroupfs", cgroupfs),
]
# With nothing set up. Docker before 23 does not know runtimes by their names.
if engine_version() >= (23,):
    MODES += [
        Mode("inside", contextlib.nullcontext),
        Mode("inside-cgroupfs", cgroupfs),
        Mode("delegate-shim", contextlib.nullcontext),
    ]


@pytest.fixture(scope="module", params=MODES, ids=lambda mode: mode.name)
def mode(request):
    with request.param.engine():
        yield request.param


in_mode_delegate = pytest.mark.parametrize("mode", [m for m in MODES if m.delegate], indirect=True, ids=lambda mode: mode.name)


@pytest.fixture(scope="module")
def unit(mode):
    with Service(sh(BUSY), name="modes", options=mode.options, IPAccounting="yes", **mode.settings) as unit:
        unit.mode = mode
        unit.start()
        unit.wait_line("up")
        yield unit


def scope_of(unit):
    return f"docker-{unit.container['Id']}.scope"


def cgroup_path(pid):
    """The path in cgroup v2, relative to the root of the hierarchy that is mounted here."""
    return [line[3:] for line in Path(f"/proc/{pid}/cgroup").read_text().splitlines() if line.startswith("0::")][0]


def assert_in_place(unit, pid):
    """In the unit's cgroup, or in that of the container below it; in mode delegate, the supervisor has one as well."""
    top = "/" + str(cgroup_of(unit.name).relative_to(CGROUP))
    assert cgroup_path(pid) == (f"{top}/{unit.container['Id']}" if unit.mode.inside else top)
    assert cgroup_path(unit.supervisor) == (f"{top}/supervisor" if unit.mode.delegate else top)


def fails(unit, *words):
    """A docker command that fails for a migrated container, because the runtime looks in the cgroup where it was created."""
    done = run("docker", *words, check=False)
    assert done.returncode != 0
    assert scope_of(unit) in done.stderr
    assert "no such file or directory" in done.stderr or "not found" in done.stderr


def cell_in_unit(unit):
    assert_in_place(unit, unit.container_pid)
    assert unit.main_pid == unit.container_pid
    assert run("systemctl", "is-active", scope_of(unit), check=False).stdout == "inactive\n"


def cell_exec(unit):
    assert docker("exec", unit.name, "echo", "hi") == "hi"
    docker("exec", "--detach", unit.name, "sleep", "4711")

    def sleeper():
        return [pid for pid in unit.procs() if Path(f"/proc/{pid}/cmdline").read_bytes() == b"sleep\x004711\0"]

    assert_in_place(unit, wait_until(sleeper, what="process of docker exec in the unit")[0])


def cell_stats(unit):
    stats = engine_get(f"/containers/{unit.name}/stats?stream=false")
    # The engine reads the cgroup in which the container was created. After a move, that one has no values.
    assert stats["read"].startswith("0001-01-01") != unit.mode.inside
    # The engine also reads nothing of a controller that the kernel does not have on v2.
    controllers = (CGROUP / "cgroup.controllers").read_text().split()
    for controller, part in (("cpu", stats["cpu_stats"]["cpu_usage"].get("total_usage")),
                             ("memory", stats["memory_stats"].get("usage")),
                             ("pids", stats["pids_stats"].get("current"))):
        assert bool(part) == (unit.mode.delegate and controller in controllers), controller


def cell_top(unit):
    if unit.mode.inside:
        assert OBEDIENT in docker("top", unit.name)
    else:
        fails(unit, "top", unit.name)


def cell_pause(unit):
    if not unit.mode.inside:
        fails(unit, "pause", unit.name)
        return
    docker("pause", unit.name)
    assert (cgroup_of(unit.name) / unit.container["Id"] / "cgroup.freeze").read_text() == "1\n"
    unit.wait(lambda now: now["StatusText"].startswith("Paused"))
    docker("unpause", unit.name)
    unit.wait(lambda now: now["StatusText"].startswith("Running"))


def cell_update(unit):
    if unit.mode.delegate:
        docker("update", "--cpu-shares=512", unit.name)
        if "cpu" in (CGROUP / "cgroup.controllers").read_text().split():
            assert int((cgroup_of(unit.name) / unit.container["Id"] / "cpu.weight").read_text()) == 20
    elif unit.mode.inside:
        # Fails where the machine has the controller. Elsewhere it has no effect.
        done = run("docker", "update", "--cpu-shares=512", unit.name, check=False)
        assert (done.returncode != 0) == ("cpu" in (CGROUP / "cgroup.controllers").read_text().split())
    else:
        fails(unit, "update", "--cpu-shares=512", unit.name)


def cell_accounting(unit):
    """IPAccounting=: the kernel counts what processes in the unit's cgroup send, even on the container's own network."""
    before = int(unit.show("IPEgressBytes"))
    docker("exec", unit.name, "ping", "-c", "1", "-s", "1000", "127.0.0.1")
    assert int(unit.show("IPEgressBytes")) >= before + 1000


def cell_restart(unit):
    since = cursor()
    unit.wait_restarted(unit.docker_restart())
    assert_in_place(unit, unit.container_pid)
    assert unit.show("ActiveState") == "active"
    # From here on the container ends on SIGTERM; before, it was still counting.
    unit.wait_line("up", after=since)


def cell_journal(unit):
    """The mode that everybody gets is not worth a line; another one is."""
    assert unit.said("cgroup mode ") == ([] if unit.mode.inside else ["cgroup mode migrate: as asked for."])
    assert unit.said("not made in the unit's cgroup") == unit.said("Failed") == []


def cell_stop(unit):
    pids = unit.procs()
    docker("stop", unit.name)
    assert_success(unit.wait_state("inactive"))
    assert_nothing_left(unit, *pids)


def cell_unit_stop(unit):
    before = cursor()
    unit.start()
    unit.wait_line("up", after=before)
    pids, folder = unit.procs(), cgroup_of(unit.name)
    unit.stop()
    assert_success(unit.show())
    assert_nothing_left(unit, *pids)
    assert not folder.exists()


CELLS = [
    cell_in_unit,
    cell_exec,
    cell_stats,
    cell_top,
    cell_pause,
    cell_update,
    cell_accounting,
    cell_restart,
    cell_journal,
    cell_stop,
    cell_unit_stop,
]


@pytest.mark.parametrize("cell", CELLS, ids=lambda cell: cell.__name__.removeprefix("cell_"))
def test_cell(unit, cell):
    cell(unit)


DELEGATE = "--cgroup-mode=delegate"


def test_limits_are_the_containers_own_in_delegate_and_else_refused(mode):
    with Service(sh(OBEDIENT), name="limited", options=mode.options, run="--rm -m 64m --cpuset-cpus=0 --pids-limit=50",
                 **mode.settings) as unit:
        if not mode.delegate:
            assert unit.run_to_end()["ExecMainStatus"] == "78"
            assert len(unit.said("--memory is refused in cgroup mode")) == 1
            return
        unit.start()
        folder = cgroup_of(unit.name) / unit.container["Id"]
        handed_on = (cgroup_of(unit.name) / "cgroup.subtree_control").read_text().split()
        for controller, file, value in (
            ("memory", "memory.max", str(64 << 20)),
            ("cpuset", "cpuset.cpus", "0"),
            ("pids", "pids.max", "50"),
        ):
            # A controller that this machine does not make available cannot limit anything.
            available = controller in (CGROUP / "cgroup.controllers").read_text().split()
            assert (controller in handed_on) == available
            if available:
                assert (folder / file).read_text().strip() == value


@in_mode_delegate
def test_units_own_leaf_is_used_where_it_has_one(mode):
    with Service(sh(OBEDIENT), name="subgroup", DelegateSubgroup="ours", **mode.settings) as unit:
        unit.start()
        # systemd before 254 does not know DelegateSubgroup=; there the supervisor creates the cgroup itself.
        assert Path(cgroup_path(unit.supervisor)).name == ("ours" if systemd_version() >= 254 else "supervisor")
        assert Path(cgroup_path(unit.container_pid)).name == unit.container["Id"]


def test_delegate_without_delegation_says_so():
    with Service(sh(OBEDIENT), name="undelegated", options=DELEGATE) as unit:
        assert unit.run_to_end()["ExecMainStatus"] == "78"
        assert len(unit.said("--cgroup-mode=delegate: the unit has no Delegate=")) == 1
        assert unit.container is None


@pytest.mark.parametrize("mode", [m for m in MODES if m.inside], indirect=True, ids=lambda mode: mode.name)
def test_container_that_was_made_elsewhere_is_moved_in(mode):
    """A container without --rm, from a time when it was to be moved."""
    with Service(sh(OBEDIENT), name="elsewhere", run="", options="--cgroup-mode=migrate", Delegate="no") as unit:
        unit.start()
        unit.stop()
        unit.change("--cgroup-mode=migrate", mode.options)
        unit.write(**mode.settings)
        unit.start()
        assert unit.container_pid in unit.procs()
        assert len(unit.said("was not made in the unit's cgroup")) == 1


@pytest.mark.skipif(engine_version() >= (23,), reason=NOT_HERE + "an engine before Docker 23")
def test_old_engine_without_delegation():
    """It is moved, and the line says why."""
    with Service(sh(OBEDIENT), name="old") as unit:
        unit.start()
        assert unit.said("cgroup mode ") == ["cgroup mode migrate: the engine is older than Docker 23, and the unit has no Delegate=."]
        assert unit.container_pid in unit.procs()

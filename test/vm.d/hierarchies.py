# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The systemd-docker authors
"""The cgroups of a virtual machine: v1 with its hierarchies, v2 with all controllers."""

import os
from pathlib import Path

import pytest
from testhost import NOT_HERE

MODE = os.environ["TEST_VM_MODE"]
V2 = MODE == "v2"
# How often what may never fail is done. SYSTEMD_DOCKER_VM_ROUNDS= of test/vm changes it.
ROUNDS = int(os.environ.get("TEST_VM_ROUNDS") or 1000)

# Starts more processes than a limit allows. A shell ends when a fork is refused, so a subshell does it; its processes stay.
FORKS = "sleep 1000 & (for i in $(seq 60); do sleep 1000 & done); echo forked; wait"

only_v1 = pytest.mark.skipif(V2, reason=NOT_HERE + "cgroup v2")
only_v2 = pytest.mark.skipif(not V2, reason=NOT_HERE + "cgroup v1")


def membership(pid="self"):
    """The cgroups of a process: {"cpu,cpuacct": "/path", "name=systemd": …}; the hierarchy of v2 is ""."""
    lines = Path(f"/proc/{pid}/cgroup").read_text().splitlines()
    return {controllers: path for _, controllers, path in (line.split(":", 2) for line in lines)}


def folder(controllers, path):
    """The folder of a cgroup, found by the mounts of the hierarchies."""
    for line in Path("/proc/self/mountinfo").read_text().splitlines():
        before, after = line.split(" - ")
        kind, _, options = after.split(" ", 2)
        at = Path(before.split()[4])
        if kind == "cgroup2" and controllers == "":
            return at / path.lstrip("/")
        if kind == "cgroup" and controllers and set(controllers.split(",")) <= set(options.split(",")):
            return at / path.lstrip("/")
    raise LookupError(controllers)


def pids(controllers, path):
    return {int(pid) for pid in (folder(controllers, path) / "cgroup.procs").read_text().split()}

# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The systemd-docker authors
"""The units that boot1/test_reboot.py has enabled run again: with --rm in a new container, without it in the old one."""

import pytest
from reboots import complaints, only_orderly
from testhost import docker, journal, out, show, wait_until

NAMES = ("kept", "fresh")


@pytest.mark.parametrize("name, lives", [("kept", 2), ("fresh", 1)])
def test_enabled_unit_is_up_after_a_reboot(name, lives):
    wait_until(lambda: show(name, "ActiveState")["ActiveState"] == "active", what=f"{name} active")
    wait_until(lambda: docker("exec", f"{name}.service", "cat", "/lives") == "\n".join(["life"] * lives), what=f"life {lives}")


@only_orderly
@pytest.mark.parametrize("name", NAMES)
def test_unit_went_down_well(name):
    entries = journal(["_PID=1", f"UNIT={name}.service"])
    assert complaints(entries) == [], out("journalctl", "--unit", name, "--output=short-monotonic", "--no-pager")
    assert [e for e in entries if e["MESSAGE"].startswith(f"Stopped {name}.service")]

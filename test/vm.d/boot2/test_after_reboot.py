# SPDX-License-Identifier: Apache-2.0
"""What boot1/test_reboot.py has enabled runs again: with --rm in a new container, without it in the one there was."""

import pytest
from testhost import TIMEOUT, docker, journal, show, wait_until


@pytest.mark.parametrize("name, lives", [("kept", 2), ("fresh", 1)])
def test_enabled_unit_is_up_after_a_reboot(name, lives):
    wait_until(lambda: show(name, "ActiveState")["ActiveState"] == "active", what=f"{name} active", timeout=TIMEOUT)
    assert docker("exec", f"{name}.service", "cat", "/lives") == "\n".join(["life"] * lives)


@pytest.mark.parametrize("name", ["kept", "fresh"])
def test_unit_went_down_well(name):
    entries = journal(["_PID=1", f"UNIT={name}.service"])
    assert [e for e in entries if "Failed" in e["MESSAGE"] or "timed out" in e["MESSAGE"]] == []
    assert [e for e in entries if e["MESSAGE"].startswith(f"Stopped {name}.service")]

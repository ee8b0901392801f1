# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The systemd-docker authors
"""Enables units for the next boot, which boot2 checks. The machine reboots while they run."""

from pathlib import Path

import pytest
from supervised import PROGRAM
from testhost import docker, run, show, wait_until

UNITS = Path("/etc/systemd/system")


@pytest.fixture(autouse=True)
def clean_host():
    """Replaces the fixture of the suite: what this test leaves is for the next boot."""


def unit_file(name, options, command):
    (UNITS / f"{name}.service").write_text(
        f"[Unit]\nAfter=docker.service\nRequires=docker.service\n"
        f"[Service]\nType=notify\nNotifyAccess=all\nExecStart={PROGRAM} run --name %n {options} busybox {command}\n"
        f"[Install]\nWantedBy=multi-user.target\n"
    )


def test_units_are_enabled():
    unit_file("kept", "", "sh -c \"echo life >>/lives; wc -l </lives; trap 'exit 0' TERM; sleep 10000 & wait\"")
    unit_file("fresh", "--rm", "sh -c \"echo life >>/lives; wc -l </lives; sleep 10000\"")
    run("systemctl", "daemon-reload")
    run("systemctl", "enable", "--now", "kept", "fresh", timeout=300)
    for name in ("kept", "fresh"):
        assert show(name, "ActiveState") == {"ActiveState": "active"}
        wait_until(lambda: docker("exec", f"{name}.service", "cat", "/lives") == "life", what="the first life")

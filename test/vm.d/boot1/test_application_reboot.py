# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The systemd-docker authors
"""Starts an application of several unit files, which boot2 checks after the reboot."""

import application
import pytest
from testhost import docker, run, show, wait_until


@pytest.fixture(autouse=True)
def clean_host():
    """Replaces the fixture of the suite: what this test leaves is for the next boot."""


def test_application_is_up():
    application.write()
    # [Install] of the generated services has taken effect; the timer is a file of the user's own.
    run("systemctl", "enable", "appjob.timer")
    run("systemctl", "start", "appworker.service", "apppod-pod.service", timeout=600)
    for unit in application.SERVICES:
        wait_until(lambda unit=unit: show(unit, "ActiveState")["ActiveState"] == "active", what=f"{unit} active")
    assert docker("exec", "systemd-appdb", "cat", "/data/lives") == "life"

# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The systemd-docker authors
"""What the tests after a reboot share: test/vm reboots a virtual machine, test/host test-reboot a test host."""

import os

from testhost import not_here

only_orderly = not_here(os.environ.get("TEST_REBOOT") == "hard", "nothing was shut down")


def complaints(entries):
    """What systemd did not like. From 257 on it also looks for pids.max where there is no such controller, and goes on."""
    messages = [entry["MESSAGE"] for entry in entries]
    return [m for m in messages if ("Failed" in m and "ignoring" not in m) or "timed out" in m]

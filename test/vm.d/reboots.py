# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The systemd-docker authors
"""What the tests after a reboot share: test/vm reboots a virtual machine, test/host test-reboot a test host."""

import os

from testhost import not_here

only_orderly = not_here(os.environ.get("TEST_REBOOT") == "hard", "nothing was shut down")

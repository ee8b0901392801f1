# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The systemd-docker authors
"""SIGTERM while a step of the engine hangs."""

import re
import time

from answers import hanging
from engine import frame
from program import Systemd, case, options, variants

# SIGTERM has to wait for the end of these steps, and their time-out limits the wait: exit status, seconds on the program's
# clock, error.
HANGS = {
    "look-up": (125, 45, "Failed to look for the container: "), "create": (125, 135, "Failed to create the container: "),
    "prepare": (125, 45, "Failed to inspect the container: "), "events": (125, 45, "did not answer within [0-9]+ s: Attaching to the container"),
    "attach": (125, 45, "did not answer within [0-9]+ s: Attaching to the container"),
    "wait": (125, 45, "did not answer within [0-9]+ s: Attaching to the container"), "start": (125, 135, "Failed to start the container: "),
    "inspect": (125, 65, "Failed to inspect the container: "), "stop": (137, 40, "The engine did not stop the container"),
    "remove": (0, 25, "Failed to remove "),
}


@variants(**{step.replace("-", "_"): step for step in HANGS})
def hang_and_stop(t, step):
    status, seconds, error = HANGS[step]
    t.serve(**{step: hanging})
    t.start(fast=20)
    t.reached({"stop": "inspect", "remove": "inspect"}.get(step, step))
    if step in ("stop", "remove"):
        t.said("Started container")
    begin = time.monotonic()
    t.signal()
    t.ends(status, error, within=30)
    assert time.monotonic() - begin < seconds / 20 + 10, time.monotonic() - begin


@case
def hang_everything_and_stop(t):
    """A running container and an engine that no longer answers. 30 s after the SIGKILL, its failure becomes known and the output is
    given up: either can come first."""
    t.serve(stop=hanging, kill=hanging, remove=hanging)
    t.start(fast=20)
    t.said("Started container")
    t.signal()
    killed, lost = "Failed to pass a signal on to the container", "output has not come to its end"
    either = f"{killed}|{lost}"
    t.ends(125, "The engine did not stop the container", "did not answer within [0-9]+ s: Killing the container", either, either, "Failed to remove ",
           within=40)
    for pattern in killed, lost:
        assert len(re.findall(pattern, t.stderr())) == 1, t.stderr()


@case
def much_output_after_a_stop(t):
    """While the rest of the output is read, systemd is asked for more time: once a second, and not for each line."""
    systemd = Systemd(t)
    messages = systemd.listen()
    count = 1000 if options.valgrind else 20000
    lines = b"".join(frame(1, b"%d\n" % n) for n in range(1, count + 1))

    def attach(conn):
        conn.open()
        conn.engine.ended.wait()
        t.until(lambda: any("reading the rest of its output" in m for m in messages), "such a status")
        conn.chunk(lines)
        conn.finish()
    t.serve(attach=attach)
    t.start("run", "--name", "c", "--rm", "image", service=True, NOTIFY_SOCKET=systemd.path)
    t.said("Started container")
    t.signal()
    t.ends(0, within=30)
    assert t.stdout().split()[-1] == b"%d" % count
    extensions = [m for m in messages if "EXTEND_TIMEOUT_USEC=" in m]
    assert 0 < len(extensions) < 20, len(extensions)

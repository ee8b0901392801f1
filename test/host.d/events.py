#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The systemd-docker authors
"""Waits for the two events that a shell cannot wait for. Part of test/host.

events.py ready SECONDS LOG -- CMD…   start CMD in the background, its output to LOG, until it says READY=1
events.py cgroup-empty DIR SECONDS    until the cgroup has no process left
"""

import os
import select
import socket
import subprocess
import sys
import time


def ready(seconds, log, command):
    with open(log, "wb") as output:
        inbox = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        # The kernel chooses an abstract address, so that there is no file to remove.
        inbox.bind("")
        address = inbox.getsockname().replace(b"\0", b"@").decode()
        child = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            env=dict(os.environ, NOTIFY_SOCKET=address),
        )
        poll = select.poll()
        poll.register(inbox, select.POLLIN)
        poll.register(os.pidfd_open(child.pid), select.POLLIN)
        deadline = time.monotonic() + seconds
        while child.poll() is None:
            if not poll.poll(max(0, deadline - time.monotonic()) * 1000):
                return 1
            try:
                if b"READY=1" in inbox.recv(65536).split(b"\n"):
                    return 0
            except BlockingIOError:
                pass
        return 1


def cgroup_empty(folder, seconds):
    deadline = time.monotonic() + seconds
    try:
        with open(os.path.join(folder, "cgroup.events")) as events:
            poll = select.poll()
            poll.register(events, select.POLLPRI)
            while True:
                events.seek(0)
                if "populated 0" in events.read():
                    return 0
                if not poll.poll(max(0, deadline - time.monotonic()) * 1000):
                    return 1
    except OSError:
        # The cgroup of a scope is removed with its last process.
        return 0 if not os.path.exists(folder) else 1


def main(verb, *args):
    if verb == "ready":
        return ready(float(args[0]), args[1], args[3:])
    return cgroup_empty(args[0], float(args[1]))


sys.exit(main(*sys.argv[1:]))

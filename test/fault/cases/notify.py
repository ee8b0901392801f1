# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The systemd-docker authors
"""systemd's notification socket, and the container's."""

import os
import socket
import threading
import time

from program import Systemd, case, variants


@case
def systemd_that_never_reads(t):
    """Neither the container nor a stop waits for systemd; only the last notifications are waited for, and only briefly."""
    systemd = Systemd(t)
    t.serve()
    t.start(service=True, NOTIFY_SOCKET=systemd.path, WATCHDOG_USEC="20000")
    t.said("Started container")
    time.sleep(1)  # fifty pings, more than the queue can hold
    t.signal()
    t.reached("remove", 10)
    t.ends(0, "systemd did not take the last notifications in time", within=30)


@case
def systemd_that_is_not_there(t):
    e = t.serve()
    t.start(service=True, NOTIFY_SOCKET=os.path.join(t.folder, "nobody"))
    t.said("Started container")
    e.end(0)
    t.ends(0, "systemd will not hear of this service")


@variants(vsock="vsock:2:1", relative="notify", long="/" + "x" * 200, nothing="@")
def systemd_at_no_address(t, address):
    e = t.serve()
    t.start(service=True, NOTIFY_SOCKET=address)
    t.said("Started container")
    e.end(0)
    t.ends(0, "Failed to notify systemd at ")


@variants(nothing=[], another=[{"Destination": "/run/notify", "Source": "/etc"}], odd=[7, {"Destination": 7}, None], outside=[
    {"Destination": "/run/notify", "Source": "/run/systemd-docker/../../etc/notify"}])
def socket_is_not_where_it_should_be(t, mounts):
    """Nothing is created or removed at a place that the engine has invented."""
    t.serve(prepare=lambda conn: conn.reply(200, conn.engine.description() | {"Mounts": mounts}))
    name = os.path.basename(t.folder)  # the name of a folder in /run, where other cases have theirs
    t.start("--notify", "run", "--name", name, "--rm", "image", XDG_RUNTIME_DIR=t.folder)
    t.ends(125, f"The engine has not mounted .*/systemd-docker/{name}/notify into the container")


@case
def socket_needs_an_engine_of_this_machine(t):
    e = t.serve()
    listener = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=e._accept, args=(listener,), daemon=True).start()  # pylint: disable=protected-access
    t.start("--notify", "--host", f"tcp://127.0.0.1:{listener.getsockname()[1]}", "run", "image", XDG_RUNTIME_DIR=t.folder)
    t.ends(125, "--notify=container needs an engine on this machine")

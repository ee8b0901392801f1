# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The systemd-docker authors
"""A container of the name exists already, and has to be removed first."""

import time

from program import case

CHANGED = {"systemd-docker.request": "another"}


def serve_old(t, labels=None, config=None, **handlers):
    """An engine with a running container of the name, with these members in its configuration."""
    def remove(conn):
        conn.engine.exists = conn.engine.running = False
        conn.reply(204)

    def start(conn):
        conn.engine.pid = 1  # another process
        conn.engine.do_start(conn)
    e = t.serve(**{"remove": remove, "start": start, **handlers})
    e.exists = e.running = True
    e.labels = labels or {}
    describe = e.description

    def description():
        d = describe()
        if "create" not in e.counts:
            d["Config"].update(config or {})
        return d
    e.description = description
    return e


@case
def old_container_has_its_own_stop_timeout(t):
    """The stop takes 140 s of 300 s, longer than any other request to the engine may take."""
    def stop(conn):
        time.sleep(140 / 20)
        conn.engine.running = False
        conn.reply(204)
    e = serve_old(t, CHANGED, {"StopTimeout": 300}, stop=stop)
    t.start(fast=20)
    t.said("Started container")
    e.end(0)
    t.ends(0)
    assert e.counts["stop"] == 1 and e.counts["create"] == 1


@case
def old_container_that_does_not_stop(t):
    """The request ends ten seconds after the stop timeout; then the container is removed by force."""
    e = serve_old(t, CHANGED, {"StopTimeout": 10}, stop=lambda conn: conn.hang())
    t.start(fast=20)
    begin = time.monotonic()
    t.said("Started container")
    assert time.monotonic() - begin < 30 / 20 + 10
    e.end(0)
    t.ends(0)
    assert e.counts["remove"] == 2

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


def accepting(conn):
    conn.reply(204)


@case
def old_container_has_its_own_stop_timeout(t):
    """The stop takes 140 s of 300 s, longer than any other request to the engine may take."""
    def wait(conn):
        if conn.engine.counts["wait"] > 1:
            conn.engine.do_wait(conn)
            return
        time.sleep(140 / 20)
        conn.engine.running = False
        conn.reply(200, {"StatusCode": 143})
    e = serve_old(t, CHANGED, {"StopTimeout": 300}, stop=accepting, wait=wait)
    t.start(fast=20)
    t.said("Started container")
    e.end(0)
    t.ends(0)
    assert e.counts["stop"] == 1 and e.counts["create"] == 1


@case
def old_container_that_gets_no_stop_signal(t):
    """containerd is away: what the engine cannot stop in order is not killed."""
    e = serve_old(t, CHANGED, stop=lambda conn: conn.reply(503, {"message": "connection refused: unavailable"}))
    t.start()
    t.ends(125, "Failed to stop the old container: connection refused: unavailable")
    assert "remove" not in e.counts


@case
def old_container_that_does_not_stop(t):
    """After the stop timeout, the container is removed by force."""
    def wait(conn):
        if conn.engine.counts["wait"] > 1:
            conn.engine.do_wait(conn)
            return
        conn.hang()
    e = serve_old(t, CHANGED, {"StopTimeout": 10}, stop=accepting, wait=wait)
    t.start(fast=20)
    begin = time.monotonic()
    t.said("Started container")
    assert time.monotonic() - begin < 30 / 20 + 10
    e.end(0)
    t.ends(0)
    assert e.counts["remove"] == 2

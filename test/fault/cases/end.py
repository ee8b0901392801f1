# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The systemd-docker authors
"""The container's end, as /wait and inspect tell it."""

import threading
import time

from answers import answering
from program import case, variants


def serve_wait_first(t, *pieces):
    """An engine that gives this answer to /wait, and only then says in other ways that the container is dead."""
    answered = threading.Event()

    def wait(conn):
        conn.open()
        conn.engine.ended.wait()
        for n, piece in enumerate(pieces):
            time.sleep(0.01 if n else 0)
            conn.chunk(piece)
        answered.set()
        conn.finish()

    def attach(conn):
        conn.open()
        answered.wait()
        time.sleep(0.2)
        conn.finish()

    def events(conn):
        conn.open()
        answered.wait()
        time.sleep(0.2)
        conn.chunk(conn.engine.event("die", exitCode=str(conn.engine.exit_code)))
        conn.hang()
    return t.serve(wait=wait, attach=attach, events=events)


@variants(huge='{"StatusCode":99999}', negative='{"StatusCode":-1}', text='{"StatusCode":"x"}', null='{"StatusCode":null}', cut='{"Stat',
          garbage="\0\1\2", float='{"StatusCode":1.5}', list="[]", nothing="", enormous='{"StatusCode":1' + "0" * 5000 + "}")
def wait_strange(t, body):
    """Then the event of the death knows it."""
    e = serve_wait_first(t, *([body] if body else []))
    t.start(fast=10)
    t.said("Started container")
    e.end(42)
    t.ends(42)


@case
def wait_with_an_error(t):
    """Of the engine's own; the container's exit status is what it says. Nobody else knows of it here."""
    e = serve_wait_first(t, '{"StatusCode":42,"Error":{"Message":"lost it"}}')
    t.start(fast=10)
    t.said("Started container")
    e.end(0)
    t.ends(42)


@case
def wait_in_pieces(t):
    e = serve_wait_first(t, *'{"StatusCode": 42}\n')
    t.start(fast=10)
    t.said("Started container")
    e.end(0)
    t.ends(42)


@variants(_404=404, _500=500)
def wait_fails(t, status):
    e = t.serve(wait=answering(status, {"message": "no"}))
    t.start(fast=10)
    t.said("Started container")
    e.end(42)
    t.ends(42)


@case
def engine_never_notices_the_end(t):
    """It has answered who waits, and then knows nothing of it: bounded, and the exit status is the container's."""
    def inspect(conn):
        if conn.engine.counts["inspect"] > 1:
            conn.hang()
        conn.engine.do_inspect(conn)
    e = t.serve(events=lambda conn: (conn.open(), conn.hang()), inspect=inspect)
    t.start(fast=10)
    t.said("Started container")
    e.end(3)
    t.ends(3, "The engine has not noticed that container c has ended", within=30)

# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The systemd-docker authors
"""The end of the container, as /wait and inspect report it."""

import threading
import time

from answers import answering
from program import case, variants


def serve_wait_first(t, *pieces):
    """An engine that answers /wait like this, and only after that reports the death of the container in other ways."""
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
    """The exit status then comes from the event of the death."""
    e = serve_wait_first(t, *([body] if body else []))
    t.start(fast=10)
    t.said("Started container")
    e.end(42)
    t.ends(42)


@case
def wait_with_an_error(t):
    """An error of the engine itself: its exit status for the container is used, because nothing else knows one here."""
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
    """The engine has answered /wait, but then does not know of the end. The wait is limited, and the exit status right."""
    def inspect(conn):
        if conn.engine.counts["inspect"] > 1:
            conn.hang()
        conn.engine.do_inspect(conn)
    e = t.serve(events=lambda conn: (conn.open(), conn.hang()), inspect=inspect)
    t.start(fast=10)
    t.said("Started container")
    e.end(3)
    t.ends(3, "The engine has not noticed that container c has ended", within=30)

# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The systemd-docker authors
"""The container's end, as /wait and inspect tell it."""

import time

from answers import answering
from program import case, variants


@variants(huge='{"StatusCode":99999}', negative='{"StatusCode":-1}', text='{"StatusCode":"x"}', null='{"StatusCode":null}', cut='{"Stat',
          garbage="\0\1\2", float='{"StatusCode":1.5}', list="[]", nothing="", enormous='{"StatusCode":1' + "0" * 5000 + "}",
          error='{"StatusCode":0,"Error":{"Message":"lost it"}}')
def wait_strange(t, body):
    """Then inspect knows it."""
    def wait(conn):
        conn.open()
        conn.engine.ended.wait()
        if body:
            conn.chunk(body)
        conn.finish()
    e = t.serve(wait=wait)
    t.start(fast=10)
    t.said("Started container")
    e.end(0 if "Error" in body else 42)
    t.ends(0 if "Error" in body else 42)


@case
def wait_in_pieces(t):
    def wait(conn):
        conn.open()
        conn.engine.ended.wait()
        for c in '{"StatusCode": 42}\n':
            conn.chunk(c)
            time.sleep(0.01)
        conn.finish()
    e = t.serve(wait=wait)
    t.start(fast=10)
    t.said("Started container")
    e.end(42)
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

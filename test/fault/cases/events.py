# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The systemd-docker authors
"""The stream of events."""

import json
import threading
import time

from answers import answering
from engine import ID
from program import case, options, variants


@case
def events_flood_of_malformed_lines(t):
    def events(conn):
        conn.open()
        line = b'{"Type":"container","Action":42,"Actor":[]}\n\xff\xfe{\n'
        for _ in range(5 if options.valgrind else 15):
            conn.chunk(line * 1000)
        conn.engine.ended.wait()
        conn.chunk(conn.engine.event("die"))
        conn.hang()
    e = t.serve(events=events)
    t.start()
    t.said("Started container")
    e.end(0)
    t.ends(0, within=60)


@case(brief=False)
def events_flood_of_real_ones(t):
    """Each event concerns our container, and they come as fast as possible: they must not fill up a queue."""
    def events(conn):
        conn.open()
        for i in range(2000):
            nsec = 10**18 + i
            conn.chunk("".join(json.dumps({"Type": "container", "Action": a, "timeNano": nsec + k, "Actor": {"ID": ID}}) + "\n"
                               for k, a in enumerate(["exec_start: x", "pause", "unpause", "start", "health_status: healthy", "top"])))
        conn.hang()
    e = t.serve(events=events)
    t.start()
    t.said("Started container")
    time.sleep(0.5)
    e.end(0)
    t.ends(0, within=60)


@case
def events_one_endless_line(t):
    def events(conn):
        conn.open()
        for _ in range(64):
            conn.chunk(b"x" * (1 << 20))
        conn.hang()
    e = t.serve(events=events)
    t.start()
    t.said("Started container")
    t.said("more than 256 KiB")
    e.end(0)
    t.ends(0, "more than 256 KiB", within=60)


@variants(_404=404, _500=500)
def events_fail(t, status):
    e = t.serve(events=answering(status, {"message": "no events today"}))
    t.start()
    t.ends(125, "Failed to listen to the engine's events: no events today")
    assert "start" not in e.counts and e.counts["remove"] == 1


@case
def events_break_again_and_again(t):
    def events(conn):
        conn.open()
        if conn.engine.counts["events"] > 3:
            conn.engine.do_events(conn)
        if conn.engine.counts["events"] > 1 or conn.engine.reached["inspect"].wait(10):
            time.sleep(0.1)
            conn.close()
    e = t.serve(events=events)
    t.start()
    t.said("(?s)The Docker engine is back.*The Docker engine is back")
    e.end(5)
    t.ends(5)


LABELS = {f"label{n}": "x" * 50000 for n in range(20)}


def serve_events(t, events):
    """Sends these events once the container runs. Returns the engine, and what is set after they were sent."""
    sent = threading.Event()

    def handler(conn):
        conn.open()
        t.said("Started container")
        for action, attributes in events:
            conn.chunk(conn.engine.event(action, **attributes))
        sent.set()
        conn.engine.ended.wait()
        conn.chunk(conn.engine.event("die", **LABELS, exitCode=str(conn.engine.exit_code)))
        conn.hang()
    return t.serve(events=handler), sent


@case(brief=False)
def events_with_large_labels(t):
    """A stop by others is no failure: the event says so, however large the labels are."""
    e, sent = serve_events(t, [("kill", LABELS | {"signal": "15"}), ("stop", LABELS)])
    t.start(fast=10)
    assert sent.wait(30)
    time.sleep(0.3)
    e.end(143)
    t.ends(0, within=30)


@case(brief=False)
def events_that_are_dropped(t):
    """What is too large all the same is replaced by a question."""
    e, _ = serve_events(t, [("exec_create: x", {"name": [["x" * 1000] * 1000]})])
    t.start()
    t.said("more than 256 KiB")
    t.until(lambda: e.counts["inspect"] == 2, "question after the one that follows the start")
    e.end(3)
    t.ends(3, "more than 256 KiB")

# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The systemd-docker authors
"""The stream of events."""

import json
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
    e.end(0)
    t.ends(0, within=60)


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

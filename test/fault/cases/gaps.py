# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The systemd-docker authors
"""Gaps in the output that a real engine only has by chance: what it has stored, and what it then answers."""

import time

from engine import ID, frame, stored_frame
from program import case, variants

# After nothing came for a while, the program knows that it has all that there was (RESTED_NSEC in continue.c).
REST_SEC = 0.3
GAP = "The output of container c was interrupted"


def serve_gap(t, data, store=None, **handlers):
    """An engine whose attach stream sends this once the container runs, and then breaks. Before it sends anything, it calls
    store(engine), which adds the lines to its log."""
    def attach(conn):
        conn.open()
        if conn.engine.counts["attach"] == 1:
            t.reached("inspect")
            t.said("Started container")
            if store:
                store(conn.engine)
            conn.chunk(data)
            t.until(lambda: t.stdout().count(b"\n") >= data.count(b"\n"), "output")
            time.sleep(REST_SEC)
            conn.close()
        conn.engine.ended.wait()
        conn.finish()
    return t.serve(attach=attach, **handlers)


def lines(*texts, stream=1):
    return b"".join(frame(stream, text.encode() + b"\n") for text in texts)


def record(engine, *texts, at=0.0, stream=1):
    """Stores these lines in the engine's log, at almost the same time."""
    now = time.time() + at
    engine.output += [(now + n / 1e5, stream, text.encode() + b"\n") for n, text in enumerate(texts)]


def expect(t, text, timeout=20):
    t.until(lambda: t.stdout() == text.encode(), "such output", timeout)


@case
def gap_log_has_more_than_we(t):
    e = serve_gap(t, lines("one", "two"), lambda e: record(e, "one", "two", "three", "four"))
    t.start()
    expect(t, "one\ntwo\nthree\nfour\n")
    record(e, "five", at=1)
    expect(t, "one\ntwo\nthree\nfour\nfive\n")
    e.end(3)
    t.ends(3)


@case(brief=False)
def gap_log_has_less_than_we(t):
    """The engine was killed before it had stored everything that it had already sent."""
    e = serve_gap(t, lines("one", "two", "three"), lambda e: (record(e, "one"), record(e, "four", at=2)))
    t.start()
    expect(t, "one\ntwo\nthree\nfour\n")
    e.end(0)
    t.ends(0)


@case(brief=False)
def gap_log_has_nothing(t):
    e = serve_gap(t, lines("one"))
    t.start()
    t.until(lambda: e.counts.get("logs") == 2, "follow")
    expect(t, "one\n")
    record(e, "two", at=2)
    expect(t, "one\ntwo\n")
    e.end(0)
    t.ends(0)


@case(brief=False)
def gap_log_is_emptied(t):
    """By somebody else, perhaps with lines that nobody has read."""
    e = serve_gap(t, lines("one"), lambda e: record(e, "three", at=2))
    t.start()
    expect(t, "one\nthree\n")
    e.end(0)
    t.ends(0, "rotated or emptied before it was read")


@case(brief=False)
def gap_log_is_another(t):
    e = serve_gap(t, lines("one", "two"), lambda e: (record(e, "eins", "zwei"), record(e, "three", at=3)))
    t.start()
    expect(t, "one\ntwo\nthree\n")
    e.end(0)
    t.ends(0, GAP)


@case(brief=False)
def gap_torn_line_comes_whole(t):
    e = serve_gap(t, lines("one") + frame(1, b"thr") + frame(2, b"err"), lambda e: record(e, "one", "three"))
    t.start()
    expect(t, "one\nthree\n")
    e.end(0)
    t.ends(0, "^err<6>Container c has ended")  # nothing is added to what has no newline


@case
def gap_torn_line_was_lost(t):
    e = serve_gap(t, lines("one") + frame(1, b"thr"), lambda e: (record(e, "one"), record(e, "ee", at=2)))
    t.start()
    expect(t, "one\nthree\n")
    e.end(0)
    t.ends(0)


@case
def gap_follow_breaks_between_equal_stamps(t):
    """Lines 2 to 4 have the same time stamp, and the connection breaks after each of them."""
    def logs(conn):
        since = float(conn.target.rsplit("since=", 1)[1])
        output = [line for line in e.output if line[0] >= since - 1e-6]
        if "follow=1" not in conn.target:
            e.do_logs(conn)
            return
        conn.open()
        known = t.stdout().count(b"\n")
        skipped = len(e.output) - len(output)
        for line in output[:known - skipped + 1]:
            conn.chunk(stored_frame(*line))
        if known + 1 >= len(e.output):
            e.ended.wait()
            conn.finish()
        time.sleep(0.1)
        conn.close()

    def store(engine):
        record(engine, "1")
        at = int(time.time()) + 1
        engine.output += [(at, 1, b"2\n"), (at, 1, b"3\n"), (at, 1, b"4\n"), (at + 1, 1, b"5\n")]
    e = serve_gap(t, lines("1"), store, logs=logs)
    t.start()
    expect(t, "1\n2\n3\n4\n5\n")
    e.end(0)
    t.ends(0)


@case(brief=False)
def gap_log_cannot_be_read(t):
    e = serve_gap(t, lines("one"), logs=lambda conn: conn.reply(501, {"message": "configured logging driver does not support reading"}))
    t.start()
    t.said(GAP)
    t.until(lambda: e.counts["attach"] > 1, "second attach")
    e.end(2)
    t.ends(2, GAP)
    assert e.counts["logs"] == 1


@case(brief=False)
def gap_log_is_refused(t):
    """An old engine refuses the log. It is asked a few times, and then attached to again."""
    e = serve_gap(t, lines("one"), logs=lambda conn: conn.reply(500, {"message": "no"}))
    t.start()
    t.said(GAP)
    e.end(2)
    t.ends(2, GAP)
    assert e.counts["logs"] == 3


@case
def gap_log_fails_once(t):
    def logs(conn):
        if e.counts["logs"] == 1:
            conn.reply(500, {"message": "context canceled"})
        else:
            e.do_logs(conn)
    e = serve_gap(t, lines("one"), lambda e: record(e, "one", "two"), logs=logs)
    t.start()
    expect(t, "one\ntwo\n")
    e.end(2)
    t.ends(2)


@case
def gap_log_is_garbage(t):
    def logs(conn):
        conn.open()
        conn.chunk(frame(1, b"no stamp, whatever comes\n") * 100)
        conn.finish()
    e = serve_gap(t, lines("one"), logs=logs)
    t.start()
    t.said(GAP)
    e.end(2)
    t.ends(2, *["malformed"] * 3, GAP)
    assert t.stdout() == b"one\n"


@case(brief=False)
def gap_log_hangs(t):
    """And the container ends: the wait is limited."""
    e = serve_gap(t, lines("one"), logs=lambda conn: conn.hang())
    t.start(fast=10)
    t.reached("logs")
    e.end(4)
    t.ends(4, "not come to its end in time", within=30)


@case(brief=False)
def gap_container_is_gone(t):
    e = serve_gap(t, lines("one"), logs=lambda conn: conn.reply(404, {"message": "No such container: " + ID}))
    t.start()
    t.reached("logs")
    e.exists = False
    e.end(4)
    t.ends(4, within=30)


@case(brief=False)
def gap_of_many_lines(t):
    """More lines than are compared, and most of them new."""
    count, later = 100000, time.time() + 10
    new = [(later + n / 1e5, 1, b"%d\n" % n) for n in range(100, count)]

    def store(engine):
        record(engine, *map(str, range(100)))
        engine.output += new
    e = serve_gap(t, lines(*map(str, range(100))), store)
    t.start()
    expect(t, "".join(f"{n}\n" for n in range(count)), timeout=60)
    e.end(0)
    t.ends(0, within=60)


@case(brief=False)
def gap_last_lines_come_after_the_end_of_the_log(t):
    """As with Docker 20.10: the log that is followed ends before the last lines are in it."""
    def logs(conn):
        if "follow=1" in conn.target:
            conn.open()
            e.ended.wait()
            conn.finish()
            record(e, "last", at=2)
        else:
            e.do_logs(conn)
    e = serve_gap(t, lines("one"), lambda e: record(e, "one"), logs=logs)
    t.start()
    t.reached("logs")
    expect(t, "one\n")
    t.until(lambda: e.counts["logs"] > 1, "second request for the log")
    e.end(5)
    t.ends(5)
    assert t.stdout() == b"one\nlast\n", t.stdout()


def breaking_logs(t):
    """A handler for a log that breaks again and again: each connection that follows it sends one line more."""
    def logs(conn):
        e = conn.engine
        if "follow=1" not in conn.target:
            e.do_logs(conn)
            return
        conn.open()
        since = float(conn.target.rsplit("since=", 1)[1])
        for line in e.output[:t.stdout().count(b"\n") + 1]:
            if line[0] >= since - 1e-6:
                conn.chunk(stored_frame(*line))
        if e.ended.is_set():
            conn.finish()
        time.sleep(0.05)
        conn.close()
    return logs


@case(brief=False)
def gap_log_breaks_again_and_again(t):
    e = serve_gap(t, lines("0"), lambda e: record(e, *map(str, range(20))), logs=breaking_logs(t))
    t.start()
    expect(t, "".join(f"{n}\n" for n in range(20)))
    e.end(0)
    t.ends(0, within=30)


def stored(line):
    """What the log driver json-file makes of a line: it stores pieces, each as UTF-8."""
    pieces = [line[i:i + 16384] for i in range(0, len(line), 16384)]
    return b"".join(b"".join(b"\xef\xbf\xbd" if "\udc80" <= c <= "\udcff" else c.encode() for c in p.decode(errors="surrogateescape"))
                    for p in pieces)


@variants(latin1=b"caf\xe9", long=b"x" * 16383 + "é".encode() + b"y" * 100, binary=bytes(range(128, 256)))
def gap_of_bytes_that_are_stored_as_others(t, odd):
    """Each second line is odd. The driver `local` stores it as it is, json-file as UTF-8."""
    for change in (stored, bytes):
        texts = [b"%i %s" % (n, odd if n % 2 else b"plain") for n in range(20)]

        def store(engine, texts=texts, change=change):
            now = time.time()
            engine.output += [(now + n / 1e5, 1, change(text) + b"\n") for n, text in enumerate(texts)]
        e = serve_gap(t, b"".join(frame(1, text + b"\n") for text in texts[:15]), store)
        t.start()
        t.until(lambda: t.stdout().count(b"\n") >= 20, "lines")
        e.end(0)
        t.ends(0)
        assert t.stdout() == b"".join(text + b"\n" for text in texts[:15]) + b"".join(change(text) + b"\n" for text in texts[15:])
        e.down()

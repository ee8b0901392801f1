# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The systemd-docker authors
"""The machine's clock is set while a container runs. The engine stamps its log by the same clock."""

import time

from cases.gaps import REST_SEC, breaking_logs, expect, lines, record, serve_gap
from program import case, variants

HOUR = 3600
STEPS = {"back": -HOUR, "back_a_little": -2, "forth": HOUR}


def goes_on(t, e, known, new, at):
    """These lines are there, and so is what is written after the clock was set; then the container ends."""
    t.start(clock=True)
    expect(t, "".join(f"{line}\n" for line in known))
    record(e, new, at=at)
    expect(t, "".join(f"{line}\n" for line in (*known, new)))
    e.end(0)
    t.ends(0)


@variants(**STEPS)
def clock_is_set_while_the_log_is_followed(t, step):
    e = serve_gap(t, lines("one", "two"), lambda e: record(e, "one", "two", "three"))
    t.start(clock=True)
    expect(t, "one\ntwo\nthree\n")
    t.set_clock(step)
    record(e, "four", "five", at=step)
    expect(t, "one\ntwo\nthree\nfour\nfive\n")
    e.end(0)
    t.ends(0)


@variants(**STEPS)
def clock_is_set_before_the_first_line(t, step):
    """Nothing is known of the log when the clock is set."""
    def store(e):
        t.set_clock(step)
        record(e, "one", "two", "three", at=step)
    e = serve_gap(t, lines("one", "two"), store)
    goes_on(t, e, ("one", "two", "three"), "four", step + 1)


def serve_lines(t, missed, step=0, **handlers):
    """Lines 1 to 3 are received, line 3 after the clock was set. Then missed(engine) stores what we miss."""
    def attach(conn):
        conn.open()
        if conn.engine.counts["attach"] == 1:
            t.reached("inspect")
            t.said("Started container")
            record(conn.engine, "1", "2")
            conn.chunk(lines("1", "2"))
            t.until(lambda: t.stdout() == b"1\n2\n", "output")
            if step:
                t.set_clock(step)
            record(conn.engine, "3", at=step)
            conn.chunk(lines("3"))
            t.until(lambda: t.stdout() == b"1\n2\n3\n", "output")
            missed(conn.engine)
            time.sleep(REST_SEC)
            conn.close()
        conn.engine.ended.wait()
        conn.finish()
    return t.serve(attach=attach, **handlers)


@variants(**STEPS)
def clock_is_set_before_the_gap(t, step):
    e = serve_lines(t, lambda e: record(e, "4", at=step), step)
    goes_on(t, e, "1234", "5", step + 1)


@variants(**STEPS)
def clock_is_set_in_the_gap(t, step):
    """The lines that were received have stamps of the old clock, and those that were missed have new ones."""
    e = serve_lines(t, lambda e: (t.set_clock(step), record(e, "4", "5", at=step)))
    goes_on(t, e, "12345", "6", step + 1)


@variants(**STEPS)
def clock_is_set_before_lines_arrive(t, step):
    """They are stamped before the clock is set, and received after it."""
    def store(e):
        record(e, "1", "2", "3")
        t.set_clock(step)
        record(e, "4", "5", at=step)
    e = serve_gap(t, lines("1", "2", "3"), store)
    goes_on(t, e, "12345", "6", step + 1)


@case(brief=False)
def clock_is_set_again_and_again_and_the_log_breaks(t):
    def missed(e):
        for n, step in enumerate((0, -HOUR, -2 * HOUR, HOUR)):
            t.set_clock(step)
            record(e, *(str(i) for i in range(5 * n + 4, 5 * n + 9)), at=step)
    e = serve_lines(t, missed, logs=breaking_logs(t))
    t.start(clock=True)
    expect(t, "".join(f"{n}\n" for n in range(1, 24)))
    e.end(0)
    t.ends(0, within=30)

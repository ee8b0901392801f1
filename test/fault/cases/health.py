# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The systemd-docker authors
"""Health checks with strange results, or with none."""

import time

from answers import answering
from program import Systemd, case, variants


def serve_health(t, then, check=None, **handlers):
    """A container with a health check. `then` is what the engine reports about it once it runs."""
    def described(conn):
        e = conn.engine
        if e.counts.get("inspect", 0) > 1 and "later" in handlers:
            handlers["later"](conn)
            return
        d = e.description()
        d["Config"]["Healthcheck"] = {"Test": ["CMD", "x"], **(check or {})}
        conn.reply(200, d)

    def events(conn):
        conn.open()
        conn.engine.reached["inspect"].wait()
        time.sleep(0.2)
        if then:
            conn.chunk(conn.engine.event(then))
        conn.hang()

    return t.serve(prepare=described, inspect=described, events=events)


@variants(fails=answering(500, {"message": "busy"}), nonsense=answering(200, "[]"), gone=lambda conn: conn.close())
def unhealthy_and_inspect_does_not_say_why(t, later):
    systemd = Systemd(t)
    messages = systemd.listen()
    serve_health(t, "health_status: unhealthy", later=later)
    t.start("--notify=healthy", "run", "--name", "c", "--rm", "image", service=True, NOTIFY_SOCKET=systemd.path)
    t.ends(125, "did not get healthy, its health checks fail")
    for said in ("EXTEND_TIMEOUT_USEC=250000000\n", "STATUS=Container c did not get healthy"):
        assert any((m + "\n").startswith(said) for m in messages), messages


@case
def health_that_is_never_judged(t):
    """The engine has forgotten the check, so the supervisor limits the wait as well: 10 s and the margin, ten times as fast."""
    serve_health(t, None, {"Interval": 2 * 10**9, "Timeout": 3 * 10**9, "Retries": 1})
    t.start("--notify=healthy", "run", "--name", "c", "--rm", "image", fast=10)
    t.ends(125, "did not get healthy, and the engine did not call it unhealthy in time; none has come to an end")


@case
def health_check_of_forty_years(t):
    e = serve_health(t, None, {"StartPeriod": 2**63 - 1, "Interval": 2**63 - 1, "Retries": 2**63 - 1})
    t.start("--notify=healthy", "run", "--name", "c", "--rm", "image")
    t.said("Started container")
    t.signal()
    t.ends(0)
    assert e.counts["remove"] == 1


@variants(none=["NONE"], empty=[], number=7, nothing=None)
def health_check_that_is_none(t, test):
    e = t.serve(prepare=lambda conn: conn.reply(200, conn.engine.description() | {"Config": {"Healthcheck": {"Test": test}}}))
    t.start("--notify=healthy", "run", "--name", "c", "--rm", "image")
    t.ends(125, "--notify=healthy: the container has no health check")
    assert "start" not in e.counts and e.counts["remove"] == 1

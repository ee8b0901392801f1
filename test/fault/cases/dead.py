# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The systemd-docker authors
"""The engine says of a container of the name that it runs, and its process is dead.

Not with valgrind: before version 3.22 it does not know pidfd_open(2), by which the program tells a dead process."""

import contextlib
import json
import subprocess
import threading
import time

from answers import hanging
from cases.old import serve_old
from program import case, error_lines, variants_of

RM = ("run", "--name", "c", "--rm", "image", "command")
KEPT = ("run", "--name", "c", "image", "command")
UNNOTICED = "The engine has not noticed that container c is dead, telling it to kill the container"


def process(t):
    """One that stays a zombie when it is killed, until the case is over."""
    null = subprocess.DEVNULL  # a child that is left over must not keep the runner's output open
    child = subprocess.Popen(["sleep", "1000"], stdin=null, stdout=null, stderr=null)
    t.engine.pid = child.pid
    return child


@contextlib.contextmanager
def dead(t, how):
    """The container's process is that."""
    child = process(t)
    child.kill()
    if how == "gone":
        child.wait()
    try:
        yield
    finally:
        child.wait()


def noticing(after, then=None):
    """A wait for the container's end: the engine notices so many seconds later. Later ones are those of the next life."""
    def wait(conn):
        e = conn.engine
        if e.counts["wait"] > 1:
            e.do_wait(conn)
            return
        time.sleep(after)
        e.running = False
        (then or (lambda conn: conn.reply(200, {"StatusCode": 137})))(conn)
    return wait


def hanging_at_first(conn):
    if conn.engine.counts["wait"] > 1:
        conn.engine.do_wait(conn)
    else:
        conn.hang()


def killed(conn):
    """The engine is told, and looks."""
    conn.engine.running = False
    conn.reply(204)


def goes_on_with_a_new_one(t, *errors):
    t.said("Started container")
    assert "Adopted" not in t.stderr()
    t.engine.end(5)
    t.ends(5, *errors)


@variants_of(dict(gone="gone", zombie="zombie"), brief=False)
def dead_container_is_replaced_when_the_engine_has_noticed(t, how):
    e = serve_old(t, wait=noticing(0.5))
    with dead(t, how):
        t.start(*RM)
        goes_on_with_a_new_one(t)
    assert e.counts["create"] == e.counts["start"] == 1 and e.counts["remove"] == 2
    assert "stop" not in e.counts and "kill" not in e.counts


@variants_of(dict(gone="gone", zombie="zombie"), brief=False)
def dead_container_that_is_kept_is_started_again(t, how):
    e = serve_old(t, wait=noticing(0.5))
    with dead(t, how):
        t.start(*KEPT)
        goes_on_with_a_new_one(t)
    assert e.counts["start"] == 1 and "create" not in e.counts and "remove" not in e.counts and "kill" not in e.counts


@case(brief=False)
def dead_container_that_the_engine_removes_meanwhile(t):
    """As it does by itself with --rm."""
    def gone(conn):
        conn.engine.exists = False
        conn.reply(404, {"message": "No such container: c"})
    e = serve_old(t, wait=noticing(0.2, gone))
    with dead(t, "gone"):
        t.start(*RM)
        goes_on_with_a_new_one(t)
    assert e.counts["create"] == 1


@variants_of(dict(rm=RM, kept=KEPT), brief=False)
def dead_container_that_the_engine_does_not_notice(t, line):
    """containerd wasn't there to tell: the engine finds out where it is told to kill the container."""
    e = serve_old(t, wait=hanging_at_first, kill=killed)
    with dead(t, "gone"):
        t.start(*line, fast=10)
        goes_on_with_a_new_one(t, UNNOTICED)
    assert e.counts["kill"] == 1 and e.counts["start"] == 1


@variants_of(dict(refused=lambda conn: conn.reply(500, {"message": "did not receive an exit event"}), silent=lambda conn: conn.reply(204)), brief=False)
def dead_container_that_the_engine_never_notices(t, kill):
    """Bounded. With --rm it's removed by force."""
    e = serve_old(t, wait=hanging, kill=kill)
    with dead(t, "gone"):
        t.start(*KEPT, fast=20)
        t.ends(125, UNNOTICED, "Container c is dead, but the engine says that it runs", within=30)
        assert "remove" not in e.counts and "start" not in e.counts
        e.handlers["wait"] = lambda conn: conn.hang() if "create" not in e.counts else e.do_wait(conn)
        t.start(*RM, fast=20)
        goes_on_with_a_new_one(t, UNNOTICED)
    assert e.counts["create"] == 1 and "stop" not in e.counts


@case(brief=False)
def dead_container_and_a_wait_that_is_answered_at_once(t):
    """An engine that contradicts itself: no loop."""
    e = serve_old(t, wait=lambda conn: conn.reply(200, {"StatusCode": 0}), kill=lambda conn: conn.reply(204))
    with dead(t, "gone"):
        t.start(*KEPT)
        t.ends(125, UNNOTICED, "Container c is dead, but the engine says that it runs")
    assert e.counts["wait"] == 2 and e.counts["look-up"] == 3


@case(brief=False)
def dead_container_and_an_engine_that_hangs(t):
    serve_old(t, wait=hanging, kill=hanging)
    with dead(t, "gone"):
        t.start(*RM, fast=20)
        t.ends(125, UNNOTICED, "Failed to kill the old container: ", within=30)


@variants_of(dict(rm=RM, kept=KEPT), brief=False)
def dead_container_and_a_stop(t, line):
    """Nothing is to be stopped, and nothing waited for."""
    e = serve_old(t, wait=hanging)
    with dead(t, "gone"):
        t.start(*line)
        t.said("waiting for the engine to notice")
        t.reached("wait")
        t.signal()
        t.ends(0, within=5)
    assert e.counts.get("remove", 0) == (line is RM) and "create" not in e.counts and "start" not in e.counts


def says(status=None):
    """What inspect says of the adopted container, whose process dies before the first answer."""
    lock = threading.Lock()

    def answer(conn):
        e = conn.engine
        with lock:
            if e.child.poll() is None:
                e.child.kill()
                e.child.wait()
                e.running = status is None
                e.exists = status != "gone"
        e.do_inspect(conn)
    return answer


@variants_of(dict(running=None, exited="exited", gone="gone"), brief=False)
def adopted_container_dies_before_it_is_announced(t, status):
    """The same start goes on with a container that runs."""
    def wait(conn):
        if conn.engine.child.poll() is None or "start" in conn.engine.counts or conn.engine.counts["wait"] > 2:
            conn.engine.do_wait(conn)
            return
        conn.engine.running = False
        conn.reply(200, {"StatusCode": 0})
    e = serve_old(t, prepare=(answer := says(status)), inspect=answer, wait=wait)
    e.child = process(t)
    t.start(*RM)
    goes_on_with_a_new_one(t)
    assert "had ended before it could be adopted" in t.stderr()
    assert e.counts["create"] == e.counts["start"] == 1


@case(brief=False)
def adopted_container_dies_while_it_is_attached_to(t):
    """Its output ends first, and who waits is told."""
    def attach(conn):
        e = conn.engine
        if e.child.poll() is not None:
            e.do_attach(conn)
            return
        e.child.kill()
        e.child.wait()
        e.running = False
        conn.reply(409, {"message": "is not running"})

    def wait(conn):
        e = conn.engine
        if e.child.poll() is None or e.counts.get("create"):
            e.do_wait(conn)
        else:
            conn.reply(200, {"StatusCode": 0})
    e = serve_old(t, attach=attach, wait=wait)
    e.child = process(t)
    t.start(*RM)
    goes_on_with_a_new_one(t)
    assert e.counts["create"] == e.counts["start"] == 1


@case(brief=False)
def adopted_container_that_is_stopped_beside_us(t):
    """A `docker stop` in the middle of the start is a stop."""
    def events(conn):
        e = conn.engine
        conn.open()
        conn.chunk(e.event("kill", signal="15"))
        time.sleep(0.3)  # the program has the event, which nothing shows, before the kernel tells of the death
        e.child.kill()
        e.child.wait()
        conn.chunk("".join(e.event(action, signal="15", exitCode="143") for action in ("die", "stop")))
        e.end(143)
        conn.hang()
    e = serve_old(t, events=events)
    e.child = process(t)
    t.start(*KEPT, fast=5)
    t.ends(0)
    assert "start" not in e.counts and "create" not in e.counts, json.dumps(e.counts)


@case(brief=False)
def living_container_is_adopted(t):
    e = serve_old(t)
    child = process(t)
    try:
        t.start(*RM)
        t.said("Adopted running container c")
        assert child.poll() is None and not error_lines(t)
        e.end(7)
        t.ends(7)
    finally:
        child.kill()
        child.wait()
    assert "create" not in e.counts and "kill" not in e.counts

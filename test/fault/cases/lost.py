# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The systemd-docker authors
"""An engine that dies at a step, or while the container runs."""

import threading
import time

from answers import LEFT_BEHIND
from engine import frame
from program import case, variants


def dies(t, step):
    def handler(conn):
        conn.engine.down()
        conn.close()
    t.serve(**{step: handler})
    t.start(fast=10)
    if step in ("stop", "remove"):
        t.said("Started container")
        t.signal()
    return t


# Events, output and end of the container have a connection each. All of them are gone, and any can be noticed first.
ATTACHING = "Failed to (listen to the engine's events|attach to the container's output): "
# The start does not wait for the last one.
STARTING = ATTACHING.replace(")", "|start the container)")
# Where the program cannot go on: its message, and whether a container exists by then.
DEATHS = {
    "ping": ("Cannot start: the Docker engine is not reached at [^ ]+: ", False), "look-up": ("Failed to look for the container: ", False),
    "create": ("Failed to create the container: ", False), "prepare": ("Failed to inspect the container: ", True),
    "events": (ATTACHING, True), "attach": (ATTACHING, True), "wait": (STARTING, True),
    "start": ("Failed to start the container: ", True),
    # The container was started and runs: no message may say that it was removed, or that it ended.
    "inspect": ("Failed to inspect the container: ", True),
}


@variants(**{step.replace("-", "_"): step for step in DEATHS})
def engine_dies_at(t, step):
    error, created = DEATHS[step]
    dies(t, step)
    t.ends(125, error, *([LEFT_BEHIND] if created else []), within=30)


@variants(**{step.replace("-", "_"): step for step in DEATHS})
def engine_dies_once_at(t, step):
    """A service waits for it, as at the beginning of the start, and goes on with what is there."""
    def handler(conn):
        e = conn.engine
        del e.handlers[step]
        e.down()
        threading.Timer(0.3, e.up).start()
        conn.close()
    e = t.serve(**{step: handler})
    t.start(service=True)
    t.said("Started container|supervising it")
    e.end(7)
    t.ends(7)
    assert e.counts["ping"] > 1 and e.counts["start"] <= 2


@case
def engine_dies_once_at_input(t):
    """Whichever connection is the first to break, the service waits."""
    def attach(conn):
        e = conn.engine
        if "stdin=1" not in conn.target:
            e.do_attach(conn)
            return
        del e.handlers["attach"]
        conn.close()  # before those of the events and of the output
        e.down()
        threading.Timer(0.3, e.up).start()
    e = t.serve(attach=attach)
    t.start("run", "--name", "c", "--rm", "-i", "image", "command", service=True)
    t.said("Started container|supervising it")
    e.end(7)
    t.ends(7)


@case
def engine_dies_at_each_creation(t):
    """Then the start may be the reason."""
    timers, lock = [], threading.Lock()

    def handler(conn):
        with lock:  # the program may end as soon as the engine is down
            conn.engine.down()
            timers.append(threading.Timer(0.1, conn.engine.up))
            timers[-1].start()
        conn.close()
    e = t.serve(create=handler)
    t.start(service=True)
    t.ends(125, "Failed to create the container: ")
    with lock:
        for timer in timers:
            timer.join()
    # libcurl sends a request once more by itself where a connection that was used before ends without an answer, and
    # the engine may be back by then.
    assert 4 <= e.counts["create"] <= 8


@case
def engine_dies_at_remove(t):
    """The exit status is the container's. A line says that the next start removes the container."""
    dies(t, "remove")
    t.ends(0, LEFT_BEHIND, within=30)


@case
def engine_dies_at_stop(t):
    """Without an engine nothing can be stopped. The wait is limited, and the result is not a success."""
    dies(t, "stop")
    t.ends(125, "The engine did not stop the container .*, asking again", "Failed to pass a signal on to the container",
           "did not answer within [0-9]+ s: Killing the container", "output has not come to its end", LEFT_BEHIND, within=40)


@case
def engine_is_restarted_while_it_runs(t):
    e = t.serve()
    t.start()
    t.said("Started container")
    e.down()
    t.said("Lost the Docker engine")
    time.sleep(0.3)
    assert t.process.poll() is None, t.stderr()
    e.up()
    t.said("The Docker engine is back")
    e.end(9)
    t.ends(9)


@case
def restart_takes_its_time(t):
    """With --rm, it was not a `docker stop` unless the engine has removed the container."""
    stop, removed = threading.Event(), threading.Event()

    def events(conn):
        conn.open()
        stop.wait()
        conn.chunk("".join(conn.engine.event(action, signal="15", exitCode="143") for action in ("kill", "die", "stop")))
        conn.engine.end(143)
        removed.wait()
        conn.chunk(conn.engine.event("destroy"))
        conn.hang()
    e = t.serve(events=events)
    t.start(fast=10)
    t.said("Started container")
    pings = e.counts["ping"]
    stop.set()
    t.until(lambda: e.counts["ping"] > pings, "ping")
    time.sleep(0.8)
    assert t.process.poll() is None, t.stderr()
    e.exists = False
    removed.set()
    t.ends(0)


@case
def log_breaks_before_the_engine_is_gone(t):
    """The connection of the output breaks first, and there is no socket for further requests. The container runs on."""
    def attach(conn):
        conn.open()
        if conn.engine.counts["attach"] == 1:
            conn.engine.reached["inspect"].wait(20)
            time.sleep(0.3)
            conn.engine.down(later=0.5)
            conn.close()
        conn.engine.ended.wait()
        conn.finish()
    e = t.serve(attach=attach)
    t.start()
    t.said("Lost the Docker engine")
    time.sleep(0.5)
    assert t.process.poll() is None, t.stderr()
    e.up()
    t.said("The Docker engine is back")
    e.end(4)
    t.ends(4, within=20)


@case
def log_breaks_while_it_runs(t):
    def attach(conn):
        conn.open()
        t.engine.reached["inspect"].wait(20)
        time.sleep(0.3)
        conn.chunk(frame(1, b"one\n"))
        e.output = [(time.time(), 1, b"one\n"), (time.time() + 0.1, 1, b"two\n")]
        conn.close()
    e = t.serve(attach=attach)
    t.start()
    t.said("Started container")
    t.until(lambda: t.stdout() == b"one\ntwo\n", "second line")
    e.end(0)
    t.ends(0)

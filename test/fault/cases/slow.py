# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The systemd-docker authors
"""An engine that is at work on the container for longer than any time-out: it does not answer requests about it until then."""

import queue
import threading

from program import case


class Slow:
    """The engine does with the container what the test says, when it says so. While it is busy, it holds the container's lock."""

    def __init__(self, t):
        self.events, self.idle, self.asked = queue.Queue(), threading.Event(), threading.Event()
        self.idle.set()
        self.engine = t.serve(events=self.do_events, inspect=self.locked, stats=self.locked, wait=self.do_wait)
        t.start("run", "--rm=false", "--name", "c", "image", fast=10)
        t.said("Started container")

    def do_events(self, conn):
        conn.open()
        while True:
            conn.chunk(self.events.get())

    def do_wait(self, conn):
        conn.open()
        conn.engine.ended.wait()
        conn.chunk('{"StatusCode":0}\n')
        conn.finish()

    def locked(self, conn):
        if not self.idle.is_set():
            self.asked.set()
        self.idle.wait()
        conn.engine.do_inspect(conn)

    def tell(self, *actions, **attributes):
        for action in actions:
            self.events.put(self.engine.event(action, **attributes))

    def told(self, t, action, **attributes):
        """Waits until the event has arrived: it is followed by others that the program says."""
        before = t.stderr().count("goes on")
        self.tell(action, **attributes)
        self.tell("pause", "unpause")
        t.until(lambda: t.stderr().count("goes on") > before, action)

    def finish_restart(self, t):
        self.engine.rest()
        self.engine.running, self.engine.pid = True, 2
        self.tell("start")
        self.idle.set()
        t.said("Container c was started again")
        self.engine.end(0)
        self.tell("die", exitCode="0")
        t.ends(0)


@case
def slow_to_notice_the_end_in_a_restart(t):
    slow = Slow(t)
    slow.told(t, "kill", signal="15")
    slow.idle.clear()
    slow.engine.end(0)
    slow.engine.running = True  # by the engine's word
    t.reached("stats")
    slow.tell("die", exitCode="0")
    slow.tell("stop")
    slow.finish_restart(t)


def stopped_and_asked(t):
    """Others have stopped the container, and the supervisor asks the engine, which is at work, whether they start it again."""
    slow = Slow(t)
    slow.told(t, "kill", signal="15")
    slow.told(t, "die", exitCode="0")
    slow.idle.clear()
    slow.engine.end(0)
    slow.tell("stop")
    t.until(slow.asked.is_set, "question")
    return slow


@case
def slow_to_start_in_a_restart(t):
    """A container without --rm: what the engine removes is waited for longer anyway."""
    slow = stopped_and_asked(t)
    slow.finish_restart(t)


@case
def slow_to_stop(t):
    """The same, but it was `docker stop`."""
    slow = stopped_and_asked(t)
    slow.idle.set()
    t.ends(0)
    t.said("Container c was stopped, exit status 0")

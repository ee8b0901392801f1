# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The systemd-docker authors
"""The stream of the container's output."""

import threading
import time

from answers import answering, sending
from program import case, variants


@variants(_404=404, _409=409, _500=500)
def attach_fails(t, status):
    e = t.serve(attach=answering(status, {"message": "no such thing"}))
    t.start()
    t.ends(125, "Failed to attach to the container's output: no such thing")
    assert "start" not in e.counts and e.counts["remove"] == 1


@case
def input_is_attached_after_the_output(t):
    """A container that runs already may answer at once, and its answer would be lost."""
    opened, asked = threading.Event(), []

    def attach(conn):
        if "stdin=1" in conn.target:
            asked.append(opened.is_set())
        else:
            time.sleep(0.3)  # an input that doesn't wait would come in this time
            opened.set()
        conn.engine.do_attach(conn)
    e = t.serve(attach=attach)
    t.start("run", "--name", "c", "--rm", "-i", "image", "command")
    t.said("Started container")
    e.end(0)
    t.ends(0)
    assert asked == [True]


@case
def attach_closes_before_the_header(t):
    t.serve(attach=sending(b""))
    t.start()
    t.ends(125, "Failed to attach to the container's output: ")


@case
def attach_closes_behind_the_header(t):
    """Nothing is lost: the container may just have no output."""
    def attach(conn):
        conn.open()
        conn.engine.reached["start"].wait()
        conn.finish()
    e = t.serve(attach=attach)
    t.start()
    t.said("Started container")
    e.end(0)
    t.ends(0)


@case(brief=False)
def attach_garbage_for_ever(t):
    def attach(conn):
        conn.open()
        while not conn.engine.ended.is_set():
            conn.chunk(b"\xff garbage that is no frame at all\n" * 1000)
        conn.finish()
    e = t.serve(attach=attach)
    t.start()
    t.said("Started container")
    e.end(0)
    t.ends(0, "log stream is malformed", within=40)


@variants(huge=(b"\1\0\0\0\xff\xff\xff\xff" + b"x" * 100000, b"x" * 100000), empty=(b"\1\0\0\0\0\0\0\0" * 100000, b""),
          stdin=(b"\0\0\0\0\0\0\0\2a\n" * 10000, b""), cut=(b"\1\0\0\0\0\0\0\x09abc", b"abc"),
          one_line=(b"\1\0\0\0\0\x10\0\0" + b"x" * (1 << 20), b"x" * (1 << 20)))
def attach_strange_frames(t, stream):
    """The received part of a frame is passed on."""
    data, output = stream

    def attach(conn):
        conn.open()
        conn.chunk(data)
        conn.engine.ended.wait()
        conn.finish()
    e = t.serve(attach=attach)
    t.start()
    t.said("Started container")
    e.end(0)
    t.ends(0, within=40)
    assert t.stdout().replace(b"\n", b"") == output


@case
def attach_never_ends(t):
    """The container is dead, but its output stream does not end."""
    def attach(conn):
        conn.open()
        conn.chunk(b"\1\0\0\0\0\0\0\3ab\n")
        conn.hang()
    e = t.serve(attach=attach)
    t.start(fast=10)
    t.said("Started container")
    e.end(7)
    t.ends(7, "output has not come to its end in time", within=20)
    assert t.stdout() == b"ab\n"

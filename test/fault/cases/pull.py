# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The systemd-docker authors
"""Pulling the image: answers that make no sense, failures, and retries."""

import json
import threading
import time

from answers import answering, hanging
from program import case, options, variants


@variants(cut=b'{"status":"Pul', garbage=b"\xff\xfe\0\n" * 1000, error=b'{"error":"no space\\nleft","errorDetail":{"code":"x"}}\n',
          wrong=b'[]\n42\n{"status":{},"progressDetail":[1,2],"id":null}\n{"error":42}\n',
          long=b'{"status":"' + b"x" * 3000000 + b'"}\n')
def pull_strange(t, data):
    def pull(conn):
        conn.open()
        conn.chunk(data)
        conn.finish()

    def create(conn):
        if "pull" not in t.engine.counts:
            conn.reply(404, {"message": "No such image: image"})
        else:
            t.engine.do_create(conn)
    e = t.serve(pull=pull, create=create)
    t.start()
    if b'"error":"' in data:
        t.ends(125, "Failed to pull (the )?image( image)?: no space left|Cannot start: no space left")
        return
    t.said("Started container")
    e.end(0)
    t.ends(0)


def serve_pulls(t, *tries):
    """The creation needs a pull. The first attempts use these handlers, and all later ones the last of them."""
    done = []

    def pull(conn):
        try_ = tries[min(t.engine.counts["pull"], len(tries)) - 1]
        try_(conn)
        done.append(try_)

    def create(conn):
        if done and done[-1] is complete:
            t.engine.do_create(conn)
        else:
            conn.reply(404, {"message": "No such image: image:latest"})
    return t.serve(pull=pull, create=create)


def complete(conn):
    conn.open()
    conn.chunk('{"status":"Download complete","progressDetail":{},"id":"last"}\n')
    conn.finish()


def breaking(*lines):
    """A pull that sends these lines of progress and then an end without success."""
    def pull(conn):
        conn.open()
        for line in lines:
            conn.chunk(line + "\n")
        conn.finish()
    return pull


def layer(current):
    return json.dumps({"status": "Downloading", "id": "a", "progressDetail": {"current": current, "total": 1000}})


BUSY = {"message": 'Get "https://r/v2/": net/http: TLS handshake timeout'}
RESET = '{"errorDetail":{"message":"read: connection reset by peer"},"error":"read: connection reset by peer"}'


@case
def pull_is_asked_for_by_the_whole_name(t):
    e = serve_pulls(t, complete)
    t.start()
    t.said("Started container")
    e.end(0)
    t.ends(0)
    assert e.targets["pull"] == ["/images/create?fromImage=docker.io%2Flibrary%2Fimage&tag=latest"]


@case(brief=False)
def pull_for_a_platform(t):
    e = serve_pulls(t, complete)
    t.start("run", "--name=c", "--rm", "--platform=linux/arm64", "image")
    t.said("Started container")
    e.end(0)
    t.ends(0)
    for step in "pull", "create":
        assert all("platform=linux%2Farm64" in target for target in e.targets[step]), e.targets


@variants(busy=(500, BUSY), slow_down=(429, {"message": "x"}), unavailable=(503, ""))
def pull_passing_failure(t, answer):
    serve_pulls(t, answering(*answer))
    t.start(fast=20)
    t.ends(125, "Failed to pull image image: |Cannot start: the registry r does not answer in time")
    assert t.engine.counts["pull"] == 4


@variants(denied=(500, {"message": "unauthorized: authentication required"}), unknown=(404, {"message": "manifest unknown"}),
          strange=(500, {"message": "x" * 100000}), empty=(500, ""), forbidden=(403, {"message": "no way"}))
def pull_final_failure(t, answer):
    serve_pulls(t, answering(*answer))
    t.start(fast=20)
    t.ends(125, "Failed to pull image image: |Cannot start: the registry of image wants another login")
    assert t.engine.counts["pull"] == 1


@case
def pull_recovers(t):
    e = serve_pulls(t, answering(500, BUSY), breaking(layer(10), RESET), answering(500, BUSY), complete)
    t.start(fast=20)
    t.said("Started container")
    e.end(0)
    t.ends(0)
    assert e.counts["pull"] == 4


@case
def pull_that_gets_further_each_time(t):
    """Such a pull may take many attempts."""
    e = serve_pulls(t, *(breaking(layer(100 * i), RESET) for i in range(1, 9)), complete)
    t.start(fast=20)
    t.said("Started container")
    e.end(0)
    t.ends(0)
    assert e.counts["pull"] == 9


@case
def pull_that_gets_as_far_each_time(t):
    serve_pulls(t, breaking(layer(100), RESET))
    t.start(fast=20)
    t.ends(125, "Failed to pull image image: read: connection reset by peer")
    assert t.engine.counts["pull"] == 4


@case
def pull_breaks_with_the_engine(t):
    def dying(conn):
        conn.open()
        conn.chunk(layer(10) + "\n" + layer(20)[:10])
        t.engine.down()
        threading.Timer(0.3, t.engine.up).start()
    e = serve_pulls(t, dying, complete)
    t.start(fast=5)
    t.said("Started container")
    e.end(0)
    t.ends(0)


@case
def pull_never(t):
    serve_pulls(t, complete)
    t.start("run", "--pull", "never", "image")
    t.ends(125, "Cannot start: no image image:latest here")
    assert "pull" not in t.engine.counts


@case
def pull_stop_while_waiting(t):
    serve_pulls(t, answering(500, BUSY))
    t.start()
    t.said("trying again in 2 s")
    begin = time.monotonic()
    t.signal()
    t.ends(0)
    assert time.monotonic() - begin < 1.5 * options.patience


@case
def hang_pull_and_stop(t):
    t.serve(pull=hanging)
    t.start("run", "--pull", "always", "--name", "c", "image")
    t.reached("pull")
    t.signal()
    t.ends(0, within=5)

# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The systemd-docker authors
"""The creation of the container."""

import json

from answers import WRONG_TYPES, answering
from engine import ID
from program import case, variants


@variants(upgrade=("1.41", "1.51"), downgrade=("1.51", "1.30"))
def engine_of_another_version_finds_the_same_container(t, versions):
    """The request for these options depends on the API version; the unit has not changed."""
    line = ["--logs=false", "--rm=false", "run", "--name=c", "--mac-address=02:42:ac:11:00:02", "--cap-add=chown",
            "--kernel-memory=50m", "--cgroup-parent=/x", "image"]
    bodies = []

    def ping(conn):
        conn.reply(200, "OK", f"Api-Version: {versions[len(bodies)]}\r\n")

    def create(conn):
        bodies.append(json.loads(conn.body))
        t.engine.labels = bodies[0]["Labels"]
        t.engine.do_create(conn)
    e = t.serve(ping=ping, create=create)
    t.start(*line)
    t.ends(0)
    t.start(*line)
    t.ends(0)
    assert len(bodies) == 1 and e.running
    # The same line with another word needs another container.
    t.start(*line, "word")
    t.ends(0, "is stale")
    e.labels = e.exists = e.running = False
    t.start(*line)
    t.ends(0)
    assert bodies[0] != bodies[1], bodies
    # Without the number of the creation.
    hashes = [body["Labels"]["systemd-docker.request"].split("-") for body in bodies]
    assert hashes[0][0] == hashes[1][0] and hashes[0][1] != hashes[1][1], hashes


@variants(**WRONG_TYPES)
def create_malformed(t, answer):
    e = t.serve(create=answering(201, answer))
    t.start()
    t.ends(125, "The engine's answer to the creation is malformed")
    assert "start" not in e.counts


@variants(cut='{"Id":"' + ID, binary=bytes(range(256)), nothing="", deep="[" * 100000, twice=f'{{"Id":"{ID}"}}{{}}',
          bad_utf8=b'{"Id":"' + b"\xff" * 64 + b'"}')
def create_not_json(t, body):
    t.serve(create=answering(201, body))
    t.start()
    t.ends(125, "The engine's answer to the creation is malformed")


@case(brief=False)
def create_4_megabytes(t):
    def create(conn):
        t.engine.exists = True
        conn.reply(201, json.dumps({"Warnings": ["x" * (3 << 20)], "Id": ID}))
    e = t.serve(create=create)
    t.start()
    t.said("Started container", 60)
    e.end(0)
    t.ends(0, "Engine: x{100}")


@case(brief=False)
def create_more_than_4_megabytes(t):
    t.serve(create=answering(201, json.dumps({"Warnings": ["x" * (5 << 20)], "Id": ID})))
    t.start()
    t.ends(125, "Failed to create the container: File too large")


@case
def create_endless(t):
    def create(conn):
        conn.open()
        while True:
            conn.chunk(b"x" * 65536)
    t.serve(create=create)
    t.start()
    t.ends(125, "Failed to create the container: File too large", within=60)


@case(brief=False)
def create_conflicts_for_ever(t):
    """The engine says that the name is in use, but no container has it."""
    e = t.serve(create=answering(409, {"message": "Conflict. The name is in use"}))
    t.start(fast=5)
    t.ends(125, "Failed to create the container: Conflict")
    assert e.counts["create"] <= 10


@case
def create_misses_the_image_for_ever(t):
    e = t.serve(create=answering(404, {"message": "No such image: image"}))
    t.start()
    t.ends(125, "Cannot start: no image image here")
    assert e.counts["pull"] == 1

# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The systemd-docker authors
"""--use-api-socket: the logins that are copied into the container before it starts."""

import io
import json
import os
import signal
import tarfile

from answers import LEFT_BEHIND, answering, hanging, sending
from program import case, variants


LINE = ("run", "--name=c", "--rm", "--use-api-socket", "image")
KEPT = ("run", "--name=c", "--use-api-socket", "image")
ERROR = "Failed to put the logins of --use-api-socket into the container: "


def with_logins(t, *, line=LINE, fast=1, **handlers):
    """Starts the program with logins for --use-api-socket."""
    e = t.serve(**handlers)
    with open(os.path.join(t.folder, "config.json"), "w", encoding="utf-8") as f:
        json.dump({"auths": {"r:5000": {"auth": "bWU6c2VjcmV0"}}, "detachKeys": "ctrl-x"}, f)
    t.start(*line, fast=fast)
    return e


@case
def logins_for_the_container(t):
    bodies = {}

    def create(conn):
        bodies["create"] = json.loads(conn.body)
        t.engine.do_create(conn)

    def archive(conn):
        assert "start" not in t.engine.counts and "path=%2F" in conn.target
        bodies["archive"] = conn.body
        t.engine.do_archive(conn)
    e = with_logins(t, create=create, archive=archive)
    t.said("Started container")
    e.end(0)
    t.ends(0)
    assert bodies["create"]["Env"] == ["DOCKER_CONFIG=/run/secrets/docker"]
    with tarfile.open(fileobj=io.BytesIO(bodies["archive"])) as tar:
        (member,) = tar.getmembers()
        assert (member.name, member.mode, member.uid) == ("/run/secrets/docker/config.json", 0o600, 0)
        assert json.load(tar.extractfile(member)) == {"auths": {"r:5000": {"auth": "bWU6c2VjcmV0"}}}


BAD = {"refused": answering(500, {"message": "read-only"}), "absent": answering(404, {"message": "read-only"}),
       "broken": sending(b"read-only\r\n\r\n")}


@variants(**BAD)
def logins_that_cannot_be_put(t, archive):
    e = with_logins(t, archive=archive)
    t.ends(125, ERROR)
    assert "start" not in e.counts and e.counts["remove"] == 1


@variants(**BAD)
def logins_that_cannot_be_put_without_rm(t, archive):
    """The next start would use the container without logins, so it is removed as well."""
    e = with_logins(t, line=KEPT, archive=archive)
    t.ends(125, ERROR)
    assert "start" not in e.counts and e.counts["remove"] == 1


@case
def logins_and_stop_while_they_are_put(t):
    e = with_logins(t, fast=20, archive=hanging)
    t.reached("archive")
    t.signal()
    t.ends(125, ERROR, within=30)
    assert "start" not in e.counts and e.counts["remove"] == 1


def start_again(t, e, line):
    """The container that was left is not used: the one that starts has its logins."""
    def start(conn):
        assert len(e.created) == 2 and e.counts["archive"] == 2, e.counts
        e.do_start(conn)
    del e.handlers["archive"]
    e.handlers["start"] = start
    e.labels = e.created[-1]["Labels"]
    e.up()
    t.start(*line)
    t.said("Started container")
    e.end(3)
    t.ends(3)


@variants(rm=LINE, kept=KEPT)
def engine_dies_while_logins_are_put(t, line):
    """Nothing can be removed then; the next start removes it."""
    def archive(conn):
        conn.engine.down()
        conn.close()
    e = with_logins(t, line=line, archive=archive)
    t.ends(125, ERROR, LEFT_BEHIND, within=30)
    assert "start" not in e.counts and e.exists
    start_again(t, e, line)


@variants(rm=LINE, kept=KEPT)
def killed_while_logins_are_put(t, line):
    e = with_logins(t, line=line, archive=hanging)
    t.reached("archive")
    t.signal(signal.SIGKILL)
    t.ends(-signal.SIGKILL)
    e.down()
    start_again(t, e, line)


@case
def logins_of_a_container_that_ran(t):
    """The container is kept with the logins that it has."""
    e = with_logins(t, line=KEPT)
    t.said("Started container")
    e.end(3)
    t.ends(3)
    e.labels = e.created[-1]["Labels"]
    e.rest()
    t.start(*KEPT)
    t.said("Started container")
    e.end(4)
    t.ends(4)
    assert e.counts["archive"] == 1 and e.counts["start"] == 2 and "remove" not in e.counts, e.counts


@case
def logins_of_a_container_that_others_have_created(t):
    """Without a label of ours, the container belongs to others, and is used as it is, even without --rm."""
    def look_up(conn):
        conn.engine.exists = True
        conn.engine.do_look_up(conn)
    e = with_logins(t, line=KEPT, look_up=look_up)
    t.said("Started container")
    e.end(0)
    t.ends(0)
    assert e.created == [] and e.counts["start"] == 1 and "remove" not in e.counts, e.counts

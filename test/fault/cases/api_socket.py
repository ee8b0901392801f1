# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The systemd-docker authors
"""--use-api-socket: the logins that are copied into the container before it starts."""

import io
import json
import os
import tarfile

from answers import answering, sending
from program import case, variants


def with_logins(t, **handlers):
    """Starts it where there are logins for --use-api-socket."""
    e = t.serve(**handlers)
    with open(os.path.join(t.folder, "config.json"), "w", encoding="utf-8") as f:
        json.dump({"auths": {"r:5000": {"auth": "bWU6c2VjcmV0"}}, "detachKeys": "ctrl-x"}, f)
    t.start("run", "--name=c", "--rm", "--use-api-socket", "image")
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


@variants(refused=answering(500, {"message": "read-only"}), absent=answering(404, {"message": "read-only"}), broken=sending(b"read-only\r\n\r\n"))
def logins_that_cannot_be_put(t, archive):
    e = with_logins(t, archive=archive)
    t.ends(125, "Failed to put the logins of --use-api-socket into the container: ")
    assert "start" not in e.counts and e.counts["remove"] == 1

# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The systemd-docker authors
"""A container that cannot be started."""

import json
import re

from answers import answering, sending
from program import case, variants


@variants(control=json.dumps({"message": "\x1b[31mbad\n\r\x07\x00\x08" * 100000}), plain="no\n" * 300000, format='{"message":"%s%n%x"}',
          empty="", html="<html>" + "<p>" * 300000, utf8=json.dumps({"message": "\u202e\U0001f600" * 200000}),
          broken=b'{"message":"' + b"\xff\xfe" * 100000 + b'"}')
def start_fails(t, body):
    e = t.serve(start=answering(500, body))
    t.start()
    t.ends(125, "Failed to start the container: ")
    assert e.counts["remove"] == 1


@variants(_127=('exec: "x": executable file not found in $PATH', 'Cannot start: command "x" not found in image image'),
          _126=("permission denied: unknown", "Failed to start the container: permission denied: unknown"),
          _125=("no such network", "Failed to start the container: no such network"))
def start_fails_with_status(t, words):
    said, line = words
    t.serve(start=answering(400, {"message": said}))
    t.start()
    t.ends({"exec": 127, "perm": 126, "no s": 125}[said[:4]], re.escape(line))


@variants(taken=([{"Names": ["/web"], "Ports": [{"PublicPort": 80}]}], "port 80 is taken, by container web"),
          program=([], "port 80 is taken, by another program"), garbage=("?" * 10000, r"port 80 is taken\. "),
          strange=([None, 1, {"Ports": [{}, 5]}, {"Names": "x", "Ports": [{"PublicPort": 80}]}], "port 80 is taken, by container without a name"),
          none=(None, r"port 80 is taken\. "))
def port_is_taken(t, words):
    """The engine is asked who has the port, and may say anything."""
    listed, line = words
    t.serve(start=answering(500, {"message": "Bind for 0.0.0.0:80 failed: port is already allocated"}),
            list=answering(200, listed))
    t.start()
    t.ends(125, "Cannot start: " + line)


@case
def start_closes(t):
    e = t.serve(start=sending(b""))
    t.start()
    t.ends(125, "Failed to start the container: ")
    assert e.counts["remove"] == 1


@case
def start_fails_by_the_stop(t):
    """A stop of the unit also signals a runtime that works in the unit's cgroup."""
    def stopped(conn):
        t.signal()
        conn.reply(500, {"message": "runc create failed"})

    e = t.serve(start=stopped)
    t.start()
    t.ends(0)
    assert "runc create failed" in t.stderr() and e.counts["remove"] == 1

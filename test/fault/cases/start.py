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


@variants(_127='exec: "x": executable file not found in $PATH', _126="permission denied: unknown", _125="no such network")
def start_fails_with_status(t, message):
    t.serve(start=answering(400, {"message": message}))
    t.start()
    t.ends({"exec": 127, "perm": 126, "no s": 125}[message[:4]], re.escape(message))


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

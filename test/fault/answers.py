# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The systemd-docker authors
"""Answers of an engine that several files of cases use: handlers of a step, and JSON of the wrong type."""

from engine import ID

LEFT_BEHIND = "Failed to remove container [^ ]+, the next start will: "
WRONG_TYPES = {
    "null": None, "list": [], "text": "text", "number": 42, "empty": {},
    "id_number": {"Id": 42}, "id_null": {"Id": None}, "id_short": {"Id": "abc"}, "id_path": {"Id": "../" * 21 + "x"},
    "id_upper": {"Id": "ABCDEF0123456789" * 4}, "id_long": {"Id": ID + "0"},
}


def answering(status, body="", headers=""):
    return lambda conn: conn.reply(status, body, headers)


def sending(data):
    def handler(conn):
        conn.send(data)
        conn.close()
    return handler


def hanging(conn):
    conn.hang()


def with_description(change):
    def inspect(conn):
        d = conn.engine.description()
        conn.reply(200, change(d) if conn.engine.exists else {})
    return inspect


def everything(value):
    """All members except Id have this type."""
    return lambda d: {k: v if k == "Id" else value for k, v in d.items()}


def leaves(value):
    def change(d):
        return {k: change(v) if isinstance(v, dict) and v else (v if k == "Id" else value) for k, v in d.items()}
    return change

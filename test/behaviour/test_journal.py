# SPDX-License-Identifier: Apache-2.0
"""The way of a line into the journal: any bytes, both transports, and a journald that is slow, stopped or restarted."""

import json
import signal
import subprocess
import threading
import time
from pathlib import Path

import pytest
from supervised import OBEDIENT, Service, sh
from testhost import TIMEOUT, messages, out, run, show, wait_until

TRANSPORTS = ("native", "stream")


def run_and_read(script, **more):
    with Service(sh(script), Type="oneshot", **more) as unit:
        unit.start()
        return unit.lines() if "stream" not in more.get("options", "") else streamed(unit)


def streamed(unit):
    """Lines that came over journald's stream protocol, as entries."""
    return [e for e in unit.journal() if e.get("_TRANSPORT") == "stdout" and e.get("SYSLOG_IDENTIFIER") == unit.name]


def export(unit, after):
    """MESSAGE of the unit's lines in journalctl's export format, as bytes."""
    data = out("journalctl", "--quiet", "--output=export", "--all", f"--cursor={after}", f"_SYSTEMD_UNIT={unit}", text=False)
    found = []
    while data:
        fields = {}
        while data[:1] != b"\n":
            line, data = data.split(b"\n", 1)
            name, equal, value = line.partition(b"=")
            if not equal:
                size = int.from_bytes(data[:8], "little")
                value, data = data[8 : 8 + size], data[9 + size :]
            fields[name] = value
        data = data[1:]
        if b"CONTAINER_LOG_ORDINAL" in fields:
            found.append(fields[b"MESSAGE"])
    return found


def as_bytes(message):
    if message is None or message == []:
        return b""
    return message.encode() if isinstance(message, str) else bytes(message)


# ---- shapes of lines -----------------------------------------------------------------------------------------------

SIZES = (0, 1, 16383, 16384, 16385, 100000, 10000000)
SHAPES = [
    *(b"x" * size for size in SIZES),
    bytes(n for n in range(256) if n != 10),
    b"\0\0a\0",
    b"dos\r",
    b"\xff\xfe broken \xc3",
    "ünïcödé ✓".encode(),
    b"<9>no priority",
    b"PRIORITY=0",
    b"__CURSOR=x",
    b"MESSAGE",
    b" leading and trailing ",
    b"\t",
    b"no newline at the end",
]


@pytest.mark.parametrize("run_options", ["--rm", "--rm --log-driver=none", "--rm --log-driver=local"])
def test_lines_come_as_they_were_written(tmp_path, run_options):
    file = tmp_path / "lines"
    file.write_bytes(b"\n".join(SHAPES))
    with Service("cat /lines", Type="oneshot", run=f"{run_options} -v {file}:/lines:ro") as unit:
        unit.start()
        lines = unit.lines()
        exported = export(unit.name, unit.cursor)
    assert [len(as_bytes(m)) for m in messages(lines)] == [len(shape) for shape in SHAPES]
    assert [as_bytes(m) for m in messages(lines)] == SHAPES
    assert exported == SHAPES
    assert {line["PRIORITY"] for line in lines} == {"6"}
    assert not [key for line in lines for key in line if key.startswith("CONTAINER_PARTIAL")]


def test_line_that_is_too_long_is_cut_and_marked():
    size = 16 * 1024 * 1024
    (first, last, next_one) = run_and_read(f"head -c {size + 5} /dev/zero | tr '\\0' x; echo; echo next")
    partial = [{k.removeprefix("CONTAINER_PARTIAL_"): v for k, v in line.items() if "PARTIAL" in k} for line in (first, last, next_one)]
    assert [len(line["MESSAGE"]) for line in (first, last, next_one)] == [size, 5, 4]
    identity = partial[0].pop("ID")
    assert partial == [
        {"MESSAGE": "true", "ORDINAL": "1", "LAST": "false"},
        {"ID": identity, "ORDINAL": "2", "LAST": "true"},
        {},
    ]
    assert len(identity) == 64


# ---- the stream transport ------------------------------------------------------------------------------------------


def test_stream_transport():
    script = "echo out; echo err >&2; echo '<4>warning'; printf 'last without newline'"
    with Service(sh(script), Type="oneshot", options="--log-transport=stream --stderr-priority=notice") as unit:
        unit.start()
        lines = streamed(unit)
        assert unit.lines() == []
        own = [e for e in unit.journal() if "MESSAGE_ID" in e]
    assert {(line["MESSAGE"], line["PRIORITY"]) for line in lines} == {
        ("out", "6"),
        ("err", "5"),
        ("warning", "4"),
        ("last without newline", "6"),
    }
    assert [m for m in messages(lines) if m != "err"] == ["out", "warning", "last without newline"]
    assert {line["_SYSTEMD_UNIT"] for line in lines} == {unit.name}
    assert len({line["_STREAM_ID"] for line in lines}) == 2
    assert own and {e["CONTAINER_NAME"] for e in own} == {unit.name}


def test_stream_transport_of_a_tty_and_of_long_lines():
    lines = run_and_read("echo one; head -c 100000 /dev/zero | tr '\\0' x; echo; echo two", run="--rm -t", options="--log-transport=stream")
    assert lines[0]["MESSAGE"] == "one"
    assert lines[-1]["MESSAGE"] == "two"
    # journald cuts, and says so: LineMax=48K
    assert "".join(messages(lines[1:-1])) == "x" * 100000
    assert lines[1]["_LINE_BREAK"] == "line-max"

# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The systemd-docker authors
"""The container's output is in the journal: every line, in order, with its fields."""

import contextlib

import pytest
from supervised import Service, by_hand, is_line, sh
from testhost import docker, engine_config, messages, run

pytestmark = pytest.mark.either


def run_and_read(script, **more):
    """Runs a script in a container until it ends, and returns its lines as journal entries."""
    with Service(sh(script), Type="oneshot", **more) as unit:
        unit.start()
        return unit.lines()


def test_thousand_lines_at_once_twenty_times():
    with Service(sh("seq 999; printf 1000"), Type="oneshot") as unit:
        for _ in range(20):
            unit.start()
        runs = {}
        for line in unit.lines():
            runs.setdefault(line["CONTAINER_ID_FULL"], []).append(line)
    assert len(runs) == 20
    for lines in runs.values():
        assert messages(lines) == [str(n) for n in range(1, 1001)]
        assert [line["CONTAINER_LOG_ORDINAL"] for line in lines] == [str(n) for n in range(1, 1001)]
        assert {line["SYSLOG_IDENTIFIER"] for line in lines} == {"behaviour.service"}
        assert {line["PRIORITY"] for line in lines} == {"6"}
        assert len({line["CONTAINER_LOG_EPOCH"] for line in lines}) == 1
    assert len({lines[0]["CONTAINER_LOG_EPOCH"] for lines in runs.values()}) == 20


def test_ten_units_at_full_output_at_once():
    with contextlib.ExitStack() as stack:
        units = [stack.enter_context(Service(sh("seq 5000"), name=f"ten-{n}", Type="oneshot")) for n in range(10)]
        run("systemctl", "start", *(unit.name for unit in units))
        for unit in units:
            assert messages(unit.lines()) == [str(n) for n in range(1, 5001)]


def test_fields_of_a_line():
    with Service(sh("echo hello; sleep 1000")) as unit:
        unit.start()
        (line,) = unit.wait_line("hello")
        identity = unit.container["Id"]
    epoch = line.pop("CONTAINER_LOG_EPOCH")
    assert int(epoch, 16)
    assert {key: line[key] for key in line if key.startswith(("CONTAINER_", "IMAGE_", "SYSLOG_")) or key == "PRIORITY"} == {
        "PRIORITY": "6",
        "SYSLOG_IDENTIFIER": "behaviour.service",
        "CONTAINER_NAME": "behaviour.service",
        "CONTAINER_ID": identity[:12],
        "CONTAINER_ID_FULL": identity,
        "CONTAINER_TAG": identity[:12],
        "IMAGE_NAME": "busybox",
        "CONTAINER_LOG_ORDINAL": "1",
    }
    assert line["_SYSTEMD_UNIT"] == "behaviour.service"
    assert line["_TRANSPORT"] == "journal"


def test_own_messages_carry_the_containers_fields():
    with Service("sleep 0.5") as unit:
        unit.run_to_end()
        own = [e for e in unit.journal() if not is_line(e) and "MESSAGE_ID" in e]
        assert len(own) >= 2
        assert {e["CONTAINER_NAME"] for e in own} == {"behaviour.service"}
        assert {e["SYSLOG_IDENTIFIER"] for e in own} == {"systemd-docker"}


def test_stderr_priority():
    lines = run_and_read("echo oops >&2; echo fine", options="--stderr-priority=warning")
    assert {line["MESSAGE"]: line["PRIORITY"] for line in lines} == {"oops": "4", "fine": "6"}


def test_priority_prefix_of_a_line():
    script = "echo error >&2; echo '<0>emergency'; echo '<4>warning' >&2; echo '<7>'; echo '<8>eight'; echo '<4 x'; echo ' <3>x'"
    lines = run_and_read(script)
    assert {line.get("MESSAGE", ""): line["PRIORITY"] for line in lines} == {
        "error": "3",
        "emergency": "1",  # not 0: journald shows that on all terminals
        "warning": "4",
        "": "7",
        "<8>eight": "6",
        "<4 x": "6",
        " <3>x": "6",
    }


def test_streams_keep_their_order():
    lines = run_and_read("for i in $(seq 500); do echo o$i; echo e$i >&2; done")
    by_priority = {p: [line["MESSAGE"] for line in lines if line["PRIORITY"] == p] for p in ("6", "3")}
    assert by_priority == {"6": [f"o{n}" for n in range(1, 501)], "3": [f"e{n}" for n in range(1, 501)]}


def test_tty_is_one_stream_and_loses_its_cr():
    lines = run_and_read("echo one; echo two >&2; printf three", run="--rm -t")
    assert [(line["MESSAGE"], line["PRIORITY"]) for line in lines] == [("one", "6"), ("two", "6"), ("three", "6")]


def test_line_of_a_million_bytes_is_one_entry():
    (line, last) = run_and_read("head -c 1000000 /dev/zero | tr '\\0' x; echo; echo last")
    assert line["MESSAGE"] == "x" * 1000000
    assert last["MESSAGE"] == "last"
    assert not [key for key in line if key.startswith("CONTAINER_PARTIAL")]


def test_bytes_come_as_they_are():
    lines = run_and_read(r"printf 'a\0b\n\377\376\n\033[1mbold\n\n\né\n\n'")
    assert [line.get("MESSAGE") or "" for line in lines] == [b"a\0b", b"\xff\xfe", b"\x1b[1mbold", "", "", "é", ""]


def test_logs_false_is_silent():
    with Service(sh("echo hello"), options="-l=0", Type="oneshot") as unit:
        unit.start()
        assert unit.lines() == []


def test_journald_driver_is_not_copied_a_second_time():
    with Service(sh("echo hello; sleep 1000"), run="--rm --log-driver=journald") as unit:
        unit.start()
        assert docker("logs", unit.name) == "hello"
        assert unit.lines() == []


def test_engine_with_the_driver_journald_says_where_the_lines_are():
    with engine_config(**{"log-driver": "journald"}):
        with Service(sh("echo hello"), Type="oneshot") as unit:
            unit.start()
            (line,) = unit.said("writes the container's lines to the journal itself")
            assert f"CONTAINER_NAME={unit.name}" in line
            assert unit.lines() == []
        for driver, lines in (("journald", []), ("local", ["hello"])):
            # Who names a driver knows where the lines are.
            with Service(sh("echo hello"), run=f"--rm --log-driver={driver}", Type="oneshot") as unit:
                unit.start()
                assert not unit.said("to the journal itself")
                assert messages(unit.lines()) == lines


def test_log_driver_none_reaches_the_journal():
    assert messages(run_and_read("echo hello", run="--rm --log-driver=none")) == ["hello"]


def test_by_hand_streams_are_stdout_and_stderr():
    done = by_hand("run", "--rm", "busybox", "sh", "-c", "echo out; echo err >&2; exit 3")
    assert (done.stdout, done.returncode) == ("out\n", 3)
    assert "err" in done.stderr.splitlines()

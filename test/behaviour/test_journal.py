# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The systemd-docker authors
"""How a line gets into the journal: any bytes, both transports, and a journald that is slow, stopped or restarted."""

import os
import signal
import time
from pathlib import Path

import pytest
from supervised import OBEDIENT, TOLD, Service, assert_failed, assert_success, quote, sh, wait_gone
from testhost import SANITIZED, cursor, docker, hold, messages, not_here, out, run, show, systemd_version, wait_docker, wait_journal

pytestmark = pytest.mark.either

TRANSPORTS = ("native", "stream")


def run_and_read(script, **more):
    with Service(sh(script), Type="oneshot", **more) as unit:
        unit.start()
        return unit.lines() if "stream" not in more.get("options", "") else streamed(unit)


def streamed(unit):
    """The entries of lines that used journald's stream protocol."""
    return [e for e in unit.journal() if e.get("_TRANSPORT") == "stdout" and e.get("SYSLOG_IDENTIFIER") == unit.name]


def export(unit, after):
    """The MESSAGE of each of the unit's lines as bytes, from journalctl's export format."""
    data = run("journalctl", "--quiet", "--output=export", "--all", f"--cursor={after}", f"_SYSTEMD_UNIT={unit}", text=False).stdout
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
    # journald cuts lines at LineMax=48K, and marks that.
    assert "".join(messages(lines[1:-1])) == "x" * 100000
    assert lines[1]["_LINE_BREAK"] == "line-max"


@pytest.mark.parametrize("tag", ["t" * 254, "t" * 255, "two\nlines"])
def test_stream_transport_with_a_tag_of_any_length(tag):
    with Service("echo hello", Type="oneshot", options="--log-transport=stream", run=f"--rm --log-opt tag={quote(tag)}") as unit:
        unit.start()
        (line,) = (e for e in unit.journal() if e["MESSAGE"] == "hello")
        assert line["SYSLOG_IDENTIFIER"] == tag
        assert line["_TRANSPORT"] == ("stdout" if len(tag) == 254 else "journal")


# ---- fields of the log options -------------------------------------------------------------------------------------

# Fields whose values differ on purpose, or because it is another container.
OTHERWISE = {"CONTAINER_ID", "CONTAINER_ID_FULL", "CONTAINER_NAME", "CONTAINER_LOG_EPOCH", "CONTAINER_LOG_ORDINAL", "SYSLOG_TIMESTAMP"}
LOG_OPTIONS = {
    "tag": "{{.ImageName}}/{{.ImageID}}/{{.ImageFullID}}/{{.DaemonName}}/{{.Command}}/x",
    "labels": "com.example.a,b,missing",
    "labels-regex": r"^x-\w+",
    "env": "FOO,BAR.baz",
    "env-regex": "^(OS|PATH)",
}
CONTAINER = [
    *("--label", "com.example.a=1", "--label", "b=zwei", "--label", "x-y=3", "--label", "x-ünï=4", "--label", "other=5"),
    *("-e", "FOO=foo bar", "-e", "BAR.baz=x=y", "-e", "OS_A=b", "-e", "OTHER=x"),
]


def own_fields(entry):
    return {key: value for key, value in entry.items() if not key.startswith("_")}


def test_fields_are_those_of_dockers_driver():
    options = [word for key, value in LOG_OPTIONS.items() for word in ("--log-opt", f"{key}={value}")]
    began = cursor()
    run("docker", "run", "--rm", "--name", "reference", "--log-driver=journald", *options, *CONTAINER, "busybox", "echo", "hello")
    (reference,) = wait_journal("CONTAINER_NAME=reference", after=began)
    words = " ".join(quote(word) for word in [*options, *CONTAINER])
    with Service("echo hello", Type="oneshot", run=f"--rm {words}") as unit:
        unit.start()
        (line,) = unit.lines()
        own = [e for e in unit.journal() if "MESSAGE_ID" in e]
    theirs, ours = own_fields(reference), own_fields(line)
    assert {k: v for k, v in ours.items() if k not in OTHERWISE} == {k: v for k, v in theirs.items() if k not in OTHERWISE}
    assert theirs.keys() - {"SYSLOG_TIMESTAMP"} <= ours.keys()
    assert own and {(e["CONTAINER_TAG"], e["FOO"], e["SYSLOG_IDENTIFIER"]) for e in own} == {
        (ours["CONTAINER_TAG"], "foo bar", "systemd-docker")
    }


def test_log_options_that_are_not_understood_are_said():
    with Service("echo hello", Type="oneshot", run=f"--rm --log-opt tag={quote('{{upper .Name}}')}") as unit:
        unit.start()
        (line,) = unit.lines()
        assert line["CONTAINER_TAG"] == line["CONTAINER_ID"]
        assert unit.said("--log-opt tag={{upper .Name}}: not understood")


def test_a_template_that_nobody_understands_is_the_engines_error():
    with Service("echo hello", Type="oneshot", run=f"--rm --log-opt tag={quote('{{.Nothing}}')}") as unit:
        assert_failed(unit.run_to_end(), 125)
        assert unit.said("Nothing")
        assert unit.container is None


# ---- settings of the unit ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_extra_fields_and_level_of_the_unit(transport):
    settings = {"LogExtraFields": "FLAVOUR=vanilla", "LogLevelMax": "notice"}
    with Service(sh("echo info; echo error >&2"), Type="oneshot", options=f"--log-transport={transport}", **settings) as unit:
        unit.start()
        lines = unit.lines() or streamed(unit)
    assert [(line["MESSAGE"], line["FLAVOUR"]) for line in lines] == [("error", "vanilla")]


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_rate_limit_of_the_unit(transport):
    limit = {"LogRateLimitIntervalSec": "1h", "LogRateLimitBurst": "10"}
    # With a name of its own, because journald counts for the name of the unit, across tests.
    with Service(sh("seq 5000"), name=f"limited-{transport}", Type="oneshot", options=f"--log-transport={transport}", **limit) as unit:
        unit.start()
        lines = unit.lines() or streamed(unit)
    # journald increases the burst with the free disk space.
    assert 10 <= len(lines) < 1000


@not_here(systemd_version() < 253, "LogFilterPatterns= came with systemd 253")
@pytest.mark.parametrize("transport", TRANSPORTS)
def test_filter_patterns_of_the_unit(transport):
    with Service(sh("echo one; echo secret; echo two"), Type="oneshot", options=f"--log-transport={transport}", LogFilterPatterns="~secret") as unit:
        unit.start()
        lines = unit.lines() or streamed(unit)
    assert messages(lines) == ["one", "two"]


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_log_namespace_of_the_unit(transport):
    try:
        with Service(sh("echo elsewhere"), Type="oneshot", options=f"--log-transport={transport}", LogNamespace="behaviour") as unit:
            unit.start()
            assert unit.lines() == streamed(unit) == []
            run("journalctl", "--namespace=behaviour", "--sync")
            assert out("journalctl", "--namespace=behaviour", "--quiet", "--output=cat", "SYSLOG_IDENTIFIER=behaviour.service") == "elsewhere"
    finally:
        run("systemctl", "stop", "systemd-journald@behaviour.socket", "systemd-journald@behaviour.service", check=False)
        run("rm -rf /var/log/journal/*.behaviour")


# ---- the catalog ---------------------------------------------------------------------------------------------------


def test_events_are_explained():
    with Service(sh(TOLD)) as unit:
        unit.start()
        docker("exec", unit.name, "touch", "/go")
        unit.wait_state("inactive")
        text = out("journalctl", "--quiet", "--catalog", "--no-pager", f"--cursor={unit.cursor}", "--unit", unit.name)
    assert f"Subject: Container {unit.name} was started" in text
    assert f"`docker logs {unit.name}`" in text
    known = run("journalctl", "--list-catalog").stdout
    assert known.count("systemd-docker: ") >= 9


# ---- a journald that is slow, stopped or away ----------------------------------------------------------------------


class Stopped:
    """journald is stopped within this block."""

    def __enter__(self):
        self.pid = int(show("systemd-journald.service", "MainPID")["MainPID"])
        hold(self.pid)
        return self

    def __exit__(self, *_):
        os.kill(self.pid, signal.SIGCONT)


def private_memory(pid):
    """The private memory in KiB that is not backed by a file. Clean pages of a library do not count."""
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return next(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Private_Dirty:"))


def cpu_time(pid):
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9


def numbers(unit):
    lines = unit.lines() or streamed(unit)
    return [int(m) for m in messages(lines) if m.isdigit()]


def test_last_lines_have_their_unit_though_journald_is_late():
    """journald looks at the process that has sent an entry when it reads it."""
    with Service(sh("echo last"), Type="oneshot", run="") as unit:
        with Stopped():
            unit.systemctl("start", "--no-block")
            wait_docker(unit.name, lambda now: now and now["State"]["Status"] == "exited")
            # The supervisor would end within milliseconds if it did not wait for journald.
            time.sleep(1)
        unit.wait_state("inactive")
        assert messages(unit.lines()) == ["last"]


def test_last_message_of_a_supervisor_that_is_killed_is_shown_for_the_unit():
    """As after an OOM kill, when systemd kills all of the unit."""
    with Service(sh(OBEDIENT)) as unit:
        unit.start()
        unit.wait_line("up")
        run("systemctl", "restart", "systemd-journald")  # it remembers the unit of a process for some seconds
        with Stopped():
            unit.wait_next_life(unit.docker_restart())  # what is said of it stays in the socket
            supervisor = unit.supervisor
            os.kill(supervisor, signal.SIGKILL)
            wait_gone(supervisor)
        run("journalctl", "--sync")
        assert "was started again." in out("journalctl", "--quiet", "--unit", unit.name, "--cursor", unit.cursor)


@pytest.mark.plain
@pytest.mark.parametrize("transport", TRANSPORTS)
def test_journald_stands_still(transport):
    script = "trap 'echo bye; exit 0' TERM; echo up; seq 40000; echo end; while :; do sleep 1000 & wait; done"
    with Service(sh(script), options=f"--log-transport={transport}", WatchdogSec="2s") as unit:
        with Stopped():
            unit.start()
            began, pid = time.monotonic(), unit.supervisor
            # The queue fills up, and then nothing moves for more than three times the watchdog's interval.
            unit.stays_active(began + 3)
            spent = cpu_time(pid)
            unit.stays_active(began + 7)
            if not SANITIZED:
                assert cpu_time(pid) - spent < 0.2
                assert private_memory(pid) < 4096
        unit.wait_journal(lambda e: e["MESSAGE"] == "end")
        assert numbers(unit) == list(range(1, 40001))
        assert unit.show("NRestarts", "Result") == {"NRestarts": "0", "Result": "success"}


@pytest.mark.plain
@pytest.mark.parametrize("transport", TRANSPORTS)
def test_slow_journald_holds_the_container_back(transport):
    script = "head -c 10000000 /dev/zero | tr '\\0' x | fold -w 1000; echo; echo end; sleep 1000"
    with Service(sh(script), run="--rm --stop-timeout=0", options=f"--log-transport={transport}") as unit:
        with Stopped() as journald:
            unit.start()
            pid = unit.supervisor
            # journald gets a little further each time, and there is always more to read.
            for _ in range(25):
                os.kill(journald.pid, signal.SIGCONT)
                time.sleep(0.005)
                os.kill(journald.pid, signal.SIGSTOP)
                time.sleep(0.02)
            if not SANITIZED:
                assert private_memory(pid) < 4096
        unit.wait_journal(lambda e: e["MESSAGE"] == "end", timeout=120)
        seen = unit.lines() or streamed(unit)
        assert [len(m) for m in messages(seen)] == [1000] * 10000 + [3]


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_stop_while_journald_stands_still(transport):
    # More than fits between the container and the journal, and no more than journald takes within seconds.
    script = "trap 'kill $!; wait; exit 0' TERM; seq 50000 & wait; sleep 1000 & wait"
    with Service(sh(script), options=f"--log-transport={transport}", TimeoutStopSec="60s") as unit:
        with Stopped():
            unit.start()
            pid = unit.container_pid
            unit.systemctl("stop", "--no-block")
            wait_gone(pid)
        assert_success(unit.wait_state("inactive", timeout=60))
        seen = numbers(unit)
        # The last line may be an incomplete number, because seq was killed with a part of it in its buffer.
        assert len(seen) > 1 and seen[:-1] == list(range(1, len(seen)))
        assert unit.said("was stopped")


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_journald_is_restarted_under_full_output(transport):
    with Service(sh("seq 30000; echo end; sleep 1000"), options=f"--log-transport={transport}") as unit:
        unit.start()
        unit.wait_journal(lambda e: e["MESSAGE"] == "1000")
        run("systemctl", "restart", "systemd-journald.service")
        unit.wait_journal(lambda e: e["MESSAGE"] == "end")
        assert numbers(unit) == list(range(1, 30001))


def test_journal_is_away_for_a_while():
    script = "trap 'exit 0' TERM; echo before; while ! [ -e /go/now ]; do sleep 0.1; done; seq 1000; echo end; sleep 1000 & wait"
    folder = Path("/run/behaviour-go")
    folder.mkdir(exist_ok=True)
    sockets = ("systemd-journald.socket", "systemd-journald-dev-log.socket", "systemd-journald-audit.socket")
    try:
        with Service(sh(script), run=f"--rm -v {folder}:/go:ro", WatchdogSec="2s") as unit:
            unit.start()
            unit.wait_line("before")
            run("systemctl", "stop", *sockets, "systemd-journald.service")
            (folder / "now").touch()
            unit.stays_active(time.monotonic() + 3)
            run("systemctl", "start", *sockets[:2], "systemd-journald.service")
            unit.wait_journal(lambda e: e["MESSAGE"] == "end")
            assert numbers(unit) == list(range(1, 1001))
    finally:
        run("systemctl", "start", *sockets[:2], "systemd-journald.service")
        (folder / "now").unlink(missing_ok=True)
        folder.rmdir()

# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The systemd-docker authors
"""What the unit says of its lines in the journal applies to those of the container. A plain service is the yardstick."""

import contextlib
import os
import pty
import tty
from pathlib import Path

import pytest

from supervised import Service, assert_success, is_line, sh
from testhost import Unit, run, wait_journal, wait_until

SCRIPT = "echo one; echo two >&2; echo '<4>three'; echo '<0>four'; echo '<000>five'; echo '<9>six'; echo done"
SETTINGS = [
    {"SyslogIdentifier": "shop"},
    {"SyslogFacility": "local3", "SyslogLevel": "notice"},
    {"SyslogLevel": "debug", "SyslogLevelPrefix": "no"},
    {"SyslogIdentifier": "a b", "SyslogFacility": "mail", "SyslogLevel": "warning", "SyslogLevelPrefix": "no"},
]
FIELDS = ("MESSAGE", "PRIORITY", "SYSLOG_IDENTIFIER", "SYSLOG_FACILITY")


def fields(entries):
    """The fields of the lines, whose two streams may be mixed differently."""
    return sorted([str(e.get(name)) for name in FIELDS] for e in entries)


def of_plain_service(settings):
    """An emergency of a plain service would appear on the terminals, so its line has another prefix."""
    with Unit("plain", "/bin/" + sh(SCRIPT.replace("<0>", "<1>").replace("<000>", "<1>")), Type="oneshot", **settings) as unit:
        unit.start()
        wait_journal([unit.name, "_TRANSPORT=stdout", "MESSAGE=done"], after=unit.cursor)
        return [e for e in unit.journal("_TRANSPORT=stdout") if e["MESSAGE"] != ""]


@pytest.mark.parametrize("transport", ("native", "stream"))
@pytest.mark.parametrize("settings", SETTINGS)
def test_settings_apply_to_the_lines_of_the_container(settings, transport):
    plain = of_plain_service(settings)
    with Service(sh(SCRIPT), options=f"--log-transport={transport}", **settings) as unit:
        assert_success(unit.run_to_end())
        identifier = settings.get("SyslogIdentifier", unit.name)
        match = [unit.name, f"SYSLOG_IDENTIFIER={identifier}", "MESSAGE=done"]
        wait_journal(match, after=unit.cursor)
        lines = unit.journal(f"SYSLOG_IDENTIFIER={identifier}")
    raw = settings.get("SyslogLevelPrefix") == "no"
    for entry in plain:
        entry["SYSLOG_IDENTIFIER"] = identifier
        if settings.get("SyslogFacility") is None:
            entry.pop("SYSLOG_FACILITY", None)
        if entry["MESSAGE"] == "two" and "SyslogLevel" not in settings:
            entry["PRIORITY"] = "3"
        if raw:
            entry["MESSAGE"] = {"<1>four": "<0>four", "<1>five": "<000>five"}.get(entry["MESSAGE"], entry["MESSAGE"])
    for entry in lines:
        if transport == "native" and entry["MESSAGE"] == "<000>five" and not raw:
            entry.update(MESSAGE="five", PRIORITY="1")  # only a stream's prefix may have several digits
    assert fields(lines) == fields(plain)


def test_explicit_priority_of_standard_error():
    with Service(sh("echo one; echo two >&2"), options="--stderr-priority=crit", SyslogLevel="debug") as unit:
        assert_success(unit.run_to_end())
        assert {e["MESSAGE"]: e["PRIORITY"] for e in unit.lines()} == {"one": "7", "two": "2"}


def test_own_messages_have_our_identifier_from_the_first_on():
    with Service("true", options="--cgroup-mode=migrate", SyslogIdentifier="shop") as unit:
        assert_success(unit.run_to_end())
        ours = [e for e in unit.journal() if e.get("_COMM") == "systemd-docker" and not is_line(e)]
        assert ours[0]["MESSAGE"].startswith("cgroup mode migrate")
        assert {e["SYSLOG_IDENTIFIER"] for e in ours} == {"systemd-docker"}


@pytest.fixture(scope="module")
def console():
    """A terminal that is journald's console. Yields a function that returns what has appeared on it since the last call."""
    ours, theirs = pty.openpty()
    tty.setraw(theirs)
    os.set_blocking(ours, False)
    config = Path("/run/systemd/journald.conf.d/console.conf")
    config.parent.mkdir(exist_ok=True)
    config.write_text(f"[Journal]\nTTYPath={os.ttyname(theirs)}\n")
    run("systemctl", "restart", "systemd-journald")

    def read():
        with contextlib.suppress(BlockingIOError):
            return os.read(ours, 65536).decode()
        return ""

    try:
        yield read
    finally:
        config.unlink()
        run("systemctl", "restart", "systemd-journald")
        os.close(ours)
        os.close(theirs)


def on_console(read, unit):
    """Runs the unit. Returns which of its lines are on the console: standard output's, standard error's."""
    text = ""

    def appeared():
        nonlocal text
        text += read()
        return "the end" in text

    unit.run_to_end() if isinstance(unit, Service) else unit.start()
    wait_until(appeared, what="the last line on the console")
    return "to stdout" in text, "to stderr" in text


@pytest.mark.parametrize(
    "settings",
    (
        {"StandardOutput": "journal+console"},
        {"StandardOutput": "journal+console", "StandardError": "journal"},
        {"StandardOutput": "kmsg+console", "StandardError": "journal+console"},
    ),
)
def test_lines_reach_the_console_as_those_of_a_plain_service(settings, console):
    script = sh("echo to stderr >&2; echo to stdout; sleep 0.2; echo the end")
    console()
    with Unit("plain", "/bin/" + script, Type="oneshot", **settings) as unit:
        plain = on_console(console, unit)
    console()
    with Service(script, **settings) as unit:
        assert on_console(console, unit) == plain

# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The systemd-docker authors
"""Each mistake of mistakes.py in a real unit: what systemctl start, systemctl status and journalctl -xe show of it. The cause is
in the first 70 columns of STATUS=, the cure in the journal, and the catalog explains it.

With TEST_TABLE=FILE, all of that is also written to the file, as Markdown."""

import os
import re
import shutil
from pathlib import Path

import pytest
from mistakes import ALL, EXITED, WATCHDOG
from supervised import PROGRAM, is_line
from testhost import Unit, out, run, show

FOLDER = Path("/run/mistakes")
# Of a terminal; "     Status: " and a quotation mark come before STATUS=.
COLUMNS = 120
CAUSE_COLUMNS = 70
STATUS_COLUMNS = 200


@pytest.fixture
def folder():
    FOLDER.mkdir()
    yield FOLDER
    shutil.rmtree(FOLDER)


class Shop(Unit):
    """The recommended unit with a mistake. One without a line is a template that is installed."""

    def __init__(self, mistake):
        settings = {
            "Type": "notify",
            "NotifyAccess": "all",
            "KillMode": "mixed",
            "TimeoutStopSec": "5s",
            "RestartPreventExitStatus": "78",
            **mistake.settings,
        }
        self.installed = not mistake.line
        super().__init__(mistake.name, f"{PROGRAM} {mistake.line}", **settings)

    def write(self, **changes):
        if not self.installed:
            super().write(**changes)

    def text(self):
        return "" if self.installed else self._lines(self.settings)


def cut(text):
    """As the pager of systemctl shows it on a terminal."""
    return "\n".join(line if len(line) <= COLUMNS else line[: COLUMNS - 1] + ">" for line in text.splitlines())


def settled(end):
    def look(now):
        if end == "running":
            return now["StatusText"].startswith("Running") or now["ActiveState"] == "failed"
        return now["ActiveState"] in ("failed", "inactive") and now["Job"] in ("", "0")

    return look


def look_at(unit, end):
    """What a user sees, and the journal for the test."""
    start = run("systemctl", "start", *(["--no-block"] if end == "running" else []), unit.name, check=False)
    state = unit.wait(settled(end))
    run("journalctl", "--sync")
    return {
        "start": f"{start.stderr}exit status {start.returncode}",
        "state": {**state, **show(unit.name, "Result", "ExecMainStatus")},
        "status": cut(run("systemctl", "status", "--no-pager", unit.name, check=False).stdout),
        "entries": unit.journal(),
        "journal": out("journalctl", "--no-pager", "-xu", unit.name, f"--cursor={unit.cursor}"),
    }


def write_table(mistake, unit, seen):
    if path := os.environ.get("TEST_TABLE"):
        with Path(path).open("a") as f:
            f.write(f"### {mistake.wrong}\n")
            parts = ("[Service]", unit.text()), ("systemctl start", seen["start"]), ("systemctl status", seen["status"])
            for name, text in (*parts, ("journalctl -xeu", seen["journal"])):
                f.write(f"\n{name}:\n\n" + "".join(f"    {line}".rstrip() + "\n" for line in text.splitlines()))
            f.write("\n")


def own(seen):
    return [e for e in seen["entries"] if e.get("_COMM") == "systemd-docker" and not is_line(e)]


def assert_explained(message_id, journal):
    """The catalog's entry for it is shown, with its own subject."""
    catalog = Path("/src/catalog/systemd-docker.catalog").read_text()
    subject = re.search(rf"^-- {message_id}\nSubject: (.*)", catalog, re.M)[1]
    assert re.search("Subject: " + re.sub("@[A-Z_]+@", ".*", subject), journal)


def assert_failed_with_cause(mistake, seen):
    state = seen["state"]
    result = "exit-code" if isinstance(mistake.end, int) else mistake.end
    assert (state["ActiveState"], state["Result"]) == ("failed", result)
    if isinstance(mistake.end, int):
        assert state["ExecMainStatus"] == str(mistake.end)
    if mistake.message_id not in (EXITED, WATCHDOG):  # those were started
        assert "exit status 1" in seen["start"]
    assert mistake.cause and len(mistake.cause) <= CAUSE_COLUMNS + 10
    assert state["StatusText"].startswith(mistake.cause)
    assert len(state["StatusText"]) <= STATUS_COLUMNS
    said = [e for e in own(seen) if e.get("MESSAGE_ID") == mistake.message_id]
    assert len(said) == 1
    message = said[0]["MESSAGE"]
    if mistake.cure:
        assert mistake.cure in message
    # In the excerpt of `systemctl status`, too.
    assert message[:30] in seen["status"]
    assert_explained(mistake.message_id, seen["journal"])
    if "ENGINE_MESSAGE" in said[0] and message.startswith("Cannot start: "):
        assert int(said[0]["ENGINE_STATUS"]) >= 400
        assert [e for e in own(seen) if e["MESSAGE"] == "The engine's words: " + said[0]["ENGINE_MESSAGE"]]


def assert_goes_on(mistake, seen):
    """It works, or somebody has to decide what it was meant to be: then there is a line."""
    assert seen["state"]["StatusText"].startswith(mistake.cause)
    hints = [e for e in own(seen) if mistake.hint and mistake.hint in e["MESSAGE"]]
    assert bool(hints) == bool(mistake.hint)
    if mistake.end == "running":
        assert seen["state"]["ActiveState"] in ("active", "activating")
    elif mistake.end != "timeout":
        assert seen["state"]["Result"] == mistake.end


@pytest.mark.parametrize("mistake", ALL, ids=[m.wrong for m in ALL])
def test_mistake(mistake, folder):
    if mistake.file:
        (folder / "env").write_text(mistake.file)
    with Shop(mistake) as unit, mistake.around():
        seen = look_at(unit, mistake.end)
        write_table(mistake, unit, seen)
        assert seen["state"]["NRestarts"] == "0"
        if mistake.end == "assert":
            # systemd does not name the file, and forgets the unit at once.
            assert "systemd-docker@shop.service - Container of /etc/systemd-docker/shop.env\n" in seen["status"]
        elif mistake.hint or mistake.end == "running":
            assert_goes_on(mistake, seen)
        else:
            assert_failed_with_cause(mistake, seen)
        unit.systemctl("stop", check=False)

# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The systemd-docker authors
"""Hooks of the behaviour suite. They remove what a test leaves behind, show why it failed, and let a run succeed only if every
test ran. See testhost.py for the functions that tests use."""

import zlib

import pytest
import testhost

counts = {"passed": 0, "failed": 0, "skipped": 0}
unexcused = []
left_failed = []


@pytest.fixture(autouse=True)
def clean_host(request):
    """Removes containers and failed units that a test has left, and lets the test fail if a sanitizer has found something."""
    before = testhost.containers()
    since = testhost.cursor() if testhost.SANITIZED else None
    yield
    left = testhost.containers() - before
    if left:
        testhost.run("docker", "rm", "--force", "--volumes", *left, check=False)
    # Other scopes and services that a test has killed; its own unit is already gone.
    for line in testhost.out("systemctl", "list-units", "--state=failed", "--plain", "--no-legend", "--full").splitlines():
        left_failed.append(f"{request.node.nodeid} left {line}")
        testhost.run("systemctl", "reset-failed", line.split()[0], check=False)
    if since:
        found = testhost.sanitizer_reports(since)
        if found:
            pytest.fail(found, pytrace=False)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    report = outcome.get_result()
    if report.failed and testhost.Unit.diagnoses:
        report.sections.append(("the unit", "\n".join(testhost.Unit.diagnoses)))
    if call.when == "call" or report.failed:
        testhost.Unit.diagnoses.clear()


_outcome = {}


def pytest_runtest_logreport(report):
    # A test has three phases. Its outcome is the worst of theirs.
    rank = ["passed", "skipped", "failed"]
    worst = max(_outcome.get(report.nodeid, "passed"), report.outcome, key=rank.index)
    _outcome[report.nodeid] = worst
    if report.skipped:
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        if testhost.NOT_HERE not in reason:
            unexcused.append(f"{report.nodeid}: {reason}")


def pytest_addoption(parser):
    parser.addoption("--half", choices=("first", "second"), help="of the tests marked `either`, take this half")


def pytest_configure(config):
    config.addinivalue_line("markers", "plain: not with a sanitized program, which cannot show it or would take too long")
    config.addinivalue_line("markers", "either: shows this program, not a version of systemd or Docker; see HACKING.md")
    config.addinivalue_line("markers", "last: looks at the end of the session at what began with it")


def in_half(item, half):
    """Whether the test belongs to the half. A test stays in its half whatever other tests there are."""
    return zlib.crc32(item.nodeid.encode()) % 2 == ("first", "second").index(half)


def pytest_collection_modifyitems(config, items):
    half = config.option.half
    if half:
        left = [item for item in items if item.get_closest_marker("either") and not in_half(item, half)]
        config.hook.pytest_deselected(items=left)
        items[:] = [item for item in items if item not in left]
    items.sort(key=lambda item: item.get_closest_marker("last") is not None)


_not_collected = []


def pytest_collectreport(report):
    if report.failed:
        _not_collected.append(report.nodeid)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session):
    if unexcused and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter):
    stack = "systemd %d, Docker %s" % (testhost.systemd_version(), ".".join(map(str, testhost.engine_version())))
    terminalreporter.section("summary")
    terminalreporter.write_line(stack + (", built with sanitizers" if testhost.SANITIZED else ""))
    for line in left_failed:
        terminalreporter.write_line(line)
    for line in unexcused:
        terminalreporter.write_line(f"skipped without being excused: {line}")


def pytest_unconfigure(config):
    if config.option.collectonly:
        return
    for outcome in _outcome.values():
        counts[outcome] += 1
    counts["failed"] += len(_not_collected)
    print("{passed} passed, {failed} failed, {skipped} skipped".format(**counts), flush=True)

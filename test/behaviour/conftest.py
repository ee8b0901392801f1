# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The systemd-docker authors
"""Hooks of the behaviour suite. They remove what a test leaves behind, show why it failed, and let a run succeed only if every
test ran. See testhost.py for the functions that tests use."""

import collections
import heapq
import re
import zlib
from pathlib import Path

import pytest

pytest.register_assert_rewrite("supervised", "testhost")  # so that a failure in their functions shows the values

import testhost  # noqa: E402

counts = {"passed": 0, "failed": 0, "skipped": 0}
unexcused = []
left_failed = []
last_words = []


def engine_process():
    """A number that is another one once the engine was started again."""
    try:
        return Path("/run/docker.pid").read_text()
    except OSError:
        return ""


def remove_lost_endpoints():
    """An engine that is killed in the wrong moment keeps the network endpoint of a container that it has forgotten, and
    starts no other container with that name. That is a fault of Docker's own, not of the test that comes next."""
    known = testhost.containers()
    for container, endpoint in testhost.engine_get("/networks/bridge")["Containers"].items():
        if container not in known:
            testhost.run("docker", "network", "disconnect", "--force", "bridge", endpoint["Name"], check=False)


@pytest.fixture(autouse=True)
def clean_host(request):
    """Removes what a test has left: containers, failed units, lost endpoints. Lets the test fail if a sanitizer has found
    something."""
    before, engine = testhost.containers(), engine_process()
    since = testhost.cursor() if testhost.SANITIZED else None
    yield
    left = testhost.containers() - before
    if left:
        testhost.run("docker", "rm", "--force", "--volumes", *left, check=False)
    if engine_process() != engine:
        remove_lost_endpoints()
    # Other scopes and services that a test has killed; its own unit is already gone.
    for line in testhost.out("systemctl", "list-units", "--state=failed", "--plain", "--no-legend", "--full").splitlines():
        left_failed.append(f"{request.node.nodeid} left {line}")
        testhost.run("systemctl", "reset-failed", line.split()[0], check=False)
    if since:
        found = testhost.sanitizer_reports(since)
        if found:
            pytest.fail(found, pytrace=False)


def keep_last_words(name, diagnosis):
    """The last lines of the unit's journal, for the summary: the report itself can be far above the end of a long output."""
    lines = [line for line in diagnosis.splitlines() if re.match(r"[A-Z][a-z]{2} \d\d \d\d:\d\d:\d\d", line)]
    last_words.extend(f"unit of {name}: {line[:300]}" for line in lines[-12:])


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    report = outcome.get_result()
    if report.failed and testhost.Unit.diagnoses:
        report.sections.append(("the unit", "\n".join(testhost.Unit.diagnoses)))
        keep_last_words(item.name, report.sections[-1][1])
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
    parser.addoption("--share", metavar="K/N", help="of N shares of all files, take the K-th, so that N hosts share the work")


def pytest_configure(config):
    config.addinivalue_line("markers", "plain: not with a sanitized program, which cannot show it or would take too long")
    config.addinivalue_line("markers", "either: shows this program, not a version of systemd or Docker; see HACKING.md")
    config.addinivalue_line("markers", "last: looks at the end of the session at what began with it")


def in_half(item, half):
    """Whether the test belongs to the half. A test stays in its half whatever other tests there are."""
    return zlib.crc32(item.nodeid.encode()) % 2 == ("first", "second").index(half)


def files_of_share(items, number, of):
    """The share's files: each file goes, the largest first, to the share that has the fewest tests."""
    sizes = collections.Counter(item.path for item in items)
    shares = [(0, n, []) for n in range(of)]
    for path, size in sorted(sizes.items(), key=lambda entry: (-entry[1], entry[0])):
        count, n, files = heapq.heappop(shares)
        heapq.heappush(shares, (count + size, n, [*files, path]))
    return next(files for _, n, files in shares if n == number - 1)


def leave_out(config, items, keep):
    config.hook.pytest_deselected(items=[item for item in items if not keep(item)])
    items[:] = [item for item in items if keep(item)]


def pytest_collection_modifyitems(config, items):
    half, share = config.option.half, config.option.share
    if half:
        leave_out(config, items, lambda item: not item.get_closest_marker("either") or in_half(item, half))
    if share:
        files = files_of_share(items, *map(int, share.split("/")))
        leave_out(config, items, lambda item: item.path in files)
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
    for line in left_failed + last_words:
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

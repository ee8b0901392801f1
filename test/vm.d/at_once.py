# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The systemd-docker authors
"""A plugin: reports a failure when it happens, because a machine that runs out of time does not get to pytest's summary. And what a
test prints is shown although it has passed: figures."""

_config = []


def pytest_configure(config):
    _config.append(config)


def pytest_runtest_logreport(report):
    write = _config[0].pluginmanager.get_plugin("terminalreporter").write_line
    if report.failed:
        write(f"\n{report.longreprtext}")
        for name, text in report.sections:
            write(f"---- {name} ----\n{text}")
    elif report.when == "call" and report.capstdout:
        write(f"\n{report.nodeid.split('::')[-1]}: {report.capstdout.rstrip()}")

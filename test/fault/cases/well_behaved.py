# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The systemd-docker authors
"""The engine as it should be. Every other case differs from this one in one thing."""

from program import case


@case
def well_behaved(t):
    e = t.serve()
    t.start()
    t.said("Started container")
    e.end(0)
    t.ends(0)
    assert e.counts["remove"] == 1


@case
def well_behaved_stop(t):
    t.serve()
    t.start()
    t.said("Started container")
    t.signal()
    t.ends(0)


@case
def well_behaved_exit_status(t):
    e = t.serve()
    t.start()
    t.said("Started container")
    e.end(42)
    t.ends(42)

# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The systemd-docker authors
"""The first request, /_ping: no engine, or one that we cannot talk to."""

import re

from answers import answering, hanging, sending
from program import Systemd, case, error_lines, variants

# In a service, the messages go to the journal's socket and not to stderr.


@variants(
    nothing=b"",
    text=b"hello, this is not an engine\n",
    ssh=b"SSH-2.0-OpenSSH_9.2p1\r\n",
    binary=bytes(range(256)) * 256,
    half_a_header=b"HTTP/1.1 200 OK\r\nApi-Ver",
    long_header=b"HTTP/1.1 200 OK\r\nX: " + b"a" * (2 << 20),
    bad_status=b"HTTP/1.1 abc\r\n\r\n",
    future=b"HTTP/7.0 200 OK\r\n\r\n",
    cut_body=b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nO",
    bad_chunk=b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzzz\r\n",
)
def ping_garbage(t, data):
    t.serve(ping=sending(data))
    t.start()
    t.ends(125, "Cannot start: the Docker engine is not reached at [^ ]+: ")


@variants(
    huge="99999999999.1", negative="-1.44", words="one.two", no_minor="1", dots="1.44.1", hex="0x1.0x2c", long="1." + "4" * 5000,
    escape="1.44\x1b[31m",
)
def ping_version_absurd(t, version):
    e = t.serve(ping=answering(200, "OK", f"Api-Version: {version}\r\n"))
    t.start()
    t.ends(125, "The engine speaks API version ")
    assert e.counts == {"ping": 1}


def serve_version(t, header):
    """An engine that sends this header with its version. Also returns the list of the versions that requests then use."""
    spoken = []

    def create(conn):
        spoken.append(conn.version)
        t.engine.do_create(conn)
    return t.serve(ping=answering(200, "OK", header), create=create), spoken


@variants(empty="Api-Version: \r\n", missing="")
def ping_version_of_none(t, header):
    """Treated like the oldest engine that has a version."""
    e, spoken = serve_version(t, header)
    t.start()
    t.said("Started container")
    e.end(0)
    t.ends(0)
    assert spoken == ["1.24"]


@case
def ping_version_in_two_lines(t):
    """A header that continues in the next line: libcurl joins the two, or ends the header with the first. Nothing else."""
    e, spoken = serve_version(t, "Api-Version: 1.41\r\n injected\r\n")
    t.start()
    t.until(lambda: e.reached["inspect"].is_set() or error_lines(t), "decision")
    if not e.reached["inspect"].is_set():
        t.ends(125, "The engine speaks API version 1.41 injected, we")
        assert e.counts == {"ping": 1}
        return
    e.end(0)
    t.ends(0)
    assert spoken == ["1.41"]


@variants(old="1.12", older="0.9", just_too_old="1.23")
def ping_version_too_old(t, version):
    e = t.serve(ping=answering(200, "OK", f"Api-Version: {version}\r\n"))
    t.start()
    t.ends(125, f"The engine speaks API version {re.escape(version)}, we speak 1.24 to ")
    assert e.counts == {"ping": 1}


@case
def ping_version_of_the_future(t):
    e = t.serve(ping=answering(200, "OK", "Api-Version: 2.0\r\n"))
    t.start()
    t.said("Started container")
    e.end(0)
    t.ends(0)


@variants(_400=400, _403=403, _404=404, _500=500, _503=503, _302=302)
def ping_status(t, status):
    t.serve(ping=answering(status, {"message": "no way"}))
    t.start()
    t.ends(125, "Cannot start: the Docker engine is not reached at [^ ]+: no way")


@case
def engine_is_missing(t):
    t.start()
    t.ends(125, "Cannot start: the Docker engine is not reached at [^ ]+: No such file or directory")


@case
def engine_is_dead(t):
    t.serve().deaf()
    t.start()
    t.ends(125, "Cannot start: the Docker engine is not reached at [^ ]+: Connection refused")


@case
def hang_ping_and_stop(t):
    t.serve(ping=hanging)
    t.start()
    t.reached("ping")
    t.signal()
    t.ends(0, within=5)


def start_under_systemd(t):
    """SYSTEMD_EXEC_PID shows that it is a service. The engine is not up yet, as at boot."""
    systemd = Systemd(t)
    t.start(service=True, NOTIFY_SOCKET=systemd.path)
    systemd.wait("STATUS=Waiting for the Docker engine")
    t.said("can't be reached yet")
    return systemd


@case
def under_systemd_waits_for_the_engine(t):
    systemd = start_under_systemd(t)
    t.serve(start=answering(500, {"message": "that was enough"}))
    t.ends(125, "Failed to start the container: that was enough", within=30)
    systemd.wait("STATUS=Removing the container")


@case
def under_systemd_stop_while_waiting(t):
    start_under_systemd(t)
    t.signal()
    t.ends(0, within=10)


@case(brief=False)
def connect_without_descriptors(t):
    """As many as there may be, libcurl gets no socket, and does not say why."""
    seen = 0
    for files in range(10, 19):
        t.start(files=files)
        t.ends(125, "Too many open files|No such file or directory")
        seen += "is not reached" in t.stderr() and "Too many open files" in t.stderr()
    assert seen, t.stderr()

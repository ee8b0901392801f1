# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The systemd-docker authors
"""Unit files for containers, put into /etc/docker/systemd: what a new user does."""

import contextlib
import shutil
from pathlib import Path

import pytest
from supervised import OBEDIENT, quote
from testhost import inspect, run

FOLDER = Path("/etc/docker/systemd")


@contextlib.contextmanager
def files(**texts):
    """Puts files into the folder ("web_container" is web.container); takes them away again, and ends their services."""
    names = {name.replace("_", "."): text for name, text in texts.items()}
    FOLDER.mkdir(parents=True, exist_ok=True)
    try:
        for name, text in names.items():
            (FOLDER / name).write_text(text)
        run("systemctl", "daemon-reload")
        yield
    finally:
        for name in names:
            run("systemctl", "stop", name.split(".")[0] + ".service", check=False)
        shutil.rmtree(FOLDER)
        run("systemctl", "daemon-reload")
        for name in names:
            run("systemctl", "reset-failed", name.split(".")[0] + ".service", check=False)


def show(unit, *properties):
    out = run("systemctl", "show", unit, *(f"--property={p}" for p in properties)).stdout
    return dict(line.split("=", 1) for line in out.splitlines())


def test_file_becomes_a_service():
    with files(qweb_container=f"""[Container]
Image=busybox
Environment=A=1 "B=two words"
Label=team=web
Exec=sh -c {quote(OBEDIENT)}
Memory=100m

[Service]
Restart=on-failure
"""):
        run("systemctl", "start", "qweb.service")
        state = show("qweb.service", "ActiveState", "SourcePath", "MemoryMax", "KillMode", "Delegate")
        assert state == {"ActiveState": "active", "SourcePath": str(FOLDER / "qweb.container"), "KillMode": "mixed",
                         "MemoryMax": str(100 << 20), "Delegate": "yes"}
        container = inspect("systemd-qweb")
        assert {"A=1", "B=two words"} <= set(container["Config"]["Env"])
        assert container["Config"]["Labels"]["team"] == "web"
        assert container["HostConfig"]["LogConfig"]["Type"] == "local"
        assert "host.containers.internal:host-gateway" in container["HostConfig"]["ExtraHosts"]
        run("systemctl", "stop", "qweb.service")
        assert show("qweb.service", "ActiveState", "Result") == {"ActiveState": "inactive", "Result": "success"}
        assert inspect("systemd-qweb") is None


def test_broken_file_says_so():
    with files(qbad_container="[Container]\nImage=busybox\nHostname=x\n",
               qgood_container=f"[Container]\nImage=busybox\nExec=sh -c {quote(OBEDIENT)}\n"):
        assert run("systemctl", "start", "qbad.service", check=False).returncode != 0
        assert show("qbad.service", "ExecMainStatus", "Result") == {"ExecMainStatus": "78", "Result": "exit-code"}
        run("journalctl", "--sync")
        status = run("systemctl", "status", "--no-pager", "--full", "qbad.service", check=False).stdout
        assert f"{FOLDER}/qbad.container:3: unknown key Hostname= in [Container]; write: HostName=x" in status
        run("systemctl", "start", "qgood.service")


def test_warning_when_the_service_starts():
    with files(qwarn_container=f"""[Container]
Image=busybox
Retry=3
Exec=sh -c {quote(OBEDIENT)}
"""):
        run("systemctl", "start", "qwarn.service")
        run("journalctl", "--sync")
        lines = run("journalctl", "-u", "qwarn.service", "-p", "warning", "-o", "cat").stdout
        assert f"{FOLDER}/qwarn.container:3: Retry= has no effect" in lines


def test_read_only_leaves_tmp_writable():
    with files(qro_container="""[Container]
Image=busybox
ReadOnly=yes
Exec=sh -c "touch /run/a /tmp/a /var/tmp/a && ! touch /etc/a"

[Service]
Type=oneshot
"""):
        run("systemctl", "start", "qro.service")
        assert show("qro.service", "Result")["Result"] == "success"


def test_missing_folder_is_an_error():
    with files(qdir_container="[Container]\nImage=busybox\nVolume=/nowhere/at/all:/x\nExec=true\n"):
        assert run("systemctl", "start", "qdir.service", check=False).returncode != 0
        assert not Path("/nowhere").exists()


def test_install_and_template():
    with files(**{"qt@_container": f"""[Container]
Image=busybox
Exec=sh -c {quote(OBEDIENT)}

[Install]
WantedBy=qtest.target
DefaultInstance=one
"""}):
        assert "qt@one.service" in show("qtest.target", "Wants")["Wants"]
        run("systemctl", "start", "qt@one.service")
        try:
            assert inspect("systemd-qt_one")["State"]["Running"]
        finally:
            run("systemctl", "stop", "qt@one.service")


@pytest.mark.parametrize("variable", ["greeting", "two words"])
def test_variables_are_replaced_at_the_start(variable):
    with files(qvar_container=f"""[Container]
Image=busybox
Environment=FROM=${{VALUE}} UNIT=%N
Exec=sh -c {quote(OBEDIENT)}

[Service]
Environment="VALUE={variable}"
"""):
        run("systemctl", "start", "qvar.service")
        assert {f"FROM={variable}", "UNIT=qvar"} <= set(inspect("systemd-qvar")["Config"]["Env"])

# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The systemd-docker authors
"""Unit files for containers, put into /etc/docker/systemd: what a new user does."""

import contextlib
import json
import os
import shutil
import urllib.request
from pathlib import Path

import pytest
from supervised import OBEDIENT, quote
from testhost import docker, engine_get, inspect, run, wait_until

pytestmark = [pytest.mark.plain, pytest.mark.either]

FOLDER = Path("/etc/docker/systemd")
GENERATORS = "lib/systemd/system-generators/systemd-docker-generator", "lib/systemd/user-generators/systemd-docker-user-generator"


def service_of(name):
    stem, kind = name.rsplit(".", 1)
    return f"{stem}.service" if kind == "container" else f"{stem}-{kind}.service"


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
            run("systemctl", "stop", service_of(name), check=False)
        shutil.rmtree(FOLDER)
        run("systemctl", "daemon-reload")
        for name in names:
            run("systemctl", "reset-failed", service_of(name), check=False)
            docker(*{"network": ("network", "rm"), "volume": ("volume", "rm")}.get(name.rsplit(".", 1)[1], ("rm", "-f")),
                   "systemd-" + name.split(".")[0], check=False)


def write(**texts):
    for name, text in texts.items():
        (FOLDER / name.replace("_", ".")).write_text(text)
    run("systemctl", "daemon-reload")


def log_of(unit):
    run("journalctl", "--sync")
    return run("journalctl", "-u", unit, "-o", "cat").stdout


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


def test_generator_is_where_systemd_looks():
    prefix = Path(run("sh", "-c", "command -v systemd-docker").stdout.strip()).parents[1]
    for name in GENERATORS:
        assert os.access(prefix / name, os.X_OK), name


def test_network_and_volume_come_first():
    """What a container refers to is created before it starts, kept when it stops, and left alone by a second start."""
    with files(qnet_network="[Network]\nSubnet=10.123.45.0/24\nOptions=mtu=1400\nLabel=team=web\n",
               qdata_volume="[Volume]\nLabel=team=db\nUID=1234\nGID=4321\n",
               qapp_container=f"""[Container]
Image=busybox
Network=qnet.network:ip=10.123.45.67
Volume=qdata.volume:/data
HostName=qapphost
Exec=sh -c {quote(OBEDIENT)}
"""):
        run("systemctl", "start", "qapp.service")
        for unit in ("qnet-network.service", "qdata-volume.service"):
            assert show(unit, "ActiveState", "SubState") == {"ActiveState": "active", "SubState": "exited"}
        network = engine_get("/networks/systemd-qnet")
        assert network["Options"]["com.docker.network.driver.mtu"] == "1400"
        assert network["Labels"]["team"] == "web"
        container = inspect("systemd-qapp")["NetworkSettings"]["Networks"]["systemd-qnet"]
        assert container["IPAddress"] == "10.123.45.67"
        assert "qapphost" in container["Aliases"]
        volume = engine_get("/volumes/systemd-qdata")
        assert volume["Labels"]["team"] == "db"
        stat = os.stat(volume["Mountpoint"])
        assert (stat.st_uid, stat.st_gid) == (1234, 4321)
        run("systemctl", "stop", "qapp.service")
        run("systemctl", "restart", "qnet-network.service", "qdata-volume.service")
        assert engine_get("/networks/systemd-qnet")["Id"] == network["Id"]
        assert "not as requested" not in log_of("qnet-network.service") + log_of("qdata-volume.service")


def test_changed_network_and_volume_are_named():
    with files(qdrift_network="[Network]\n", qdrift_volume="[Volume]\nLabel=a=1\n"):
        run("systemctl", "start", "qdrift-network.service", "qdrift-volume.service")
        network = engine_get("/networks/systemd-qdrift")
        write(qdrift_network="[Network]\nInternal=yes\n", qdrift_volume="[Volume]\nLabel=a=2\n")
        run("systemctl", "restart", "qdrift-network.service", "qdrift-volume.service")
        assert "network systemd-qdrift is not as requested: Internal is false, not true" in log_of("qdrift-network.service")
        assert 'volume systemd-qdrift is not as requested: Labels/a is "1", not "2"' in log_of("qdrift-volume.service")
        assert engine_get("/networks/systemd-qdrift")["Id"] == network["Id"]


def test_network_is_removed_on_stop():
    with files(qgone_network="[Network]\nNetworkDeleteOnStop=yes\n"):
        run("systemctl", "start", "qgone-network.service")
        assert engine_get("/networks/systemd-qgone")
        run("systemctl", "stop", "qgone-network.service")
        assert engine_get("/networks/systemd-qgone") is None
        assert show("qgone-network.service", "Result")["Result"] == "success"


def test_network_with_a_bad_option_fails():
    with files(qwrong_network="[Network]\nDriver=nosuch\n",
               quser_container="[Container]\nImage=busybox\nNetwork=qwrong.network\nExec=true\n"):
        assert run("systemctl", "start", "quser.service", check=False).returncode != 0
        assert "Failed to create network systemd-qwrong: " in log_of("qwrong-network.service")
        assert inspect("systemd-quser") is None


def test_image_is_there_before_the_container():
    with files(qbase_image="[Image]\nImage=busybox\nPolicy=never\n",
               qnever_image="[Image]\nImage=localhost/no/such:1\nPolicy=never\n",
               qimg_container=f"[Container]\nImage=qbase.image\nExec=sh -c {quote(OBEDIENT)}\n"):
        run("systemctl", "start", "qimg.service")
        assert show("qbase-image.service", "ActiveState")["ActiveState"] == "active"
        assert run("systemctl", "start", "qnever-image.service", check=False).returncode != 0
        assert "Image localhost/no/such:1 does not exist" in log_of("qnever-image.service")


def test_edit_and_removal():
    with files(qedit_container=f"[Container]\nImage=busybox\nLabel=v=1\nExec=sh -c {quote(OBEDIENT)}\n"):
        run("systemctl", "start", "qedit.service")
        write(qedit_container=f"[Container]\nImage=busybox\nLabel=v=2\nExec=sh -c {quote(OBEDIENT)}\n")
        assert inspect("systemd-qedit")["Config"]["Labels"]["v"] == "1"
        run("systemctl", "restart", "qedit.service")
        assert inspect("systemd-qedit")["Config"]["Labels"]["v"] == "2"
        run("systemctl", "stop", "qedit.service")
        (FOLDER / "qedit.container").unlink()
        run("systemctl", "daemon-reload")
        assert show("qedit.service", "LoadState")["LoadState"] == "not-found"
        (FOLDER / "qedit.container").touch()


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


@contextlib.contextmanager
def target(name):
    path = Path("/run/systemd/system") / name
    path.write_text("[Unit]\n")
    try:
        yield name
    finally:
        path.unlink()


def test_install_and_template():
    with target("qtest.target"), files(**{"qt@_container": f"""[Container]
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


@contextlib.contextmanager
def credential(name, value):
    path = Path("/run/credstore") / name
    path.parent.mkdir(mode=0o700, exist_ok=True)
    path.write_text(value)
    try:
        yield
    finally:
        path.unlink()


def test_secret_as_a_file_and_as_a_variable():
    """Any user in the container can read the file, the value of the file is not in `docker inspect`, and nothing stays."""
    check = 'test "$(cat /run/secrets/qfile)" = "one two" && test "$(cat /cert)" = "one two" && test "$QTOKEN" = three'
    with credential("qfile", "one two\n"), credential("qvar", "three\n"), files(qsec_container=f"""[Container]
Image=busybox
User=1000
Secret=qfile
Secret=qfile,type=mount,target=/cert,uid=1000,mode=0400
Secret=qvar,type=env,target=QTOKEN
Exec=sh -c {quote(check)}

[Service]
Type=oneshot
RemainAfterExit=yes
"""):
        run("systemctl", "start", "qsec.service")
        assert show("qsec.service", "Result")["Result"] == "success"
        folder = Path("/run/systemd-docker-secrets")
        assert folder.stat().st_mode & 0o777 == 0o700
        run("systemctl", "stop", "qsec.service")
        assert not (folder / "qsec").exists()


def test_file_of_podmans_users():
    """A file as it is for podman; the secrets of `podman secret create` are the only thing to do."""
    script = 'echo "$$GREETING $$QPW $$(cat /run/secrets/qcert)" >/data/index.html; exec httpd -f -p 80 -h /data'
    with files(qfrom_network="[Network]\n", qfrom_volume="[Volume]\n", qfrom_container=f"""[Unit]
Description=From podman

[Container]
Image=docker.io/library/busybox
ContainerName=qfrom
PublishPort=18081:80
Volume=qfrom.volume:/data
Network=qfrom.network
Environment=GREETING="good morning" TZ=UTC
HealthCmd=wget -q -O /dev/null http://127.0.0.1/ || exit 1
HealthInterval=1s
HealthRetries=30
Notify=healthy
AutoUpdate=registry
Secret=qpw,type=env,target=QPW
Secret=qcert
Exec=sh -c '{script}'

[Service]
Restart=always
TimeoutStartSec=900

[Install]
WantedBy=multi-user.target default.target
"""):
        done = run("systemd-docker", "check", "qfrom", check=False)
        assert done.returncode == 1
        assert [line.split(": ")[2].split(" in /etc")[0] for line in done.stdout.splitlines() if ": warning: " in line] == [
            "there is no credential qpw", "there is no credential qcert"]
        with credential("qpw", "sesame\n"), credential("qcert", "CERT\n"):
            assert run("systemd-docker", "check").stdout.splitlines()[-1] == "3 unit files, 0 errors, 0 warnings"
            run("systemctl", "start", "qfrom", timeout=120)
            assert show("qfrom", "ActiveState", "UnitFileState") == {"ActiveState": "active", "UnitFileState": "generated"}
            assert "qfrom.service" in show("multi-user.target", "Wants")["Wants"].split()
            seen = inspect("qfrom")
            assert seen["State"]["Health"]["Status"] == "healthy"
            assert seen["Config"]["Labels"]["io.containers.autoupdate"] == "registry"
            with urllib.request.urlopen("http://127.0.0.1:18081/", timeout=30) as answer:
                assert answer.read() == b"good morning sesame CERT\n"
            run("systemctl", "stop", "qfrom", timeout=120)
            assert inspect("qfrom") is None and engine_get("/volumes/systemd-qfrom")


def test_missing_secret_is_named():
    with files(qnosec_container="[Container]\nImage=busybox\nSecret=qnone\nExec=true\n",
               qnovar_container="[Container]\nImage=busybox\nSecret=qnone,type=env\nExec=true\n"):
        for name in ("qnosec", "qnovar"):
            assert run("systemctl", "start", f"{name}.service", check=False).returncode != 0
            assert "qnone" in log_of(f"{name}.service")
            assert inspect(f"systemd-{name}") is None
        assert "put it into /etc/credstore/qnone" in log_of("qnovar.service")


def test_check():
    with files(qcheck_container="[Container]\nImage=busybox\nHostname=x\n", qfine_volume="[Volume]\n"):
        done = run("systemd-docker", "check", check=False)
        assert done.returncode == 2
        assert f"{FOLDER}/qcheck.container:3: error: unknown key Hostname= in [Container]; write: HostName=x" in done.stdout
        assert run("systemd-docker", "check", "qfine.volume").stdout == "1 unit file, 0 errors, 0 warnings\n"
        found = json.loads(run("systemd-docker", "check", "--json", "qcheck.service", check=False).stdout)
        assert [(f["file"], f["line"], f["level"], f["write"]) for f in found] == [
            (f"{FOLDER}/qcheck.container", 3, "error", "HostName=x")]


def test_pod():
    """Two members share the pod's network and memory, start and stop with it, and its end is theirs."""
    with files(qpod_pod="[Pod]\nHostName=qpodhost\n",
               qserver_container=f"""[Container]
Image=busybox
Pod=qpod.pod
Exec=sh -c {quote(OBEDIENT)}
""",
               qclient_container=f"[Container]\nImage=busybox\nPod=qpod.pod\nExec=sh -c {quote(OBEDIENT)}\n"):
        run("systemctl", "start", "qpod-pod.service")
        infra = inspect("systemd-qpod-infra")
        assert infra["State"]["Running"]
        for name in ("qserver", "qclient"):
            run("systemctl", "start", f"{name}.service")
            assert inspect(f"systemd-{name}")["HostConfig"]["NetworkMode"] == f"container:{infra['Id']}"
        for kind in ("net", "ipc"):
            assert len({os.readlink(f"/proc/{inspect(f'systemd-{name}')['State']['Pid']}/ns/{kind}")
                        for name in ("qserver", "qclient", "qpod-infra")}) == 1
        docker("exec", "systemd-qserver", "touch", "/dev/shm/shared")
        docker("exec", "systemd-qclient", "test", "-e", "/dev/shm/shared")
        assert "qpodhost" in docker("exec", "systemd-qclient", "cat", "/etc/hosts")
        run("systemctl", "stop", "qpod-pod.service")
        for name in ("qserver", "qclient", "qpod-pod"):
            assert show(f"{name}.service", "ActiveState", "Result") == {"ActiveState": "inactive", "Result": "success"}
        assert inspect("systemd-qpod-infra") is None


def test_pod_ends_with_its_last_member():
    with files(qlast_pod="[Pod]\n",
               qonly_container=f"[Container]\nImage=busybox\nPod=qlast.pod\nExec=sh -c {quote(OBEDIENT)}\n"):
        run("systemctl", "start", "qlast-pod.service", "qonly.service")
        run("systemctl", "stop", "qonly.service")
        wait_until(lambda: show("qlast-pod.service", "ActiveState")["ActiveState"] == "inactive", what="end of the pod")
        assert inspect("systemd-qlast-infra") is None

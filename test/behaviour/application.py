# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The systemd-docker authors
"""An application of several containers as unit files. test_application.py leads it through its life in a test host; test/vm.d
reboots a machine with it."""

from pathlib import Path

from supervised import quote
from testhost import run

FOLDER = Path("/etc/docker/systemd")
CREDENTIAL = Path("/etc/credstore/appsecret")
TIMER = Path("/etc/systemd/system/appjob.timer")

# Both end at once on SIGTERM.
WAIT = "while :; do sleep 1000 & wait; done"
SERVE = "trap 'exit 0' TERM; httpd -p 8000 -h /www; " + WAIT

DATABASE = f"mkdir /www; echo life >>/data/lives; cp /data/lives /www; cat /run/secrets/appsecret >/www/secret; {SERVE}"
WEB = f"mkdir /www; echo $GREETING >/www/greeting; {SERVE}"
FETCH = "wget -q -O - http://"
WORKER = f"trap 'exit 0' TERM; echo worker has $({FETCH}appdb:8000/secret) $({FETCH}appweb:8000/greeting); {WAIT}"
POD_A = f"mkdir /www; echo from a >/www/a; {SERVE}"
POD_B = f"trap 'exit 0' TERM; until wget -q -O - http://127.0.0.1:8000/a; do sleep 0.2; done; {WAIT}"

HEALTHY = """HealthCmd=wget -q -O /dev/null http://127.0.0.1:8000/
HealthInterval=1s
HealthRetries=60
Notify=healthy
"""

FILES = {
    "appnet.network": "[Network]\nLabel=app=yes\n",
    "appdata.volume": "[Volume]\nLabel=app=yes\n",
    "appdb.container": f"""[Unit]
Description=Database

[Container]
Image=busybox
HostName=appdb
Network=appnet.network
Volume=appdata.volume:/data
Secret=appsecret
Exec=sh -c {quote(DATABASE)}
{HEALTHY.replace("8000/", "8000/secret")}
[Service]
Restart=on-failure
""",
    "appweb.container": f"""[Container]
Image=busybox
HostName=appweb
Network=appnet.network
PublishPort=18080:8000
Environment="GREETING=good morning"
Exec=sh -c {quote(WEB)}
{HEALTHY.replace("8000/", "8000/greeting")}
[Service]
Restart=on-failure
""",
    "appworker.container": f"""[Unit]
Requires=appdb.container appweb.container
After=appdb.container appweb.container

[Container]
Image=busybox
Network=appnet.network
Exec=sh -c {quote(WORKER)}

[Install]
WantedBy=multi-user.target
""",
    "apppod.pod": "[Pod]\n\n[Install]\nWantedBy=multi-user.target\n",
    "appa.container": f"[Container]\nImage=busybox\nPod=apppod.pod\nExec=sh -c {quote(POD_A)}\n",
    "appb.container": f"[Container]\nImage=busybox\nPod=apppod.pod\nExec=sh -c {quote(POD_B)}\n",
    "appjob.container": f"""[Container]
Image=busybox
Volume=appdata.volume:/data:ro
Exec=sh -c {quote("echo job saw $(wc -l </data/lives)")}

[Service]
Type=oneshot
""",
}
TIMER_TEXT = "[Timer]\nOnActiveSec=1ms\nAccuracySec=1ms\n\n[Install]\nWantedBy=timers.target\n"

CONTAINERS = ("appdb", "appweb", "appworker", "appa", "appb")
SERVICES = tuple(f"{name}.service" for name in (*CONTAINERS, "apppod-pod", "appnet-network", "appdata-volume"))


def write():
    """Puts the files where a user would, and lets systemd read them."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    CREDENTIAL.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    CREDENTIAL.write_text("sesame\n")
    for name, text in FILES.items():
        (FOLDER / name).write_text(text)
    TIMER.write_text(TIMER_TEXT)
    run("systemctl", "daemon-reload")


def change(name, before, after):
    path = FOLDER / name
    text = path.read_text()
    assert text.count(before) == 1
    path.write_text(text.replace(before, after))
    run("systemctl", "daemon-reload")


def remove_files():
    for path in [*(FOLDER / name for name in FILES), TIMER, CREDENTIAL]:
        path.unlink(missing_ok=True)
    run("systemctl", "daemon-reload")

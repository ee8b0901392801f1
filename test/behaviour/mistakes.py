# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The systemd-docker authors
"""Mistakes that people make in a unit, and what they are to see of each. test_mistakes.py makes them all."""

import contextlib
import io
import shutil
import socket
import tarfile
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from supervised import PROGRAM, registered_runtime, sh
from test_pull import PUBLIC, Registry, push, remove_images
from testhost import Unit, docker, run

OPTION = "ac38a73d732b4a3a9ad6226cdfa68db2"
COMMAND = "e379521d7ede4c7d80ed60472167f5d6"
IMAGE = "b5c99f76c94c4668b12b571ac4823c6f"
REGISTRY = "4d0b5eb2ad54422a9bcf6e30a4a70797"
NAME = "0fb8140f056847f38eba4dd4af80e886"
PORT = "ce3319079217449780002171d2d9e4aa"
NETWORK = "ea313c85d008449b84c0a246781b9b5e"
FILES = "a2dffa7b8ac4462ea8a77326369161a0"
ENGINE = "f60127e9ea02429ca3e512a04f29cde0"
WAIT = "1981299f95794fb787c7aa392c0e06a6"
WATCHDOG = "8bf07d436bef41b5865683f0e080570b"
EXITED = "90c85336de724027a5caaedbe73dd327"


@dataclass
class Mistake:
    wrong: str
    line: str  # ExecStart= after the program
    cause: str = ""  # how STATUS= begins
    cure: str = ""  # part of our line in the journal that begins like that; "": the cause says it
    end: object = 78  # the exit status, or the unit's Result, or "running"
    message_id: str = OPTION
    settings: dict = field(default_factory=dict)
    around: object = contextlib.nullcontext  # a context manager: what the mistake needs
    name: str = "shop"  # of the unit
    file: str = ""  # /run/mistakes/env
    hint: str = ""  # of one that runs or is a success: what the journal says; "": it works, and nothing is to be said


# ---- what some of them need ----------------------------------------------------------------------------------------


@contextlib.contextmanager
def container(*words):
    docker("run", "--detach", *words)
    try:
        yield
    finally:
        run("docker", "rm", "--force", words[words.index("--name") + 1], check=False)


def port_of_a_container():
    return container("--name", "web", "--publish", "8080:80", "busybox", "sleep", "1000")


def foreign_container():
    return container("--name", "shop.service", "nginx", "sleep", "1000")


def port_of_a_program():
    return socket.create_server(("127.0.0.1", 8081))


def registry_that_is_silent():
    return socket.create_server(("127.0.0.1", 5003))


@contextlib.contextmanager
def other_unit():
    line = f"{PROGRAM} run --rm --name shop.service --stop-timeout 1 busybox sleep 1000"
    with Unit("market", line, Type="notify", NotifyAccess="all", KillMode="mixed") as unit:
        unit.start()
        yield
        assert unit.show("ActiveState") == "active"


@contextlib.contextmanager
def registry():
    folder = Path(tempfile.mkdtemp(prefix="registry-"))
    server = Registry(PUBLIC, folder)
    server.start()
    try:
        docker("tag", "busybox", f"{PUBLIC}/box:1")
        push(f"{PUBLIC}/box:1")
        yield
    finally:
        server.stop()
        shutil.rmtree(folder)
        remove_images()


@contextlib.contextmanager
def engine_stopped():
    run("systemctl", "stop", "docker.service", "docker.socket")
    try:
        yield
    finally:
        run("systemctl", "start", "docker.service", "docker.socket")


@contextlib.contextmanager
def runtime_removed():
    program = Path("/usr/libexec/systemd-docker-runtime")
    away = program.with_suffix(".away")
    with registered_runtime():
        program.rename(away)
        try:
            yield
        finally:
            away.rename(program)


def image_with(mode, text, *changes):
    """A context manager: the image shop:1 with /bin/serve."""

    @contextlib.contextmanager
    def made():
        with tempfile.NamedTemporaryFile() as f:
            with tarfile.open(fileobj=f, mode="w") as tar:
                tar.add("/bin/busybox", "bin/sh")
                member = tarfile.TarInfo("bin/serve")
                member.size, member.mode = len(text), mode
                tar.addfile(member, io.BytesIO(text.encode()))
            f.flush()
            run("docker", "import", *(f"--change={change}" for change in changes), f.name, "shop:1")
        try:
            yield
        finally:
            run("docker", "image", "rm", "--force", "shop:1", check=False)

    return made


# ---- the table -----------------------------------------------------------------------------------------------------

RUN = "-- --rm --stop-timeout 1 --name %n"
BOX = f"{RUN} busybox"
HEALTH = "--health-interval 200ms --health-retries 2 --health-cmd"
SLEEP = sh("trap 'exit 0' TERM; sleep 1000 & wait")
DEFAULT = {"TimeoutStartSec": "5s"}

# What a new user met in the first hour. Some of these work.
FIRST_HOUR = [
    Mistake("--nam", "-- --rm --nam shop busybox true", "unknown option --nam of run, did you mean --name?"),
    Mistake("--publsh", f"{RUN} --publsh 80:80 busybox true", "unknown option --publsh of run, did you mean --publish?"),
    Mistake("--notfy", f"--notfy {BOX} true", "unknown option --notfy, did you mean --notify?"),
    Mistake("-rm", "-- -rm --name %n busybox true", "unknown option -r in -rm of run, did you mean --rm?"),
    Mistake("-name", "-- --rm -name %n busybox true", "unknown option -n in -name of run, did you mean --name?"),
    Mistake("--restart=always", f"{RUN} --restart=always busybox true", 'invalid value "always" for --restart', "use Restart= in the unit"),
    Mistake("no image", f"{RUN}", "no image given: run [OPTIONS] IMAGE"),
    Mistake("an image in upper case", f"{RUN} Web:1", 'invalid image "Web:1": the repository\'s name must be lower case'),
    Mistake("IMAGE= is empty", f"{RUN} ${{IMAGE}}", 'invalid image "": the word for it is empty', "a variable that is not set", settings={"Environment": "IMAGE="}),
    Mistake("--mount of a missing folder", f"{RUN} --mount type=bind,src=/srv/www,dst=/www busybox true", "Cannot start: /srv/www does not exist on the host", "Create it, or correct --mount.", 125, FILES),
    Mistake("--env-file is missing", f"{RUN} --env-file /etc/no.env busybox true", 'invalid value "/etc/no.env" for --env-file: No such file or directory'),
    Mistake("a bad line in --env-file", f"{RUN} --env-file /run/mistakes/env busybox true", 'invalid value "/run/mistakes/env" for --env-file: the name of the', "contains a blank, in line 2", file="A=1\nB C=2\n"),
    Mistake("--notify=healthy, no health check", f"--notify=healthy {BOX} true", "--notify=healthy: the container has no health check", "Give it one with --health-cmd"),
    Mistake("--watchdog=healthy, no health check", f"--watchdog=healthy {BOX} true", "--watchdog=healthy: the container has no health check", "Give it one with --health-cmd", settings={"WatchdogSec": "30s"}),
    Mistake("an image without a command", f"{RUN} shop:1", "Cannot start: image shop:1 has no command of its own", "Write a command after the image.", around=image_with(0o755, "")),
    Mistake("a script without #!", f"{RUN} shop:1", "Container ended with exit status", "", "exit-code", EXITED, around=image_with(0o755, "echo hello\n", 'CMD ["/bin/serve"]')),
    Mistake("a program that fails at its start", f"{BOX} " + sh("echo reading; sleep 0.2; echo no /etc/shop.conf >&2; sleep 0.2; exit 3"), "Container ended with exit status 3: no /etc/shop.conf", "", 3, EXITED),
    Mistake("NotifyAccess= forgotten", f"{BOX} {SLEEP}", end="running", settings={"NotifyAccess": None}),
    Mistake("Type=simple", f"{BOX} {SLEEP}", end="running", settings={"Type": "simple"}),
    Mistake("--user, --network", f"{RUN} --user 1000 --network host busybox {SLEEP}", end="running"),
    Mistake("--pull never", f"{RUN} --pull never shop:2", "Cannot start: no image shop:2 here", "Pull or build it: docker pull shop:2.", 125, IMAGE),
    Mistake("a health check that is longer than TimeoutStartSec=", f"--notify=healthy {RUN} --health-start-period 30s --health-interval 200ms --health-cmd 'test -e /tmp/up' busybox " + sh("mkdir -p /tmp; (sleep 5; touch /tmp/up) & sleep 1000"), end="running", settings={"TimeoutStartSec": "3s"}),
    Mistake("unhealthy", f"--notify=healthy {RUN} {HEALTH} 'wget -q -O- localhost/health' busybox {SLEEP}", "Container shop.service did not get healthy, its health checks fail", "exit status 1, wget: can't connect", 125, WAIT),
    Mistake("-it left in", f"{RUN} -it busybox {SLEEP}", end="running"),
    Mistake("a run option before --", f"--publish 80:80 {BOX} true", "--publish is an option of docker run: write it after `run` or `--`"),
    Mistake("an option of ours behind --", f"{RUN} --notify=healthy busybox true", "--notify is an option of systemd-docker: write it before `run` or `--`"),
    Mistake("a port that a container has", f"{RUN} --publish 8080:80 busybox true", "Cannot start: port 8080 is taken, by container web", "Give another port to --publish", 125, PORT, around=port_of_a_container),
    Mistake("--memory, and the container is moved", f"--cgroup-mode=migrate {RUN} --memory 64M busybox true", "--memory is refused in cgroup mode migrate: write MemoryMax= in [Service]", "or Delegate=yes"),
    Mistake("no such tag", f"{RUN} {PUBLIC}/box:2", f"Cannot start: no tag 2 of image {PUBLIC}/box in its registry", "Correct the tag after the image's name.", 125, IMAGE, around=registry),
    Mistake("the registry is away", f"{RUN} {PUBLIC}/box:1", f"Cannot start: the registry {PUBLIC} refuses connections", "Check its name and port.", 125, REGISTRY),
    Mistake("the engine is stopped", f"{BOX} true", "Cannot start: the Docker engine did not answer within 2 s", "Is docker.service running", 125, ENGINE, DEFAULT, engine_stopped),
    Mistake("no permission on the socket", f"{BOX} true", "Cannot start: no permission to reach the Docker engine", "Add the user to the group docker", 125, ENGINE, {"User": "nobody"}),
    Mistake("a template with --name %n", f"{BOX} true", '--name shop@a.service: Docker allows no "@" in a name.', "write --name %p-%i", name="shop@a"),
    Mistake("a template without its file", "", end="assert", name="systemd-docker@shop"),
    Mistake("a read-only file system", f"{RUN} --read-only busybox touch /data", "Container ended with exit status 1: touch: /data: Read-only file system", "", 1, EXITED),
    Mistake("--pids-limit, setup not run", f"{RUN} --pids-limit 10 busybox true", "--pids-limit is refused in cgroup mode", "systemd-docker setup once"),
    Mistake("no such command", f"{BOX} servr", 'Cannot start: command "servr" not found in image busybox', "Correct the word after the image", 127, COMMAND),
    Mistake("not executable", f"{RUN} shop:1 /bin/serve", 'Cannot start: command "/bin/serve" is not executable in image shop:1', "chmod +x", 126, COMMAND, around=image_with(0o644, "#!/bin/sh\n")),
    Mistake("Type=forking and -d", f"{RUN} -d busybox {SLEEP}", end="timeout", settings={"Type": "forking", "TimeoutStartSec": "8s"}, hint="The unit has Type=forking, and its start would end with this process only: use Type=notify."),
    Mistake("a container of somebody else", f"{BOX} true", end="running", around=foreign_container, hint="was created by somebody else, and not from the image busybox of the unit, but from nginx."),
    Mistake("two units, one --name", f"{BOX} true", "Container shop.service is supervised by market.service: use another", "or stop that unit", 125, NAME, around=other_unit),
    Mistake("--volume of a missing folder", f"{RUN} --volume /run/mistakes/www:/www busybox {SLEEP}", end="running", hint="Host folder /run/mistakes/www did not exist; the engine has made it, empty."),
    Mistake("a relative --volume", f"{RUN} --volume ./data:/x busybox true", 'invalid value "./data:/x" for --volume: relative to /, because the unit', "write the whole path"),
    Mistake("no --name", f"-- --rm --stop-timeout 1 busybox {SLEEP}", end="running"),
    Mistake("no --rm", f"-- --name %n --stop-timeout 1 busybox {SLEEP}", end="running"),
    Mistake("--notify=container, and it says nothing", f"--notify=container {BOX} {SLEEP}", "The container has not said READY=1 in 8 s (--notify=container)", "let it send READY=1", "timeout", WAIT, {"TimeoutStartSec": "8s"}),
    Mistake("a typing error with Restart=", f"{RUN} --publsh 80:80 busybox true", "unknown option --publsh of run, did you mean --publish?", settings={"Restart": "on-failure", "RestartSec": "100ms"}),
    Mistake("-- docker run", "-- docker run --rm busybox true", 'write the options only, without "docker run"'),
    Mistake("the runtime is gone", f"{BOX} true", "Cannot start: the engine does not find its runtime /usr/libexec/system", "register ours again with systemd-docker setup", 127, ENGINE, {"Delegate": "yes"}, runtime_removed),
]

MORE = [
    Mistake("no such user", f"{RUN} --user shop busybox true", 'Cannot start: no user "shop" in image busybox', "Correct --user"),
    Mistake("no such network", f"{RUN} --network shop busybox true", "Cannot start: network shop does not exist", "docker network create shop", 125, NETWORK),
    Mistake("a network of no container", f"{RUN} --network container:db busybox true", "Cannot start: container db does not exist", "Start it first", 125, NETWORK),
    Mistake("no such device", f"{RUN} --device /dev/ttyUSB7 busybox true", "Cannot start: device /dev/ttyUSB7: no such file", "Correct --device", 127, FILES),
    Mistake("no such runtime", f"{RUN} --runtime gvisor busybox true", "Cannot start: the engine has no runtime gvisor", "or correct --runtime", 125, ENGINE),
    Mistake("no such capability", f"{RUN} --cap-add NET_ADMN busybox true", "Cannot start: no capability CAP_NET_ADMN", "Correct --cap-add"),
    Mistake("no such sysctl", f"{RUN} --sysctl net.ipv4.ip_forwrd=1 busybox true", "Cannot start: the kernel has no sysctl net", "Correct --sysctl"),
    Mistake("no such log driver", f"{RUN} --log-driver jornald busybox true", "Cannot start: no log driver jornald", "Correct --log-driver"),
    Mistake("no such signal", f"{RUN} --stop-signal TREM busybox true", "Cannot start: no signal TREM", "Correct --stop-signal"),
    Mistake("no such limit", f"{RUN} --ulimit nofiles=1024 busybox true", 'invalid value "nofiles=1024" for --ulimit', "did you mean nofile=?"),
    Mistake("a port that a program has", f"{RUN} --publish 127.0.0.1:8081:80 busybox true", "Cannot start: port 8081 is taken, by another program", "ss -lntup shows the program", 125, PORT, around=port_of_a_program),
    Mistake("a port of another machine", f"{RUN} --publish 10.99.99.9:8082:80 busybox true", "Cannot start: this machine has no address 10.99.99.9 to publish a port", "Correct --publish", 125, NETWORK),
    Mistake("a port that is none", f"{RUN} --publish 80800:80 busybox true", 'invalid value "80800:80" for --publish', '"80800" is not a port'),
    Mistake("a blank in --name", '-- --rm --name "my shop" busybox true', 'Cannot start: "my shop" cannot be the name of a container', "%N and %n of the unit are good names"),
    Mistake("a blank in --env without quotes", f"{RUN} --pull never --env GREETING=hello world busybox true", "Cannot start: no image world:latest here", "Pull or build it", 125, IMAGE),
    Mistake("a comment behind the command", f"{BOX} sleep 1000 # the shop", "Container ended with exit status 1: sleep: invalid number '#'", "", 1, EXITED),
    Mistake("&& in the command", f"{BOX} echo one && echo two", end="success", hint='The command gets "&&" as an argument, because systemd runs no shell: write sh -c'),
    Mistake("an --entrypoint that is missing", f"{RUN} --entrypoint /entry.sh busybox", 'Cannot start: command "/entry.sh" not found in image busybox', "or --entrypoint", 127, COMMAND),
    Mistake("a --workdir that is relative", f"{RUN} --workdir srv busybox true", "Cannot start: --workdir srv is not an absolute path", "Begin it with a slash."),
    Mistake("a file where a folder is", f"{RUN} --volume /etc/passwd:/etc busybox true", "Cannot start: /etc/passwd and /etc: one is a file, one a folder", "Correct --volume or --mount.", 125, FILES),
    Mistake("--ip outside of its network", f"{RUN} --ip 10.0.0.7 busybox true", "Cannot start: ", "--ip"),
    Mistake("--gpus without a driver", f"{RUN} --gpus all busybox true", "Cannot start: the engine has no driver for --gpus", "Install the NVIDIA container toolkit.", 125, FILES),
    Mistake("--memory too small", f"--cgroup-mode=none {RUN} --memory 1M busybox true", "Cannot start: --memory is below the minimum of 6MB", "Give a larger --memory."),
    Mistake("a health check of a missing program", f"--notify=healthy {RUN} {HEALTH} 'curl -f localhost' busybox {SLEEP}", "Container shop.service did not get healthy, its health checks fail", "curl: not found", 125, WAIT),
    Mistake("a program that goes into the background", f"{BOX} " + sh("(sleep 1000 &); exit 0"), end="success", hint="Container shop.service has ended, exit status 0."),
    Mistake("Type=oneshot for a server", f"{BOX} {SLEEP}", "Running until it ends by itself (Type=oneshot): container shop.service", end="running", settings={"Type": "oneshot"}),
    Mistake("DOCKER_HOST= with a typing error", f"{BOX} true", "Cannot start: the Docker engine did not answer within 2 s at unix:///ru", "is that its address?", 125, ENGINE, {"Environment": "DOCKER_HOST=unix:///run/doker.sock", **DEFAULT}),
    Mistake("DOCKER_HOST= of no kind", f"{BOX} true", "--host /run/docker.sock: ", "", settings={"Environment": "DOCKER_HOST=/run/docker.sock"}),
    Mistake("RestrictAddressFamilies= without AF_UNIX", f"{BOX} true", end="exit-code", settings={"RestrictAddressFamilies": "AF_INET"}, hint="No unix sockets: the unit does not allow them. Add AF_UNIX to its RestrictAddressFamilies=."),
    Mistake("--pid-file in a missing folder", f"--pid-file /run/no/shop.pid {BOX} {SLEEP}", end="running", hint="Failed to write pid file /run/no/shop.pid, ignoring: No such file or directory"),
    Mistake("--cidfile exists", f"{RUN} --cidfile /run/mistakes/env busybox true", 'invalid value "/run/mistakes/env" for --cidfile: the file exists already', "is another container still running?", file="x"),
    Mistake("--watchdog=container, and it says nothing", f"--watchdog=container {BOX} {SLEEP}", "The container has not said WATCHDOG=1 in 3 s (--watchdog=container)", "let it send that", "watchdog", WATCHDOG, {"WatchdogSec": "3s"}),
    Mistake("--replace, as podman has it", f"{RUN} --replace busybox true", "--replace is an option of podman: leave it out"),
    Mistake("--sdnotify, as podman has it", f"{RUN} --sdnotify=conmon busybox true", "--sdnotify is an option of podman: write --notify before `run` or `--`"),
    Mistake("a registry that is silent", f"{RUN} 127.0.0.1:5003/box:1", "TimeoutStartSec= ran out after 8 s, while pulling 127.0.0.1:5003/box:1", "raise it in the unit", "timeout", WAIT, {"TimeoutStartSec": "8s"}, registry_that_is_silent),
]

ALL = FIRST_HOUR + MORE

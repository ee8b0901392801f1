# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The systemd-docker authors
"""`docker inspect` shows the same, whether the docker CLI or systemd-docker created the container from the same line."""

import concurrent.futures
import difflib
import json
import re
import shlex

import pytest
from supervised import PROGRAM
from testhost import SANITIZED, containers, docker, engine_version, inspect, run

# Each line with the first version of the CLI that supports all of it. `others` creates what the lines refer to.
LINES = {
    # Mounts
    "-v /srv:/srv -v /etc/hostname:/h:ro -v /anonymous -v named:/n:nocopy --volume-driver local": (),
    "-v /tmp:/t:rslave,z -v /dev/shm:/s:ro,rprivate -v a_b.c-d:/e": (),
    "-v ./relative:/r -v ../tmp:/t": (28,),
    "--volumes-from other --volumes-from other:ro -v /a": (),
    "--mount type=bind,src=/srv,dst=/s,ro,bind-propagation=rslave --mount type=volume,src=named,dst=/v,volume-nocopy": (),
    "--mount type=volume,dst=/v,volume-label=a=b,volume-label=c,volume-driver=local": (),
    "--mount type=bind,src=/srv,dst=/s,bind-nonrecursive --mount 'type=tmpfs,dst=/t,tmpfs-size=1m,tmpfs-mode=1770'": (),
    "--mount type=bind,src=/srv,dst=/s,ro,bind-recursive=writable": (25,),
    "--mount type=volume,src=named,dst=/v,volume-subpath=.": (26,),
    '--mount \'type=volume,src=options,dst=/v,"volume-opt=o=size=1m,mode=700",volume-opt=type=tmpfs,volume-opt=device=tmpfs\'': (),
    "--tmpfs /a --tmpfs /b:size=64k,mode=700,noexec --shm-size 16m --read-only": (),
    # Ports
    "-p 8001:80 -p 127.0.0.1:8002:81/udp -p 8003 -p 8010-8012:90-92 --expose 100-101 --expose 53/udp": (),
    "-p [::1]:8021:80 -p 127.0.0.1::70 -p 127.0.0.1:8022:70 -p 0:71": (),
    "-P --expose 7000": (),
    "-p published=8031,target=80,protocol=udp -p 8032-8033:82 -p 8034:82/TCP": (),
    # Networks
    "--network none": (),
    "--network host --hostname not-the-hosts --domainname example.com": (23,),
    "--network container:other": (),
    "--network front --ip 10.89.1.7 --network-alias one --network-alias two": (),
    "--net front --net-alias old --link-local-ip 169.254.7.7": (),
    "--network name=front,alias=a,alias=b,ip=10.89.1.8,driver-opt=x=y": (),
    "--network front --ip 10.89.1.9 --network name=back,alias=c,ip=10.89.2.9": (25,),
    "--network name=front,gw-priority=7 --network name=back,gw-priority=-1": (28,),
    "--network six --ip6 fd00:89::9 --ip 10.89.3.9": (),
    "--network name=six,ip6=fd00:89::a,mac-address=02:42:0a:59:03:0a": (25,),
    "--network front --mac-address 02:42:0a:59:01:0b": (),
    "--mac-address 02:42:ac:11:00:42": (),
    "--network front --link other:db --link other": (),
    "--add-host a:10.0.0.1 --add-host 'b:::1' --add-host c:host-gateway": (),
    "--add-host h=10.0.0.2 --add-host 'i=[::1]'": (25,),
    "--dns 9.9.9.9 --dns 2001:0db8::0001 --dns-opt ndots:2 --dns-option timeout:1 --dns-search example.com. --dns-search .": (),
    # Devices and other settings of the kernel
    "--device /dev/null:/dev/nothing --device /dev/zero:r --device /dev/full:/dev/f:rm --device-cgroup-rule 'c 1:* rwm'": (),
    "--cap-add net_admin --cap-add CAP_SYS_TIME --cap-drop mknod --cap-drop CHOWN --cap-add sys_time": (),
    "--cap-drop all --cap-add setuid": (),
    "--privileged --cap-add all": (),
    "--security-opt no-new-privileges --security-opt seccomp=unconfined --security-opt apparmor=unconfined": (),
    "--security-opt seccomp=profile.json --security-opt systempaths=unconfined --security-opt label:disable": (),
    "--ulimit nofile=1024:2048 --ulimit core=0 --ulimit nproc=100 --ulimit memlock=-1:-1": (),
    "--sysctl net.ipv4.ip_forward=1 --sysctl net.core.somaxconn=99 --sysctl kernel.msgmax=9000": (),
    "--ipc shareable --pid host --uts host --cgroupns host": (),
    "--ipc container:shared --pid container:other --cgroupns private --userns host": (),
    "--ipc none --oom-score-adj 500 --group-add audio --group-add 1234 --init --runtime runc": (),
    "--memory 64m --memory-reservation 32m --memory-swap -1 --pids-limit 77 --cpu-shares 512": (),
    "--blkio-weight 500 --pids-limit -1 --cgroup-parent our.slice --stop-timeout 0x10": (),
    "--oom-kill-disable --memory 64m --memory-swappiness 0 --kernel-memory 50m": (),
    # The container itself
    "--health-cmd 'exit 1' --health-interval 1m30s --health-retries 3 --health-timeout 5s --health-start-period 1h": (),
    "--health-cmd true --health-start-interval 2s": (25,),
    "--no-healthcheck --stop-signal INT --stop-timeout 3": (),
    "--log-driver json-file --log-opt max-size=1m --log-opt max-file=3 --log-opt labels=a,b --log-opt tag={{.Name}}": (),
    "--log-driver none": (),
    "--log-driver journald --log-opt tag=x --log-opt env=A": (),
    "-e A=1 -e FROM_OUTSIDE -e NOT_SET -e B= --env-file variables -l a -l b=c=d --label-file labels -l b=e": (),
    "--entrypoint /bin/true --user 65534:1 --workdir /not/there -h name --domainname example.com": (),
    "--entrypoint= --user nobody": (),
    "-t": (),
    "-i": (),
    "-it=false -a stdout": (),
    "-a stdin -a stderr -i": (),
    "--annotation a=b --annotation c": (24,),
    "--pull never --sig-proxy=false --detach-keys ctrl-x --disable-content-trust --platform linux/amd64": (),
    "--isolation default --cgroupns= --pid= --userns= --uts= --ipc=": (),
    "--init=false --rm=false --privileged=0 --read-only=f -P=false --oom-kill-disable=0": (),
    "--use-api-socket": (28, 2),
    "-d": (),
}

LABELS = ("systemd-docker.request", "systemd-docker.unit", "systemd-docker.user")
# Differences on purpose, for example of an option that has no effect.
ON_PURPOSE = {
    "-d": ("AttachStdout", "AttachStderr"),  # no effect here: the output goes to the journal, so it is attached
}


@pytest.fixture(scope="module")
def others(tmp_path_factory):
    """Creates what the lines refer to. The value is the folder with their files."""
    networks = {
        "front": ["--subnet=10.89.1.0/24"],
        "back": ["--subnet=10.89.2.0/24"],
        "six": ["--subnet=10.89.3.0/24", "--ipv6", "--subnet=fd00:89::/64"],
    }
    folder = tmp_path_factory.mktemp("inspect") / "here"
    (folder / "relative").mkdir(parents=True)
    (folder / "variables").write_text("# none\nC=3\n\nFROM_OUTSIDE\n D=x y  \n")
    (folder / "labels").write_text("f=1\ng.h/i=2=3\n")
    (folder / "profile.json").write_text('{ "defaultAction" : "SCMP_ACT_ALLOW",\n  "syscalls": [ ] }\n')
    for name, options in networks.items():
        docker("network", "create", *options, name)
    docker("run", "--detach", "--name=other", "--network=front", "--volume=/data", "busybox", "sleep", "1000")
    docker("run", "--detach", "--name=shared", "--ipc=shareable", "busybox", "sleep", "1000")
    yield folder
    docker("rm", "--force", "--volumes", "other", "shared")
    docker("network", "rm", *networks)
    run("docker", "volume", "rm", "named", "a_b.c-d", "options", "7", check=False)


def plain(container, name):
    """The description as text, without what always differs: ids, times, the name, and the order of hash tables."""
    del container["State"]["StartedAt"], container["State"]["FinishedAt"], container["Created"]
    del container["NetworkSettings"]["SandboxID"], container["NetworkSettings"]["SandboxKey"]
    container["Mounts"].sort(key=lambda mount: mount["Destination"])
    for part, key in (container["HostConfig"], "Binds"), (container["Config"], "Env"):
        part[key] = part[key] and sorted(part[key])
    text = json.dumps(container, indent=1, sort_keys=True)
    text = text.replace(container["Id"][:12], "SHORT").replace(name, "NAME")
    return re.sub(r"[0-9a-f]{64}|SHORT[0-9a-f]{52}", "LONG", text).splitlines()


def make(command, name, words, folder, environment):
    done = run(*command, f"--name={name}", *words, "busybox", "true", check=False, cwd=folder, env=environment)
    if "-d" in words:
        docker("wait", name)
    container = inspect(name)
    if container:
        docker("rm", "--volumes", name)
    return done, container


def compare(number, words, folder):
    """The lines in which the two descriptions differ."""
    environment = {"PATH": "/usr/bin:/bin", "HOME": "/root", "FROM_OUTSIDE": "here"}
    names = f"theirs{number:03}", f"our{number:03}"
    their_end, theirs = make(["docker", "run"], names[0], words, folder, environment)
    our_end, ours = make([PROGRAM, "--cgroup-mode=none", "run"], names[1], words, folder, environment)
    if not theirs or not ours or our_end.returncode != their_end.returncode:
        return [f"{end.returncode}: {end.stderr}" for end in (their_end, our_end)]
    for label in LABELS:
        assert ours["Config"]["Labels"].pop(label)
    for option, members in ON_PURPOSE.items():
        for member in members if option in words else ():
            assert theirs["Config"].pop(member) != ours["Config"].pop(member)
    return list(difflib.unified_diff(plain(theirs, names[0]), plain(ours, names[1]), "docker", "ours", lineterm="", n=0))


@pytest.mark.plain
def test_containers_differ_in_nothing_but_ids_times_and_our_labels(others):
    lines = [shlex.split(line) for line, since in LINES.items() if engine_version() >= since]
    assert len(lines) >= 40
    if SANITIZED:
        lines = lines[::5]  # other tests also check what it makes of a line
    before = containers()
    with concurrent.futures.ThreadPoolExecutor(3) as pool:
        found = list(pool.map(lambda job: compare(*job, others), enumerate(lines)))
    different = ["\n".join([shlex.join(words), *difference]) for words, difference in zip(lines, found) if difference]
    assert not different, "\n".join(different)
    assert containers() == before

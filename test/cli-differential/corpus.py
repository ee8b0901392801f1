# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The systemd-docker authors
"""The command lines that are compared, and the files that they name.

There are four sources: lines.txt (written by hand, with the corners of each option's grammar), wild.txt (lines of public
units), every option of the help with values that only some options accept, and random combinations of accepted values.
"""

import json
import os
import random
import re
import shlex
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))

# Values of many forms. Most options accept only a few of them: refusals are half of the test.
VALUES = [
    '', '-', '--', '0', '1', '-1', '+1', '10', '0x10', '010', '1_0', '1.5', '65536', '99999999999999999999', '1g', '1 GB', '10s',
    '-1s', 'true', 'a', 'ab', 'A', 'a=b', 'a=b=c', '=b', 'a=', 'a:b', 'ab:cd', ':', '=', 'a,b', 'a=b,c=d', '"a=b",c', '"a', '/a', '/dev/a',
    '/a:/b', '/a:/b:ro', './a:/b', '.', '..', '~', ' ', ' a', 'a b', '\t', '\n', 'a\nb', '*', 'é', '日本', 'host', 'none', 'bridge', 'private',
    'container:x', 'all', 'always', 'no', '127.0.0.1', '::1', '[::1]', 'h:127.0.0.1', 'a:host-gateway', '02:42:ac:11:00:02', '80', '80/udp',
    '80:80', '80-82', '80-82:80-82/tcp', '/dev/sda:1mb', '/dev/sda:100', 'c 1:3 rwm', 'nofile=5:6', 'net.core.somaxconn=1', 'NET_ADMIN',
    'type=bind,src=/a,dst=/b', 'type=tmpfs,dst=/b', 'dst=/b', 'name=x,alias=y', 'device=0,1', 'seccomp=unconfined', 'linux/amd64', 'stdin',
    'plain.env', 'nowhere', 'directory', '$HOME', '%n', '😀', 'a' * 300,
]

BOOLEANS = ['true', 'false', '1', '0', 't', 'F', 'TRUE', 'False', 'yes', '', 'x', ' true']

# For combinations: only accepted values.
ACCEPTED = {
    'add-host': ['h:1.2.3.4', 'h=::1', 'h:host-gateway'], 'annotation': ['a=b', 'c'], 'attach': ['stdin', 'STDOUT', 'stderr'],
    'blkio-weight': ['0', '500'], 'blkio-weight-device': ['/dev/sda:100'], 'cap-add': ['ALL', 'net_admin', 'CAP_CHOWN'],
    'cap-drop': ['ALL', 'mknod'], 'cgroup-parent': ['x.slice'], 'cgroupns': ['host', 'private'], 'cpu-period': ['1000'],
    'cpu-quota': ['-1', '5000'], 'cpu-rt-period': ['1'], 'cpu-rt-runtime': ['1'], 'cpu-shares': ['512', '0x10'], 'cpus': ['0.5', '1/2', '2'],
    'cpuset-cpus': ['0-3'], 'cpuset-mems': ['0'], 'detach-keys': ['ctrl-x'], 'device': ['/dev/a', '/dev/a:/dev/b:r', 'v1/c1=n1'],
    'device-cgroup-rule': ['c 1:3 rwm'], 'device-read-bps': ['/dev/a:1m'], 'device-read-iops': ['/dev/a:10'],
    'device-write-bps': ['/dev/a:1g'], 'device-write-iops': ['/dev/a:20'], 'dns': ['1.1.1.1', '2001:db8::1'], 'dns-opt': ['x'],
    'dns-option': ['ndots:1'], 'dns-search': ['example.com', '.'], 'domainname': ['d'], 'entrypoint': ['', '/bin/x'],
    'env': ['A=1', 'A=2', 'B', 'HOME', 'C=', 'HTTP_PROXY=mine', 'no_proxy'], 'env-file': ['plain.env', 'bom.env'], 'expose': ['80', '1-3/udp'],
    'gpus': ['all', '2', '"device=0,1"'], 'group-add': ['1', 'audio'], 'health-cmd': ['true', ''], 'health-interval': ['1s', '0'],
    'health-retries': ['3'], 'health-start-interval': ['2s'], 'health-start-period': ['1m'], 'health-timeout': ['5s'], 'hostname': ['h'],
    'ip': ['10.0.0.5'], 'ip6': ['2001:db8::2'], 'ipc': ['host', 'private'], 'isolation': ['default'], 'kernel-memory': ['50m'],
    'label': ['a=b', 'a', 'c=d=e'], 'label-file': ['plain.labels'], 'link': ['db', 'db:alias'], 'link-local-ip': ['169.254.1.1'],
    'log-driver': ['journald', 'json-file'], 'log-opt': ['tag=x', 'env=A'], 'mac-address': ['02:42:ac:11:00:02'], 'memory': ['1g', '512m'],
    'memory-reservation': ['1m'], 'memory-swap': ['-1', '2g'], 'memory-swappiness': ['0', '60', '-1'],
    'mount': ['type=bind,src=/a,dst=/b,ro', 'type=volume,src=v,dst=/v,volume-nocopy', 'type=tmpfs,dst=/t,tmpfs-size=1m,tmpfs-mode=700'],
    'name': ['web', ''], 'net': ['front'], 'network': ['front', 'name=back,driver-opt=a=b'], 'network-alias': ['w'],
    'oom-score-adj': ['-500'], 'pid': ['host', 'container:x'], 'pids-limit': ['100', '-1'], 'platform': ['linux/arm64', 'linux'],
    'publish': ['80:80', '127.0.0.1::90/udp', '5000-5002:6000-6002'], 'pull': ['never', 'always'], 'restart': ['no', ''],
    'runtime': ['runc'], 'security-opt': ['no-new-privileges', 'seccomp=blanks.seccomp', 'systempaths=unconfined', 'label=disable'],
    'shm-size': ['64m'], 'stop-signal': ['SIGINT'], 'stop-timeout': ['0', '30'], 'storage-opt': ['size=1g'],
    'sysctl': ['net.ipv4.ip_forward=1'], 'tmpfs': ['/run:size=1m', '/tmp'], 'ulimit': ['nofile=1024:2048', 'core=-1'], 'user': ['1000:1000'],
    'userns': ['host'], 'uts': ['host'], 'volume': ['/data', 'v:/x', 'vol:/x:ro', './rel:/y', '/a:/b'], 'volume-driver': ['local'],
    'volumes-from': ['x', 'y:ro'], 'workdir': ['/w'],
}
SWITCHES = ['init', 'interactive', 'no-healthcheck', 'oom-kill-disable', 'privileged', 'publish-all', 'quiet', 'read-only', 'rm', 'tty',
            'init=false', 'sig-proxy=false', 'use-api-socket']


def parse_line(line):
    if line.startswith('[') and not line.startswith('[:'):
        try:
            return json.loads(line)
        except json.JSONDecodeError:
            pass
    return shlex.split(line)


def read_lines(name):
    with open(os.path.join(HERE, name), encoding='utf-8') as f:
        return [parse_line(line) for line in f.read().split('\n') if line and not line.startswith('#')]


def options_of_help(docker):
    """The options of `docker run --help` as (long name, short name or None, takes a value)."""
    text = subprocess.run([docker, 'run', '--help'], capture_output=True, text=True, check=True).stdout
    found = re.findall(r'^ {2}(?:-(\w), | {4})--([a-z0-9-]+)(?: (\S+))?  ', text, re.M)
    return [(long, short or None, bool(kind)) for short, long, kind in found]


def of_each_option(docker):
    for name, short, takes_value in options_of_help(docker):
        if name == 'help':
            continue
        if not takes_value:
            yield [f'--{name}', 'alpine']
            for value in BOOLEANS:
                yield [f'--{name}={value}', 'alpine']
            if short:
                yield [f'-{short}', 'alpine']
                yield [f'-{short}=false', 'alpine']
            continue
        for value in VALUES:
            yield [f'--{name}', value, 'alpine', 'x']
        for value in ACCEPTED.get(name, []):
            yield [f'--{name}={value}', 'alpine']
            yield [f'--{name}', value, f'--{name}', value, 'alpine']
            if short:
                yield [f'-{short}', value, 'alpine']
                yield [f'-{short}{value}', 'alpine']
                yield [f'-{short}={value}', 'alpine']
        yield [f'--{name}']


def combinations(n, seed=1):
    chooser = random.Random(seed)
    names = sorted(ACCEPTED)
    for _ in range(n):
        words = []
        for name in chooser.sample(names, chooser.randint(2, 9)):
            for _ in range(chooser.choice([1, 1, 1, 2, 3])):
                value = chooser.choice(ACCEPTED[name])
                words += [f'--{name}={value}'] if chooser.random() < 0.5 else [f'--{name}', value]
        for name in chooser.sample(SWITCHES, chooser.randint(0, 4)):
            words.insert(0, f'--{name}')
        yield words + ['alpine:3'] + chooser.choice([[], ['sh', '-c', 'x'], ['--', '-e', '--rm']])


def changed(chooser, text, pieces):
    """Replaces, removes, doubles or moves a few characters of text."""
    for _ in range(chooser.choice([1, 1, 1, 2, 3])):
        at = chooser.randint(0, len(text))
        end = min(len(text), at + chooser.randint(0, 3))
        text = text[:at] + chooser.choice(['', chooser.choice(':=,/.-"[]@ 019aZ_\t\\~%+*#xé'), chooser.choice(pieces), text[at:end] * 2,
                                           text[at:end].swapcase()]) + text[end:]
    return text


def mutations(n, seed):
    """The known lines with one word changed: for runs by hand, with another seed each time."""
    chooser = random.Random(seed)
    known = [words for words in read_lines('lines.txt') if all(isinstance(w, str) and len(w) < 200 for w in words)]
    known += [[f'--{name}', value, 'alpine'] for name, values in ACCEPTED.items() for value in values]
    pieces = [word for words in known for word in words] + [v for v in VALUES if len(v) < 40]
    for _ in range(n):
        words = list(chooser.choice(known))
        if len(words) > 1:
            at = chooser.randrange(len(words) - 1)
            if chooser.random() < 0.7:
                at = max((i for i in range(len(words) - 1) if not words[i].startswith('-')), default=at)
            words[at] = changed(chooser, words[at], pieces).replace('\0', '')
        # Help texts differ on purpose.
        if not any(w.startswith(('--help', '-h=')) for w in words):
            yield words


def everything(docker):
    yield from read_lines('lines.txt')
    yield from read_lines('wild.txt')
    yield from of_each_option(docker)
    yield from combinations(600)


# Configurations that somebody may have written by hand, or badly: we must find what the CLI still finds in them.
ODD_CONFIGURATIONS = [
    '', ' \n', '{', '[]', 'null', '"x"', '{"proxies":null}', '{"proxies":[]}', '{"proxies":{"default":null}}',
    '{"proxies":{"default":{"HTTPPROXY":"a","httpsproxy":"b","noProxy":"","ALLproxy":"c"}}}',
    '{"Proxies":{"default":{"httpProxy":"a"}}}', '{"proxies":{"Default":{"httpProxy":"a"}}}',
    '{"proxies":{"default":{"httpProxy":5}}}', '{"proxies":{"default":{"httpProxy":5,"ftpProxy":"b"}}}',
    '{"proxies":{"default":{"httpProxy":null,"ftpProxy":"b"}}}', '{"proxies":{"tcp://x":{"httpProxy":"a"}}}',
    '{"proxies":{"default":{"httpProxy":"a"},"tcp://x":{"httpProxy":"b"}}}',
    '{"proxies":{"default":{"httpProxy":"a","httpProxy":"b","HTTPProxy":"c"}}}',
    '{"proxies":{"default":{"httpProxy":"a"}},"proxies":{"default":{"ftpProxy":"b"}}}',
    '{"proxies":{"default":{"httpProxy":"a"}}} x', '{"proxies":{"default":{"httpProxy":"a"}}}{}', '{"proxies":{"default":{"httpProxy":"a"}},}',
    '\ufeff{"proxies":{"default":{"httpProxy":"a"}}}', '{"proxies":{"default":{"httpProxy":"\\u00e9\\ud83d\\ude00\\ud800"}}}',
    '{"auths":{"x":{"auth":"!!"}},"proxies":{"default":{"httpProxy":"a"}}}', '{"auths":7,"proxies":{"default":{"httpProxy":"a"}}}',
    '{"proxies":{"default":{"httpProxy":"a"}},"auths":7}', '{"detachKeys":7,"proxies":{"default":{"httpProxy":"a"}}}',
    "{'proxies':{}}", '{"proxies":{"default":{"httpProxy":"a",},}}', '// x\n{"proxies":{"default":{"httpProxy":"a"}}}',
]


def write_files(directory):
    """Writes the files that lines name, and two configurations of the CLI: without and with proxies."""
    def write(name, data):
        path = os.path.join(directory, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, 'wb') as f:
            f.write(data if isinstance(data, bytes) else data.encode())

    write('plain.env', b'A=1\n# c\n\n  B=2 \nHOME\nNOPE\nC="x y" # z\nA=3\r\n\xc2\xa0D=4\nE==\n')
    write('not-utf8.env', b'\xef\xbb\xbfA=1\nB=\xff\n')
    write('export.env', 'export A=1\n')
    write('no-name.env', '=x\n')
    write('tab.env', 'A\tB=1\n')
    write('nul.env', b'A=x\0y\n')
    write('bom.env', '\ufeffA=1\n\ufeffB=2')
    write('empty.env', '')
    write('cr.env', 'A=1\r\rB=2\r\n')
    write('line-64k-less.env', 'A=' + 'x' * 65533 + '\n')
    write('line-64k.env', 'A=' + 'x' * 65534 + '\n')
    write('line-64k-last.env', 'A=' + 'x' * 65534)
    write('line-64k-less-last.env', 'A=' + 'x' * 65533)
    write('line-64k-crlf.env', 'A=' + 'x' * 65533 + '\r\n')
    write('plain.labels', 'a=b\nc\n d=e f\nx.y/z=1=2\n')
    write('blank.labels', 'a b=c\n')
    write('blanks.seccomp', '{ "a" : [1, 2.50e+3, "x \\u0041 y" ], "b":{ } , "c" :[ ]}\n')
    write('bad-number.seccomp', '{ "a" : 01}')
    write('empty.seccomp', '')
    write('nul.seccomp', b'"\xff\x00"')
    write('latin1.seccomp', b' "\xffx " ')
    write('comma.seccomp', '[1,]')
    write('two.seccomp', '{} {}')
    write('atoms.seccomp', '[-0,1E5,true,false,null]')
    write('minus.seccomp', '[-]')
    write('exists.cid', '')
    os.makedirs(os.path.join(directory, 'directory'), exist_ok=True)
    os.makedirs(os.path.join(directory, 'adir'), exist_ok=True)
    write('config/plain/config.json', '{}')
    for i, text in enumerate(ODD_CONFIGURATIONS):
        write(f'config/odd{i}/config.json', text)
    write('config/proxies/config.json', json.dumps({'proxies': {'default': {
        'httpProxy': 'http://proxy:1', 'httpsProxy': 'http://proxy:2', 'ftpProxy': '', 'noProxy': 'a,b', 'allProxy': 'socks5://proxy:3'}}}))

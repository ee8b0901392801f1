# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The systemd-docker authors
"""The differences from the docker CLI on purpose, each with its reason. Nothing is skipped without a reason.

A difference is a function of the words, of the CLI's result and of ours. A result is {'exit': N}, with 'query' and 'body' if a
container would have been created.
"""

import json
import re


def has(words, *patterns):
    return any(re.fullmatch(pattern, word, re.S) for pattern in patterns for word in words)


def folded(answer):
    return json.dumps(answer['body'], sort_keys=True, ensure_ascii=False).casefold()


def restart(words, cli, ours):
    """systemd restarts the container: with --restart other than no, the engine would start it as well, unknown to systemd."""
    return 'body' in cli and cli['body'].get('HostConfig', {}).get('RestartPolicy', {}).get('Name') and ours['exit'] == 125 \
        and '--restart' in ours['message'] and 'Restart=' in ours['message']


def overflow(words, cli, ours):
    """A number that is too large is refused; the CLI sends its lowest 64 bits."""
    return 'body' in cli and ours['exit'] == 125 and has(
        words, r'.*1e30', r'(?i:(-m)?inf) ', r'.*9{20,}.*', r'(?i:(--cpus=)?0x[0-9a-f_]{17,}.*)', r'(?i:(--cpus=)?[\d_.]+e\+?[\d_]{2,})')


def letter_case(words, cli, ours):
    """Upper and lower case only concern ASCII letters: no capability, network or mount type has other letters."""
    return 'body' in cli and 'body' in ours and any(not w.isascii() for w in words if w) \
        and folded(cli) == folded(ours)


def panic(words, cli, ours):
    """The CLI crashes on a CDI device whose vendor, class or name has one letter."""
    return cli['exit'] == 2 and has(words, r'./.*=.*', r'.*/.=.*', r'.*/.*=.')


def content_trust(words, cli, ours):
    """Signatures are not verified here, so a line that requests it is refused; the CLI asks a notary server first."""
    return ours['exit'] == 125 and 'content trust' in ours.get('message', '')


def old_mac(words, cli, ours):
    """Engines before API 1.44 accept one MAC address for the container, as older CLIs send it; the current CLI refuses it."""
    return cli['exit'] in (1, 125) and 'MacAddress' in ours.get('body', {})


def version_last(words, cli, ours):
    """An error in a line is reported before the engine is asked for its API version, which some options require."""
    return cli['exit'] == 1 and 'requires API version' in cli.get('message', '') and ours['exit'] == 125


ON_PURPOSE = [restart, overflow, letter_case, panic, content_trust, old_mac, version_last]


# --- differences between other versions of the CLI and 28.2, which we follow: the version, and how to recognise each ---

def text(cli):
    return cli.get('message', '')


def without(answer, *paths):
    """The request as text, without some of its members."""
    body = json.loads(json.dumps(answer.get('body', {})))
    for path in paths:
        at = body
        for name in path[:-1]:
            at = at.get(name, {})
        at.pop(path[-1], None)
    # An object that has become empty counts as absent.
    for name in ('NetworkingConfig', 'HostConfig'):
        if name in body and not any(body[name].values()):
            del body[name]
    return json.dumps([body, answer.get('query')], sort_keys=True)


def same_without(cli, ours, *paths):
    return 'body' in cli and 'body' in ours and without(cli, *paths) == without(ours, *paths)


def unknown_option(words, cli, ours):
    """An option, or a field of one, that this version does not have."""
    return cli['exit'] == 125 and re.search(
        r'unknown flag: --(annotation|health-start-interval|quiet|use-api-socket)|unknown shorthand flag: .q.'
        r'|(unexpected|invalid field) key .?(volume-subpath|image-subpath|bind-recursive|gw-priority|ip6|mac-address|link-local-ip)',
        text(cli))


def older_numbers(words, cli, ours):
    """Sizes: before 28.2 only plain decimals were accepted, and only the first letter of the suffix counted."""
    return cli['exit'] == 125 and re.search('invalid size', text(cli)) or \
        'body' in cli and ours['exit'] == 125 and 'not a size' in ours['message']


def lost_limits(words, cli, ours):
    """26.1 parses --device-read-bps and its three siblings, but does not send them."""
    return same_without(cli, ours, *(('HostConfig', 'BlkioDevice' + way) for way in ('ReadBps', 'ReadIOps', 'WriteBps', 'WriteIOps')))


def relative_paths(words, cli, ours):
    """Sources of mounts became absolute only if they begin with "./", or never."""
    return has(words, r'(.*=)?\.+([^,:]*|/[^:]*)(:.*)?', r'.*(src|source)=\..*') and \
        same_without(cli, ours, ('HostConfig', 'Binds'), ('HostConfig', 'Mounts'), ('NetworkingConfig',), ('Env',))


def links_elsewhere(words, cli, ours):
    """--link with a network that is not user-defined was refused."""
    return 'links are only supported' in text(cli)


def platforms(words, cli, ours):
    """Platforms with a version of the operating system, and v8.0 and v9.0."""
    return 'parsing specified platform' in text(cli) or has(words, r'linux/arm64/.*') and 'body' in cli and 'body' in ours \
        and cli['body'] == ours['body']


def addresses(words, cli, ours):
    """Addresses of --publish and --add-host: brackets and "host=address" came later, or were not checked."""
    return cli['exit'] == 125 and re.search(r'(?i)invalid ip address|bad format for add-host', text(cli)) or \
        'body' in cli and '--add-host' in ours.get('message', '') or \
        has(words, r'(--add-host=)?[^:]+=.*:.*') and same_without(cli, ours, ('HostConfig', 'ExtraHosts'))


def published_fields(words, cli, ours):
    """The text after the second "=" in "target=80=x" for --publish was ignored."""
    return 'body' in cli and '--publish' in ours.get('message', '') and has(words, r'(--publish=)?([^=]*=[^,]*=|.*,=|=).*')


def api_socket_path(words, cli, ours):
    """28.5 mounts /var/run/docker.sock, whatever socket the CLI uses itself."""
    return has(words, '--use-api-socket') and same_without(cli, ours, ('HostConfig', 'Mounts'))


def cdi_devices(words, cli, ours):
    """This version does not know devices of the Container Device Interface."""
    return 'is not an absolute path' in text(cli) and has(words, r'(--device=)?[\w.-]+/[\w.-]+=.*')


def references(words, cli, ours):
    """Names of images: addresses as hosts, upper-case hosts, and the maximum length of a name."""
    return cli['exit'] == 125 and re.search('invalid reference format|repository name must not be more', text(cli)) \
        or 'body' in cli and 'invalid image' in ours.get('message', '')


def unchecked(words, cli, ours):
    """Values that 20.10 does not check, but leaves to the engine."""
    return 'body' in cli and ours['exit'] in (1, 125) and re.search(
        r'--(pull|volume|security-opt|pid|uts|userns|network-alias|restart|mount|label|env|sysctl|ulimit|mac-address|cgroupns)\b',
        ours['message'])


def refused_then(words, cli, ours):
    """Values that 20.10 understands differently: "builtin" as a file, "no:" as a missing number, …"""
    return cli['exit'] == 125 and 'body' in ours and re.search(
        r'seccomp profile \(builtin\)|maximum retry count|Invalid --security-opt|invalid IP|bad format|cannot mix|invalid argument|invalid PID mode',
        text(cli))


def default_network(words, cli, ours):
    """20.10 sends --ip, --link-local-ip and similar options only with a user-defined network, and never sends ALL_PROXY."""
    return same_without(cli, ours, ('NetworkingConfig',), ('Env',), ('HostConfig', 'Binds'), ('HostConfig', 'Links'))


def empty_names(words, cli, ours):
    """20.10 accepts labels and driver options without a name."""
    return 'body' in cli and has(words, r'.*(volume-label==|volume-opt=($|,)|driver-opt==).*')


def windows_first(words, cli, ours):
    """Which of two errors counts, and the exit code for a --cidfile that cannot be created."""
    return 'body' not in cli and 'body' not in ours and {cli['exit'], ours['exit']} <= {1, 125, 126, 127}


OTHER_VERSIONS = [
    (lambda v: v < (28, 2), [unknown_option, older_numbers, relative_paths, links_elsewhere, platforms, addresses,
                          published_fields]),
    (lambda v: v != (28, 2), [api_socket_path, addresses]),
    (lambda v: (25, 0) <= v < (28, 0), [lost_limits]),
    (lambda v: v < (25, 0), [cdi_devices, references, unchecked, refused_then, default_network, empty_names, windows_first]),
]


def explain(words, cli, ours, version):
    candidates = list(ON_PURPOSE)
    for concerns, of_version in OTHER_VERSIONS:
        if concerns(version):
            candidates += of_version
    for difference in candidates:
        if difference(words, cli, ours):
            return difference
    return None

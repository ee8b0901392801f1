# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The systemd-docker authors
"""Brings two create requests into a form in which they are equal if and only if the engine sees no difference.

The docker CLI writes every member, we only write those that are set. For the engine an absent member is the zero of its type.
Exceptions are the few in KEEP, for which null, empty and zero differ.
"""

# Members for which absent and zero differ; null means absent.
KEEP = {
    ('StopTimeout',), ('Entrypoint',),
    ('HostConfig', 'Init'), ('HostConfig', 'MaskedPaths'), ('HostConfig', 'ReadonlyPaths'), ('HostConfig', 'MemorySwappiness'),
}

# What the CLI sends if the option is not given.
DEFAULTS = {
    ('HostConfig', 'NetworkMode'): 'default',
    ('HostConfig', 'MemorySwappiness'): -1,
    ('HostConfig', 'ConsoleSize'): [0, 0],
    ('HostConfig', 'RestartPolicy', 'Name'): 'no',
}

# Objects whose members have names that the user chooses: an empty value counts there.
MAPS = {
    ('Labels',), ('Volumes',), ('ExposedPorts',),
    ('HostConfig', 'Annotations'), ('HostConfig', 'LogConfig', 'Config'), ('HostConfig', 'PortBindings'),
    ('HostConfig', 'StorageOpt'), ('HostConfig', 'Sysctls'), ('HostConfig', 'Tmpfs'),
    ('HostConfig', 'Mounts', 'VolumeOptions', 'Labels'),
    ('HostConfig', 'Mounts', 'VolumeOptions', 'DriverConfig', 'Options'),
    ('HostConfig', 'DeviceRequests', 'Options'),
    ('NetworkingConfig', 'EndpointsConfig'),
}

# Objects for which {} is not the same as absent.
PRESENT = {
    ('HostConfig', 'Mounts', 'BindOptions'), ('HostConfig', 'Mounts', 'VolumeOptions'),
    ('HostConfig', 'Mounts', 'ImageOptions'), ('HostConfig', 'Mounts', 'TmpfsOptions'),
    ('HostConfig', 'Mounts', 'VolumeOptions', 'DriverConfig'),
}

# The CLI keeps these in a hash table and sends them in random order.
UNORDERED = {('HostConfig', 'Binds')}


def empty(value):
    return value is None or value is False or value == '' or value == 0 or value == [] or value == {}


def prune(value, path=()):
    if isinstance(value, dict):
        result = {}
        for key, member in value.items():
            where = path + (key,)
            if path in MAPS:
                result[key] = prune(member, path + ('*',))
                continue
            if where in DEFAULTS and member == DEFAULTS[where]:
                continue
            member = prune(member, where)
            if where in KEEP or where in PRESENT:
                if member is not None:
                    result[key] = member
            elif not empty(member):
                result[key] = member
        return result
    if isinstance(value, list):
        return [prune(member, path) for member in value]
    return value


def environment(entries, from_files):
    """Variables of files come first and keep their order; the others are in random order."""
    return entries[:from_files] + sorted(entries[from_files:])


def capability(name):
    name = name.upper()
    return name if name == 'ALL' or name.startswith('CAP_') else 'CAP_' + name


def normalise(body, from_files=0, spelled_out=True):
    """spelled_out: this CLI sends complete names of capabilities, others as they were written. The engine accepts both."""
    body = prune(body)
    host = body.get('HostConfig', {})
    for key in ('CapAdd', 'CapDrop'):
        if key in host and not spelled_out:
            host[key] = sorted({capability(name) for name in host[key]})
    for section, key in UNORDERED:
        if key in body.get(section, {}):
            body[section][key] = sorted(body[section][key])
    if 'Env' in body:
        body['Env'] = environment(body['Env'], from_files)
    # For one network without settings, the engine does the same with or without an entry.
    endpoints = body.get('NetworkingConfig', {}).get('EndpointsConfig', {})
    if list(endpoints) == ['default'] and endpoints['default'] == {}:
        del body['NetworkingConfig']
    if not host:
        body.pop('HostConfig', None)
    return body


def detached(body):
    """-d has no effect here, so its effect on the streams is not compared."""
    for key in ('AttachStdin', 'AttachStdout', 'AttachStderr', 'StdinOnce'):
        body.pop(key, None)
    return body

# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The systemd-docker authors
"""Logins for a pull: credential helpers and configuration files with errors."""

import os
import select

from cases.pull import complete, serve_pulls
from program import Skip, case, options, variants


def with_helper(t, script, config='{"credsStore":"test"}'):
    if options.valgrind:
        raise Skip("valgrind knows no pidfd_open(2)")
    with open(os.path.join(t.folder, "docker-credential-test"), "w", encoding="utf-8") as f:
        f.write("#!/bin/sh\n" + script)
        os.chmod(f.fileno(), 0o755)
    with open(os.path.join(t.folder, "config.json"), "w", encoding="utf-8") as f:
        f.write(config)
    return {"PATH": t.folder + ":/usr/bin:/bin"}


@variants(binary="cat /bin/sh", endless="yes", killed="kill -SEGV $$", wrong="echo '[]'", silent="exit 3",
          colours="printf '\\033[31mno\\n\\nway\\033[0m' >&2; exit 1", deaf="exec <&-; exit 4")
def pull_helper_strange(t, script):
    e = serve_pulls(t, complete)
    t.start(**with_helper(t, script))
    t.said("docker-credential-test gives no login for docker.io, ignoring it: ")
    t.said("Started container")
    e.end(0)
    t.ends(0, "docker-credential-test gives no login")


@case(brief=False)
def pull_helper_prints_a_login_and_fails(t):
    e = serve_pulls(t, complete)
    t.start(**with_helper(t, """echo '{"Username":"me","Secret":"hunter2"}'; exit 1"""))
    t.said("Started container")
    e.end(0)
    t.ends(0, "docker-credential-test gives no login.*: it exited with status 1")
    assert "hunter2" not in t.stderr()


@case
def pull_helper_hangs(t):
    e = serve_pulls(t, complete)
    t.start(fast=20, **with_helper(t, "sleep 1000"))
    t.said("it did not answer in time")
    t.said("Started container")
    e.end(0)
    t.ends(0, "docker-credential-test gives no login")


@case
def pull_helper_hangs_and_stop(t):
    serve_pulls(t, complete)
    fifo = os.path.join(t.folder, "docker-credential-test.pid")
    os.mkfifo(fifo)
    # There is something to read as soon as the helper runs.
    with open(os.open(fifo, os.O_RDWR), encoding="utf-8") as f:
        t.start(**with_helper(t, 'echo $$ >"$0.pid"; sleep 1000'))
        assert select.select([f], [], [], 30 * options.patience)[0]
        helper = os.pidfd_open(int(f.readline()))
    try:
        t.signal()
        t.ends(0)
        # The helper was killed; the kernel may take a moment until it is dead.
        assert select.select([helper], [], [], 30 * options.patience)[0]
    finally:
        os.close(helper)


@variants(garbage=b"\xff\xfe" * 1000, deep=b'{"auths":' + b"[" * 100000, cut=b'{"auths":{"https://index.docker.io/v1/":{"auth":"bWU6',
          entry=b'{"auths":{"https://index.docker.io/v1/":{"auth":"?"}}}')
def pull_config_malformed(t, data):
    with open(os.path.join(t.folder, "config.json"), "wb") as f:
        f.write(data)
    e = serve_pulls(t, complete)
    t.start()
    t.said("Started container")
    e.end(0)
    t.ends(0, "is malformed, ignoring it")

# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The systemd-docker authors
"""Contexts of the docker CLI. The CLI of the host is the yardstick."""

import hashlib
import json
import os

import pytest

from supervised import Service, assert_failed, assert_success, by_hand
from testhost import run

HERE, NOWHERE = "unix:///run/docker.sock", "unix:///run/no-engine.sock"


@pytest.fixture
def config(tmp_path):
    """A configuration of the CLI with contexts: one for this engine, and others that cannot be used."""
    for name, host in (("here", HERE), ("nowhere", NOWHERE), ("login", "ssh://me@nowhere.invalid")):
        folder = tmp_path / "contexts" / "meta" / hashlib.sha256(name.encode()).hexdigest()
        folder.mkdir(parents=True)
        meta = {"Name": name, "Metadata": {}, "Endpoints": {"docker": {"Host": host, "SkipTLSVerify": False}}}
        (folder / "meta.json").write_text(json.dumps(meta))
    return tmp_path


# currentContext, DOCKER_CONTEXT, DOCKER_HOST, option; whether it is this engine.
CELLS = [
    (None, None, None, None, True),
    ("here", None, None, None, True),
    ("nowhere", None, None, None, False),
    ("absent", None, None, None, False),
    ("default", None, None, None, True),
    ("nowhere", "here", None, None, True),
    ("here", "nowhere", None, None, False),
    ("here", "absent", None, None, False),
    ("nowhere", "default", None, None, True),
    ("nowhere", "nowhere", HERE, None, True),
    ("here", "here", NOWHERE, None, False),
    ("nowhere", None, NOWHERE, "--host=" + HERE, True),
    ("nowhere", "nowhere", NOWHERE, "--context=here", True),
    ("here", None, None, "--context=absent", False),
    ("here", "here", NOWHERE, "--context=default", False),
    ("here", None, None, "--context=login", False),
]


@pytest.mark.parametrize("current, context, host, option, works", CELLS)
def test_engine_is_that_of_the_cli(config, current, context, host, option, works):
    (config / "config.json").write_text(json.dumps({"currentContext": current} if current else {}))
    variables = {"DOCKER_CONFIG": str(config), "DOCKER_CONTEXT": context, "DOCKER_HOST": host}
    environment = {**os.environ, **{name: value for name, value in variables.items() if value}}
    options = [option] if option else []
    done = by_hand(*options, "run", "--rm", "busybox", "true", env=environment)
    assert (done.returncode == 0) == works, done.stderr
    if option != "--context=login":  # the CLI has an ssh client, and asks the name server
        cli = run("docker", *options, "version", "--format", "{{.Server.Version}}", env=environment, check=False)
        assert (cli.returncode == 0) == works, cli.stderr


def test_in_a_unit(config):
    environment = [f"DOCKER_CONFIG={config}", "DOCKER_CONTEXT=here"]
    with Service("true", Environment=environment) as unit:
        assert_success(unit.run_to_end())
        for name, cause in (("absent", "does not exist"), ("login", "ssh:// is not supported"), ("../x", "cannot be")):
            unit.write(Environment=[environment[0], f"DOCKER_CONTEXT={name}"])
            assert_failed(unit.run_to_end(), 78)
            assert len(unit.said(f"context {name}")) == 1 and unit.said(cause)
            unit.systemctl("reset-failed")


def test_option_in_a_unit(config):
    with Service("true", options="--context=here", Environment=f"DOCKER_CONFIG={config}") as unit:
        assert_success(unit.run_to_end())

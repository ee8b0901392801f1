# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The systemd-docker authors
"""Images from a real registry: Debian's docker-registry. On 127.0.0.0/8, Docker accepts one without TLS."""

import base64
import io
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import tarfile
import tempfile
import threading
import time
import urllib.request
from pathlib import Path

import pytest
from supervised import PROGRAM, Service, assert_failed, assert_success
from testhost import docker, engine_get, run, wait_until

PUBLIC = "127.0.0.1:5000"
PRIVATE = "127.0.0.1:5001"  # the same images, with a login
SLOW = 5002  # the public registry through a Throttle
USER, PASSWORD, WRONG = "me", "secret", "guessed42"
# The output of `htpasswd -nbB me secret`, with the lowest cost of bcrypt.
HTPASSWD = "me:$2y$05$abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a\n"
CONFIG = """
version: 0.1
log: {{level: warn, accesslog: {{disabled: true}}}}
storage: {{filesystem: {{rootdirectory: {root}}}}}
http: {{addr: '{address}'}}
"""
AUTH = "auth: {{htpasswd: {{realm: test, path: {path}}}}}\n"

LARGE_BYTES = 48 << 20


class Registry:
    def __init__(self, address, folder, private=False):
        self.address = address
        self.folder = folder
        self.config = folder / f"{address}.yml"
        text = CONFIG.format(root=folder / "images", address=address)
        if private:
            (folder / "htpasswd").write_text(HTPASSWD)
            text += AUTH.format(path=folder / "htpasswd")
        self.config.write_text(text)
        self.process = None

    def start(self):
        self.process = subprocess.Popen(
            ["docker-registry", "serve", self.config], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        host, port = self.address.split(":")

        def up():
            with socket.socket() as s:
                return s.connect_ex((host, int(port))) == 0

        wait_until(up, what=f"registry on {self.address}")

    def stop(self):
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process = None


def registry_get(path):
    request = urllib.request.Request(f"http://{PUBLIC}{path}", headers={"Accept": "application/vnd.docker.distribution.manifest.v2+json"})
    with urllib.request.urlopen(request) as answer:
        return json.loads(answer.read())


class Throttle:
    """A proxy to the public registry that passes on so many bytes per second; 0 is a registry that stalls."""

    def __init__(self, rate, after=0):
        self.rate = rate  # after the first `after` bytes
        self.after = after
        self.passed = 0
        self.lock = threading.Lock()
        self.listener = socket.create_server(("127.0.0.1", SLOW))
        self.open = [self.listener]
        self.over = threading.Event()

    def __enter__(self):
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.over.set()
        for s in self.open:
            try:
                s.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            s.close()

    def _accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            server = socket.create_connection(("127.0.0.1", 5000))
            self.open += [client, server]
            threading.Thread(target=self._pass_on, args=(client, server, False), daemon=True).start()
            threading.Thread(target=self._pass_on, args=(server, client, True), daemon=True).start()

    def _pass_on(self, source, target, slowly):
        try:
            while data := source.recv(1 << 16):
                if slowly:
                    self._wait(len(data))
                target.sendall(data)
        except OSError:
            pass

    def _wait(self, size):
        with self.lock:
            self.passed += size
            if self.passed < self.after:
                return
            if self.rate == 0:
                self.over.wait()
            else:
                self.over.wait(size / self.rate)


def remove_images():
    """Removes all images that came from our registries, so that the next pull has to fetch them."""
    names = [name for image in engine_get("/images/json?all=1") for name in (image["RepoTags"] or []) + (image["RepoDigests"] or [])]
    ours = [name for name in names if name.startswith("127.0.0.1:") and "<none>" not in name]
    for name in ours:
        run("docker", "image", "rm", "--force", name, check=False)


def make_large():
    """An image with a layer that cannot be compressed."""
    with tempfile.NamedTemporaryFile() as f:
        with tarfile.open(fileobj=f, mode="w") as tar:
            member = tarfile.TarInfo("data")
            member.size = LARGE_BYTES
            tar.addfile(member, io.BytesIO(os.urandom(LARGE_BYTES)))
            tar.add("/bin/busybox", "bin/sh")
        f.flush()
        run("docker", "import", f.name, f"{PUBLIC}/large:latest")


def push(image):
    run("docker", "push", image, timeout=120)
    run("docker", "image", "rm", image)


@pytest.fixture(scope="module")
def registries():
    folder = Path(tempfile.mkdtemp(prefix="registry-"))
    public, private = Registry(PUBLIC, folder), Registry(PRIVATE, folder, private=True)
    public.start()
    docker("tag", "busybox", f"{PUBLIC}/box:1")
    push(f"{PUBLIC}/box:1")
    make_large()
    push(f"{PUBLIC}/large:latest")
    private.start()
    yield public, private
    public.stop()
    private.stop()
    shutil.rmtree(folder)


@pytest.fixture
def registry(registries):
    remove_images()
    yield registries[0]
    remove_images()


@pytest.fixture
def config(registry, tmp_path):
    """Writes the docker configuration that the unit finds with DOCKER_CONFIG."""

    class Config:
        folder = tmp_path
        environment = f"DOCKER_CONFIG={tmp_path}"

        @staticmethod
        def write(content):
            text = content if isinstance(content, str) else json.dumps(content)
            (tmp_path / "config.json").write_text(text)

        @staticmethod
        def helper(name, script):
            path = tmp_path / f"docker-credential-{name}"
            path.write_text("#!/bin/sh\n" + script)
            path.chmod(0o755)
            return f"PATH={tmp_path}:/usr/bin:/bin"

    return Config


def login(user=USER, password=PASSWORD):
    return {"auth": base64.b64encode(f"{user}:{password}".encode()).decode()}


def has_image(name):
    return engine_get(f"/images/{name}/json") is not None


def errors(unit):
    """The errors that the supervisor itself has logged."""
    return [e["MESSAGE"] for e in unit.journal("PRIORITY=3") if "CONTAINER_LOG_ORDINAL" not in e]


def assert_refused(unit, *parts):
    """The unit failed with one line, and nothing was created."""
    assert_failed(unit.run_to_end(), 125)
    lines = errors(unit)
    assert len(lines) == 1, lines
    for part in parts:
        assert part in lines[0]
    assert unit.container is None
    return lines[0]


def pulled(unit):
    """How many messages said that the image is being pulled."""
    return len([line for line in unit.said("Pulling image ") if "trying again" not in line])


# ---- policy --------------------------------------------------------------------------------------------------------


def test_missing_image_is_pulled_and_only_then(registry):
    with Service("true", image=f"{PUBLIC}/box:1") as unit:
        assert_success(unit.run_to_end())
        assert pulled(unit) == 1
        assert has_image(f"{PUBLIC}/box:1")
        assert_success(unit.run_to_end())
        assert pulled(unit) == 1
        assert errors(unit) == []


def test_always(registry):
    with Service("true", image=f"{PUBLIC}/box:1", run="--rm --pull always") as unit:
        assert_success(unit.run_to_end())
        assert_success(unit.run_to_end())
        assert pulled(unit) == 2


def test_always_takes_what_is_new(registry):
    old = f"{PUBLIC}/changing:latest"
    docker("import", "--change", "ENV fresh=yes", "-", old, input="", stdin=None)
    push(old)
    docker("tag", "busybox", old)
    with Service("sleep 1000", image=old, run="--rm --pull always") as unit:
        # The new image has no files at all, so that a failure shows which one was used.
        assert_failed(unit.run_to_end(), 127)
        assert pulled(unit) == 1


def test_never(registry):
    with Service("true", image=f"{PUBLIC}/box:1", run="--rm --pull never") as unit:
        assert_refused(unit, f"Cannot start: no image {PUBLIC}/box:1 here")
        assert pulled(unit) == 0


def test_quiet(registry):
    with Service("true", image=f"{PUBLIC}/box:1", run="--rm --quiet") as unit:
        assert_success(unit.run_to_end())
        assert pulled(unit) == 0
        assert has_image(f"{PUBLIC}/box:1")


def test_missing_tag(registry):
    with Service("true", image=f"{PUBLIC}/box:none") as unit:
        line = assert_refused(unit, f"Cannot start: no tag none of image {PUBLIC}/box in its registry")
        assert "login" not in line
        assert unit.said("trying again") == []


def test_missing_image(registry):
    with Service("true", image=f"{PUBLIC}/nothing") as unit:
        assert_refused(unit, "Cannot start: no ", f"{PUBLIC}/nothing")
        assert unit.said("trying again") == []


def test_digest(registry):
    docker("pull", "--quiet", f"{PUBLIC}/box:1")
    digest = next(d for d in engine_get(f"/images/{PUBLIC}/box:1/json")["RepoDigests"] if d.startswith(PUBLIC))
    remove_images()
    with Service("true", image=digest) as unit:
        assert_success(unit.run_to_end())
        assert pulled(unit) == 1
        # A tag beside a digest has no effect.
        unit.change(digest, digest.replace("@", ":whatever@"))
        assert_success(unit.run_to_end())
    with Service("true", image=re.sub("sha256:.*", "sha256:" + 64 * "0", digest)) as unit:
        assert_refused(unit, "Cannot start: no tag sha256:")


def test_id_is_no_name_to_be_pulled(registry):
    for image in (64 * "0", "sha256:" + 64 * "0"):
        with Service("true", image=image) as unit:
            assert_refused(unit, "Cannot start: no image ")
            assert pulled(unit) == 0
        with Service("true", image=image, run="--rm --pull always") as unit:
            assert_refused(unit, f"Failed to pull image {image}", "id")


def test_platform(registry):
    with Service("true", image=f"{PUBLIC}/box:1", run="--rm --platform linux/amd64") as unit:
        assert_success(unit.run_to_end())
        assert pulled(unit) == 1


# ---- login ---------------------------------------------------------------------------------------------------------


def test_without_a_login(registry, config):
    with Service("true", image=f"{PRIVATE}/box:1", Environment=config.environment) as unit:
        assert_refused(
            unit, "Cannot start: the registry of ", "(without a login: ", f"{config.folder}/config.json has none for {PRIVATE})"
        )
        assert unit.said("trying again") == []
        assert not has_image(f"{PRIVATE}/box:1")


@pytest.mark.parametrize("key", [PRIVATE, f"https://{PRIVATE}/v1/"])
def test_login_of_config(registry, config, key):
    config.write({"auths": {"elsewhere:5000": login("other", WRONG), key: login()}})
    with Service("true", image=f"{PRIVATE}/box:1", Environment=config.environment) as unit:
        assert_success(unit.run_to_end())
        assert errors(unit) == []


def test_login_spelled_out(registry, config):
    config.write({"auths": {PRIVATE: {"username": USER, "password": PASSWORD}}})
    with Service("true", image=f"{PRIVATE}/box:1", Environment=config.environment) as unit:
        assert_success(unit.run_to_end())


def test_login_as_docker_login_writes_it(registry, config):
    run("docker", "--config", config.folder, "login", "--username", USER, "--password-stdin", PRIVATE, stdin=None, input=PASSWORD)
    with Service("true", image=f"{PRIVATE}/box:1", Environment=config.environment) as unit:
        assert_success(unit.run_to_end())


def test_login_of_the_home_folder(registry, config):
    """A service of root does not have HOME in its environment."""
    home = Path("/root/.docker")
    home.mkdir()
    try:
        (home / "config.json").write_text(json.dumps({"auths": {PRIVATE: login()}}))
        with Service("true", image=f"{PRIVATE}/box:1", UnsetEnvironment="HOME") as unit:
            assert_success(unit.run_to_end())
    finally:
        shutil.rmtree(home)


def test_login_of_the_environment(registry, config):
    config.write({"auths": {PRIVATE: login(password=WRONG)}})
    text = json.dumps({"auths": {PRIVATE: login()}}).replace('"', '\\"')
    with Service("true", image=f"{PRIVATE}/box:1", Environment=[config.environment, f'"DOCKER_AUTH_CONFIG={text}"']) as unit:
        assert_success(unit.run_to_end())


@pytest.mark.parametrize("policy", ["missing", "always"])
def test_wrong_password(registry, config, policy):
    config.write({"auths": {PRIVATE: login(password=WRONG)}})
    with Service("true", image=f"{PRIVATE}/box:1", run=f"--rm --pull {policy}", Environment=config.environment) as unit:
        assert_refused(unit, "Cannot start: the registry of ", "another login ", f"(with the login of {config.folder}/config.json)")
        assert unit.said("trying again") == []
        assert not has_image(f"{PRIVATE}/box:1")
        assert WRONG not in "".join(e["MESSAGE"] for e in unit.journal())


@pytest.mark.parametrize("content", ["{", '{"auths": {"%s": {"auth": "?"}}}' % PRIVATE])
def test_malformed_config_does_not_matter_to_a_public_image(registry, config, content):
    config.write(content)
    with Service("true", image=f"{PUBLIC}/box:1", Environment=config.environment) as unit:
        assert_success(unit.run_to_end())
    with Service("true", image=f"{PRIVATE}/box:1", Environment=config.environment) as unit:
        assert_refused(unit, "Cannot start: the registry of ", f"{config.folder}/config.json is malformed)")
        assert len(unit.said("malformed, ignoring")) == 1


ANSWER = f"""read registry
echo "$1 $registry $HOME" >$(dirname $0)/asked
echo '{{"ServerURL": "{PRIVATE}", "Username": "{USER}", "Secret": "{PASSWORD}"}}'
"""


@pytest.mark.parametrize("content", [{"credsStore": "test"}, {"credHelpers": {PRIVATE: "test"}, "credsStore": "none"}])
def test_login_of_a_helper(registry, config, content):
    config.write(content | {"auths": {PRIVATE: {}}})
    path = config.helper("test", ANSWER)
    with Service("true", image=f"{PRIVATE}/box:1", Environment=[config.environment, path], UnsetEnvironment="HOME") as unit:
        assert_success(unit.run_to_end())
        assert errors(unit) == []
    assert (config.folder / "asked").read_text() == f"get {PRIVATE} /root\n"


def test_helper_with_the_wrong_password(registry, config):
    config.write({"credsStore": "test"})
    path = config.helper("test", ANSWER.replace(PASSWORD, WRONG))
    with Service("true", image=f"{PRIVATE}/box:1", Environment=[config.environment, path]) as unit:
        assert_refused(unit, "another login", "(with the login of docker-credential-test)")


def test_identity_token(registry, config):
    """This registry accepts no token and says so, which shows that the token was sent."""
    config.write({"credsStore": "test"})
    path = config.helper("test", """echo '{"Username": "<token>", "Secret": "token"}'""")
    with Service("true", image=f"{PRIVATE}/box:1", Environment=[config.environment, path]) as unit:
        assert_refused(unit, "Cannot start: the registry of ", "(with the login of docker-credential-test)")


def test_helper_that_has_none(registry, config):
    config.write({"credsStore": "test"})
    path = config.helper("test", "echo 'credentials not found in native keychain'; exit 1")
    with Service("true", image=f"{PUBLIC}/box:1", Environment=[config.environment, path]) as unit:
        assert_success(unit.run_to_end())
        assert unit.said("docker-credential-test") == []
    with Service("true", image=f"{PRIVATE}/box:1", Environment=[config.environment, path]) as unit:
        assert_refused(unit, f"(without a login: docker-credential-test has none for {PRIVATE})")


@pytest.mark.parametrize(
    "script, words",
    [
        ("echo the vault is locked >&2; exit 1", "the vault is locked"),
        ("echo nonsense", "its answer is malformed"),
        (None, "not found in $PATH"),
    ],
)
def test_helper_that_fails_is_said_and_no_reason_to_fail(registry, config, script, words):
    config.write({"credsStore": "test"})
    path = config.helper("test", script) if script else "PATH=/usr/bin:/bin"
    with Service("true", image=f"{PUBLIC}/box:1", Environment=[config.environment, path]) as unit:
        assert_success(unit.run_to_end())
        assert len(unit.said(words)) == 1
    with Service("true", image=f"{PRIVATE}/box:1", Environment=[config.environment, path]) as unit:
        assert_refused(unit, "without a login: docker-credential-test")


def test_stop_while_a_helper_is_busy(registry, config):
    config.write({"credsStore": "test"})
    path = config.helper("test", "echo $$ >$(dirname $0)/pid\nsleep 1000\n")
    with Service("true", image=f"{PRIVATE}/box:1", Environment=[config.environment, path]) as unit:
        run("systemctl", "start", "--no-block", unit.name)
        pid_file = config.folder / "pid"
        wait_until(lambda: pid_file.exists() and pid_file.read_text().strip(), what="helper")
        began = time.monotonic()
        unit.stop()
        assert time.monotonic() - began < 5
        assert_success(unit.show())
        assert not Path(f"/proc/{pid_file.read_text().strip()}").exists()


# ---- network -------------------------------------------------------------------------------------------------------


def test_registry_that_is_down_is_tried_again_and_then_one_line(registry):
    registry.stop()
    try:
        with Service("true", image=f"{PUBLIC}/box:1") as unit:
            began = time.monotonic()
            assert_refused(unit, f"Cannot start: the registry {PUBLIC} refuses connections")
            assert 7 <= time.monotonic() - began < 30
            assert [re.search(r"again in (\d+) s", line)[1] for line in unit.said("trying again")] == ["1", "2", "4"]
    finally:
        registry.start()


def test_registry_that_comes_back(registry):
    registry.stop()
    with Service("true", image=f"{PUBLIC}/box:1") as unit:
        try:
            run("systemctl", "start", "--no-block", unit.name)
            unit.wait_said("trying again in 1 s")
            assert f"trying again, the registry {PUBLIC} refuses connections" in unit.show("StatusText")
        finally:
            registry.start()
        assert_success(unit.wait_state("inactive"))


def test_stop_while_a_try_is_waited_for(registry):
    registry.stop()
    try:
        with Service("true", image=f"{PUBLIC}/box:1") as unit:
            run("systemctl", "start", "--no-block", unit.name)
            unit.wait_said("trying again in 4 s")
            began = time.monotonic()
            unit.stop()
            assert time.monotonic() - began < 3
            assert_success(unit.show())
    finally:
        registry.start()


def large(**settings):
    return Service("-c 'sleep 1000'", image=f"127.0.0.1:{SLOW}/large", run="--rm --stop-timeout 1 --entrypoint /bin/sh", **settings)


class Statuses:
    """The different values of STATUS= while the block runs."""

    def __init__(self, unit):
        self.unit = unit
        self.seen = []
        self.over = threading.Event()
        self.thread = threading.Thread(target=self._watch)

    def _watch(self):
        while not self.over.is_set():
            text = self.unit.show("StatusText")
            if not self.seen or self.seen[-1][1] != text:
                self.seen.append((time.monotonic(), text))
            time.sleep(0.05)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()


def test_progress_is_in_the_status_and_extends_the_start(registry):
    """The image arrives long after TimeoutStartSec= has passed."""
    seconds = 10
    with Throttle(LARGE_BYTES / seconds), large(TimeoutStartSec=4) as unit, Statuses(unit) as statuses:
        began = time.monotonic()
        unit.start()
        assert time.monotonic() - began > seconds - 2
        assert unit.show("ActiveState") == "active"
    shown = [(when, text) for when, text in statuses.seen if " layers" in text]
    assert len(shown) >= 5, statuses.seen
    for _, text in shown:
        assert re.fullmatch(rf"Pulling 127\.0\.0\.1:{SLOW}/large: [01]/1 layers(, [\d.]+ of [\d.]+ MB, \d+%)?", text)
    percents = [int(m[1]) for _, text in shown if (m := re.search(r"(\d+)%", text))]
    assert percents == sorted(percents)
    # At most one each second. A shorter distance only means that the test saw one of them late.
    assert len(shown) <= shown[-1][0] - shown[0][0] + 2


def test_pull_that_stalls_runs_into_the_start_timeout(registry):
    # The progress at the beginning extends the timeout by half a minute.
    with Throttle(0, after=4 << 20), large(TimeoutStartSec=4) as unit:
        began = time.monotonic()
        unit.start(check=False)
        state = unit.wait_state("failed")
        assert state["Result"] == "timeout"
        assert time.monotonic() - began < 50
        assert unit.container is None


def test_stop_in_the_middle_of_a_pull(registry):
    with Throttle(1 << 20), large() as unit:
        run("systemctl", "start", "--no-block", unit.name)
        unit.wait(lambda now: " MB" in now["StatusText"])
        began = time.monotonic()
        unit.stop()
        assert time.monotonic() - began < 3
        assert_success(unit.show())
        assert unit.container is None
        assert errors(unit) == []


def test_engine_that_restarts_in_the_middle_of_a_pull(registry):
    with Throttle(LARGE_BYTES / 6), large() as unit:
        run("systemctl", "start", "--no-block", unit.name)
        unit.wait(lambda now: " MB" in now["StatusText"])
        run("systemctl", "kill", "--signal=KILL", "docker.service")
        unit.wait_said("trying again")
        run("systemctl", "start", "docker.service")
        unit.wait(lambda now: now["ActiveState"] == "active", timeout=90)
        assert errors(unit) == []


def test_error_in_the_middle_of_a_pull(registry):
    """The engine has already answered 200 and reported progress."""
    name = f"{PUBLIC}/broken:latest"
    with tempfile.NamedTemporaryFile() as f:
        with tarfile.open(fileobj=f, mode="w") as tar:
            tar.addfile(tarfile.TarInfo(f"file-{time.time_ns()}"))
        f.flush()
        run("docker", "import", f.name, name)
    push(name)
    layer = registry_get("/v2/broken/manifests/latest")["layers"][0]["digest"].removeprefix("sha256:")
    blob = registry.folder / "images/docker/registry/v2/blobs/sha256" / layer[:2] / layer / "data"
    blob.write_bytes(bytes(blob.stat().st_size))
    with Service("true", image=name) as unit:
        assert_refused(unit, f"Failed to pull image {name}: ")
        assert unit.said("trying again") == []


def test_bar_on_a_terminal(registry):
    with Throttle(LARGE_BYTES / 3):
        command = f"{PROGRAM} run --rm --entrypoint /bin/sh 127.0.0.1:{SLOW}/large -c 'exit 3'"
        seen = run("script", "--quiet", "--return", "--flush", "--command", command, "/dev/null", check=False, timeout=120, text=False)
        assert seen.returncode == 3
        bar = rf"\r127\.0\.0\.1:{SLOW}/large \[#+\.+\] 0/1 layers, [\d.]+ of [\d.]+ MB, \d+%\x1b\[K"
        assert re.search(bar.encode(), seen.stdout), seen.stdout


def test_interrupted_by_hand(registry):
    with Throttle(1 << 20):
        process = subprocess.Popen(
            [PROGRAM, "run", "--rm", f"127.0.0.1:{SLOW}/large"], stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        )
        assert "Pulling image" in process.stderr.readline()
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 0
        assert process.stderr.read() == ""

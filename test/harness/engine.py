# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The systemd-docker authors
"""A scripted Docker engine on a unix socket. It behaves well, except in the steps that a test overrides. It is for tests of whole
programs; fake-engine.h is for tests that run an event loop of their own and control its iterations.

Every request belongs to a step: ping, look-up (by name), pull, create, prepare (the first inspect by id), events, attach,
wait, start, inspect (later ones), stop (the signal 15), kill (any other signal), remove, or other for any other request. A handler
is called as handler(conn). A request that it does not answer stays unanswered, and the next request of the connection is read."""

import functools
import json
import os
import re
import socket
import threading
import time

ID = "0123456789abcdef" * 4
ROUTES = [
    ("ping", "GET|HEAD", r"/_ping$"),
    ("pull", "POST", r"/images/create\b"),
    ("image", "GET", r"/images/[^/]+/json\b"),
    ("create", "POST", r"/containers/create\b"),
    ("events", "GET", r"/events\b"),
    ("attach", "POST", r"/containers/[^/]+/attach\b"),
    ("logs", "GET", r"/containers/[^/]+/logs\b"),
    ("stats", "GET", r"/containers/[^/]+/stats\b"),
    ("wait", "POST", r"/containers/[^/]+/wait\b"),
    ("archive", "PUT", r"/containers/[^/]+/archive\b"),
    ("start", "POST", r"/containers/[^/]+/start\b"),
    ("stop", "POST", r"/containers/[^/]+/kill\?signal=15$"),
    ("kill", "POST", r"/containers/[^/]+/kill\b"),
    ("update", "POST", r"/containers/[^/]+/update\b"),
    ("remove", "DELETE", r"/containers/[^/?]+"),
    ("list", "GET", r"/containers/json\b"),
    ("inspect", "GET", r"/containers/[^/]+/json\b"),
]
STEPS = ["ping", "look-up", "create", "prepare", "events", "attach", "wait", "start", "inspect", "stop", "remove"]


def frame(stream, data):
    return b"%c\0\0\0%s%s" % (stream, len(data).to_bytes(4, "big"), data)


@functools.lru_cache
def second(when):
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(when))


def stored_frame(when, stream, line):
    return frame(stream, f"{second(int(when))}.{int(when % 1 * 1e9):09}Z ".encode() + line)


class Gone(Exception):
    """The connection no longer exists, or the engine."""


class Connection:
    def __init__(self, engine, sock):
        self.engine, self.sock = engine, sock
        self.buffer = b""
        # Of the current request: the API version, or None if it names none, and the target without the version.
        self.method = self.version = self.target = self.body = None

    def send(self, data):
        try:
            self.sock.sendall(data if isinstance(data, bytes) else data.encode())
        except OSError as e:
            raise Gone from e

    def close(self):
        try:
            self.sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        raise Gone

    def hang(self):
        """Does not answer until the client or the engine goes away."""
        try:
            while self.sock.recv(65536):
                pass
        except OSError:
            pass
        raise Gone

    def reply(self, status, body="", headers=""):
        body = body if isinstance(body, bytes) else (body if isinstance(body, str) else json.dumps(body)).encode()
        head = f"HTTP/1.1 {status} Status\r\n{headers}"
        if status != 204:
            head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        bare = status == 204 or self.method == "HEAD"
        self.send(head.encode("latin-1") + b"\r\n" + (b"" if bare else body))

    def open(self):
        """Sends the header of an endless answer."""
        self.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")

    def chunk(self, data):
        data = data if isinstance(data, bytes) else data.encode()
        self.send(b"%x\r\n%s\r\n" % (len(data), data))

    def finish(self):
        self.send("0\r\n\r\n")

    def read_request(self):
        while b"\r\n\r\n" not in self.buffer:
            self._receive()
        head, self.buffer = self.buffer.split(b"\r\n\r\n", 1)
        length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
        size = int(length.group(1)) if length else 0
        while len(self.buffer) < size:
            self._receive()
        self.body, self.buffer = self.buffer[:size], self.buffer[size:]
        self.method, target, _ = head.split(b"\r\n", 1)[0].decode().split(" ")
        self.version, self.target = re.fullmatch(r"(?:/v(\d+\.\d+))?(/.*)", target).groups()

    def _receive(self):
        try:
            data = self.sock.recv(65536)
        except OSError as e:
            raise Gone from e
        if not data:
            raise Gone
        self.buffer += data


class Engine:
    def __init__(self, folder, **handlers):
        self.path = os.path.join(folder, "socket")
        self.handlers = {k.replace("_", "-"): v for k, v in handlers.items()}
        self.reached = {step: threading.Event() for step in STEPS + ["kill", "pull", "archive", "logs", "image", "update", "list", "stats", "other"]}
        self.counts = {}
        self.ended = threading.Event()
        self.exit_code = None
        self.output = []
        self.created = []  # bodies
        self.targets = {}  # of the requests, by their step
        self.exists = self.running = self.ran = False
        self.name = "c"
        self.labels = {}
        self.pid = 1  # not a container's
        self.lock = threading.Lock()
        self.sockets = set()
        self.listener = self.events_socket = None
        self.errors = []
        self.up()

    def up(self):
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(self.path)
        self.listener.listen(64)
        threading.Thread(target=self._accept, args=(self.listener,), daemon=True).start()

    def down(self, later=None):
        """The engine goes away as if it was killed: no socket and no connections. With `later`, the connection for events follows after
        so many seconds. Can be called from handlers."""
        listener, self.listener = self.listener, None
        if not listener:
            return
        try:
            os.unlink(self.path)
        except FileNotFoundError:
            pass
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        # The connection for events first, which is the oldest: with a real engine, no other one is seen to break before it.
        with self.lock:
            sockets = sorted(self.sockets, key=lambda s: s is not self.events_socket)
        events = self.events_socket if later else None
        for s in sockets:
            if s is not events:
                self._hang_up(s)
        if events:
            threading.Timer(later, self._hang_up, (events,)).start()

    @staticmethod
    def _hang_up(sock):
        try:
            sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass

    def deaf(self):
        """The socket exists, but nobody listens."""
        path = self.path + ".kept"
        os.rename(self.path, path)
        self.down()
        os.rename(path, self.path)

    def rest(self):
        """Prepares for another start of the container that has ended."""
        self.exit_code = None
        self.ended.clear()

    def end(self, code):
        """The container ends with this exit status."""
        self.exit_code, self.running = code, False
        self.ended.set()

    def _accept(self, listener):
        while True:
            try:
                sock, _ = listener.accept()
            except OSError:
                return
            with self.lock:
                self.sockets.add(sock)
            threading.Thread(target=self._serve, args=(sock,), daemon=True).start()

    def _serve(self, sock):
        try:
            conn = Connection(self, sock)
            while True:
                conn.read_request()
                self._handle(conn, self._step(conn.method, conn.target))
        except Gone:
            pass
        except Exception as e:  # pylint: disable=broad-except
            self.errors.append(repr(e))
        finally:
            with self.lock:
                self.sockets.discard(sock)
            sock.close()

    def _step(self, method, target):
        for step, m, pattern in ROUTES:
            if re.fullmatch(m, method) and re.match(pattern, target):
                break
        else:
            step = "other"
        if step == "inspect" and not target.startswith(f"/containers/{ID}/"):
            step = "look-up"
        elif step == "inspect" and "prepare" not in self.counts:
            step = "prepare"
        with self.lock:
            self.counts[step] = self.counts.get(step, 0) + 1
            self.targets.setdefault(step, []).append(target)
        return step

    def _handle(self, conn, step):
        if step == "events":
            self.events_socket = conn.sock
        handler = self.handlers.get(step)
        self.reached[step].set()
        if handler:
            handler(conn)
        else:
            getattr(self, "do_" + step.replace("-", "_"))(conn)

    # What a real engine does

    def description(self):
        return {
            "Id": ID, "Name": "/" + self.name,
            "State": {"Status": "running" if self.running else "exited" if self.ran else "created", "Running": self.running, "Paused": False,
                      "Pid": self.pid if self.running else 0,
                      "ExitCode": self.exit_code or 0, "Error": ""},
            "Config": {"Image": "image", "Tty": False, "Labels": self.labels},
            "HostConfig": {"LogConfig": {"Type": "json-file"}, "AutoRemove": False},
        }

    def event(self, action, **attributes):
        return json.dumps({"Type": "container", "Action": action, "timeNano": 1,
                           "Actor": {"ID": ID, "Attributes": attributes}}) + "\n"

    def do_ping(self, conn):
        conn.reply(200, "OK", "Api-Version: 1.44\r\n")

    def do_list(self, conn):
        conn.reply(200, [])

    def do_other(self, conn):
        raise ValueError(f"no such call: {conn.method} {conn.target}")

    def do_look_up(self, conn):
        self.do_inspect(conn)

    def do_prepare(self, conn):
        self.do_inspect(conn)

    def do_inspect(self, conn):
        if self.exists:
            conn.reply(200, self.description())
        else:
            conn.reply(404, {"message": "No such container: " + self.name})

    def do_pull(self, conn):
        conn.open()
        conn.chunk('{"status":"Pulling"}\n')
        conn.finish()

    def do_create(self, conn):
        self.exists, self.ran = True, False
        self.created.append(json.loads(conn.body))
        conn.reply(201, {"Id": ID, "Warnings": []})

    def do_events(self, conn):
        conn.open()
        self.ended.wait()
        conn.chunk(self.event("die", exitCode=str(self.exit_code)))
        conn.hang()

    def do_attach(self, conn):
        conn.open()
        self.ended.wait()
        conn.finish()

    def do_logs(self, conn):
        """The stored log: `output`, a list of (time, stream, line)."""
        since = float(re.search(r"[?&]since=([0-9.]+)", conn.target).group(1))
        conn.open()
        sent = 0
        while True:
            ended = self.ended.is_set()
            more = self.output[sent:]
            sent += len(more)
            frames = b"".join(stored_frame(*line) for line in more if line[0] >= since)
            if frames:
                conn.chunk(frames)
            if ended or "follow=1" not in conn.target:
                conn.finish()
                return
            self.ended.wait(0.01)

    def do_wait(self, conn):
        conn.open()
        self.ended.wait()
        conn.chunk(json.dumps({"StatusCode": self.exit_code}) + "\n")
        conn.finish()

    def do_image(self, conn):
        conn.reply(404, {"message": "No such image"})

    def do_stats(self, conn):
        conn.reply(200, {})

    def do_update(self, conn):
        conn.reply(200, {"Warnings": []})

    def do_archive(self, conn):
        conn.reply(200)

    def do_start(self, conn):
        self.running = self.ran = True
        conn.reply(204)

    def do_stop(self, conn):
        self.end(143)
        conn.reply(204)

    def do_kill(self, conn):
        if "signal=9" in conn.target:
            self.end(137)
        conn.reply(204)

    def do_remove(self, conn):
        self.exists = False
        if self.running:
            self.end(137)
        conn.reply(204)

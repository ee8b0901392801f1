# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The systemd-docker authors
"""A recording engine on a unix socket: answers /_ping, writes down what is asked to be created, and refuses it.

The refusal keeps the docker CLI from going on to attach and start, so that one run takes a few milliseconds. That a
create request came at all is what tells an accepted command line from a refused one.
"""

import json
import os
import socketserver
import threading
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qsl, urlsplit


class Handler(BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'

    def address_string(self):
        return 'unix'

    def log_message(self, *args):
        pass

    def answer(self, status, body=b'', kind='application/json'):
        self.send_response(status)
        self.send_header('Api-Version', self.server.api_version)
        self.send_header('Ostype', 'linux')
        self.send_header('Server', 'Docker/28.2.2 (linux)')
        self.send_header('Content-Type', kind)
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        if self.command != 'HEAD':
            self.wfile.write(body)

    def do_HEAD(self):
        self.answer(200)

    def do_GET(self):
        self.answer(200, b'OK', 'text/plain') if self.path.endswith('/_ping') else self.answer(404, b'{}')

    def do_POST(self):
        url = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get('Content-Length') or 0))
        if url.path.endswith('/containers/create'):
            self.server.record(dict(parse_qsl(url.query, keep_blank_values=True)), json.loads(body))
            self.answer(500, b'{"message":"recorded"}')
        elif url.path.endswith('/images/create'):
            self.answer(200)
        else:
            self.answer(404, b'{"message":"no such thing"}')


class FakeEngine(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, path, api_version):
        self.path = path
        self.api_version = api_version
        self.recorded = []
        if os.path.exists(path):
            os.unlink(path)
        super().__init__(path, Handler)
        threading.Thread(target=self.serve_forever, kwargs={'poll_interval': 0.05}, daemon=True).start()

    def record(self, query, body):
        self.recorded.append((query, body))

    def take(self):
        """What was created since the last call: a list of (query, body)."""
        taken, self.recorded = self.recorded, []
        return taken

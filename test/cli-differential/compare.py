#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The systemd-docker authors
"""Runs the docker CLI and our program with the same command lines. Compares the create requests, refusals and exit codes.

    compare.py [--docker PATH] [--api 1.50] [--jobs N] [--lines FILE] [--mutations N [--seed S]] EMIT

EMIT is the test executable that prints our request for a line. Without a docker CLI the test is skipped (exit 77). -d is
removed from lines for both sides: it has no effect here, which is the only difference that concerns a whole option.
"""

import argparse
import collections
import concurrent.futures
import json
import os
import pathlib
import pty
import re
import shutil
import subprocess
import sys
import tempfile
import zlib
from urllib.parse import parse_qsl, urlsplit

import corpus
import differences
from normalise import detached, normalise

sys.path.insert(1, str(pathlib.Path(__file__).resolve().parent.parent / 'harness'))

from engine import Engine  # noqa: E402

# The part of the environment that a command line can see. The CLI's own: no garbage collection, which is a quarter of its time.
CLI_ENVIRONMENT = {'GOGC': 'off'}
ENVIRONMENT = {'PATH': os.environ.get('PATH', ''), 'HOME': '/nonexistent', 'B': 'from outside', 'LANG': 'C.UTF-8'}


def raw(word):
    """Words are text, except those with other bytes: {"latin1": …}."""
    return word['latin1'].encode('latin-1') if isinstance(word, dict) else word.encode()


# The API version of the engine that was released with a version of the CLI.
SPOKEN = [((28, 2), '1.50'), ((28, 1), '1.49'), ((28, 0), '1.48'), ((27, 0), '1.46'), ((26, 0), '1.45'), ((25, 0), '1.44')]


class Recorder:
    """An engine that writes down what is asked to be created, and refuses it. The refusal keeps the docker CLI from going on to
    attach and start, so that one run takes a few milliseconds. That a request came at all is what tells an accepted command
    line from a refused one."""

    def __init__(self, folder, api):
        self.recorded = []
        headers = f'Api-Version: {api}\r\nOstype: linux\r\nServer: Docker/28.2.2 (linux)\r\n'
        self.engine = Engine(folder, ping=lambda conn: conn.reply(200, 'OK', headers), create=self.create,
                             other=lambda conn: conn.reply(404, {'message': 'no such thing'}))

    def create(self, conn):
        query = parse_qsl(urlsplit(conn.target).query, keep_blank_values=True)
        self.recorded.append((dict(query), json.loads(conn.body)))
        conn.reply(500, {'message': 'recorded'})

    def take(self):
        """What was created since the last call: a list of (query, body)."""
        assert not self.engine.errors, self.engine.errors
        taken, self.recorded = self.recorded, []
        return taken


class Side:
    """One CLI with its engine, and one of our program. Each thread has its own, because each needs a working directory of its
    own, in which the CLI creates files for --cidfile."""

    def __init__(self, arguments, scenario, directory):
        self.arguments = arguments
        self.directory = tempfile.mkdtemp(prefix='work-', dir=directory)
        corpus.write_files(self.directory)
        self.api = int(arguments.api.split('.')[1])
        self.version = arguments.version
        self.recorder = Recorder(tempfile.mkdtemp(prefix='engine-', dir=directory), arguments.api)
        self.environment = dict(ENVIRONMENT, DOCKER_HOST='unix://' + self.recorder.engine.path, **scenario)
        # For `-it`, the CLI needs a terminal on stdin.
        self.terminal = pty.openpty()
        self.ours = subprocess.Popen([arguments.emit, arguments.api.split('.')[1]], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                     cwd=self.directory, env=self.environment)

    def cli(self, words):
        result = subprocess.run([self.arguments.docker, 'run'] + [raw(w) for w in words], stdin=self.terminal[1], capture_output=True,
                                cwd=self.directory, env=self.environment | CLI_ENVIRONMENT, check=False)
        created = self.recorder.take()
        answer = {'exit': result.returncode, 'message': result.stderr.decode(errors='replace').strip()}
        if created:
            answer = {'exit': 0, 'query': created[-1][0], 'body': created[-1][1]}
        return answer

    def us(self, words):
        self.ours.stdin.write(json.dumps(words).encode() + b'\n')
        self.ours.stdin.flush()
        return json.loads(self.ours.stdout.readline())

    def close(self):
        self.ours.stdin.close()
        self.ours.wait()
        self.recorder.engine.down()


def file_variables(words, directory):
    """The number of variables from the env-files of a line: these come first and keep their order."""
    count = 0
    for i, word in enumerate(words):
        path = word[len('--env-file='):] if isinstance(word, str) and word.startswith('--env-file=') else \
            words[i + 1] if word == '--env-file' and i + 1 < len(words) else None
        try:
            with open(os.path.join(directory, path), encoding='utf-8-sig', newline='') as f:
                for line in f.read().split('\n'):
                    line = line.lstrip()
                    count += bool(line and line[0] != '#' and ('=' in line or line in ENVIRONMENT))
        except (OSError, TypeError, UnicodeDecodeError, ValueError):
            pass
    return count


def compare(side, words):
    """Compares both results for a line. Returns (None, reason), or (both results, "different") if nothing explains it."""
    cli, ours = side.cli(words), side.us(words)
    from_files = file_variables(words, side.directory)
    for answer in (cli, ours):
        if 'body' in answer:
            answer['body'] = normalise(answer['body'], from_files, side.api >= 48 and side.version >= (28, 0))
    if 'body' in cli and 'body' in ours:
        short = [w for w in words if isinstance(w, str) and w[:1] == '-' and w[1:2] != '-' and 'd' in w.split('=')[0]]
        if short or any(isinstance(w, str) and w.startswith('--detach') for w in words):
            detached(cli['body'])
            detached(ours['body'])
        if cli['body'] == ours['body'] and cli['query'] == ours['query']:
            return None, 'equal'
    elif cli['exit'] == ours['exit'] and 'body' not in cli and 'body' not in ours:
        return None, 'refused'
    reason = differences.explain([w for w in words if isinstance(w, str)], cli, ours, side.version)
    return (None, reason) if reason else ((cli, ours), 'different')


def describe(words, cli, ours):
    lines = ['DIFFERENT ' + json.dumps(words)[:400]]
    for name, one, other in (('docker', cli, ours), ('we', ours, cli)):
        if 'body' in one:
            body = {k: v for k, v in one['body'].items() if other.get('body', {}).get(k) != v} if 'body' in other else one['body']
            lines.append(f'  {name}: {json.dumps(one["query"])} {json.dumps(body, sort_keys=True)[:700]}')
        else:
            lines.append(f'  {name}: exit {one["exit"]}: {one.get("message", "")[:300]}')
    return '\n'.join(lines)


def compare_together(side, lines):
    """Compares lines that our program accepts and that are one option each, all of them in one command line, which costs one
    process of the CLI. Whatever is not equal in full is halved, down to the single line."""
    if len(lines) > 1:
        together = [word for words in lines for word in words[:2]] + lines[0][2:]
        if compare(side, together)[1] == 'equal':
            yield from ('equal' for _ in lines)
        else:
            yield from compare_together(side, lines[::2])
            yield from compare_together(side, lines[1::2])
    elif lines:
        yield compare_alone(side, lines[0])


def compare_alone(side, words):
    difference, kind = compare(side, words)
    if difference:
        print(describe(words, *difference), flush=True)
    return kind


def sample(side, lines):
    """Of lines with the same value that our program refuses with the same words but for the option's name, two: one decoder
    has refused them all. Which two differs from value to value, so that each option has its turn."""
    alike = collections.defaultdict(list)
    for words in lines:
        alike[side.us(words)['message'].replace(words[0].lstrip('-'), '')].append(words)
    for same in alike.values():
        at = zlib.crc32(same[0][1].encode()) % len(same)
        yield from (same[at:] + same[:at])[:2]


def run(arguments, scenario, lines, directory):
    side = Side(arguments, scenario, directory)
    results = []
    try:
        for group in lines:
            if len(group) == 1:
                results.append(compare_alone(side, group[0]))
                continue
            accepted = [words for words in group if 'body' in side.us(words)]
            # Neighbours in the list of options are compared apart: two names of the same option would hide each other.
            parts = -(-len(accepted) // 12)
            for i in range(parts):
                results += compare_together(side, accepted[i::parts])
            results += [compare_alone(side, words) for words in sample(side, [w for w in group if w not in accepted])]
    finally:
        side.close()
    return results


def grouped(lines):
    """Lines of one option each that have the same value are a group; every other line is one of its own."""
    values = collections.defaultdict(list)
    for words in lines:
        if len(words) == 4 and words[2:] == ['alpine', 'x'] and words[0].startswith('--') and '=' not in words[0]:
            values[words[1]].append(words)
        else:
            yield [words]
    yield from values.values()


def version_of(docker):
    text = subprocess.run([docker, '--version'], capture_output=True, text=True, check=True).stdout
    return tuple(int(part) for part in re.search(r'(\d+)\.(\d+)', text).groups())


def scenarios(arguments, directory):
    """Pairs of an environment and the lines to run with it."""
    if arguments.mutations:
        lines = list(corpus.mutations(arguments.mutations, arguments.seed))
    else:
        lines = corpus.read_lines(arguments.lines) if arguments.lines else list(corpus.everything(arguments.docker))
    config = os.path.join(directory, 'config')
    plain = {'DOCKER_CONFIG': os.path.join(config, 'plain')}
    yield plain, lines
    if arguments.lines or arguments.mutations:
        return
    with_environment = [words for words in lines if any(str(w).startswith(('-e', '--env')) for w in words)][:60]
    yield {'DOCKER_CONFIG': os.path.join(config, 'proxies')}, with_environment + list(corpus.combinations(60, seed=2))
    for i, text in enumerate(corpus.ODD_CONFIGURATIONS):
        # The name and the last word only show which configuration it is.
        yield {'DOCKER_CONFIG': os.path.join(config, f'odd{i}')}, [['-e', 'ftp_proxy=mine', '--name', f'odd{i}', 'alpine', text]]
    yield dict(plain, DOCKER_DEFAULT_PLATFORM='arm64'), list(corpus.combinations(40, seed=3)) + [['alpine']]
    yield dict(plain, DOCKER_DEFAULT_PLATFORM='a/b/c/d'), [['alpine'], ['--platform=linux', 'alpine']]
    yield dict(plain, HOME=config, DOCKER_CONFIG=''), [['-e', 'HOME', '-e', 'LANG', 'alpine']]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('emit')
    parser.add_argument('--docker', default=os.environ.get('DOCKER_CLI') or shutil.which('docker'))
    parser.add_argument('--api', help='default: the newest that this CLI speaks, up to 1.50')
    parser.add_argument('--jobs', type=int, default=min(4, os.cpu_count() or 1))
    parser.add_argument('--lines')
    parser.add_argument('--mutations', type=int, help='that many lines made from the known ones by chance, instead of those')
    parser.add_argument('--seed', type=int, default=1)
    arguments = parser.parse_args()
    arguments.emit = os.path.abspath(arguments.emit)
    if arguments.lines:
        arguments.lines = os.path.abspath(arguments.lines)
    if not arguments.docker:
        print('no docker CLI, skipped')
        return 77

    arguments.version = version_of(arguments.docker)
    if not arguments.api:
        arguments.api = next((api for version, api in SPOKEN if arguments.version >= version), '1.41')
    counts = collections.Counter()
    with tempfile.TemporaryDirectory() as directory, concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        corpus.write_files(directory)
        running = []
        for scenario, lines in scenarios(arguments, directory):
            lines = list(grouped(lines))
            for i in range(arguments.jobs):
                running.append(pool.submit(run, arguments, scenario, lines[i::arguments.jobs], directory))
        for future in running:
            counts.update(future.result())

    total = sum(counts.values())
    print(f'{total} lines: {counts["equal"]} equal requests, {counts["refused"]} equal refusals, {counts["different"]} different')
    for reason, n in counts.items():
        if callable(reason):
            print(f'  {n} different on purpose ({reason.__name__}): {reason.__doc__}')
    # A run in which nothing could be compared is a failure too.
    return 1 if counts['different'] or not counts['equal'] else 0


if __name__ == '__main__':
    sys.exit(main())

# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The systemd-docker authors
"""Runs the whole program against an engine that misbehaves in ways that a real engine cannot be made to. Prints TAP.

run.py PROGRAM [--valgrind] [--fast-clock LIBRARY] [--set-clock LIBRARY] [--jobs N] [--only PATTERN]

The cases are in cases/, one file for each subject. Each case has a time limit. It checks the exit status, that the program
logs exactly the expected errors, short and without control characters, that it does not crash, and that neither a sanitizer
nor valgrind reports anything, including leaks."""

import argparse
import concurrent.futures
import faulthandler
import importlib
import os
import pathlib
import re
import resource
import sys
import time
import traceback

FOLDER = pathlib.Path(__file__).resolve().parent
sys.path.insert(1, str(FOLDER.parent / "harness"))

from program import CASES, Skip, Test, options  # noqa: E402

# Shortly before meson's own limit, so that a run that hangs shows where.
LIMIT_SEC, VALGRIND_LIMIT_SEC = 540, 840


def load_cases():
    for path in sorted((FOLDER / "cases").glob("*.py")):
        importlib.import_module("cases." + path.stem)


class Result:
    """The result of one case: failure says what went wrong, skip why it was left out. Both are None after a success."""

    def __init__(self, name):
        self.name = name
        self.failure = self.skip = None
        self.seconds = 0

    def report(self, n):
        if not self.failure:
            print(f"ok {n} - {self.name}" + (f" # SKIP {self.skip}" if self.skip else ""), flush=True)
            return
        print(f"not ok {n} - {self.name}")
        print("".join(f"# {l[:500]}\n" for l in self.failure.split("\n")), end="", flush=True)


def run(case):
    result = Result(case.name)
    begin = time.monotonic()
    t = Test()
    try:
        case.function(t)
        t.check()
    except Skip as e:
        result.skip = str(e)
    except Exception as e:  # pylint: disable=broad-except
        said = t.stderr()[:3000] if t.process else ""
        result.failure = "".join(traceback.format_exception(e)[-3:]) + said
    finally:
        t.done()
    result.seconds = time.monotonic() - begin
    return result


def parse_options():
    p = argparse.ArgumentParser()
    p.add_argument("program")
    p.add_argument("--only", dest="pattern", default="", metavar="PATTERN")
    p.add_argument("--valgrind", action="store_true")
    p.add_argument("--fast-clock")
    p.add_argument("--set-clock")
    p.add_argument("--jobs", type=int, default=2 * (os.cpu_count() or 1) + 2, help="most of a case is waiting")
    p.parse_args(namespace=options)
    options.program = os.path.abspath(options.program)
    if not os.access(options.program, os.X_OK):
        p.error(f"no such program: {options.program}")
    options.fast_clock = options.fast_clock and os.path.abspath(options.fast_clock)
    options.set_clock = options.set_clock and os.path.abspath(options.set_clock)
    options.patience = 6 if options.valgrind else 1


def main():
    parse_options()
    load_cases()
    cases = [c for c in CASES.values() if re.search(options.pattern, c.name) and (c.brief or not options.valgrind)]
    print(f"1..{len(cases)}")
    faulthandler.dump_traceback_later(VALGRIND_LIMIT_SEC if options.valgrind else LIMIT_SEC, exit=True)
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        results = []
        for result in pool.map(run, cases):
            results.append(result)
            result.report(len(results))
    print_times(results)
    return any(r.failure for r in results)


def print_times(results):
    cpu = [sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_CHILDREN, resource.RUSAGE_SELF)]
    print(f"# {sum(r.seconds for r in results):.0f} s of cases; CPU: {cpu[0]:.0f} s in the programs, {cpu[1]:.0f} s here; the slowest:")
    for result in sorted(results, key=lambda r: -r.seconds)[:10]:
        print(f"# {result.seconds:5.1f} s {result.name}")


if __name__ == "__main__":
    sys.exit(main())

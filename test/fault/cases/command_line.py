# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The systemd-docker authors
"""Odd command lines, up to the limits of the kernel."""

from program import variants

# The kernel accepts words of up to 128 KiB less one byte; test/unit/cli tests longer ones.
WORD_MAX = 128 * 1024 - 1
# A byte that is not UTF-8, in JSON.
ODD = "\ufffd"


def assert_includes(got, wanted):
    for key, value in wanted.items():
        if isinstance(value, dict):
            assert_includes(got[key], value)
        else:
            assert got[key] == value, f"{key}: {got[key]!r:.300}, not {value!r:.300}"


@variants(
    not_utf8=(["-e", b"A=\xff\xfe", "-l", b"\xc3=\x80", "-v", b"/\xff:/\xfe", "--network", b"\xff", "-h", b"\xed\xa0\x80", "image", b"\xff"],
              {"Env": ["A=" + 2 * ODD], "Labels": {ODD: ODD}, "Hostname": 3 * ODD, "Cmd": [ODD],
               "HostConfig": {"Binds": [f"/{ODD}:/{ODD}"], "NetworkMode": ODD}}),
    long_value=(["-e", "A=" + "x" * (WORD_MAX - 2), "image"], {"Env": ["A=" + "x" * (WORD_MAX - 2)]}),
    long_command=(["image", "x" * WORD_MAX], {"Cmd": ["x" * WORD_MAX]}),
    ten_thousand_options=(["-e", "A=1"] * 5000 + ["image"], {"Env": ["A=1"]}),
    ten_thousand_words=(["image"] + ["word"] * 10000, {"Cmd": ["word"] * 10000}),
    empty_words=(["--name", "", "-h", "", "--entrypoint", "", "image", "", ""], {"Entrypoint": [""], "Cmd": ["", ""], "Image": "image"}),
)
def odd_command_line(t, line):
    words, asked = line
    e = t.serve()
    t.start("run", "--name=c", "--rm", *words)
    t.said("Started container")
    e.end(0)
    t.ends(0)
    (body,) = e.created
    assert_includes(body, asked)


@variants(
    option=("--" + "x" * (WORD_MAX - 2), "unknown option --x{100}"), letters=("-" + "x" * (WORD_MAX - 1), "unknown option -x in -x{100}"),
    value=("--memory=" + "9" * (WORD_MAX - 9), 'invalid value "9{100}'), image=("x" * WORD_MAX, 'invalid image "x{100}'),
    control=("--\x1b[31m\n\r\x07", r"unknown option --\\x1b\[31m\\x0a\\x0d\\x07 of run$"),
    not_utf8=(b"--\xff\xfe\x80", r"unknown option --\\xff\\xfe\\x80 of run$"),
    bad_image=(b"\xff", r'invalid image "\\xff": not \[REGISTRY/\]NAME\[:TAG\]\[@DIGEST\]$'), nothing=("", 'invalid image "": the word for it is empty, as a variable that is not set leaves it$'),
    dash=("-", r'invalid image "-": not \[REGISTRY/\]NAME\[:TAG\]\[@DIGEST\]$'), percent=("--%s%n%x", "unknown option --%s%n%x of run$"),
    mount=("--mount=" + "," * (WORD_MAX - 8), 'invalid value ",{100}'), file=("--env-file=" + "/" * (WORD_MAX - 11), 'invalid value "/{100}'),
)
def refused_command_line(t, line):
    word, error = line
    e = t.serve()
    t.start("run", "--name=c", word, "image")
    t.ends(125, "^<3>" + error)
    assert not e.counts


@variants(
    option=("--" + "x" * (WORD_MAX - 2), "unknown option --x{100}"), command=("x" * WORD_MAX, 'unknown command "x{100}'),
    control=("\x1b[31m\n", r'unknown command "\\x1b\[31m\\x0a"'), not_utf8=(b"-\xff", r"unknown option -\\xff$"),
    nothing=("", 'unknown command ""'), dash=("-", 'unknown command "-"'), host=("--host=" + "x" * (WORD_MAX - 7), "--host x{100}"),
    priority=("--stderr-priority=%n" + "9" * 1000, 'invalid value "%n9{100}'),
)
def refused_command_line_of_ours(t, line):
    word, error = line
    t.start(word, "run", "image")
    t.ends(125, "^<3>" + error)

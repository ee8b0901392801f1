# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The systemd-docker authors
"""Odd command lines, up to what the kernel takes."""

from program import variants

# The kernel takes no word of more than 128 KiB less one byte; longer ones are test/unit/cli's.
WORD_MAX = 128 * 1024 - 1


@variants(
    not_utf8=["-e", b"A=\xff\xfe", "-l", b"\xc3=\x80", "-v", b"/\xff:/\xfe", "--network", b"\xff", "-h", b"\xed\xa0\x80", "image", b"\xff"],
    long_value=["-e", "A=" + "x" * (WORD_MAX - 2), "image"], long_command=["image", "x" * WORD_MAX],
    ten_thousand_options=["-e", "A=1"] * 5000 + ["image"], ten_thousand_words=["image"] + ["word"] * 10000,
    empty_words=["--name", "", "-h", "", "--entrypoint", "", "image", "", ""],
)
def odd_command_line(t, words):
    e = t.serve()
    t.start("run", "--name=c", "--rm", *words)
    t.said("Started container")
    e.end(0)
    t.ends(0)


@variants(
    option="--" + "x" * (WORD_MAX - 2), letters="-" + "x" * (WORD_MAX - 1), value="--memory=" + "9" * (WORD_MAX - 9),
    image="x" * WORD_MAX, control="--\x1b[31m\n\r\x07", not_utf8=b"--\xff\xfe\x80", bad_image=b"\xff", nothing="", dash="-",
    percent="--%s%n%x", mount="--mount=" + "," * (WORD_MAX - 8), file="--env-file=" + "/" * (WORD_MAX - 11),
)
def refused_command_line(t, word):
    e = t.serve()
    t.start("run", "--name=c", word, "image")
    t.ends(125, "")
    assert not e.counts


@variants(option="--" + "x" * (WORD_MAX - 2), command="x" * WORD_MAX, control="\x1b[31m\n", not_utf8=b"-\xff", nothing="", dash="-",
          host="--host=" + "x" * (WORD_MAX - 7), priority="--stderr-priority=%n" + "9" * 1000)
def refused_command_line_of_ours(t, word):
    t.start(word, "run", "image")
    t.ends(125, "")

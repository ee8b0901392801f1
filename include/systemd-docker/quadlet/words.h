/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* The words of a value: how systemd splits them, and how a word is written so that systemd reads it back.
 *
 * Specifiers (%h) and variables (${X}) are ordinary characters here: they reach systemd as they were
 * written. */

#include "quadlet/buffer.h"

typedef enum SplitMode {
        SPLIT_KEEP_ESCAPES, /* quotes are removed, a backslash is an ordinary character */
        SPLIT_UNESCAPE,     /* quotes are removed, C escapes are replaced: like ExecStart= */
} SplitMode;

typedef enum SplitResult {
        SPLIT_OK,
        SPLIT_BAD_ESCAPE, /* ret has the words before it */
        SPLIT_OPEN_QUOTE, /* the quote was taken as closed at the end; ret has all words */
} SplitResult;

/* Appends the words of text to ret. ret->failed says whether memory or WORDS_MAX ran out. */
SplitResult words_split(const char *text, SplitMode mode, Words *ret);

/* Appends word as one word of an ExecStart= line: as it is if that is enough, else quoted, with control
 * characters and bytes that are not UTF-8 as escapes. */
void word_quote(Buffer *b, const char *word);

/* Appends the message with "%" and "$" doubled and quoted as one word, so that systemd passes it on
 * unchanged. */
void word_quote_literal(Buffer *b, const char *text);

/* The value without blanks at both ends and without one pair of double quotes around it. The caller's
 * string; NULL if memory ran out. */
char *word_unquote_once(const char *value);

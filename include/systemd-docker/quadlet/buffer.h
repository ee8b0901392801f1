/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* A growing text and a growing list of words, for code that writes many small pieces.
 *
 * Neither reports an error at once: a failed allocation, or more than BUFFER_MAX bytes or WORDS_MAX words,
 * sets `failed`, and everything added later is ignored. The owner checks `failed` once, at the end. */

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/cleanup.h"
#include "util/macro.h"

#define BUFFER_MAX ((size_t) 4 << 20)
#define WORDS_MAX ((size_t) 1 << 16)

typedef struct Buffer {
        char *data; /* ends with NUL, or is NULL */
        size_t size, allocated;
        bool failed;
} Buffer;

void buffer_done(Buffer *b);
void buffer_add_n(Buffer *b, const char *s, size_t n);
void buffer_add(Buffer *b, const char *s);
void buffer_add_char(Buffer *b, char c);
/* The character of this number, as UTF-8. */
void buffer_add_rune(Buffer *b, uint32_t c);
void buffer_addf(Buffer *b, const char *format, ...) _printf_(2, 3);
/* The text, "" if nothing was added. Valid until the next change. */
const char *buffer_text(const Buffer *b);
/* The text as the caller's string; NULL if the buffer has failed. The buffer is empty afterwards. */
char *buffer_take(Buffer *b);

typedef struct Words {
        char **items; /* ends with NULL, or is NULL */
        size_t n, allocated;
        bool failed;
} Words;

void words_done(Words *w);
void words_clear(Words *w);
void words_add(Words *w, const char *s);
void words_add_n(Words *w, const char *s, size_t n);
void words_addf(Words *w, const char *format, ...) _printf_(2, 3);
/* Takes s over, also on failure; NULL counts as a failed allocation. */
void words_take(Words *w, char *s);
bool words_contain(const Words *w, const char *s);

#define _cleanup_buffer_ _cleanup_(buffer_done)
#define _cleanup_words_ _cleanup_(words_done)

/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* A .quadlets file: several unit files in one, divided by lines "---". Each part says its name in a comment,
 * "# FileName=web", and its type by its section. */

#include <stddef.h>

typedef struct MultiPart {
        char *name;       /* "web.container", the caller's; NULL: the part is not valid, see what */
        const char *text; /* points into the file */
        size_t size;
        unsigned first_line; /* of the part, counted from 1 */
        const char *what;    /* what is wrong with a part without a name */
} MultiPart;

/* Reads the part at *at and moves *at and *line behind it. 1: *ret is filled in. 0: no more parts. -ENOMEM.
 * Start with the text and line 1. A part without anything in it is left out. */
int multi_file_next(const char **at, const char *end, unsigned *line, MultiPart *ret);

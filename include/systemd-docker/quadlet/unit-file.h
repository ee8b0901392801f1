/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* A unit file as a list of lines: sections, keys and values, each with its place.
 *
 * Parsing several texts into one UnitFile is how drop-ins are merged: the lines of a later text come later,
 * and whoever reads a value applies the rules for lists and for values of which the last one counts. */

#include <stdbool.h>
#include <stddef.h>

#include "quadlet/buffer.h"
#include "quadlet/finding.h"

#define UNIT_FILE_SIZE_MAX ((size_t) 1 << 20)
#define UNIT_FILE_LINES_MAX ((size_t) 10000)
#define UNIT_FILE_NAME_MAX ((size_t) 100) /* of a section or a key */

typedef struct UnitLine {
        const char *section; /* owned by the UnitFile, like `file` */
        const char *file;
        unsigned line;     /* where it begins, counted from 1 */
        const char *key;   /* in one of the UnitFile's texts, like `value` */
        const char *value; /* continuation lines joined, no blanks at both ends */
} UnitLine;

typedef struct UnitFile {
        UnitLine *lines;
        size_t n, allocated;
        Words sections; /* each name once, in the order of their first appearance */
        Words files;
        Words texts; /* the keys and values of one parsed text each */
        bool failed; /* memory ran out */
} UnitFile;

void unit_file_done(UnitFile *u);

/* Appends the lines of a text. What is no line of a unit file is an error in findings, and the rest is still
 * read. first_line: the number of the text's first line, for a text that is a part of a file. */
void unit_file_parse(UnitFile *u, const char *path, const char *text, size_t size, unsigned first_line,
                     Findings *findings);

/* The last line of this key, NULL if there is none. A line with an empty value counts. */
const UnitLine *unit_file_last(const UnitFile *u, const char *section, const char *key);
/* The value of the last line, without surrounding quotes, as the caller's string. NULL: there is no such
 * line, it is empty, or memory ran out. */
char *unit_file_string(const UnitFile *u, const char *section, const char *key);
bool unit_file_has_section(const UnitFile *u, const char *section);

/* 1, 0, or -EINVAL for a word that is no boolean in a unit file. */
int unit_file_boolean(const char *value);

/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* The values of one key, read from the lines of a unit file as the key wants it. */

#include "quadlet/finding.h"
#include "quadlet/key.h"
#include "quadlet/unit-file.h"

typedef struct KeyValue {
        char *text;
        const UnitLine *line; /* where it is from */
} KeyValue;

typedef struct KeyValues {
        KeyValue *items;
        size_t n, allocated;
        const UnitLine *last; /* the last line of the key, empty or not; NULL: the key does not occur */
        bool failed;
} KeyValues;

void key_values_done(KeyValues *v);

/* Adds a value as if the line were one of the key's. single: it replaces the others. On failure v->failed is
 * set.
 */
void key_values_add(KeyValues *v, const char *text, const UnitLine *line, bool single);

/* Reads all lines of the key in this section. What cannot be read is a finding, and left out. */
void key_values_read(const UnitFile *file, const char *section, const QuadletKey *key, KeyValues *ret,
                     Findings *findings);

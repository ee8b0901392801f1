/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* Findings as lines for people and editors, "FILE:LINE: LEVEL: TEXT", or as JSON. */

#include "quadlet/finding.h"
#include "quadlet/set.h"
#include "json/json.h"

typedef struct FindingsOut {
        bool json;
        struct json_object *list; /* of JSON */
        size_t files, count[_FINDING_LEVEL_MAX];
        bool failed; /* memory ran out */
} FindingsOut;

/* The findings of a unit. */
void findings_out_add(FindingsOut *o, const QuadletUnit *u);
/* What the collection of files reported; level: of syslog(3). */
void findings_out_add_text(FindingsOut *o, int level, const char *text);
/* An error about a name of the command line. */
void findings_out_add_error(FindingsOut *o, const char *name, const char *text);
/* Prints what is left: the JSON text, or the sums. 0, -ENOMEM, -EIO. */
int findings_out_finish(FindingsOut *o);
void findings_out_done(FindingsOut *o);

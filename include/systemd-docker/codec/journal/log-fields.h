/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* What the log options of a container (--log-opt tag, labels, labels-regex, env, env-regex) add to its
 * entries in the journal, as Docker's journald driver does it. */

#include <json-c/json.h>
#include <stdbool.h>

#include "codec/journal/journal-entry.h"

typedef struct LogFields {
        char *tag;           /* NULL: none was asked for, or one that we don't understand */
        JournalFields extra; /* of labels and variables */
        char *unknown;       /* a value that we don't understand, with its option; NULL: none */
        bool too_many;       /* some of them were left out */
} LogFields;

#define LOG_FIELDS_NULL ((LogFields){ .tag = NULL })

/* inspect: the engine's description of the container. -ENOMEM. */
int log_fields_parse(struct json_object *inspect, LogFields *ret);
void log_fields_done(LogFields *f);

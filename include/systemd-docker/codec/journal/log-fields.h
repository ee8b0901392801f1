/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* The fields that the log options of a container (--log-opt tag, labels, labels-regex, env, env-regex) add
 * to its journal entries, by the rules of Docker's journald driver. */

#include <json-c/json.h>
#include <stdbool.h>

#include "codec/journal/journal-entry.h"

typedef struct LogFields {
        char *tag;           /* NULL: not set, or not understood */
        JournalFields extra; /* from labels and variables */
        char *unknown;       /* a value that we do not understand, with its option; NULL: none */
        bool too_many;       /* some fields were left out */
} LogFields;

#define LOG_FIELDS_NULL ((LogFields){ .tag = NULL })

/* inspect: the engine's description of the container. Free *ret with log_fields_done(). -ENOMEM. */
int log_fields_parse(struct json_object *inspect, LogFields *ret);
void log_fields_done(LogFields *f);

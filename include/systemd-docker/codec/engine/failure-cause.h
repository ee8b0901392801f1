/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* What the engine's words mean when it refuses to pull, create or start: the cause, short, and what the user
 * can do about it. The engine's own words put the cause at the end, after the names of its layers. */

#include <stdbool.h>
#include <stddef.h>

#include "util/macro.h"

/* What the failure is about; each has an entry in the catalog. */
typedef enum FailureKind {
        FAILURE_UNKNOWN,  /* the words are not in the table */
        FAILURE_OPTION,   /* the command line: no retry mends it */
        FAILURE_COMMAND,  /* the container's command cannot be executed */
        FAILURE_IMAGE,    /* there is no such image, or not for this machine */
        FAILURE_REGISTRY, /* the registry is not reached, or refuses */
        FAILURE_NAME,     /* another container has the name */
        FAILURE_PORT,     /* a port or an address of the host is taken */
        FAILURE_NETWORK,  /* networks, and other containers that this one is to join */
        FAILURE_FILES,    /* mounts, volumes, devices */
        FAILURE_ENGINE,   /* the engine itself does not work: its programs, its disk, its rules */
        _FAILURE_KIND_MAX,
} FailureKind;

typedef struct FailureCause {
        FailureKind kind;
        char *cause; /* without a full stop at the end; its beginning has room in 70 columns */
        char *cure;  /* one sentence, with its full stop */
        char *port;  /* of a FAILURE_PORT: the number; NULL: not known */
} FailureCause;

#define FAILURE_CAUSE_NULL ((FailureCause){ .kind = FAILURE_UNKNOWN })

/* One row of the table, in failure-table.c. It has its texts and no pointers, which would have to be
 * relocated, and then each process had its own copy of the table. */
typedef struct FailureRow {
        /* Pieces of the engine's words, with "*" for any text between two of them, the shortest that fits,
         * or up to the end. "^" at the beginning and "$" at the end are the ends of the words. */
        char words[112];
        FailureKind kind;
        /* "{1}" to "{3}" are the texts of the stars; "{1:port}", "{1:address}" the parts of the host in a
         * port mapping, "{1:tag}" and "{1:name}" of an image reference; "{image}" is the container's. */
        char cause[80];
        char cure[160];
} FailureRow;

extern const FailureRow failure_table[];
extern const size_t failure_table_size;

/* words: of the engine. image: NULL or the image's name. 0: known, and *ret, which must be initialised, is
 * set. -ENOENT: not known. -ENOMEM. */
int failure_cause_find(const char *words, const char *image, FailureCause *ret);
/* The first row that fits, as an index of failure_table; -ENOENT: none. */
int failure_cause_row(const char *words);
void failure_cause_done(FailureCause *c);

const char *failure_kind_to_string(FailureKind k);
int failure_kind_from_string(const char *s);

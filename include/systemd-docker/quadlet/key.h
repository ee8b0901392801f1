/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* The keys of the unit files, as data. This one table drives parsing (how a value is read), the mapping to
 * options of `docker run`, warnings and errors, and the manual page systemd-docker-quadlet(5). */

#include <stdbool.h>
#include <stddef.h>

#include "quadlet/unit-name.h"

struct Conversion;
struct QuadletKey;
struct KeyValues;

typedef enum KeyReading {
        READ_STRING,    /* the last line counts; one pair of double quotes around it is removed */
        READ_BOOLEAN,   /* the same, as 1 or 0 */
        READ_LINES,     /* each line is one value, unchanged; an empty line forgets those before it */
        READ_WORDS,     /* words, quotes removed; an empty line forgets those before it */
        READ_ARGUMENTS, /* words, quotes removed and C escapes replaced; likewise */
        READ_PAIRS,     /* the same, NAME=VALUE or NAME: the later one of a name counts, sorted by name */
        READ_COMMAND,   /* the last line as words, quotes removed and C escapes replaced */
        _KEY_READING_MAX,
} KeyReading;

typedef enum KeyFate {
        KEY_MAPPED,
        KEY_WARNED,  /* has no effect on Docker; why says why */
        KEY_REFUSED, /* cannot be done on Docker, and would be missed */
} KeyFate;

/* What a value must look like, unless it has specifiers or variables in it. */
typedef enum KeyCheck {
        CHECK_NOTHING,
        CHECK_NUMBER,   /* -1, 0, 1, … */
        CHECK_DURATION, /* 30s, 1m30s, as `docker run` takes it */
        CHECK_SIZE,     /* 64m, 1g */
        CHECK_SIGNAL,   /* TERM, SIGTERM, 15, RTMIN+3 */
        CHECK_ADDRESS,  /* IPv4 or IPv6 */
        CHECK_NAME,     /* of a container or volume */
        CHECK_IMAGE,    /* the name of an image */
        CHECK_NETWORK,  /* the name of a network */
        CHECK_SUBNET,   /* 10.89.0.0/24 */
        CHECK_PATH,     /* begins with "/" */
} KeyCheck;

typedef void (*KeyHandler)(struct Conversion *c, const struct QuadletKey *key,
                           const struct KeyValues *values);

typedef struct QuadletKey {
        const char *name;
        KeyReading reading;
        KeyFate fate;
        KeyCheck check;
        bool commas;         /* a value is split at commas as well, as podman's own options are */
        const char *option;  /* of `docker run` (or of the verb), without "--"; NULL: see handler */
        KeyHandler handler;  /* NULL together with option: read by the type's own conversion, by name */
        const char *words;   /* the values there are, "a|b|c"; NULL: any */
        const char *value;   /* placeholder for the manual page */
        const char *text;    /* for the manual page: what the key does on Docker */
        const char *why;     /* of KEY_WARNED and KEY_REFUSED */
        const char *example; /* a line without complaint (or with the one of its fate) */
} QuadletKey;

/* The keys of a type, in the order in which they are converted. NULL for types that are refused as a whole.
 */
const QuadletKey *quadlet_keys(UnitType type, size_t *ret_n);

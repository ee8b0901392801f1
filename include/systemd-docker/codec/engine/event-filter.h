/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* What an engine event means, without what makes it large. An engine puts all labels of the container into
 * each event, among its attributes, and an exec's whole command line into the action. */

#include <stdbool.h>
#include <stddef.h>

/* The largest piece for one call, and the room that its result needs. */
#define EVENT_FILTER_PIECE 4096
#define EVENT_FILTER_ROOM ((size_t) 2 * EVENT_FILTER_PIECE + 128)
/* Strings are cut after so many bytes. */
#define EVENT_FILTER_STRING_MAX 4096

/* All zero at the beginning of a stream. */
typedef struct EventFilter {
        size_t depth;     /* of objects and lists */
        unsigned matched; /* 1: inside of Actor; 2: and of its Attributes */
        bool in_string, escape, cut;
        unsigned digits; /* of \uXXXX, still to come */
        size_t string_size;
        bool expects_key, is_key;
        char key[64]; /* as it is written, without its quotes */
        size_t key_size;
        bool dropping; /* an attribute's value */
        bool comma;    /* of the attributes, not written yet */
        bool any;      /* an attribute was written */
} EventFilter;

/* Takes the next piece of JSON objects, one in each line, of at most EVENT_FILTER_PIECE bytes. Returns how
 * many bytes of them, without the attributes that engine_event_parse() does not read, are in out. Lines stay
 * lines, and what is no JSON stays no JSON or becomes an event without attributes. */
size_t event_filter_feed(EventFilter *f, const char *data, size_t size, char out[static EVENT_FILTER_ROOM]);

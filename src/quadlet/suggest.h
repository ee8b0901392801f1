/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* "Did you mean …?" */

#include <stdbool.h>
#include <stddef.h>

typedef struct Suggestion {
        const char *word, *best;
        size_t distance;
} Suggestion;

/* Call _init once, _offer for each candidate, and read .best: the nearest one, NULL if none is near. */
void suggestion_init(Suggestion *s, const char *word);
void suggestion_offer(Suggestion *s, const char *candidate);

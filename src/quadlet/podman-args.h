/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* The options of `podman run` and `docker run` that stand in PodmanArgs= and DockerArgs=. */

#include "conversion.h"

/* What becomes of an option. */
typedef enum FlagFate {
        FLAG_PASS,   /* docker run has it */
        FLAG_LIMIT,  /* likewise, but it is a setting of the service; see limits.h */
        FLAG_IGNORE, /* podman's only, and no harm without it */
        FLAG_REFUSE, /* podman's only, and it would be missed */
        FLAG_OURS,   /* what the generator writes itself */
} FlagFate;

typedef struct PodmanFlag {
        const char *name;
        char short_name; /* 0: none */
        bool takes_value;
        FlagFate fate;
        const char *key; /* of [Container] or [Pod], which means the same; NULL: none */
} PodmanFlag;

/* The table, for the test that compares it with that of `docker run`. */
const PodmanFlag *podman_flags(size_t *ret_n);

/* Reads PodmanArgs=, before the keys are mapped: an option that is a key as well becomes a value of the key;
 * the others wait in c->podman_run. */
void fold_podman_args(Conversion *c);

/* Adds the words, each from the line `lines[i]`, to the run options. */
void add_run_words(Conversion *c, const KeyValues *words);

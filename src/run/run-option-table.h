/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* The table of the options of `docker run`. */

#include <stddef.h>

#include "run-parse.h"

/* RunOptionSpec.flags */
#define FLAG_BOOLEAN (1u << 0) /* takes a value only after "=" */
#define FLAG_HIDDEN (1u << 1)  /* not in --help: an old spelling */
#define FLAG_LIMIT (1u << 2)   /* a limit of the container's own cgroup */
#define FLAG_WINDOWS (1u << 3) /* only for containers on Windows: accepted by the parser, then refused */
#define FLAG_OWN (1u << 4)     /* `docker run` has no such option: the generator writes it */

extern const RunOptionSpec run_option_table[];
extern const size_t run_option_table_size;

/* The function that takes the value of an option of the table. */
RunOptionSetter *run_option_setter(const RunOptionSpec *spec);
/* For completion: its values, or COMPLETE_…; NULL: unknown. */
const char *run_option_words(const RunOptionSpec *spec);

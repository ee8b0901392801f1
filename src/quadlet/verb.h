/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

#include "conversion.h"

/* A service that runs one verb of systemd-docker and stays active. */
void begin_verb(Conversion *c, const char *verb);

/* Adds words that are options of the verb: names is "driver|opt|…", those that end with "!" take no value.
 */
void add_verb_words(Conversion *c, const KeyValues *words, const char *names);

/* "linux/arm64/v8" of OS=, Arch= and Variant=, as --platform. */
void add_platform(Conversion *c);

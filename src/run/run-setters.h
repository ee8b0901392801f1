/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* The general setters of the option table: a string, a number, an entry of a list, … at a place in the
 * request. They return 0, -EINVAL with the error set, or -ENOMEM. */

#include "run-parse.h"

/* At spec->target in the draft. */
int set_string(RunParse *p, const RunOptionSpec *spec, const char *value);
int set_bool(RunParse *p, const RunOptionSpec *spec, const char *value);
int set_int(RunParse *p, const RunOptionSpec *spec, const char *value);
int set_uint16(RunParse *p, const RunOptionSpec *spec, const char *value);
int set_uint64(RunParse *p, const RunOptionSpec *spec, const char *value);
int set_size(RunParse *p, const RunOptionSpec *spec, const char *value);
/* Adds KEY=VALUE, or KEY with an empty value, to the object there. */
int set_key_value(RunParse *p, const RunOptionSpec *spec, const char *value);
/* Appends to the list there. */
int append_string(RunParse *p, const RunOptionSpec *spec, const char *value);
/* At spec->member of RunOptions, and at spec->target if that is set. An empty string counts as none in
 * RunOptions. */
int member_string(RunParse *p, const RunOptionSpec *spec, const char *value);
int member_bool(RunParse *p, const RunOptionSpec *spec, const char *value);
/* Keep the value in p->strings or p->lists for the second pass. */
int later_string(RunParse *p, const RunOptionSpec *spec, const char *value);
int later_list(RunParse *p, const RunOptionSpec *spec, const char *value);

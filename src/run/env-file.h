/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* Files of variables: --env-file and --label-file. */

#include <stdbool.h>

#include "run-parse.h"

/* Reads lines "NAME=VALUE" of a file in the format of --env-file. lookup: a line with only a NAME takes the
 * value from the environment, and is left out if the variable is not set. Appends JSON strings to array,
 * because a value may contain NUL bytes. option: for the error. 0, -EINVAL with the error set, or -ENOMEM.
 */
int env_file_read(RunParse *p, const char *option, const char *path, bool lookup, struct json_object *array);
/* The same from memory. lookup NULL: no lookup. With -EINVAL, *ret_reason is a constant text that says what
 * is wrong with line *ret_line. */
int env_file_parse(const char *data, size_t size, const CliContext *lookup, struct json_object *array,
                   const char **ret_reason, size_t *ret_line);

/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

#include <stddef.h>

/* Removes the white space between the tokens of a JSON text (RFC 8259) and changes nothing else: numbers and
 * escapes keep their spelling. *ret belongs to the caller and has a NUL at its end, which *ret_size does not
 * count. -EINVAL: not valid JSON, or nested too deep; -ENOMEM. */
int json_compact(const char *data, size_t size, char **ret, size_t *ret_size);

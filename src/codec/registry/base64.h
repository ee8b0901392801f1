/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* Base64 (RFC 4648), with padding. */

#include <stddef.h>

/* Decodes the standard alphabet; line breaks are skipped. *ret belongs to the caller and has a NUL after its
 * *ret_size bytes. -EINVAL, -ENOMEM. */
int base64_decode(const char *s, size_t size, char **ret, size_t *ret_size);

/* Encodes with the standard alphabet. The result belongs to the caller. NULL: out of memory. */
char *base64_encode(const void *data, size_t size);

/* The same with the alphabet for URLs and file names. */
char *base64url_encode(const void *data, size_t size);

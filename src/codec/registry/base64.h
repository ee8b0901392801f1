/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* Base64 (RFC 4648), with padding. */

#include <stddef.h>

/* The standard alphabet; line breaks are skipped. *ret has a NUL behind its *ret_size bytes and is the
 * caller's. -EINVAL, -ENOMEM. */
int base64_decode(const char *s, size_t size, char **ret, size_t *ret_size);

/* The standard alphabet. The caller's; NULL: out of memory. */
char *base64_encode(const void *data, size_t size);

/* The alphabet for URLs and file names. The caller's; NULL: out of memory. */
char *base64url_encode(const void *data, size_t size);

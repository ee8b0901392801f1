/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* SHA-256 (FIPS 180-4), for names of files that docker's client makes with it. */

#include <stddef.h>

#define SHA256_HEX_MAX 65

/* As 64 hex digits and a NUL. */
void sha256_hex(const void *data, size_t size, char ret[static SHA256_HEX_MAX]);

/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* An archive with one file, in POSIX ustar format (pax(1)). */

#include <stddef.h>

#define TAR_NAME_MAX 100

/* name: less than TAR_NAME_MAX bytes. The file belongs to root and has the time 0. *ret belongs to the
 * caller. -ENOMEM. */
int tar_file(const char *name, unsigned mode, const void *data, size_t size, char **ret, size_t *ret_size);

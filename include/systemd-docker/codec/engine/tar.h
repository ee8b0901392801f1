/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* An archive (POSIX ustar) of one file. */

#include <stddef.h>

#define TAR_NAME_MAX 100

/* name: shorter than TAR_NAME_MAX. The file is root's and has no time. *ret is the caller's. -ENOMEM. */
int tar_file(const char *name, unsigned mode, const void *data, size_t size, char **ret, size_t *ret_size);

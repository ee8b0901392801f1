/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

#include <stddef.h>

/* JSON text without the white space between its tokens, spelled as it was otherwise. -EINVAL, -ENOMEM. */
int json_compact(const char *data, size_t size, char **ret, size_t *ret_size);

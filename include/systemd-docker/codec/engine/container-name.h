/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* Names of containers, as far as they name something of ours. */

#include <stdbool.h>
#include <stddef.h>

/* Whether the engine would take it for a container's name, and a folder can have it: a letter or digit, then
 * these and "_.-". So it has no slash, and is neither hidden nor "..". s need not end with a NUL. */
bool container_name_is_valid(const char *s, size_t size);

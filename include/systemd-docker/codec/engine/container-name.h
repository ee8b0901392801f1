/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* Names of containers that can also name a folder of ours. */

#include <stdbool.h>
#include <stddef.h>

/* Whether the engine accepts s as the name of a container and a folder can have this name: a letter or
 * digit, followed by letters, digits and "_.-". Such a name has no slash, and is neither hidden nor "..". s
 * does not need a NUL at its end. */
bool container_name_is_valid(const char *s, size_t size);

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

/* The first letter that the engine allows nowhere in the name of a container, such as the "@" of a
 * template's instance. A slash at the begin does not count. 0: there is none. */
char container_name_wrong_letter(const char *s);

/* The name for the container of a service that has none: the unit's without ".service". "@" becomes "-", and
 * other letters that the engine does not allow become "_xHH", as systemd's escapes "\xHH" do. A name that
 * does not begin with a letter or digit has "unit" before it, and one of a single letter "unit-". A long
 * name is cut, and has a hash at its end. *ret belongs to the caller. -EINVAL: not a service; -ENOMEM. */
int container_name_of_unit(const char *unit, char **ret);

/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* docker's config.json, as far as `docker run` reads it. */

#include <stddef.h>

struct json_object;

/* Adds the proxies of config.json for the engine `host` to o as NAME -> value, unless o already has the
 * variable. 0, -EINVAL (not JSON) or -ENOMEM. */
int proxies_parse(const char *data, size_t size, const char *host, struct json_object *o);
/* The detachKeys of config.json; *ret is unchanged if there are none. They belong to the caller. 0, -EINVAL
 * (not JSON) or -ENOMEM. */
int detach_keys_parse(const char *data, size_t size, char **ret);

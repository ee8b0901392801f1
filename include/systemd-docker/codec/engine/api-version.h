/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* Versions of the engine's API: "1.41". */

#include <stdbool.h>

typedef struct ApiVersion {
        unsigned major, minor;
} ApiVersion;

#define API_VERSION_NULL ((ApiVersion){ 0, 0 })
/* What we can speak: the oldest that Docker's own client speaks, and the newest that this was tested with.
 */
#define API_VERSION_MIN ((ApiVersion){ 1, 24 })
#define API_VERSION_MAX ((ApiVersion){ 1, 51 })

#define API_VERSION_STRING_SIZE 24

/* "MAJOR.MINOR", nothing around it. -EINVAL. */
int api_version_parse(const char *s, ApiVersion *ret);
/* Writes "1.41" and returns buffer. */
const char *api_version_format(ApiVersion v, char buffer[static API_VERSION_STRING_SIZE]);

/* < 0, 0, > 0 as a is older, the same, newer. */
int api_version_compare(ApiVersion a, ApiVersion b);

static inline bool api_version_at_least(ApiVersion v, unsigned major, unsigned minor)
{
        return api_version_compare(v, (ApiVersion){ major, minor }) >= 0;
}

/* The version to speak. server: the Api-Version header of /_ping, NULL where there was none (then it is the
 * oldest). fixed: $DOCKER_API_VERSION, NULL or "" for none; it is taken as it is. -EINVAL: fixed is no
 * version; -EBADMSG: the header is none; -EPROTONOSUPPORT: older than we can speak. */
int api_version_negotiate(const char *server, const char *fixed, ApiVersion *ret);

/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* Versions of the engine's API, for example "1.41". See "Versioning" in the Docker Engine API. */

#include <stdbool.h>

typedef struct ApiVersion {
        unsigned major, minor;
} ApiVersion;

#define API_VERSION_NULL ((ApiVersion){ 0, 0 })
/* The versions that we support: from the oldest one that Docker's own client supports to the newest one that
 * was tested. */
#define API_VERSION_MIN ((ApiVersion){ 1, 24 })
#define API_VERSION_MAX ((ApiVersion){ 1, 51 })

#define API_VERSION_STRING_SIZE 24

/* s: "MAJOR.MINOR" and nothing else. -EINVAL. */
int api_version_parse(const char *s, ApiVersion *ret);
/* Writes "1.41" and returns buffer. */
const char *api_version_format(ApiVersion v, char buffer[static API_VERSION_STRING_SIZE]);

/* < 0: a is older; 0: both are equal; > 0: a is newer. */
int api_version_compare(ApiVersion a, ApiVersion b);

static inline bool api_version_at_least(ApiVersion v, unsigned major, unsigned minor)
{
        return api_version_compare(v, (ApiVersion){ major, minor }) >= 0;
}

/* The version to use. server: the header Api-Version of /_ping, or NULL if there was none, which means the
 * oldest version. fixed: $DOCKER_API_VERSION, used as it is; NULL or "": not set. -EINVAL: fixed is not a
 * version; -EBADMSG: the header is not a version; -EPROTONOSUPPORT: the engine is older than
 * API_VERSION_MIN. */
int api_version_negotiate(const char *server, const char *fixed, ApiVersion *ret);

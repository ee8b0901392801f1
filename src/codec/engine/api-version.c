/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Versions of the engine's API. The one to use is the newest that both sides support, unless the user has
 * set one (Engine API, "Versioning"; docker(1), DOCKER_API_VERSION). */

#include <errno.h>
#include <stdio.h>

#include "codec/engine/api-version.h"
#include "util/macro.h"

/* 1 to 5 digits without a leading zero. */
static int parse_number(const char **s, unsigned *ret)
{
        const char *p = *s;
        unsigned n = 0;

        if (*p < '0' || *p > '9' || (*p == '0' && p[1] >= '0' && p[1] <= '9'))
                return -EINVAL;
        for (; *p >= '0' && *p <= '9'; p++) {
                if (p - *s >= 5)
                        return -EINVAL;
                n = n * 10 + (unsigned) (*p - '0');
        }
        *s = p;
        *ret = n;
        return 0;
}

int api_version_parse(const char *s, ApiVersion *ret)
{
        ApiVersion v;

        assert(s);
        assert(ret);
        if (parse_number(&s, &v.major) < 0 || *s++ != '.' || parse_number(&s, &v.minor) < 0 || *s)
                return -EINVAL;
        *ret = v;
        return 0;
}

const char *api_version_format(ApiVersion v, char buffer[static API_VERSION_STRING_SIZE])
{
        (void) snprintf(buffer, API_VERSION_STRING_SIZE, "%u.%u", v.major, v.minor);
        return buffer;
}

int api_version_compare(ApiVersion a, ApiVersion b)
{
        if (a.major != b.major)
                return a.major < b.major ? -1 : 1;
        if (a.minor != b.minor)
                return a.minor < b.minor ? -1 : 1;
        return 0;
}

int api_version_negotiate(const char *server, const char *fixed, ApiVersion *ret)
{
        ApiVersion v = API_VERSION_MIN;

        assert(ret);
        if (fixed && fixed[0]) {
                if (api_version_parse(fixed, &v) < 0)
                        return -EINVAL;
        } else if (server) {
                if (api_version_parse(server, &v) < 0)
                        return -EBADMSG;
                if (api_version_compare(v, API_VERSION_MAX) > 0)
                        v = API_VERSION_MAX;
        }
        if (api_version_compare(v, API_VERSION_MIN) < 0)
                return -EPROTONOSUPPORT;
        *ret = v;
        return 0;
}

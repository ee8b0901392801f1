/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* -H and $DOCKER_HOST.
 *
 * The grammar is that of the docker CLI (docker(1), "-H"), as far as it makes sense for a program in a unit:
 * npipe only exists on Windows, fd is for the engine itself, and ssh would need a login. Only the characters
 * of a name or address are checked, so that it cannot become another part of the URL or of a header. */

#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

#include "codec/engine/engine-host.h"
#include "util/cleanup.h"
#include "util/macro.h"

#define ALNUM "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
#define HOST_NAME_MAX_SIZE 255

void engine_host_done(EngineHost *h)
{
        assert(h);
        free(h->path);
        free(h->host);
        *h = ENGINE_HOST_NULL;
}

static int fail(int error, const char *message, const char **reterr_message)
{
        if (reterr_message)
                *reterr_message = message;
        return error;
}

static int parse_unix(const char *s, bool tls, EngineHost *ret, const char **reterr_message)
{
        char *path;

        if (!s[0])
                s = ENGINE_HOST_DEFAULT_PATH;
        if (s[0] != '/')
                return fail(-EINVAL, "the path of unix:// must be absolute", reterr_message);
        if (strlen(s) >= sizeof(((struct sockaddr_un *) NULL)->sun_path))
                return fail(-ENAMETOOLONG, "the path is too long for a unix socket", reterr_message);
        path = strdup(s);
        if (!path)
                return fail(-ENOMEM, "out of memory", reterr_message);
        *ret = (EngineHost){ .kind = ENGINE_HOST_UNIX, .path = path };
        return 0;
}

/* ":PORT" or nothing. */
static int parse_port(const char *s, bool tls, uint16_t *ret)
{
        unsigned port = 0;

        if (!s[0]) {
                *ret = tls ? ENGINE_HOST_PORT_TLS : ENGINE_HOST_PORT;
                return 0;
        }
        if (s[0] != ':' || !s[1] || strlen(s + 1) > 5)
                return -EINVAL;
        for (s++; *s; s++) {
                if (*s < '0' || *s > '9')
                        return -EINVAL;
                port = port * 10 + (unsigned) (*s - '0');
        }
        if (port == 0 || port > UINT16_MAX)
                return -EINVAL;
        *ret = (uint16_t) port;
        return 0;
}

/* The host at the beginning of s, without brackets, and the rest after it. */
static int split_host(const char *s, const char **ret_host, size_t *ret_size, const char **ret_rest,
                      const char **reterr_message)
{
        bool v6 = s[0] == '[';
        size_t n;

        s += v6;
        n = strspn(s, v6 ? "0123456789abcdefABCDEF:." : ALNUM "-_.");
        if (v6 && n > 0 && s[n] == '%')
                n += 1 + strspn(s + n + 1, ALNUM "-_.");
        if (n == 0)
                return fail(-EINVAL, "a host name or address is missing", reterr_message);
        if (v6 && s[n] != ']')
                return fail(-EINVAL, "no IPv6 address between the brackets", reterr_message);
        if (n > HOST_NAME_MAX_SIZE)
                return fail(-EINVAL, "the host name is too long", reterr_message);
        *ret_host = s;
        *ret_size = n;
        *ret_rest = s + n + v6;
        return 0;
}

static int parse_tcp(const char *s, bool tls, EngineHost *ret, const char **reterr_message)
{
        const char *host, *rest;
        uint16_t port;
        char *copy;
        size_t n;
        int r;

        r = split_host(s, &host, &n, &rest, reterr_message);
        if (r < 0)
                return r;
        if (strcmp(rest, "/") == 0)
                rest = "";
        if (parse_port(rest, tls, &port) < 0)
                return fail(-EINVAL, "after the host only :PORT of 1 to 65535 may follow", reterr_message);
        copy = strndup(host, n);
        if (!copy)
                return fail(-ENOMEM, "out of memory", reterr_message);
        *ret = (EngineHost){ .kind = ENGINE_HOST_TCP, .host = copy, .port = port };
        return 0;
}

static const struct {
        const char *scheme;
        int (*parse)(const char *s, bool tls, EngineHost *ret, const char **reterr_message);
        const char *refusal;
} scheme_table[] = {
        { "unix://", parse_unix, NULL },
        { "tcp://", parse_tcp, NULL },
        { "fd://", NULL, "fd:// is for the engine itself, not for its clients" },
        { "npipe://", NULL, "npipe:// exists on Windows only" },
        { "ssh://", NULL, "ssh:// is not supported; use unix:// or tcp://" },
        { "http://", NULL, "http:// is not supported; use tcp://" },
        { "https://", NULL, "https:// is not supported; use tcp:// with DOCKER_TLS_VERIFY=1" },
};

int engine_host_parse(const char *s, bool tls, EngineHost *ret, const char **reterr_message)
{
        assert(s);
        assert(ret);

        for (size_t i = 0; i < ELEMENTSOF(scheme_table); i++) {
                size_t n = strlen(scheme_table[i].scheme);

                if (strncmp(s, scheme_table[i].scheme, n) != 0)
                        continue;
                if (!scheme_table[i].parse)
                        return fail(-EPROTONOSUPPORT, scheme_table[i].refusal, reterr_message);
                return scheme_table[i].parse(s + n, tls, ret, reterr_message);
        }
        if (strstr(s, "://"))
                return fail(-EPROTONOSUPPORT, "unknown scheme; use unix:// or tcp://", reterr_message);
        if (s[0] == '/')
                return fail(-EINVAL, "a path needs unix:// before it", reterr_message);
        return parse_tcp(s, tls, ret, reterr_message);
}

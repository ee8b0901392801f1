/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The grammar of DOCKER_HOST. */

#include <criterion/criterion.h>
#include <string.h>

#include "codec/engine/engine-host.h"
#include "util/cleanup.h"
#include "util/macro.h"

Test(engine_host, unix_sockets)
{
        _cleanup_(engine_host_done) EngineHost a = ENGINE_HOST_NULL, b = ENGINE_HOST_NULL;

        cr_assert_eq(engine_host_parse("unix:///run/docker.sock", false, &a, NULL), 0);
        cr_assert_eq(a.kind, ENGINE_HOST_UNIX);
        cr_assert_str_eq(a.path, "/run/docker.sock");
        cr_assert_null(a.host);
        cr_assert_eq(engine_host_parse("unix://", false, &b, NULL), 0);
        cr_assert_str_eq(b.path, ENGINE_HOST_DEFAULT_PATH);
}

Test(engine_host, tcp)
{
        static const struct {
                const char *s;
                bool tls;
                const char *host;
                uint16_t port;
        } cases[] = {
                { "tcp://example.org:1234", false, "example.org", 1234 },
                { "tcp://example.org", false, "example.org", 2375 },
                { "tcp://example.org", true, "example.org", 2376 },
                { "tcp://example.org/", true, "example.org", 2376 },
                { "tcp://10.0.0.1:65535", true, "10.0.0.1", 65535 },
                { "tcp://[::1]:2375", false, "::1", 2375 },
                { "tcp://[fe80::1%eth0]", false, "fe80::1%eth0", 2375 },
                { "localhost:1", false, "localhost", 1 },
                { "my_host-1", false, "my_host-1", 2375 },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                _cleanup_(engine_host_done) EngineHost h = ENGINE_HOST_NULL;

                cr_assert_eq(engine_host_parse(cases[i].s, cases[i].tls, &h, NULL), 0, "%s", cases[i].s);
                cr_assert_eq(h.kind, ENGINE_HOST_TCP);
                cr_assert_str_eq(h.host, cases[i].host);
                cr_assert_eq(h.port, cases[i].port);
                cr_assert_null(h.path);
        }
}

static void check_refused(const char *s, int error)
{
        EngineHost h = { .port = 42 };
        const char *message = NULL;

        cr_assert_eq(engine_host_parse(s, false, &h, &message), error, "%s", s);
        cr_assert_not_null(message);
        cr_assert(message[0]);
        cr_assert_eq(h.port, 42);
        cr_assert_eq(engine_host_parse(s, false, &h, NULL), error);
}

Test(engine_host, refused_schemes)
{
        static const char *const bad[] = { "fd://",         "fd://3",      "npipe:////./pipe/docker_engine",
                                           "ssh://me@host", "http://host", "https://host",
                                           "ftp://host",    "://",         "UNIX:///x" };

        for (size_t i = 0; i < ELEMENTSOF(bad); i++)
                check_refused(bad[i], -EPROTONOSUPPORT);
}

Test(engine_host, malformed)
{
        static const char *const bad[] = {
                "",
                "/var/run/docker.sock",
                "unix://relative",
                "unix://@abstract",
                "tcp://",
                "tcp://:2375",
                "tcp://host:",
                "tcp://host:0",
                "tcp://host:65536",
                "tcp://host:123456",
                "tcp://host:-1",
                "tcp://host:1x",
                "tcp://host:+1",
                "tcp://host:1/path",
                "tcp://host/path",
                "tcp://user@host",
                "tcp://ho st",
                "tcp://host\r\nX: y",
                "tcp://[::1",
                "tcp://[]",
                "tcp://[::1]x",
                "tcp://[host]",
                "tcp://::1",
                "host?x",
                "tcp://h\xc3\xa4",
                ":2375",
                "tcp://[::1%]:\n",
        };

        for (size_t i = 0; i < ELEMENTSOF(bad); i++)
                check_refused(bad[i], -EINVAL);
}

Test(engine_host, lengths)
{
        char path[512] = "unix:///", host[512] = "tcp://";

        memset(path + 8, 'x', 107);
        check_refused(path, -ENAMETOOLONG);
        path[8 + 106] = 0;
        EngineHost h = ENGINE_HOST_NULL;
        cr_assert_eq(engine_host_parse(path, false, &h, NULL), 0);
        cr_assert_eq(strlen(h.path), 107);
        engine_host_done(&h);
        memset(host + 6, 'x', 256);
        check_refused(host, -EINVAL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The engine's description of a container. */

#include <criterion/criterion.h>
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codec/engine/container-info.h"
#include "util/cleanup.h"
#include "util/macro.h"
#include "util/strv.h"

#define ID "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static void parse(const char *s, ContainerInfo *ret)
{
        cr_assert_eq(container_info_parse(s, strlen(s), ret), 0, "%s", s);
}

Test(container_info, running)
{
        _cleanup_(container_info_done) ContainerInfo i = CONTAINER_INFO_NULL;

        parse("{\"Id\":\"" ID
              "\",\"Name\":\"/web\",\"State\":{\"Status\":\"running\",\"Running\":true,\"Paused\":true,"
              "\"Pid\":4711,\"ExitCode\":0,\"Error\":\"\",\"Health\":{\"Status\":\"unhealthy\"}},"
              "\"Config\":{\"Tty\":true,\"Image\":\"busybox\",\"StopSignal\":\"SIGRTMIN+3\",\"StopTimeout\":"
              "30,"
              "\"Labels\":{\"a\":\"b\",\"" CONTAINER_LABEL_REQUEST "\":\"hash\"}},"
              "\"HostConfig\":{\"AutoRemove\":true,\"LogConfig\":{\"Type\":\"json-file\"}}}",
              &i);
        cr_assert_str_eq(i.id, ID);
        cr_assert_str_eq(i.name, "web");
        cr_assert_str_eq(i.image, "busybox");
        cr_assert_str_eq(i.log_driver, "json-file");
        cr_assert_str_eq(i.request_label, "hash");
        cr_assert(i.running && i.paused && i.tty && i.auto_remove && !i.removing);
        cr_assert_eq(i.pid, 4711);
        cr_assert_eq(i.exit_code, 0);
        cr_assert_eq(i.stop_signal, 37);
        cr_assert_eq(i.stop_timeout, 30);
        cr_assert_eq(i.health, CONTAINER_HEALTH_UNHEALTHY);
        cr_assert_null(i.error);
}

/* The number of the creation is no part of the request; earlier versions wrote none. */
Test(container_info, request)
{
        static const struct {
                const char *label;
                bool same;
        } cases[] = {
                { "12ab-0123456789abcdef", true },
                { "12ab", true },
                { "12ab-", true },
                { "12abc-0123456789abcdef", false },
                { "12a", false },
                { "", false },
                { NULL, false },
        };

        for (size_t k = 0; k < ELEMENTSOF(cases); k++) {
                const ContainerInfo i = { .request_label = (char *) cases[k].label };

                cr_assert_eq(container_is_of_request(&i, "12ab"), cases[k].same, "case %zu", k);
        }
}

Test(container_info, defaults)
{
        _cleanup_(container_info_done) ContainerInfo i = CONTAINER_INFO_NULL;

        parse("{\"Id\":\"" ID "\"}", &i);
        cr_assert_str_eq(i.name, "");
        cr_assert_str_eq(i.log_driver, "");
        cr_assert_null(i.request_label);
        cr_assert(!i.running && !i.paused && !i.removing && !i.tty && !i.auto_remove);
        cr_assert_eq(i.pid, 0);
        cr_assert_eq(i.exit_code, -1);
        cr_assert_eq(i.stop_signal, SIGTERM);
        cr_assert_eq(i.stop_timeout, -1);
        cr_assert_eq(i.health, CONTAINER_HEALTH_NONE);
}

Test(container_info, published_ports)
{
        static const struct {
                const char *ports, *expected;
        } table[] = {
                { "{}", NULL },
                { "[]", NULL },
                { "{\"80/tcp\":null}", NULL },
                { "{\"80/tcp\":[]}", NULL },
                { "{\"80/tcp\":[7]}", NULL },
                { "{\"80/"
                  "tcp\":[{\"HostIp\":\"0.0.0.0\",\"HostPort\":\"8080\"},{\"HostIp\":\"::\",\"HostPort\":"
                  "\"8080\"}]}",
                  "8080->80" },
                { "{\"443/tcp\":[{\"HostPort\":\"8443\"}],\"53/udp\":[{\"HostPort\":\"53\"}],\"1/"
                  "tcp\":null}",
                  "8443->443, 53->53/udp" },
                { "{\"1/tcp\":[{\"HostPort\":\"10001\"}],\"2/tcp\":[{\"HostPort\":\"10002\"}],"
                  "\"3/tcp\":[{\"HostPort\":\"10003\"}],\"4/tcp\":[{\"HostPort\":\"10004\"}],"
                  "\"5/tcp\":[{\"HostPort\":\"10005\"}],\"6/tcp\":[{\"HostPort\":\"10006\"}]}",
                  "10001->1, 10002->2, 10003->3, 10004->4, …" },
                { "{\"1/"
                  "tcp\":[{\"HostPort\":\"0123456789012345678901234567890123456789012345678901234567890\"}]"
                  "}",
                  "…" },
        };

        for (size_t k = 0; k < ELEMENTSOF(table); k++) {
                _cleanup_(container_info_done) ContainerInfo i = CONTAINER_INFO_NULL;
                char text[1024];

                (void) snprintf(text, sizeof(text), "{\"Id\":\"" ID "\",\"NetworkSettings\":{\"Ports\":%s}}",
                                table[k].ports);
                parse(text, &i);
                if (table[k].expected)
                        cr_assert_str_eq(i.ports, table[k].expected);
                else
                        cr_assert_null(i.ports, "%s", table[k].ports);
        }
}

Test(container_info, of_which_life)
{
        static const struct {
                const char *status;
                bool created, removing;
        } table[] = {
                { "created", true, false },   { "running", false, false }, { "restarting", false, false },
                { "exited", false, false },   { "removing", false, true }, { "dead", false, true },
                { "Created!", false, false }, { "", false, false },
        };

        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                _cleanup_(container_info_done) ContainerInfo info = CONTAINER_INFO_NULL;
                _cleanup_free_ char *text = NULL;

                cr_assert_gt(asprintf(&text, "{\"Id\":\"" ID "\",\"State\":{\"Status\":\"%s\"}}",
                                      table[i].status),
                             0);
                parse(text, &info);
                cr_assert_eq(info.created, table[i].created, "%s", table[i].status);
                cr_assert_eq(info.removing, table[i].removing, "%s", table[i].status);
        }
}

Test(container_info, values_that_make_no_sense)
{
        _cleanup_(container_info_done) ContainerInfo i = CONTAINER_INFO_NULL;

        parse("{\"Id\":\"" ID "\",\"Name\":7,\"State\":{\"Status\":\"dead\",\"Running\":\"yes\",\"Pid\":-1,"
              "\"ExitCode\":256,\"Error\":\"why\",\"Health\":{\"Status\":\"dizzy\"}},"
              "\"Config\":{\"StopSignal\":\"\",\"StopTimeout\":99999999999,\"Labels\":[]},\"HostConfig\":"
              "null}",
              &i);
        cr_assert(i.removing && !i.running);
        cr_assert_eq(i.pid, 0);
        cr_assert_eq(i.exit_code, -1);
        cr_assert_eq(i.stop_signal, SIGTERM);
        cr_assert_eq(i.stop_timeout, INT_MAX, "for ever");
        cr_assert_eq(i.health, CONTAINER_HEALTH_NONE);
        cr_assert_str_eq(i.error, "why");
}

Test(container_info, notification_folder_and_life)
{
        _cleanup_(container_info_done) ContainerInfo i = CONTAINER_INFO_NULL, none = CONTAINER_INFO_NULL;

        parse("{\"Id\":\"" ID
              "\",\"State\":{\"StartedAt\":\"2026-01-02T03:04:05.6Z\"},\"Mounts\":[null,7,{\"Destination\":"
              "\"/data\",\"Source\":\"/no\"},{\"Destination\":\"/run/notify\",\"Source\":\"/"
              "a\"},{\"Source\":\"/b\"}]}",
              &i);
        cr_assert_str_eq(i.notify_folder, "/a");
        cr_assert_str_eq(i.started_at, "2026-01-02T03:04:05.6Z");
        parse("{\"Id\":\"" ID "\",\"Mounts\":{}}", &none);
        cr_assert_null(none.notify_folder);
        cr_assert_str_eq(none.started_at, "");
}

Test(container_info, no_such_objects)
{
        static const char *const bad[] = {
                "",
                "[]",
                "{}",
                "{\"Id\":7}",
                "{\"Id\":\"x\"}",
                "{\"Id\":\"" ID "0\"}",
                "{\"Id\":\"../3456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\"}"
        };

        for (size_t k = 0; k < ELEMENTSOF(bad); k++) {
                ContainerInfo i = { .pid = 42 };
                char id[ENGINE_ID_SIZE + 1] = "untouched", **warnings = NULL;

                cr_assert_eq(container_info_parse(bad[k], strlen(bad[k]), &i), -EBADMSG, "%s", bad[k]);
                cr_assert_eq(container_created_parse(bad[k], strlen(bad[k]), id, &warnings), -EBADMSG);
                cr_assert_eq(i.pid, 42);
                cr_assert_str_eq(id, "untouched");
        }
}

Test(container_info, created)
{
        static const char s[] = "{\"Id\":\"" ID "\",\"Warnings\":[\"one\",2,\"three\"]}\n";
        _cleanup_strv_free_ char **warnings = NULL;
        char id[ENGINE_ID_SIZE + 1];

        cr_assert_eq(container_created_parse(s, sizeof(s) - 1, id, &warnings), 0);
        cr_assert_str_eq(id, ID);
        cr_assert_eq(strv_length(warnings), 2);
        cr_assert_str_eq(warnings[0], "one");
        cr_assert_str_eq(warnings[1], "three");
}

static int wait_parse(const char *s)
{
        int code = 42, r = container_wait_parse(s, strlen(s), &code);

        cr_assert(r == 0 || code == 42);
        return r < 0 ? r : code;
}

Test(container_info, wait)
{
        cr_assert_eq(wait_parse("{\"StatusCode\":0}"), 0);
        cr_assert_eq(wait_parse("{\"StatusCode\":255,\"Error\":null}"), 255);
        cr_assert_eq(wait_parse("{\"StatusCode\":-1}"), -EBADMSG);
        cr_assert_eq(wait_parse("{\"StatusCode\":256}"), -EBADMSG);
        cr_assert_eq(wait_parse("{\"StatusCode\":\"0\"}"), -EBADMSG);
        cr_assert_eq(wait_parse("{}"), -EBADMSG);
        cr_assert_eq(wait_parse(""), -EBADMSG);
}

Test(container_info, health_has_names)
{
        for (int i = 0; i < _CONTAINER_HEALTH_MAX; i++)
                cr_assert_eq(container_health_from_string(container_health_to_string((ContainerHealth) i)),
                             i);
}

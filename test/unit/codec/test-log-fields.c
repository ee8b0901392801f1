/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The log options of a container. The expected fields are those that the engine's journald driver wrote for
 * the same options (Docker 26.1). */

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codec/journal/log-fields.h"
#include "util/cleanup.h"
#include "util/macro.h"
#include "json/json.h"

#define INSPECT                                                                                             \
        "{\"Id\":\"d20abbafacd6aa72618e4c0a0dfd0ed372b925c06663baa73e1c8bf2833a210b\",\"Name\":\"/jt\","    \
        "\"Image\":\"sha256:d301a9c12398bbb2d4f88c8f03e06cef5a3df1de7da432dbd41602f7aae98e2e\","            \
        "\"Path\":\"sh\",\"Args\":[\"-c\",\"echo hi\"],"                                                    \
        "\"Config\":{\"Image\":\"busybox\",\"Labels\":{\"com.example.a\":\"1\",\"b\":\"zwei\",\"x-y\":"     \
        "\"3\",\"x-ünï\":\"4\","                                                                          \
        "\"two\":\"lines\\nof\",\"_\":\"x\",\"1st\":\"x\",\"container_name\":\"x\",\"message\":\"x\","      \
        "\"syslog.identifier\":\"x\"},"                                                                     \
        "\"Env\":[\"FOO=foo\",\"BAR.baz=x=y\",\"OS_A=b\",\"EMPTY=\",\"NOTHING\"]},"                         \
        "\"HostConfig\":{\"LogConfig\":{\"Type\":\"json-file\",\"Config\":{%s}}}}"

static void parse(const char *config, LogFields *ret)
{
        _cleanup_json_ struct json_object *o = NULL;
        _cleanup_free_ char *text = NULL;

        cr_assert_geq(asprintf(&text, INSPECT, config), 0);
        cr_assert_eq(json_parse(text, strlen(text), &o), 0, "%s", text);
        cr_assert_eq(log_fields_parse(o, ret), 0);
}

static void check(const char *config, const char *tag, const char *extra)
{
        _cleanup_(log_fields_done) LogFields f = LOG_FIELDS_NULL;

        parse(config, &f);
        if (tag)
                cr_assert_str_eq(f.tag, tag);
        else
                cr_assert_null(f.tag);
        cr_assert_eq(f.extra.size, strlen(extra), "%.*s", (int) f.extra.size, f.extra.data);
        cr_assert(f.extra.size == 0 || memcmp(f.extra.data, extra, f.extra.size) == 0, "%.*s",
                  (int) f.extra.size, f.extra.data);
        cr_assert_null(f.unknown);
        cr_assert_not(f.too_many);
}

Test(log_fields, none)
{
        check("", NULL, "");
        check("\"max-size\":\"1m\",\"tag\":\"\"", NULL, "");
}

Test(log_fields, tag)
{
        check("\"tag\":\"web\"", "web", "");
        check("\"tag\":\"{{.ImageName}}/{{.Name}}/{{.ID}}\"", "busybox/jt/d20abbafacd6", "");
        check("\"tag\":\"{{ .FullID }}\"",
              "d20abbafacd6aa72618e4c0a0dfd0ed372b925c06663baa73e1c8bf2833a210b", "");
        check("\"tag\":\"{{.ImageID}} {{.ImageFullID}}\"",
              "sha256:d301a sha256:d301a9c12398bbb2d4f88c8f03e06cef5a3df1de7da432dbd41602f7aae98e2e", "");
        check("\"tag\":\"{{.DaemonName}}{{.ContainerName}} {{.Command}}}\"", "docker/jt sh -c echo hi}", "");
}

Test(log_fields, labels_and_variables)
{
        check("\"labels\":\"com.example.a,b,missing\"", NULL, "COM_EXAMPLE_A=1\nB=zwei\n");
        check("\"labels-regex\":\"^x-\"", NULL, "X_Y=3\nX__N_=4\n");
        check("\"env\":\"FOO,BAR.baz,EMPTY,NOTHING\"", NULL, "FOO=foo\nBAR_BAZ=x=y\nEMPTY=\n");
        check("\"env-regex\":\"^(OS|PATH)\",\"labels\":\"b\"", NULL, "B=zwei\nOS_A=b\n");
}

Test(log_fields, value_of_two_lines)
{
        _cleanup_(log_fields_done) LogFields f = LOG_FIELDS_NULL;
        static const char expected[] = "TWO\n\x08\0\0\0\0\0\0\0lines\nof\n";

        parse("\"labels\":\"two\"", &f);
        cr_assert_eq(f.extra.size, sizeof(expected) - 1);
        cr_assert_arr_eq(f.extra.data, expected, sizeof(expected) - 1);
}

/* A label cannot replace a field of ours, and a name that is not valid for a field is left out. */
Test(log_fields, names_that_are_taken)
{
        check("\"labels-regex\":\"^(_|1st|container_name|message|syslog.identifier)$\"", NULL, "");
}

Test(log_fields, not_understood)
{
        static const char *const configs[] = { "\"tag\":\"{{upper .Name}}\"", "\"tag\":\"{{.Nothing}}\"",
                                               "\"tag\":\"{{.ID\"",           "\"tag\":\"{{\"",
                                               "\"labels-regex\":\"\\\\pL\"", "\"env-regex\":\"(\"" };

        for (size_t i = 0; i < ELEMENTSOF(configs); i++) {
                _cleanup_(log_fields_done) LogFields f = LOG_FIELDS_NULL;

                parse(configs[i], &f);
                cr_assert_null(f.tag);
                cr_assert_eq(f.extra.size, 0);
                cr_assert_not_null(f.unknown, "%s", configs[i]);
                cr_assert_not_null(strchr(f.unknown, '='));
        }
}

Test(log_fields, too_many)
{
        _cleanup_json_ struct json_object *o = NULL;
        _cleanup_(log_fields_done) LogFields f = LOG_FIELDS_NULL;
        _cleanup_free_ char *text = NULL, *value = malloc(20001);

        memset(value, 'x', 20000);
        value[20000] = 0;
        cr_assert_geq(asprintf(&text,
                               "{\"Config\":{\"Labels\":{\"a\":\"%s\",\"b\":\"%s\",\"c\":\"y\"}},"
                               "\"HostConfig\":{\"LogConfig\":{\"Config\":{\"labels\":\"a,b,c\"}}}}",
                               value, value),
                      0);
        cr_assert_eq(json_parse(text, strlen(text), &o), 0);
        cr_assert_eq(log_fields_parse(o, &f), 0);
        cr_assert(f.too_many);
        cr_assert_eq(f.extra.size, 2 + 20000 + 1 + 4);
}

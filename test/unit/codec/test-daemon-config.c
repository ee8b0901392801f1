/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The engine's configuration, with and without our runtime. */

#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include "codec/engine/daemon-config.h"
#include "util/cleanup.h"
#include "util/macro.h"

static void register_and_back(const char *before, const char *registered, const char *after)
{
        _cleanup_(daemon_config_done) DaemonConfig c = DAEMON_CONFIG_NULL, again = DAEMON_CONFIG_NULL;
        _cleanup_free_ char *text = NULL, *back = NULL, *tidy = NULL;
        const char *why;
        size_t size, back_size;

        cr_assert_eq(daemon_config_parse(before, strlen(before), &c, &why), 0, "%s", before);
        cr_assert_eq(daemon_config_register(before, strlen(before), "/our", &text, &size), 0);
        cr_assert_str_eq(text, registered);
        cr_assert_eq(daemon_config_parse(text, size, &again, &why), 0);
        cr_assert_str_eq(again.our_path, "/our");
        cr_assert_eq(daemon_config_unregister(text, size, &back, &back_size), 0);
        if (daemon_config_tidy(back, back_size, &tidy, &back_size) >= 0)
                cr_assert(strstr(back, "\"runtimes\": {}") && !strstr(tidy, "runtimes"));
        cr_assert_str_eq(tidy ?: back, after);
}

Test(daemon_config, registered_and_taken_back)
{
        static const char pretty[] =
                "{\n  \"live-restore\": true,\n  \"log-opts\": {\"max-size\": \"1e3\"}\n}\n";

        register_and_back("", "{\"runtimes\": {\"systemd-docker\": {\"path\": \"/our\"}}}\n", "{}\n");
        register_and_back(" \n", "{\"runtimes\": {\"systemd-docker\": {\"path\": \"/our\"}}}\n", "{}\n");
        register_and_back(
                pretty,
                "{\n  \"runtimes\": {\"systemd-docker\": {\"path\": \"/our\"}},\n  \"live-restore\": true,\n"
                "  \"log-opts\": {\"max-size\": \"1e3\"}\n}\n",
                pretty);
        register_and_back(
                "{\"runtimes\": {\"crun\": {\"path\": \"/c\"}}}",
                "{\"runtimes\": {\"systemd-docker\": {\"path\": \"/our\"},\"crun\": {\"path\": \"/c\"}}}",
                "{\"runtimes\": {\"crun\": {\"path\": \"/c\"}}}");
        register_and_back("{\"runtimes\": {\"systemd-docker\": {\"path\": \"/old\", \"runtimeArgs\": []}}}",
                          "{\"runtimes\": {\"systemd-docker\": {\"path\": \"/our\"}}}", "{}");
}

Test(daemon_config, what_it_says)
{
        _cleanup_(daemon_config_done) DaemonConfig c = DAEMON_CONFIG_NULL;
        static const char text[] =
                "{\"default-runtime\":\"crun\",\"runtimes\":{\"crun\":{\"path\":\"/usr/bin/crun\","
                "\"runtimeArgs\":[\"--debug\"]},\"systemd-docker\":{\"path\":7}}}";
        const char *why;

        cr_assert_eq(daemon_config_parse(text, strlen(text), &c, &why), 0);
        cr_assert_str_eq(c.our_path, "");
        cr_assert_str_eq(c.default_runtime, "crun");
        cr_assert_str_eq(c.default_path, "/usr/bin/crun");
        cr_assert(c.default_has_arguments);
}

Test(daemon_config, what_is_not_understood)
{
        static const char *const bad[] = {
                "[]",
                "7",
                "{",
                "{\"runtimes\":[]}",
                "{\"runtimes\":null}",
                "{\"runtimes\":{\"crun\":\"/usr/bin/crun\"}}",
                "{\"runtimes\":{\"systemd-docker\":null}}",
                "{} {}",
                "// {}",
                "{\"a\":1,}",
                "{'a':1}",
        };

        for (size_t i = 0; i < ELEMENTSOF(bad); i++) {
                DaemonConfig c;
                const char *why = NULL;

                cr_assert_eq(daemon_config_parse(bad[i], strlen(bad[i]), &c, &why), -EBADMSG, "%s", bad[i]);
                cr_assert_not_null(why);
        }
}

Test(daemon_config, not_registered)
{
        char *text = NULL;
        size_t size;

        cr_assert_eq(daemon_config_unregister("{}", 2, &text, &size), -ENOENT);
        cr_assert_eq(daemon_config_unregister("", 0, &text, &size), -ENOENT);
        cr_assert_eq(daemon_config_tidy("{}", 2, &text, &size), -ENOENT);
        cr_assert_eq(daemon_config_tidy("{\"runtimes\":{\"a\":{}}}", 21, &text, &size), -ENOENT);
        cr_assert_null(text);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Which engine: the CLI's precedence, and contexts that cannot be used. */

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "codec/sha256.h"
#include "engine/engine-choice.h"
#include "util/cleanup.h"
#include "util/macro.h"

#define MACHINE "unix:///var/run/docker.sock"

static char folder[] = "/tmp/engine-choice-XXXXXX";

static void make_file(const char *path, const char *text)
{
        char whole[512];
        FILE *f;

        (void) snprintf(whole, sizeof(whole), "%s/%s", folder, path);
        for (char *c = whole + strlen(folder) + 1; (c = strchr(c, '/')); *c++ = '/') {
                *c = 0;
                (void) mkdir(whole, 0700);
        }
        f = fopen(whole, "w");
        cr_assert_not_null(f);
        cr_assert(fputs(text, f) >= 0 && fclose(f) == 0);
}

static void make_context(const char *name, const char *meta)
{
        char path[256], hash[SHA256_HEX_MAX];

        sha256_hex(name, strlen(name), hash);
        (void) snprintf(path, sizeof(path), "contexts/meta/%s/meta.json", hash);
        make_file(path, meta);
}

static void set_up(void)
{
        cr_assert_not_null(mkdtemp(folder));
        make_context("rootless",
                     "{\"Endpoints\":{\"docker\":{\"Host\":\"unix:///run/user/7/docker.sock\"}}}");
        make_context("remote", "{\"Endpoints\":{\"docker\":{\"Host\":\"tcp://h\",\"SkipTLSVerify\":true}}}");
        make_context("plain", "{\"Endpoints\":{\"docker\":{\"Host\":\"tcp://h\"}}}");
        make_context("login", "{\"Endpoints\":{\"docker\":{\"Host\":\"ssh://me@h\"}}}");
        make_context("nothing", "{\"Endpoints\":{}}");
        make_context("broken", "{\"Endpoints\":");
        make_context("relative", "{\"Endpoints\":{\"docker\":{\"Host\":\"unix://run/x\"}}}");
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *where)
{
        return remove(path);
}

static void tear_down(void)
{
        (void) nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

TestSuite(engine_choice, .init = set_up, .fini = tear_down);

typedef struct Row {
        const char *host, *context;               /* options */
        const char *docker_host, *docker_context; /* variables */
        const char *config;                       /* config.json; NULL: there is none */
        const char *wanted;                       /* the engine, or a part of the message */
        int r;
} Row;

static void check(const Row *row)
{
        _cleanup_(engine_choice_done) EngineChoice choice = ENGINE_CHOICE_NULL;
        _cleanup_cli_error_ CliError error = CLI_ERROR_NULL;
        char config[128], host[128], context[128], path[128];
        char *environment[] = { config, host, context, NULL };
        const CliContext surroundings = { .environment = environment, .dir_fd = AT_FDCWD };
        int r;

        (void) snprintf(config, sizeof(config), "DOCKER_CONFIG=%s", folder);
        (void) snprintf(host, sizeof(host), "DOCKER_HOST=%s", row->docker_host ?: "");
        (void) snprintf(context, sizeof(context), "DOCKER_CONTEXT=%s", row->docker_context ?: "");
        (void) snprintf(path, sizeof(path), "%s/config.json", folder);
        (void) unlink(path);
        if (row->config)
                make_file("config.json", row->config);
        r = engine_choice_find(&surroundings, row->host, row->context, &choice, &error);
        cr_assert_eq(r, row->r, "%s: %s", row->wanted, error.message);
        if (r < 0) {
                cr_assert_null(choice.host);
                cr_assert_not_null(strstr(error.message, row->wanted), "%s", error.message);
                cr_assert_null(strchr(error.message, '\n'));
        } else
                cr_assert_str_eq(choice.host, row->wanted);
}

Test(engine_choice, precedence)
{
        static const char current[] = "{\"currentContext\":\"rootless\"}",
                          rootless[] = "unix:///run/user/7/docker.sock";
        static const Row rows[] = {
                { NULL, NULL, NULL, NULL, NULL, MACHINE, 0 },
                { NULL, NULL, NULL, NULL, "{}", MACHINE, 0 },
                { NULL, NULL, NULL, NULL, "", MACHINE, 0 },
                { NULL, NULL, NULL, NULL, current, rootless, 0 },
                { NULL, NULL, NULL, "remote", current, "tcp://h", 0 },
                { NULL, NULL, "unix:///x", "remote", current, "unix:///x", 0 },
                { NULL, "rootless", "unix:///x", "remote", NULL, rootless, 0 },
                { "unix:///y", NULL, "unix:///x", "remote", current, "unix:///y", 0 },
                { NULL, "default", NULL, "remote", current, MACHINE, 0 },
                { NULL, "default", "unix:///x", "remote", current, "unix:///x", 0 },
                { NULL, NULL, NULL, "default", current, MACHINE, 0 },
                { NULL, NULL, NULL, NULL, "{\"currentContext\":\"default\"}", MACHINE, 0 },
                { "", "", "", "", "{\"currentContext\":\"\"}", MACHINE, 0 },
                /* What is not asked is not read. */
                { "unix:///y", NULL, NULL, NULL, "{\"currentContext\":7}", "unix:///y", 0 },
                { NULL, NULL, "unix:///x", NULL, "{\"currentContext\":\"absent\"}", "unix:///x", 0 },
                { "unix:///y", "rootless", NULL, NULL, NULL, "contradict", -EINVAL },
        };

        for (size_t i = 0; i < ELEMENTSOF(rows); i++)
                check(rows + i);
}

/* Never another engine by mistake. */
Test(engine_choice, errors)
{
        static const Row rows[] = {
                { NULL, NULL, NULL, "absent", NULL, "context absent does not exist in ", -EINVAL },
                { NULL, NULL, NULL, NULL, "{\"currentContext\":\"absent\"}", "does not exist", -EINVAL },
                { NULL, "absent", NULL, NULL, NULL, "--host or $DOCKER_HOST", -EINVAL },
                { NULL, NULL, NULL, "login", NULL, "ssh:// is not supported", -EINVAL },
                { NULL, NULL, NULL, "nothing", NULL, "no engine", -EINVAL },
                { NULL, NULL, NULL, "broken", NULL, "malformed", -EINVAL },
                { NULL, NULL, NULL, "relative", NULL, "must be absolute", -EINVAL },
                { NULL, NULL, NULL, "../../../etc", NULL, "cannot be the name", -EINVAL },
                { NULL, NULL, NULL, "a\nb", NULL, "cannot be the name", -EINVAL },
                { NULL, NULL, NULL, NULL, "{\"currentContext\":7}", "not a name", -EINVAL },
        };

        for (size_t i = 0; i < ELEMENTSOF(rows); i++)
                check(rows + i);
}

static void find(const char *name, char *const *environment, EngineChoice *ret)
{
        const CliContext surroundings = { .environment = environment, .dir_fd = AT_FDCWD };

        cr_assert_eq(engine_choice_find(&surroundings, NULL, name, ret, NULL), 0);
}

/* A context has its own TLS settings, and those of the environment are for the other engines. */
Test(engine_choice, tls)
{
        _cleanup_(engine_choice_done) EngineChoice one = ENGINE_CHOICE_NULL, two = ENGINE_CHOICE_NULL,
                                                   three = ENGINE_CHOICE_NULL, four = ENGINE_CHOICE_NULL;
        char config[128], path[256], hash[SHA256_HEX_MAX];
        char *environment[] = { config, (char *) "DOCKER_TLS_VERIFY=1", (char *) "DOCKER_CERT_PATH=/certs",
                                NULL };

        (void) snprintf(config, sizeof(config), "DOCKER_CONFIG=%s", folder);
        find("default", environment, &one);
        cr_assert(one.tls && one.verify);
        cr_assert_str_eq(one.cert_path, "/certs");
        find("remote", environment, &two);
        cr_assert(two.tls && !two.verify);
        find("plain", environment, &three);
        cr_assert(!three.tls);
        sha256_hex("plain", 5, hash);
        (void) snprintf(path, sizeof(path), "contexts/tls/%s/docker/ca.pem", hash);
        make_file(path, "x");
        find("plain", environment, &four);
        cr_assert(four.tls && four.verify);
        cr_assert(strstr(four.cert_path, hash));
        cr_assert_str_eq(four.context, "plain");
}

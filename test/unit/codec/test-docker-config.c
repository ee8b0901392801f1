/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Credentials in config.json. */

#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include "codec/registry/docker-config.h"
#include "util/macro.h"

#define HUB "https://index.docker.io/v1/"

static int find(const char *config, const char *key, DockerConfigAuth *ret)
{
        return docker_config_find(config, strlen(config), key, ret);
}

static void check_login(const char *config, const char *key, const char *username, const char *password)
{
        _cleanup_(docker_config_auth_done) DockerConfigAuth a = DOCKER_CONFIG_AUTH_NULL;

        cr_assert_eq(find(config, key, &a), 0, "%s", config);
        cr_assert_null(a.helper);
        cr_assert_eq(a.found, username != NULL, "%s in %s", key, config);
        if (!username) {
                cr_assert_null(a.auth.username);
                return;
        }
        cr_assert_str_eq(a.auth.username, username);
        cr_assert_str_eq(a.auth.password, password);
}

Test(docker_config, nothing)
{
        static const char *const empty[] = { "",
                                             " \n",
                                             "{}",
                                             "{\"auths\":{}}",
                                             "{\"auths\":null,\"credsStore\":\"\"}",
                                             "{\"auths\":[1],\"credHelpers\":{},\"credsStore\":7}" };

        for (size_t i = 0; i < ELEMENTSOF(empty); i++) {
                DockerConfigAuth a = DOCKER_CONFIG_AUTH_NULL;

                cr_assert_eq(find(empty[i], HUB, &a), 0, "%s", empty[i]);
                cr_assert(!a.found && !a.helper && !a.auth.username && !a.auth.server_address, "%s",
                          empty[i]);
        }
}

Test(docker_config, auth)
{
        /* me:secret; a:b:c; me: */
        check_login("{\"auths\":{\"a:5000\":{\"auth\":\"bWU6c2VjcmV0\"}}}", "a:5000", "me", "secret");
        check_login("{\"auths\":{\"a:5000\":{\"auth\":\"YTpiOmM=\"}}}", "a:5000", "a", "b:c");
        check_login("{\"auths\":{\"a:5000\":{\"auth\":\"bWU6\"}}}", "a:5000", "me", "");
        /* NULs around it: me:\0secret\0\0 */
        check_login("{\"auths\":{\"a:5000\":{\"auth\":\"bWU6AHNlY3JldAAA\"}}}", "a:5000", "me", "secret");
        /* takes precedence over user name and password */
        check_login(
                "{\"auths\":{\"a:5000\":{\"auth\":\"bWU6c2VjcmV0\",\"username\":\"x\",\"password\":\"y\"}}}",
                "a:5000", "me", "secret");
        check_login("{\"auths\":{\"" HUB "\":{\"auth\":\"bWU6c2VjcmV0\"}}}", HUB, "me", "secret");
}

Test(docker_config, spelled_out)
{
        check_login("{\"Auths\":{\"a\":{\"Username\":\"me\",\"PASSWORD\":\"pw\",\"auth\":\"\"}}}", "a", "me",
                    "pw");
}

Test(docker_config, tokens)
{
        _cleanup_(docker_config_auth_done) DockerConfigAuth a = DOCKER_CONFIG_AUTH_NULL;

        cr_assert_eq(
                find("{\"auths\":{\"a\":{\"identitytoken\":\"i\",\"registrytoken\":\"r\",\"email\":\"e\"}}}",
                     "a", &a),
                0);
        cr_assert(a.found);
        cr_assert_null(a.auth.username);
        cr_assert_str_eq(a.auth.identity_token, "i");
        cr_assert_str_eq(a.auth.registry_token, "r");
        cr_assert_str_eq(a.auth.email, "e");
        cr_assert_str_eq(a.auth.server_address, "a");
}

Test(docker_config, which_entry)
{
        static const struct {
                const char *filed_under, *key;
                bool found;
        } cases[] = {
                { "a:5000", "a:5000", true },
                { "a", "a:5000", false },
                { "a:5000", "a", false },
                { "A:5000", "a:5000", false },
                { "https://a:5000", "a:5000", true },
                { "http://a:5000/v1/", "a:5000", true },
                { "a:5000/v2/", "a:5000", true },
                { "https://user@a:5000/v1/", "a:5000", true },
                { "https://a?b", "a", true },
                { "https://a.org/a:5000", "a:5000", false },
                { "https://[::1]:5000/", "[::1]:5000", true },
                { "docker.io", HUB, false },
                { "index.docker.io", HUB, false },
                { "https://", "a", false },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                char config[256];

                (void) snprintf(config, sizeof(config), "{\"auths\":{\"%s\":{\"auth\":\"bWU6c2VjcmV0\"}}}",
                                cases[i].filed_under);
                check_login(config, cases[i].key, cases[i].found ? "me" : NULL, "secret");
        }
}

Test(docker_config, exact_entry_before_url)
{
        check_login("{\"auths\":{\"https://a/v1/\":{\"auth\":\"eDp5\"},\"a\":{\"auth\":\"bWU6c2VjcmV0\"}}}",
                    "a", "me", "secret");
}

Test(docker_config, helpers)
{
        static const char config[] =
                "{\"credsStore\":\"store\",\"credHelpers\":{\"a:5000\":\"own\",\"plain\":\"\"},"
                "\"auths\":{\"a:5000\":{\"email\":\"e\"},\"plain\":{\"auth\":\"bWU6c2VjcmV0\"}}}";
        static const char *const cases[][2] = {
                { "a:5000", "own" },
                { "plain", NULL },
                { "https://a:5000", "store" },
                { HUB, "store" },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                _cleanup_(docker_config_auth_done) DockerConfigAuth a = DOCKER_CONFIG_AUTH_NULL;

                cr_assert_eq(find(config, cases[i][0], &a), 0);
                if (cases[i][1])
                        cr_assert_str_eq(a.helper, cases[i][1]);
                else
                        cr_assert_null(a.helper);
        }
}

Test(docker_config, malformed)
{
        static const char *const bad[] = { "x", "[]", "\"auths\"", "{\"auths\":{}", "{\"auths\":{},}" };
        DockerConfigAuth a = { .helper = (char *) 42 };

        for (size_t i = 0; i < ELEMENTSOF(bad); i++)
                cr_assert_eq(find(bad[i], "a", &a), -EBADMSG, "%s", bad[i]);
        cr_assert_eq(a.helper, (char *) 42);
}

Test(docker_config, malformed_entry)
{
        /* not base64; no colon; no user; a NUL in the user's name; a NUL in the password */
        static const char *const bad[] = { "bWU6c2VjcmV0=", "bWU=", "OnNlY3JldA==", "bQBlOng=", "bWU6eAB5" };
        char config[256];

        for (size_t i = 0; i < ELEMENTSOF(bad); i++) {
                DockerConfigAuth a = { .helper = (char *) 42 };

                (void) snprintf(config, sizeof(config),
                                "{\"auths\":{\"a\":{\"auth\":\"%s\"},\"b\":{\"auth\":\"bWU6c2VjcmV0\"}}}",
                                bad[i]);
                cr_assert_eq(find(config, "a", &a), -EINVAL, "%s", bad[i]);
                cr_assert_eq(a.helper, (char *) 42);
                check_login(config, "b", "me", "secret");
        }
}

Test(docker_config, odd_entries)
{
        check_login("{\"auths\":{\"a\":{\"auth\":\"bWU6c2VjcmV0\"},\"b\":null}}", "c", NULL, NULL);

        DockerConfigAuth a = DOCKER_CONFIG_AUTH_NULL;
        cr_assert_eq(find("{\"auths\":{\"b\":null}}", "b", &a), 0);
        cr_assert(!a.auth.username);
        docker_config_auth_done(&a);
        cr_assert_eq(find("{\"auths\":{\"b\":7}}", "b", &a), 0);
        cr_assert_null(a.auth.username);
        docker_config_auth_done(&a);
}

Test(docker_config, logins)
{
        static const char config[] = "{\"auths\":{\"r:5000\":{\"auth\":\"bWU6c2VjcmV0\"},\"t\":{"
                                     "\"identitytoken\":\"T\"},\"empty\":{},"
                                     "\"u\":{\"username\":\"u\",\"password\":\"\\u00ff\\u00fe?>\",\"email\":"
                                     "\"e\"}},\"proxies\":{}}";
        static const char *const none[] = { "", "{}", "{\"auths\":{}}", "{\"auths\":7}", "{\"AUTHS\":{}}" };
        static const struct {
                const char *config;
                int r;
        } bad[] = { { "[]", -EBADMSG },
                    { "{", -EBADMSG },
                    { "{\"auths\":{\"a\":{\"auth\":\"x\"}}}", -EINVAL } };
        _cleanup_free_ char *text = NULL;
        bool helpers = true;

        cr_assert_eq(docker_config_logins(config, strlen(config), &text, &helpers), 0);
        cr_assert(!helpers);
        cr_assert(!strstr(text, "proxies") && strstr(text, "\"empty\""));
        check_login(text, "r:5000", "me", "secret");
        check_login(text, "u", "u", "\xc3\xbf\xc3\xbe?>");

        for (size_t i = 0; i < ELEMENTSOF(none); i++) {
                char *nothing = (char *) 42;

                cr_assert_eq(docker_config_logins(none[i], strlen(none[i]), &nothing, &helpers), 0, "%s",
                             none[i]);
                cr_assert_null(nothing);
        }
        for (size_t i = 0; i < ELEMENTSOF(bad); i++)
                cr_assert_eq(docker_config_logins(bad[i].config, strlen(bad[i].config), NULL, NULL),
                             bad[i].r);
}

Test(docker_config, logins_with_helpers)
{
        static const char *const configs[] = { "{\"credsStore\":\"x\"}", "{\"credHelpers\":{\"a\":\"x\"}}" };
        char *text;
        bool helpers;

        for (size_t i = 0; i < ELEMENTSOF(configs); i++) {
                helpers = false;
                cr_assert_eq(docker_config_logins(configs[i], strlen(configs[i]), &text, &helpers), 0);
                cr_assert(helpers && !text);
        }
}

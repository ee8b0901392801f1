/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Credentials: the answers of helpers, and the header for the engine. */

#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include "codec/registry/base64.h"
#include "codec/registry/registry-auth.h"
#include "util/macro.h"

#define HUB "https://index.docker.io/v1/"

/* The JSON of the header. */
static char *header_text(const RegistryAuth *a)
{
        _cleanup_free_ char *header = NULL;
        char *text;
        size_t size;

        cr_assert_eq(registry_auth_header(a, &header), 0);
        for (char *c = header; *c; c++)
                *c = *c == '-' ? '+' : *c == '_' ? '/' : *c;
        cr_assert_eq(base64_decode(header, strlen(header), &text, &size), 0);
        return text;
}

Test(registry_auth, key)
{
        cr_assert_str_eq(registry_auth_key("docker.io"), HUB);
        cr_assert_str_eq(registry_auth_key("127.0.0.1:5000"), "127.0.0.1:5000");
}

Test(registry_auth, nobody)
{
        _cleanup_free_ char *header = NULL;

        cr_assert_eq(registry_auth_header(&REGISTRY_AUTH_NULL, &header), 0);
        cr_assert_str_eq(header, "e30=");
}

Test(registry_auth, everything)
{
        RegistryAuth a = { .username = (char *) "me",
                           .password = (char *) "s3\"cret/ü?~",
                           .email = (char *) "me@example.org",
                           .server_address = (char *) HUB,
                           .identity_token = (char *) "i",
                           .registry_token = (char *) "r" };
        _cleanup_free_ char *text = header_text(&a);

        cr_assert_str_eq(text,
                         "{\"username\":\"me\",\"password\":\"s3\\\"cret/ü?~\",\"email\":\"me@example.org\","
                         "\"serveraddress\":\"" HUB "\",\"identitytoken\":\"i\",\"registrytoken\":\"r\"}");
}

Test(registry_auth, empty_members_are_left_out)
{
        RegistryAuth a = { .username = (char *) "", .identity_token = (char *) "token" };
        _cleanup_free_ char *text = header_text(&a);

        cr_assert_str_eq(text, "{\"identitytoken\":\"token\"}");
}

static int answer(RegistryAuth *a, const char *s)
{
        return registry_auth_take_answer(a, "example.org", s, strlen(s));
}

Test(registry_auth, helper_with_a_password)
{
        _cleanup_(registry_auth_done) RegistryAuth a = { .username = strdup("old"),
                                                         .email = strdup("me@example.org"),
                                                         .identity_token = strdup("old") };

        cr_assert_eq(
                answer(&a,
                       "{\"ServerURL\":\"https://example.org\",\"Username\":\"me\",\"Secret\":\"pw\"}\n"),
                0);
        cr_assert_str_eq(a.username, "me");
        cr_assert_str_eq(a.password, "pw");
        cr_assert_str_eq(a.email, "me@example.org");
        cr_assert_str_eq(a.server_address, "example.org");
        cr_assert_null(a.identity_token);
}

Test(registry_auth, helper_with_a_token)
{
        _cleanup_(registry_auth_done)
                RegistryAuth a = { .username = strdup("old"), .password = strdup("old") };

        cr_assert_eq(answer(&a, "{\"username\":\"<token>\",\"secret\":\"tok\"}"), 0);
        cr_assert_null(a.username);
        cr_assert_null(a.password);
        cr_assert_str_eq(a.identity_token, "tok");
        cr_assert_str_eq(a.server_address, "example.org");
}

Test(registry_auth, helper_that_says_something_else)
{
        static const char *const bad[] = { "",
                                           "hello",
                                           "[]",
                                           "{}",
                                           "{\"Username\":\"me\"}",
                                           "{\"Secret\":\"s\"}",
                                           "{\"Username\":1,\"Secret\":\"s\"}",
                                           "{\"Username\":\"me\",\"Secret\":null}" };
        RegistryAuth a = { .username = (char *) "old" };

        for (size_t i = 0; i < ELEMENTSOF(bad); i++)
                cr_assert_eq(answer(&a, bad[i]), -EBADMSG, "%s", bad[i]);
        cr_assert_str_eq(a.username, "old");
}

Test(registry_auth, helper_that_has_none)
{
        static const char none[] = "credentials not found in native keychain";

        cr_assert(registry_auth_answer_is_none(none, strlen(none)));
        cr_assert(registry_auth_answer_is_none("  credentials not found in native keychain\r\n", 44));
        cr_assert_not(registry_auth_answer_is_none(none, strlen(none) - 1));
        cr_assert_not(registry_auth_answer_is_none("", 0));
        cr_assert_not(registry_auth_answer_is_none(" \n", 2));
        cr_assert_not(registry_auth_answer_is_none("error", 5));
}

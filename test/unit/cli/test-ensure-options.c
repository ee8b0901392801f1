/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The words after `network`, `volume` and `image`. */

#include "cli/ensure-options.h"
#include "words.h"

static int parse(EnsureKind kind, const char *line, EnsureOptions *ret, CliError *reterr, char ***ret_words)
{
        *ret_words = words_of(line);
        return ensure_options_parse(kind, *ret_words, ret, reterr);
}

Test(ensure_options, network)
{
        CliError error = CLI_ERROR_NULL;
        EnsureOptions o;
        char **words;

        cr_assert_eq(
                parse(ENSURE_NETWORK,
                      "ensure --driver macvlan --opt parent=eth0 --opt=a=b --label x --subnet 10.0.0.0/24 "
                      "--gateway 10.0.0.1 --internal --ipv6=false -- --name",
                      &o, &error, &words),
                0, "%s", error.message);
        cr_assert_str_eq(o.name, "--name");
        cr_assert_str_eq(o.driver, "macvlan");
        cr_assert_eq(strv_length(o.opts), 2);
        cr_assert_str_eq(o.opts[1], "a=b");
        cr_assert_str_eq(o.labels[0], "x");
        cr_assert(o.internal && !o.ipv6 && !o.remove);
        ensure_options_done(&o);
        strv_free(words);
}

Test(ensure_options, volume_owner)
{
        static const struct {
                const char *line;
                uid_t uid;
                gid_t gid;
        } table[] = {
                { "ensure --owner 1:2 v", 1, 2 },
                { "ensure --owner :2 v", ENSURE_NO_ID, 2 },
                { "ensure --owner 1: v", 1, ENSURE_NO_ID },
                { "ensure --owner 4294967294 v", 4294967294, ENSURE_NO_ID },
                { "ensure v", ENSURE_NO_ID, ENSURE_NO_ID },
        };

        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                CliError error = CLI_ERROR_NULL;
                EnsureOptions o;
                char **words;

                cr_assert_eq(parse(ENSURE_VOLUME, table[i].line, &o, &error, &words), 0, "%s: %s",
                             table[i].line, error.message);
                cr_assert_eq(o.uid, table[i].uid, "%s", table[i].line);
                cr_assert_eq(o.gid, table[i].gid, "%s", table[i].line);
                ensure_options_done(&o);
                strv_free(words);
        }
}

Test(ensure_options, image)
{
        CliError error = CLI_ERROR_NULL;
        EnsureOptions o;
        char **words;

        cr_assert_eq(parse(ENSURE_IMAGE, "ensure --pull always --platform linux/arm64 --creds me:a:b i", &o,
                           &error, &words),
                     0, "%s", error.message);
        cr_assert_eq(o.pull, ENSURE_PULL_ALWAYS);
        cr_assert_str_eq(o.creds, "me:a:b");
        ensure_options_done(&o);
        strv_free(words);
        cr_assert_eq(parse(ENSURE_IMAGE, "ensure --infra", &o, &error, &words), 0, "%s", error.message);
        cr_assert(o.infra && o.name);
        ensure_options_done(&o);
        strv_free(words);
}

Test(ensure_options, mistakes)
{
        static const struct {
                EnsureKind kind;
                const char *line, *message;
        } table[] = {
                { ENSURE_NETWORK, "create x", "unknown command \"network create\", expected `ensure`" },
                { ENSURE_VOLUME, "remove x", "unknown command \"volume remove\", expected `ensure`" },
                { ENSURE_NETWORK, "ensure", "network: no name given" },
                { ENSURE_NETWORK, "ensure a b", "\"b\": only one name can be given" },
                { ENSURE_NETWORK, "ensure --owner 1 a", "unknown option --owner for network" },
                { ENSURE_NETWORK, "ensure -x a", "unknown option \"-x\"" },
                { ENSURE_NETWORK, "remove --internal a", "unknown option \"--internal\"" },
                { ENSURE_NETWORK, "ensure --gateway 10.0.0.1 a",
                  "each --gateway and --ip-range needs a --subnet" },
                { ENSURE_NETWORK, "ensure a --driver", "--driver needs a value" },
                { ENSURE_NETWORK, "ensure --opt =x a", "invalid value \"=x\" for --opt" },
                { ENSURE_VOLUME, "ensure --owner me a", "invalid value \"me\" for --owner" },
                { ENSURE_VOLUME, "ensure --owner 4294967295 a", "invalid value \"4294967295\" for --owner" },
                { ENSURE_IMAGE, "ensure --pull newer a",
                  "invalid value \"newer\" for --pull, did you mean never?" },
                { ENSURE_IMAGE, "ensure --pull sometimes a", "invalid value \"sometimes\" for --pull" },
                { ENSURE_NETWORK, "ensure --subnt 10.0.0.0/8 a",
                  "unknown option --subnt for network, did you mean --subnet?" },
                { ENSURE_IMAGE, "ensure --creds me a", "invalid value \"me\" for --creds" },
        };

        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                CliError error = CLI_ERROR_NULL;
                EnsureOptions o;
                char **words;

                cr_assert_eq(parse(table[i].kind, table[i].line, &o, &error, &words), -EINVAL, "%s",
                             table[i].line);
                cr_assert_str_eq(error.message, table[i].message);
                cr_assert_eq(error.exit_code, CLI_EXIT_REFUSED);
                cli_error_done(&error);
                strv_free(words);
        }
}

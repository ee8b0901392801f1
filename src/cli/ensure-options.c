/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The words after `network`, `volume` and `image`: one table of options for the three. */

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/ensure-options.h"
#include "cli/help-text.h"
#include "util/guess.h"
#include "util/macro.h"
#include "util/string-table.h"
#include "util/strv.h"

static const char ensure_kind_table[_ENSURE_KIND_MAX][8] = {
        [ENSURE_NETWORK] = "network",
        [ENSURE_VOLUME] = "volume",
        [ENSURE_IMAGE] = "image",
};

const char *ensure_kind_to_string(EnsureKind k)
{
        return string_table_get(STRING_TABLE(ensure_kind_table), (size_t) k);
}

static const char ensure_pull_table[_ENSURE_PULL_MAX][8] = {
        [ENSURE_PULL_MISSING] = "missing",
        [ENSURE_PULL_ALWAYS] = "always",
        [ENSURE_PULL_NEVER] = "never",
};
DEFINE_STRING_TABLE(ensure_pull, EnsurePull)

typedef int (*Setter)(EnsureOptions *o, const char *value);

#define DEFINE_STRING_SETTER(member)                                                                        \
        static int set_##member(EnsureOptions *o, const char *value)                                        \
        {                                                                                                   \
                if (!*value)                                                                                \
                        return -EINVAL;                                                                     \
                o->member = value;                                                                          \
                return 0;                                                                                   \
        }
DEFINE_STRING_SETTER(driver)
DEFINE_STRING_SETTER(ipam_driver)
DEFINE_STRING_SETTER(platform)
DEFINE_STRING_SETTER(authfile)

#define DEFINE_LIST_SETTER(member)                                                                          \
        static int add_##member(EnsureOptions *o, const char *value)                                        \
        {                                                                                                   \
                return *value && *value != '=' ? strv_extend(&o->member, value) : -EINVAL;                  \
        }
DEFINE_LIST_SETTER(opts)
DEFINE_LIST_SETTER(labels)
DEFINE_LIST_SETTER(subnets)
DEFINE_LIST_SETTER(gateways)
DEFINE_LIST_SETTER(ip_ranges)

#define DEFINE_FLAG_SETTER(member)                                                                          \
        static int set_##member(EnsureOptions *o, const char *value)                                        \
        {                                                                                                   \
                bool yes = strcmp(value, "true") == 0;                                                      \
                                                                                                            \
                if (!yes && strcmp(value, "false") != 0)                                                    \
                        return -EINVAL;                                                                     \
                o->member = yes;                                                                            \
                return 0;                                                                                   \
        }
DEFINE_FLAG_SETTER(internal)
DEFINE_FLAG_SETTER(ipv6)
DEFINE_FLAG_SETTER(all_tags)
DEFINE_FLAG_SETTER(infra)

static int set_pull(EnsureOptions *o, const char *value)
{
        int pull = ensure_pull_from_string(value);

        if (pull >= 0)
                o->pull = (EnsurePull) pull;
        return pull;
}

static int set_creds(EnsureOptions *o, const char *value)
{
        if (*value == ':' || !strchr(value, ':'))
                return -EINVAL;
        o->creds = value;
        return 0;
}

/* A number, or nothing. */
static int parse_id(const char *s, size_t n, uint32_t *ret)
{
        uint64_t id = 0;

        for (size_t i = 0; i < n; i++) {
                if (s[i] < '0' || s[i] > '9' || id >= UINT32_MAX)
                        return -EINVAL;
                id = id * 10 + (uint64_t) (s[i] - '0');
        }
        if (n > 0 && id >= UINT32_MAX)
                return -EINVAL;
        if (n > 0)
                *ret = (uint32_t) id;
        return 0;
}

static int set_owner(EnsureOptions *o, const char *value)
{
        size_t n = strcspn(value, ":");
        const char *group = value + n + (value[n] == ':');
        uint32_t uid = ENSURE_NO_ID, gid = ENSURE_NO_ID;

        if (parse_id(value, n, &uid) < 0 || parse_id(group, strlen(group), &gid) < 0)
                return -EINVAL;
        o->uid = uid;
        o->gid = gid;
        return 0;
}

#define NETWORK (1U << ENSURE_NETWORK)
#define VOLUME (1U << ENSURE_VOLUME)
#define IMAGE (1U << ENSURE_IMAGE)

static const struct {
        unsigned kinds;
        OptionHelp help;
} table[] = {
        { NETWORK | VOLUME, { 0, "driver", "NAME", false, "The driver (default bridge, local)" } },
        { NETWORK | VOLUME, { 0, "opt", "NAME=VALUE", false, "An option of the driver; repeatable" } },
        { NETWORK | VOLUME, { 0, "label", "NAME=VALUE", false, "A label; repeatable" } },
        { NETWORK, { 0, "subnet", "SUBNET", false, "A subnet; repeatable" } },
        { NETWORK, { 0, "gateway", "ADDRESS", false, "The gateway of the subnet at the same position" } },
        { NETWORK, { 0, "ip-range", "RANGE", false, "The addresses to give out, of that subnet" } },
        { NETWORK, { 0, "internal", "", false, "No way to the outside" } },
        { NETWORK, { 0, "ipv6", "", false, "IPv6 as well" } },
        { NETWORK, { 0, "ipam-driver", "NAME", false, "Who gives out addresses (default default)" } },
        { VOLUME, { 0, "owner", "[UID][:GID]", false, "Owner and group of a new volume's folder" } },
        { IMAGE,
          { 0, "pull", "POLICY", false, "missing (default), always, never", "missing always never" } },
        { IMAGE, { 0, "platform", "PLATFORM", false, "Like linux/arm64/v8" } },
        { IMAGE, { 0, "all-tags", "", false, "All tags of the image" } },
        { IMAGE, { 0, "infra", "", false, "The image of the containers of pods, instead of NAME" } },
        { IMAGE, { 0, "authfile", "PATH", false, "A file with logins, like config.json", COMPLETE_FILE } },
        { IMAGE, { 0, "creds", "USER:PASSWORD", false, "The login; others can see it" } },
};

static const Setter setters[] = { set_driver,      add_opts,      add_labels,   add_subnets,
                                  add_gateways,    add_ip_ranges, set_internal, set_ipv6,
                                  set_ipam_driver, set_owner,     set_pull,     set_platform,
                                  set_all_tags,    set_infra,     set_authfile, set_creds };

static_assert(ELEMENTSOF(table) == ELEMENTSOF(setters), "one setter for each option");

bool ensure_options_help_entry(EnsureKind kind, size_t i, OptionHelp *ret)
{
        for (size_t k = 0; k < ELEMENTSOF(table); k++)
                if ((table[k].kinds & (1U << kind)) && i-- == 0) {
                        *ret = table[k].help;
                        return true;
                }
        return false;
}

void ensure_options_help(EnsureKind kind, FILE *f)
{
        fprintf(f, "Usage: systemd-docker [-H URL] %s ensure [OPTIONS…] NAME\n", ensure_kind_table[kind]);
        if (kind == ENSURE_NETWORK)
                fputs("       systemd-docker [-H URL] network remove NAME\n", f);
        fprintf(f, "\n%s\n\n",
                kind == ENSURE_IMAGE
                        ? "Pull the image if it does not exist."
                        : "Create it if it does not exist. If it is other than the options say, say so.");
        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                char value[32] = "";

                if (!(table[i].kinds & (1U << kind)))
                        continue;
                if (*table[i].help.value)
                        (void) snprintf(value, sizeof(value), " %s", table[i].help.value);
                help_option(f, 0, table[i].help.long_name, value, table[i].help.text);
        }
        help_option(f, 'h', "help", "", "Print this help");
}

static int bad_value(size_t i, const char *value, CliError *reterr)
{
        Guess g = guess_begin(value, strlen(value));
        char hint[GUESS_HINT_SIZE];

        if (*table[i].help.words && strcmp(table[i].help.words, COMPLETE_FILE) != 0)
                (void) guess_offer_words(&g, table[i].help.words);
        return cli_error(reterr, CLI_EXIT_REFUSED, "invalid value \"%.300s\" for --%s%s", value,
                         table[i].help.long_name, guess_hint(&g, "", hint));
}

static int unknown_option(const EnsureOptions *o, const char *name, size_t size, CliError *reterr)
{
        Guess g = guess_begin(name, size);
        char hint[GUESS_HINT_SIZE];

        for (size_t i = 0; i < ELEMENTSOF(table); i++)
                if (table[i].kinds & (1U << o->kind))
                        (void) guess_offer(&g, table[i].help.long_name);
        return cli_error(reterr, CLI_EXIT_REFUSED, "unknown option --%.*s for %s%s", (int) MIN(size, 300u),
                         name, ensure_kind_table[o->kind], guess_hint(&g, "--", hint));
}

/* words[0] is "--name" or "--name=value". Returns the number of words that were used. */
static int parse_option(EnsureOptions *o, char *const *words, CliError *reterr)
{
        const char *name = words[0] + 2, *equal = strchr(name, '='), *value;
        size_t n = equal ? (size_t) (equal - name) : strlen(name);

        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                int r;

                if (!(table[i].kinds & (1U << o->kind)) || strlen(table[i].help.long_name) != n ||
                    memcmp(table[i].help.long_name, name, n) != 0)
                        continue;
                value = equal ? equal + 1 : *table[i].help.value ? words[1] : "true";
                if (!value)
                        return cli_error(reterr, CLI_EXIT_REFUSED, "--%s needs a value",
                                         table[i].help.long_name);
                r = setters[i](o, value);
                if (r == -ENOMEM)
                        return cli_error_oom(reterr);
                if (r < 0)
                        return bad_value(i, value, reterr);
                return equal || !*table[i].help.value ? 1 : 2;
        }
        return unknown_option(o, name, n, reterr);
}

static int parse_verb(EnsureOptions *o, const char *word, CliError *reterr)
{
        if (!word)
                return cli_error(reterr, CLI_EXIT_REFUSED, "%s: no command given, expected `ensure`",
                                 ensure_kind_table[o->kind]);
        o->help = cli_is_help(word);
        o->remove = o->kind == ENSURE_NETWORK && strcmp(word, "remove") == 0;
        if (!o->help && !o->remove && strcmp(word, "ensure") != 0)
                return cli_error(reterr, CLI_EXIT_REFUSED,
                                 "unknown command \"%s %.300s\", expected `ensure`",
                                 ensure_kind_table[o->kind], word);
        return 0;
}

static int parse_rest(EnsureOptions *o, char *const *words, CliError *reterr)
{
        bool options = true;

        while (*words && !o->help) {
                int r = 1;

                if (options && strcmp(*words, "--") == 0)
                        options = false;
                else if (options && cli_is_help(*words))
                        o->help = true;
                else if (options && strncmp(*words, "--", 2) == 0 && !o->remove)
                        r = parse_option(o, words, reterr);
                else if ((options && **words == '-') || !**words)
                        return cli_error(reterr, CLI_EXIT_REFUSED, "unknown option \"%.300s\"", *words);
                else if (o->name)
                        return cli_error(reterr, CLI_EXIT_REFUSED, "\"%.300s\": only one name can be given",
                                         *words);
                else
                        o->name = *words;
                if (r < 0)
                        return r;
                words += r;
        }
        if (o->infra && !o->name)
                o->name = "of pods";
        else if (!o->name && !o->help)
                return cli_error(reterr, CLI_EXIT_REFUSED, "%s: no name given", ensure_kind_table[o->kind]);
        if (strv_length(o->gateways) > strv_length(o->subnets) ||
            strv_length(o->ip_ranges) > strv_length(o->subnets))
                return cli_error(reterr, CLI_EXIT_REFUSED, "each --gateway and --ip-range needs a --subnet");
        return 0;
}

int ensure_options_parse(EnsureKind kind, char *const *words, EnsureOptions *ret, CliError *reterr)
{
        _cleanup_(ensure_options_done)
                EnsureOptions o = { .kind = kind, .uid = ENSURE_NO_ID, .gid = ENSURE_NO_ID };
        int r = parse_verb(&o, words[0], reterr);

        if (r >= 0)
                r = parse_rest(&o, words[0] ? words + 1 : words, reterr);
        if (r < 0)
                return r;
        *ret = o;
        o = (EnsureOptions){ .kind = kind };
        return 0;
}

void ensure_options_done(EnsureOptions *o)
{
        strv_free(o->opts);
        strv_free(o->labels);
        strv_free(o->subnets);
        strv_free(o->gateways);
        strv_free(o->ip_ranges);
        *o = (EnsureOptions){ .kind = o->kind };
}

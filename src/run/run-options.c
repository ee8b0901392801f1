/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Applies the option table to the words after `run`. The rules are those of the docker CLI's flag parser
 * (pflag):
 *
 * - Options end at the first word that is not an option, or at "--".
 * - A long option has its value after '=' or in the next word.
 * - Short options can be grouped; the first one that takes a value takes the rest of the group.
 * - A boolean has a value only after '='.
 * - Names cannot be abbreviated. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/options.h"
#include "podman-options.h"
#include "run-option-table.h"
#include "run-parse.h"
#include "run-subjects.h"
#include "util/guess.h"
#include "util/macro.h"
#include "util/string-table.h"
#include "util/strv.h"

static const RunOptionSpec *find_long(const char *name, size_t size)
{
        for (const RunOptionSpec *s = run_option_table; s < run_option_table + run_option_table_size; s++)
                if (strlen(s->name) == size && memcmp(s->name, name, size) == 0)
                        return s;
        return NULL;
}

static const RunOptionSpec *find_short(char name)
{
        for (const RunOptionSpec *s = run_option_table; s < run_option_table + run_option_table_size; s++)
                if (s->short_name && s->short_name == name)
                        return s;
        return NULL;
}

static int apply(RunParse *p, const RunOptionSpec *spec, const char *option, const char *value)
{
        struct RunOptionsPrivate *hidden = p->o->hidden;
        int r;

        p->option = option;
        p->value = value;
        r = run_option_setter(spec)(p, spec, value);
        if (r < 0)
                return run_parse_result(p, r);
        hidden->given[spec - run_option_table] = true;
        if ((spec->flags & FLAG_LIMIT) && !hidden->limit)
                hidden->limit = spec;
        return 0;
}

/* An option that does not exist, or is one of systemd-docker. */
static int unknown_long(RunParse *p, const char *name, size_t size)
{
        Guess run = guess_begin(name, size), ours = guess_begin(name, size);
        const char *advice = podman_option_advice(name, size);
        int n = (int) MIN(size, 200u);
        char hint[GUESS_HINT_SIZE];

        if (advice)
                return cli_error(p->reterr, CLI_EXIT_REFUSED, "--%.*s is an option of podman: %s", n, name,
                                 advice);
        run_options_offer(&run);
        options_offer(&ours);
        if (ours.word && ours.distance == 0)
                return cli_error(p->reterr, CLI_EXIT_REFUSED,
                                 "--%.*s is an option of systemd-docker: write it before `run` or `--`", n,
                                 name);
        if (ours.word && ours.distance < run.distance)
                return cli_error(p->reterr, CLI_EXIT_REFUSED,
                                 "unknown option --%.*s of run, did you mean --%.*s, before `run` or `--`?",
                                 n, name, (int) ours.size, ours.word);
        return cli_error(p->reterr, CLI_EXIT_REFUSED, "unknown option --%.*s of run%s", n, name,
                         guess_hint(&run, "--", hint));
}

/* words[0] is "--name" or "--name=value". Returns the number of words that were used. */
static int parse_long(RunParse *p, char *const *words)
{
        const char *name = *words + 2, *equal = strchr(name, '=');
        size_t size = equal ? (size_t) (equal - name) : strlen(name);
        _cleanup_free_ char *option = NULL;
        const RunOptionSpec *spec;
        int r;

        if (size == 0 || *name == '-')
                return cli_error(p->reterr, CLI_EXIT_REFUSED, "bad option syntax: %s", *words);
        spec = find_long(name, size);
        if (!spec)
                return unknown_long(p, name, size);
        if (asprintf(&option, "--%s", spec->name) < 0)
                return cli_error_oom(p->reterr);
        if (equal)
                r = apply(p, spec, option, equal + 1);
        else if (spec->flags & FLAG_BOOLEAN)
                r = apply(p, spec, option, "true");
        else if (words[1]) {
                r = apply(p, spec, option, words[1]);
                return r < 0 ? r : 2;
        } else
                return cli_error(p->reterr, CLI_EXIT_REFUSED, "%s needs a value", option);
        return r < 0 ? r : 1;
}

void run_options_offer(Guess *g)
{
        for (const RunOptionSpec *s = run_option_table; s < run_option_table + run_option_table_size; s++)
                if (!(s->flags & (FLAG_HIDDEN | FLAG_WINDOWS)) ||
                    (strlen(s->name) == g->typed_size && memcmp(s->name, g->typed, g->typed_size) == 0))
                        (void) guess_offer(g, s->name);
}

bool run_options_has_letter(char letter)
{
        return find_short(letter);
}

/* What may have been meant by a wrong value: one of the words of its option. option: "--pull", "-a". */
static bool guess_value(const char *option, Guess *g)
{
        const RunOptionSpec *spec =
                option[1] == '-' ? find_long(option + 2, strlen(option + 2)) : find_short(option[1]);
        const char *words = spec && *spec->value ? run_option_words(spec) : NULL;

        return words && strcmp(words, COMPLETE_FILE) != 0 && guess_offer_words(g, words);
}

/* Units from before docker 1.10 have long options with one dash. Returns the length of such an option's
 * name, or 0. */
static size_t old_option(const char *word)
{
        size_t size = strcspn(word + 1, "=");

        return size > 1 && find_long(word + 1, size) ? size : 0;
}

static int unknown_short(RunParse *p, const char *word, char name)
{
        size_t size = old_option(word);

        if (size > 0)
                return cli_error(p->reterr, CLI_EXIT_REFUSED,
                                 "unknown option -%c in %.200s of run, did you mean --%.*s?", name, word,
                                 (int) size, word + 1);
        if (options_has_letter(name))
                return cli_error(p->reterr, CLI_EXIT_REFUSED,
                                 "-%c is an option of systemd-docker: write it before `run` or `--`", name);
        return cli_error(p->reterr, CLI_EXIT_REFUSED, "unknown option -%c in %.200s of run", name, word);
}

/* The same for short options: "-it", "-eA=B", "-e", "-i=false". */
static int parse_short(RunParse *p, char *const *words)
{
        for (const char *c = *words + 1; *c; c++) {
                const RunOptionSpec *spec = find_short(*c);
                char option[] = { '-', *c, 0 };
                int r;

                if (!spec)
                        return unknown_short(p, *words, *c);
                if (c[1] == '=' && c[2]) {
                        r = apply(p, spec, option, c + 2);
                        return r < 0 ? r : 1;
                }
                if (spec->flags & FLAG_BOOLEAN) {
                        r = apply(p, spec, option, "true");
                        if (r < 0)
                                return r;
                        continue;
                }
                if (!c[1] && !words[1])
                        return cli_error(p->reterr, CLI_EXIT_REFUSED, "%s needs a value", option);
                r = apply(p, spec, option, c[1] ? c + 1 : words[1]);
                return r < 0 ? r : c[1] ? 1 : 2;
        }
        return 1;
}

/* Parses the options. *ret is the word after them: IMAGE, or NULL. */
static int parse_words(RunParse *p, char *const *words, char *const **ret)
{
        while (*words) {
                const char *word = *words;
                int r;

                if (word[0] != '-' || !word[1])
                        break;
                if (strcmp(word, "--") == 0) {
                        words++;
                        break;
                }
                r = word[1] == '-' ? parse_long(p, words) : parse_short(p, words);
                if (r < 0)
                        return r;
                words += r;
        }
        *ret = words;
        return 0;
}

static int refuse_windows(RunParse *p)
{
        for (size_t i = 0; i < run_option_table_size; i++)
                if (p->o->hidden->given[i] && (run_option_table[i].flags & FLAG_WINDOWS)) {
                        if (p->reterr)
                                cli_error_done(p->reterr);
                        return cli_error(p->reterr, CLI_EXIT_USAGE, "--%s is only for containers on Windows",
                                         run_option_table[i].name);
                }
        return 0;
}

static int take_image(RunParse *p, char *const *words)
{
        _cleanup_json_ struct json_object *command = NULL;
        _cleanup_strvec_ StrVec copy = {};

        if (!*words)
                return cli_error(p->reterr, CLI_EXIT_USAGE,
                                 "no image given: run [OPTIONS] IMAGE [COMMAND] [ARGUMENT…]");
        p->o->image = strdup(*words);
        if (!p->o->image)
                return -ENOMEM;
        if (draft_set(p, "Image", json_text(*words)) < 0)
                return -ENOMEM;
        if (!*++words)
                return 0;
        for (; *words; words++)
                if (strvec_add(&copy, *words, strlen(*words)) < 0)
                        return -ENOMEM;
        command = json_text_array(&copy);
        p->o->command = TAKE_PTR(copy.items);
        copy = (StrVec){};
        return draft_set(p, "Cmd", TAKE_PTR(command));
}

static int finish(RunParse *p)
{
        static int (*const passes[])(RunParse *) = {
                finish_pull,         finish_resources, finish_environment, finish_labels,
                finish_volumes,      finish_ports,     finish_devices,     finish_health,
                finish_capabilities, finish_ulimits,   finish_log_opts,    finish_storage_opts,
                finish_security,     finish_modes,     finish_restart,     finish_networks,
                finish_attach,       finish_cidfile,   finish_api_socket,  finish_image,
                finish_platform,
        };

        for (size_t i = 0; i < ELEMENTSOF(passes); i++) {
                int r = passes[i](p);

                if (r < 0)
                        return r;
        }
        return 0;
}

static void run_parse_done(RunParse *p)
{
        for (size_t i = 0; i < _LIST_MAX; i++)
                strvec_done(p->lists + i);
        for (size_t i = 0; i < _STRING_MAX; i++)
                free(p->strings[i]);
        free(p->health_command);
        json_object_put(p->health_test);
        json_object_put(p->environment);
        json_object_put(p->gpus);
        json_object_put(p->networks);
        json_object_put(p->ulimits);
}

static int run_options_new(RunOptions **ret)
{
        _cleanup_(run_options_freep) RunOptions *o = calloc(1, sizeof(*o));

        if (!o)
                return -ENOMEM;
        o->hidden = calloc(1, sizeof(*o->hidden));
        o->draft = json_object_new_object();
        if (!o->hidden || !o->draft)
                return -ENOMEM;
        o->sig_proxy = true;
        o->stop_timeout = -1;
        *ret = TAKE_PTR(o);
        return 0;
}

static int parse_all(RunParse *p, char *const *words)
{
        int r;

        p->environment = json_object_new_object();
        p->gpus = json_object_new_array();
        p->networks = json_object_new_array();
        p->ulimits = json_object_new_object();
        if (!p->environment || !p->gpus || !p->networks || !p->ulimits)
                return -ENOMEM;
        p->swappiness = -1;
        p->content_trust_disabled = true;

        if (options_is_docker_run(words))
                return cli_error(p->reterr, CLI_EXIT_REFUSED,
                                 "write the options only, without \"%.100s run\"", words[0]);
        r = parse_words(p, words, &words);
        if (r == -ENOMEM || (r >= 0 && p->o->help))
                return r;
        /* If there are two errors, the CLI reports this one, even if the other one came first. */
        if (refuse_windows(p) < 0 || r < 0)
                return -EINVAL;
        r = take_image(p, words);
        if (r < 0)
                return r;
        return finish(p);
}

/* Sets the members that point into the draft, which no longer changes. */
static int publish_members(RunOptions *o)
{
        struct json_object *log;

        o->log_driver = json_string_or(o->draft, "HostConfig/LogConfig/Type", "");
        o->network_mode = json_string_or(o->draft, "HostConfig/NetworkMode", NULL);
        if (json_get(o->draft, "HostConfig/LogConfig/Config", json_type_object, &log) >= 0)
                o->log_opts = json_object_get(log);
        else
                o->log_opts = json_object_new_object();
        return o->log_opts ? 0 : -ENOMEM;
}

/* "-privileged" is -p with the value "rivileged". If that value is the one in the error, adds a hint to the
 * message. */
static int hint_at_old_option(char *const *words, CliError *e)
{
        static const char prefix[] = "invalid value \"";

        if (!e || !e->message || !text_starts_with(e->message, prefix))
                return 0;
        for (; *words; words++) {
                size_t size = **words == '-' ? old_option(*words) : 0;

                for (const char *value = *words + 2; size > 0 && *value; value++) {
                        const char *named = e->message + strlen(prefix);
                        char *message;

                        if (!text_starts_with(named, value) || named[strlen(value)] != '"')
                                continue;
                        if (asprintf(&message, "%s, did you mean --%.*s?", e->message, (int) size,
                                     *words + 1) < 0)
                                return -ENOMEM;
                        free(e->message);
                        e->message = message;
                        return 0;
                }
        }
        return 0;
}

int run_options_parse(char *const *words, const CliContext *context, RunOptions **ret, CliError *reterr)
{
        _cleanup_(run_options_freep) RunOptions *o = NULL;
        RunParse p = { .context = context, .reterr = reterr, .guess_value = guess_value };
        int r;

        assert(words);
        assert(context);
        assert(ret);

        r = run_options_new(&o);
        if (r >= 0) {
                p.o = o;
                r = parse_all(&p, words);
        }
        run_parse_done(&p);
        if (r >= 0)
                r = publish_members(o);
        if (r == -ENOMEM)
                return cli_error_oom(reterr);
        if (r < 0) {
                r = cli_error(reterr, CLI_EXIT_REFUSED, "invalid command line: %s", strerror(-r));
                return hint_at_old_option(words, reterr) < 0 ? -ENOMEM : r;
        }
        *ret = TAKE_PTR(o);
        return 0;
}

RunOptions *run_options_free(RunOptions *o)
{
        if (!o)
                return NULL;
        free(o->name);
        free(o->image);
        strv_free(o->command);
        strv_free(o->missing_folders);
        free(o->platform);
        free(o->cidfile);
        free(o->detach_keys);
        free(o->stop_signal);
        json_object_put(o->log_opts);
        json_object_put(o->draft);
        if (o->hidden) {
                json_object_put(o->hidden->cap_add);
                json_object_put(o->hidden->cap_drop);
        }
        free(o->hidden);
        free(o);
        return NULL;
}

const char *run_options_log_opt(const RunOptions *o, const char *name)
{
        struct json_object *value;

        assert(o);
        assert(name);

        return json_object_object_get_ex(o->log_opts, name, &value) ? json_object_get_string(value) : NULL;
}

const char *run_options_limit_conflict(const RunOptions *o)
{
        assert(o);

        return o->hidden->limit ? o->hidden->limit->name : NULL;
}

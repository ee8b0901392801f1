/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The program's own options, before the command. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "cli/help-text.h"
#include "cli/options.h"
#include "options-set.h"
#include "util/cleanup.h"
#include "util/guess.h"
#include "util/macro.h"
#include "util/strv.h"

typedef struct Parser {
        Options o;
        const OtherOptions *run; /* NULL: unknown */
        CliError *reterr;
} Parser;

static const OptionHelp *find_long(const char *name, size_t size)
{
        size_t n;
        const OptionHelp *table = options_help_table(&n);

        for (size_t i = 0; i < n; i++)
                if (strlen(table[i].long_name) == size && memcmp(table[i].long_name, name, size) == 0)
                        return table + i;
        return NULL;
}

static const OptionHelp *find_short(char name)
{
        size_t n;
        const OptionHelp *table = options_help_table(&n);

        for (size_t i = 0; i < n; i++)
                if (name && table[i].short_name == name)
                        return table + i;
        return NULL;
}

void options_offer(Guess *g)
{
        size_t n;
        const OptionHelp *table = options_help_table(&n);

        option_help_offer(table, n, g);
}

bool options_has_letter(char letter)
{
        return find_short(letter);
}

/* An option that does not exist, or is one of the words after the command. name: without dashes. letter: the
 * one of the word that does not exist, or 0. */
static int unknown_option(const Parser *p, const char *word, const char *name, size_t size, char letter)
{
        Guess ours = guess_begin(name, size), run = guess_begin(name, size);
        int n = (int) MIN(strcspn(word, "="), 300u);
        char hint[GUESS_HINT_SIZE];

        options_offer(&ours);
        if (p->run)
                p->run->offer(&run);
        if (run.word && run.distance == 0)
                return cli_error(p->reterr, CLI_EXIT_REFUSED,
                                 "--%.*s is an option of docker run: write it after `run` or `--`",
                                 (int) run.size, run.word);
        if (run.word && run.distance < ours.distance)
                return cli_error(p->reterr, CLI_EXIT_REFUSED,
                                 "unknown option %.*s, did you mean --%.*s, after `run` or `--`?", n, word,
                                 (int) run.size, run.word);
        if (!ours.word && letter && p->run && p->run->has_letter(letter))
                return cli_error(p->reterr, CLI_EXIT_REFUSED,
                                 "-%c is an option of docker run: write it after `run` or `--`", letter);
        return cli_error(p->reterr, CLI_EXIT_REFUSED, "unknown option %.*s%s", n, word,
                         guess_hint(&ours, "--", hint));
}

/* "a b c" -> "a, b, c". */
static void list_words(const char *words, char *buffer, size_t size)
{
        size_t n = 0;

        for (; *words && n + 2 < size; words++) {
                if (*words == ' ')
                        buffer[n++] = ',';
                buffer[n++] = *words;
        }
        buffer[n] = 0;
}

static int bad_value(const Parser *p, const OptionHelp *h, const char *option, const char *value)
{
        Guess g = guess_begin(value, strlen(value));
        char hint[GUESS_HINT_SIZE], list[160] = "";

        if (!*h->words || strcmp(h->words, COMPLETE_FILE) == 0)
                return cli_error(p->reterr, CLI_EXIT_REFUSED, "invalid value \"%.300s\" for %s", value,
                                 option);
        if (guess_offer_words(&g, h->words))
                return cli_error(p->reterr, CLI_EXIT_REFUSED, "invalid value \"%.300s\" for %s%s", value,
                                 option, guess_hint(&g, "", hint));
        list_words(h->words, list, sizeof(list));
        return cli_error(p->reterr, CLI_EXIT_REFUSED, "invalid value \"%.300s\" for %s, expected: %s", value,
                         option, list);
}

static int apply(Parser *p, const OptionHelp *h, const char *option, const char *value)
{
        size_t n;
        int r = options_set(&p->o, (size_t) (h - options_help_table(&n)), value);

        if (r == -ENOMEM)
                return cli_error_oom(p->reterr);
        return r < 0 ? bad_value(p, h, option, value) : 0;
}

/* words[0] is "--name" or "--name=value". Returns the number of words that were used. */
static int parse_long(Parser *p, char **words)
{
        const char *name = words[0] + 2, *equal = strchr(name, '=');
        size_t size = equal ? (size_t) (equal - name) : strlen(name);
        const OptionHelp *h = find_long(name, size);
        char option[64];
        int r;

        if (!h)
                return unknown_option(p, words[0], name, size, 0);
        (void) snprintf(option, sizeof(option), "--%s", h->long_name);
        if (!*h->value && equal)
                return cli_error(p->reterr, CLI_EXIT_REFUSED,
                                 "invalid value \"%.300s\" for %s: it takes none", equal + 1, option);
        if (!*h->value || equal || h->value_optional) {
                r = apply(p, h, option, equal ? equal + 1 : "true");
                return r < 0 ? r : 1;
        }
        if (!words[1])
                return cli_error(p->reterr, CLI_EXIT_REFUSED, "%s needs a value", option);
        r = apply(p, h, option, words[1]);
        return r < 0 ? r : 2;
}

/* The original programs also accepted long options with one dash: such an option gets a hint. */
static int unknown_short(const Parser *p, const char *word, char letter)
{
        size_t size = strcspn(word + 1, "=");

        if (size > 1 && find_long(word + 1, size))
                return cli_error(p->reterr, CLI_EXIT_REFUSED, "unknown option %.300s, did you mean --%.*s?",
                                 word, (int) size, word + 1);
        /* Some letters are no name. */
        return unknown_option(p, word, word + 1, size > 3 ? size : 0, letter);
}

/* "-l", "-l=0", "-pPATH", "-p PATH", "-p=PATH", "-le". The word is checked before an option is applied, so
 * that "-logs" is one error and not -l, -o and so on. */
static int parse_short(Parser *p, char **words)
{
        const char *word = words[0];
        int r;

        if (word[2] && word[2] != '=' && find_long(word + 1, strcspn(word + 1, "=")))
                return unknown_short(p, word, 0);
        for (const char *c = word + 1; *c; c++) {
                const OptionHelp *h = find_short(*c);
                char option[] = { '-', *c, 0 };

                if (!h)
                        return unknown_short(p, word, *c);
                if (c[1] == '=') {
                        r = apply(p, h, option, c + 2);
                        return r < 0 ? r : 1;
                }
                if (*h->value && !h->value_optional) {
                        if (!c[1] && !words[1])
                                return cli_error(p->reterr, CLI_EXIT_REFUSED, "%s needs a value", option);
                        r = apply(p, h, option, c[1] ? c + 1 : words[1]);
                        return r < 0 ? r : c[1] ? 1 : 2;
                }
                r = apply(p, h, option, "true");
                if (r < 0)
                        return r;
        }
        return 1;
}

static const struct {
        const char *word;
        Verb verb;
} commands[] = {
        { "--", VERB_RUN },          { "run", VERB_RUN },       { "setup", VERB_SETUP },
        { "network", VERB_NETWORK }, { "volume", VERB_VOLUME }, { "image", VERB_IMAGE },
        { "check", VERB_CHECK },     { "help", VERB_HELP },     { "version", VERB_VERSION },
};

/* Whether the word is a command, which is then noted. */
static bool take_command(Options *o, const char *word)
{
        for (size_t i = 0; i < ELEMENTSOF(commands); i++)
                if (strcmp(commands[i].word, word) == 0) {
                        o->verb = commands[i].verb;
                        return true;
                }
        return false;
}

bool options_is_docker_run(char *const *words)
{
        const char *slash = words[0] ? strrchr(words[0], '/') : NULL;
        const char *program = slash ? slash + 1 : words[0];

        if (!program || (strcmp(program, "docker") != 0 && strcmp(program, "podman") != 0))
                return false;
        words += words[1] && strcmp(words[1], "container") == 0 ? 2 : 1;
        return words[0] && strcmp(words[0], "run") == 0;
}

static int unknown_command(const Parser *p, char *const *words)
{
        Guess g = guess_begin(words[0], strlen(words[0]));
        char hint[GUESS_HINT_SIZE];

        if (options_is_docker_run(words))
                return cli_error(p->reterr, CLI_EXIT_REFUSED,
                                 "write `run` and the options only, without \"%.100s run\"", words[0]);
        for (size_t i = 0; i < ELEMENTSOF(commands); i++)
                (void) guess_offer(&g, commands[i].word);
        return cli_error(p->reterr, CLI_EXIT_REFUSED, "unknown command \"%.300s\"%s", words[0],
                         g.word ? guess_hint(&g, "", hint) : ", expected `run` or `--`; see --help");
}

/* `help`: words are what follows. `help VERB` is `VERB --help`. */
static int parse_help(Parser *p, char **words)
{
        static char option[] = "--help";
        static char *help[] = { option, NULL };

        p->o.verb = VERB_HELP;
        p->o.run_words = help;
        if (*words && !take_command(&p->o, *words))
                return unknown_command(p, words);
        return 0;
}

/* Parses up to the command. */
static int parse_words(Parser *p, char **words)
{
        while (*words) {
                int r;

                if (take_command(&p->o, *words)) {
                        p->o.run_words = words + 1;
                        return p->o.verb == VERB_HELP ? parse_help(p, words + 1) : 0;
                }
                if ((*words)[0] != '-' || !(*words)[1])
                        return unknown_command(p, words);
                r = (*words)[1] == '-' ? parse_long(p, words) : parse_short(p, words);
                if (r < 0)
                        return r;
                if (p->o.verb != VERB_RUN)
                        return 0;
                words += r;
        }
        return cli_error(p->reterr, CLI_EXIT_REFUSED,
                         "no command given, expected `run` or `--`; see --help");
}

int options_parse(int argc, char **argv, const OtherOptions *run, Options *ret, CliError *reterr)
{
        Parser p = {
                .o = { .logs = true, .rm = -1, .stderr_priority = LOG_ERR },
                .run = run,
                .reterr = reterr,
        };
        int r;

        assert(argv);
        assert(ret);

        r = parse_words(&p, argc > 0 ? argv + 1 : argv);
        if (r < 0) {
                options_done(&p.o);
                return r;
        }
        *ret = p.o;
        return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The program's own options, before the command: a table of names and help, and one of setters. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "cli/options.h"
#include "util/cleanup.h"
#include "util/macro.h"
#include "util/string-table.h"
#include "util/strv.h"

static const char *const notify_mode_table[_NOTIFY_MAX] = {
        [NOTIFY_SUPERVISOR] = "false",
        [NOTIFY_CONTAINER] = "container",
        [NOTIFY_HEALTHY] = "healthy",
};
DEFINE_STRING_TABLE(notify_mode, NotifyMode)

static const char *const cgroup_mode_table[_CGROUP_MODE_MAX] = {
        [CGROUP_MODE_AUTO] = "auto",         [CGROUP_MODE_INSIDE] = "inside",
        [CGROUP_MODE_DELEGATE] = "delegate", [CGROUP_MODE_MIGRATE] = "migrate",
        [CGROUP_MODE_NONE] = "none",
};
DEFINE_STRING_TABLE(cgroup_mode, CgroupMode)

static const char *const watchdog_mode_table[_WATCHDOG_MAX] = {
        [WATCHDOG_ENGINE] = "engine",
        [WATCHDOG_HEALTHY] = "healthy",
        [WATCHDOG_CONTAINER] = "container",
};
DEFINE_STRING_TABLE(watchdog_mode, WatchdogMode)

static const char *const main_pid_mode_table[_MAIN_PID_MAX] = {
        [MAIN_PID_CONTAINER] = "container",
        [MAIN_PID_SUPERVISOR] = "supervisor",
};
DEFINE_STRING_TABLE(main_pid_mode, MainPidMode)

static const char *const log_transport_table[_LOG_TRANSPORT_MAX] = {
        [LOG_TRANSPORT_NATIVE] = "native",
        [LOG_TRANSPORT_STREAM] = "stream",
};
DEFINE_STRING_TABLE(log_transport, LogTransport)

/* The names of priorities in syslog(3); the old spellings are at the end. */
static const struct {
        const char *name;
        int priority;
} priorities[] = {
        { "emerg", LOG_EMERG }, { "alert", LOG_ALERT },     { "crit", LOG_CRIT },
        { "err", LOG_ERR },     { "warning", LOG_WARNING }, { "notice", LOG_NOTICE },
        { "info", LOG_INFO },   { "debug", LOG_DEBUG },     { "panic", LOG_EMERG },
        { "error", LOG_ERR },   { "warn", LOG_WARNING },
};

static int parse_boolean(const char *s)
{
        static const char *const words[2][2] = { { "false", "0" }, { "true", "1" } };

        for (int value = 0; value < 2; value++)
                if (strcmp(s, words[value][0]) == 0 || strcmp(s, words[value][1]) == 0)
                        return value;
        return -EINVAL;
}

/* Setters return a value >= 0, -ENOMEM, or -EINVAL for a bad value. */

static int set_logs(Options *o, const char *value)
{
        int b = parse_boolean(value);

        if (b >= 0)
                o->logs = b;
        return b;
}

static int set_notify(Options *o, const char *value)
{
        int b = parse_boolean(value),
            mode = b == 1 ? (int) NOTIFY_CONTAINER : notify_mode_from_string(b == 0 ? "false" : value);

        if (mode >= 0)
                o->notify = (NotifyMode) mode;
        return mode;
}

static int set_env(Options *o, const char *value)
{
        int b = parse_boolean(value);

        if (b >= 0)
                o->env = b;
        return b;
}

static int set_rm(Options *o, const char *value)
{
        int b = parse_boolean(value);

        if (b >= 0)
                o->rm = b;
        return b;
}

static int set_cgroups(Options *o, const char *value)
{
        return *value ? strv_extend(&o->cgroups, value) : -EINVAL;
}

#define DEFINE_ENUM_SETTER(member, type, from_string)                                                       \
        static int set_##member(Options *o, const char *value)                                              \
        {                                                                                                   \
                int i = from_string(value);                                                                 \
                                                                                                            \
                if (i >= 0)                                                                                 \
                        o->member = (type) i;                                                               \
                return i;                                                                                   \
        }
DEFINE_ENUM_SETTER(cgroup_mode, CgroupMode, cgroup_mode_from_string)
DEFINE_ENUM_SETTER(watchdog, WatchdogMode, watchdog_mode_from_string)
DEFINE_ENUM_SETTER(main_pid, MainPidMode, main_pid_mode_from_string)
DEFINE_ENUM_SETTER(log_transport, LogTransport, log_transport_from_string)

static int set_stderr_priority(Options *o, const char *value)
{
        if (*value >= '0' && *value <= '7' && !value[1]) {
                o->stderr_priority = *value - '0';
                return 0;
        }
        for (size_t i = 0; i < ELEMENTSOF(priorities); i++)
                if (strcmp(priorities[i].name, value) == 0) {
                        o->stderr_priority = priorities[i].priority;
                        return 0;
                }
        return -EINVAL;
}

static int replace(char **target, const char *value)
{
        char *copy;

        if (!*value)
                return -EINVAL;
        copy = strdup(value);
        if (!copy)
                return -ENOMEM;
        free(*target);
        *target = copy;
        return 0;
}

static int set_pid_file(Options *o, const char *value)
{
        return replace(&o->pid_file, value);
}

static int set_host(Options *o, const char *value)
{
        return replace(&o->host, value);
}

static int set_help(Options *o, const char *value)
{
        o->verb = VERB_HELP;
        return 0;
}

static int set_version(Options *o, const char *value)
{
        o->verb = VERB_VERSION;
        return 0;
}

static const OptionHelp help_table[] = {
        { 'l', "logs", "BOOL", true, "Pass on what the container writes to stdout and stderr (default true)",
          COMPLETE_BOOL },
        { 'n', "notify", "MODE", true,
          "Who sends READY=1: false (the supervisor), container (bare --notify), healthy",
          "false container healthy" },
        { 'e', "env", "BOOL", true,
          "Pass the environment on to the container, except HOME, PATH and systemd's own", COMPLETE_BOOL },
        { 'c', "cgroups", "NAME", false,
          "Hierarchy of cgroup v1 to take over, or \"all\" (default); repeatable", "all name=systemd" },
        { 0, "cgroup-mode", "MODE", false, "auto (default), inside, delegate, migrate, none",
          "auto inside delegate migrate none" },
        { 'p', "pid-file", "PATH", false, "Write the container's pid to this file", COMPLETE_FILE },
        { 0, "rm", "BOOL", true, "false: keep the container at the end, and a stopped one of its name",
          COMPLETE_BOOL },
        { 0, "watchdog", "RULE", false, "When WATCHDOG=1 is sent: engine (default), healthy, container",
          "engine healthy container" },
        { 0, "main-pid", "WHO", false, "The main process for systemd: container (default), supervisor",
          "container supervisor" },
        { 0, "log-transport", "KIND", false, "native (default): all fields; stream: highest throughput",
          "native stream" },
        { 0, "stderr-priority", "LEVEL", false, "Journal priority of stderr lines (default err)",
          "emerg alert crit err warning notice info debug" },
        { 'H', "host", "URL", false, "The engine (default: $DOCKER_HOST, unix:///var/run/docker.sock)" },
        { 0, "help", NULL, false, "Print this help" },
        { 0, "version", NULL, false, "Print the version" },
};

static int (*const setters[])(Options *o, const char *value) = {
        set_logs, set_notify,   set_env,      set_cgroups,       set_cgroup_mode,     set_pid_file,
        set_rm,   set_watchdog, set_main_pid, set_log_transport, set_stderr_priority, set_host,
        set_help, set_version,
};

static_assert(ELEMENTSOF(help_table) == ELEMENTSOF(setters), "one setter for each option");

const OptionHelp *options_help_table(size_t *ret_n)
{
        *ret_n = ELEMENTSOF(help_table);
        return help_table;
}

void options_help(FILE *f)
{
        fputs("Usage: systemd-docker [OPTIONS…] run [RUN OPTIONS…] IMAGE [COMMAND [ARGUMENT…]]\n"
              "       systemd-docker [OPTIONS…] --  [RUN OPTIONS…] IMAGE [COMMAND [ARGUMENT…]]\n"
              "       systemd-docker [-H URL] setup [--undo | --check]\n"
              "       systemd-docker [-H URL] network|volume|image ensure [OPTIONS…] NAME\n"
              "       systemd-docker [-H URL] network remove NAME\n"
              "       systemd-docker check [--json] [--user] [FILE|FOLDER|UNIT]…\n\n"
              "Run a Docker container as a systemd service.\n\n",
              f);
        for (size_t i = 0; i < ELEMENTSOF(help_table); i++) {
                const OptionHelp *h = help_table + i;
                char left[64];

                (void) snprintf(left, sizeof(left), "%c%c%c --%s%s%s%s", h->short_name ? '-' : ' ',
                                h->short_name ? h->short_name : ' ', h->short_name ? ',' : ' ', h->long_name,
                                !h->value           ? ""
                                : h->value_optional ? "[="
                                                    : " ",
                                h->value ? h->value : "", h->value_optional ? "]" : "");
                fprintf(f, "  %-26s  %s\n", left, h->text);
        }
        fputs("\nRUN OPTIONS are those of `docker run`: systemd-docker run --help\n", f);
}

static const OptionHelp *find_long(const char *name, size_t size)
{
        for (size_t i = 0; i < ELEMENTSOF(help_table); i++)
                if (strlen(help_table[i].long_name) == size &&
                    memcmp(help_table[i].long_name, name, size) == 0)
                        return help_table + i;
        return NULL;
}

static const OptionHelp *find_short(char name)
{
        for (size_t i = 0; i < ELEMENTSOF(help_table); i++)
                if (name && help_table[i].short_name == name)
                        return help_table + i;
        return NULL;
}

static int apply(Options *o, const OptionHelp *h, const char *option, const char *value, CliError *reterr)
{
        int r = setters[h - help_table](o, value);

        if (r == -ENOMEM)
                return cli_error_oom(reterr);
        if (r < 0)
                return cli_error(reterr, CLI_EXIT_REFUSED, "invalid value \"%.300s\" for %s", value, option);
        return 0;
}

/* words[0] is "--name" or "--name=value". Returns the number of words that were used. */
static int parse_long(Options *o, char **words, CliError *reterr)
{
        const char *name = words[0] + 2, *equal = strchr(name, '=');
        size_t size = equal ? (size_t) (equal - name) : strlen(name);
        const OptionHelp *h = find_long(name, size);
        char option[64];
        int r;

        if (!h)
                return cli_error(reterr, CLI_EXIT_REFUSED, "unknown option --%.*s", (int) MIN(size, 300u),
                                 name);
        (void) snprintf(option, sizeof(option), "--%s", h->long_name);
        if (!h->value && equal)
                return cli_error(reterr, CLI_EXIT_REFUSED, "invalid value \"%.300s\" for %s: it takes none",
                                 equal + 1, option);
        if (!h->value || equal || h->value_optional) {
                r = apply(o, h, option, equal ? equal + 1 : "true", reterr);
                return r < 0 ? r : 1;
        }
        if (!words[1])
                return cli_error(reterr, CLI_EXIT_REFUSED, "%s needs a value", option);
        r = apply(o, h, option, words[1], reterr);
        return r < 0 ? r : 2;
}

/* The original programs also accepted long options with one dash: such an option gets a hint. */
static int unknown_short(const char *word, CliError *reterr)
{
        size_t size = strcspn(word + 1, "=");

        if (size > 1 && find_long(word + 1, size))
                return cli_error(reterr, CLI_EXIT_REFUSED, "unknown option %s, did you mean --%.*s?", word,
                                 (int) size, word + 1);
        return cli_error(reterr, CLI_EXIT_REFUSED, "unknown option %s", word);
}

/* "-l", "-l=0", "-pPATH", "-p PATH", "-p=PATH", "-le". The word is checked before an option is applied, so
 * that "-logs" is one error and not -l, -o and so on. */
static int parse_short(Options *o, char **words, CliError *reterr)
{
        const char *word = words[0];
        int r;

        if (word[2] && word[2] != '=' && find_long(word + 1, strcspn(word + 1, "=")))
                return unknown_short(word, reterr);
        for (const char *c = word + 1; *c; c++) {
                const OptionHelp *h = find_short(*c);
                char option[] = { '-', *c, 0 };

                if (!h)
                        return unknown_short(word, reterr);
                if (c[1] == '=') {
                        r = apply(o, h, option, c + 2, reterr);
                        return r < 0 ? r : 1;
                }
                if (!h->value_optional) {
                        if (!c[1] && !words[1])
                                return cli_error(reterr, CLI_EXIT_REFUSED, "%s needs a value", option);
                        r = apply(o, h, option, c[1] ? c + 1 : words[1], reterr);
                        return r < 0 ? r : c[1] ? 1 : 2;
                }
                r = apply(o, h, option, "true", reterr);
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
        { "check", VERB_CHECK },
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

/* Parses up to the command. */
static int parse_words(Options *o, char **words, CliError *reterr)
{
        while (*words) {
                int r;

                if (take_command(o, *words)) {
                        o->run_words = words + 1;
                        return 0;
                }
                if ((*words)[0] != '-' || !(*words)[1])
                        return cli_error(reterr, CLI_EXIT_REFUSED,
                                         "unknown command \"%.300s\", expected `run` or `--`; see --help",
                                         *words);
                r = (*words)[1] == '-' ? parse_long(o, words, reterr) : parse_short(o, words, reterr);
                if (r < 0)
                        return r;
                if (o->verb != VERB_RUN)
                        return 0;
                words += r;
        }
        return cli_error(reterr, CLI_EXIT_REFUSED, "no command given, expected `run` or `--`; see --help");
}

int options_parse(int argc, char **argv, Options *ret, CliError *reterr)
{
        _cleanup_(options_done) Options o = {
                .logs = true,
                .rm = -1,
                .stderr_priority = LOG_ERR,
        };
        int r;

        assert(argv);
        assert(ret);

        r = parse_words(&o, argc > 0 ? argv + 1 : argv, reterr);
        if (r < 0)
                return r;
        *ret = o;
        o = (Options){};
        return 0;
}

void options_done(Options *o)
{
        strv_free(o->cgroups);
        free(o->pid_file);
        free(o->host);
        *o = (Options){};
}

/* A name like "cpu" also means the hierarchy that has this controller together with others ("cpu,cpuacct").
 */
bool options_cgroup_wanted(const Options *o, const char *name)
{
        size_t n = strlen(name);

        if (!o->cgroups)
                return true;
        STRV_FOREACH(c, o->cgroups) {
                size_t size = strlen(*c);
                const char *at = name;

                if (strcmp(*c, "all") == 0 || strcmp(*c, "name=all") == 0)
                        return true;
                while (size <= n && (at = strstr(at, *c))) {
                        if ((at == name || at[-1] == ',') && (!at[size] || at[size] == ','))
                                return true;
                        at++;
                }
        }
        return false;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The program's own options: a table of names and help, and one of setters. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "cli/help-text.h"
#include "cli/options.h"
#include "options-set.h"
#include "util/macro.h"
#include "util/string-table.h"
#include "util/strv.h"

static const char notify_mode_table[_NOTIFY_MAX][16] = {
        [NOTIFY_SUPERVISOR] = "false",
        [NOTIFY_CONTAINER] = "container",
        [NOTIFY_HEALTHY] = "healthy",
};
DEFINE_STRING_TABLE(notify_mode, NotifyMode)

static const char cgroup_mode_table[_CGROUP_MODE_MAX][16] = {
        [CGROUP_MODE_AUTO] = "auto",         [CGROUP_MODE_INSIDE] = "inside",
        [CGROUP_MODE_DELEGATE] = "delegate", [CGROUP_MODE_MIGRATE] = "migrate",
        [CGROUP_MODE_NONE] = "none",
};
DEFINE_STRING_TABLE(cgroup_mode, CgroupMode)

static const char watchdog_mode_table[_WATCHDOG_MAX][16] = {
        [WATCHDOG_ENGINE] = "engine",
        [WATCHDOG_HEALTHY] = "healthy",
        [WATCHDOG_CONTAINER] = "container",
};
DEFINE_STRING_TABLE(watchdog_mode, WatchdogMode)

static const char main_pid_mode_table[_MAIN_PID_MAX][16] = {
        [MAIN_PID_CONTAINER] = "container",
        [MAIN_PID_SUPERVISOR] = "supervisor",
};
DEFINE_STRING_TABLE(main_pid_mode, MainPidMode)

static const char log_transport_table[_LOG_TRANSPORT_MAX][8] = {
        [LOG_TRANSPORT_NATIVE] = "native",
        [LOG_TRANSPORT_STREAM] = "stream",
};
DEFINE_STRING_TABLE(log_transport, LogTransport)

/* The names of priorities in syslog(3); the old spellings are at the end. */
static const struct {
        char name[8];
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
        o->stderr_priority_given = true;
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

static int set_context(Options *o, const char *value)
{
        return replace(&o->context, value);
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
        { 0, "context", "NAME", false, "The docker CLI's context that names the engine" },
        { 'h', "help", "", false, "Print this help" },
        { 0, "version", "", false, "Print the version" },
};

static int (*const setters[])(Options *o, const char *value) = {
        set_logs,    set_notify,   set_env,      set_cgroups,       set_cgroup_mode,     set_pid_file,
        set_rm,      set_watchdog, set_main_pid, set_log_transport, set_stderr_priority, set_host,
        set_context, set_help,     set_version,
};

static_assert(ELEMENTSOF(help_table) == ELEMENTSOF(setters), "one setter for each option");

const OptionHelp *options_help_table(size_t *ret_n)
{
        *ret_n = ELEMENTSOF(help_table);
        return help_table;
}

int options_set(Options *o, size_t i, const char *value)
{
        return setters[i](o, value);
}

void options_help(FILE *f)
{
        fputs("Usage: systemd-docker [OPTIONS…] run [RUN OPTIONS…] IMAGE [COMMAND [ARGUMENT…]]\n"
              "       systemd-docker [OPTIONS…] --  [RUN OPTIONS…] IMAGE [COMMAND [ARGUMENT…]]\n"
              "       systemd-docker [-H URL] setup [--undo | --check]\n"
              "       systemd-docker [-H URL] network|volume|image ensure [OPTIONS…] NAME\n"
              "       systemd-docker [-H URL] network remove NAME\n"
              "       systemd-docker check [--json] [--user] [FILE|FOLDER|UNIT]…\n"
              "       systemd-docker help [COMMAND] | version\n\n"
              "Run a Docker container as a systemd service.\n\n",
              f);
        for (size_t i = 0; i < ELEMENTSOF(help_table); i++) {
                const OptionHelp *h = help_table + i;
                char value[32] = "";

                if (*h->value)
                        (void) snprintf(value, sizeof(value), h->value_optional ? "[=%s]" : " %s", h->value);
                help_option(f, h->short_name, h->long_name, value, h->text);
        }
        fputs("\nRUN OPTIONS are those of `docker run`: systemd-docker run --help\n", f);
}

void options_done(Options *o)
{
        strv_free(o->cgroups);
        free(o->pid_file);
        free(o->host);
        free(o->context);
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

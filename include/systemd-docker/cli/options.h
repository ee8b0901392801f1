/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* The options of systemd-docker itself: the words before `run`, `--` or another command. See OPTIONS in
 * systemd-docker(1). */

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "cli/cli-error.h"
#include "util/guess.h"

typedef enum NotifyMode {
        NOTIFY_SUPERVISOR, /* --notify=false: the supervisor sends READY=1 once the container runs */
        NOTIFY_CONTAINER,  /* --notify: the container sends it */
        NOTIFY_HEALTHY, /* --notify=healthy: the supervisor sends it after the first successful health check
                         */
        _NOTIFY_MAX,
} NotifyMode;

typedef enum CgroupMode {
        CGROUP_MODE_AUTO,
        CGROUP_MODE_INSIDE,
        CGROUP_MODE_DELEGATE,
        CGROUP_MODE_MIGRATE,
        CGROUP_MODE_NONE,
        _CGROUP_MODE_MAX,
} CgroupMode;

typedef enum WatchdogMode {
        WATCHDOG_ENGINE,
        WATCHDOG_HEALTHY,
        WATCHDOG_CONTAINER,
        _WATCHDOG_MAX,
} WatchdogMode;

typedef enum MainPidMode {
        MAIN_PID_CONTAINER,
        MAIN_PID_SUPERVISOR,
        _MAIN_PID_MAX,
} MainPidMode;

typedef enum LogTransport {
        LOG_TRANSPORT_NATIVE,
        LOG_TRANSPORT_STREAM,
        _LOG_TRANSPORT_MAX,
} LogTransport;

typedef enum Verb {
        VERB_RUN,
        VERB_SETUP,
        VERB_NETWORK,
        VERB_VOLUME,
        VERB_IMAGE,
        VERB_CHECK,
        VERB_HELP,
        VERB_VERSION,
} Verb;

typedef struct Options {
        bool logs;
        NotifyMode notify;
        bool env;
        char **cgroups; /* NULL: all of them */
        CgroupMode cgroup_mode;
        char *pid_file;
        int rm; /* -1: not given */
        WatchdogMode watchdog;
        MainPidMode main_pid;
        LogTransport log_transport;
        int stderr_priority; /* LOG_EMERG … LOG_DEBUG */
        bool stderr_priority_given;
        char *host; /* NULL: not given; the same for the next one */
        char *context;
        Verb verb;
        char **run_words; /* the words after `run`, `--` or another command, with a NULL at the end; part of
                             argv, not owned */
} Options;

/* The options of docker run, which this folder does not know: for what is on the wrong side of the command.
 */
typedef struct OtherOptions {
        void (*offer)(Guess *g); /* all long names */
        bool (*has_letter)(char letter);
} OtherOptions;

/* Parses argv. With --help or --version, verb says so and run_words may be NULL; `help VERB` is the verb
 * with --help. run: NULL if nothing is known. On success, free *ret with options_done(). -EINVAL or -ENOMEM
 * with *reterr set; *ret is unchanged then. */
int options_parse(int argc, char **argv, const OtherOptions *run, Options *ret, CliError *reterr);
/* Frees the members and resets *o. */
void options_done(Options *o);

/* Whether --cgroups names this hierarchy. name: the hierarchy as in proc_pid_cgroup(5), for example
 * "name=systemd" or "cpu,cpuacct"; one of its controllers in --cgroups is enough. */
bool options_cgroup_wanted(const Options *o, const char *name);

const char *notify_mode_to_string(NotifyMode m);
int notify_mode_from_string(const char *s);
const char *cgroup_mode_to_string(CgroupMode m);
int cgroup_mode_from_string(const char *s);
const char *watchdog_mode_to_string(WatchdogMode m);
int watchdog_mode_from_string(const char *s);
const char *main_pid_mode_to_string(MainPidMode m);
int main_pid_mode_from_string(const char *s);
const char *log_transport_to_string(LogTransport t);
int log_transport_from_string(const char *s);

/* Values of `words` below. */
#define COMPLETE_FILE "@file"
#define COMPLETE_BOOL "true false"

/* The table of options, for --help, for the completions, and for the test that compares these with the
 * manual page. */
typedef struct OptionHelp {
        char short_name; /* 0: none */
        char long_name[16];
        char value[16]; /* the placeholder; "": takes no value */
        bool value_optional;
        char text[88];
        char words[56]; /* for completion: the values, or COMPLETE_…; "": unknown */
} OptionHelp;

/* The same as OtherOptions, for the other side. */
void options_offer(Guess *g);
bool options_has_letter(char letter);
/* Whether the words begin with `docker run`, which people leave in when they copy a command line. */
bool options_is_docker_run(char *const *words);

/* *ret_n: the number of entries. */
const OptionHelp *options_help_table(size_t *ret_n);
/* Prints the text of --help. */
void options_help(FILE *f);

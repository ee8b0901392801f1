/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* The options of `docker run`, as the docker CLI takes them, with what the supervisor itself has to know of
 * them. The rest goes into a draft of the engine request that run-request.h completes. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "cli/cli-error.h"
#include "run/context.h"
#include "util/cleanup.h"

struct json_object;

typedef enum PullPolicy {
        PULL_MISSING,
        PULL_ALWAYS,
        PULL_NEVER,
        _PULL_MAX,
} PullPolicy;

const char *pull_policy_to_string(PullPolicy p);
int pull_policy_from_string(const char *s);

typedef struct RunOptions {
        bool help; /* --help: the rest is not filled in */

        char *name;     /* NULL: none */
        char *image;    /* as written */
        char **command; /* NULL: the image's */

        bool remove; /* --rm */
        bool tty;
        bool interactive;
        bool detach;
        bool quiet;
        bool sig_proxy;
        bool attach_given;
        bool attach_stdin, attach_stdout, attach_stderr; /* as the attached CLI has it, with or without -a */
        bool use_api_socket;

        PullPolicy pull;
        char *platform;    /* normalised; NULL: the engine's */
        char *cidfile;     /* NULL: none. Was not there when the command line was parsed */
        char *detach_keys; /* NULL: the default */
        char *stop_signal; /* NULL: the image's */
        int stop_timeout;  /* seconds; -1: not given. (An explicit -1, "wait for ever", is INT_MAX here.) */
        bool health_given; /* a --health-* option that makes a health check */
        bool no_healthcheck;

        const char *log_driver;       /* "": the engine's default */
        struct json_object *log_opts; /* object of strings, never NULL */
        const char *network_mode;     /* first --network; NULL: none given */

        struct json_object *draft; /* Config, with HostConfig and NetworkingConfig in it */
        struct RunOptionsPrivate *hidden;
} RunOptions;

/* words: what follows `run`, ends with NULL. */
int run_options_parse(char *const *words, const CliContext *context, RunOptions **ret, CliError *reterr);
RunOptions *run_options_free(RunOptions *o);
DEFINE_TRIVIAL_CLEANUP_FUNC(RunOptions *, run_options_free)

/* The value of a --log-opt, NULL where it isn't given. */
const char *run_options_log_opt(const RunOptions *o, const char *name);

/* The first option given (as "memory") that sets a limit in the container's own cgroup, which a container
 * that was moved out of it would escape. NULL: none. */
const char *run_options_limit_conflict(const RunOptions *o);

/* The table of options, for --help, completion, and the test that holds them and the man page together. */
typedef struct RunOptionHelp {
        char short_name; /* 0: none */
        const char *long_name;
        const char *value; /* "string", "list", …; NULL: a boolean */
        const char *text;
        const char *words; /* as in OptionHelp */
        bool hidden;
} RunOptionHelp;

/* i counts from 0; false behind the last one. */
bool run_options_help_entry(size_t i, RunOptionHelp *ret);
void run_options_help(FILE *f);

/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* The options of `docker run`, parsed by the rules of the docker CLI. The members of RunOptions are what the
 * supervisor itself has to know. Everything else goes into a draft of the request to the engine, which
 * run-request.h completes. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "cli/cli-error.h"
#include "run/context.h"
#include "util/cleanup.h"
#include "util/guess.h"

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

        char *name;     /* NULL: none given */
        char *image;    /* as it was written */
        char **command; /* NULL: the command of the image */

        bool remove; /* --rm */
        bool tty;
        bool interactive;
        bool detach;
        bool quiet;
        bool sig_proxy;
        bool attach_given;
        bool attach_stdin, attach_stdout,
                attach_stderr; /* what an attached CLI would attach, with or without -a */
        bool use_api_socket;

        PullPolicy pull;
        char *platform;    /* OS/ARCHITECTURE[/VARIANT], normalised; NULL: the engine's default */
        char *cidfile;     /* NULL: none. The file did not exist when the command line was parsed */
        char *detach_keys; /* NULL: the default */
        char *stop_signal; /* NULL: the stop signal of the image */
        int stop_timeout;  /* seconds; -1: not given. An explicit negative value means no limit, and is
                              INT_MAX here */
        bool health_given; /* --health-* options define a health check */
        bool no_healthcheck;

        char **missing_folders; /* of --volume on this host, in a service: they did not exist */

        const char *log_driver;       /* "": the engine's default */
        struct json_object *log_opts; /* an object of strings, never NULL */
        const char *network_mode;     /* the first --network; NULL: none given */

        struct json_object *draft; /* the object Config of the engine's API, with HostConfig and
                                      NetworkingConfig in it */
        struct RunOptionsPrivate *hidden;
} RunOptions;

/* words: what follows `run`, with a NULL at the end. On success *ret belongs to the caller. On failure
 * *reterr has the message and the exit code of the docker CLI. Reads files that options name (--env-file,
 * --label-file, seccomp profiles, config.json) and may block on them; changes nothing. -EINVAL, -ENOMEM. */
int run_options_parse(char *const *words, const CliContext *context, RunOptions **ret, CliError *reterr);
RunOptions *run_options_free(RunOptions *o);
DEFINE_TRIVIAL_CLEANUP_FUNC(RunOptions *, run_options_free)

/* The value of the option NAME in --log-opt NAME=VALUE, or NULL if it is not given. It belongs to o. */
const char *run_options_log_opt(const RunOptions *o, const char *name);

/* The name (for example "memory") of the first given option that sets a limit in the container's own cgroup.
 * A container that is moved out of that cgroup would escape the limit. NULL: no such option. */
const char *run_options_limit_conflict(const RunOptions *o);

/* Offers all long names; and whether an option has this letter. See OtherOptions of cli/options.h. */
void run_options_offer(Guess *g);
bool run_options_has_letter(char letter);

/* The table of options, for --help, for the completions, and for the test that compares these with the
 * manual page. Strings are constant. */
typedef struct RunOptionHelp {
        char short_name; /* 0: none */
        const char *long_name;
        const char *value; /* "string", "list", …; NULL: a boolean */
        const char *text;
        const char *words; /* for completion, see OptionHelp */
        bool hidden;       /* an old spelling */
        bool own;          /* `docker run` has no such option */
} RunOptionHelp;

/* The option with index i, from 0 on. Returns false after the last one. */
bool run_options_help_entry(size_t i, RunOptionHelp *ret);
void run_options_help(FILE *f);

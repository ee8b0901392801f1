/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* The state while one command line is parsed, and what every option needs for it.
 *
 * There are two passes, as in the docker CLI. The first one checks each value when it reads its option, and
 * the first error ends it. The second one, the finish_…() functions, combines what depends on several
 * options.
 *
 * Calls go in one direction: the parser (run-options.c) → run-option-table.c → the files of a subject
 * (run-subjects.h) → the general setters (run-setters.h) → this file → text.h and number.h. */

#include "run/run-options.h"
#include "text.h"
#include "util/guess.h"

/* Values that wait for the second pass: options that can be given more than once. */
typedef enum RunList {
        LIST_ENV_FILE,
        LIST_LABEL,
        LIST_LABEL_FILE,
        LIST_VOLUME,
        LIST_PUBLISH,
        LIST_EXPOSE,
        LIST_DEVICE,
        LIST_LOG_OPT,
        LIST_STORAGE_OPT,
        LIST_SECURITY_OPT,
        LIST_CAP_ADD,
        LIST_CAP_DROP,
        LIST_NETWORK_ALIAS,
        LIST_LINK,
        LIST_LINK_LOCAL_IP,
        _LIST_MAX,
} RunList;

/* The same for options of which the last one wins. */
typedef enum RunString {
        STRING_IP,
        STRING_IP6,
        STRING_MAC_ADDRESS,
        STRING_RESTART,
        STRING_PULL,
        STRING_PLATFORM,
        STRING_PID,
        STRING_UTS,
        STRING_USERNS,
        STRING_CGROUPNS,
        _STRING_MAX,
} RunString;

typedef enum RunHealth {
        HEALTH_INTERVAL,
        HEALTH_TIMEOUT,
        HEALTH_START_PERIOD,
        HEALTH_START_INTERVAL,
        HEALTH_RETRIES,
        _HEALTH_MAX,
} RunHealth;

typedef struct RunOptionSpec RunOptionSpec;

typedef struct RunParse {
        RunOptions *o;
        const CliContext *context;
        CliError *reterr;
        bool (*guess_value)(const char *option,
                            Guess *g); /* what was meant by a wrong value, for messages */

        /* The option and value that are being parsed, for messages. */
        const char *option; /* "--publish", "-p" */
        const char *value;

        StrVec lists[_LIST_MAX];
        char *strings[_STRING_MAX];
        int64_t health[_HEALTH_MAX];
        char *health_command;
        struct json_object *health_test; /* of --health-test; NULL: not given */
        int64_t swappiness;
        struct json_object *environment; /* NAME -> value; null removes the variable of the image */
        struct json_object *gpus;        /* DeviceRequests of --gpus */
        struct json_object *networks;    /* see network.c */
        struct json_object *ulimits;     /* name -> object */
        bool content_trust_given, content_trust_disabled;
        size_t ports; /* number of ports so far */
} RunParse;

/* Set the error `invalid value "VALUE" for OPTION: REASON` and return -EINVAL or -ENOMEM. run_parse_error()
 * names the option and value that are being parsed; run_parse_error_at() is for the second pass. */
int run_parse_error(RunParse *p, const char *format, ...) _printf_(2, 3);
int run_parse_error_at(RunParse *p, const char *option, const char *value, const char *format, ...)
        _printf_(4, 5);
/* The same for a value that a function of number.h refused with r. what: what the value should be, for
 * example "a whole number". -ENOMEM is only passed on. */
int run_parse_number_error(RunParse *p, int r, const char *what);

/* The absolute form of a path on the host, which the option has in this value. In a service, a path that is
 * relative to / is refused: nobody has said where it begins. 0, or the error is set. */
int run_parse_host_path(RunParse *p, const char *option, const char *value, const char *path, char **ret);

/* Sets the error for -ENOMEM. Returns r. */
int run_parse_result(RunParse *p, int r);

/* Set or append value at a path of the draft, for example "HostConfig/Memory"; missing objects on the path
 * are created. They take ownership of value, even on failure; NULL means that its creation failed. 0 or
 * -ENOMEM. */
int draft_set(RunParse *p, const char *path, struct json_object *value);
int draft_append(RunParse *p, const char *path, struct json_object *value);
/* The object or array at the path, created if it does not exist. It belongs to the draft. NULL: out of
 * memory. */
struct json_object *draft_ensure(RunParse *p, const char *path, enum json_type type);

/* What is done with the value of an option. Returns 0, -EINVAL with the error set, or -ENOMEM. */
typedef int RunOptionSetter(RunParse *p, const RunOptionSpec *spec, const char *value);

/* One line of the option table. */
struct RunOptionSpec {
        char name[24];
        char value[16]; /* the placeholder in the help; "" for booleans */
        char short_name;
        unsigned flags;
        unsigned api_minor; /* needs at least API 1.N; 0: any version */
        size_t member;      /* an offset in RunOptions, or a RunList, RunString or RunHealth */
        char target[40];    /* the path in the draft, see draft_set(); "": the setter decides */
        char text[96];
};

#define RUN_OPTIONS_PRIVATE_MAX 128

/* What run-request.h has to know of the options besides the draft. */
struct RunOptionsPrivate {
        bool given[RUN_OPTIONS_PRIVATE_MAX];    /* by the index in the table */
        const RunOptionSpec *limit;             /* the first given option with FLAG_LIMIT */
        struct json_object *cap_add, *cap_drop; /* as written, for engines older than API 1.48 */
        bool mac_address;                       /* an endpoint has a MAC address */
        bool recursive_readonly;                /* a mount has bind-recursive=readonly */
};

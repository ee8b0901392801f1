/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* Shared by the option table and the grammars of the options: the state while one command line is parsed.
 *
 * There are two passes, as in the docker CLI. The first one checks each value when it reads its option, and
 * the first error ends it. The second one, the finish_…() functions, combines what depends on several
 * options. */

#include "run/run-options.h"
#include "text.h"

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

        /* The option and value that are being parsed, for messages. */
        const char *option; /* "--publish", "-p" */
        const char *value;

        StrVec lists[_LIST_MAX];
        char *strings[_STRING_MAX];
        int64_t health[_HEALTH_MAX];
        char *health_command;
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

#define FLAG_BOOLEAN (1u << 0) /* takes a value only after "=" */
#define FLAG_HIDDEN (1u << 1)  /* an old spelling, not in --help */
#define FLAG_LIMIT (1u << 2)   /* a limit of the container's own cgroup */
#define FLAG_WINDOWS (1u << 3) /* only for containers on Windows: accepted by the parser, then refused */

struct RunOptionSpec {
        const char *name;
        char short_name;
        const char *value; /* the placeholder in the help; NULL for booleans */
        unsigned flags;
        int (*set)(RunParse *p, const RunOptionSpec *spec, const char *value);
        const char *target; /* the path in the draft, see draft_set(); NULL: the setter decides */
        size_t member;      /* an offset in RunOptions, or a RunList, RunString or RunHealth */
        unsigned api_minor; /* needs at least API 1.N; 0: any version */
        const char *text;
        const char *words; /* for completion: the values, or COMPLETE_…; NULL: unknown */
};

extern const RunOptionSpec run_option_table[];
extern const size_t run_option_table_size;

#define RUN_OPTIONS_PRIVATE_MAX 128

struct RunOptionsPrivate {
        bool given[RUN_OPTIONS_PRIVATE_MAX];    /* by the index in the table */
        const RunOptionSpec *limit;             /* the first given option with FLAG_LIMIT */
        struct json_object *cap_add, *cap_drop; /* as written, for engines older than API 1.48 */
        bool mac_address;                       /* an endpoint has a MAC address */
        bool recursive_readonly;                /* a mount has bind-recursive=readonly */
};

/* --- setters for the table: return 0, -EINVAL with the error set, or -ENOMEM --- */

int set_string(RunParse *p, const RunOptionSpec *spec, const char *value);
int set_bool(RunParse *p, const RunOptionSpec *spec, const char *value);
int set_int(RunParse *p, const RunOptionSpec *spec, const char *value);
int set_uint16(RunParse *p, const RunOptionSpec *spec, const char *value);
int set_uint64(RunParse *p, const RunOptionSpec *spec, const char *value);
int set_size(RunParse *p, const RunOptionSpec *spec, const char *value);
int set_cpus(RunParse *p, const RunOptionSpec *spec, const char *value);
int set_key_value(RunParse *p, const RunOptionSpec *spec, const char *value);
int append_string(RunParse *p, const RunOptionSpec *spec, const char *value);
int member_string(RunParse *p, const RunOptionSpec *spec, const char *value);
int member_bool(RunParse *p, const RunOptionSpec *spec, const char *value);
int later_string(RunParse *p, const RunOptionSpec *spec, const char *value);
int later_list(RunParse *p, const RunOptionSpec *spec, const char *value);

int set_attach(RunParse *p, const RunOptionSpec *spec, const char *value);
int set_content_trust(RunParse *p, const RunOptionSpec *spec, const char *value);
int set_entrypoint(RunParse *p, const RunOptionSpec *spec, const char *value);
int set_memory_swap(RunParse *p, const RunOptionSpec *spec, const char *value);
int set_oom_score_adj(RunParse *p, const RunOptionSpec *spec, const char *value);
int set_stop_timeout(RunParse *p, const RunOptionSpec *spec, const char *value);
int set_swappiness(RunParse *p, const RunOptionSpec *spec, const char *value);
int set_sysctl(RunParse *p, const RunOptionSpec *spec, const char *value);
int set_tmpfs(RunParse *p, const RunOptionSpec *spec, const char *value);
int set_ulimit(RunParse *p, const RunOptionSpec *spec, const char *value);
int set_label(RunParse *p, const RunOptionSpec *spec, const char *value);
int set_link(RunParse *p, const RunOptionSpec *spec, const char *value);
int set_env(RunParse *p, const RunOptionSpec *spec, const char *value);
int set_health_command(RunParse *p, const RunOptionSpec *spec, const char *value);
int set_health_duration(RunParse *p, const RunOptionSpec *spec, const char *value);
int set_health_retries(RunParse *p, const RunOptionSpec *spec, const char *value);
int set_add_host(RunParse *p, const RunOptionSpec *spec, const char *value);
int set_dns(RunParse *p, const RunOptionSpec *spec, const char *value);
int set_dns_search(RunParse *p, const RunOptionSpec *spec, const char *value);
int set_device_cgroup_rule(RunParse *p, const RunOptionSpec *spec, const char *value);
int set_throttle_bps(RunParse *p, const RunOptionSpec *spec, const char *value);
int set_throttle_iops(RunParse *p, const RunOptionSpec *spec, const char *value);
int set_weight_device(RunParse *p, const RunOptionSpec *spec, const char *value);
int set_gpus(RunParse *p, const RunOptionSpec *spec, const char *value);
int set_mount(RunParse *p, const RunOptionSpec *spec, const char *value);
int set_network(RunParse *p, const RunOptionSpec *spec, const char *value);

/* --- second pass --- */

int finish_attach(RunParse *p);
int finish_environment(RunParse *p);
int finish_labels(RunParse *p);
int finish_volumes(RunParse *p);
int finish_ports(RunParse *p);
int finish_devices(RunParse *p);
int finish_health(RunParse *p);
int finish_capabilities(RunParse *p);
int finish_log_opts(RunParse *p);
int finish_storage_opts(RunParse *p);
int finish_security(RunParse *p);
int finish_modes(RunParse *p);
int finish_restart(RunParse *p);
int finish_resources(RunParse *p);
int finish_networks(RunParse *p);
int finish_platform(RunParse *p);
int finish_pull(RunParse *p);
int finish_image(RunParse *p);
int finish_cidfile(RunParse *p);
int finish_api_socket(RunParse *p);

/* --- shared by the grammars --- */

/* Set or append value at a path of the draft, for example "HostConfig/Memory"; missing objects on the path
 * are created. They take ownership of value, even on failure; NULL means that its creation failed. 0 or
 * -ENOMEM. */
int draft_set(RunParse *p, const char *path, struct json_object *value);
int draft_append(RunParse *p, const char *path, struct json_object *value);
/* The object or array at the path, created if it does not exist. It belongs to the draft. NULL: out of
 * memory. */
struct json_object *draft_ensure(RunParse *p, const char *path, enum json_type type);

/* Sets the error for -ENOMEM. Returns r. */
int run_parse_result(RunParse *p, int r);

/* Splits one record of comma-separated values (RFC 4180). *ret belongs to the caller. -EINVAL, -ENOMEM. */
int csv_parse(const char *s, StrVec *ret);

/* The canonical form of an IPv4 or IPv6 address, which belongs to the caller. -EINVAL, -ENOMEM. */
int parse_address(const char *s, char **ret);
bool mac_address_valid(const char *s);
/* Whether the network is user-defined: not host, none, bridge or default, and not the network of another
 * container. */
bool network_is_user_defined(const char *name);

/* Reads lines "NAME=VALUE" of a file in the format of --env-file. lookup: a line with only a NAME takes the
 * value from the environment, and is left out if the variable is not set. Appends JSON strings to array,
 * because a value may contain NUL bytes. */
int env_file_read(RunParse *p, const char *option, const char *path, bool lookup, struct json_object *array);
/* The same from memory. lookup NULL: no lookup. With -EINVAL, *ret_reason is a constant text that says what
 * is wrong with line *ret_line. */
int env_file_parse(const char *data, size_t size, const CliContext *lookup, struct json_object *array,
                   const char **ret_reason, size_t *ret_line);

/* Adds the proxies of config.json for the engine `host` to o as NAME -> value, unless o already has the
 * variable. */
int proxies_parse(const char *data, size_t size, const char *host, struct json_object *o);
/* The detachKeys of config.json; *ret is unchanged if there are none. */
int detach_keys_parse(const char *data, size_t size, char **ret);

/* NULL if s is a valid name or id of an image, otherwise a constant text that says what is wrong. */
const char *image_reference_check(const char *s);

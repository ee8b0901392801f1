/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Options with a small grammar of their own: --attach, --entrypoint, --sysctl, --ulimit, --cap-add, --link,
 * --pid, --restart,
 * --pull and the like. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "number.h"
#include "run-parse.h"
#include "util/macro.h"
#include "json/json.h"

int set_attach(RunParse *p, const RunOptionSpec *spec, const char *value)
{
        static const char *const names[] = { "stdin", "stdout", "stderr" };
        bool *members[] = { &p->o->attach_stdin, &p->o->attach_stdout, &p->o->attach_stderr };

        for (size_t i = 0; i < ELEMENTSOF(names); i++)
                if (strcasecmp(names[i], value) == 0) {
                        p->o->attach_given = *members[i] = true;
                        return 0;
                }
        return run_parse_error(p, "not one of stdin, stdout, stderr");
}

int finish_attach(RunParse *p)
{
        RunOptions *o = p->o;
        int r;

        if (o->attach_given && o->detach)
                return cli_error(p->reterr, CLI_EXIT_USAGE, "--attach and --detach contradict each other");
        if (!o->attach_given)
                o->attach_stdout = o->attach_stderr = true;
        if (o->interactive)
                o->attach_stdin = true;
        r = draft_set(p, "AttachStdin", json_object_new_boolean(o->attach_stdin));
        if (r >= 0)
                r = draft_set(p, "AttachStdout", json_object_new_boolean(o->attach_stdout));
        if (r >= 0)
                r = draft_set(p, "AttachStderr", json_object_new_boolean(o->attach_stderr));
        if (r >= 0)
                r = draft_set(p, "StdinOnce", json_object_new_boolean(o->interactive && o->attach_stdin));
        return r;
}

/* The docker CLI verifies signatures of images itself, which this program cannot do. finish_image() refuses
 * instead of running an unverified image. */
int set_content_trust(RunParse *p, const RunOptionSpec *spec, const char *value)
{
        if (parse_bool(value, &p->content_trust_disabled) < 0)
                return run_parse_error(p, "not a boolean");
        p->content_trust_given = true;
        return 0;
}

int set_entrypoint(RunParse *p, const RunOptionSpec *spec, const char *value)
{
        struct json_object *array = json_object_new_array();

        if (array && json_append_text(array, value) < 0) {
                json_object_put(array);
                return -ENOMEM;
        }
        return draft_set(p, spec->target, array);
}

int set_sysctl(RunParse *p, const RunOptionSpec *spec, const char *value)
{
        static const char *const names[] = { "kernel.msgmax", "kernel.msgmnb",         "kernel.msgmni",
                                             "kernel.sem",    "kernel.shmall",         "kernel.shmmax",
                                             "kernel.shmmni", "kernel.shm_rmid_forced" };
        const char *rest = NULL;
        _cleanup_free_ char *key = text_cut(value, '=', &rest);
        bool allowed;

        if (!key)
                return -ENOMEM;
        allowed = text_starts_with(key, "net.") || text_starts_with(key, "fs.mqueue.");
        for (size_t i = 0; i < ELEMENTSOF(names); i++)
                allowed = allowed || strcmp(key, names[i]) == 0;
        if (!allowed || !rest)
                return run_parse_error(p, "not a setting that a container can have for itself");
        return set_key_value(p, spec, value);
}

/* SOFT[:HARD] */
static int parse_limits(const char *s, int64_t *ret_soft, int64_t *ret_hard)
{
        const char *rest = NULL;
        _cleanup_free_ char *soft = text_cut(s, ':', &rest);
        int64_t hard_value, soft_value;
        int r;

        if (!soft)
                return -ENOMEM;
        r = parse_int64(soft, 10, &soft_value);
        if (r < 0)
                return r;
        hard_value = soft_value;
        if (rest)
                r = parse_int64(rest, 10, &hard_value);
        if (r < 0)
                return r;
        *ret_soft = soft_value;
        *ret_hard = hard_value;
        return 0;
}

static bool ulimit_known(const char *name)
{
        static const char *const names[] = { "core",    "cpu",      "data",   "fsize",      "locks",
                                             "memlock", "msgqueue", "nice",   "nofile",     "nproc",
                                             "rss",     "rtprio",   "rttime", "sigpending", "stack" };

        for (size_t i = 0; i < ELEMENTSOF(names); i++)
                if (strcmp(names[i], name) == 0)
                        return true;
        return false;
}

/* Collects the limits in p->ulimits: the last limit of a name wins, and they are sent sorted. */
int set_ulimit(RunParse *p, const RunOptionSpec *spec, const char *value)
{
        const char *rest = NULL;
        _cleanup_free_ char *name = text_cut(value, '=', &rest);
        _cleanup_json_ struct json_object *o = NULL;
        int64_t soft, hard;
        int r;

        if (!name)
                return -ENOMEM;
        if (!rest || !ulimit_known(name))
                return run_parse_error(p, "not NAME=SOFT[:HARD] with a known name");
        r = parse_limits(rest, &soft, &hard);
        if (r == -ENOMEM)
                return r;
        if (r < 0)
                return run_parse_error(p, "SOFT and HARD must be whole numbers");
        if (hard != -1 && (soft == -1 || soft > hard))
                return run_parse_error(p, "the soft limit is above the hard limit");
        o = json_object_new_object();
        if (!o || json_set_string(o, "Name", name) < 0 || json_set_int(o, "Hard", hard) < 0 ||
            json_set_int(o, "Soft", soft) < 0)
                return -ENOMEM;
        return json_set(p->ulimits, name, TAKE_PTR(o));
}

static int compare_strings(const void *a, const void *b)
{
        return strcmp(*(char *const *) a, *(char *const *) b);
}

static int finish_ulimits(RunParse *p)
{
        const char *names[32];
        size_t n = 0;

        json_object_object_foreach(p->ulimits, name, value)
        {
                (void) value;
                assert(n < ELEMENTSOF(names));
                names[n++] = name;
        }
        if (n == 0)
                return 0;
        qsort(names, n, sizeof(*names), compare_strings);
        for (size_t i = 0; i < n; i++) {
                struct json_object *o = json_object_object_get(p->ulimits, names[i]);
                int r = draft_append(p, "HostConfig/Ulimits", json_object_get(o));

                if (r < 0)
                        return r;
        }
        return 0;
}

/* The names in upper case, with CAP_, each of them once, sorted. */
static int finish_capability_list(RunParse *p, RunList list, const char *path)
{
        _cleanup_strvec_ StrVec names = {};
        StrVec *v = p->lists + list;

        for (size_t i = 0; i < v->n; i++) {
                char *name = text_upper(v->items[i]);
                _cleanup_free_ char *bare = name;

                if (name && strcmp(name, "ALL") != 0 && !text_starts_with(name, "CAP_")) {
                        char *with_prefix;

                        name = asprintf(&with_prefix, "CAP_%s", bare) < 0 ? NULL : with_prefix;
                } else
                        bare = NULL;
                if (strvec_take(&names, name) < 0)
                        return -ENOMEM;
        }
        if (names.n == 0)
                return 0;
        qsort(names.items, names.n, sizeof(char *), compare_strings);
        for (size_t i = 0; i < names.n; i++) {
                if (i > 0 && strcmp(names.items[i - 1], names.items[i]) == 0)
                        continue;
                if (draft_append(p, path, json_text(names.items[i])) < 0)
                        return -ENOMEM;
        }
        return 0;
}

int finish_capabilities(RunParse *p)
{
        struct RunOptionsPrivate *hidden = p->o->hidden;
        int r;

        hidden->cap_add = json_text_array(p->lists + LIST_CAP_ADD);
        hidden->cap_drop = json_text_array(p->lists + LIST_CAP_DROP);
        if (!hidden->cap_add || !hidden->cap_drop)
                return -ENOMEM;
        r = finish_capability_list(p, LIST_CAP_ADD, "HostConfig/CapAdd");

        if (r >= 0)
                r = finish_capability_list(p, LIST_CAP_DROP, "HostConfig/CapDrop");
        return r < 0 ? r : finish_ulimits(p);
}

int set_link(RunParse *p, const RunOptionSpec *spec, const char *value)
{
        const char *first = strchr(value, ':');

        if (!*value || (first && strchr(first + 1, ':')))
                return run_parse_error(p, "not CONTAINER[:ALIAS]");
        if (strvec_add(p->lists + LIST_LINK, value, strlen(value)) < 0)
                return -ENOMEM;
        return append_string(p, spec, value);
}

/* The words that the options of namespaces accept. "" means the engine's default. */
int finish_modes(RunParse *p)
{
        static const struct {
                RunString index;
                const char *option, *path;
                const char *words[2];
                bool container;
        } modes[] = {
                { STRING_PID, "--pid", "HostConfig/PidMode", { "host" }, true },
                { STRING_UTS, "--uts", "HostConfig/UTSMode", { "host" }, false },
                { STRING_USERNS, "--userns", "HostConfig/UsernsMode", { "host" }, false },
                { STRING_CGROUPNS, "--cgroupns", "HostConfig/CgroupnsMode", { "host", "private" }, false },
        };

        for (size_t i = 0; i < ELEMENTSOF(modes); i++) {
                const char *value = p->strings[modes[i].index];
                bool ok;

                if (!value || !*value)
                        continue;
                ok = strcmp(value, modes[i].words[0]) == 0 ||
                     (modes[i].words[1] && strcmp(value, modes[i].words[1]) == 0) ||
                     (modes[i].container && text_starts_with(value, "container:") &&
                      value[strlen("container:")]);
                if (!ok)
                        return run_parse_error_at(p, modes[i].option, value, "unknown mode");
                if (draft_set(p, modes[i].path, json_text(value)) < 0)
                        return -ENOMEM;
        }
        return 0;
}

/* Only systemd restarts the container of a service. Every policy other than "no" is refused. */
int finish_restart(RunParse *p)
{
        const char *value = p->strings[STRING_RESTART], *rest = NULL;
        _cleanup_free_ char *name = NULL;
        int64_t count = 0;

        if (!value || !*value)
                return 0;
        name = text_cut(value, ':', &rest);
        if (!name)
                return -ENOMEM;
        if (rest && !*name)
                return run_parse_error_at(p, "--restart", value, "the policy before the colon is missing");
        if (rest && *rest && parse_int64(rest, 10, &count) < 0)
                return run_parse_error_at(p, "--restart", value, "the retry count is not a whole number");
        if (*name && strcmp(name, "no") != 0)
                return run_parse_error_at(p, "--restart", value,
                                          "systemd restarts the container; use Restart= in the unit");
        if (count == 0)
                return 0;
        if (draft_set(p, "HostConfig/RestartPolicy/Name", json_object_new_string("no")) < 0)
                return -ENOMEM;
        return draft_set(p, "HostConfig/RestartPolicy/MaximumRetryCount", json_object_new_int64(count));
}

int finish_pull(RunParse *p)
{
        const char *value = p->strings[STRING_PULL];
        int policy;

        if (!value)
                return 0;
        /* The CLI treats the empty string as "never". */
        policy = *value ? pull_policy_from_string(value) : (int) PULL_NEVER;
        if (policy < 0)
                return run_parse_error_at(p, "--pull", value, "not one of always, missing, never");
        p->o->pull = (PullPolicy) policy;
        return 0;
}

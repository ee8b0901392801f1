/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Settings of the kernel's that a container has for itself: --sysctl, --ulimit. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "number.h"
#include "run-parse.h"
#include "run-setters.h"
#include "run-subjects.h"
#include "util/macro.h"
#include "json/json.h"

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

int finish_ulimits(RunParse *p)
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
        qsort(names, n, sizeof(*names), text_compare);
        for (size_t i = 0; i < n; i++) {
                struct json_object *o = json_object_object_get(p->ulimits, names[i]);
                int r = draft_append(p, "HostConfig/Ulimits", json_object_get(o));

                if (r < 0)
                        return r;
        }
        return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* --security-opt. For a seccomp profile the option names a file, and the request contains the file's text.
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "run-parse.h"
#include "run-subjects.h"
#include "text.h"
#include "util/fd.h"
#include "json/json-compact.h"
#include "json/json.h"

#define PROFILE_MAX ((size_t) 16 * 1024 * 1024)

static int add_profile(RunParse *p, const char *value, const char *path)
{
        _cleanup_free_ char *data = NULL, *compact = NULL, *option = NULL;
        size_t size = 0, compact_size = 0;
        int r;

        r = read_file_at(p->context->dir_fd, path, PROFILE_MAX, &data, &size);
        if (r < 0)
                return r == -ENOMEM ? r : run_parse_error_at(p, "--security-opt", value, "%s", strerror(-r));
        r = json_compact(data, size, &compact, &compact_size);
        if (r == -EINVAL)
                return run_parse_error_at(p, "--security-opt", value, "the profile is not JSON");
        if (r < 0)
                return r;
        if (asprintf(&option, "seccomp=%s", compact) < 0)
                return -ENOMEM;
        return draft_append(p, "HostConfig/SecurityOpt", json_text(option));
}

static int unconfine_system_paths(RunParse *p)
{
        /* With empty lists nothing is masked. Without lists the engine's defaults would apply. */
        if (!draft_ensure(p, "HostConfig/MaskedPaths", json_type_array) ||
            !draft_ensure(p, "HostConfig/ReadonlyPaths", json_type_array))
                return -ENOMEM;
        return 0;
}

int finish_security(RunParse *p)
{
        const StrVec *v = p->lists + LIST_SECURITY_OPT;

        for (size_t i = 0; i < v->n; i++) {
                const char *option = v->items[i], *value = NULL;
                _cleanup_free_ char *name = text_cut(option, strchr(option, '=') ? '=' : ':', &value);
                int r;

                if (!name)
                        return -ENOMEM;
                if ((!value || !*value) && strcmp(name, "no-new-privileges") != 0)
                        return run_parse_error_at(p, "--security-opt", option, "not NAME=VALUE");
                if (strcmp(name, "seccomp") == 0 && strcmp(value, "unconfined") != 0 &&
                    strcmp(value, "builtin") != 0)
                        r = add_profile(p, option, value);
                else if (strcmp(option, "systempaths=unconfined") == 0)
                        r = unconfine_system_paths(p);
                else
                        r = draft_append(p, "HostConfig/SecurityOpt", json_text(option));
                if (r < 0)
                        return r;
        }
        return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* linux.cgroupsPath (OCI runtime specification, "Control groups") names the cgroup of the container. With an
 * absolute path, the runtime creates exactly that cgroup. */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "shim/bundle.h"
#include "util/cleanup.h"
#include "util/fd.h"
#include "util/macro.h"
#include "json/json-edit.h"

#define CONFIG_MAX (64U * 1024 * 1024)

static const char *const cgroup_in_config[] = { "linux", "cgroupsPath", NULL };

/* *ret_path may be NULL after a failure. */
static int read_config(const char *bundle, char **ret_path, char **ret_text, size_t *ret_size)
{
        if (asprintf(ret_path, "%s/config.json", bundle ?: ".") < 0) {
                *ret_path = NULL;
                return -ENOMEM;
        }
        return read_file_at(AT_FDCWD, *ret_path, CONFIG_MAX, ret_text, ret_size);
}

int bundle_set_cgroup(const char *bundle, const char *cgroup)
{
        _cleanup_free_ char *path = NULL, *before = NULL, *after = NULL, *value = json_edit_quote(cgroup);
        size_t before_size, after_size;
        struct stat st;
        int r;

        if (!value)
                return -ENOMEM;
        r = read_config(bundle, &path, &before, &before_size);
        if (r >= 0)
                r = RET_NERRNO(stat(path, &st));
        if (r >= 0)
                r = json_edit_set(before, before_size, cgroup_in_config, value, false, &after, &after_size);
        if (r < 0)
                return r == -ENOMEM ? r : 0;
        r = write_file_atomic(path, after, after_size, st.st_mode & 07777);
        return r < 0 ? r : 1;
}

bool bundle_wants_scope(const char *bundle)
{
        _cleanup_free_ char *path = NULL, *text = NULL, *value = NULL;
        const char *colon;
        size_t size;

        if (read_config(bundle, &path, &text, &size) < 0 ||
            json_edit_get(text, size, cgroup_in_config, &value) < 0 || strchr(value, '/'))
                return false;
        colon = strchr(value, ':');
        return colon && strchr(colon + 1, ':');
}

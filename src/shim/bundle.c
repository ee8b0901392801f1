/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* linux.cgroupsPath (OCI runtime specification, "Control groups") names the cgroup of the container. With an
 * absolute path, the runtime creates exactly that cgroup. */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#include "shim/bundle.h"
#include "util/cleanup.h"
#include "util/fd.h"
#include "util/macro.h"
#include "json/json-edit.h"

#define CONFIG_MAX (64U * 1024 * 1024)

int bundle_set_cgroup(const char *bundle, const char *cgroup)
{
        static const char *const path_in_config[] = { "linux", "cgroupsPath", NULL };
        _cleanup_free_ char *path = NULL, *before = NULL, *after = NULL, *value = json_edit_quote(cgroup);
        size_t before_size, after_size;
        struct stat st;
        int r;

        if (!value || asprintf(&path, "%s/config.json", bundle ?: ".") < 0)
                return -ENOMEM;
        r = read_file_at(AT_FDCWD, path, CONFIG_MAX, &before, &before_size);
        if (r >= 0)
                r = RET_NERRNO(stat(path, &st));
        if (r >= 0)
                r = json_edit_set(before, before_size, path_in_config, value, false, &after, &after_size);
        if (r < 0)
                return r == -ENOMEM ? r : 0;
        r = write_file_atomic(path, after, after_size, st.st_mode & 07777);
        return r < 0 ? r : 1;
}

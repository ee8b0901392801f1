/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* containerd executes the shim of a runtime by its name, and that shim calls "runc" by its name. So all that
 * is needed to have our runtime called is a $PATH.
 *
 * The real shim is where containerd looks for shims: in $PATH, and beside containerd itself. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "shim/search-path.h"
#include "shim/shim-exec.h"
#include "util/cleanup.h"
#include "util/fd.h"
#include "util/macro.h"

#define ID_SIZE 64

/* Go's package flag takes "-id" for "--id", and "=" for the next word. */
static const char *option_value(char *const *argv, int i, const char *name)
{
        const char *word = argv[i];
        size_t n = strlen(name);

        if (*word != '-')
                return NULL;
        word += word[1] == '-' ? 2 : 1;
        if (strncmp(word, name, n) != 0)
                return NULL;
        if (word[n] == '=')
                return word + n + 1;
        return word[n] ? NULL : argv[i + 1];
}

const char *shim_starts(char *const *argv)
{
        const char *id = NULL, *last = "";

        for (int i = 1; argv[i]; i++) {
                id = id ?: option_value(argv, i, "id");
                last = argv[i];
        }
        if (!id || strcmp(last, "start") != 0)
                return NULL;
        return strlen(id) == ID_SIZE && strspn(id, "0123456789abcdef") == ID_SIZE ? id : NULL;
}

/* The program with this name in the folder of containerd, which has started us. */
static char *beside_parent(const char *name)
{
        char link[64], exe[4096], *slash, *path;
        ssize_t n;

        (void) snprintf(link, sizeof(link), "/proc/%i/exe", (int) getppid());
        n = readlink(link, exe, sizeof(exe) - 1);
        if (n <= 0)
                return NULL;
        exe[n] = 0;
        slash = strrchr(exe, '/');
        if (!slash)
                return NULL;
        *slash = 0;
        return asprintf(&path, "%s/%s", exe, name) < 0 ? NULL : path;
}

int shim_exec(char **argv, const char *runc_folder)
{
        static char name[] = REAL_SHIM;
        _cleanup_free_ char *path = search_path_prepend(getenv("PATH"), runc_folder), *beside = NULL;
        int r;

        if (!path)
                return -ENOMEM;
        if (setenv("PATH", path, 1) < 0)
                return -errno;
        argv[0] = name;
        r = RET_NERRNO(execvp(name, argv));
        if (r == -ENOENT && (beside = beside_parent(name)))
                r = RET_NERRNO(execv(beside, argv));
        return r;
}

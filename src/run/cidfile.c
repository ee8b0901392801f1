/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* --cidfile: whether the file can be written, which the supervisor does later. */

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "run-parse.h"
#include "run-subjects.h"
#include "util/macro.h"

/* The file must not exist, and it must be possible to create it. The supervisor creates it later. */
int finish_cidfile(RunParse *p)
{
        _cleanup_free_ char *directory = NULL;
        const char *path = p->o->cidfile, *slash;
        size_t n;
        int r;

        if (!path)
                return 0;
        if (faccessat(p->context->dir_fd, path, F_OK, 0) >= 0)
                return run_parse_error_at(p, "--cidfile", path,
                                          "the file exists already; is another container still running?");
        r = -errno;
        n = strlen(path);
        while (n > 1 && path[n - 1] == '/')
                n--;
        slash = memrchr(path, '/', n);
        directory = slash ? strndup(path, (size_t) (slash - path) + 1) : strdup(".");
        if (!directory)
                return -ENOMEM;
        if (r == -ENOENT || (r == -ENOTDIR && path[n]))
                r = RET_NERRNO(faccessat(p->context->dir_fd, directory, W_OK | X_OK, AT_EACCESS));
        if (r >= 0 && path[n])
                r = -EISDIR; /* a path with a '/' at its end cannot be a file */
        if (r < 0)
                return cli_error(p->reterr,
                                 r == -ENOENT                   ? CLI_EXIT_NOT_FOUND
                                 : r == -EACCES || r == -EISDIR ? CLI_EXIT_NOT_EXECUTABLE
                                                                : CLI_EXIT_REFUSED,
                                 "invalid value \"%.300s\" for --cidfile: %s", path, strerror(-r));
        return 0;
}

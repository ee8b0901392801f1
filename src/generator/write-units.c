/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Files and links appear by rename(2). The temporary names begin with a dot: systemd does not read such
 * files. */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include "generator/write-units.h"
#include "util/cleanup.h"
#include "util/fd.h"

static int create(int dir_fd, const char *name)
{
        return RET_NERRNO(openat(dir_fd, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644));
}

static int write_unit_file(int dir_fd, const char *name, const char *text)
{
        _cleanup_free_ char *temporary = NULL;
        _cleanup_close_ int fd = -EBADF;
        int r;

        if (asprintf(&temporary, ".%d.%s", (int) getpid(), name) < 0)
                return -ENOMEM;
        fd = create(dir_fd, temporary);
        if (fd == -EEXIST && unlinkat(dir_fd, temporary, 0) >= 0) /* of an earlier process of that number */
                fd = create(dir_fd, temporary);
        if (fd < 0)
                return fd;
        r = write_all(fd, text, strlen(text));
        if (r >= 0)
                r = RET_NERRNO(renameat(dir_fd, temporary, dir_fd, name));
        if (r < 0)
                (void) unlinkat(dir_fd, temporary, 0);
        return r;
}

/* Makes the folders of a relative path; the path is one of ours, without "..". */
static int make_parents(int dir_fd, const char *path)
{
        for (const char *slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/')) {
                _cleanup_free_ char *folder = strndup(path, (size_t) (slash - path));

                if (!folder)
                        return -ENOMEM;
                if (mkdirat(dir_fd, folder, 0755) < 0 && errno != EEXIST)
                        return -errno;
        }
        return 0;
}

static int write_link(int dir_fd, const QuadletLink *link)
{
        _cleanup_free_ char *temporary = NULL;
        const char *slash = strrchr(link->path, '/');
        int r;

        r = RET_NERRNO(symlinkat(link->target, dir_fd, link->path));
        if (r == -ENOENT) {
                r = make_parents(dir_fd, link->path);
                if (r >= 0)
                        r = RET_NERRNO(symlinkat(link->target, dir_fd, link->path));
        }
        if (r != -EEXIST)
                return MIN(r, 0);
        /* Of another run, perhaps right now: replaced in one step. */
        if (asprintf(&temporary, "%.*s/.%d.%s", slash ? (int) (slash - link->path) : 1,
                     slash ? link->path : ".", (int) getpid(), slash ? slash + 1 : link->path) < 0)
                return -ENOMEM;
        (void) unlinkat(dir_fd, temporary, 0);
        r = RET_NERRNO(symlinkat(link->target, dir_fd, temporary));
        if (r >= 0)
                r = RET_NERRNO(renameat(dir_fd, temporary, dir_fd, link->path));
        return r;
}

int write_units(const char *folder, const QuadletSet *set, Report *report_to)
{
        _cleanup_close_ int fd = RET_NERRNO(open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC));

        if (fd < 0)
                return fd;
        for (size_t i = 0; i < set->n; i++) {
                const QuadletUnit *u = set->units[i];
                int r;

                if (u->is_double)
                        continue;
                r = write_unit_file(fd, u->service, u->text);
                for (size_t k = 0; k < u->n_links && r >= 0; k++)
                        r = write_link(fd, u->links + k);
                if (r < 0)
                        report(report_to, LOG_ERR, "%s: cannot write %s/%s: %s", u->path, folder, u->service,
                               strerror(-r));
        }
        return 0;
}

void print_units(const QuadletSet *set)
{
        for (size_t i = 0; i < set->n; i++) {
                const QuadletUnit *u = set->units[i];

                if (u->is_double)
                        continue;
                printf("---%s---\n%s", u->service, u->text);
                for (size_t k = 0; k < u->n_links; k++)
                        printf("# link: %s -> %s\n", u->links[k].path, u->links[k].target);
        }
}

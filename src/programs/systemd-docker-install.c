/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* What the installer image runs: it copies our programs to a folder of the host, which is mounted at
 * /opt/bin. Linked statically, because the image has no C library.
 *
 * It runs in ExecStartPre= of each unit, so several of it can run at once, and its files may be in use. All
 * new files are written under temporary names first, and then renamed: either the host has room for all of
 * them, or nothing changes. Files that are right already are left alone; if all are, the folder may be
 * read-only or full. */

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/cleanup.h"
#include "util/macro.h"
#include "version.h"

#define NAME "systemd-docker-install"
#define TARGET "/opt/bin"
#define SOURCE "/files"
#define CHUNK 65536U
#define PREPARED 1 /* of functions that prepare a file: it was not right yet */

typedef struct Install {
        const char *source;
        int target;     /* its folder */
        bool prepared;  /* a new file waits under its temporary name */
        bool changed;   /* a file was replaced */
        const char *at; /* the file at which it failed */
} Install;

typedef int (*Visit)(Install *s, const FTSENT *entry, const char *path, const char *temporary);

/* "folder/.name.new" for "folder/name". */
static char *temporary_name(const char *path)
{
        const char *slash = strrchr(path, '/');
        int n = slash ? (int) (slash + 1 - path) : 0;
        char *name;

        return asprintf(&name, "%.*s.%s.new", n, path, path + n) < 0 ? NULL : name;
}

/* Returns bytes read, which are fewer than the size only at the end, or -errno. */
static ssize_t read_chunk(int fd, char *data, size_t size)
{
        size_t n = 0;

        while (n < size) {
                ssize_t k = read(fd, data + n, size - n);

                if (k < 0 && errno == EINTR)
                        continue;
                if (k < 0)
                        return -errno;
                if (k == 0)
                        break;
                n += (size_t) k;
        }
        return (ssize_t) n;
}

static int write_chunk(int fd, const char *data, size_t size)
{
        while (size > 0) {
                ssize_t k = write(fd, data, size);

                if (k < 0 && errno == EINTR)
                        continue;
                if (k < 0)
                        return -errno;
                data += k;
                size -= (size_t) k;
        }
        return 0;
}

static bool is_same_link(const Install *s, const char *path, const char *to)
{
        char now[4096];
        ssize_t n = readlinkat(s->target, path, now, sizeof(now) - 1);

        if (n < 0)
                return false;
        now[n] = 0;
        return strcmp(now, to) == 0;
}

static bool is_same_file(const Install *s, const FTSENT *entry, int source, const char *path)
{
        _cleanup_close_ int fd =
                RET_NERRNO(openat(s->target, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
        char a[CHUNK], b[CHUNK];
        struct stat st;
        ssize_t n;

        if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) ||
            st.st_mode != entry->fts_statp->st_mode || st.st_uid != geteuid() ||
            st.st_size != entry->fts_statp->st_size || lseek(source, 0, SEEK_SET) < 0)
                return false;
        do {
                n = read_chunk(source, a, sizeof(a));
                if (n < 0 || read_chunk(fd, b, sizeof(b)) != n || memcmp(a, b, (size_t) n) != 0)
                        return false;
        } while (n > 0);
        return true;
}

static int copy_file(const Install *s, const FTSENT *entry, int source, const char *temporary)
{
        _cleanup_close_ int fd =
                RET_NERRNO(openat(s->target, temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0700));
        char data[CHUNK];
        ssize_t n;
        int r;

        if (fd < 0)
                return fd;
        if (lseek(source, 0, SEEK_SET) < 0)
                return -errno;
        while ((n = read_chunk(source, data, sizeof(data))) > 0) {
                r = write_chunk(fd, data, (size_t) n);
                if (r < 0)
                        return r;
        }
        if (n < 0)
                return (int) n;
        r = RET_NERRNO(fchmod(fd, entry->fts_statp->st_mode & 07777));
        if (r >= 0)
                r = RET_NERRNO(fsync(fd));
        return r < 0 ? r : PREPARED;
}

static int prepare_file(Install *s, const FTSENT *entry, const char *path, const char *temporary)
{
        _cleanup_close_ int source = RET_NERRNO(open(entry->fts_accpath, O_RDONLY | O_CLOEXEC));

        if (source < 0)
                return source;
        return is_same_file(s, entry, source, path) ? 0 : copy_file(s, entry, source, temporary);
}

static int make_link(const Install *s, const char *to, const char *temporary)
{
        return symlinkat(to, s->target, temporary) < 0 ? -errno : PREPARED;
}

static int prepare_link(Install *s, const FTSENT *entry, const char *path, const char *temporary)
{
        char to[4096];
        ssize_t n = readlink(entry->fts_accpath, to, sizeof(to) - 1);

        if (n < 0)
                return -errno;
        to[n] = 0;
        return is_same_link(s, path, to) ? 0 : make_link(s, to, temporary);
}

static int prepare(Install *s, const FTSENT *entry, const char *path, const char *temporary)
{
        int r;

        if (entry->fts_info == FTS_D)
                return mkdirat(s->target, path, 0755) < 0 && errno != EEXIST ? -errno : 0;
        /* One that was killed may have left its file. A folder that cannot be written shows with the new
         * one. */
        if (unlinkat(s->target, temporary, 0) < 0 && errno != ENOENT && errno != EROFS)
                return -errno;
        r = entry->fts_info == FTS_SL ? prepare_link(s, entry, path, temporary)
                                      : prepare_file(s, entry, path, temporary);
        s->prepared = s->prepared || r == PREPARED;
        return r;
}

static int replace(Install *s, const FTSENT *entry, const char *path, const char *temporary)
{
        int r = RET_NERRNO(renameat(s->target, temporary, s->target, path));

        s->changed = s->changed || r >= 0;
        return r == -ENOENT ? 0 : r;
}

static int discard(Install *s, const FTSENT *entry, const char *path, const char *temporary)
{
        (void) unlinkat(s->target, temporary, 0);
        return 0;
}

static int by_name(const FTSENT **a, const FTSENT **b)
{
        return strcmp((*a)->fts_name, (*b)->fts_name);
}

/* Calls visit for each file, in the same order each time. */
static int walk(Install *s, Visit visit)
{
        char *const roots[] = { (char *) s->source, NULL };
        FTS *tree = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, by_name);
        size_t skip = strlen(s->source) + 1;
        FTSENT *entry;
        int r = tree ? 0 : -errno;

        while (r >= 0 && (entry = fts_read(tree))) {
                const char *path = entry->fts_path + skip;
                _cleanup_free_ char *temporary = NULL;

                if (entry->fts_level == 0 && entry->fts_info != FTS_DNR)
                        r = entry->fts_info == FTS_NS ? -entry->fts_errno : 0;
                else if (entry->fts_info == FTS_DNR || entry->fts_info == FTS_ERR ||
                         entry->fts_info == FTS_NS)
                        r = -entry->fts_errno;
                else if (entry->fts_info == FTS_DP || (entry->fts_info == FTS_D && visit != prepare))
                        continue;
                else
                        r = (temporary = temporary_name(path)) ? visit(s, entry, path, temporary) : -ENOMEM;
                if (r < 0)
                        s->at = strdup(entry->fts_level == 0 ? "" : path);
        }
        if (tree)
                (void) fts_close(tree);
        return r;
}

/* Whether something is mounted at the path; true if the kernel cannot tell. */
static bool is_mounted(const char *path)
{
        struct statx st;

        if (statx(AT_FDCWD, path, 0, STATX_TYPE, &st) < 0)
                return errno != ENOENT;
        return !(st.stx_attributes_mask & STATX_ATTR_MOUNT_ROOT) ||
               (st.stx_attributes & STATX_ATTR_MOUNT_ROOT);
}

static int install(Install *s)
{
        int r;

        /* Another one at the same time would use the same temporary names. */
        while (flock(s->target, LOCK_EX) < 0 && errno == EINTR)
                ;
        r = walk(s, prepare);
        if (r >= 0 && s->prepared)
                r = walk(s, replace);
        if (r < 0) {
                const char *at = s->at;

                (void) walk(s, discard);
                s->at = at;
        }
        return r;
}

/* By hand, for its tests: systemd-docker-install FROM TO */
int main(int argc, char **argv)
{
        const char *to = argc == 3 ? argv[2] : TARGET;
        Install s = { .source = argc == 3 ? argv[1] : SOURCE };
        int r;

        if (argc != 1 && argc != 3) {
                fputs("Usage: docker run --rm -v /opt/bin:" TARGET " IMAGE\n", stderr);
                return EXIT_FAILURE;
        }
        if (argc == 1 && !is_mounted(to)) {
                fputs(NAME ": no folder of the host is at " TARGET
                           ": use docker run --rm -v /opt/bin:" TARGET "\n",
                      stderr);
                return EXIT_FAILURE;
        }
        s.target = RET_NERRNO(open(to, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        r = s.target < 0 ? s.target : install(&s);
        if (r < 0) {
                fprintf(stderr, NAME ": can't write %s/%s: %s; it is as before\n", to, s.at ?: "",
                        strerror(-r));
                return EXIT_FAILURE;
        }
        if (s.changed)
                printf("systemd-docker %s is installed in %s\n", PROJECT_VERSION_LONG, to);
        return EXIT_SUCCESS;
}

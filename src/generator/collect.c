/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Reading what the walk found. Only regular files are read, without waiting for anything, and no more than
 * UNIT_FILE_SIZE_MAX bytes of each. */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <syslog.h>
#include <unistd.h>

#include "drop-ins.h"
#include "generator/collect.h"
#include "quadlet/multi-file.h"
#include "util/fd.h"
#include "walk.h"

typedef struct Collection {
        QuadletSet *set;
        Report *report;
        DropIns *drop_ins;
} Collection;

/* A link to it masks a drop-in of the same name elsewhere. */
static bool is_null_device(const struct stat *st)
{
        return S_ISCHR(st->st_mode) && st->st_rdev == makedev(1, 3);
}

/* -EISDIR, -ESPIPE (no regular file), -EFBIG, or another error. /dev/null is an empty file. */
static int read_unit_file(const char *path, char **ret, size_t *ret_size)
{
        _cleanup_close_ int fd = RET_NERRNO(open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
        _cleanup_free_ char *data = NULL;
        size_t size = 0;
        struct stat st;

        if (fd < 0)
                return fd;
        if (fstat(fd, &st) < 0)
                return -errno;
        if (is_null_device(&st))
                st.st_size = 0;
        else if (!S_ISREG(st.st_mode))
                return -ESPIPE;
        if (st.st_size > (off_t) UNIT_FILE_SIZE_MAX)
                return -EFBIG;
        data = malloc((size_t) st.st_size + 1);
        if (!data)
                return -ENOMEM;
        while (size < (size_t) st.st_size) {
                ssize_t n = RET_NERRNO(read(fd, data + size, (size_t) st.st_size - size));

                if (n < 0 && n != -EINTR)
                        return (int) n;
                if (n == 0)
                        break;
                size += n > 0 ? (size_t) n : 0;
        }
        data[size] = 0;
        *ret = TAKE_PTR(data);
        *ret_size = size;
        return 0;
}

static const char *reason(int error)
{
        return error == -EFBIG    ? "the file has more than 1 MiB"
               : error == -ESPIPE ? "not a regular file"
                                  : strerror(-error);
}

static int add_drop_ins(Collection *c, QuadletUnit *u)
{
        _cleanup_words_ Words paths = {};
        int r = drop_ins_of(c->drop_ins, u->name, &paths);

        for (size_t i = 0; i < paths.n && r >= 0; i++) {
                _cleanup_free_ char *text = NULL;
                size_t size;
                int error = read_unit_file(paths.items[i], &text, &size);

                if (error == -ENOMEM)
                        return error;
                if (error < 0)
                        findings_add(&u->findings, FINDING_ERROR, u->path, 0, NULL, "its drop-in %s: %s",
                                     paths.items[i], reason(error));
                else
                        unit_file_parse(&u->file, paths.items[i], text, size, 1, &u->findings);
        }
        return r;
}

static int refuse_name(Collection *c, const char *path, int error)
{
        if (error == -ENOMEM)
                return error;
        report(c->report, LOG_ERR, "%s: %s", path,
               error == -E2BIG          ? "too many unit files"
               : error == -ENAMETOOLONG ? "the name is too long for a unit"
                                        : "the name is not one of a unit: letters, "
                                          "digits and \":-_.@\"");
        return 0;
}

static int add_text(Collection *c, const char *name, const char *path, const char *text, size_t size,
                    unsigned line)
{
        QuadletUnit *u;
        int r = quadlet_set_add(c->set, name, path, &u);

        if (r < 0)
                return refuse_name(c, path, r);
        unit_file_parse(&u->file, path, text, size, line, &u->findings);
        return add_drop_ins(c, u);
}

static int add_file(Collection *c, const FoundFile *f)
{
        _cleanup_free_ char *text = NULL;
        size_t size;
        QuadletUnit *u;
        int error = read_unit_file(f->path, &text, &size), r;

        if (error >= 0)
                return add_text(c, f->name, f->path, text, size, 1);
        if (error == -ENOMEM)
                return error;
        r = quadlet_set_add(c->set, f->name, f->path, &u);
        if (r < 0)
                return refuse_name(c, f->path, r);
        findings_add(&u->findings, FINDING_ERROR, u->path, 0, NULL, "%s", reason(error));
        return 0;
}

/* The names that single files have hide parts of the same name. */
static int add_multi_file(Collection *c, const Walk *walk, const FoundFile *f, Words *seen)
{
        _cleanup_free_ char *text = NULL;
        size_t size;
        unsigned line = 1;
        const char *at;
        int error = read_unit_file(f->path, &text, &size), r;

        if (error == -ENOMEM)
                return error;
        if (error < 0 || memchr(text, 0, size)) {
                report(c->report, LOG_ERR, "%s: %s", f->path,
                       error < 0 ? reason(error) : "the file has NUL bytes");
                return 0;
        }
        at = text;
        for (;;) {
                MultiPart p;

                r = multi_file_next(&at, text + size, &line, &p);
                if (r <= 0)
                        return r;
                if (!p.name) {
                        report(c->report, LOG_ERR, "%s:%u: %s", f->path, p.first_line, p.what);
                        continue;
                }
                if (found_find(&walk->files, p.name) || words_contain(seen, p.name)) {
                        report(c->report, LOG_WARNING, "%s:%u: ignored, because another file is %s", f->path,
                               p.first_line, p.name);
                } else {
                        words_add(seen, p.name);
                        r = seen->failed ? -ENOMEM
                                         : add_text(c, p.name, f->path, p.text, p.size, p.first_line);
                }
                free(p.name);
                if (r < 0)
                        return r;
        }
}

static bool is_multi_file(const char *name)
{
        const char *dot = strrchr(name, '.');

        return dot && strcmp(dot, ".quadlets") == 0;
}

int collect_units(const Words *folders, bool user, QuadletSet *set, Report *report_to)
{
        _cleanup_(walk_done) Walk walk = {};
        _cleanup_(drop_ins_freep) DropIns *drop_ins = NULL;
        _cleanup_words_ Words seen = {};
        Collection c = { .set = set, .report = report_to };
        const FoundFile *before = NULL;
        int r = walk_folders(folders, user, &walk, report_to);

        if (r >= 0)
                r = drop_ins_new(&drop_ins, &walk, report_to);
        c.drop_ins = drop_ins;
        for (size_t i = 0; i < walk.files.n && r >= 0; i++) {
                const FoundFile *f = walk.files.items + i;

                if (before && strcmp(before->name, f->name) == 0) {
                        if (before->root == f->root)
                                report(report_to, LOG_WARNING, "%s: ignored, because %s has the same name",
                                       f->path, before->path);
                        continue;
                }
                before = f;
                if (!f->masked && !is_multi_file(f->name))
                        r = add_file(&c, f);
        }
        before = NULL;
        for (size_t i = 0; i < walk.files.n && r >= 0; i++) {
                const FoundFile *f = walk.files.items + i;

                if (is_multi_file(f->name) && !f->masked && !(before && strcmp(before->name, f->name) == 0))
                        r = add_multi_file(&c, &walk, f, &seen);
                before = f;
        }
        return r;
}

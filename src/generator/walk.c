/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Walking the folders. Every bound here is for a hostile or broken tree: a loop of links, millions of
 * entries. */

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include "quadlet/unit-name.h"
#include "util/fd.h"
#include "util/text.h"
#include "walk.h"

#define DEPTH_MAX 16
#define ENTRIES_MAX ((size_t) 100000)

typedef struct Folder {
        dev_t device;
        ino_t inode;
        const struct Folder *parent;
        unsigned depth;
} Folder;

typedef struct Walker {
        Walk *walk;
        Report *report;
        size_t root, entries;
        bool user;
        bool is_users_folder; /* the root is …/users: numbers in it are users */
} Walker;

void found_done(Found *f)
{
        for (size_t i = 0; i < f->n; i++) {
                free(f->items[i].name);
                free(f->items[i].path);
        }
        free(f->items);
        *f = (Found){ .items = NULL };
}

void walk_done(Walk *w)
{
        found_done(&w->files);
        found_done(&w->drop_ins);
}

static int compare_found(const void *a, const void *b)
{
        const FoundFile *x = a, *y = b;

        return strcmp(x->name, y->name) ?: x->order < y->order ? -1 : x->order > y->order;
}

void found_sort(Found *f)
{
        if (f->n > 0)
                qsort(f->items, f->n, sizeof(f->items[0]), compare_found);
}

const FoundFile *found_find(const Found *f, const char *name)
{
        size_t low = 0, high = f->n;

        while (low < high) {
                size_t middle = low + (high - low) / 2;

                if (strcmp(f->items[middle].name, name) < 0)
                        low = middle + 1;
                else
                        high = middle;
        }
        return low < f->n && strcmp(f->items[low].name, name) == 0 ? f->items + low : NULL;
}

static int append(Walker *w, Found *f, const char *name, const char *path, bool masked)
{
        FoundFile *item;

        if (f->n >= f->allocated) {
                size_t bigger = MAX(f->allocated * 2, (size_t) 64);
                FoundFile *items = realloc(f->items, bigger * sizeof(FoundFile));

                if (!items)
                        return -ENOMEM;
                f->items = items;
                f->allocated = bigger;
        }
        item = f->items + f->n;
        *item = (FoundFile){ .root = w->root, .order = w->entries, .masked = masked };
        item->name = strdup(name);
        item->path = strdup(path);
        if (!item->name || !item->path) {
                free(item->name);
                free(item->path);
                return -ENOMEM;
        }
        f->n++;
        return 0;
}

static bool is_number(const char *s)
{
        return *s && strspn(s, "0123456789") == strlen(s);
}

static bool is_wanted(const char *name)
{
        return unit_type_from_name(name) >= 0 || text_ends_with(name, strlen(name), ".quadlets");
}

static bool is_mask(int dir_fd, const char *name)
{
        char target[sizeof("/dev/null")];
        ssize_t n = readlinkat(dir_fd, name, target, sizeof(target));

        return n == sizeof(target) - 1 && memcmp(target, "/dev/null", sizeof(target) - 1) == 0;
}

static int walk_folder(Walker *w, const char *path, const Folder *parent);

static int take_folder(Walker *w, const char *name, const char *path, const Folder *parent)
{
        if (text_ends_with(name, strlen(name), ".d"))
                return append(w, &w->walk->drop_ins, name, path, false);
        if (parent->depth == 1 && !w->user && strcmp(name, "users") == 0)
                return 0; /* for the managers of users */
        if (parent->depth == 1 && w->is_users_folder && is_number(name))
                return 0; /* a folder of its own, or another user's */
        return walk_folder(w, path, parent);
}

/* type: of the entry itself as the folder has it, DT_UNKNOWN or not. It saves asking for each file. */
static int take_entry(Walker *w, int dir_fd, const char *folder, const char *name, unsigned char type,
                      const Folder *parent)
{
        _cleanup_free_ char *path = NULL;
        struct stat st;

        if (*name == '.')
                return 0;
        if (asprintf(&path, "%s/%s", folder, name) < 0) {
                path = NULL;
                return -ENOMEM;
        }
        w->entries++;
        if (type == DT_REG)
                return is_wanted(name) ? append(w, &w->walk->files, name, path, false) : 0;
        if (is_wanted(name) && is_mask(dir_fd, name))
                return append(w, &w->walk->files, name, path, true);
        if (fstatat(dir_fd, name, &st, 0) < 0) {
                if (is_wanted(name))
                        report(w->report, LOG_ERR, "%s: %s", path, strerror(errno));
                return 0;
        }
        if (S_ISDIR(st.st_mode))
                return take_folder(w, name, path, parent);
        if (!is_wanted(name))
                return 0;
        if (!S_ISREG(st.st_mode)) {
                report(w->report, LOG_ERR, "%s: not a regular file", path);
                return 0;
        }
        return append(w, &w->walk->files, name, path, false);
}

static bool is_loop(const Folder *f)
{
        for (const Folder *p = f->parent; p; p = p->parent)
                if (p->device == f->device && p->inode == f->inode)
                        return true;
        return false;
}

static int compare_names(const struct dirent **a, const struct dirent **b)
{
        return strcmp((*a)->d_name, (*b)->d_name);
}

static int walk_folder(Walker *w, const char *path, const Folder *parent)
{
        Folder self = { .parent = parent, .depth = parent ? parent->depth + 1 : 1 };
        _cleanup_close_ int fd = -EBADF;
        struct dirent **entries = NULL;
        struct stat st;
        int n, r = 0;

        fd = RET_NERRNO(open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NONBLOCK));
        if (fd >= 0 && fstat(fd, &st) < 0)
                return -errno;
        if (fd < 0) {
                if (fd != -ENOENT || parent)
                        report(w->report, LOG_ERR, "%s: %s", path, strerror(-fd));
                return 0;
        }
        self.device = st.st_dev;
        self.inode = st.st_ino;
        if (is_loop(&self) || self.depth > DEPTH_MAX) {
                report(w->report, LOG_ERR, "%s: %s", path,
                       self.depth > DEPTH_MAX ? "too many folders in folders"
                                              : "a link that leads back to its own folder");
                return 0;
        }
        n = scandirat(fd, ".", &entries, NULL, compare_names);
        if (n < 0) {
                report(w->report, LOG_ERR, "%s: %s", path, strerror(errno));
                return 0;
        }
        for (int i = 0; i < n; i++) {
                if (r >= 0 && w->entries < ENTRIES_MAX)
                        r = take_entry(w, fd, path, entries[i]->d_name, entries[i]->d_type, &self);
                free(entries[i]);
        }
        free(entries);
        return r;
}

int walk_folders(const Words *folders, bool user, Walk *ret, Report *report_to)
{
        Walker w = { .walk = ret, .report = report_to, .user = user };
        int r = 0;

        for (size_t i = 0; i < folders->n && r >= 0; i++) {
                w.root = i;
                w.is_users_folder = text_ends_with(folders->items[i], strlen(folders->items[i]), "/users");
                r = walk_folder(&w, folders->items[i], NULL);
        }
        if (w.entries >= ENTRIES_MAX)
                report(report_to, LOG_ERR, "more than %zu files; the rest is ignored", ENTRIES_MAX);
        found_sort(&ret->files);
        found_sort(&ret->drop_ins);
        return r;
}

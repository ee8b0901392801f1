/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* cgroup paths and mounts from the kernel's text files.
 *
 *   /proc/PID/cgroup      "5:cpuacct,cpu:/a", "1:name=systemd:/a", v2: "0::/a"               cgroups(7)
 *   /proc/PID/mountinfo   "36 35 98:0 /root /mount/point rw … - cgroup cgroup rw,cpu,cpuacct"
 *                                                                           proc_pid_mountinfo(5)
 *
 * The two files name the controllers of a v1 hierarchy in different orders, and the folder of the mount can
 * have one of these names or a third one. Names of folders are therefore not used: a mount is found by the
 * set of its controllers. */

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codec/cgroup/cgroup-path.h"
#include "util/cleanup.h"
#include "util/macro.h"

/* Removes the next piece, up to `separator`, from *s. False: *s is at its end. */
static bool next_piece(const char **s, char separator, const char **ret, size_t *ret_size)
{
        const char *end;

        if (!*s || !**s)
                return false;
        end = strchrnul(*s, separator);
        *ret = *s;
        *ret_size = (size_t) (end - *s);
        *s = *end ? end + 1 : end;
        return true;
}

/* Makes room for one more than n items. The size doubles at powers of two. */
static int grow(void **items, size_t n, size_t item_size)
{
        void *bigger;

        if ((n & (n - 1)) != 0)
                return 0;
        bigger = reallocarray(*items, n > 0 ? n * 2 : 1, item_size);
        if (!bigger)
                return -ENOMEM;
        *items = bigger;
        return 0;
}

void cgroup_paths_done(CgroupPaths *p)
{
        assert(p);
        for (size_t i = 0; i < p->n_items; i++) {
                free(p->items[i].controllers);
                free(p->items[i].path);
        }
        free(p->items);
        *p = CGROUP_PATHS_NULL;
}

/* "ID:CONTROLLERS:PATH"; the path can contain colons. */
static int add_path(CgroupPaths *p, const char *line, size_t size)
{
        const char *controllers, *path, *end = line + size;
        CgroupPath item;
        size_t digits = strspn(line, "0123456789");
        int r;

        if (digits == 0 || digits >= size || line[digits] != ':')
                return -EBADMSG;
        controllers = line + digits + 1;
        path = memchr(controllers, ':', (size_t) (end - controllers));
        if (!path || path + 1 == end || path[1] != '/')
                return -EBADMSG;
        r = grow((void **) &p->items, p->n_items, sizeof(CgroupPath));
        if (r < 0)
                return r;
        item.controllers = strndup(controllers, (size_t) (path - controllers));
        item.path = strndup(path + 1, (size_t) (end - path - 1));
        if (!item.controllers || !item.path) {
                free(item.controllers);
                free(item.path);
                return -ENOMEM;
        }
        p->items[p->n_items++] = item;
        return 0;
}

int cgroup_paths_parse(const char *text, CgroupPaths *ret)
{
        _cleanup_(cgroup_paths_done) CgroupPaths p = CGROUP_PATHS_NULL;
        const char *line;
        size_t size;

        assert(text);
        assert(ret);
        while (next_piece(&text, '\n', &line, &size)) {
                int r = size > 0 ? add_path(&p, line, size) : 0;

                if (r < 0)
                        return r;
        }
        *ret = p;
        p = CGROUP_PATHS_NULL;
        return 0;
}

/* Whether a list of names with commas contains this name. */
static bool list_contains(const char *list, const char *name, size_t name_size)
{
        const char *item;
        size_t size;

        while (next_piece(&list, ',', &item, &size))
                if (size == name_size && memcmp(item, name, size) == 0)
                        return true;
        return false;
}

const CgroupPath *cgroup_paths_find(const CgroupPaths *p, const char *controller)
{
        assert(p);
        assert(controller);
        for (size_t i = 0; i < p->n_items; i++) {
                const char *controllers = p->items[i].controllers;

                if (controller[0] ? list_contains(controllers, controller, strlen(controller))
                                  : !controllers[0])
                        return p->items + i;
        }
        return NULL;
}

void cgroup_mounts_done(CgroupMounts *m)
{
        assert(m);
        for (size_t i = 0; i < m->n_items; i++) {
                free(m->items[i].controllers);
                free(m->items[i].root);
                free(m->items[i].mount_point);
        }
        free(m->items);
        *m = CGROUP_MOUNTS_NULL;
}

static bool is_octal(char c)
{
        return c >= '0' && c <= '7';
}

/* A copy in which the kernel's escapes like "\040", for blank, tab, newline and backslash, are decoded.
 * "\000" is not such an escape and stays. */
static char *unescape(const char *s, size_t size)
{
        char *copy = malloc(size + 1);
        size_t n = 0;

        if (!copy)
                return NULL;
        for (size_t i = 0; i < size; i++) {
                copy[n] = s[i];
                if (s[i] == '\\' && size - i > 3 && s[i + 1] <= '3' && is_octal(s[i + 1]) &&
                    is_octal(s[i + 2]) && is_octal(s[i + 3])) {
                        int c = (s[i + 1] - '0') << 6 | (s[i + 2] - '0') << 3 | (s[i + 3] - '0');

                        if (c != 0) {
                                copy[n] = (char) c;
                                i += 3;
                        }
                }
                n++;
        }
        copy[n] = 0;
        return copy;
}

/* The pieces of a line that add_mount() needs; they point into the line. */
typedef struct MountLine {
        const char *root, *mount_point, *type, *options;
        size_t root_size, mount_point_size, type_size, options_size;
} MountLine;

/* line: one line that ends with a NUL. */
static bool split_mount_line(const char *line, MountLine *ret)
{
        const char *skipped;
        size_t n;

        for (int i = 0; i < 3; i++)
                if (!next_piece(&line, ' ', &skipped, &n))
                        return false;
        if (!next_piece(&line, ' ', &ret->root, &ret->root_size) ||
            !next_piece(&line, ' ', &ret->mount_point, &ret->mount_point_size))
                return false;
        /* A single dash follows the options of the mount and any number of optional fields. */
        do {
                if (!next_piece(&line, ' ', &skipped, &n))
                        return false;
        } while (n != 1 || *skipped != '-');
        return next_piece(&line, ' ', &ret->type, &ret->type_size) && next_piece(&line, ' ', &skipped, &n) &&
               next_piece(&line, ' ', &ret->options, &ret->options_size);
}

static int add_mount(CgroupMounts *m, const char *line)
{
        MountLine l;
        CgroupMount item;
        int r;

        if (!split_mount_line(line, &l) || *l.root != '/' || *l.mount_point != '/')
                return 0;
        item.v2 = l.type_size == 7 && memcmp(l.type, "cgroup2", 7) == 0;
        if (!item.v2 && (l.type_size != 6 || memcmp(l.type, "cgroup", 6) != 0))
                return 0;
        r = grow((void **) &m->items, m->n_items, sizeof(CgroupMount));
        if (r < 0)
                return r;
        item.controllers = item.v2 ? strdup("") : unescape(l.options, l.options_size);
        item.root = unescape(l.root, l.root_size);
        item.mount_point = unescape(l.mount_point, l.mount_point_size);
        m->items[m->n_items++] = item;
        return item.controllers && item.root && item.mount_point ? 0 : -ENOMEM;
}

int cgroup_mounts_parse(const char *text, CgroupMounts *ret)
{
        _cleanup_(cgroup_mounts_done) CgroupMounts m = CGROUP_MOUNTS_NULL;
        const char *line;
        size_t size;

        assert(text);
        assert(ret);
        while (next_piece(&text, '\n', &line, &size)) {
                _cleanup_free_ char *copy = strndup(line, size);
                int r = copy ? add_mount(&m, copy) : -ENOMEM;

                if (r < 0)
                        return r;
        }
        *ret = m;
        m = CGROUP_MOUNTS_NULL;
        return 0;
}

static bool mount_has_hierarchy(const CgroupMount *m, const char *controllers)
{
        const char *name;
        size_t size;

        if (m->v2 || !controllers[0])
                return m->v2 && !controllers[0];
        while (next_piece(&controllers, ',', &name, &size))
                if (!list_contains(m->controllers, name, size))
                        return false;
        return true;
}

/* Removes the next component from *path. False: *path is at its end. */
static bool next_component(const char **path, const char **ret, size_t *ret_size)
{
        *path += strspn(*path, "/");
        *ret = *path;
        *ret_size = strcspn(*path, "/");
        *path += *ret_size;
        return *ret_size > 0;
}

/* The rest of path below ancestor, without slashes at the beginning and possibly "", or NULL if path is not
 * below it. */
static const char *path_below(const char *path, const char *ancestor)
{
        const char *a, *b, *rest;
        size_t n, m;

        if (*path != '/' || *ancestor != '/')
                return NULL;
        for (rest = path; next_component(&rest, &a, &n);)
                if (n == 2 && memcmp(a, "..", 2) == 0)
                        return NULL;
        while (next_component(&ancestor, &b, &m))
                if (!next_component(&path, &a, &n) || n != m || memcmp(a, b, n) != 0)
                        return NULL;
        return path + strspn(path, "/");
}

bool cgroup_path_is_below(const char *path, const char *ancestor)
{
        assert(path);
        assert(ancestor);
        return path_below(path, ancestor);
}

int cgroup_mounts_resolve(const CgroupMounts *m, const CgroupPath *cgroup, char **ret)
{
        const CgroupMount *best = NULL;
        const char *rest;
        size_t n;
        char *s;

        assert(m);
        assert(cgroup);
        assert(ret);

        /* The first mount that has it, unless a later mount covers that one. */
        for (size_t i = 0; i < m->n_items; i++) {
                const CgroupMount *item = m->items + i;
                bool covers = best && strcmp(best->mount_point, item->mount_point) == 0;

                if (best && !covers)
                        continue;
                best = mount_has_hierarchy(item, cgroup->controllers) && path_below(cgroup->path, item->root)
                               ? item
                               : NULL;
        }
        if (!best)
                return -ENOENT;
        rest = path_below(cgroup->path, best->root);
        n = strlen(best->mount_point);
        while (n > 0 && best->mount_point[n - 1] == '/')
                n--;
        if (asprintf(&s, "%.*s%s%s", (int) MIN(n, (size_t) INT_MAX), best->mount_point,
                     *rest || n == 0 ? "/" : "", rest) < 0)
                return -ENOMEM;
        *ret = s;
        return 0;
}

int cgroup_events_parse(const char *text, CgroupEvents *ret)
{
        CgroupEvents e = { .populated = false };
        bool known = false;
        const char *line;
        size_t size;

        assert(text);
        assert(ret);
        while (next_piece(&text, '\n', &line, &size)) {
                if (size == 11 && memcmp(line, "populated ", 10) == 0 &&
                    (line[10] == '0' || line[10] == '1')) {
                        e.populated = line[10] == '1';
                        known = true;
                } else if (size == 8 && memcmp(line, "frozen ", 7) == 0) {
                        e.frozen = line[7] == '1';
                }
        }
        if (!known)
                return -EBADMSG;
        *ret = e;
        return 0;
}

/* Only digits, and at most 19 of them, which fit into a uint64_t. -EBADMSG. */
static int parse_number(const char *s, size_t size, uint64_t *ret)
{
        uint64_t n = 0;

        if (size == 0 || size > 19)
                return -EBADMSG;
        for (size_t i = 0; i < size; i++) {
                if (s[i] < '0' || s[i] > '9')
                        return -EBADMSG;
                n = n * 10 + (uint64_t) (s[i] - '0');
        }
        *ret = n;
        return 0;
}

int cgroup_oom_kills_parse(const char *text, uint64_t *ret)
{
        static const char key[] = "oom_kill ";
        const size_t n = sizeof(key) - 1;
        const char *line;
        size_t size;

        assert(text);
        assert(ret);
        while (next_piece(&text, '\n', &line, &size))
                if (size > n && memcmp(line, key, n) == 0)
                        return parse_number(line + n, size - n, ret);
        return -EBADMSG;
}

int cgroup_procs_parse(const char *text, pid_t **ret, size_t *ret_n)
{
        _cleanup_free_ pid_t *pids = NULL;
        const char *line;
        size_t n = 0, size;

        assert(text);
        assert(ret);
        assert(ret_n);
        while (next_piece(&text, '\n', &line, &size)) {
                uint64_t pid;
                int r = parse_number(line, size, &pid);

                if (r >= 0 && pid > INT_MAX)
                        r = -EBADMSG;
                if (r >= 0 && pid > 0)
                        r = grow((void **) &pids, n, sizeof(pid_t));
                if (r < 0)
                        return r;
                if (pid > 0)
                        pids[n++] = (pid_t) pid;
        }
        *ret = TAKE_PTR(pids);
        *ret_n = n;
        return 0;
}

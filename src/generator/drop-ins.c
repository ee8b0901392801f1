/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* For "a-b@i.container" these folders count, the most specific one first: a-b@i.container.d,
 * a-b@.container.d, a-.container.d, container.d. */

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>

#include "drop-ins.h"
#include "quadlet/unit-name.h"

#define FILES_MAX ((size_t) 1000) /* for one unit */

struct DropIns {
        const Walk *walk;
        Words *files; /* for each folder of walk->drop_ins: the names of its files, sorted */
};

DropIns *drop_ins_free(DropIns *d)
{
        if (!d)
                return NULL;
        for (size_t i = 0; d->files && i < d->walk->drop_ins.n; i++)
                words_done(d->files + i);
        free(d->files);
        free(d);
        return NULL;
}

static int is_drop_in(const struct dirent *entry)
{
        size_t n = strlen(entry->d_name);

        return entry->d_name[0] != '.' && n > 5 && strcmp(entry->d_name + n - 5, ".conf") == 0;
}

static int list_folder(const char *path, Words *ret, Report *r)
{
        struct dirent **entries = NULL;
        int n = scandir(path, &entries, is_drop_in, alphasort);

        if (n < 0) {
                report(r, LOG_ERR, "%s: %s", path, strerror(errno));
                return 0;
        }
        for (int i = 0; i < n; i++) {
                words_add(ret, entries[i]->d_name);
                free(entries[i]);
        }
        free(entries);
        return ret->failed ? -ENOMEM : 0;
}

int drop_ins_new(DropIns **ret, const Walk *walk, Report *report_to)
{
        _cleanup_(drop_ins_freep) DropIns *d = calloc(1, sizeof(*d));
        int r = 0;

        if (!d)
                return -ENOMEM;
        d->walk = walk;
        d->files = calloc(walk->drop_ins.n + 1, sizeof(Words));
        if (!d->files)
                return -ENOMEM;
        for (size_t i = 0; i < walk->drop_ins.n && r >= 0; i++)
                r = list_folder(walk->drop_ins.items[i].path, d->files + i, report_to);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(d);
        return 0;
}

/* Files by name; the first one of a name stays. */
typedef struct Merged {
        Words names, paths;
} Merged;

static void add_folders(const DropIns *d, const char *folder, Merged *m)
{
        const Found *all = &d->walk->drop_ins;
        const FoundFile *f = found_find(all, folder);

        for (; f && f < all->items + all->n && strcmp(f->name, folder) == 0; f++) {
                const Words *files = d->files + (f - all->items);

                for (size_t i = 0; i < files->n && m->names.n < FILES_MAX; i++) {
                        if (words_contain(&m->names, files->items[i]))
                                continue;
                        words_add(&m->names, files->items[i]);
                        words_addf(&m->paths, "%s/%s", f->path, files->items[i]);
                }
        }
}

static void add_formatted(const DropIns *d, Merged *m, const char *prefix, size_t prefix_size,
                          const char *rest, size_t rest_size, UnitType type)
{
        char folder[300];
        int n = snprintf(folder, sizeof(folder), "%.*s%.*s%s%s.d", (int) prefix_size, prefix,
                         (int) rest_size, rest, prefix_size + rest_size > 0 ? "." : "",
                         unit_type_to_string(type));

        if (n > 0 && (size_t) n < sizeof(folder))
                add_folders(d, folder, m);
}

/* Appends the paths in the order of their file names. */
static void settle(Merged *m, Words *ret)
{
        for (size_t done = 0; done < m->names.n; done++) {
                size_t first = m->names.n;

                for (size_t i = 0; i < m->names.n; i++)
                        if (m->paths.items[i] &&
                            (first == m->names.n || strcmp(m->names.items[i], m->names.items[first]) < 0))
                                first = i;
                words_take(ret, TAKE_PTR(m->paths.items[first]));
        }
        m->paths.n = 0; /* all were taken */
}

int drop_ins_of(const DropIns *d, const char *unit_name, Words *ret)
{
        Merged m = {};
        UnitName n;
        int r = unit_name_parse(unit_name, &n);

        if (r < 0 || d->walk->drop_ins.n == 0)
                return r;
        add_formatted(d, &m, n.prefix, n.prefix_size + n.is_template + n.instance_size, "", 0, n.type);
        if (n.instance_size > 0)
                add_formatted(d, &m, n.prefix, n.prefix_size, "@", 1, n.type);
        for (size_t i = n.prefix_size; i-- > 1;)
                if (n.prefix[i] == '-' && i + 1 < n.prefix_size)
                        add_formatted(d, &m, n.prefix, i + 1, "", 0, n.type);
        add_formatted(d, &m, "", 0, "", 0, n.type);
        if (!m.names.failed && !m.paths.failed)
                settle(&m, ret);
        r = m.names.failed || m.paths.failed || ret->failed ? -ENOMEM : 0;
        words_done(&m.names);
        words_done(&m.paths);
        return r;
}

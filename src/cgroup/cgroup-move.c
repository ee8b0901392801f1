/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Migration of processes between cgroups, with v2 and with the many hierarchies of v1.
 *
 * The set of controllers of a mount tells which folder belongs to which line of /proc/PID/cgroup; the names
 * of folders do not (see codec/cgroup/cgroup-path.h). A sweep reads cgroup.procs of the container's cgroup
 * and writes each pid to ours. A process that is forked between the two is found by the next pass. The sweep
 * ends when a pass has found no process. Cgroups below the container's were created by the container itself
 * (a systemd or an engine in it), and their processes stay in them. */

#include <dirent.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cgroup-files.h"
#include "cgroup-id.h"
#include "cgroup-move.h"
#include "codec/cgroup/cgroup-path.h"
#include "device-filter.h"
#include "loop/pid-watch.h"
#include "util/fd.h"
#include "util/log.h"
#include "util/macro.h"

/* Limits a sweep in case the container forks faster than it is moved. Whoever calls us freezes it then. */
#define PASSES_MAX 10
#define PROCS_MAX (64U * 1024 * 1024)
#define EVENTS_MAX 4096U

typedef struct Pair {
        char *from, *to; /* folders */
        bool unified;
} Pair;

struct CgroupMove {
        pid_t pid; /* the container's own process */
        Pair *pairs;
        size_t n_pairs;
};

/* Our own cgroup in the hierarchy of theirs; NULL: none. The kernel writes the controllers of a hierarchy in
 * the same order for every process, so that the strings are equal. */
static const CgroupPath *find_same(const CgroupPaths *paths, const CgroupPath *theirs)
{
        for (size_t i = 0; i < paths->n_items; i++)
                if (strcmp(paths->items[i].controllers, theirs->controllers) == 0)
                        return &paths->items[i];
        return NULL;
}

/* "cpu,cpuacct" is one hierarchy: it is wanted if one of the two is. */
static bool hierarchy_is_wanted(const char *controllers, CgroupWanted wanted, void *userdata)
{
        char name[64];

        if (!*controllers)
                return wanted("", userdata);
        while (*controllers) {
                size_t n = strcspn(controllers, ",");

                if (n < sizeof(name)) {
                        memcpy(name, controllers, n);
                        name[n] = 0;
                        if (wanted(name, userdata))
                                return true;
                }
                controllers += n + (controllers[n] == ',');
        }
        return false;
}

static int add_pair(CgroupMove *m, const CgroupMounts *mounts, const CgroupPath *theirs,
                    const CgroupPath *ours)
{
        _cleanup_free_ char *from = NULL, *to = NULL;
        Pair *grown;
        int r;

        r = cgroup_mounts_resolve(mounts, theirs, &from);
        if (r >= 0)
                r = cgroup_mounts_resolve(mounts, ours, &to);
        if (r == -ENOENT)
                return 0; /* the kernel has the hierarchy, but it is not mounted here */
        if (r < 0)
                return r;
        grown = reallocarray(m->pairs, m->n_pairs + 1, sizeof(Pair));
        if (!grown)
                return -ENOMEM;
        m->pairs = grown;
        m->pairs[m->n_pairs++] = (Pair){ TAKE_PTR(from), TAKE_PTR(to), !*theirs->controllers };
        return 0;
}

CgroupMove *cgroup_move_free(CgroupMove *m)
{
        if (!m)
                return NULL;
        for (size_t i = 0; i < m->n_pairs; i++) {
                free(m->pairs[i].from);
                free(m->pairs[i].to);
        }
        free(m->pairs);
        free(m);
        return NULL;
}

static bool has_ended(pid_t pid)
{
        int r = pid_is_ending(pid);

        return r > 0 || r == -ESRCH;
}

int cgroup_move_new(CgroupMove **ret, pid_t pid, const char *container_id, const char *unit_path,
                    CgroupWanted wanted, void *userdata)
{
        _cleanup_(cgroup_mounts_done) CgroupMounts mounts = CGROUP_MOUNTS_NULL;
        _cleanup_(cgroup_paths_done) CgroupPaths theirs = CGROUP_PATHS_NULL, ours = CGROUP_PATHS_NULL;
        _cleanup_(cgroup_move_freep) CgroupMove *m = NULL;
        int r;

        m = calloc(1, sizeof(*m));
        if (!m)
                return -ENOMEM;
        m->pid = pid;
        r = cgroup_read_mounts(&mounts);
        if (r >= 0)
                r = cgroup_read_paths(0, &ours);
        if (r < 0)
                return r;
        r = cgroup_read_paths(pid, &theirs);
        if (r < 0)
                return has_ended(pid) ? -ESRCH : r == -ESRCH ? -ENOENT : r;
        if (mounts.n_items == 0)
                return -ENOENT;

        for (size_t i = 0; i < theirs.n_items; i++) {
                const CgroupPath *t = &theirs.items[i], *o = find_same(&ours, t);

                if (!o || strcmp(o->path, t->path) == 0)
                        continue;
                if (unit_path && cgroup_path_is_below(t->path, unit_path))
                        continue;
                if (!strstr(t->path, container_id) || !hierarchy_is_wanted(t->controllers, wanted, userdata))
                        continue;
                r = add_pair(m, &mounts, t, o);
                if (r < 0)
                        return r;
        }
        *ret = TAKE_PTR(m);
        return 0;
}

size_t cgroup_move_count(const CgroupMove *m)
{
        return m->n_pairs;
}

bool cgroup_move_is_blind(const CgroupMove *m)
{
        for (size_t i = 0; i < m->n_pairs; i++)
                if (!m->pairs[i].unified)
                        return true;
        return false;
}

static const Pair *find_unified(const CgroupMove *m)
{
        for (size_t i = 0; i < m->n_pairs; i++)
                if (m->pairs[i].unified)
                        return &m->pairs[i];
        return NULL;
}

const char *cgroup_move_unified_source(const CgroupMove *m)
{
        const Pair *p = find_unified(m);

        return p ? p->from : NULL;
}

static int open_folder(const char *path)
{
        return RET_NERRNO(open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}

static int sweep_pair(const Pair *p, int *n_moved)
{
        _cleanup_close_ int to = -EBADF;
        _cleanup_free_ char *procs = NULL;

        if (asprintf(&procs, "%s/cgroup.procs", p->to) < 0)
                return -ENOMEM;
        to = RET_NERRNO(open(procs, O_WRONLY | O_CLOEXEC));
        if (to < 0)
                return to;
        for (unsigned pass = 0; pass < PASSES_MAX; pass++) {
                _cleanup_close_ int from = open_folder(p->from);
                int before = *n_moved, r = from;

                if (from >= 0)
                        r = cgroup_move_folder(from, to, n_moved);
                if (r == -ENOENT || r == -ENODEV)
                        return 0; /* removed, so no process is left in it */
                if (r < 0)
                        return r;
                if (*n_moved == before)
                        return 0;
        }
        return 0;
}

int cgroup_move_sweep(CgroupMove *m)
{
        int n_moved = 0, result = 0;

        for (size_t i = 0; i < m->n_pairs; i++) {
                int r = sweep_pair(&m->pairs[i], &n_moved);

                if (r < 0)
                        result = log_debug_errno(r, "Moving from %s to %s: %m", m->pairs[i].from,
                                                 m->pairs[i].to);
        }
        return result < 0 ? result : n_moved;
}

/* What is left */

static bool has_processes(const Pair *p)
{
        _cleanup_close_ int fd = open_folder(p->from);
        _cleanup_free_ char *text = NULL;

        return fd >= 0 && read_file_at(fd, "cgroup.procs", PROCS_MAX, &text, NULL) >= 0 && *text;
}

bool cgroup_move_has_left(const CgroupMove *m)
{
        for (size_t i = 0; i < m->n_pairs; i++)
                if (has_processes(&m->pairs[i]))
                        return true;
        return false;
}

static bool has_folders(const Pair *p)
{
        _cleanup_closedir_ DIR *d = opendir(p->from);
        struct dirent *entry;

        while (d && (entry = readdir(d)))
                if (entry->d_type == DT_DIR && entry->d_name[0] != '.')
                        return true;
        return false;
}

bool cgroup_move_has_inner(const CgroupMove *m)
{
        for (size_t i = 0; i < m->n_pairs; i++)
                if (has_folders(&m->pairs[i]))
                        return true;
        return false;
}

/* The freezer, and the filter of devices, of cgroup v2 */

int cgroup_move_freeze(const CgroupMove *m, bool freeze)
{
        const Pair *p = find_unified(m);
        _cleanup_close_ int folder = p ? open_folder(p->from) : -EOPNOTSUPP, fd = folder;

        if (folder >= 0)
                fd = RET_NERRNO(openat(folder, "cgroup.freeze", O_WRONLY | O_CLOEXEC));
        if (fd < 0)
                return fd;
        return RET_NERRNO((int) write(fd, freeze ? "1" : "0", 1)) < 0 ? -errno : 0;
}

bool cgroup_move_is_frozen(const CgroupMove *m)
{
        const Pair *p = find_unified(m);
        _cleanup_close_ int folder = p ? open_folder(p->from) : -EBADF;
        _cleanup_free_ char *text = NULL;
        CgroupEvents events;

        return folder >= 0 && read_file_at(folder, "cgroup.events", EVENTS_MAX, &text, NULL) >= 0 &&
               cgroup_events_parse(text, &events) >= 0 && events.frozen;
}

int cgroup_move_carry_filter(const CgroupMove *m)
{
        const Pair *p = find_unified(m);
        _cleanup_close_ int from = p ? open_folder(p->from) : -EBADF, to = -EBADF;

        if (!p)
                return 0;
        if (from < 0)
                return from == -ENOENT && has_ended(m->pid) ? -ESRCH : from;
        to = open_folder(p->to);
        return to < 0 ? to : device_filter_copy(from, to);
}

static bool is_systemds(const CgroupPath *p)
{
        return !*p->controllers || strcmp(p->controllers, "name=systemd") == 0;
}

static bool has_id(const CgroupPaths *paths, const char *container_id)
{
        for (size_t i = 0; i < paths->n_items; i++)
                if (strstr(paths->items[i].path, container_id))
                        return true;
        return false;
}

/* Our own cgroup counts only in systemd's own hierarchy. In the other ones of v1, all units of a slice may
 * share a cgroup. */
static bool is_of_container(const CgroupPaths *theirs, const char *container_id)
{
        _cleanup_(cgroup_paths_done) CgroupPaths ours = CGROUP_PATHS_NULL;

        if (cgroup_read_paths(0, &ours) < 0)
                return false;
        if (has_id(theirs, container_id))
                return true;
        for (size_t i = 0; i < theirs->n_items; i++) {
                const CgroupPath *t = &theirs->items[i], *o = find_same(&ours, t);

                if (is_systemds(t) && o && o->path[1] && cgroup_path_is_below(t->path, o->path))
                        return true;
        }
        return false;
}

bool cgroup_is_of_container(pid_t pid, const char *container_id)
{
        _cleanup_(cgroup_paths_done) CgroupPaths theirs = CGROUP_PATHS_NULL;

        return cgroup_read_paths(pid, &theirs) >= 0 && is_of_container(&theirs, container_id);
}

int cgroup_member_id(pid_t pid, const char *container_id, uint64_t *ret)
{
        _cleanup_(cgroup_paths_done) CgroupPaths theirs = CGROUP_PATHS_NULL;
        const CgroupPath *unified;
        int r = cgroup_read_paths(pid, &theirs);

        if (r < 0)
                return r;
        unified = cgroup_paths_find(&theirs, "");
        if (!unified ||
            !is_of_container(&(CgroupPaths){ .items = (CgroupPath *) unified, .n_items = 1 }, container_id))
                return -ENOENT;
        return cgroup_id_of(unified, ret);
}

int cgroup_id_is_of_container(uint64_t id, pid_t member)
{
        const pid_t pids[] = { 0, member };
        int r = 0;

        for (size_t i = 0; i < ELEMENTSOF(pids) && r == 0; i++) {
                _cleanup_(cgroup_paths_done) CgroupPaths paths = CGROUP_PATHS_NULL;
                const CgroupPath *unified;

                r = cgroup_read_paths(pids[i], &paths);
                unified = r < 0 ? NULL : cgroup_paths_find(&paths, "");
                if (unified && unified->path[1])
                        r = cgroup_id_is_below(id, unified);
        }
        return r;
}

bool cgroup_has_id(pid_t pid, const char *container_id)
{
        _cleanup_(cgroup_paths_done) CgroupPaths theirs = CGROUP_PATHS_NULL;

        return cgroup_read_paths(pid, &theirs) >= 0 && has_id(&theirs, container_id);
}

/* What the kernel appends to the path of a cgroup that was removed. */
#define DELETED " (deleted)"

bool cgroup_was_of_container(pid_t pid, const char *container_id)
{
        _cleanup_(cgroup_paths_done) CgroupPaths theirs = CGROUP_PATHS_NULL;
        bool forgotten = true;

        if (cgroup_read_paths(pid, &theirs) < 0)
                return false;
        for (size_t i = 0; i < theirs.n_items; i++) {
                char *path = theirs.items[i].path;
                size_t n = strlen(path), suffix = strlen(DELETED);

                if (n > suffix && strcmp(path + n - suffix, DELETED) == 0)
                        path[n - suffix] = 0;
                forgotten = forgotten && strcmp(path, "/") == 0;
        }
        return forgotten || is_of_container(&theirs, container_id);
}

bool cgroup_is_ours(pid_t pid, const char *unit_path)
{
        _cleanup_(cgroup_paths_done) CgroupPaths theirs = CGROUP_PATHS_NULL, ours = CGROUP_PATHS_NULL;

        if (cgroup_read_paths(pid, &theirs) < 0 || cgroup_read_paths(0, &ours) < 0)
                return false;
        for (size_t i = 0; i < theirs.n_items; i++) {
                const CgroupPath *t = &theirs.items[i], *o = find_same(&ours, t);
                const char *top = unit_path ?: (o ? o->path : "/");

                if (is_systemds(t) && top[1] && cgroup_path_is_below(t->path, top))
                        return true;
        }
        return false;
}

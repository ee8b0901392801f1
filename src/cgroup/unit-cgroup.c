/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The path of the unit's cgroup is the part of our own path that ends with the unit's name. We may be in a
 * cgroup below it: because of DelegateSubgroup=, or as a control process. If the unit's name could be the
 * name of one of the kernel's files ("cpu.service"), systemd adds an underscore before it. */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <systemd/sd-login.h>
#include <unistd.h>

#include "cgroup-files.h"
#include "unit-cgroup.h"
#include "util/cgroup-folder.h"
#include "util/fd.h"
#include "util/log.h"
#include "util/macro.h"

#define LEAF_NAME "supervisor"
#define CONTROLLERS_MAX 4096U
#define MEMORY_EVENTS_MAX 4096U
#define PASSES_MAX 100

struct UnitCgroup {
        char *path;
        char *folder;
        uint64_t id;
        bool v2;
        bool delegated;
        bool in_leaf; /* we are in a cgroup below it, whoever created that */
        bool leaf_is_ours;
};

/* The length of the part of path that ends with the component of the unit; 0: no component is the unit's. */
static size_t find_unit_part(const char *path, const char *name)
{
        size_t size = strlen(name);

        for (const char *at = path; *at;) {
                size_t n;

                at += strspn(at, "/");
                n = strcspn(at, "/");
                if ((n == size && memcmp(at, name, n) == 0) ||
                    (n == size + 1 && *at == '_' && memcmp(at + 1, name, size) == 0))
                        return (size_t) (at - path) + n;
                at += n;
        }
        return 0;
}

static int open_folder(int at_fd, const char *path)
{
        return RET_NERRNO(openat(at_fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}

UnitCgroup *unit_cgroup_free(UnitCgroup *u)
{
        if (!u)
                return NULL;
        free(u->path);
        free(u->folder);
        free(u);
        return NULL;
}

/* 1: it is found, and delegated. 0: it is found. */
static int look(UnitCgroup **ret, const CgroupPath *own, const CgroupMounts *mounts, const char *name)
{
        _cleanup_(unit_cgroup_freep) UnitCgroup *u = NULL;
        _cleanup_close_ int fd = -EBADF;
        size_t n = find_unit_part(own->path, name);
        int r;

        if (n == 0)
                return -ENXIO;
        u = calloc(1, sizeof(*u));
        if (!u || !(u->path = strndup(own->path, n)))
                return -ENOMEM;
        r = cgroup_mounts_resolve(mounts, &(CgroupPath){ .controllers = own->controllers, .path = u->path },
                                  &u->folder);
        if (r >= 0)
                r = fd = open_folder(AT_FDCWD, u->folder);
        if (r >= 0)
                r = cgroup_folder_read_id(fd, &u->id);
        if (r < 0)
                return r;
        u->v2 = !*own->controllers;
        u->delegated = cgroup_folder_is_delegated(fd);
        u->in_leaf = own->path[n] == '/';
        *ret = TAKE_PTR(u);
        return (*ret)->delegated;
}

int unit_cgroup_new(UnitCgroup **ret)
{
        _cleanup_(cgroup_mounts_done) CgroupMounts mounts = CGROUP_MOUNTS_NULL;
        _cleanup_(cgroup_paths_done) CgroupPaths paths = CGROUP_PATHS_NULL;
        _cleanup_(unit_cgroup_freep) UnitCgroup *found = NULL;
        _cleanup_free_ char *name = NULL, *user_unit = NULL;
        int r;

        if (sd_pid_get_user_unit(0, &user_unit) >= 0)
                return -ENXIO; /* a unit of a user's manager: the engine's containers do not belong there */
        r = sd_pid_get_unit(0, &name);
        if (r >= 0)
                r = cgroup_read_mounts(&mounts);
        if (r >= 0)
                r = cgroup_read_paths(0, &paths);
        if (r < 0)
                return r;
        /* One of these is systemd's own hierarchy. With v1, v2 can be mounted as well without being used. */
        r = -ENXIO;
        for (size_t i = 0; i < paths.n_items; i++) {
                UnitCgroup *u = NULL;

                if (*paths.items[i].controllers && strcmp(paths.items[i].controllers, "name=systemd") != 0)
                        continue;
                r = look(&u, &paths.items[i], &mounts, name);
                if (r >= 0 && (!found || r > 0)) {
                        unit_cgroup_free(found);
                        found = u;
                } else
                        unit_cgroup_free(u);
        }
        if (!found)
                return r < 0 ? r : -ENXIO;
        *ret = TAKE_PTR(found);
        return 0;
}

const char *unit_cgroup_path(const UnitCgroup *u)
{
        return u->path;
}

uint64_t unit_cgroup_id(const UnitCgroup *u)
{
        return u->id;
}

const char *unit_cgroup_folder(const UnitCgroup *u)
{
        return u->folder;
}

bool unit_cgroup_is_delegated(const UnitCgroup *u)
{
        return u->delegated;
}

bool unit_cgroup_is_writable(const UnitCgroup *u)
{
        _cleanup_close_ int fd = open_folder(AT_FDCWD, u->folder);

        return fd >= 0 && faccessat(fd, "cgroup.procs", W_OK, AT_EACCESS) >= 0 &&
               faccessat(fd, "../cgroup.procs", W_OK, AT_EACCESS) >= 0;
}

bool unit_cgroup_is_v2(const UnitCgroup *u)
{
        return u->v2;
}

int unit_cgroup_read_oom_kills(const UnitCgroup *u, uint64_t *ret)
{
        _cleanup_close_ int folder = open_folder(AT_FDCWD, u->folder);
        _cleanup_free_ char *text = NULL;
        int r = folder;

        if (r >= 0)
                r = read_file_at(folder, "memory.events", MEMORY_EVENTS_MAX, &text, NULL);
        return r < 0 ? r : cgroup_oom_kills_parse(text, ret);
}

/* Writes the controllers one by one, so that one that fails does not affect the others. */
static void switch_controllers(int dir_fd, char sign)
{
        _cleanup_free_ char *text = NULL;
        _cleanup_close_ int fd = -EBADF;

        if (read_file_at(dir_fd, sign == '+' ? "cgroup.controllers" : "cgroup.subtree_control",
                         CONTROLLERS_MAX, &text, NULL) < 0)
                return;
        fd = openat(dir_fd, "cgroup.subtree_control", O_WRONLY | O_CLOEXEC);
        if (fd < 0)
                return;
        for (char *at = text, *name; (name = strsep(&at, " \n"));) {
                char word[64];
                int n = snprintf(word, sizeof(word), "%c%s", sign, name);

                if (*name && n < (int) sizeof(word) && write(fd, word, (size_t) n) < 0)
                        log_debug_errno(-errno, "Can't switch controller %s: %m", word);
        }
}

/* Moves all processes of the cgroup from_fd, also those that are forked meanwhile. */
static int empty_into(int from_fd, int to_dir_fd)
{
        _cleanup_close_ int to = RET_NERRNO(openat(to_dir_fd, "cgroup.procs", O_WRONLY | O_CLOEXEC));
        int n = 1, r = 0;

        if (to < 0)
                return to;
        for (unsigned pass = 0; n > 0 && pass < PASSES_MAX; pass++) {
                n = 0;
                r = cgroup_move_folder(from_fd, to, &n);
        }
        return r;
}

int unit_cgroup_enter_leaf(UnitCgroup *u)
{
        _cleanup_close_ int top = open_folder(AT_FDCWD, u->folder), leaf = -EBADF;
        int r;

        if (top < 0)
                return top;
        if (!u->in_leaf) {
                if (mkdirat(top, LEAF_NAME, 0755) < 0 && errno != EEXIST)
                        return -errno;
                leaf = open_folder(top, LEAF_NAME);
                r = leaf < 0 ? leaf : empty_into(top, leaf);
                if (r < 0)
                        return r;
                u->in_leaf = u->leaf_is_ours = true;
        }
        switch_controllers(top, '+');
        return 0;
}

/* Whether cgroups exist beside the leaf, for example of a container. The names of those that systemd creates
 * there begin with a dot. */
static bool has_others(const char *folder)
{
        _cleanup_closedir_ DIR *d = opendir(folder);
        struct dirent *entry;

        while (d && (entry = readdir(d)))
                if (entry->d_type == DT_DIR && entry->d_name[0] != '.' &&
                    strcmp(entry->d_name, LEAF_NAME) != 0)
                        return true;
        return false;
}

void unit_cgroup_leave_leaf(UnitCgroup *u)
{
        _cleanup_close_ int top = -EBADF, leaf = -EBADF;
        int r;

        if (!u->leaf_is_ours || has_others(u->folder))
                return;
        top = open_folder(AT_FDCWD, u->folder);
        leaf = top < 0 ? -EBADF : open_folder(top, LEAF_NAME);
        if (leaf < 0)
                return;
        switch_controllers(top, '-');
        r = empty_into(leaf, top);
        if (r >= 0)
                r = RET_NERRNO(unlinkat(top, LEAF_NAME, AT_REMOVEDIR));
        if (r < 0)
                log_debug_errno(r, "Can't leave %s/" LEAF_NAME ", systemd will remove it: %m", u->folder);
        else
                u->in_leaf = u->leaf_is_ours = false;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The unit's cgroup: a cgroup that the test makes and moves itself into, and of which it says that it is a
 * unit's, as systemd would (sd_pid_get_unit() is defined here). Skipped where no cgroup may be made. */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <systemd/sd-login.h>
#include <unistd.h>

#include "cgroup/cgroup-files.h"
#include "cgroup/unit-cgroup.h"
#include "loop.h"
#include "util/cleanup.h"
#include "util/fd.h"

static const char *unit_name;
static bool of_user;
static char name[64], root[512], folder[600], leaf[640], beside[640];

int sd_pid_get_unit(pid_t pid, char **ret)
{
        if (!unit_name)
                return -ENODATA;
        *ret = strdup(unit_name);
        return 0;
}

int sd_pid_get_user_unit(pid_t pid, char **ret)
{
        if (!of_user)
                return -ENXIO;
        *ret = strdup("web.service");
        return 0;
}

static int join(const char *cgroup, pid_t pid)
{
        char path[700], text[32];
        int fd, n, r;

        (void) snprintf(path, sizeof(path), "%s/cgroup.procs", cgroup);
        fd = open(path, O_WRONLY | O_CLOEXEC);
        if (fd < 0)
                return -errno;
        n = snprintf(text, sizeof(text), "%i", (int) pid);
        r = write(fd, text, (size_t) n) < 0 ? -errno : 0;
        close(fd);
        return r;
}

static size_t count_in(const char *cgroup)
{
        _cleanup_free_ char *text = NULL;
        char path[700];
        size_t n = 0;

        (void) snprintf(path, sizeof(path), "%s/cgroup.procs", cgroup);
        if (read_file_at(AT_FDCWD, path, 1024 * 1024, &text, NULL) < 0)
                return 0;
        for (const char *p = text; *p; p++)
                n += *p == '\n';
        return n;
}

static bool exists(const char *path)
{
        return access(path, F_OK) >= 0;
}

/* A cgroup of v2 with a name like a unit's, and us in it. */
static void enter_unit(const char *prefix)
{
        _cleanup_(cgroup_mounts_done) CgroupMounts mounts = CGROUP_MOUNTS_NULL;
        _cleanup_(cgroup_paths_done) CgroupPaths paths = CGROUP_PATHS_NULL;
        _cleanup_free_ char *own = NULL;
        const CgroupPath *v2;

        cr_assert_eq(cgroup_read_mounts(&mounts), 0);
        cr_assert_eq(cgroup_read_paths(0, &paths), 0);
        v2 = cgroup_paths_find(&paths, "");
        if (!v2 || cgroup_mounts_resolve(&mounts, v2, &own) < 0)
                cr_skip_test("cgroup v2 is not mounted");
        (void) snprintf(root, sizeof(root), "%s", own);
        (void) snprintf(name, sizeof(name), "test-%i.service", (int) getpid());
        (void) snprintf(folder, sizeof(folder), "%s/%s%s", root, prefix, name);
        (void) snprintf(leaf, sizeof(leaf), "%s/supervisor", folder);
        (void) snprintf(beside, sizeof(beside), "%s/container", folder);
        if (mkdir(folder, 0755) < 0 || join(folder, 0) < 0) {
                (void) rmdir(folder);
                *folder = 0;
                cr_skip_test("can't make a cgroup in %s: %s", root, strerror(errno));
        }
        unit_name = name;
}

static void teardown(void)
{
        if (!*folder)
                return;
        (void) join(root, 0);
        (void) rmdir(leaf);
        (void) rmdir(beside);
        (void) rmdir(folder);
}

TestSuite(unit_cgroup, .fini = teardown, .timeout = LOOP_TIMEOUT);

Test(unit_cgroup, of_no_unit)
{
        UnitCgroup *u = NULL;

        cr_assert_eq(unit_cgroup_new(&u), -ENODATA);
        unit_name = "web.service";
        of_user = true;
        cr_assert_eq(unit_cgroup_new(&u), -ENXIO, "of a user's manager");
        of_user = false;
        unit_name = "not-in-our-path.service";
        cr_assert_eq(unit_cgroup_new(&u), -ENXIO);
        cr_assert_null(u);
        cr_assert_null(unit_cgroup_free(NULL));
}

Test(unit_cgroup, is_found)
{
        _cleanup_(unit_cgroup_freep) UnitCgroup *u = NULL;
        struct stat st;
        uint64_t kills;
        int r;

        enter_unit("");
        cr_assert_eq(unit_cgroup_new(&u), 0);
        cr_assert(strstr(unit_cgroup_path(u), name));
        cr_assert_str_eq(unit_cgroup_folder(u), folder);
        cr_assert_eq(stat(folder, &st), 0);
        cr_assert_eq(unit_cgroup_id(u), st.st_ino);
        cr_assert(unit_cgroup_is_v2(u));
        cr_assert_not(unit_cgroup_is_delegated(u));
        r = unit_cgroup_read_oom_kills(u, &kills);
        cr_assert(r == -ENOENT || (r == 0 && kills == 0), "%i", r);
}

Test(unit_cgroup, delegated_and_with_an_escaped_name)
{
        _cleanup_(unit_cgroup_freep) UnitCgroup *u = NULL;

        enter_unit("_");
        if (setxattr(folder, "trusted.delegate", "1", 1, 0) < 0)
                cr_skip_test("this kernel has no attributes on cgroups");
        cr_assert_eq(unit_cgroup_new(&u), 0);
        cr_assert_str_eq(unit_cgroup_folder(u), folder);
        cr_assert(unit_cgroup_is_delegated(u));
}

/* We, and who else is in the unit, move into a leaf; and back at the end. */
Test(unit_cgroup, leaf_is_entered_and_left)
{
        _cleanup_(unit_cgroup_freep) UnitCgroup *u = NULL;
        pid_t child;

        enter_unit("");
        child = fork();
        if (child == 0) {
                prctl(PR_SET_PDEATHSIG, SIGKILL);
                for (;;)
                        pause();
        }
        cr_assert_eq(unit_cgroup_new(&u), 0);
        cr_assert_eq(unit_cgroup_enter_leaf(u), 0);
        cr_assert_eq(count_in(folder), 0);
        cr_assert_eq(count_in(leaf), 2);
        cr_assert_eq(unit_cgroup_enter_leaf(u), 0, "once is enough");

        cr_assert_eq(mkdir(beside, 0755), 0);
        unit_cgroup_leave_leaf(u);
        cr_assert(exists(leaf), "a container is left");
        cr_assert_eq(rmdir(beside), 0);
        unit_cgroup_leave_leaf(u);
        cr_assert_not(exists(leaf));
        cr_assert_eq(count_in(folder), 2);
        unit_cgroup_leave_leaf(u);
        (void) kill(child, SIGKILL);
        cr_assert_eq(waitpid(child, NULL, 0), child);
}

/* By DelegateSubgroup=: then it is systemd's, and stays. */
Test(unit_cgroup, leaf_of_others)
{
        _cleanup_(unit_cgroup_freep) UnitCgroup *u = NULL;

        enter_unit("");
        cr_assert_eq(mkdir(leaf, 0755), 0);
        cr_assert_eq(join(leaf, 0), 0);
        cr_assert_eq(unit_cgroup_new(&u), 0);
        cr_assert_str_eq(unit_cgroup_folder(u), folder);
        cr_assert_eq(unit_cgroup_enter_leaf(u), 0);
        cr_assert_eq(count_in(leaf), 1);
        unit_cgroup_leave_leaf(u);
        cr_assert_eq(count_in(leaf), 1);
}

Test(unit_cgroup, that_is_gone)
{
        _cleanup_(unit_cgroup_freep) UnitCgroup *u = NULL;
        uint64_t kills;

        enter_unit("");
        cr_assert_eq(unit_cgroup_new(&u), 0);
        cr_assert_eq(join(root, 0), 0);
        cr_assert_eq(rmdir(folder), 0);
        cr_assert_eq(unit_cgroup_enter_leaf(u), -ENOENT);
        cr_assert_eq(unit_cgroup_read_oom_kills(u, &kills), -ENOENT);
        unit_cgroup_leave_leaf(u);
}

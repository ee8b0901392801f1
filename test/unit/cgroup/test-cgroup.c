/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* cgroup-watch and cgroup-move, on cgroups that the tests create and remove. Skipped if no cgroup can be
 * created. */

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cgroup/cgroup-move.h"
#include "cgroup/cgroup-watch.h"
#include "codec/cgroup/cgroup-path.h"
#include "fds.h"
#include "loop.h"
#include "util/fd.h"
#include "util/macro.h"

static char id[65], other_id[65];
static char root[512];                                   /* our own cgroup in the hierarchy under test */
static char container[1024], inner[1100], foreign[1024]; /* cgroups that were created below it */
static const char *hierarchy;                            /* "" for v2, or the name of the v1 hierarchy */
static pid_t children[64];
static size_t n_children;

static char *slurp(const char *path)
{
        char *text = NULL;

        return read_file_at(AT_FDCWD, path, 4 * 1024 * 1024, &text, NULL) < 0 ? NULL : text;
}

/* Finds the folder of our own cgroup in the hierarchy `controllers`. False: it is not mounted. */
static bool find_root(const char *controllers)
{
        _cleanup_(cgroup_mounts_done) CgroupMounts mounts = CGROUP_MOUNTS_NULL;
        _cleanup_(cgroup_paths_done) CgroupPaths paths = CGROUP_PATHS_NULL;
        _cleanup_free_ char *mountinfo = slurp("/proc/self/mountinfo"), *cgroup = slurp("/proc/self/cgroup"),
                            *folder = NULL;

        cr_assert_eq(cgroup_mounts_parse(mountinfo, &mounts), 0);
        cr_assert_eq(cgroup_paths_parse(cgroup, &paths), 0);
        for (size_t i = 0; i < paths.n_items; i++)
                if (strcmp(paths.items[i].controllers, controllers) == 0 &&
                    cgroup_mounts_resolve(&mounts, &paths.items[i], &folder) >= 0) {
                        (void) snprintf(root, sizeof(root), "%s", folder);
                        return true;
                }
        return false;
}

/* Skips the test if the hierarchy is not available. */
static void make_cgroups(const char *controllers)
{
        hierarchy = controllers;
        (void) snprintf(id, sizeof(id), "%064x", (unsigned) getpid());
        (void) snprintf(other_id, sizeof(other_id), "f%063x", (unsigned) getpid());
        if (!find_root(controllers))
                cr_skip_test("hierarchy \"%s\" is not mounted", controllers);
        (void) snprintf(container, sizeof(container), "%s/docker-%s.scope", root, id);
        (void) snprintf(inner, sizeof(inner), "%s/inner", container);
        (void) snprintf(foreign, sizeof(foreign), "%s/foreign-%u", root, (unsigned) getpid());
        if (mkdir(container, 0755) < 0)
                cr_skip_test("can't make a cgroup in %s: %s", root, strerror(errno));
        cr_assert_eq(mkdir(inner, 0755), 0);
        cr_assert_eq(mkdir(foreign, 0755), 0);
}

static int join(const char *folder, pid_t pid)
{
        char path[1200], text[32];
        int fd, n, r;

        (void) snprintf(path, sizeof(path), "%s/cgroup.procs", folder);
        fd = open(path, O_WRONLY | O_CLOEXEC);
        if (fd < 0)
                return -errno;
        n = snprintf(text, sizeof(text), "%i", (int) pid);
        r = write(fd, text, (size_t) n) < 0 ? -errno : 0;
        close(fd);
        return r;
}

/* Starts a process in a cgroup that does nothing. */
static pid_t child_in(const char *folder)
{
        pid_t pid = fork();

        cr_assert_geq(pid, 0);
        if (pid == 0) {
                prctl(PR_SET_PDEATHSIG, SIGKILL);
                for (;;)
                        pause();
        }
        cr_assert_lt(n_children, ELEMENTSOF(children));
        children[n_children++] = pid;
        cr_assert_eq(join(folder, pid), 0);
        return pid;
}

static void end_children(void)
{
        for (size_t i = 0; i < n_children; i++)
                (void) kill(children[i], SIGKILL);
        while (n_children > 0)
                (void) waitpid(children[--n_children], NULL, 0);
}

static void teardown(void)
{
        end_children();
        if (!hierarchy)
                return;
        /* retries: a killed process may be left for a moment, and only an empty cgroup can be removed */
        for (unsigned i = 0; i < 1000; i++) {
                (void) rmdir(inner);
                if ((rmdir(container) == 0 || errno == ENOENT) && (rmdir(foreign) == 0 || errno == ENOENT))
                        return;
                usleep(1000);
        }
}

TestSuite(cgroup_watch, .fini = teardown, .timeout = LOOP_TIMEOUT);
TestSuite(cgroup_move, .fini = teardown, .timeout = LOOP_TIMEOUT);

static size_t count_in(const char *folder)
{
        char path[1200];
        char *text;
        size_t n = 0;

        (void) snprintf(path, sizeof(path), "%s/cgroup.procs", folder);
        text = slurp(path);
        for (const char *p = text; p && *p; p++)
                n += *p == '\n';
        free(text);
        return n;
}

/* --- cgroup-watch --- */

static unsigned changes;
static CgroupWatch *watch;
static bool free_in_change;

static void on_change(void *userdata)
{
        changes++;
        if (free_in_change)
                watch = cgroup_watch_free(watch);
}

static const CgroupWatchOps ops = { on_change };

Test(cgroup_watch, somebody_comes_and_the_last_one_leaves)
{
        sd_event *event = loop_new();

        make_cgroups("");
        cr_assert_eq(cgroup_watch_new(&watch, event, container, "cgroup.events", &ops, NULL), 0);
        loop_settle(event);
        cr_assert_eq(changes, 0);
        child_in(container);
        loop_until(event, changes > 0);
        changes = 0;
        end_children();
        loop_until(event, changes > 0);
        /* and below it */
        changes = 0;
        child_in(inner);
        loop_until(event, changes > 0);
        changes = 0;
        end_children();
        loop_until(event, changes > 0);
        watch = cgroup_watch_free(watch);
        sd_event_unref(event);
}

Test(cgroup_watch, ends_with_its_cgroup)
{
        sd_event *event = loop_new();

        make_cgroups("");
        cr_assert_eq(cgroup_watch_new(&watch, event, container, "cgroup.events", &ops, NULL), 0);
        cr_assert_eq(rmdir(inner), 0);
        cr_assert_eq(rmdir(container), 0);
        loop_settle(event);
        cr_assert_neq(sd_event_get_state(event), SD_EVENT_FINISHED);
        watch = cgroup_watch_free(watch);
        cr_assert_eq(cgroup_watch_new(&watch, event, container, "cgroup.events", &ops, NULL), -ENOENT);
        cr_assert_null(watch);
        cr_assert_null(cgroup_watch_free(NULL));
        sd_event_unref(event);
}

Test(cgroup_watch, may_be_freed_in_its_callback)
{
        sd_event *event = loop_new();

        make_cgroups("");
        free_in_change = true;
        cr_assert_eq(cgroup_watch_new(&watch, event, container, "cgroup.events", &ops, NULL), 0);
        child_in(container);
        loop_until(event, changes > 0);
        cr_assert_null(watch);
        loop_settle(event);
        cr_assert_eq(changes, 1);
        sd_event_unref(event);
}

/* Without the controller there is no such file. An ordinary file is none that reports changes. */
Test(cgroup_watch, no_such_file)
{
        char folder[] = "/tmp/test-cgroup.XXXXXX", path[64];
        sd_event *event = loop_new();

        cr_assert_not_null(mkdtemp(folder));
        cr_assert_eq(cgroup_watch_new(&watch, event, folder, "memory.events", &ops, NULL), -ENOENT);
        (void) snprintf(path, sizeof(path), "%s/memory.events", folder);
        cr_assert_eq(write_file_atomic(path, "oom_kill 0\n", 11, 0600), 0);
        cr_assert_eq(cgroup_watch_new(&watch, event, folder, "memory.events", &ops, NULL), -EPERM);
        cr_assert_null(watch);
        (void) unlink(path);
        (void) rmdir(folder);
        sd_event_unref(event);
}

/* A host's services share 128 instances of inotify. */
Test(cgroup_watch, needs_no_inotify)
{
        sd_event *event = loop_new();

        make_cgroups("");
        cr_assert_eq(cgroup_watch_new(&watch, event, container, "cgroup.events", &ops, NULL), 0);
        cr_assert_eq(fds_count("anon_inode:inotify"), 0);
        watch = cgroup_watch_free(watch);
        sd_event_unref(event);
}

/* --- cgroup-move --- */

/* Only the hierarchy under test. */
static bool wanted(const char *controller, void *userdata)
{
        return strcmp(controller, hierarchy) == 0;
}

static bool nothing_wanted(const char *controller, void *userdata)
{
        return false;
}

static void check_moves(const char *controllers)
{
        CgroupMove *m = NULL;
        pid_t pid, in_inner;

        make_cgroups(controllers);
        pid = child_in(container);
        child_in(container);
        in_inner = child_in(inner);
        child_in(foreign);
        cr_assert_eq(cgroup_move_new(&m, pid, id, NULL, wanted, NULL), 0);
        cr_assert_eq(cgroup_move_count(m), 1);
        cr_assert_eq(cgroup_move_is_blind(m), *controllers != 0);
        if (*controllers)
                cr_assert_null(cgroup_move_unified_source(m));
        else
                cr_assert_str_eq(cgroup_move_unified_source(m), container);
        cr_assert(cgroup_is_of_container(pid, id));
        cr_assert(cgroup_has_id(pid, id));
        cr_assert(cgroup_move_has_left(m));
        cr_assert(cgroup_move_has_inner(m));
        cr_assert_eq(cgroup_move_sweep(m), 2);
        cr_assert(!cgroup_move_has_left(m));
        cr_assert_eq(count_in(container), 0);
        cr_assert_eq(count_in(inner), 1, "the container has put it there");
        cr_assert_eq(count_in(foreign), 1, "strangers stay");
        cr_assert_eq(cgroup_move_sweep(m), 0, "idempotent");
        /* processes that join later */
        child_in(container);
        cr_assert_eq(cgroup_move_sweep(m), 1);
        /* the engine has removed it */
        cr_assert_eq(join(foreign, in_inner), 0);
        cr_assert_eq(rmdir(inner), 0);
        cr_assert(!cgroup_move_has_inner(m));
        cr_assert_eq(rmdir(container), 0);
        cr_assert_eq(cgroup_move_sweep(m), 0);
        m = cgroup_move_free(m);
        /* it is in our own cgroup */
        cr_assert_not(cgroup_has_id(pid, id));
        cr_assert_eq(cgroup_move_new(&m, pid, id, NULL, wanted, NULL), 0);
        cr_assert_eq(cgroup_move_count(m), 0);
        cr_assert(!cgroup_move_is_blind(m));
        cr_assert_eq(cgroup_move_sweep(m), 0);
        cgroup_move_free(m);
        cr_assert_null(cgroup_move_free(NULL));
}

Test(cgroup_move, unified)
{
        check_moves("");
}

Test(cgroup_move, name_systemd_of_v1)
{
        check_moves("name=systemd");
}

/* Its processes stand still, and go on. */
Test(cgroup_move, freezer)
{
        sd_event *event = loop_new();
        CgroupMove *m = NULL;
        pid_t pid;
        int r;

        make_cgroups("");
        pid = child_in(container);
        cr_assert_eq(cgroup_move_new(&m, pid, id, NULL, wanted, NULL), 0);
        cr_assert(!cgroup_move_is_frozen(m));
        r = cgroup_move_freeze(m, true);
        if (r == -ENOENT)
                cr_skip_test("this kernel cannot freeze a v2 cgroup (Linux 5.2)");
        cr_assert_eq(r, 0);
        cr_assert_eq(cgroup_watch_new(&watch, event, container, "cgroup.events", &ops, NULL), 0);
        loop_until(event, cgroup_move_is_frozen(m));
        cr_assert_eq(cgroup_move_freeze(m, false), 0);
        loop_until(event, !cgroup_move_is_frozen(m));
        watch = cgroup_watch_free(watch);
        /* The cgroup has no filter of devices; whether that is known is a matter of rights. */
        r = cgroup_move_carry_filter(m);
        cr_assert(r == 0 || r == -EPERM || r == -EINVAL || r == -ENOSYS, "%i", r);
        /* the engine has removed it */
        cr_assert_eq(join(foreign, pid), 0);
        cr_assert_eq(rmdir(inner), 0);
        cr_assert_eq(rmdir(container), 0);
        cr_assert_lt(cgroup_move_freeze(m, true), 0);
        cr_assert(!cgroup_move_is_frozen(m));
        cr_assert_eq(cgroup_move_carry_filter(m), -ENOENT);
        cr_assert_eq(kill(pid, SIGKILL), 0);
        cr_assert_eq(waitpid(pid, NULL, 0), pid);
        cr_assert_eq(cgroup_move_carry_filter(m), -ESRCH, "and the container has ended");
        cgroup_move_free(m);
        sd_event_unref(event);
}

/* Nothing of v2 is moved: there is nothing to be frozen, and no filter. */
Test(cgroup_move, no_freezer)
{
        CgroupMove *m = NULL;

        make_cgroups("");
        cr_assert_eq(cgroup_move_new(&m, child_in(container), id, NULL, nothing_wanted, NULL), 0);
        cr_assert_eq(cgroup_move_freeze(m, true), -EOPNOTSUPP);
        cr_assert(!cgroup_move_is_frozen(m));
        cr_assert_eq(cgroup_move_carry_filter(m), 0);
        cgroup_move_free(m);
}

/* A cgroup without the container's id in its name may belong to others. */
Test(cgroup_move, not_of_the_container)
{
        CgroupMove *m = NULL;
        pid_t pid;

        make_cgroups("");
        pid = child_in(foreign);
        cr_assert_eq(cgroup_move_new(&m, pid, id, NULL, wanted, NULL), 0);
        cr_assert_eq(cgroup_move_count(m), 0);
        cr_assert_eq(cgroup_move_sweep(m), 0);
        cr_assert_eq(count_in(foreign), 1);
        cgroup_move_free(m);
        m = NULL;
        pid = child_in(container);
        cr_assert_eq(cgroup_move_new(&m, pid, other_id, NULL, wanted, NULL), 0);
        cr_assert_eq(cgroup_move_count(m), 0);
        cgroup_move_free(m);
        m = NULL;
        cr_assert_eq(cgroup_move_new(&m, pid, id, NULL, nothing_wanted, NULL), 0);
        cr_assert_eq(cgroup_move_count(m), 0);
        cgroup_move_free(m);
}

/* A container that was created in the unit's cgroup stays there. */
Test(cgroup_move, not_what_is_in_the_unit_already)
{
        _cleanup_(cgroup_paths_done) CgroupPaths paths = CGROUP_PATHS_NULL;
        _cleanup_free_ char *text = NULL;
        CgroupMove *m = NULL;
        pid_t pid;

        make_cgroups("");
        pid = child_in(container);
        text = slurp("/proc/self/cgroup");
        cr_assert_eq(cgroup_paths_parse(text, &paths), 0);
        cr_assert_eq(cgroup_move_new(&m, pid, id, cgroup_paths_find(&paths, "")->path, wanted, NULL), 0);
        cr_assert_eq(cgroup_move_count(m), 0);
        cgroup_move_free(m);
        m = NULL;
        cr_assert_eq(cgroup_move_new(&m, pid, id, "/no/such.service", wanted, NULL), 0);
        cr_assert_eq(cgroup_move_count(m), 1);
        cgroup_move_free(m);
}

/* As with blkio:/system.slice, if a unit does not have a cgroup of its own in that hierarchy. */
Test(cgroup_move, who_shares_a_controllers_cgroup_is_not_of_the_container)
{
        pid_t pid;
        bool shared;

        make_cgroups("freezer");
        pid = child_in(foreign);
        cr_assert_eq(join(foreign, getpid()), 0);
        shared = cgroup_is_of_container(pid, id);
        cr_assert_eq(join(root, getpid()), 0);
        cr_assert_not(shared);
}

Test(cgroup_move, process_is_gone)
{
        CgroupMove *m = NULL;
        pid_t pid = fork();

        hierarchy = NULL;
        if (pid == 0)
                _exit(0);
        cr_assert_eq(waitpid(pid, NULL, 0), pid);
        cr_assert_eq(cgroup_move_new(&m, pid, "0123", NULL, nothing_wanted, NULL), -ESRCH);
        cr_assert_null(m);
        cr_assert_not(cgroup_is_of_container(pid, "0123"));
}

/* Processes that fork while they are moved: none is left behind. */
Test(cgroup_move, forks_in_flight)
{
        CgroupMove *m = NULL;
        int gate[2];
        pid_t pid;

        make_cgroups("");
        cr_assert_eq(pipe(gate), 0);
        pid = fork();
        if (pid == 0) {
                char c;

                prctl(PR_SET_PDEATHSIG, SIGKILL);
                (void) setpgid(0, 0);
                if (read(gate[0], &c, 1) != 1)
                        _exit(1);
                /* a chain of processes: each one is the child of the one before, which continues to run */
                for (unsigned i = 0; i < 40; i++)
                        if (fork() > 0)
                                break;
                for (;;)
                        pause();
        }
        children[n_children++] = pid;
        cr_assert_eq(join(container, pid), 0);
        cr_assert_eq(cgroup_move_new(&m, pid, id, NULL, wanted, NULL), 0);
        cr_assert_eq(write(gate[1], "g", 1), 1);
        for (unsigned i = 0; i < 100; i++)
                cr_assert_geq(cgroup_move_sweep(m), 0);
        cr_assert_eq(count_in(container), 0);
        (void) kill(-pid, SIGKILL);
        cgroup_move_free(m);
}

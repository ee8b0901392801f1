/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fds.h"
#include "loop.h"
#include "systemd/reload-watch.h"
#include "util/macro.h"

/* As in /run, no two folders have the same inode. */
static char top[] = "/dev/shm/reload-watch.XXXXXX", folder[64];
static unsigned reloads;
static ReloadWatch *to_free;

static void on_reload(void *userdata)
{
        reloads++;
        to_free = reload_watch_free(to_free);
}

static const ReloadWatchOps ops = { on_reload };

static void make(const char *name, bool stays)
{
        char path[128];

        (void) snprintf(path, sizeof(path), "%s/%s", folder, name);
        (void) rmdir(path);
        cr_assert_eq(mkdir(path, 0700), 0);
        cr_assert(stays || rmdir(path) == 0);
}

static void clean(void)
{
        static const char *names[] = { "generator", "generator.early", "generator.late", "transient" };
        char path[128];

        for (size_t i = 0; i < ELEMENTSOF(names); i++) {
                (void) snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
                (void) rmdir(path);
        }
}

static void setup(void)
{
        cr_assert_not_null(mkdtemp(top));
        (void) snprintf(folder, sizeof(folder), "%s/systemd", top);
        cr_assert_eq(mkdir(folder, 0700), 0);
}

static void teardown(void)
{
        clean();
        (void) rmdir(folder);
        cr_assert_eq(rmdir(top), 0);
}

TestSuite(reload_watch, .init = setup, .fini = teardown, .timeout = LOOP_TIMEOUT);

Test(reload_watch, each_reload_is_told_once)
{
        sd_event *event = loop_new();
        ReloadWatch *w = NULL;

        make("generator", true);
        cr_assert_eq(reload_watch_new(&w, event, top, &ops, NULL), 0);
        for (unsigned i = 1; i < 4; i++) {
                make("generator", true);
                make("generator.early", true);
                loop_settle(event);
                make("generator.late", true);
                loop_settle(event);
                cr_assert_eq(reloads, i);
        }
        make("transient", true);
        cr_assert_eq(kill(getpid(), SIGURG), 0);
        loop_settle(event);
        cr_assert_eq(reloads, 3);
        reload_watch_free(w);
        sd_event_unref(event);
}

Test(reload_watch, no_generator_writes_a_unit)
{
        sd_event *event = loop_new();
        ReloadWatch *w = NULL;

        cr_assert_eq(reload_watch_new(&w, event, top, &ops, NULL), 0);
        for (unsigned i = 1; i < 4; i++) {
                make("generator", false);
                loop_settle(event);
                cr_assert_eq(reloads, i);
        }
        reload_watch_free(w);
        sd_event_unref(event);
}

/* A host's services share 128 instances of inotify. */
Test(reload_watch, needs_no_inotify)
{
        sd_event *event = loop_new();
        ReloadWatch *w = NULL;

        cr_assert_eq(reload_watch_new(&w, event, top, &ops, NULL), 0);
        cr_assert_eq(fds_count("anon_inode:inotify"), 0);
        reload_watch_free(w);
        sd_event_unref(event);
}

Test(reload_watch, freed_in_its_report)
{
        sd_event *event = loop_new();

        cr_assert_eq(reload_watch_new(&to_free, event, top, &ops, NULL), 0);
        make("generator", false);
        make("generator", false);
        loop_settle(event);
        cr_assert_eq(reloads, 1);
        sd_event_unref(event);
}

Test(reload_watch, folder_that_is_absent_or_goes)
{
        sd_event *event = loop_new();
        ReloadWatch *w = NULL;

        cr_assert_eq(reload_watch_new(&w, event, folder, &ops, NULL), -ENOENT);
        cr_assert_null(w);
        cr_assert_eq(reload_watch_new(&w, event, top, &ops, NULL), 0);
        cr_assert_eq(rmdir(folder), 0);
        loop_settle(event);
        cr_assert_eq(reloads, 0);
        reload_watch_free(w);
        sd_event_unref(event);
}

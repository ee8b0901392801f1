/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Whether the engine can use our shim, by a procfs of the test's. */

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cgroup/engine-view.h"
#include "util/macro.h"

#define SHIM "containerd-shim-systemd-docker-v2"

static char top[] = "/tmp/test-engine-view.XXXXXX";

static char *at(const char *name)
{
        static char paths[4][256];
        static unsigned n;
        char *path = paths[n++ % ELEMENTSOF(paths)];

        (void) snprintf(path, sizeof(paths[0]), "%s/%s", top, name);
        return path;
}

static void put(const char *name, const char *text, size_t size)
{
        FILE *f = fopen(at(name), "w");

        cr_assert(f && fwrite(text, 1, size, f) == size && fclose(f) == 0);
}

static void shell(const char *command)
{
        char line[512];

        (void) snprintf(line, sizeof(line), "cd %s && %s", top, command);
        cr_assert_eq(system(line), 0, "%s", command);
}

/* An engine with the pid 42 that can use the shim. Its root is the system's, as ours. */
static void setup(void)
{
        char text[256];
        int n;

        cr_assert_not_null(mkdtemp(top));
        shell("mkdir -p proc/self/ns proc/42/ns bin state && touch proc/ns && ln proc/ns "
              "proc/self/ns/cgroup && "
              "ln proc/ns proc/42/ns/cgroup && ln -s / proc/42/root && touch bin/" SHIM
              " && chmod 755 bin/" SHIM);
        put("pid", "42\n", 3);
        put("proc/42/comm", "dockerd\n", 8);
        n = snprintf(text, sizeof(text), "HOME=/%cPATH=/nowhere:%s/bin:relative%cX=y", 0, top, 0);
        put("proc/42/environ", text, (size_t) n);
}

static void teardown(void)
{
        char command[96];

        (void) snprintf(command, sizeof(command), "rm -rf %s", top);
        cr_assert_eq(system(command), 0);
}

TestSuite(engine_view, .init = setup, .fini = teardown);

static const char *look(void)
{
        return engine_view_obstacle(at("proc"), at("pid"), at("state"));
}

static void check(const char *command, const char *why)
{
        cr_assert_null(look(), "%s", look());
        shell(command);
        cr_assert(look() && strstr(look(), why), "%s: %s", command, look());
}

Test(engine_view, no_pid_file)
{
        check("rm pid", "process");
}

Test(engine_view, pid_of_somebody_else)
{
        check("echo bash >proc/42/comm", "process");
}

Test(engine_view, strange_pid_files)
{
        static const char *const table[] = { "", "1\n", "-42\n", "x\n", "99999999999999999999\n", "43\n" };

        cr_assert_null(look());
        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                put("pid", table[i], strlen(table[i]));
                cr_assert(look() && strstr(look(), "process"), "%s", table[i]);
        }
}

Test(engine_view, other_cgroups)
{
        check("rm proc/42/ns/cgroup && touch proc/42/ns/cgroup", "cgroups");
}

Test(engine_view, not_to_be_looked_at)
{
        check("rm proc/42/ns/cgroup", "cgroups");
}

Test(engine_view, another_run)
{
        check("rm proc/42/root && mkdir proc/42/root", "/run");
}

/* As before the first unit on a machine. */
Test(engine_view, folder_that_nobody_has_created_yet)
{
        shell("rmdir state");
        cr_assert_null(look(), "%s", look());
        check("rm proc/42/root && mkdir proc/42/root", "/run");
}

Test(engine_view, no_shim)
{
        check("rm bin/" SHIM, "$PATH");
}

Test(engine_view, shim_that_is_no_program)
{
        check("rm bin/" SHIM " && ln -s nothing bin/" SHIM, "$PATH");
}

Test(engine_view, other_search_path)
{
        check("printf 'PATH=bin:' >proc/42/environ", "$PATH");
}

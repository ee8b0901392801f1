/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Names of processes, and pid files, in a folder in the place of /proc. */

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/macro.h"
#include "util/process.h"

static char folder[] = "/tmp/process-XXXXXX";
static char file[64];

static void write_text(const char *path, const char *text)
{
        FILE *f = fopen(path, "we");

        cr_assert_not_null(f);
        cr_assert_geq(fputs(text, f), 0);
        cr_assert_eq(fclose(f), 0);
}

static void setup(void)
{
        char path[64];

        cr_assert_not_null(mkdtemp(folder));
        (void) snprintf(path, sizeof(path), "%s/4711", folder);
        cr_assert_eq(mkdir(path, 0700), 0);
        (void) snprintf(path, sizeof(path), "%s/4711/comm", folder);
        write_text(path, "dockerd\n");
        (void) snprintf(file, sizeof(file), "%s/pid", folder);
}

static void teardown(void)
{
        static const char *const names[] = { "4711/comm", "4711", "pid", "." };

        for (size_t i = 0; i < ELEMENTSOF(names); i++) {
                char path[64];

                (void) snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
                if (unlink(path) < 0)
                        (void) rmdir(i + 1 < ELEMENTSOF(names) ? path : folder);
        }
}

TestSuite(process, .init = setup, .fini = teardown);

Test(process, has_name)
{
        cr_assert(process_has_name(folder, 4711, "dockerd"));
        cr_assert_not(process_has_name(folder, 4711, "docker"));
        cr_assert_not(process_has_name(folder, 4711, "dockerd2"));
        cr_assert_not(process_has_name(folder, 4712, "dockerd"));
        cr_assert_eq(prctl(PR_SET_NAME, "a name"), 0);
        cr_assert(process_has_name("/proc", getpid(), "a name"));
}

Test(process, pid_file)
{
        static const struct {
                const char *text;
                pid_t expected;
        } table[] = {
                { "4711", 4711 }, { "4711\n", 4711 }, { "4712", 0 }, { "1", 0 },           { "0", 0 },
                { "-4711", 0 },   { "", 0 },          { "x", 0 },    { "99999999999", 0 },
        };

        cr_assert_eq(pid_file_find(folder, file, "dockerd"), 0, "there is none");
        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                write_text(file, table[i].text);
                cr_assert_eq(pid_file_find(folder, file, "dockerd"), table[i].expected, "%s", table[i].text);
                cr_assert_eq(pid_file_find(folder, file, "containerd"), 0);
        }
}

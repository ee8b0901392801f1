/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Claims of several supervisors that are living, dying or dead, in folders of a temporary one. */

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "supervisor/claim.h"
#include "util/fd.h"
#include "util/macro.h"

#define ID "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define OTHER_ID "fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210"

static char folder[] = "/tmp/test-claim.XXXXXX";

static const char *in_folder(const char *path)
{
        static char text[4][300];
        static unsigned n;
        char *s = text[n++ % ELEMENTSOF(text)];

        (void) snprintf(s, sizeof(text[0]), "%s%s", folder, path);
        return s;
}

static void make_folder(const char *path, mode_t mode)
{
        cr_assert_eq(mkdir(in_folder(path), 0700), 0, "%s", path);
        cr_assert_eq(chmod(in_folder(path), mode), 0);
}

/* state: as in /proc/PID/stat, "": there is no such process. */
static void set_process(pid_t pid, const char *state, unsigned start)
{
        char path[64], text[300];
        FILE *f;

        (void) snprintf(path, sizeof(path), "/proc/%i", (int) pid);
        (void) mkdir(in_folder(path), 0755);
        (void) snprintf(path, sizeof(path), "/proc/%i/stat", (int) pid);
        (void) unlink(in_folder(path));
        if (!*state)
                return;
        (void) snprintf(text, sizeof(text),
                        "%i (x) %s 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 %u 0 0 0 0 0 0 0 0 0 0 0 0\n",
                        (int) pid, state, start);
        f = fopen(in_folder(path), "w");
        cr_assert_not_null(f);
        cr_assert_geq(fputs(text, f), 0);
        cr_assert_eq(fclose(f), 0);
}

static Claim *make(const char *name, const char *unit, const char *user)
{
        Claim *c = NULL;

        cr_assert_eq(claim_new(&c, &(ClaimConfig){ .base_folder = in_folder("/run/systemd-docker"),
                                                   .proc = in_folder("/proc"),
                                                   .run = in_folder("/run"),
                                                   .engine = "unix:///nowhere",
                                                   .name = name,
                                                   .unit = unit,
                                                   .user = user }),
                     0);
        return c;
}

static void setup(void)
{
        cr_assert_not_null(mkdtemp(folder));
        make_folder("/proc", 0755);
        make_folder("/run", 0755);
        set_process(getpid(), "S", 100);
}

static void teardown(void)
{
        char command[300];

        (void) snprintf(command, sizeof(command), "rm -r %s", folder);
        cr_assert_eq(system(command), 0);
}

TestSuite(claim, .init = setup, .fini = teardown);

/* A claim that another process has left: ours, rewritten. */
static void leave(const char *name, const char *text)
{
        Claim *c = make(name, "x.service", "");
        char command[600];

        claim_take(c);
        (void) snprintf(command, sizeof(command),
                        "for f in %s/run/systemd-docker/.claims/*; do printf '%s' >$f; done", folder, text);
        cr_assert_eq(system(command), 0);
        claim_free(c);
}

Test(claim, nobody_has_it)
{
        Claim *c = make("web", "a.service", "");

        claim_take(c);
        cr_assert_null(claim_rival(c, "", ""));
        cr_assert_null(claim_rival(c, ID, ""));
        claim_set_container(c, ID);
        cr_assert_null(claim_rival(c, ID, ""));
        claim_free(c);
}

static const struct {
        const char *text, *state, *id;
        unsigned start;
        const char *rival;
} cases[] = {
        /* A living one of another unit, that has this container, or is about to create one. */
        { "7777 5 " ID " - b.service\\n", "S", ID, 5, "b.service" },
        { "7777 5 - - b.service\\n", "S", ID, 5, "b.service" },
        { "7777 5 - - b.service\\n", "S", "", 5, "b.service" },
        { "7777 5 " ID " 1000 a.service\\n", "S", ID, 5, "a.service" },
        { "7777 5 " ID " 0 by hand\\n", "S", ID, 5, "by hand" },
        { "7777 5 " ID " - b.service\\n", "D", ID, 5, "b.service" },
        { "7777 5 " ID " - b.service\\n", "T", ID, 5, "b.service" },
        /* Its container has another name now. */
        { "7777 5 " ID " - b.service\\n", "S", OTHER_ID, 5, NULL },
        { "7777 5 " ID " - b.service\\n", "S", "", 5, NULL },
        /* It is dead, or another process has its number. */
        { "7777 5 " ID " - b.service\\n", "Z", ID, 5, NULL },
        { "7777 5 " ID " - b.service\\n", "", ID, 5, NULL },
        { "7777 5 " ID " - b.service\\n", "S", ID, 6, NULL },
        /* What is left of our own unit. */
        { "7777 5 " ID " - a.service\\n", "S", ID, 5, NULL },
        /* Nonsense. */
        { "", "S", ID, 5, NULL },
        { "7777\\n", "S", ID, 5, NULL },
};

Test(claim, of_others)
{
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                const ClaimText *rival;
                Claim *c;

                leave("web", cases[i].text);
                set_process(7777, cases[i].state, cases[i].start);
                c = make("web", "a.service", "");
                claim_take(c);
                rival = claim_rival(c, cases[i].id, "");
                cr_assert_eq(!rival, !cases[i].rival, "case %zu", i);
                if (rival)
                        cr_assert_str_eq(rival->unit, cases[i].rival);
                else {
                        claim_seize(c);
                        cr_assert_null(claim_rival(c, cases[i].id, ""));
                }
                claim_free(c);
        }
}

Test(claim, other_names_and_engines_do_not_matter)
{
        Claim *c, *d = NULL;

        leave("web", "7777 5 - - b.service\\n");
        set_process(7777, "S", 5);
        c = make("web2", "a.service", "");
        claim_take(c);
        cr_assert_null(claim_rival(c, "", ""));
        claim_free(c);
        cr_assert_eq(claim_new(&d, &(ClaimConfig){ .base_folder = in_folder("/run/systemd-docker"),
                                                   .proc = in_folder("/proc"),
                                                   .run = in_folder("/run"),
                                                   .engine = "tcp://elsewhere:2375",
                                                   .name = "web",
                                                   .unit = "a.service",
                                                   .user = "" }),
                     0);
        claim_take(d);
        cr_assert_null(claim_rival(d, "", ""));
        claim_free(d);
}

/* Another unit's container that goes on without a supervisor belongs to that unit while it runs. */
Test(claim, passed_on)
{
        Claim *a = make("web", "a.service", ""), *b;

        set_process(8888, "S", 9);
        claim_take(a);
        claim_set_container(a, ID);
        claim_pass_on(a, 8888);
        claim_free(a);
        b = make("web", "b.service", "");
        claim_take(b);
        cr_assert_str_eq(claim_rival(b, ID, "")->unit, "a.service");
        set_process(8888, "", 0);
        cr_assert_null(claim_rival(b, ID, ""));
        claim_free(b);
}

/* A folder that others may write to is not believed, nor used. */
Test(claim, folder_of_others)
{
        Claim *c;

        leave("web", "7777 5 " ID " - b.service\\n");
        set_process(7777, "S", 5);
        cr_assert_eq(chmod(in_folder("/run/systemd-docker/.claims"), 0777), 0);
        c = make("web", "a.service", "");
        claim_take(c);
        cr_assert_null(claim_rival(c, ID, ""));
        claim_free(c);
}

/* The label names the user whose folder is looked at as well. */
Test(claim, folder_of_a_user)
{
        char user[16], path[64];
        Claim *c;

        leave("web", "7777 5 " ID " 1000 b.service\\n");
        set_process(7777, "S", 5);
        (void) snprintf(user, sizeof(user), "%u", (unsigned) geteuid());
        (void) snprintf(path, sizeof(path), "/run/user/%s", user);
        make_folder("/run/user", 0755);
        make_folder(path, 0755);
        (void) snprintf(path, sizeof(path), "/run/user/%s/systemd-docker", user);
        cr_assert_eq(rename(in_folder("/run/systemd-docker"), in_folder(path)), 0);
        c = make("web", "a.service", "");
        claim_take(c);
        cr_assert_null(claim_rival(c, ID, ""));
        cr_assert_str_eq(claim_rival(c, ID, user)->unit, "b.service");
        cr_assert_null(claim_rival(c, ID, "4711"));
        claim_free(c);
}

Test(claim, removed_at_the_end)
{
        Claim *c = make("web", "a.service", "");
        char command[300];

        claim_take(c);
        claim_free(c);
        (void) snprintf(command, sizeof(command), "test -z \"$(ls %s/run/systemd-docker/.claims)\"", folder);
        cr_assert_eq(system(command), 0);
}

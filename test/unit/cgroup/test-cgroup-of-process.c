/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Whose a process is, by its cgroups. What the kernel says of cgroups is the test's: the function that reads
 * it is replaced when the test is linked (--wrap). */

#include <criterion/criterion.h>
#include <errno.h>

#include "cgroup/cgroup-files.h"
#include "cgroup/cgroup-move.h"
#include "util/macro.h"

#define ID "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define OURS "0::/system.slice/web.service\n"
#define SCOPE "0::/system.slice/docker-" ID ".scope"

static const char *ours, *theirs; /* NULL: there is no such process */

int __wrap_cgroup_read_paths(pid_t pid, CgroupPaths *ret);

int __wrap_cgroup_read_paths(pid_t pid, CgroupPaths *ret)
{
        const char *text = pid == 0 ? ours : theirs;

        return text ? cgroup_paths_parse(text, ret) : -ESRCH;
}

typedef struct Case {
        const char *ours, *theirs;
        bool has_id, is, was, ours_too;
} Case;

static const Case table[] = {
        /* In a cgroup of its own; moved into ours, or below it; elsewhere. */
        { OURS, SCOPE "\n", true, true, true, false },
        { OURS, OURS, false, true, true, true },
        { OURS, "0::/system.slice/web.service/inner\n", false, true, true, true },
        { OURS, "0::/system.slice/web.service2\n", false, false, false, false },
        { OURS, "0::/system.slice/other.service\n", false, false, false, false },
        /* Its cgroup was removed after its end; or the kernel has forgotten which one it was. */
        { OURS, SCOPE " (deleted)\n", true, true, true, false },
        { OURS, "0::/system.slice/web.service/inner (deleted)\n", false, true, true, true },
        { OURS, "0::/\n", false, false, true, false },
        { OURS, "0::/system.slice/other.service (deleted)\n", false, false, false, false },
        /* v1: our own cgroup counts only in systemd's hierarchy. */
        { "2:cpu:/system.slice\n1:name=systemd:/system.slice/web.service\n",
          "2:cpu:/system.slice\n1:name=systemd:/system.slice/other.service\n", false, false, false, false },
        { "2:cpu:/system.slice\n1:name=systemd:/system.slice/web.service\n",
          "2:cpu:/docker/" ID "\n1:name=systemd:/system.slice/web.service\n", true, true, true, true },
        { "2:cpu:/system.slice\n1:name=systemd:/system.slice/web.service\n", "2:cpu:/\n1:name=systemd:/\n",
          false, false, true, false },
        /* We are in no cgroup: then nothing is ours. */
        { "0::/\n", "0::/\n", false, false, true, false },
        { "0::/\n", "0::/system.slice/other.service\n", false, false, false, false },
        /* Nothing is known of it, or of us. */
        { OURS, NULL, false, false, false, false },
        { NULL, SCOPE "\n", true, false, false, false },
};

Test(cgroup_of_process, whose)
{
        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                const Case *c = &table[i];

                ours = c->ours;
                theirs = c->theirs;
                cr_assert_eq(cgroup_has_id(1, ID), c->has_id, "row %zu", i);
                cr_assert_eq(cgroup_is_of_container(1, ID), c->is, "row %zu", i);
                cr_assert_eq(cgroup_was_of_container(1, ID), c->was, "row %zu", i);
                cr_assert_eq(cgroup_is_ours(1, NULL), c->ours_too, "row %zu", i);
        }
}

/* The unit's cgroup may be above our own: then that is what counts. */
Test(cgroup_of_process, unit)
{
        ours = "0::/system.slice/web.service/supervisor\n";
        theirs = "0::/system.slice/web.service/container\n";
        cr_assert(!cgroup_is_ours(1, NULL));
        cr_assert(cgroup_is_ours(1, "/system.slice/web.service"));
        cr_assert(!cgroup_is_ours(1, "/system.slice/other.service"));
        cr_assert(!cgroup_is_ours(1, "/"));
        ours = NULL;
        cr_assert(!cgroup_is_ours(1, "/system.slice/web.service"));
}

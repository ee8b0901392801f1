/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The table of options in PodmanArgs= knows every option of `docker run`, as run/ has it. */

#include <criterion/criterion.h>
#include <string.h>

#include "podman-args.h"
#include "run/run-options.h"

static const PodmanFlag *find(const char *name)
{
        size_t n;
        const PodmanFlag *flags = podman_flags(&n);

        for (size_t i = 0; i < n; i++)
                if (strcmp(flags[i].name, name) == 0)
                        return flags + i;
        return NULL;
}

Test(podman_args, has_the_options_of_docker_run)
{
        RunOptionHelp h;
        size_t i;

        for (i = 0; run_options_help_entry(i, &h); i++) {
                const PodmanFlag *f = find(h.long_name);

                if (!f && (h.hidden || h.own))
                        continue;
                cr_assert(f || strstr(h.text, "Windows"), "--%s", h.long_name);
                if (!f)
                        continue;
                cr_expect_eq(f->short_name, h.short_name, "--%s", h.long_name);
                cr_expect_eq(f->takes_value, h.value != NULL, "--%s", h.long_name);
                cr_expect(f->fate == FLAG_PASS || f->fate == FLAG_LIMIT || f->fate == FLAG_OURS, "--%s",
                          h.long_name);
        }
        cr_expect_gt(i, 90);
}

Test(podman_args, passes_nothing_else)
{
        size_t n;
        const PodmanFlag *flags = podman_flags(&n);

        for (size_t i = 0; i < n; i++) {
                RunOptionHelp h;
                bool known = false;

                for (size_t k = 0; !known && run_options_help_entry(k, &h); k++)
                        known = strcmp(h.long_name, flags[i].name) == 0;
                cr_expect(known || flags[i].fate == FLAG_IGNORE || flags[i].fate == FLAG_REFUSE, "--%s",
                          flags[i].name);
        }
}

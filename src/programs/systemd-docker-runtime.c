/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* systemd-docker-runtime(8): an OCI runtime for Docker that creates containers of systemd-docker in their
 * unit's cgroup, and passes everything else on to the real runtime unchanged. See placement.c for the notes
 * that it trusts. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shim/bundle.h"
#include "shim/command.h"
#include "shim/placement.h"
#include "shim/runtime-exec.h"
#include "util/cleanup.h"

/* 1: the container will be created in its unit's cgroup. 0: it is an ordinary container. -errno. */
static int place(const RuntimeCommand *c)
{
        _cleanup_free_ char *cgroup = NULL;
        int r = placement_find(c->id, &cgroup);

        if (r > 0)
                r = bundle_set_cgroup(c->bundle, cgroup);
        if (r > 0)
                r = placement_mark(c->id) ?: 1;
        else
                placement_unmark(c->id); /* an earlier container may have left a mark */
        return r;
}

/* 1 if the command concerns a container that is in its unit's cgroup or will be created there, 0 if not, or
 * -errno. */
static int is_placed(const RuntimeCommand *c)
{
        int r;

        if (!c->id)
                return 0;
        if (runtime_command_creates(c))
                return place(c);
        r = placement_is_marked(c->id);
        if (r > 0 && strcmp(c->verb, "delete") == 0)
                placement_unmark(c->id);
        return r;
}

/* Removes --systemd-cgroup: with this option the runtime would ask systemd for a scope and look for the
 * container there. */
static void drop_word(char **argv, int i)
{
        if (i == 0)
                return;
        for (; argv[i]; i++)
                argv[i] = argv[i + 1];
}

int main(int argc, char **argv)
{
        _cleanup_free_ char *name = NULL;
        RuntimeCommand c;
        int r;

        if (argc < 1)
                return EXIT_FAILURE;
        runtime_command_parse((const char *const *) argv, &c);
        r = is_placed(&c);
        if (r < 0) {
                runtime_log_error(&c, "can't put container %.12s into its unit's cgroup: %s", c.id,
                                  strerror(-r));
                return EXIT_FAILURE;
        }
        if (r > 0)
                drop_word(argv, c.systemd_cgroup);
        r = runtime_exec(argv, &name);
        runtime_log_error(&c, "can't run %s, the real runtime: %s", name ?: "?", strerror(-r));
        return EXIT_FAILURE;
}

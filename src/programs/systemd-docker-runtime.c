/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* systemd-docker-runtime(8): an OCI runtime for Docker that creates containers of systemd-docker in their
 * unit's cgroup, and passes everything else on to the real runtime unchanged. See placement.c for the notes
 * that it trusts. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>

#include "shim/bundle.h"
#include "shim/command.h"
#include "shim/placement.h"
#include "shim/runtime-exec.h"
#include "util/cleanup.h"

/* 1: the container will be created in its unit's cgroup. 0: it is an ordinary container. -errno. */
static int place(const RuntimeCommand *c, char **ret_runtime)
{
        _cleanup_(place_done) Place found = PLACE_NULL;
        int r = placement_find(c->id, &found);

        if (r > 0)
                r = bundle_set_cgroup(c->bundle, found.cgroup);
        if (r > 0)
                r = placement_mark(c->id, found.runtime) ?: 1;
        else
                placement_unmark(c->id); /* an earlier container may have left a mark */
        if (r > 0)
                *ret_runtime = TAKE_PTR(found.runtime);
        return r;
}

/* 1 if the command concerns a container that is in its unit's cgroup or will be created there, 0 if not, or
 * -errno. *ret_runtime: the real runtime of such a container; NULL: the usual one. */
static int is_placed(const RuntimeCommand *c, char **ret_runtime)
{
        int r;

        if (!c->id)
                return 0;
        if (runtime_command_creates(c))
                return place(c, ret_runtime);
        r = placement_read_mark(c->id, ret_runtime);
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

/* The shim does not know the engine's cgroup driver and never passes --systemd-cgroup. Returns the words
 * with it where an ordinary container needs it, otherwise argv. The new vector lives until the end. */
static char **add_scope(int argc, char **argv, const RuntimeCommand *c)
{
        static char word[] = "--systemd-cgroup";
        char **words;

        if (c->systemd_cgroup > 0 || !runtime_is_behind_shim() || !runtime_command_creates(c) ||
            !bundle_wants_scope(c->bundle))
                return argv;
        words = calloc((size_t) argc + 2, sizeof(*words));
        if (!words)
                return NULL;
        words[0] = argv[0];
        words[1] = word;
        memcpy(words + 2, argv + 1, (size_t) (argc - 1) * sizeof(*words));
        return words;
}

int main(int argc, char **argv)
{
        _cleanup_free_ char *name = NULL, *runtime = NULL;
        RuntimeCommand c;
        int r;

        if (argc < 1 || getauxval(AT_SECURE))
                return EXIT_FAILURE;
        runtime_command_parse((const char *const *) argv, &c);
        r = is_placed(&c, &runtime);
        if (r > 0)
                drop_word(argv, c.systemd_cgroup);
        else if (r == 0 && !(argv = add_scope(argc, argv, &c)))
                r = -ENOMEM;
        if (r < 0) {
                runtime_log_error(&c, "can't put container %.12s into its unit's cgroup: %s", c.id,
                                  strerror(-r));
                return EXIT_FAILURE;
        }
        r = runtime_exec(argv, runtime, &name);
        runtime_log_error(&c, "can't run %s, the real runtime: %s", name ?: "?", strerror(-r));
        return EXIT_FAILURE;
}

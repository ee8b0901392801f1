/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* containerd-shim-systemd-docker-v2, see systemd-docker-runtime(8): what containerd executes for a container
 * with the runtime io.containerd.systemd-docker.v2. It becomes the real shim, with our runtime before the
 * real one. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "shim/controllers.h"
#include "shim/placement.h"
#include "shim/runtime-exec.h"
#include "shim/shim-exec.h"
#include "util/cleanup.h"

#define NAME "containerd-shim-systemd-docker-v2"

/* For a container in a unit without Delegate=. */
static int protect_unit(const char *id)
{
        _cleanup_free_ char *folder = NULL;
        int r = placement_find_undelegated(id, &folder);

        return r > 0 ? controllers_cover(folder) : r;
}

/* containerd shows what is written to standard error. */
int main(int argc, char **argv)
{
        const char *id;
        int r;

        /* Set-user-ID, it would execute what the caller's $PATH says. */
        if (argc < 1 || getauxval(AT_SECURE))
                return EXIT_FAILURE;
        id = shim_starts(argv);
        r = id ? protect_unit(id) : 0;
        if (r < 0) {
                dprintf(STDERR_FILENO, NAME ": can't keep container %.12s from its unit's controllers: %s\n",
                        id, strerror(-r));
                return EXIT_FAILURE;
        }
        r = shim_exec(argv, RUNC_FOLDER);
        dprintf(STDERR_FILENO, NAME ": can't run " REAL_SHIM ": %s\n", strerror(-r));
        return EXIT_FAILURE;
}

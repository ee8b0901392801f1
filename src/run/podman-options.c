/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Units of podman have options that docker does not know, and for which a unit of ours has something else.
 */

#include <string.h>

#include "podman-options.h"
#include "util/macro.h"

static const struct {
        const char *name, *advice;
} table[] = {
        { "cgroups", "leave it out: the container is in the unit's cgroup" },
        { "conmon-pidfile", "write --pid-file before `run` or `--`" },
        { "env-host", "write --env before `run` or `--`" },
        { "pod", "write a .pod file, see systemd-docker-quadlet(5)" },
        { "replace", "leave it out: with --rm, what is left of the last start is replaced" },
        { "sdnotify", "write --notify before `run` or `--`, for READY=1 from the container" },
        { "secret", "use LoadCredential= of the unit and --volume, or a .container file" },
        { "systemd", "leave it out, or see the options of --tmpfs and --cgroupns" },
        { "tls-verify", "put the registry into insecure-registries of daemon.json" },
};

const char *podman_option_advice(const char *name, size_t size)
{
        for (size_t i = 0; i < ELEMENTSOF(table); i++)
                if (strlen(table[i].name) == size && memcmp(table[i].name, name, size) == 0)
                        return table[i].advice;
        return NULL;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The folders of systemd.unit(5)'s kind: run time before configuration before what packages bring. */

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#include "generator/unit-folders.h"

static void split(const char *list, Words *ret)
{
        while (*list) {
                size_t n = strcspn(list, ":");

                if (n > 0)
                        words_add_n(ret, list, n);
                list += n + (list[n] == ':');
        }
}

void unit_folders(bool user, Words *ret)
{
        const char *all = getenv("SYSTEMD_DOCKER_UNIT_DIRS"), *runtime = getenv("XDG_RUNTIME_DIR");
        const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");

        if (all && *all) {
                split(all, ret);
                return;
        }
        if (!user) {
                words_add(ret, "/run/docker/systemd");
                words_add(ret, "/etc/docker/systemd");
                words_add(ret, "/usr/share/docker/systemd");
                return;
        }
        if (runtime && *runtime == '/')
                words_addf(ret, "%s/docker/systemd", runtime);
        if (config && *config == '/')
                words_addf(ret, "%s/docker/systemd", config);
        else if (home && *home == '/')
                words_addf(ret, "%s/.config/docker/systemd", home);
        words_addf(ret, "/etc/docker/systemd/users/%u", (unsigned) getuid());
        words_add(ret, "/etc/docker/systemd/users");
}

/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* --pid, --uts, --userns, --cgroupns: whose namespaces the container shares. */

#include <errno.h>
#include <string.h>

#include "run-parse.h"
#include "run-subjects.h"
#include "util/macro.h"
#include "json/json.h"

/* The words that the options of namespaces accept. "" means the engine's default. */
int finish_modes(RunParse *p)
{
        static const struct {
                RunString index;
                char option[16], path[24], words[2][8];
                bool container;
        } modes[] = {
                { STRING_PID, "--pid", "HostConfig/PidMode", { "host" }, true },
                { STRING_UTS, "--uts", "HostConfig/UTSMode", { "host" }, false },
                { STRING_USERNS, "--userns", "HostConfig/UsernsMode", { "host" }, false },
                { STRING_CGROUPNS, "--cgroupns", "HostConfig/CgroupnsMode", { "host", "private" }, false },
        };

        for (size_t i = 0; i < ELEMENTSOF(modes); i++) {
                const char *value = p->strings[modes[i].index];
                bool ok;

                if (!value || !*value)
                        continue;
                ok = strcmp(value, modes[i].words[0]) == 0 ||
                     (*modes[i].words[1] && strcmp(value, modes[i].words[1]) == 0) ||
                     (modes[i].container && text_starts_with(value, "container:") &&
                      value[strlen("container:")]);
                if (!ok)
                        return run_parse_error_at(p, modes[i].option, value, "unknown mode");
                if (draft_set(p, modes[i].path, json_text(value)) < 0)
                        return -ENOMEM;
        }
        return 0;
}

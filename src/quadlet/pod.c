/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* [Pod]: the service of the infra container, whose network, names, ports and shared memory the members join.
 *
 * Its image is one of our own, a program that only waits; see infra in `systemd-docker image ensure`. */

#include <stdio.h>
#include <string.h>

#include "convert.h"
#include "docker-section.h"
#include "log.h"
#include "network-options.h"
#include "pod-member.h"
#include "quadlet/infra-image.h"

void pod_begin(Conversion *c)
{
        _cleanup_free_ char *pod = quadlet_resource_name(c->unit, NULL),
                            *infra = pod ? infra_name(pod) : NULL;
        const char *given = conversion_text(c, "PodName");

        if (!infra) {
                c->failed = true;
                return;
        }
        c->verb = "run --rm";
        words_add(&c->options, "--main-pid=supervisor");
        if (c->config->user)
                words_add(&c->options, "--cgroup-mode=none");
        if (given)
                conversion_runf(c, "name", "%s-infra", given);
        else
                conversion_run(c, "name", infra);
        conversion_run(c, "ipc", "shareable");
}

/* Whether the container is one of this pod's, and starts with it. */
static bool starts_with_pod(const QuadletUnit *member, const QuadletUnit *pod)
{
        _cleanup_free_ char *name = NULL, *starts = NULL;

        if (member->parsed.type != UNIT_TYPE_CONTAINER ||
            (member->parsed.is_template && member->parsed.instance_size == 0))
                return false;
        name = unit_file_string(&member->file, "Container", "Pod");
        if (!name || strcmp(name, pod->name) != 0)
                return false;
        starts = unit_file_string(&member->file, "Container", "StartWithPod");
        return !starts || unit_file_boolean(starts) != 0;
}

static size_t add_members(Conversion *c)
{
        size_t n = 0;

        for (size_t i = 0; i < c->set->n; i++) {
                const QuadletUnit *member = c->set->units[i];

                if (!starts_with_pod(member, c->unit))
                        continue;
                words_addf(&c->unit_lines, "Wants=%s", member->service);
                words_addf(&c->unit_lines, "Before=%s", member->service);
                n++;
        }
        return n;
}

void pod_end(Conversion *c)
{
        const char *policy = conversion_text(c, "ExitPolicy");
        _cleanup_buffer_ Buffer b = {};
        size_t members = add_members(c);

        /* Without a member that starts with it, nothing would ever need the pod, and it would end at once.
         */
        if (members > 0 && (!policy || strcmp(policy, "stop") == 0) &&
            !conversion_has(c, "Unit", "StopWhenUnneeded"))
                words_add(&c->unit_lines, "StopWhenUnneeded=yes");
        if (!conversion_has(c, "Service", "Restart"))
                words_add(&c->service_lines, "Restart=on-failure");
        add_network_names(c);
        conversion_run(c, "log-driver", "local");
        conversion_run(c, "pull", "never");
        add_docker_section(c);
        word_quote(&b, c->config->program);
        buffer_add(&b, " image ensure --infra");
        words_add(&c->before, buffer_text(&b));
        words_add(&c->command, INFRA_IMAGE);
        c->failed = c->failed || b.failed;
}

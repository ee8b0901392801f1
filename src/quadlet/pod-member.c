/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Members of a pod. Docker has no pods: a container of the pod's own (the infra container) has the network,
 * the ports and the names, and the members join it. If it is created again, they are dead until they are
 * created again too; the dependencies see to that. */

#include <stdio.h>
#include <string.h>

#include "network-options.h"
#include "pod-member.h"
#include "storage.h"

char *infra_name(const char *pod_name)
{
        char *s;

        return asprintf(&s, "%s-infra", pod_name) < 0 ? NULL : s;
}

/* Volume= of the pod is for every member. */
static void add_volumes(Conversion *c, const QuadletUnit *pod)
{
        static const QuadletKey key = { .name = "Volume", .reading = READ_LINES };
        KeyValues v;

        key_values_read(&pod->file, "Pod", &key, &v, &c->unit->findings);
        for (size_t i = 0; i < v.n; i++)
                add_volume(c, v.items[i].line, v.items[i].text);
        c->failed = c->failed || v.failed;
        key_values_done(&v);
}

void join_pod(Conversion *c)
{
        const char *pod = conversion_text(c, "Pod");
        const UnitLine *line = conversion_line(c, "Pod");
        _cleanup_free_ char *infra = NULL;
        _cleanup_reference_ Reference r = {};

        if (!pod)
                return;
        if (unit_type_from_name(pod) != UNIT_TYPE_POD) {
                conversion_error(c, line, "Pod=NAME.pod", "Pod=%s is not the name of a .pod file", pod);
                return;
        }
        if (conversion_values(c, "Network")->n > 0)
                conversion_error(c, conversion_line(c, "Network"), NULL,
                                 "Network= belongs into %s, whose network is shared", pod);
        refuse_network_keys(c, pod);
        if (!conversion_find(c, line, pod, strlen(pod), &r))
                return;
        infra = infra_name(r.resource);
        if (!infra) {
                c->failed = true;
                return;
        }
        words_addf(&c->unit_lines, "BindsTo=%s", r.service);
        words_addf(&c->unit_lines, "PartOf=%s", r.service);
        words_addf(&c->unit_lines, "After=%s", r.service);
        conversion_runf(c, "network", "container:%s", infra);
        conversion_runf(c, "ipc", "container:%s", infra);
        add_volumes(c, r.unit);
}

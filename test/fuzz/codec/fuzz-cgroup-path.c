/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The text before the first "\n\n" is /proc/PID/cgroup, the rest /proc/PID/mountinfo. The whole text is also
 * used as the other files. */

#include "codec/cgroup/cgroup-path.h"
#include "fuzz.h"
#include "util/cleanup.h"

static void check_resolve(const CgroupPaths *p, const CgroupMounts *m)
{
        for (size_t i = 0; i < p->n_items; i++) {
                _cleanup_free_ char *path = NULL;

                CHECK(p->items[i].path[0] == '/');
                CHECK(cgroup_path_is_below(p->items[i].path, "/") || strstr(p->items[i].path, ".."));
                if (cgroup_mounts_resolve(m, p->items + i, &path) >= 0)
                        CHECK(path[0] == '/');
        }
        for (size_t i = 0; i < m->n_items; i++)
                CHECK(m->items[i].root[0] == '/' && m->items[i].mount_point[0] == '/');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        _cleanup_(cgroup_paths_done) CgroupPaths p = CGROUP_PATHS_NULL;
        _cleanup_(cgroup_mounts_done) CgroupMounts m = CGROUP_MOUNTS_NULL;
        _cleanup_free_ char *text = fuzz_string(data, size);
        _cleanup_free_ pid_t *pids = NULL;
        CgroupEvents e;
        uint64_t kills;
        size_t n = 0;
        char *half;

        (void) cgroup_events_parse(text, &e);
        (void) cgroup_oom_kills_parse(text, &kills);
        if (cgroup_procs_parse(text, &pids, &n) >= 0)
                for (size_t i = 0; i < n; i++)
                        CHECK(pids[i] > 0);
        half = strstr(text, "\n\n");
        if (half) {
                *half = 0;
                half += 2;
                (void) cgroup_path_is_below(text, half);
        }
        CHECK(cgroup_mounts_parse(half ? half : text, &m) == 0);
        if (cgroup_paths_parse(text, &p) >= 0)
                check_resolve(&p, &m);
        (void) cgroup_paths_find(&p, "");
        (void) cgroup_paths_find(&p, "cpu");
        return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* The facts about an engine that we use, from GET /info. */

#include <stdbool.h>
#include <stddef.h>

/* The name with which systemd-docker-runtime is registered with the engine. */
#define ENGINE_RUNTIME_NAME "systemd-docker"
/* The runtime that an engine since Docker 23 knows by itself: containerd then executes a program of the name
 * containerd-shim-systemd-docker-v2. */
#define ENGINE_SHIM_RUNTIME_NAME "io.containerd.systemd-docker.v2"
#define ENGINE_RUNTIME_MAX 256U

typedef enum CgroupDriver {
        CGROUP_DRIVER_NONE, /* none, or one that we do not know */
        CGROUP_DRIVER_CGROUPFS,
        CGROUP_DRIVER_SYSTEMD,
        _CGROUP_DRIVER_MAX,
} CgroupDriver;

const char *cgroup_driver_to_string(CgroupDriver d);
int cgroup_driver_from_string(const char *s);

typedef struct EngineInfo {
        CgroupDriver cgroup_driver;
        bool cgroup_v2;
        bool has_our_runtime;  /* ENGINE_RUNTIME_NAME is registered */
        bool defaults_to_ours; /* that is its default runtime */
        bool rootless;
        bool unknown;     /* the engine does not tell; nothing else is set */
        bool takes_shims; /* Docker 23 and later, by its version; who knows the API's version knows better */
        /* What the engine executes for a container without a runtime of its own, a path or a name; "": it is
         * not known, has arguments, or is no program. Our own counts as "runc". */
        char default_runtime[ENGINE_RUNTIME_MAX];
} EngineInfo;

/* Members of the wrong type count as absent. -EBADMSG: not such an object; -ENOMEM. */
int engine_info_parse(const char *data, size_t size, EngineInfo *ret);

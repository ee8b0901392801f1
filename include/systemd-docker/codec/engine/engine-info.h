/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* The facts about an engine that we use, from GET /info. */

#include <stdbool.h>
#include <stddef.h>

/* The name with which systemd-docker-runtime is registered with the engine. */
#define ENGINE_RUNTIME_NAME "systemd-docker"

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
        bool has_our_runtime; /* ENGINE_RUNTIME_NAME is registered */
        bool rootless;
} EngineInfo;

/* Members of the wrong type count as absent. -EBADMSG: not such an object; -ENOMEM. */
int engine_info_parse(const char *data, size_t size, EngineInfo *ret);

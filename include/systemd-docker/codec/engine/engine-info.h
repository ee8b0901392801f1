/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* What we need to know of an engine, from GET /info. */

#include <stdbool.h>
#include <stddef.h>

/* The name under which the engine knows systemd-docker-runtime. */
#define ENGINE_RUNTIME_NAME "systemd-docker"

typedef enum CgroupDriver {
        CGROUP_DRIVER_NONE, /* also one that we don't know */
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

/* -EBADMSG: not such an object; -ENOMEM. */
int engine_info_parse(const char *data, size_t size, EngineInfo *ret);

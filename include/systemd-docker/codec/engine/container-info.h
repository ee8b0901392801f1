/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* What we need to know of a container, from GET /containers/{id}/json. */

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "codec/engine/engine-event.h"
#include "codec/engine/health-check.h"
#include "codec/journal/log-fields.h"

/* Our label: the hash of the request that made the container. */
#define CONTAINER_LABEL_REQUEST "systemd-docker.request"
/* Where a container gets the folder with its notification socket. */
#define CONTAINER_NOTIFY_TARGET "/run/notify"

typedef enum ContainerHealth {
        CONTAINER_HEALTH_NONE, /* it has no health check */
        CONTAINER_HEALTH_STARTING,
        CONTAINER_HEALTH_HEALTHY,
        CONTAINER_HEALTH_UNHEALTHY,
        _CONTAINER_HEALTH_MAX,
} ContainerHealth;

const char *container_health_to_string(ContainerHealth h);
int container_health_from_string(const char *s);

typedef struct ContainerInfo {
        char id[ENGINE_ID_SIZE + 1];
        char *name;  /* without '/' in front */
        char *image; /* as it was asked for */
        char *log_driver;
        LogFields log;      /* of its log options */
        char *request_hash; /* of our label; NULL: it has none */
        bool running;       /* also while paused */
        bool paused;
        bool removing; /* the engine is about to remove it */
        bool created;  /* it exists, and never ran */
        bool tty;
        bool auto_remove;
        pid_t pid;           /* 0: none */
        int exit_code;       /* -1: not said */
        int stop_signal;     /* 15 where nothing is said */
        int stop_timeout;    /* seconds; -1: not said */
        char *started_at;    /* of its last start, as the engine has it: to tell its lives apart */
        char *notify_folder; /* what is mounted at CONTAINER_NOTIFY_TARGET; NULL: nothing */
        ContainerHealth health;
        HealthCheck check;
        char *error; /* of the last start, as the engine has it; NULL: none */
} ContainerInfo;

#define CONTAINER_INFO_NULL                                                                                 \
        ((ContainerInfo){ .exit_code = -1, .stop_timeout = -1, .check = { .exit_code = -1 } })

/* -EBADMSG: not such an object; -ENOMEM. */
int container_info_parse(const char *data, size_t size, ContainerInfo *ret);
void container_info_done(ContainerInfo *i);

/* The id in the answer of POST /containers/create, into ret (ENGINE_ID_SIZE + 1), and the engine's warnings:
 * a vector, the caller's, NULL where there are none. -EBADMSG, -ENOMEM. */
int container_created_parse(const char *data, size_t size, char *ret, char ***ret_warnings);

/* The StatusCode in the answer of POST /containers/{id}/wait. -EBADMSG. */
int container_wait_parse(const char *data, size_t size, int *ret);

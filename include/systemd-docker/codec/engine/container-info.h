/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* The facts about a container that we use, from GET /containers/{id}/json. */

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "codec/engine/engine-event.h"
#include "codec/engine/health-check.h"
#include "codec/journal/log-fields.h"

/* Our label: the hash of the request that created the container, a "-", and a number of this creation. By
 * that number it is not the label of an image, also if the image was made from a container of the same
 * request. */
#define CONTAINER_LABEL_REQUEST "systemd-docker.request"
#define CONTAINER_LABEL_SEPARATOR '-'
/* The unit that it was created for, or CLAIM_BY_HAND; and whose: see claim-text.h. */
#define CONTAINER_LABEL_UNIT "systemd-docker.unit"
#define CONTAINER_LABEL_USER "systemd-docker.user"
/* Where the folder with the notification socket is mounted in a container. */
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
        char *name;     /* without the '/' at its beginning */
        char *image;    /* as it was written in the request */
        char *image_id; /* "": unknown */
        char *log_driver;
        LogFields log;       /* from its log options */
        char *request_label; /* CONTAINER_LABEL_REQUEST; NULL: it has none, so somebody else has created it
                              */
        char *unit, *user;   /* from our labels, valid names; "": it has none */
        char *volumes;       /* the anonymous ones, for messages; NULL: none */
        char *ports;         /* the published ones, for people: "8080->80"; NULL: none */
        bool running;        /* also true while paused */
        bool paused;
        bool removing; /* the engine is about to remove it */
        bool created;  /* it exists, and never ran */
        bool tty;
        bool privileged; /* among other things, it may use every device */
        bool auto_remove;
        pid_t pid;            /* 0: none */
        int exit_code;        /* -1: unknown */
        int stop_signal;      /* 15 if it is not set */
        int stop_timeout;     /* seconds; -1: not set; INT_MAX: for ever */
        bool engine_restarts; /* it has a restart policy other than "no" */
        char *started_at;    /* the time of its last start in the engine's format, which identifies a life */
        char *notify_folder; /* the folder that is mounted at CONTAINER_NOTIFY_TARGET; NULL: none */
        ContainerHealth health;
        HealthCheck check;
        char *error; /* the engine's error of the last start; NULL: none */
} ContainerInfo;

#define CONTAINER_INFO_NULL                                                                                 \
        ((ContainerInfo){ .exit_code = -1, .stop_timeout = -1, .check = { .exit_code = -1 } })

/* Free *ret with container_info_done(). Members of the wrong type count as absent. -EBADMSG: not such an
 * object; -ENOMEM. */
int container_info_parse(const char *data, size_t size, ContainerInfo *ret);
void container_info_done(ContainerInfo *i);
/* Whether its label says that it was created by a request with this hash. */
bool container_is_of_request(const ContainerInfo *i, const char *hash);

/* Parses the answer of POST /containers/create. ret: a buffer of ENGINE_ID_SIZE + 1 bytes for the id.
 * *ret_warnings: the engine's warnings, a vector that belongs to the caller, or NULL if there are none.
 * -EBADMSG, -ENOMEM. */
int container_created_parse(const char *data, size_t size, char *ret, char ***ret_warnings);

/* The StatusCode in the answer of POST /containers/{id}/wait. -EBADMSG: there is none. */
int container_wait_parse(const char *data, size_t size, int *ret);

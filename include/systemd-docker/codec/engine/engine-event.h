/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* One object of the engine's GET /events. The stream is NDJSON: take it apart with a LineBuffer. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum EngineEventKind {
        ENGINE_EVENT_OTHER, /* one that we have no use for */
        ENGINE_EVENT_CREATE,
        ENGINE_EVENT_START,
        ENGINE_EVENT_DIE,
        ENGINE_EVENT_STOP,
        ENGINE_EVENT_KILL,
        ENGINE_EVENT_RESTART,
        ENGINE_EVENT_PAUSE,
        ENGINE_EVENT_UNPAUSE,
        ENGINE_EVENT_OOM,
        ENGINE_EVENT_RENAME,
        ENGINE_EVENT_UPDATE,
        ENGINE_EVENT_DESTROY,
        ENGINE_EVENT_HEALTH_STATUS, /* healthy or unhealthy */
        ENGINE_EVENT_EXEC_CREATE,
        ENGINE_EVENT_EXEC_START,
        ENGINE_EVENT_EXEC_DIE,
        ENGINE_EVENT_ATTACH,
        ENGINE_EVENT_DETACH,
        _ENGINE_EVENT_KIND_MAX,
} EngineEventKind;

const char *engine_event_kind_to_string(EngineEventKind k);
int engine_event_kind_from_string(const char *s);

#define ENGINE_ID_SIZE 64

typedef struct EngineEvent {
        EngineEventKind kind;
        char id[ENGINE_ID_SIZE + 1]; /* lower-case hex, never shortened */
        int exit_code;               /* DIE; -1: not said */
        int signal;                  /* KILL; 0: not said */
        bool healthy;                /* HEALTH_STATUS */
        uint64_t time_nsec;          /* since the epoch, by the engine's clock; 0: not said */
        char *name;                  /* of the container, without '/' in front; NULL: not said */
} EngineEvent;

#define ENGINE_EVENT_NULL ((EngineEvent){ .exit_code = -1 })

/* 1: an event of a container. 0: well-formed, but of something else (image, network, …); ret untouched.
 * -EBADMSG: no event; -ENOMEM. A container's labels stand among the attributes of the event and win over the
 * engine's own, so that an image can make exit_code and signal say anything: ask /wait or inspect before you
 * act on their value. */
int engine_event_parse(const char *data, size_t size, EngineEvent *ret);
void engine_event_done(EngineEvent *e);

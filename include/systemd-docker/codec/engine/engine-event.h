/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* One object of the engine's GET /events. The stream is NDJSON: a LineBuffer splits it into objects. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum EngineEventKind {
        ENGINE_EVENT_OTHER, /* an event that we do not use */
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
        int exit_code;               /* DIE; -1: unknown */
        int signal;                  /* KILL; 0: unknown */
        bool healthy;                /* HEALTH_STATUS */
        uint64_t time_nsec;          /* since the epoch, by the engine's clock; 0: unknown */
        char *name;                  /* of the container, without the '/' at its beginning; NULL: unknown */
} EngineEvent;

#define ENGINE_EVENT_NULL ((EngineEvent){ .exit_code = -1 })

/* 1: an event of a container; free *ret with engine_event_done(). 0: an event of something else (image,
 * network, …); *ret is unchanged. -EBADMSG: not an event; -ENOMEM.
 *
 * The labels of a container are among the attributes of an event, and take precedence over those of the
 * engine. An image can therefore set exit_code and signal to any value: ask /wait or inspect before you act
 * on them. */
int engine_event_parse(const char *data, size_t size, EngineEvent *ret);
void engine_event_done(EngineEvent *e);

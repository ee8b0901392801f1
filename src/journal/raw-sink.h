/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* Bytes on their way to a descriptor that others gave us: a file, a pipe, a socket, a terminal, a device.
 * They are written as they come. No function waits, and the flags of the descriptor, which other processes
 * share, stay as they are. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <systemd/sd-event.h>

#include "util/cleanup.h"

typedef struct RawSink RawSink;

typedef struct RawSinkOps {
        /* All that was taken is written, or lost, after there was no room. The sink may be freed here. */
        void (*on_room)(void *userdata);
        /* Bytes could not be written, and are lost: -errno. Called once. The sink must not be freed here. */
        void (*on_failed)(int error, void *userdata);
} RawSinkOps;

/* fd and ops are borrowed. 0 or -errno. */
int raw_sink_new(RawSink **ret, sd_event *event, int fd, const RawSinkOps *ops, void *userdata);
/* What was taken and is not written yet is lost. Accepts NULL. */
RawSink *raw_sink_free(RawSink *s);
DEFINE_TRIVIAL_CLEANUP_FUNC(RawSink *, raw_sink_free)

/* 1: taken; what can't be written is lost, and said by on_failed. 0: no room, and on_room follows. */
int raw_sink_send(RawSink *s, const void *data, size_t size);

/* All that was taken is written, or lost. */
bool raw_sink_is_empty(const RawSink *s);

/* Both lead to the same file. */
bool raw_sink_is_same(const RawSink *s, int fd);

/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* Copies a descriptor of ours (standard input) to the container's standard input. */

#include <stdbool.h>

#include "engine/engine.h"

typedef struct InputStream InputStream;

typedef struct InputStreamOps {
        /* The engine has attached us, and reading begins. */
        void (*on_open)(void *userdata);
        /* Once, and last: nothing more is passed on. The stream may be freed in it. r: 0 at the end of fd,
         * or if the engine takes no more, because the container has ended or has closed its input. -errno
         * before on_open: we could not be attached. -errno after it: fd could not be read, which the
         * container sees as the end. message: one line; NULL if r is 0. */
        void (*on_end)(int r, const char *message, void *userdata);
} InputStreamOps;

typedef struct InputStreamConfig {
        const char *id; /* of the container */
        bool tty;       /* it has a terminal, whose input has no end: the end of fd is not passed on */
        const char *detach_keys; /* by which the engine ends a terminal's attachment; NULL: its default */
        int fd; /* borrowed; a file, pipe, terminal, socket or /dev/null; if it is not open, it counts as
                   empty */
} InputStreamConfig;

/* A regular file is read from its current position, which does not change: the next stream reads the same
 * again. engine and ops are borrowed; config is read in here only. No op is called from in here. -ENOMEM and
 * others. */
int input_stream_new(InputStream **ret, sd_event *event, Engine *engine, const InputStreamConfig *config,
                     const InputStreamOps *ops, void *userdata);
InputStream *input_stream_free(InputStream *i);
DEFINE_TRIVIAL_CLEANUP_FUNC(InputStream *, input_stream_free)

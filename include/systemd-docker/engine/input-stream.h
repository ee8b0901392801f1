/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* A descriptor of ours (standard input) copied to a container's standard input. */

#include <stdbool.h>

#include "engine/engine.h"

typedef struct InputStream InputStream;

typedef struct InputStreamOps {
        /* The engine has attached us. Reading begins. */
        void (*on_open)(void *userdata);
        /* Once, and last: nothing more is passed on. r: 0 at the end of fd, or where the engine wants no
         * more: the container has ended, or has closed its input. -errno: before on_open, that we could not
         * be attached; after it, that fd could not be read, which the container sees as the end. message:
         * one line, NULL with 0. */
        void (*on_end)(int r, const char *message, void *userdata);
} InputStreamOps;

typedef struct InputStreamConfig {
        const char *id;          /* of the container */
        bool tty;                /* it has a terminal, which has no end: that of fd is not passed on */
        const char *detach_keys; /* by which the engine ends a terminal's attachment; NULL: its default */
        int fd; /* borrowed; a file, pipe, terminal, socket, /dev/null, or not open, which is an empty one */
} InputStreamConfig;

/* A regular file is read from where it stands, and left there: the next stream reads it again. */
int input_stream_new(InputStream **ret, sd_event *event, Engine *engine, const InputStreamConfig *config,
                     const InputStreamOps *ops, void *userdata);
/* Also from on_end. */
InputStream *input_stream_free(InputStream *i);
DEFINE_TRIVIAL_CLEANUP_FUNC(InputStream *, input_stream_free)

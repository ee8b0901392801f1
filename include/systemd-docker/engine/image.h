/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* The pull of an image from its registry by the engine, with the login of docker's configuration file or of
 * a credential helper. A pull that fails for a passing reason is tried again. */

#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-event.h>

#include "cli/cli-error.h"
#include "engine/engine.h"
#include "run/context.h"
#include "util/cleanup.h"

typedef struct Image Image;

typedef struct ImageOps {
        /* How far the pull is, in one line, at most once per report interval; and why it waits for its next
         * try. extend_usec: the pull moves on and should get this much more time, in microseconds; 0: it
         * does not move on. May run inside libcurl: do not free the image and do not call the engine here.
         */
        void (*on_progress)(const char *text, uint64_t extend_usec, void *userdata);
        /* Exactly one of these is called, once, and last. The image may be freed in it. The
         * failure's line says which image, why it could not be pulled and which login was used. */
        void (*on_pulled)(void *userdata);
        void (*on_failed)(const EngineFailure *failure, void *userdata);
} ImageOps;

/* Everything is borrowed, and has to live as long as the image. */
typedef struct ImageConfig {
        const char *name;          /* of the image, as the user wrote it */
        const char *platform;      /* --platform; NULL or "": the engine's own */
        bool all_tags;             /* not only the tag of the name */
        const CliContext *context; /* where docker's configuration file and the credential helpers are */
        int bar_fd;                /* a terminal to draw the progress on; negative: none */
        bool engine_may_restart;   /* an engine that goes away is waited for longer */

        /* Time limits, in microseconds; 0: the default. */
        uint64_t report_usec;                        /* between two reports of the progress */
        uint64_t backoff_min_usec, backoff_max_usec; /* before the next try; doubled each time */
} ImageConfig;

/* A failed pull is tried so many times in all; if the engine went away, and may restart, so many times. A
 * try that gets further than all before it counts as the first one. */
#define IMAGE_TRIES_MAX 4
#define IMAGE_TRIES_ENGINE_MAX 10

/* Begins the pull. No op is called from in here.
 * -EINVAL: the name is not one that can be pulled; -ENOMEM and others: the pull cannot be begun. reterr says
 * why, in one line. ops is borrowed. */
int image_new(Image **ret, sd_event *event, Engine *engine, const ImageConfig *config, const ImageOps *ops,
              void *userdata, CliError *reterr);
/* Which image, and how far its pull is: the line that was reported last; before that, only which. */
const char *image_status(const Image *i);
/* Ends the pull wherever it is. The engine keeps the layers that it already has. */
Image *image_free(Image *i);
DEFINE_TRIVIAL_CLEANUP_FUNC(Image *, image_free)

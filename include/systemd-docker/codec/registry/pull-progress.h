/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* The progress of an image's pull, summed up over its layers. The input is the NDJSON of POST
 * /images/create, one object at a time; a LineBuffer splits the stream. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PULL_LAYERS_MAX 512
#define PULL_LAYER_ID_MAX 64

typedef enum PullPhase {
        PULL_WAITING,
        PULL_DOWNLOADING,
        PULL_DOWNLOADED,
        PULL_EXTRACTING,
        PULL_DONE,
        _PULL_PHASE_MAX,
} PullPhase;

typedef struct PullLayer {
        char id[PULL_LAYER_ID_MAX + 1];
        PullPhase phase;
        uint64_t current; /* bytes downloaded */
        uint64_t total;   /* 0: not known yet */
        uint64_t extracted;
} PullLayer;

typedef struct PullProgress {
        PullLayer *layers; /* at most PULL_LAYERS_MAX; further layers are ignored */
        size_t n_layers;
        char *error; /* the last error, one plain line; NULL: none */
} PullProgress;

#define PULL_PROGRESS_NULL ((PullProgress){ .layers = NULL })

typedef struct PullSummary {
        size_t layers, layers_done;
        uint64_t current, total; /* bytes of the layers whose size is known */
        unsigned percent;        /* of total, 0..100 */
} PullSummary;

void pull_progress_done(PullProgress *p);

/* 1: the pull made progress, and deserves more time. 0: no progress. -EBADMSG: not such an object; -ENOMEM.
 * For an error of the pull it returns 0 and sets p->error. */
int pull_progress_feed(PullProgress *p, const char *data, size_t size);

PullSummary pull_progress_summary(const PullProgress *p);

/* A text like "2/5 layers, 12.3 of 50.0 MB, 24%", which belongs to the caller. NULL: out of memory. */
char *pull_progress_to_string(const PullProgress *p);

/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The pull of an image, layer by layer: POST /images/create in the Engine API (and /images/{name}/pull of
 * compatible engines):
 *
 *   {"status":"Pulling fs layer","progressDetail":{},"id":"4f4fb700ef54"}
 *   {"status":"Downloading","progressDetail":{"current":32,"total":3401},"progress":"[=>
 * ]","id":"4f4fb700ef54"}
 *   {"status":"Pull complete","progressDetail":{},"id":"4f4fb700ef54"}
 *   {"errorDetail":{"message":"…"},"error":"…"}
 *
 * Only bytes beyond the furthest point so far count as progress. The download of a layer that starts again
 * and again makes no progress, so that a pull that gets nowhere runs into its time-out. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codec/registry/pull-progress.h"
#include "util/macro.h"
#include "util/text.h"
#include "json/json.h"

#define ERROR_MAX 1024
/* 16 TiB for each layer: the sum of all layers, times one hundred, fits into 64 bits. */
#define BYTES_MAX ((int64_t) 1 << 44)

static const struct {
        char status[24];
        PullPhase phase;
} phase_table[] = {
        { "Pulling fs layer", PULL_WAITING },     { "Waiting", PULL_WAITING },
        { "Downloading", PULL_DOWNLOADING },      { "Verifying Checksum", PULL_DOWNLOADING },
        { "Download complete", PULL_DOWNLOADED }, { "Extracting", PULL_EXTRACTING },
        { "Pull complete", PULL_DONE },           { "Already exists", PULL_DONE },
};

void pull_progress_done(PullProgress *p)
{
        assert(p);
        free(p->layers);
        free(p->error);
        *p = PULL_PROGRESS_NULL;
}

static int phase_from_status(const char *status)
{
        for (size_t i = 0; i < ELEMENTSOF(phase_table); i++)
                if (strcmp(status, phase_table[i].status) == 0)
                        return (int) phase_table[i].phase;
        return -EINVAL;
}

/* The layer with that id, which is created if it is new. 1: it is new; 0: it was known; -ENOBUFS: too many;
 * -ENOMEM. */
static int find_layer(PullProgress *p, const char *id, PullLayer **ret)
{
        PullLayer *bigger;

        for (size_t i = 0; i < p->n_layers; i++)
                if (strcmp(p->layers[i].id, id) == 0) {
                        *ret = p->layers + i;
                        return 0;
                }
        if (p->n_layers >= PULL_LAYERS_MAX || strlen(id) > PULL_LAYER_ID_MAX)
                return -ENOBUFS;
        if ((p->n_layers & (p->n_layers - 1)) == 0) {
                bigger = reallocarray(p->layers, p->n_layers > 0 ? p->n_layers * 2 : 1, sizeof(PullLayer));
                if (!bigger)
                        return -ENOMEM;
                p->layers = bigger;
        }
        *ret = p->layers + p->n_layers++;
        **ret = (PullLayer){ .phase = PULL_WAITING };
        strcpy((*ret)->id, id);
        return 1;
}

static uint64_t get_bytes(struct json_object *o, const char *path)
{
        int64_t n = json_int_or(o, path, 0);

        return n > 0 ? (uint64_t) MIN(n, BYTES_MAX) : 0;
}

/* Sets *mark to value if that is further. */
static bool raise_mark(uint64_t *mark, uint64_t value)
{
        if (value <= *mark)
                return false;
        *mark = value;
        return true;
}

static bool update_layer(PullLayer *l, PullPhase phase, struct json_object *o)
{
        uint64_t current = get_bytes(o, "progressDetail/current");
        bool moved = phase > l->phase;

        l->phase = MAX(l->phase, phase);
        if (phase == PULL_DOWNLOADING) {
                (void) raise_mark(&l->total, get_bytes(o, "progressDetail/total"));
                moved = raise_mark(&l->current, current) || moved;
        } else if (phase == PULL_EXTRACTING) {
                moved = raise_mark(&l->extracted, current) || moved;
        }
        if (l->phase >= PULL_DOWNLOADED)
                l->total = l->current = MAX(l->current, l->total);
        return moved;
}

static int set_error(PullProgress *p, const char *message)
{
        char *s = text_one_line(message, strlen(message), ERROR_MAX);

        if (!s)
                return -ENOMEM;
        free(p->error);
        p->error = s;
        return 0;
}

int pull_progress_feed(PullProgress *p, const char *data, size_t size)
{
        _cleanup_json_ struct json_object *o = NULL;
        const char *error, *id;
        PullLayer *layer;
        int phase, r;

        assert(p);
        assert(data || size == 0);

        r = json_parse(data, size, &o);
        if (r < 0 || !json_object_is_type(o, json_type_object))
                return r == -ENOMEM ? r : -EBADMSG;
        error = json_string_or(o, "errorDetail/message", json_string_or(o, "error", NULL));
        if (error)
                return set_error(p, error);
        phase = phase_from_status(json_string_or(o, "status", ""));
        id = json_string_or(o, "id", "");
        if (phase < 0 || !id[0])
                return 0;
        r = find_layer(p, id, &layer);
        if (r < 0)
                return r == -ENOMEM ? r : 0;
        return update_layer(layer, (PullPhase) phase, o) || r > 0;
}

PullSummary pull_progress_summary(const PullProgress *p)
{
        PullSummary s = { .layers = 0 };

        assert(p);
        s.layers = p->n_layers;
        for (size_t i = 0; i < p->n_layers; i++) {
                const PullLayer *l = p->layers + i;

                s.layers_done += l->phase == PULL_DONE;
                s.total += l->total;
                s.current += MIN(l->current, l->total);
        }
        if (s.total > 0)
                s.percent = (unsigned) (s.current * 100 / s.total);
        return s;
}

char *pull_progress_to_string(const PullProgress *p)
{
        static const struct {
                uint64_t size;
                const char *name;
        } units[] = { { 1000000000, "GB" }, { 1000000, "MB" }, { 1000, "kB" } };
        PullSummary s = pull_progress_summary(p);
        size_t u = 0;
        char *ret;
        int n;

        while (u < ELEMENTSOF(units) - 1 && s.total < units[u].size)
                u++;
        if (s.total == 0)
                n = asprintf(&ret, "%zu/%zu layers", s.layers_done, s.layers);
        else
                n = asprintf(&ret, "%zu/%zu layers, %.1f of %.1f %s, %u%%", s.layers_done, s.layers,
                             (double) s.current / (double) units[u].size,
                             (double) s.total / (double) units[u].size, units[u].name, s.percent);
        return n < 0 ? NULL : ret;
}

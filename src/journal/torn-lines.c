/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The stored log, from which a stream goes on, has the whole line: then what was put aside is forgotten. The
 * exception is an engine that was killed while it had the begin of the line in its buffer: its log has only
 * what the container wrote later, which is the rest of the line if the engine had read all that there was.
 */

#include <stdlib.h>
#include <string.h>

#include "torn-lines.h"
#include "util/cleanup.h"
#include "util/log.h"
#include "util/macro.h"

static void forget(TornLine *torn)
{
        free(torn->data);
        *torn = (TornLine){ .data = NULL };
}

void torn_lines_done(TornLines *t)
{
        assert(t);
        for (size_t i = 0; i < ELEMENTSOF(t->of); i++)
                forget(&t->of[i]);
}

static void put_aside(TornLine *torn, const Line *line, uint64_t stamp_nsec, bool rested)
{
        forget(torn);
        torn->data = malloc(MAX(line->size, (size_t) 1));
        if (!torn->data) {
                (void) log_oom();
                return;
        }
        memcpy(torn->data, line->data, line->size);
        torn->size = line->size;
        torn->stamp_nsec = stamp_nsec;
        torn->rested = rested;
}

/* As a line of its own. 0: no room. */
static int pass_on(TornLines *t, int stream)
{
        TornLine *torn = &t->of[stream];
        Line line = { torn->data, torn->size, LINE_EOF };

        if (!torn->data)
                return 1;
        if (t->next(stream, &line, torn->stamp_nsec, t->userdata) == 0)
                return 0;
        forget(torn);
        return 1;
}

/* The torn line and its rest as one line. */
static int pass_on_joined(TornLines *t, int stream, const Line *rest, uint64_t stamp_nsec, char *buffer)
{
        TornLine *torn = &t->of[stream];
        int r;

        memcpy(buffer, torn->data, torn->size);
        memcpy(buffer + torn->size, rest->data, rest->size);
        r = t->next(stream, &(Line){ buffer, torn->size + rest->size, rest->why }, stamp_nsec, t->userdata);
        if (r > 0)
                forget(torn);
        return r;
}

/* The stream goes on with this line. 1: it was taken together with the torn one. 0: no room. 2: the torn one
 * is done with, and the line still to be taken. */
static int complete(TornLines *t, int stream, const Line *line, uint64_t stamp_nsec)
{
        TornLine *torn = &t->of[stream];
        _cleanup_free_ char *buffer = NULL;

        if (!torn->data)
                return 2;
        if (line->size >= torn->size && memcmp(line->data, torn->data, torn->size) == 0) {
                forget(torn);
                return 2;
        }
        if (torn->rested)
                buffer = malloc(MAX(torn->size + line->size, (size_t) 1));
        if (buffer)
                return pass_on_joined(t, stream, line, stamp_nsec, buffer);
        return pass_on(t, stream) == 0 ? 0 : 2;
}

int torn_lines_take(TornLines *t, int stream, const Line *line, uint64_t stamp_nsec, bool rested)
{
        int r = complete(t, stream, line, stamp_nsec);

        if (r < 2)
                return r;
        if (line->why != LINE_EOF)
                return t->next(stream, line, stamp_nsec, t->userdata);
        put_aside(&t->of[stream], line, stamp_nsec, rested);
        return 1;
}

void torn_lines_finish(TornLines *t)
{
        if (pass_on(t, STREAM_STDOUT) > 0)
                (void) pass_on(t, STREAM_STDERR);
}

bool torn_lines_is_empty(const TornLines *t)
{
        return !t->of[STREAM_STDOUT].data && !t->of[STREAM_STDERR].data;
}

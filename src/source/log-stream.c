/* SPDX-License-Identifier: Apache-2.0 */

/* POST /containers/{id}/attach without "Upgrade:": the engine answers 200 with a body that ends with the container.
 *
 * bytes → (frames, unless TTY) → a line buffer a stream → on_line. When the consumer has no room, the line it refused is
 * kept (a copy: the bytes belong to libcurl) and the transfer held back, so that the pressure reaches the
 * container through the engine. The end of the stream waits for a kept line to be taken. */

#include <stdlib.h>
#include <string.h>

#include "source/log-stream.h"
#include "util/log.h"
#include "util/macro.h"

/* Longer lines are cut. */
#define LINE_SIZE_MAX (16U * 1024 * 1024)

struct LogStream {
        Engine *engine;
        EngineRequest *request;
        const LogStreamOps *ops;
        void *userdata;
        bool tty;
        StreamFrame frame;
        LineBuffer lines[_STREAM_MAX];
        int error; /* of the frames: what follows can't be understood */

        char *held; /* the refused line */
        Line held_line;
        int held_stream;

        bool ended; /* the transfer is done, with the result */
        int result;
        char *message;
};

static bool stream_is_output(int stream)
{
        return stream == STREAM_STDOUT || stream == STREAM_STDERR;
}

/* 1: taken. 0: kept, hold back. */
static int offer_line(LogStream *l, int stream, Line *line)
{
        int r;

        if (l->tty)
                line_strip_cr(line);
        r = l->ops->on_line(stream, line, l->userdata);
        if (r != 0)
                return 1;
        l->held = malloc(MAX(line->size, (size_t) 1));
        if (!l->held)
                return 1; /* one line lost, and said so: better than the service */
        memcpy(l->held, line->data, line->size);
        l->held_line = (Line) { l->held, line->size, line->why };
        l->held_stream = stream;
        return 0;
}

/* Takes data of one stream apart; returns how much was used: less than size when held back. */
static size_t feed_lines(LogStream *l, int stream, const char *data, size_t size)
{
        size_t done = 0, consumed;
        Line line;

        while (done < size) {
                int r = line_buffer_feed(&l->lines[stream], data + done, size - done, &consumed, &line);

                if (r < 0) {
                        (void) log_oom();
                        return size;
                }
                done += consumed;
                if (r == 0)
                        break;
                if (offer_line(l, stream, &line) == 0)
                        break;
        }
        return done;
}

/* One frame's worth of data, or what there is of it. A chunk that was not used up is put back into the frame. */
static int feed_frame(LogStream *l, const char *data, size_t size, size_t *ret_used)
{
        StreamChunk chunk;
        size_t consumed = 0, used;
        int r = stream_frame_feed(&l->frame, data, size, &consumed, &chunk);

        if (r < 0)
                return r;
        *ret_used = consumed;
        if (r == 0)
                return 0;
        if (chunk.stream == STREAM_SYSTEMERR) {
                log_warning("Engine: %.*s", (int) MIN(chunk.size, (size_t) 1024), chunk.data);
                return 0;
        }
        if (!stream_is_output(chunk.stream))
                return 0;
        used = feed_lines(l, chunk.stream, chunk.data, chunk.size);
        if (used < chunk.size)
                stream_frame_unfeed(&l->frame, chunk.size - used);
        *ret_used = consumed - (chunk.size - used);
        return 0;
}

static size_t log_stream_on_data(EngineRequest *request, const char *data, size_t size, void *userdata)
{
        LogStream *l = ASSERT_PTR(userdata);
        size_t done = 0, used = 0;

        if (l->error < 0)
                return size;
        if (l->held)
                return 0;
        if (l->tty)
                return feed_lines(l, STREAM_STDOUT, data, size);
        while (done < size && !l->held) {
                l->error = feed_frame(l, data + done, size - done, &used);
                if (l->error < 0) {
                        log_warning("The engine's log stream is malformed, dropping the rest of it.");
                        return size;
                }
                done += used;
        }
        return done;
}

/* Delivers the last lines without newline, then the end; stops where a line is refused. */
static void finish(LogStream *l)
{
        for (int stream = 0; stream < _STREAM_MAX; stream++) {
                Line line;

                if (line_buffer_flush(&l->lines[stream], &line) > 0 && offer_line(l, stream, &line) == 0)
                        return;
        }
        l->ops->on_eof(l->result, l->message, l->userdata);
}

static void log_stream_on_done(EngineRequest *request, int r, const EngineReply *reply, void *userdata)
{
        LogStream *l = ASSERT_PTR(userdata);

        l->request = engine_request_free(l->request);
        l->ended = true;
        l->result = r < 0 ? r : l->error;
        l->message = reply->error.message ? strdup(reply->error.message) : NULL;
        if (!l->held)
                finish(l);
}

static void log_stream_on_open(EngineRequest *request, void *userdata)
{
        LogStream *l = ASSERT_PTR(userdata);

        l->ops->on_open(l->userdata);
}

void log_stream_resume(LogStream *l)
{
        if (!l->held)
                return;
        if (l->ops->on_line(l->held_stream, &l->held_line, l->userdata) == 0)
                return;
        free(l->held);
        l->held = NULL;
        if (l->ended)
                finish(l);
        else
                engine_request_resume(l->request);
}

bool log_stream_is_held(const LogStream *l)
{
        return l->held;
}

LogStream *log_stream_free(LogStream *l)
{
        if (!l)
                return NULL;
        engine_request_free(l->request);
        for (size_t i = 0; i < ELEMENTSOF(l->lines); i++)
                line_buffer_done(&l->lines[i]);
        free(l->held);
        free(l->message);
        free(l);
        return NULL;
}

int log_stream_new(LogStream **ret, Engine *engine, const char *id, unsigned flags, const LogStreamOps *ops,
                   void *userdata)
{
        static const EngineRequestOps request_ops = { log_stream_on_open, log_stream_on_data, log_stream_on_done };
        _cleanup_(log_stream_freep) LogStream *l = NULL;
        _cleanup_free_ char *path = NULL;
        int r;

        l = calloc(1, sizeof(*l));
        if (!l)
                return -ENOMEM;
        l->engine = engine;
        l->ops = ops;
        l->userdata = userdata;
        l->tty = flags & LOG_STREAM_TTY;
        l->frame = STREAM_FRAME_NULL;
        for (size_t i = 0; i < ELEMENTSOF(l->lines); i++)
                line_buffer_init(&l->lines[i], LINE_SIZE_MAX);
        if (asprintf(&path, "/containers/%s/attach?stream=1%s%s", id, flags & LOG_STREAM_NO_STDOUT ? "" : "&stdout=1",
                     flags & LOG_STREAM_NO_STDERR ? "" : "&stderr=1") < 0)
                return -ENOMEM;
        r = engine_call(engine, &l->request,
                        &(EngineCall) { .method = "POST", .path = path, .lane = ENGINE_LANE_LOG,
                                        .ops = &request_ops, .userdata = l });
        if (r < 0)
                return r;
        *ret = TAKE_PTR(l);
        return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The container's output, from the engine.
 *
 * Attached: POST /containers/{id}/attach without "Upgrade:" is answered with 200 and a body that ends when
 * the container ends. It is cheap for the engine, but has only the output from now on, without times.
 * Stored: GET /containers/{id}/logs has the output from a given time on, each message with its stamp. A line
 * of more than 16 KiB is several messages.
 *
 * bytes → (frames, unless TTY) → (stamps) → a line buffer for each stream → on_line. If the consumer has no
 * room, the line that it refused is kept (a copy: the bytes belong to libcurl) and the transfer is held
 * back. So the engine, and then the container, has to wait. The end of the stream is reported after the kept
 * line was taken. */

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "codec/engine/log-stamp.h"
#include "engine/log-stream.h"
#include "loop/event-util.h"
#include "util/log.h"
#include "util/macro.h"

/* Longer lines are cut. */
#define LINE_SIZE_MAX (16U * 1024 * 1024)

/* How much is read at once: what is in use of the buffer once stays with us for as long as the stream is
 * open. More makes lines no faster, but bytes. */
#define READ_LINES ((size_t) 16 * 1024)
#define READ_BYTES ENGINE_READ_MAX

struct LogStream {
        Engine *engine;
        EngineRequest *request;
        sd_event_source *calm;
        const LogStreamOps *ops;
        void *userdata;
        bool tty, stored;
        bool raw[_STREAM_MAX];
        bool in_line[_STREAM_MAX]; /* of a raw stream: the last byte was no newline */
        StreamFrame frame;
        LogStamp stamp;  /* of the frame, as far as it has arrived */
        bool in_message; /* the stamp is complete, and the message follows */
        LineBuffer lines[_STREAM_MAX];
        uint64_t stamps[_STREAM_MAX]; /* of the line that is in the buffer */
        int error;                    /* -errno: a frame is malformed, so the rest cannot be read */

        char *held; /* the refused line */
        Line held_line;
        uint64_t held_stamp;
        int held_stream;

        bool ended; /* the transfer is done, with this result */
        int result;
        int status; /* HTTP */
        char *message;
};

static bool stream_is_output(int stream)
{
        return stream == STREAM_STDOUT || stream == STREAM_STDERR;
}

/* Removes the stamps from a stored line of a terminal. The line may then be in *ret_copy, which belongs to
 * the caller; otherwise that stays NULL. */
static void take_stamps_out(LogStream *l, Line *line, char **ret_copy)
{
        const char *stamp = line->data;
        size_t stamp_size;

        if (log_stamp_parse(line->data, line->size, &l->stamps[STREAM_STDOUT], &stamp_size) < 0)
                return; /* the rest of a line that was cut */
        line->data += stamp_size;
        line->size -= stamp_size;
        if (line->size <= LOG_MESSAGE_MAX || !(*ret_copy = malloc(line->size)))
                return;
        memcpy(*ret_copy, line->data, line->size);
        line->size = log_stamp_strip_repeated(*ret_copy, line->size, stamp, stamp_size);
        line->data = *ret_copy;
}

/* 1: the line was taken. 0: it is kept, and the stream has to be held back. */
static int hand_out(LogStream *l, int stream, const Line *line)
{
        int r = l->ops->on_line(stream, line, l->stamps[stream], l->userdata);

        if (r != 0)
                return 1;
        l->held = malloc(MAX(line->size, (size_t) 1));
        if (!l->held)
                return 1; /* out of memory: one line is lost, which is better than the service */
        memcpy(l->held, line->data, line->size);
        l->held_line = (Line){ l->held, line->size, line->why };
        l->held_stamp = l->stamps[stream];
        l->held_stream = stream;
        return 0;
}

/* A line of a raw stream that had to be taken apart, as the bytes that it was. */
static int offer_as_bytes(LogStream *l, int stream, const Line *line)
{
        _cleanup_free_ char *bytes = malloc(line->size + 1);
        bool ends = line->why == LINE_NEWLINE;

        if (!bytes)
                return 1; /* as for a line that is to be kept */
        memcpy(bytes, line->data, line->size);
        bytes[line->size] = '\n';
        return hand_out(l, stream, &(Line){ bytes, line->size + ends, LINE_RAW });
}

static int offer_line(LogStream *l, int stream, Line *line)
{
        _cleanup_free_ char *copy = NULL;

        if (l->tty && l->stored)
                take_stamps_out(l, line, &copy);
        if (l->raw[stream])
                return offer_as_bytes(l, stream, line);
        if (l->tty)
                line_strip_cr(line);
        return hand_out(l, stream, line);
}

/* The bytes of a raw stream: all at once, or line by line where they have stamps. */
static size_t feed_raw(LogStream *l, int stream, const char *data, size_t size)
{
        size_t done = 0;
        int r = 1;

        while (done < size && r > 0) {
                const char *newline = l->stored ? memchr(data + done, '\n', size - done) : NULL;
                size_t n = newline ? (size_t) (newline - data) + 1 - done : size - done;

                r = hand_out(l, stream, &(Line){ data + done, n, LINE_RAW });
                done += n;
                l->in_line[stream] = data[done - 1] != '\n';
        }
        return done;
}

/* Splits data of one stream into lines. Returns how many bytes were used: fewer than size if the stream has
 * to be held back. */
static size_t feed_lines(LogStream *l, int stream, const char *data, size_t size)
{
        size_t done = 0, consumed;
        Line line;

        /* A terminal's stored log has stamps in the middle of the bytes. */
        if (l->raw[stream] && !(l->tty && l->stored))
                return feed_raw(l, stream, data, size);
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

/* A frame of a stored log begins with a stamp. Returns how many bytes of the chunk belong to it, or
 * -EBADMSG.
 */
static ssize_t feed_stamp(LogStream *l, const StreamChunk *chunk)
{
        uint64_t nsec;
        size_t used;
        int r;

        if (chunk->begins) {
                l->stamp = LOG_STAMP_NULL;
                l->in_message = false;
        }
        if (l->in_message)
                return 0;
        r = log_stamp_feed(&l->stamp, chunk->data, chunk->size, &used, &nsec);
        if (r < 0)
                return r;
        l->in_message = r > 0;
        /* If a line is several messages, the first stamp counts; the others are the same. */
        if (r > 0 && line_buffer_pending(&l->lines[chunk->stream]) == 0 && !l->in_line[chunk->stream])
                l->stamps[chunk->stream] = nsec;
        return (ssize_t) used;
}

/* Handles the data of one frame, or the part of it that has arrived. What the consumer did not take is put
 * back into the frame. */
static int feed_frame(LogStream *l, const char *data, size_t size, size_t *ret_used)
{
        StreamChunk chunk;
        size_t consumed = 0, used;
        ssize_t stamp = 0;
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
        if (l->stored)
                stamp = feed_stamp(l, &chunk);
        if (stamp < 0)
                return (int) stamp;
        used = (size_t) stamp;
        used += feed_lines(l, chunk.stream, chunk.data + used, chunk.size - used);
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
        if (l->calm)
                (void) defer_arm(l->calm);
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

/* Delivers the last lines, which have no newline, and then the end. Stops if a line is refused. */
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
        l->status = reply->status;
        l->message = reply->error.message ? strdup(reply->error.message) : NULL;
        if (!l->held)
                finish(l);
}

static void log_stream_on_open(EngineRequest *request, void *userdata)
{
        LogStream *l = ASSERT_PTR(userdata);

        if (l->ops->on_open)
                l->ops->on_open(l->userdata);
}

/* The loop comes here when no other source has anything to do, the stream's included. */
static int log_stream_on_calm(sd_event_source *source, void *userdata)
{
        LogStream *l = ASSERT_PTR(userdata);

        if (!l->held && !l->ended)
                l->ops->on_calm(l->userdata);
        return 0;
}

void log_stream_set_ops(LogStream *l, const LogStreamOps *ops, void *userdata)
{
        assert(!ops->on_calm == !l->calm);
        l->ops = ops;
        l->userdata = userdata;
}

void log_stream_resume(LogStream *l)
{
        if (!l->held)
                return;
        if (l->ops->on_line(l->held_stream, &l->held_line, l->held_stamp, l->userdata) == 0)
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

int log_stream_status(const LogStream *l)
{
        return l->status;
}

uint64_t log_stream_pending_stamp(const LogStream *l, int stream)
{
        return l->stored && !l->tty && line_buffer_pending(&l->lines[stream]) > 0 ? l->stamps[stream] : 0;
}

LogStream *log_stream_free(LogStream *l)
{
        if (!l)
                return NULL;
        engine_request_free(l->request);
        sd_event_source_disable_unref(l->calm);
        for (size_t i = 0; i < ELEMENTSOF(l->lines); i++)
                line_buffer_done(&l->lines[i]);
        free(l->held);
        free(l->message);
        free(l);
        return NULL;
}

/* A new string, NULL: out of memory. */
static char *make_path(const LogStreamTarget *target)
{
        const char *out = target->flags & LOG_STREAM_NO_STDOUT ? "" : "&stdout=1";
        const char *err = target->flags & LOG_STREAM_NO_STDERR ? "" : "&stderr=1";
        char *path;
        int r;

        if (!(target->flags & LOG_STREAM_STORED))
                r = asprintf(&path, "/containers/%s/attach?stream=1%s%s", target->id, out, err);
        else
                r = asprintf(&path,
                             "/containers/%s/logs?timestamps=1%s%s&follow=%i&since=%" PRIu64 ".%09" PRIu64,
                             target->id, out, err, target->flags & LOG_STREAM_FOLLOW ? 1 : 0,
                             target->since_nsec / NSEC_PER_SEC, target->since_nsec % NSEC_PER_SEC);
        return r < 0 ? NULL : path;
}

int log_stream_new(LogStream **ret, sd_event *event, Engine *engine, const LogStreamTarget *target,
                   const LogStreamOps *ops, void *userdata)
{
        static const EventTraits calm = { "log-calm", EVENT_PRIORITY_CALM, EVENT_FAILURE_DISABLE };
        static const EngineRequestOps request_ops = { log_stream_on_open, log_stream_on_data,
                                                      log_stream_on_done };
        _cleanup_(log_stream_freep) LogStream *l = NULL;
        _cleanup_free_ char *path = NULL;
        bool raw;
        int r;

        l = calloc(1, sizeof(*l));
        if (!l)
                return -ENOMEM;
        l->engine = engine;
        l->ops = ops;
        l->userdata = userdata;
        l->tty = target->flags & LOG_STREAM_TTY;
        l->stored = target->flags & LOG_STREAM_STORED;
        l->raw[STREAM_STDOUT] = target->flags & LOG_STREAM_RAW_STDOUT;
        l->raw[STREAM_STDERR] = target->flags & LOG_STREAM_RAW_STDERR;
        l->frame = STREAM_FRAME_NULL;
        for (size_t i = 0; i < ELEMENTSOF(l->lines); i++)
                line_buffer_init(&l->lines[i], LINE_SIZE_MAX);
        raw = l->raw[STREAM_STDOUT] || l->raw[STREAM_STDERR];
        path = make_path(target);
        if (!path)
                return -ENOMEM;
        if (ops->on_calm) {
                r = event_add_defer(event, &l->calm, log_stream_on_calm, l, &calm);
                if (r < 0)
                        return r;
        }
        r = engine_call(engine, &l->request,
                        &(EngineCall){ .method = l->stored ? "GET" : "POST",
                                       .path = path,
                                       .lane = ENGINE_LANE_LOG,
                                       .read_size = raw ? READ_BYTES : READ_LINES,
                                       .ops = &request_ops,
                                       .userdata = l });
        if (r < 0)
                return r;
        *ret = TAKE_PTR(l);
        return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Which way a line goes, and what all entries of the container have in common: the fields of Docker's own
 * journald driver, so that the same filters find them. Those of a single line are in line-entry.c. */

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-login.h>
#include <unistd.h>

#include "codec/journal/journal-entry.h"
#include "codec/journal/log-position.h"
#include "journal-sink.h"
#include "journal-stream.h"
#include "line-entry.h"
#include "line-label.h"
#include "raw-sink.h"
#include "transport.h"
#include "util/log.h"
#include "util/macro.h"

/* For our own last words: the container's have all the time that systemd gives. */
#define DRAIN_TIMEOUT_USEC (5 * USEC_PER_SEC)

struct Transport {
        sd_event *event;
        const Facts *facts;
        const TransportOps *ops;
        void *userdata;
        LogTransport kind;
        int stderr_priority;
        bool stderr_priority_given;
        char *stream_socket;

        bool own_messages;                   /* … go to the journal */
        char *unit;                          /* of the system's manager, for own messages; or NULL */
        JournalSink *journal;                /* NULL: there is no journald, or nothing goes there */
        JournalStream *streams[_STREAM_MAX]; /* NULL: lines go to the sink */
        RawSink *raw[_STREAM_MAX];           /* NULL: the stream goes to the journal */

        char epoch[LOG_EPOCH_SIZE + 1];
        uint64_t ordinal;     /* of the last line */
        JournalFields fields; /* of the line that is being sent */
        PartialLine partial[_STREAM_MAX];
};

static void on_room(void *userdata)
{
        Transport *t = ASSERT_PTR(userdata);

        t->ops->on_room(t->userdata);
}

static void on_entries_sent(uint64_t n, void *userdata)
{
        Transport *t = ASSERT_PTR(userdata);

        t->ops->on_entries_sent(n, t->userdata);
}

static void on_stdout_sent(uint64_t n, void *userdata)
{
        Transport *t = ASSERT_PTR(userdata);

        t->ops->on_lines_sent(STREAM_STDOUT, n, t->userdata);
}

static void on_stderr_sent(uint64_t n, void *userdata)
{
        Transport *t = ASSERT_PTR(userdata);

        t->ops->on_lines_sent(STREAM_STDERR, n, t->userdata);
}

static const JournalOps sink_ops = { .on_room = on_room, .on_sent = on_entries_sent };
static const JournalOps stream_ops[_STREAM_MAX] = {
        [STREAM_STDOUT] = { .on_room = on_room, .on_sent = on_stdout_sent },
        [STREAM_STDERR] = { .on_room = on_room, .on_sent = on_stderr_sent },
};

static void on_stdout_failed(int error, void *userdata)
{
        Transport *t = ASSERT_PTR(userdata);

        t->ops->on_write_failed(STREAM_STDOUT, error, t->userdata);
}

static void on_stderr_failed(int error, void *userdata)
{
        Transport *t = ASSERT_PTR(userdata);

        t->ops->on_write_failed(STREAM_STDERR, error, t->userdata);
}

static const RawSinkOps raw_ops[_STREAM_MAX] = {
        [STREAM_STDOUT] = { on_room, on_stdout_failed },
        [STREAM_STDERR] = { on_room, on_stderr_failed },
};

static int append_tag(JournalFields *fields, const LogTag *tag)
{
        int r = tag->message_id ? journal_field_append_string(fields, "MESSAGE_ID", tag->message_id) : 0;

        LOG_TAG_FOREACH(f, tag)
                if (r >= 0)
                        r = journal_field_append_string(fields, f[0], f[1]);
        return r;
}

/* journald finds out the unit of a message when it reads it. Of a supervisor that was killed before, as
 * systemd does after an OOM kill, it finds none. With this field, which counts from root only, `journalctl
 * --unit` and `systemctl status` show the message all the same. */
static void find_unit(Transport *t)
{
        if (!t->unit && t->facts->in_service && geteuid() == 0 && sd_pid_get_user_unit(0, NULL) < 0)
                (void) sd_pid_get_unit(0, &t->unit);
}

/* LogSink: our own message, with the container's fields. */
static bool log_to_journal(int priority, const LogTag *tag, const char *message, void *userdata)
{
        _cleanup_(journal_fields_done) JournalFields fields = JOURNAL_FIELDS_NULL;
        Transport *t = ASSERT_PTR(userdata);
        int r;

        r = journal_field_append_uint(&fields, "PRIORITY", (uint64_t) priority);
        if (r >= 0)
                r = journal_field_append_string(&fields, "SYSLOG_IDENTIFIER", "systemd-docker");
        if (r >= 0 && t->unit)
                r = journal_field_append_string(&fields, "OBJECT_SYSTEMD_UNIT", t->unit);
        if (r >= 0 && tag)
                r = append_tag(&fields, tag);
        if (r >= 0 && t->facts->exit_code >= 0)
                r = journal_field_append_uint(&fields, "CONTAINER_EXIT_CODE",
                                              (uint64_t) t->facts->exit_code);
        return r >= 0 &&
               journal_sink_send(t->journal, JOURNAL_MESSAGE, &fields, message, strlen(message)) > 0;
}

/* journald passes lines on to the console and the kernel log only if they come over a stream. */
static bool wants_streams(const Transport *t)
{
        return t->kind == LOG_TRANSPORT_STREAM ||
               (!t->raw[STREAM_STDOUT] && line_forward(t->facts, STREAM_STDOUT)) ||
               (!t->raw[STREAM_STDERR] && line_forward(t->facts, STREAM_STDERR));
}

static JournalStreamHeader header_of(const Transport *t, int stream)
{
        int priority = line_priority(t->facts, stream, t->stderr_priority, t->stderr_priority_given),
            facility = t->facts->unit.syslog_facility;

        return (JournalStreamHeader){
                .identifier = line_identifier(t->facts),
                .priority = facility > 0 ? LOG_MAKEPRI(facility << 3, priority) : priority,
                .prefix = !t->facts->unit.syslog_no_prefix,
                .forward = line_forward(t->facts, stream),
        };
}

/* --log-transport=stream, or the unit wants the lines elsewhere, too: the container's lines go over a stream
 * each, our own messages over the native socket. */
static void open_streams(Transport *t)
{
        const char *identifier = line_identifier(t->facts);

        if (!wants_streams(t))
                return;
        if (!journal_stream_takes_identifier(identifier)) {
                log_warning(
                        "The tag is too long for a stream to the journal, or has several lines: lines go "
                        "over the native socket.");
                return;
        }
        for (int stream = STREAM_STDOUT; stream <= STREAM_STDERR; stream++) {
                JournalStreamHeader header = header_of(t, stream);
                int r;

                if (t->raw[stream])
                        continue;
                t->streams[stream] = journal_stream_free(t->streams[stream]);
                r = journal_stream_new(&t->streams[stream], t->event,
                                       t->stream_socket ?: JOURNAL_STREAM_SOCKET, &header,
                                       &stream_ops[stream], t);
                if (r < 0)
                        log_warning_errno(r, "Failed to open a stream to the journal, lines go over its "
                                             "native socket: %m");
        }
}

static void explain_log_options(const ContainerInfo *c)
{
        if (c->log.unknown)
                log_warning("--log-opt %s: not understood here, and ignored for the entries in the journal.",
                            c->log.unknown);
        if (c->log.too_many)
                log_warning("Too many labels and variables for an entry in the journal, some are left out.");
}

void transport_name_container(Transport *t)
{
        _cleanup_(journal_fields_done) JournalFields fields = JOURNAL_FIELDS_NULL;
        bool engine_logs = strcmp(t->facts->container.log_driver, "journald") == 0;
        char short_id[13];
        int r;

        if (!t->journal)
                return;
        (void) snprintf(short_id, sizeof(short_id), "%.12s", t->facts->container.id);
        /* One number for all that this process logs, as Docker's journald driver has it. */
        r = line_entry_random_id(t->epoch);
        const struct {
                const char *name, *value;
        } constant[] = {
                { "CONTAINER_NAME", t->facts->container.name },
                { "CONTAINER_ID", short_id },
                { "CONTAINER_ID_FULL", t->facts->container.id },
                { "CONTAINER_TAG", t->facts->container.log.tag ?: short_id },
                { "IMAGE_NAME", t->facts->container.image },
                { "CONTAINER_LOG_EPOCH", t->epoch },
        };
        for (size_t i = 0; i < ELEMENTSOF(constant) && r >= 0; i++) {
                /* The engine's journald driver finds a container's lines by this field: ours are none of
                 * them. */
                if (engine_logs && strcmp(constant[i].name, "CONTAINER_ID_FULL") == 0)
                        continue;
                r = journal_field_append_string(&fields, constant[i].name, constant[i].value);
        }
        if (r >= 0)
                r = journal_fields_append_raw(&fields, t->facts->container.log.extra.data,
                                              t->facts->container.log.extra.size);
        if (r < 0) {
                log_warning_errno(r, "Failed to name the container in the journal, ignoring: %m");
                return;
        }
        explain_log_options(&t->facts->container);
        journal_sink_set_constant_fields(t->journal, &fields);
        find_unit(t);
        if (t->own_messages)
                log_set_sink(log_to_journal, t);
        open_streams(t);
}

/* 1: taken; 0: no room. What can't be sent at all is dropped and said: it must not stop the rest. */
static int send_entry(Transport *t, int stream, const Line *line, uint64_t stamp_nsec)
{
        int priority = line_priority(t->facts, stream, t->stderr_priority, t->stderr_priority_given),
            r = -ENOENT;
        size_t skip = 0;

        if (t->partial[stream].ordinal == 0) {
                if (!t->facts->unit.syslog_no_prefix)
                        r = journal_priority_prefix(line->data, line->size, &skip);
                if (r >= 0)
                        priority = r == LOG_EMERG ? LINE_EMERGENCY : r;
                t->partial[stream].priority = priority;
        }
        r = line_entry_build(&t->fields, t->facts, line, &t->partial[stream], t->ordinal + 1, stamp_nsec);
        if (r >= 0)
                r = journal_sink_send(t->journal, JOURNAL_LINE, &t->fields, line->data + skip,
                                      line->size - skip);
        if (r < 0) {
                log_warning_errno(r, "Failed to log a line of %zu bytes, dropping it: %m", line->size);
                return 1;
        }
        return r;
}

/* journald reads the prefix itself. */
static int send_to_stream(Transport *t, int stream, const Line *line)
{
        bool part = line->why == LINE_MAX_SIZE;
        size_t n = 0;
        _cleanup_free_ char *copy = NULL;

        if (t->partial[stream].ordinal == 0 && !t->facts->unit.syslog_no_prefix)
                n = line_emergency_prefix(line->data, line->size);
        if (n == 0)
                return journal_stream_send(t->streams[stream], line->data, line->size, part);
        copy = malloc(line->size);
        if (!copy) /* without a priority of its own */
                return journal_stream_send(t->streams[stream], (const char *) line->data + n, line->size - n,
                                           part);
        memcpy(copy, line->data, line->size);
        copy[n - 2] = '0' + LINE_EMERGENCY;
        return journal_stream_send(t->streams[stream], copy, line->size, part);
}

int transport_send(Transport *t, int stream, const Line *line, uint64_t stamp_nsec)
{
        int r;

        if (t->raw[stream])
                return raw_sink_send(t->raw[stream], line->data, line->size);
        if (t->streams[stream])
                r = send_to_stream(t, stream, line);
        else
                r = send_entry(t, stream, line, stamp_nsec);
        if (r == 0)
                return 0;
        t->partial[stream].ordinal = line->why == LINE_MAX_SIZE ? t->partial[stream].ordinal + 1 : 0;
        t->ordinal++;
        return 1;
}

bool transport_flush(Transport *t)
{
        bool done = !t->journal || journal_sink_flush(t->journal);

        for (int i = 0; i < _STREAM_MAX; i++)
                done = (!t->streams[i] || journal_stream_flush(t->streams[i])) &&
                       (!t->raw[i] || raw_sink_is_empty(t->raw[i])) && done;
        return done;
}

bool transport_is_empty(const Transport *t)
{
        bool empty = !t->journal || journal_sink_is_empty(t->journal);

        for (int i = 0; i < _STREAM_MAX; i++)
                empty = empty && (!t->streams[i] || journal_stream_is_empty(t->streams[i])) &&
                        (!t->raw[i] || raw_sink_is_empty(t->raw[i]));
        return empty;
}

void transport_give_back(Transport *t)
{
        if (t->journal)
                journal_sink_give_back(t->journal);
        for (int i = 0; i < _STREAM_MAX; i++)
                if (t->streams[i])
                        journal_stream_give_back(t->streams[i]);
}

bool transport_is_raw(const Transport *t, int stream)
{
        return t->raw[stream];
}

bool transport_has_streams(const Transport *t)
{
        return t->streams[STREAM_STDOUT] || t->streams[STREAM_STDERR];
}

const char *transport_epoch(const Transport *t)
{
        return t->epoch;
}

static void drain(Transport *t)
{
        if (t->journal && !journal_sink_drain(t->journal, DRAIN_TIMEOUT_USEC))
                log_warning(
                        "The last messages may be missing, because the journal did not take them in time.");
        t->journal = journal_sink_free(t->journal);
        for (int i = 0; i < _STREAM_MAX; i++) {
                if (t->streams[i])
                        (void) journal_stream_drain(t->streams[i], DRAIN_TIMEOUT_USEC);
                t->streams[i] = journal_stream_free(t->streams[i]);
        }
        if (t->raw[STREAM_STDERR] == t->raw[STREAM_STDOUT])
                t->raw[STREAM_STDERR] = NULL;
        for (int i = 0; i < _STREAM_MAX; i++)
                t->raw[i] = raw_sink_free(t->raw[i]);
}

Transport *transport_free(Transport *t)
{
        if (!t)
                return NULL;
        log_set_sink(NULL, NULL);
        drain(t);
        journal_fields_done(&t->fields);
        sd_event_unref(t->event);
        free(t->stream_socket);
        free(t->unit);
        free(t);
        return NULL;
}

/* Two descriptors of one file get what is written in the order in which it comes. */
static int open_raw(Transport *t, const int fds[static _STREAM_MAX])
{
        for (int stream = STREAM_STDOUT; stream <= STREAM_STDERR; stream++) {
                int fd = t->journal ? fds[stream] : stream, r; /* a stream has its descriptor's number */

                if (fd < 0)
                        continue;
                if (stream == STREAM_STDERR && t->raw[STREAM_STDOUT] &&
                    raw_sink_is_same(t->raw[STREAM_STDOUT], fd)) {
                        t->raw[stream] = t->raw[STREAM_STDOUT];
                        continue;
                }
                r = raw_sink_new(&t->raw[stream], t->event, fd, &raw_ops[stream], t);
                if (r < 0)
                        return r;
        }
        return 0;
}

static int open_sink(Transport *t, const OutputConfig *config)
{
        bool lines = config->raw_fds[STREAM_STDOUT] < 0 || config->raw_fds[STREAM_STDERR] < 0;
        int r;

        t->own_messages = t->facts->in_service;
        if (!t->own_messages && !lines)
                return 0;
        r = journal_sink_new(&t->journal, t->event, config->journal_socket ?: JOURNAL_SOCKET, &sink_ops, t);
        if (r == -ENOENT || r == -ECONNREFUSED) {
                log_full(t->facts->in_service ? LOG_WARNING : LOG_DEBUG,
                         "There is no journald, lines go to stdout and stderr.");
                return 0;
        }
        return r;
}

int transport_new(Transport **ret, sd_event *event, const OutputConfig *config, const Facts *facts,
                  const TransportOps *ops, void *userdata)
{
        _cleanup_(transport_freep) Transport *t = NULL;
        int r;

        t = calloc(1, sizeof(*t));
        if (!t)
                return -ENOMEM;
        t->event = sd_event_ref(event);
        t->facts = facts;
        t->ops = ops;
        t->userdata = userdata;
        t->kind = config->transport;
        t->stderr_priority = config->stderr_priority;
        t->stderr_priority_given = config->stderr_priority_given;
        t->fields = JOURNAL_FIELDS_NULL;
        if (config->stream_socket && !(t->stream_socket = strdup(config->stream_socket)))
                return -ENOMEM;
        r = open_sink(t, config);
        if (r >= 0)
                r = open_raw(t, config->raw_fds);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(t);
        return 0;
}

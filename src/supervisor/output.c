/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The container's lines and our own messages on their way to the journal.
 *
 * Under systemd both go over one native socket with the same fields; with --log-transport=stream lines take
 * a stream each. By hand, or where there is no journald, lines go to our own stdout and stderr, as with
 * `docker run`. */

#include <inttypes.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "codec/journal/journal-entry.h"
#include "supervisor-internal.h"
#include "util/log.h"
#include "util/macro.h"

/* For our own last words: the container's have all the time that systemd gives. */
#define DRAIN_TIMEOUT_USEC (5 * USEC_PER_SEC)

static void on_room(void *userdata)
{
        Supervisor *s = ASSERT_PTR(userdata);

        if (s->log)
                log_stream_resume(s->log);
        supervisor_wake(s);
}

static void on_entries_sent(uint64_t n, void *userdata)
{
        supervisor_entries_sent(ASSERT_PTR(userdata), n);
}

static void on_stdout_sent(uint64_t n, void *userdata)
{
        supervisor_lines_sent(ASSERT_PTR(userdata), STREAM_STDOUT, n);
}

static void on_stderr_sent(uint64_t n, void *userdata)
{
        supervisor_lines_sent(ASSERT_PTR(userdata), STREAM_STDERR, n);
}

static const JournalOps journal_ops = { .on_room = on_room, .on_sent = on_entries_sent };
static const JournalOps stream_ops[_STREAM_MAX] = {
        [STREAM_STDOUT] = { .on_room = on_room, .on_sent = on_stdout_sent },
        [STREAM_STDERR] = { .on_room = on_room, .on_sent = on_stderr_sent },
};

int supervisor_open_journal(Supervisor *s)
{
        int r;

        if (!s->facts->in_service)
                return 0;
        r = journal_sink_new(&s->journal, s->event, JOURNAL_SOCKET, &journal_ops, s);
        if (r == -ENOENT || r == -ECONNREFUSED) {
                log_warning("There is no journald, lines go to stdout and stderr.");
                return 0;
        }
        return r;
}

/* LogSink: our own message, with the container's fields. */
static bool log_to_journal(int priority, const char *message_id, const char *message, void *userdata)
{
        _cleanup_(journal_fields_done) JournalFields fields = JOURNAL_FIELDS_NULL;
        Supervisor *s = ASSERT_PTR(userdata);
        int r;

        r = journal_field_append_uint(&fields, "PRIORITY", (uint64_t) priority);
        if (r >= 0)
                r = journal_field_append_string(&fields, "SYSLOG_IDENTIFIER", "systemd-docker");
        if (r >= 0 && message_id)
                r = journal_field_append_string(&fields, "MESSAGE_ID", message_id);
        if (r >= 0 && s->facts->exit_code >= 0)
                r = journal_field_append_uint(&fields, "CONTAINER_EXIT_CODE",
                                              (uint64_t) s->facts->exit_code);
        return r >= 0 &&
               journal_sink_send(s->journal, JOURNAL_MESSAGE, &fields, message, strlen(message)) > 0;
}

/* 64 digits that nobody else has. */
static int make_random_id(char ret[static 65])
{
        uint8_t bytes[32];

        if (getrandom(bytes, sizeof(bytes), 0) != (ssize_t) sizeof(bytes))
                return -EIO;
        for (size_t i = 0; i < sizeof(bytes); i++)
                (void) snprintf(ret + 2 * i, 3, "%02x", bytes[i]);
        return 0;
}

/* As Docker's driver: a tag that was asked for is also who wrote the line. */
static const char *line_identifier(const Supervisor *s)
{
        return s->facts->container.log.tag ?: s->facts->container.name;
}

/* --log-transport=stream: the container's lines go over a stream each, our own messages over the native
 * socket. */
static void open_streams(Supervisor *s)
{
        const char *identifier = line_identifier(s);

        if (s->config.options->log_transport != LOG_TRANSPORT_STREAM)
                return;
        if (!journal_stream_takes_identifier(identifier)) {
                log_warning("The tag is too long for --log-transport=stream, or has several lines: lines go "
                            "over the "
                            "journal's native socket.");
                return;
        }
        for (int stream = STREAM_STDOUT; stream <= STREAM_STDERR; stream++) {
                int priority = stream == STREAM_STDERR ? s->config.options->stderr_priority : LOG_INFO, r;

                s->streams[stream] = journal_stream_free(s->streams[stream]);
                r = journal_stream_new(&s->streams[stream], s->event, JOURNAL_STREAM_SOCKET, identifier,
                                       priority, &stream_ops[stream], s);
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

void supervisor_name_journal(Supervisor *s)
{
        _cleanup_(journal_fields_done) JournalFields fields = JOURNAL_FIELDS_NULL;
        bool engine_logs = strcmp(s->facts->container.log_driver, "journald") == 0;
        char short_id[13];
        int r;

        if (!s->journal)
                return;
        (void) snprintf(short_id, sizeof(short_id), "%.12s", s->facts->container.id);
        /* One number for all that this process logs, as Docker's journald driver has it. */
        r = make_random_id(s->log_epoch);
        const struct {
                const char *name, *value;
        } constant[] = {
                { "CONTAINER_NAME", s->facts->container.name },
                { "CONTAINER_ID", short_id },
                { "CONTAINER_ID_FULL", s->facts->container.id },
                { "CONTAINER_TAG", s->facts->container.log.tag ?: short_id },
                { "IMAGE_NAME", s->facts->container.image },
                { "CONTAINER_LOG_EPOCH", s->log_epoch },
        };
        for (size_t i = 0; i < ELEMENTSOF(constant) && r >= 0; i++) {
                /* The engine's journald driver finds a container's lines by this field: ours are none of
                 * them. */
                if (engine_logs && strcmp(constant[i].name, "CONTAINER_ID_FULL") == 0)
                        continue;
                r = journal_field_append_string(&fields, constant[i].name, constant[i].value);
        }
        if (r >= 0)
                r = journal_fields_append_raw(&fields, s->facts->container.log.extra.data,
                                              s->facts->container.log.extra.size);
        if (r < 0) {
                log_warning_errno(r, "Failed to name the container in the journal, ignoring: %m");
                return;
        }
        explain_log_options(&s->facts->container);
        journal_sink_set_constant_fields(s->journal, &fields);
        log_set_sink(log_to_journal, s);
        open_streams(s);
}

bool supervisor_flush_output(Supervisor *s)
{
        bool done = !s->journal || journal_sink_flush(s->journal);

        for (int i = 0; i < _STREAM_MAX; i++)
                done = (!s->streams[i] || journal_stream_flush(s->streams[i])) && done;
        return done;
}

/* The last lines before READY=1, for the message when it never comes. */
static void remember_line(Supervisor *s, const Line *line)
{
        char **slot = &s->last_lines[s->n_last_lines % LAST_LINES_MAX];

        if (s->facts->ready_sent)
                return;
        free(*slot);
        *slot = strndup(line->data, MIN(line->size, (size_t) LAST_LINE_SIZE_MAX));
        s->n_last_lines++;
}

/* The parts of a line that was cut, as Docker's driver marks them: an id for all of them, and a number. */
static int append_partial(Supervisor *s, int stream, LineBreak why)
{
        PartialLine *p = &s->partial[stream];
        bool last = why != LINE_MAX_SIZE;
        int r = 0;

        if (last && p->ordinal == 0)
                return 0;
        if (p->ordinal == 0)
                r = make_random_id(p->id);
        if (r >= 0)
                r = journal_field_append_string(&s->line_fields, "CONTAINER_PARTIAL_ID", p->id);
        if (r >= 0)
                r = journal_field_append_uint(&s->line_fields, "CONTAINER_PARTIAL_ORDINAL", p->ordinal + 1);
        if (r >= 0)
                r = journal_field_append_string(&s->line_fields, "CONTAINER_PARTIAL_LAST",
                                                last ? "true" : "false");
        if (r >= 0 && !last)
                r = journal_field_append_string(&s->line_fields, "CONTAINER_PARTIAL_MESSAGE", "true");
        return r;
}

static int build_line_fields(Supervisor *s, int stream, const Line *line, int priority)
{
        int r;

        journal_fields_clear(&s->line_fields);
        r = journal_field_append_uint(&s->line_fields, "PRIORITY", (uint64_t) priority);
        if (r >= 0)
                r = journal_field_append_string(&s->line_fields, "SYSLOG_IDENTIFIER", line_identifier(s));
        if (r >= 0)
                r = journal_field_append_uint(&s->line_fields, "CONTAINER_LOG_ORDINAL", s->log_ordinal + 1);
        if (r >= 0)
                r = append_partial(s, stream, line->why);
        return r;
}

/* When the engine got the line, where we know: as Docker's journald driver writes it. */
static int append_timestamp(JournalFields *fields, uint64_t nsec)
{
        time_t seconds = (time_t) (nsec / NSEC_PER_SEC);
        char text[32];
        struct tm tm;

        if (!gmtime_r(&seconds, &tm) || strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm) == 0)
                return 0;
        return journal_field_appendf(fields, "SYSLOG_TIMESTAMP", "%s.%09" PRIu64 "Z", text,
                                     nsec % NSEC_PER_SEC);
}

/* 1: taken; 0: no room. What can't be sent at all is dropped and said: it must not stop the rest. */
static int send_line(Supervisor *s, int stream, const Line *line, uint64_t stamp_nsec)
{
        int priority = stream == STREAM_STDERR ? s->config.options->stderr_priority : LOG_INFO, r;
        size_t skip = 0;

        if (s->partial[stream].ordinal == 0) {
                r = journal_priority_prefix(line->data, line->size, &skip);
                if (r >= 0)
                        priority = r;
                s->partial[stream].priority = priority;
        }
        r = build_line_fields(s, stream, line, s->partial[stream].priority);
        if (r >= 0 && stamp_nsec > 0)
                r = append_timestamp(&s->line_fields, stamp_nsec);
        if (r >= 0)
                r = journal_sink_send(s->journal, JOURNAL_LINE, &s->line_fields, line->data + skip,
                                      line->size - skip);
        if (r < 0) {
                log_warning_errno(r, "Failed to log a line of %zu bytes, dropping it: %m", line->size);
                return 1;
        }
        return r;
}

static void print_line(int stream, const Line *line)
{
        FILE *f = stream == STREAM_STDERR ? stderr : stdout;

        (void) fwrite(line->data, 1, line->size, f);
        if (line->why != LINE_MAX_SIZE)
                (void) fputc('\n', f);
        (void) fflush(f);
}

int supervisor_take_line(Supervisor *s, int stream, const Line *line, uint64_t stamp_nsec)
{
        int r = 1;

        supervisor_offer_line(s, stream, line, stamp_nsec);
        if (s->forward_log && s->streams[stream])
                r = journal_stream_send(s->streams[stream], line->data, line->size,
                                        line->why == LINE_MAX_SIZE);
        else if (s->forward_log && s->journal)
                r = send_line(s, stream, line, stamp_nsec);
        else if (s->forward_log)
                print_line(stream, line);
        if (r == 0) {
                supervisor_withdraw_line(s, stream);
                return 0;
        }
        s->partial[stream].ordinal = line->why == LINE_MAX_SIZE ? s->partial[stream].ordinal + 1 : 0;
        s->log_ordinal++;
        remember_line(s, line);
        return 1;
}

void supervisor_done_output(Supervisor *s)
{
        log_set_sink(NULL, NULL);
        if (s->journal && !journal_sink_drain(s->journal, DRAIN_TIMEOUT_USEC))
                log_warning("The journal did not take the last messages in time.");
        s->journal = journal_sink_free(s->journal);
        for (int i = 0; i < _STREAM_MAX; i++) {
                if (s->streams[i])
                        (void) journal_stream_drain(s->streams[i], DRAIN_TIMEOUT_USEC);
                s->streams[i] = journal_stream_free(s->streams[i]);
        }
        for (size_t i = 0; i < ELEMENTSOF(s->last_lines); i++)
                free(s->last_lines[i]);
        journal_fields_done(&s->line_fields);
}

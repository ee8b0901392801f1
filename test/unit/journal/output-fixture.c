/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "engine/curl-glue.h"
#include "output-fixture.h"
#include "util/fd.h"
#include "util/macro.h"

OutputFixture x;

static void on_log(Attachment state, void *userdata)
{
        cr_assert_eq(userdata, &x);
        cr_assert_neq(state, x.state, "it was told twice");
        x.state = x.facts.log = state;
        x.opened += state == ATTACHMENT_OPEN;
}

static void on_ended(int r, const char *message, bool ask, void *userdata)
{
        cr_assert_eq(x.state, ATTACHMENT_ENDED);
        x.ended++;
        x.asked += ask;
        (void) snprintf(x.message, sizeof(x.message), "%s", message ?: "");
        if (x.free_in_ended)
                x.output = output_free(x.output);
}

static void on_failed(int error, void *userdata)
{
        x.failed++;
        x.error = error;
        if (x.free_in_failed)
                x.output = output_free(x.output);
}

static void on_progress(void *userdata)
{
        x.progress++;
}

static void on_room(void *userdata)
{
        x.room++;
        if (x.free_in_room)
                x.output = output_free(x.output);
}

static void on_write_failed(int stream, int error, void *userdata)
{
        x.write_failed++;
        x.error = error;
}

static const OutputOps ops = { on_log, on_ended, on_failed, on_progress, on_room, on_write_failed };

static void open_journald(void)
{
        struct sockaddr_un a = { .sun_family = AF_UNIX };

        strcpy(a.sun_path, x.journal_path);
        x.journald = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        cr_assert_eq(bind(x.journald, (struct sockaddr *) &a, sizeof(a)), 0);
}

void fixture_setup(void)
{
        cr_assert_eq(curl_glue_global_init(false), 0);
        x = (OutputFixture){ .event = loop_new(), .folder = "/tmp/output-XXXXXX" };
        x.fake = fake_engine_new(x.event);
        /* Beside a stored log that is followed: only some tests are about that. */
        fake_engine_refuse(x.fake, "POST", ATTACH);
        x.engine = fake_engine_client(x.fake);
        cr_assert_not_null(mkdtemp(x.folder));
        (void) snprintf(x.journal_path, sizeof(x.journal_path), "%s/journal", x.folder);
        (void) snprintf(x.stream_path, sizeof(x.stream_path), "%s/stream", x.folder);
        (void) snprintf(x.position_path, sizeof(x.position_path), "%s/positions", x.folder);
        open_journald();
        x.config = (OutputConfig){
                .forward_stdout = true,
                .forward_stderr = true,
                .stderr_priority = 3,
                .raw_fds = { -EBADF, -EBADF, -EBADF },
                .position_folder = x.position_path,
                .journal_socket = x.journal_path,
                .stream_socket = x.stream_path,
        };
        x.facts = (Facts){
                .in_service = true, .events_open = true, .exit_code = -1, .unit = UNIT_PROPERTIES_UNKNOWN
        };
        x.facts.container = CONTAINER_INFO_NULL;
        strcpy(x.facts.container.id, ID);
        x.facts.container.name = (char *) "web";
        x.facts.container.image = (char *) "nginx";
        x.facts.container.log_driver = (char *) "json-file";
}

void fixture_new_output(void)
{
        cr_assert_eq(output_new(&x.output, x.event, x.engine, &x.config, &x.facts, &ops, &x), 0);
        output_name_container(x.output);
}

void fixture_teardown(void)
{
        char command[128];

        x.output = output_free(x.output);
        x.engine = engine_free(x.engine);
        x.fake = fake_engine_free(x.fake);
        x.journald = fd_close(x.journald);
        x.event = sd_event_unref(x.event);
        (void) snprintf(command, sizeof(command), "rm -r %s", x.folder);
        cr_assert_eq(system(command), 0);
}

static void append(char *text, size_t size, const char *line)
{
        size_t n = strlen(text);

        cr_assert_lt(n + strlen(line) + 2, size);
        (void) snprintf(text + n, size - n, "%s\n", line);
}

/* None of the tests' fields has a newline in it. */
bool fixture_receive(size_t n)
{
        bool any = false;

        x.last[0] = '\n'; /* so that each field stands between two of them */
        for (ssize_t size; n > 0 && (size = recv(x.journald, x.last + 1, sizeof(x.last) - 2, 0)) >= 0; n--) {
                char *message, *end;

                if (size == 0) { /* journald ignores it */
                        n++;
                        continue;
                }
                x.last[1 + size] = 0;
                message = strstr(x.last, "\nMESSAGE=");
                cr_assert_not_null(message, "%s", x.last);
                message += strlen("\nMESSAGE=");
                end = strchrnul(message, '\n');
                message = strndup(message, (size_t) (end - message));
                if (strstr(x.last, "\nCONTAINER_LOG_ORDINAL="))
                        append(x.text, sizeof(x.text), message);
                else
                        append(x.messages, sizeof(x.messages), message);
                free(message);
                any = true;
        }
        return any;
}

FakeReply *expect_stream(const char *method, const char *path)
{
        FakeReply *r = fake_engine_expect(x.fake, method, path);

        fake_reply_open_chunked(r);
        return r;
}

static void send_frame(FakeReply *r, int stream, const char *stamp, const char *text)
{
        char frame[4096];
        size_t size = strlen(stamp) + strlen(text);

        cr_assert_lt(size, sizeof(frame) - 8);
        memcpy(frame, (char[8]){ (char) stream, 0, 0, 0, 0, 0, (char) (size >> 8), (char) size }, 8);
        memcpy(frame + 8, stamp, strlen(stamp));
        memcpy(frame + 8 + strlen(stamp), text, strlen(text));
        fake_reply_chunk(r, frame, 8 + size);
}

void say(FakeReply *r, int stream, const char *text)
{
        send_frame(r, stream, "", text);
}

void say_stored(FakeReply *r, int stream, uint64_t stamp_nsec, const char *text)
{
        time_t seconds = (time_t) (stamp_nsec / NSEC_PER_SEC);
        char date[32], stamp[48];
        struct tm tm;

        cr_assert_gt(strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", gmtime_r(&seconds, &tm)), 0);
        (void) snprintf(stamp, sizeof(stamp), "%s.%09iZ ", date, (int) (stamp_nsec % NSEC_PER_SEC));
        send_frame(r, stream, stamp, text);
}

void finish(FakeReply *r)
{
        fake_reply_send_text(r, "0\r\n\r\n");
}

void cut_off(FakeReply *r)
{
        fake_reply_close(r);
}

uint64_t now_nsec(void)
{
        struct timespec now;

        (void) clock_gettime(CLOCK_REALTIME, &now);
        return (uint64_t) now.tv_sec * NSEC_PER_SEC + (uint64_t) now.tv_nsec;
}

void container_runs(void)
{
        x.facts.started = x.facts.container.running = true;
        x.facts.dead = false;
        x.facts.exit_code = -1;
}

void container_ended(int exit_code)
{
        x.facts.dead = true;
        x.facts.container.running = false;
        x.facts.exit_code = exit_code;
}

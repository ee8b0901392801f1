/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* An Output between an engine by script and a journald that is the test itself. */

#include <stdlib.h>
#include <string.h>

#include "codec/engine/stream-frame.h"
#include "fake-engine.h"
#include "journal/output.h"
#include "loop.h"

#define ID "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define ATTACH "/containers/" ID "/attach?stream=1&stdout=1&stderr=1"
#define LOGS "/containers/" ID "/logs?timestamps=1&stdout=1&stderr=1"
/* The stored log, as it is now, and as it grows. */
#define LIST LOGS "&follow=0"
#define FOLLOW LOGS "&follow=1"

#define STDOUT STREAM_STDOUT
#define STDERR STREAM_STDERR

typedef struct OutputFixture {
        sd_event *event;
        FakeEngine *fake;
        Engine *engine;
        char folder[64], journal_path[96], stream_path[96], position_path[96];
        int journald; /* its native socket */
        OutputConfig config;
        Facts facts;
        Output *output;

        /* What came to the journal */
        char text[64 * 1024];     /* lines of the container, each with "\n" */
        char messages[16 * 1024]; /* our own */
        char last[16 * 1024];     /* the last entry with all its fields */

        /* What was reported */
        unsigned opened, ended, asked, failed, progress, room, write_failed;
        int error;
        char message[256];
        Attachment state;
        bool free_in_ended, free_in_failed, free_in_room;
} OutputFixture;

extern OutputFixture x;

void fixture_setup(void);
void fixture_teardown(void);
void fixture_new_output(void);

/* Adds up what is in journald's socket, of which so many entries are read; true: there was something. */
bool fixture_receive(size_t n);

/* An answer of the engine that ends with finish() or cut_off(). */
FakeReply *expect_stream(const char *method, const char *path);
/* As a piece of the container's output; of the stored log, with its stamp. */
void say(FakeReply *r, int stream, const char *text);
void say_stored(FakeReply *r, int stream, uint64_t stamp_nsec, const char *text);
/* The container has ended; the connection breaks. */
void finish(FakeReply *r);
void cut_off(FakeReply *r);

uint64_t now_nsec(void);

/* The container was started, and runs; it has ended. */
void container_runs(void);
void container_ended(int exit_code);

#define until_text(expected)                                                                                \
        do {                                                                                                \
                loop_until(x.event, (fixture_receive(SIZE_MAX), strlen(x.text) >= strlen(expected)));       \
                cr_assert_str_eq(x.text, expected);                                                         \
        } while (0)

#define until_messages(part) loop_until(x.event, (fixture_receive(SIZE_MAX), strstr(x.messages, part)))

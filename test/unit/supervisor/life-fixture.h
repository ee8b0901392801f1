/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* A whole supervisor between an engine by script and a systemd that is the test itself: what happens, and
 * what the supervisor asks of the engine and tells systemd and the log. systemd's bus is not reached; what
 * systemd would say is told by the ops of the part, as unit-link.c calls them. */

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-event.h>
#include <unistd.h>

#include "fake-engine.h"
#include "loop.h"
#include "supervisor/actions.h"
#include "supervisor/announce.h"
#include "supervisor/failure.h"
#include "supervisor/machine.h"
#include "supervisor/reports-unit-link.h"
#include "supervisor/reports.h"
#include "util/macro.h"

#define ID "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define IMAGE_ID "sha256:1111"

typedef struct Life {
        Supervisor *s;
        sd_event *event; /* the supervisor's */
        FakeEngine *fake;
        char folder[64];      /* also of docker's configuration, config.json */
        int systemd;          /* the notification socket; read by life_told() */
        char told[16 * 1024]; /* by the supervisor to systemd: each message with "\n" at its end */
        char log[16 * 1024];  /* the same of the log */
        int input, output;    /* the other ends of the standard input and output */
        char read[1024];      /* what came to the standard output */
        pid_t child;          /* the container's first process */

        /* What the kernel would say */
        bool is_of_container; /* … of the child's cgroup */
        bool in_unit;         /* … of the unit's cgroup */
        bool undecided;       /* the cgroup mode depends on what the engine says of itself */

        FakeReply *events, *attach, *wait; /* of the present life of the container */
} Life;

extern Life x;

void life_setup(void);
void life_teardown(void);

/* A supervisor that has not begun. own, run: words of systemd-docker and of docker run. Without a mode in
 * own, the container stays where it is. */
void life_new(Standing standing, const char *own, const char *run);
/* The same in two steps: all but the supervisor; and the supervisor, of which nothing else is done. */
void life_prepare(Standing standing, const char *own, const char *run);
int life_make(EngineHost *host);
void life_begin(void);

/* Expects a request, and answers it. */
FakeReply *expect(const char *method, const char *path, int status, const char *body);
FakeReply *expect_ping(void);
/* What inspect says. state: members of State; more: further members of the container, or "". */
FakeReply *expect_inspect(const char *what, const char *state, const char *more);
void answer_inspect(FakeReply *r, const char *state, const char *more);
/* The streams that are opened before a container starts; the first one of the events' stays open. */
void expect_streams(void);
void expect_logs(void);

/* A message of the engine's events. attributes: members of Actor.Attributes with a comma after each. */
void tell_event(const char *action, const char *attributes);
/* The container's output; its end; what the engine answers to "how does it end?". */
void tell_output(const char *text);
void tell_output_end(void);
void tell_exit_code(int code);

/* From the begin to a container that runs. running: members of State. */
void life_to_created(void);
void life_to_running(void);
/* … as the engine tells it of one that it started elsewhere: there is no process to be seen. */
#define RUNNING_ELSEWHERE "\"Status\":\"running\",\"Running\":true,\"Pid\":0"
/* The request to send the stop signal. */
#define SEND_STOP "/containers/" ID "/kill?signal=15"
#define CREATED "\"Status\":\"created\""
#define EXITED(code) "\"Status\":\"exited\",\"ExitCode\":" #code

/* Everything that was said to systemd so far. */
const char *life_told(void);
#define until_told(part) loop_until(x.event, strstr(life_told(), part))
#define until_log(part) loop_until(x.event, strstr(x.log, part))
#define until_state(which) loop_until(x.event, x.s->state == (which))
#define until_asked(reply) loop_until(x.event, fake_reply_request(reply))
#define assert_log(part) cr_assert(strstr(x.log, part), "\"%s\" is not in the log:\n%s", part, x.log)
#define assert_not_log(part) cr_assert(!strstr(x.log, part), "\"%s\" is in the log:\n%s", part, x.log)
#define assert_told(part) cr_assert(strstr(life_told(), part), "\"%s\" was not told:\n%s", part, x.told)
#define assert_not_told(part) cr_assert(!strstr(life_told(), part), "\"%s\" was told:\n%s", part, x.told)

/* Runs to the end; the exit status. */
int life_end(void);

/* A signal to the supervisor, from systemd or from a process that somebody runs. */
void life_signal(int signo, bool by_systemd);

/* What inspect says of a container that runs. Its first process is one that waits. */
const char *life_child(void);

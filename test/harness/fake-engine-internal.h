/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* What the two files of the scripted engine share: fake-engine.c has its sockets, fake-reply.c what it
 * answers. */

#include <stdint.h>

#include "fake-engine.h"

typedef enum StepKind {
        STEP_SEND,
        STEP_WAIT,
        STEP_CLOSE,
} StepKind;

typedef struct Step {
        StepKind kind;
        char *data;
        size_t size;
} Step;

typedef struct Connection Connection;

struct FakeReply {
        FakeEngine *engine;
        char *method, *prefix;
        char *request;
        Step *steps;
        size_t n_steps, at, offset, sent;
        unsigned tickets; /* calls of fake_reply_go() that no step has used yet */
        bool hung_up;
        bool upgrades, half_closed;
        char *received;
        size_t n_received, allowed;
        Connection *connection;
        FakeReply *next;
};

struct Connection {
        FakeEngine *engine;
        int fd;
        sd_event_source *source;
        char *in;
        size_t in_size;
        FakeReply *reply;
        Connection *next;
};

struct FakeEngine {
        sd_event *event;
        char *folder, *path;
        char host[64];
        uint16_t port;
        int fd;
        sd_event_source *source;
        Connection *connections;
        FakeReply *replies;                          /* in the order in which they were expected */
        const char *refused_method, *refused_prefix; /* NULL: an unexpected request is a failure */
        size_t n_requests, n_connections;
        unsigned seed;
};

/* Waits for what the reply's next step needs. After a step was added, or a ticket. */
void fake_connection_arm(Connection *c);
void fake_reply_free(FakeReply *r);

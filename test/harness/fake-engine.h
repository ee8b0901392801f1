/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* A scripted engine: an HTTP server on the test's own event loop. Its priority is lower than that of every
 * other source, so that each piece that it sends is read before it sends the next one.
 *
 * A test says which requests it expects and what they are answered. Requests are matched with expectations
 * in their order, and each expectation serves one request. An unexpected request fails the test. */

#include <stdbool.h>
#include <stddef.h>
#include <systemd/sd-event.h>

#include "codec/engine/stream-frame.h"
#include "engine/engine.h"
#include "util/macro.h"

typedef struct FakeEngine FakeEngine;
typedef struct FakeReply FakeReply;

/* An engine on a unix socket in a folder of its own. */
FakeEngine *fake_engine_new(sd_event *event);
/* An engine on a free port of an address of this machine. */
FakeEngine *fake_engine_new_tcp(sd_event *event, const char *address);
FakeEngine *fake_engine_free(FakeEngine *f);
/* To another loop. No connection survives. */
void fake_engine_move(FakeEngine *f, sd_event *event);

/* A client of this engine. */
Engine *fake_engine_client(FakeEngine *f);
const char *fake_engine_path(const FakeEngine *f);

/* The engine goes away, with its socket and all connections; it comes back. */
void fake_engine_down(FakeEngine *f);
void fake_engine_up(FakeEngine *f);

/* The number of requests and of accepted connections so far. */
size_t fake_engine_requests(const FakeEngine *f);
size_t fake_engine_connections(const FakeEngine *f);

FakeReply *fake_engine_expect(FakeEngine *f, const char *method, const char *path_prefix);
/* Answers such requests that nobody expects with 409, instead of failing the test. */
void fake_engine_refuse(FakeEngine *f, const char *method, const char *path_prefix);

/* Steps of a reply, in their order. Steps can also be added while the reply is being sent. A reply belongs
 * to its engine. */
void fake_reply_send(FakeReply *r, const void *data, size_t size);
void fake_reply_send_text(FakeReply *r, const char *text);
void fake_reply_sendf(FakeReply *r, const char *format, ...) _printf_(2, 3);
/* Sends in pieces of 1 to max bytes; the sizes are random, but the same in every run. */
void fake_reply_send_pieces(FakeReply *r, const void *data, size_t size, size_t max);
/* Waits at this step for fake_reply_go(). */
void fake_reply_wait(FakeReply *r);
void fake_reply_go(FakeReply *r);
void fake_reply_close(FakeReply *r);

/* Complete answers, the header of an answer that ends with its connection, and the header of a chunked
 * answer. */
void fake_reply_json(FakeReply *r, int status, const char *body);
void fake_reply_open(FakeReply *r);
void fake_reply_open_chunked(FakeReply *r);
void fake_reply_chunk(FakeReply *r, const void *data, size_t size);

/* The header of a frame of a container's output, into `ret` (STREAM_FRAME_HEADER_SIZE bytes). */
void fake_frame_header(char *ret, int stream, size_t size);

/* Accepts an upgrade. The bytes that the client sends from then on are kept, and their end is not yet a
 * hang-up. */
void fake_reply_upgrade(FakeReply *r);
/* Reads at most so many bytes of these. SIZE_MAX, the default, reads all. */
void fake_reply_allow(FakeReply *r, size_t size);
const char *fake_reply_received(const FakeReply *r, size_t *ret_size);
bool fake_reply_is_half_closed(const FakeReply *r);

/* The request that the reply serves or has served, header and body. NULL: it has not arrived yet. */
const char *fake_reply_request(const FakeReply *r);
/* Whether all steps are done. */
bool fake_reply_is_done(const FakeReply *r);
/* Whether the client has ended the connection. */
bool fake_reply_is_hung_up(const FakeReply *r);
/* The number of bytes of the reply that were sent. */
size_t fake_reply_sent(const FakeReply *r);

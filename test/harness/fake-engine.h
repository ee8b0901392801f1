/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* An engine by script: an HTTP server on the test's own event loop, below every other source's priority, so
 * that each piece it sends is read before it sends the next one.
 *
 * A test says what it expects to be asked and what is answered then. Requests are matched in the order of
 * the expectations, each of which serves one request; a request that nobody expects fails the test. */

#include <stdbool.h>
#include <stddef.h>
#include <systemd/sd-event.h>

#include "engine/engine.h"
#include "util/macro.h"

typedef struct FakeEngine FakeEngine;
typedef struct FakeReply FakeReply;

/* On a unix socket in a folder of its own. */
FakeEngine *fake_engine_new(sd_event *event);
/* On a free port of an address of this machine. */
FakeEngine *fake_engine_new_tcp(sd_event *event, const char *address);
FakeEngine *fake_engine_free(FakeEngine *f);

/* A client of it. */
Engine *fake_engine_client(FakeEngine *f);
const char *fake_engine_path(const FakeEngine *f);

/* Goes away, with its socket and all connections; comes back. */
void fake_engine_down(FakeEngine *f);
void fake_engine_up(FakeEngine *f);

/* Requests that came so far, connections that were accepted. */
size_t fake_engine_requests(const FakeEngine *f);
size_t fake_engine_connections(const FakeEngine *f);

FakeReply *fake_engine_expect(FakeEngine *f, const char *method, const char *path_prefix);

/* What to do then, step by step; steps may also be added while the reply is under way. A reply belongs to
 * its engine. */
void fake_reply_send(FakeReply *r, const void *data, size_t size);
void fake_reply_send_text(FakeReply *r, const char *text);
void fake_reply_sendf(FakeReply *r, const char *format, ...) _printf_(2, 3);
/* In pieces of 1 to max bytes, by chance but the same in every run. */
void fake_reply_send_pieces(FakeReply *r, const void *data, size_t size, size_t max);
/* Holds here until fake_reply_go(). */
void fake_reply_wait(FakeReply *r);
void fake_reply_go(FakeReply *r);
void fake_reply_close(FakeReply *r);

/* Whole answers, the header of an answer that ends with its connection, and that of a chunked one. */
void fake_reply_json(FakeReply *r, int status, const char *body);
void fake_reply_open(FakeReply *r);
void fake_reply_open_chunked(FakeReply *r);
void fake_reply_chunk(FakeReply *r, const void *data, size_t size);

/* Agrees to an upgrade. What the client sends from then on is kept; its end is no hang-up yet. */
void fake_reply_upgrade(FakeReply *r);
/* Reads no more than so many bytes of it; SIZE_MAX, as from the beginning: all. */
void fake_reply_allow(FakeReply *r, size_t size);
const char *fake_reply_received(const FakeReply *r, size_t *ret_size);
bool fake_reply_is_half_closed(const FakeReply *r);

/* The request that it serves or served, header and body; NULL: it has not come yet. */
const char *fake_reply_request(const FakeReply *r);
/* All steps are done. */
bool fake_reply_is_done(const FakeReply *r);
/* The client has ended the connection. */
bool fake_reply_is_hung_up(const FakeReply *r);
/* How many bytes of it were sent. */
size_t fake_reply_sent(const FakeReply *r);

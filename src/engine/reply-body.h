/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* The body of the engine's answer: collected as a whole, or handed on as it comes (a stream). */

#include <stdbool.h>
#include <stddef.h>

#include "engine/engine.h"

/* A stream's body may keep this much for a consumer that does not take it. It is more than curl can have
 * read of a transfer when that is paused, so that curl can deliver all of it when the transfer resumes. */
#define REPLY_BODY_HELD_MAX (2 * ENGINE_READ_MAX)

typedef struct ReplyBody {
        char *data; /* NUL-terminated; NULL: nothing came */
        size_t size, allocated;
        size_t used;    /* of a stream: the consumer has taken so much of data */
        bool too_large; /* more came than ENGINE_REPLY_MAX */
} ReplyBody;

/* The consumer of a stream. Returns how much of data it took. */
typedef size_t (*ReplyBodyTake)(const char *data, size_t size, void *userdata);

void reply_body_done(ReplyBody *b);

/* Collects: appends to data. -EFBIG, -ENOMEM. */
int reply_body_append(ReplyBody *b, const char *data, size_t n);

/* Hands data to the consumer, and keeps what it does not take. While anything is kept, new data is kept as
 * well, so that the order stays. -EAGAIN: too much is kept already, and nothing of data was used. -ENOMEM.
 */
int reply_body_stream(ReplyBody *b, const char *data, size_t n, ReplyBodyTake take, void *userdata);

/* Whether a part of a stream is kept. */
bool reply_body_is_held(const ReplyBody *b);

/* Offers what is kept to the consumer once. Returns true if nothing is kept any more. */
bool reply_body_release(ReplyBody *b, ReplyBodyTake take, void *userdata);

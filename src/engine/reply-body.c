/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* A stream that is held back: what its consumer does not take is kept here, up to a limit. Then the transfer
 * has to pause until all of it is taken.
 *
 * curl could keep the data instead, if each byte were refused to curl. But curl (8.14) reads on whenever a
 * transfer is resumed, even while it still has data to deliver. If it can deliver less than it reads, its
 * buffer grows without end. */

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "engine/engine.h"
#include "reply-body.h"
#include "util/macro.h"

void reply_body_done(ReplyBody *b)
{
        free(b->data);
        *b = (ReplyBody){ .too_large = b->too_large };
}

int reply_body_append(ReplyBody *b, const char *data, size_t n)
{
        if (n > ENGINE_REPLY_MAX - b->size) {
                b->too_large = true;
                return -EFBIG;
        }
        if (b->size + n + 1 > b->allocated) {
                size_t wanted = MAX(b->allocated * 2, b->size + n + 1);
                char *grown = realloc(b->data, wanted);

                if (!grown)
                        return -ENOMEM;
                b->data = grown;
                b->allocated = wanted;
        }
        memcpy(b->data + b->size, data, n);
        b->size += n;
        b->data[b->size] = 0;
        return 0;
}

bool reply_body_is_held(const ReplyBody *b)
{
        return b->size > 0;
}

int reply_body_stream(ReplyBody *b, const char *data, size_t n, ReplyBodyTake take, void *userdata)
{
        size_t taken = 0;

        if (b->size >= REPLY_BODY_HELD_MAX)
                return -EAGAIN;
        if (!reply_body_is_held(b))
                taken = take(data, n, userdata);
        assert(taken <= n);
        return taken == n ? 0 : reply_body_append(b, data + taken, n - taken);
}

bool reply_body_release(ReplyBody *b, ReplyBodyTake take, void *userdata)
{
        b->used += take(b->data + b->used, b->size - b->used, userdata);
        assert(b->used <= b->size);
        if (b->used < b->size)
                return false;
        reply_body_done(b);
        return true;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The body of an answer is collected, and held back for a consumer that does not accept it. */

#include <criterion/criterion.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "engine/engine.h"
#include "engine/reply-body.h"
#include "util/macro.h"

/* Accepts at most `room` bytes for each call, and as many in total as fit into `taken`. */
typedef struct Consumer {
        size_t room, n, calls;
        char taken[256];
} Consumer;

static size_t take(const char *data, size_t size, void *userdata)
{
        Consumer *c = ASSERT_PTR(userdata);
        size_t n = MIN(size, c->room);

        c->calls++;
        cr_assert_leq(c->n + n, sizeof(c->taken) - 1);
        memcpy(c->taken + c->n, data, n);
        c->n += n;
        return n;
}

Test(reply_body, collects)
{
        ReplyBody b = {};

        cr_assert_eq(reply_body_append(&b, "one ", 4), 0);
        cr_assert_eq(reply_body_append(&b, "two", 3), 0);
        cr_assert_str_eq(b.data, "one two");
        cr_assert_eq(b.size, 7);
        reply_body_done(&b);
        cr_assert_null(b.data);
}

Test(reply_body, has_a_limit)
{
        _cleanup_free_ char *data = calloc(1, ENGINE_REPLY_MAX);
        ReplyBody b = {};

        cr_assert_not_null(data);
        cr_assert_eq(reply_body_append(&b, data, ENGINE_REPLY_MAX), 0);
        cr_assert(!b.too_large);
        cr_assert_eq(reply_body_append(&b, "x", 1), -EFBIG);
        reply_body_done(&b);
        cr_assert(b.too_large, "this is known after the data was freed");
}

Test(reply_body, keeps_nothing_of_what_is_taken)
{
        Consumer c = { .room = SIZE_MAX };
        ReplyBody b = {};

        cr_assert_eq(reply_body_stream(&b, "abc", 3, take, &c), 0);
        cr_assert(!reply_body_is_held(&b));
        cr_assert_str_eq(c.taken, "abc");
        reply_body_done(&b);
}

Test(reply_body, keeps_the_order)
{
        Consumer c = { .room = 1 };
        ReplyBody b = {};

        cr_assert_eq(reply_body_stream(&b, "abc", 3, take, &c), 0);
        cr_assert(reply_body_is_held(&b));
        cr_assert_eq(reply_body_stream(&b, "de", 2, take, &c), 0);
        cr_assert_eq(c.calls, 1, "new data waits for the older one");
        cr_assert(!reply_body_release(&b, take, &c));
        c.room = SIZE_MAX;
        cr_assert(reply_body_release(&b, take, &c));
        cr_assert(!reply_body_is_held(&b));
        cr_assert_str_eq(c.taken, "abcde");
}

Test(reply_body, is_full)
{
        static char data[REPLY_BODY_HELD_MAX];
        Consumer c = {};
        ReplyBody b = {};

        cr_assert_eq(reply_body_stream(&b, data, sizeof(data), take, &c), 0);
        cr_assert_eq(reply_body_stream(&b, "x", 1, take, &c), -EAGAIN);
        cr_assert_eq(b.size, sizeof(data));
        cr_assert_eq(c.calls, 1);
        reply_body_done(&b);
}

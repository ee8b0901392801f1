/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The event queue: order, levels, and its limit. */

#include <criterion/criterion.h>
#include <errno.h>

#include "supervisor/life-queue.h"

static LifeQueue q;

Test(life_queue, in_order)
{
        cr_assert_eq(life_queue_pop(&q), -ENODATA);
        cr_assert_eq(life_queue_push(&q, LIFE_DIED), 0);
        cr_assert_eq(life_queue_push(&q, LIFE_STOP), 0);
        cr_assert_eq(life_queue_push(&q, LIFE_DIED), 0);
        cr_assert_eq(life_queue_pop(&q), LIFE_DIED);
        cr_assert_eq(life_queue_pop(&q), LIFE_STOP);
        cr_assert_eq(life_queue_pop(&q), LIFE_DIED);
        cr_assert_eq(life_queue_pop(&q), -ENODATA);
}

Test(life_queue, twice_in_a_row_is_once)
{
        cr_assert_eq(life_queue_push(&q, LIFE_STOP), 0);
        cr_assert_eq(life_queue_push(&q, LIFE_STOP), 0);
        cr_assert_eq(life_queue_pop(&q), LIFE_STOP);
        cr_assert_eq(life_queue_pop(&q), -ENODATA);
        cr_assert_eq(life_queue_push(&q, LIFE_STOP), 0, "the one before was taken out");
        cr_assert_eq(life_queue_pop(&q), LIFE_STOP);
}

Test(life_queue, dropped)
{
        life_queue_drop(&q, LIFE_DEADLINE);
        cr_assert_eq(life_queue_push(&q, LIFE_DEADLINE), 0);
        cr_assert_eq(life_queue_push(&q, LIFE_STOP), 0);
        cr_assert_eq(life_queue_push(&q, LIFE_DEADLINE), 0);
        cr_assert_eq(life_queue_push(&q, LIFE_DIED), 0);
        life_queue_drop(&q, LIFE_DEADLINE);
        cr_assert_eq(life_queue_pop(&q), LIFE_STOP);
        cr_assert_eq(life_queue_pop(&q), LIFE_DIED);
        cr_assert_eq(life_queue_pop(&q), -ENODATA);
}

Test(life_queue, full)
{
        for (size_t i = 0; i < LIFE_QUEUE_MAX; i++)
                cr_assert_eq(life_queue_push(&q, i % 2 ? LIFE_STOP : LIFE_DIED), 0);
        cr_assert_eq(life_queue_push(&q, LIFE_STOP), 0, "it is the last one already");
        cr_assert_eq(life_queue_push(&q, LIFE_DIED), -ENOBUFS);
        cr_assert_eq(life_queue_pop(&q), LIFE_DIED);
        cr_assert_eq(life_queue_push(&q, LIFE_DIED), 0);
}

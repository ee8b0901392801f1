/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

#include "loop.h"
#include "systemd/watchdog.h"
#include "util/macro.h"

static sd_event *event;
static unsigned due;
static Watchdog *to_be_freed;

static void on_due(void *userdata)
{
        cr_assert_eq(userdata, &due);
        due++;
        to_be_freed = watchdog_free(to_be_freed);
}

static const WatchdogOps ops = { on_due };

static void setup(void)
{
        event = loop_new();
}

static void teardown(void)
{
        sd_event_unref(event);
}

TestSuite(watchdog, .init = setup, .fini = teardown, .timeout = LOOP_TIMEOUT);

Test(watchdog, due_at_once_and_at_half_of_the_interval)
{
        uint64_t begin, now;
        Watchdog *w = NULL;

        cr_assert_geq(sd_event_now(event, CLOCK_MONOTONIC, &begin), 0);
        cr_assert_eq(watchdog_new(&w, event, 10 * USEC_PER_SEC, &ops, &due), 0);
        loop_until(event, due == 1);
        cr_assert_geq(sd_event_now(event, CLOCK_MONOTONIC, &now), 0);
        cr_assert_lt(now - begin, 4 * USEC_PER_SEC);
        watchdog_free(w);
        w = NULL;

        due = 0;
        cr_assert_geq(sd_event_now(event, CLOCK_MONOTONIC, &begin), 0);
        cr_assert_eq(watchdog_new(&w, event, 200 * USEC_PER_MSEC, &ops, &due), 0);
        loop_until(event, due == 4);
        cr_assert_geq(sd_event_now(event, CLOCK_MONOTONIC, &now), 0);
        /* three times half of 200 ms; never more often */
        cr_assert_geq(now - begin, 290 * USEC_PER_MSEC);
        watchdog_free(w);
}

Test(watchdog, smallest_interval)
{
        Watchdog *w = NULL;

        cr_assert_eq(watchdog_new(&w, event, 1, &ops, &due), 0);
        loop_until(event, due == 3);
        watchdog_free(w);
        cr_assert_null(watchdog_free(NULL));
}

Test(watchdog, freed_from_its_own_callback)
{
        cr_assert_eq(watchdog_new(&to_be_freed, event, 1, &ops, &due), 0);
        loop_until(event, due == 1);
        loop_settle(event);
        cr_assert_eq(due, 1);
}

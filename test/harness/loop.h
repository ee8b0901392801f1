/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* Runs a test's event loop. It waits for events, never for time to pass. If an event does not happen, the
 * .timeout of the test ends the test. */

#include <criterion/criterion.h>
#include <systemd/sd-event.h>

#define LOOP_TIMEOUT 60

/* Runs the loop until the condition is true. If the loop ends before that, the test fails with this line. */
#define loop_until(event, condition)                                                                        \
        do {                                                                                                \
                while (!(condition))                                                                        \
                        cr_assert_geq(sd_event_run(event, UINT64_MAX), 0,                                   \
                                      "the loop ended while waiting for " #condition);                      \
        } while (0)

/* Runs the loop as long as a source is ready at once. */
static inline void loop_settle(sd_event *event)
{
        while (sd_event_run(event, 0) > 0)
                ;
}

static inline sd_event *loop_new(void)
{
        sd_event *event = NULL;

        cr_assert_geq(sd_event_new(&event), 0);
        return event;
}

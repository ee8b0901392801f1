/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* Running a test's event loop: it waits for what is to happen, never for time to pass. What does not happen
 * is ended by the test's own .timeout. */

#include <criterion/criterion.h>
#include <systemd/sd-event.h>

#define LOOP_TIMEOUT 30

/* Ends the loop's waiting for nothing: a test that can't go on any more fails with the line that waited. */
#define loop_until(event, condition)                                                                        \
        do {                                                                                                \
                while (!(condition))                                                                        \
                        cr_assert_geq(sd_event_run(event, UINT64_MAX), 0,                                   \
                                      "the loop ended while waiting for " #condition);                      \
        } while (0)

/* Whatever is ready now, and what comes of it. */
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

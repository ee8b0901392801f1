/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* We are there for years, and on a host with hundreds of us. What the start of the container or much output
 * have needed at their time is given back to the kernel a little later: so that the next burst does not have
 * to get it again at once, and because we are not done with the start when the container runs. No timer runs
 * at other times. */

#include "give-back.h"
#include "loop/event-util.h"
#include "util/macro.h"
#include "util/memory.h"

#define WAIT_USEC (3 * USEC_PER_SEC)
/* So many lines have used a page or two. */
#define BURST_LINES 32

void supervisor_give_back_later(Supervisor *s)
{
        if (!s->give_back_waits)
                s->give_back_waits = timer_arm(s->give_back, WAIT_USEC) >= 0;
}

void supervisor_note_line(Supervisor *s)
{
        if (++s->lines_since >= BURST_LINES)
                supervisor_give_back_later(s);
}

int supervisor_on_give_back(sd_event_source *source, uint64_t usec, void *userdata)
{
        Supervisor *s = ASSERT_PTR(userdata);

        s->give_back_waits = false;
        s->lines_since = 0;
        output_give_back(s->output);
        memory_give_back_free();
        memory_give_back_stack();
        return 0;
}

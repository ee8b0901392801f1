/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* A transition may push events, and there are few between two of them: moving the rest forward is cheap. */

#include <errno.h>
#include <string.h>

#include "life-queue.h"
#include "util/macro.h"

int life_queue_push(LifeQueue *q, LifeEvent event)
{
        if (q->n > 0 && q->events[q->n - 1] == event)
                return 0;
        if (q->n == ELEMENTSOF(q->events))
                return -ENOBUFS;
        q->events[q->n++] = event;
        return 0;
}

int life_queue_pop(LifeQueue *q)
{
        LifeEvent event;

        if (q->n == 0)
                return -ENODATA;
        event = q->events[0];
        q->n--;
        memmove(q->events, q->events + 1, q->n * sizeof(LifeEvent));
        return (int) event;
}

void life_queue_drop(LifeQueue *q, LifeEvent event)
{
        size_t n = 0;

        for (size_t i = 0; i < q->n; i++)
                if (q->events[i] != event)
                        q->events[n++] = q->events[i];
        q->n = n;
}

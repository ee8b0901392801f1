/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* What has happened and was not handled yet, in the order in which it happened. Pure. */

#include <stddef.h>

#include "state.h"

#define LIFE_QUEUE_MAX 64

/* All zero: empty. */
typedef struct LifeQueue {
        LifeEvent events[LIFE_QUEUE_MAX];
        size_t n;
} LifeQueue;

/* Events are levels: the same one twice in a row says nothing new, and is one. -ENOBUFS: the queue is full.
 */
int life_queue_push(LifeQueue *q, LifeEvent event);
/* Takes the oldest one out. -ENODATA: there is none. */
int life_queue_pop(LifeQueue *q);
/* Takes out all of this kind. */
void life_queue_drop(LifeQueue *q, LifeEvent event);

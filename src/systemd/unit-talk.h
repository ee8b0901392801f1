/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* Questions to systemd from the event loop, over a connection that is closed with the last answer.
 *
 * While systemd executes itself (systemctl daemon-reexec, each upgrade of its package), it has closed all
 * connections, and nobody accepts new ones. Then the first question is asked again over another connection,
 * until systemd answers or UNIT_TALK_ATTEMPTS_MAX attempts have failed. */

#include <stdbool.h>
#include <systemd/sd-bus.h>
#include <systemd/sd-event.h>

#include "util/macro.h"

#define UNIT_TALK_ATTEMPTS_MAX 100
#define UNIT_TALK_PAUSE_USEC (50 * USEC_PER_MSEC)

typedef struct UnitTalkOps {
        /* Opens another connection, as unit_bus_open() does. */
        int (*open)(sd_bus **ret);
        /* Asks the first question over UnitTalk.bus. 0 or -errno. */
        int (*begin)(void *userdata);
        /* There will be no answer. The UnitTalk may be freed from here. */
        void (*on_failed)(int r, void *userdata);
} UnitTalkOps;

/* For its owner: bus, and slot for the question that waits for its answer. */
typedef struct UnitTalk {
        sd_bus *bus;
        sd_bus_slot *slot;
        sd_event *event;
        sd_event_source *again;
        unsigned attempts;
        const UnitTalkOps *ops;
        void *userdata;
} UnitTalk;

/* Begins over bus, whose reference is taken over, also if this fails. bus may be NULL: nobody accepts a
 * connection now. 0 or -errno. */
int unit_talk_start(UnitTalk *t, sd_event *event, sd_bus *bus, const UnitTalkOps *ops, void *userdata);
/* The same for questions about a unit. *ret_path: its object, to be freed, also if this fails. */
int unit_talk_start_for(UnitTalk *t, sd_event *event, sd_bus *bus, const char *unit, char **ret_path,
                        const UnitTalkOps *ops, void *userdata);
/* For the handler of an answer, before anything else. True: systemd has closed the connection instead of
 * answering, and is asked again. */
bool unit_talk_begins_anew(UnitTalk *t, sd_bus_message *answer);
/* Accepts what was never started, if it is zero. */
void unit_talk_done(UnitTalk *t);

/* For UnitTalkOps: to the systemd that manages our unit. */
int unit_talk_open_unit(sd_bus **ret);

/* For questions that block: whether a negative result means that systemd was about to execute itself. */
bool unit_talk_is_lost(int r);

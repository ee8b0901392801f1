/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

#include <errno.h>
#include <stdlib.h>

#include "loop/event-util.h"
#include "unit-bus.h"
#include "unit-talk.h"
#include "util/cleanup.h"
#include "util/log.h"
#include "util/macro.h"

bool unit_talk_is_lost(int r)
{
        return r == -ECONNREFUSED || r == -ECONNRESET || r == -ENOTCONN || r == -EPIPE || r == -ESHUTDOWN;
}

int unit_talk_open_unit(sd_bus **ret)
{
        _cleanup_free_ char *unit = NULL;

        return unit_bus_open(ret, &unit);
}

static void hang_up(UnitTalk *t)
{
        t->slot = sd_bus_slot_unref(t->slot);
        unit_bus_close(t->bus);
        t->bus = NULL;
}

/* After a pause. -ECONNRESET: there were enough attempts. */
static int begin_later(UnitTalk *t)
{
        return t->attempts++ < UNIT_TALK_ATTEMPTS_MAX ? timer_arm(t->again, UNIT_TALK_PAUSE_USEC)
                                                      : -ECONNRESET;
}

static int begin_over(UnitTalk *t, sd_bus *bus)
{
        int r;

        t->bus = bus;
        if (!bus)
                return begin_later(t);
        r = unit_bus_attach(bus, t->event);
        return r < 0 ? r : t->ops->begin(t->userdata);
}

static int unit_talk_on_again(sd_event_source *source, uint64_t usec, void *userdata)
{
        UnitTalk *t = ASSERT_PTR(userdata);
        sd_bus *bus = NULL;
        int r;

        hang_up(t);
        r = t->ops->open(&bus);
        if (r >= 0)
                r = begin_over(t, bus);
        if (r < 0)
                t->ops->on_failed(r, t->userdata);
        return 0;
}

bool unit_talk_begins_anew(UnitTalk *t, sd_bus_message *answer)
{
        if (!sd_bus_message_get_error(answer) || sd_bus_is_open(t->bus) > 0)
                return false;
        log_debug("systemd has closed the connection, asking again.");
        return begin_later(t) >= 0;
}

int unit_talk_start(UnitTalk *t, sd_event *event, sd_bus *bus, const UnitTalkOps *ops, void *userdata)
{
        static const EventTraits traits = { "question to systemd", EVENT_PRIORITY_BUS,
                                            EVENT_FAILURE_DISABLE };
        int r;

        t->event = sd_event_ref(event);
        t->ops = ops;
        t->userdata = userdata;
        r = event_add_timer(event, &t->again, unit_talk_on_again, t, &traits);
        if (r < 0) {
                unit_bus_close(bus);
                return r;
        }
        return begin_over(t, bus);
}

int unit_talk_start_for(UnitTalk *t, sd_event *event, sd_bus *bus, const char *unit, char **ret_path,
                        const UnitTalkOps *ops, void *userdata)
{
        int r = sd_bus_path_encode("/org/freedesktop/systemd1/unit", unit, ret_path);

        if (r < 0) {
                unit_bus_close(bus);
                return r;
        }
        return unit_talk_start(t, event, bus, ops, userdata);
}

void unit_talk_done(UnitTalk *t)
{
        hang_up(t);
        t->again = sd_event_source_disable_unref(t->again);
        t->event = sd_event_unref(t->event);
}

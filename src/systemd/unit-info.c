/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* org.freedesktop.DBus.Properties.GetAll on our own service. */

#include <stdlib.h>
#include <string.h>
#include <systemd/sd-bus.h>
#include <time.h>

#include "loop/event-util.h"
#include "systemd/unit-info.h"
#include "unit-bus.h"
#include "unit-read.h"
#include "unit-talk.h"
#include "util/log.h"
#include "util/macro.h"
#include "util/text.h"

#define SERVICE_INTERFACE "org.freedesktop.systemd1.Service"

struct UnitInfo {
        UnitTalk talk;
        char *path; /* of our unit */
        UnitProperties properties;
        const UnitInfoOps *ops;
        void *userdata;
};

static void report(UnitInfo *u, int r)
{
        u->properties.known = r >= 0;
        if (r < 0)
                u->properties = UNIT_PROPERTIES_UNKNOWN;
        u->ops->on_known(&u->properties, r, u->userdata);
}

static int unit_info_on_reply(sd_bus_message *m, void *userdata, sd_bus_error *reterr)
{
        UnitInfo *u = ASSERT_PTR(userdata);
        const sd_bus_error *e = sd_bus_message_get_error(m);
        int r;

        if (unit_talk_begins_anew(&u->talk, m))
                return 0;
        if (e)
                r = -sd_bus_error_get_errno(e);
        else
                r = unit_read_properties(m, &u->properties);
        report(u, r);
        return 0;
}

static int begin(void *userdata)
{
        UnitInfo *u = ASSERT_PTR(userdata);

        return sd_bus_call_method_async(u->talk.bus, &u->talk.slot, UNIT_BUS_SYSTEMD, u->path,
                                        UNIT_BUS_PROPERTIES, "GetAll", unit_info_on_reply, u, "s",
                                        SERVICE_INTERFACE);
}

static void on_failed(int r, void *userdata)
{
        report(ASSERT_PTR(userdata), r);
}

UnitInfo *unit_info_free(UnitInfo *u)
{
        if (!u)
                return NULL;
        unit_talk_done(&u->talk);
        free(u->path);
        free(u);
        return NULL;
}
DEFINE_TRIVIAL_CLEANUP_FUNC(UnitInfo *, unit_info_free)

int unit_info_new_over(UnitInfo **ret, sd_event *event, sd_bus *bus, const char *unit,
                       const UnitInfoOps *ops, void *userdata)
{
        static const UnitTalkOps talk_ops = { unit_talk_open_unit, begin, on_failed };
        _cleanup_(unit_info_freep) UnitInfo *u = NULL;
        int r;

        u = calloc(1, sizeof(*u));
        if (!u) {
                unit_bus_close(bus);
                return -ENOMEM;
        }
        u->ops = ops;
        u->userdata = userdata;
        u->properties = UNIT_PROPERTIES_UNKNOWN;
        r = unit_talk_start_for(&u->talk, event, bus, unit, &u->path, &talk_ops, u);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(u);
        return 0;
}

/* Best effort: false if systemd does not tell. */
static bool has_several_commands(sd_bus *bus, const char *path)
{
        static const char command[] = "(sasbttttuii)";
        sd_bus_message *m = NULL;
        unsigned n = 0;
        int r = sd_bus_get_property(bus, UNIT_BUS_SYSTEMD, path, SERVICE_INTERFACE, "ExecStart", NULL, &m,
                                    "a(sasbttttuii)");

        if (r >= 0)
                r = sd_bus_message_enter_container(m, 'a', command);
        for (; r >= 0 && (r = sd_bus_message_at_end(m, false)) == 0; n++)
                r = sd_bus_message_skip(m, command);
        sd_bus_message_unref(m);
        return r >= 0 && n > 1;
}

int unit_info_ask_start_over(sd_bus *bus, const char *unit, UnitStart *ret)
{
        _cleanup_free_ char *path = NULL, *state = NULL;
        uint32_t main_pid;
        int r;

        r = sd_bus_path_encode("/org/freedesktop/systemd1/unit", unit, &path);
        if (r >= 0)
                r = sd_bus_set_method_call_timeout(bus, UNIT_BUS_TIMEOUT_USEC);
        if (r >= 0)
                r = sd_bus_get_property_trivial(bus, UNIT_BUS_SYSTEMD, path, SERVICE_INTERFACE, "MainPID",
                                                NULL, 'u', &main_pid);
        if (r >= 0)
                r = sd_bus_get_property_string(bus, UNIT_BUS_SYSTEMD, path, UNIT_BUS_SYSTEMD ".Unit",
                                               "ActiveState", NULL, &state);
        if (r >= 0)
                *ret = (UnitStart){ (pid_t) main_pid, strcmp(state, "activating") == 0,
                                    has_several_commands(bus, path) };
        sd_bus_close_unref(bus);
        return r < 0 ? r : 0;
}

static int ask_start_once(UnitStart *ret)
{
        _cleanup_free_ char *unit = NULL;
        sd_bus *bus = NULL;
        int r = unit_bus_open(&bus, &unit);

        if (r < 0)
                return r;
        if (!bus)
                return -ECONNREFUSED;
        if (text_ends_with(unit, strlen(unit), ".service"))
                return unit_info_ask_start_over(bus, unit, ret);
        unit_bus_close(bus);
        return -ENXIO;
}

int unit_info_ask_start(UnitStart *ret)
{
        const struct timespec pause = { .tv_nsec = UNIT_TALK_PAUSE_USEC * NSEC_PER_USEC };
        int r = ask_start_once(ret);

        for (unsigned i = 0; unit_talk_is_lost(r) && i < UNIT_TALK_ATTEMPTS_MAX; i++) {
                (void) nanosleep(&pause, NULL);
                r = ask_start_once(ret);
        }
        return r;
}

int unit_info_new(UnitInfo **ret, sd_event *event, const UnitInfoOps *ops, void *userdata)
{
        _cleanup_free_ char *unit = NULL;
        sd_bus *bus = NULL;
        int r = unit_bus_open(&bus, &unit);

        return r < 0 ? r : unit_info_new_over(ret, event, bus, unit, ops, userdata);
}

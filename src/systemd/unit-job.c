/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Two questions: which job the unit has, and of which type that is. org.freedesktop.systemd1(5). */

#include <stdlib.h>
#include <string.h>

#include "systemd/unit-job.h"
#include "unit-bus.h"
#include "util/cleanup.h"
#include "util/log.h"
#include "util/macro.h"

struct UnitJob {
        sd_bus *bus;
        sd_bus_slot *slot;
        const UnitJobOps *ops;
        void *userdata;
};

/* One property of an object of systemd. */
static int ask(UnitJob *j, const char *path, const char *interface, const char *property,
               sd_bus_message_handler_t on_reply)
{
        j->slot = sd_bus_slot_unref(j->slot);
        return sd_bus_call_method_async(j->bus, &j->slot, UNIT_BUS_SYSTEMD, path, UNIT_BUS_PROPERTIES, "Get",
                                        on_reply, j, "ss", interface, property);
}

static int answer(UnitJob *j, int r, bool stops)
{
        if (r < 0)
                log_debug_errno(r, "systemd did not tell the unit's job, ignoring: %m");
        j->ops->on_known(r >= 0 && stops, j->userdata);
        return 0;
}

static int on_type(sd_bus_message *m, void *userdata, sd_bus_error *reterr)
{
        static const char *const stopping[] = { "stop", "restart", "try-restart" };
        const sd_bus_error *e = sd_bus_message_get_error(m);
        UnitJob *j = ASSERT_PTR(userdata);
        bool stops = false;
        const char *type;
        int r = e ? -sd_bus_error_get_errno(e) : sd_bus_message_read(m, "v", "s", &type);

        for (size_t i = 0; i < ELEMENTSOF(stopping) && r >= 0; i++)
                stops = stops || strcmp(type, stopping[i]) == 0;
        return answer(j, r, stops);
}

static int on_job(sd_bus_message *m, void *userdata, sd_bus_error *reterr)
{
        const sd_bus_error *e = sd_bus_message_get_error(m);
        UnitJob *j = ASSERT_PTR(userdata);
        const char *path;
        uint32_t id = 0;
        int r = e ? -sd_bus_error_get_errno(e) : sd_bus_message_read(m, "v", "(uo)", &id, &path);

        if (r >= 0 && id > 0)
                r = ask(j, path, UNIT_BUS_SYSTEMD ".Job", "JobType", on_type);
        return r < 0 || id == 0 ? answer(j, r, false) : 0;
}

UnitJob *unit_job_free(UnitJob *j)
{
        if (!j)
                return NULL;
        sd_bus_slot_unref(j->slot);
        unit_bus_close(j->bus);
        free(j);
        return NULL;
}
DEFINE_TRIVIAL_CLEANUP_FUNC(UnitJob *, unit_job_free)

int unit_job_new_over(UnitJob **ret, sd_event *event, sd_bus *bus, const char *unit, const UnitJobOps *ops,
                      void *userdata)
{
        _cleanup_(unit_job_freep) UnitJob *j = NULL;
        _cleanup_free_ char *path = NULL;
        int r;

        j = calloc(1, sizeof(*j));
        if (!j) {
                sd_bus_close_unref(bus);
                return -ENOMEM;
        }
        j->bus = bus;
        j->ops = ops;
        j->userdata = userdata;
        r = sd_bus_path_encode("/org/freedesktop/systemd1/unit", unit, &path);
        if (r >= 0)
                r = unit_bus_attach(j->bus, event);
        if (r >= 0)
                r = ask(j, path, UNIT_BUS_SYSTEMD ".Unit", "Job", on_job);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(j);
        return 0;
}

int unit_job_new(UnitJob **ret, sd_event *event, const UnitJobOps *ops, void *userdata)
{
        _cleanup_free_ char *unit = NULL;
        sd_bus *bus = NULL;
        int r = unit_bus_open(&bus, &unit);

        return r < 0 ? r : unit_job_new_over(ret, event, bus, unit, ops, userdata);
}

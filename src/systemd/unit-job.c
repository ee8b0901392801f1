/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Two questions: which job the unit has, and of which type that is. org.freedesktop.systemd1(5). */

#include <stdlib.h>
#include <string.h>

#include "systemd/unit-job.h"
#include "unit-bus.h"
#include "unit-talk.h"
#include "util/cleanup.h"
#include "util/log.h"
#include "util/macro.h"

struct UnitJob {
        UnitTalk talk;
        char *path; /* of our unit */
        const UnitJobOps *ops;
        void *userdata;
};

/* One property of an object of systemd. */
static int ask(UnitJob *j, const char *path, const char *interface, const char *property,
               sd_bus_message_handler_t on_reply)
{
        j->talk.slot = sd_bus_slot_unref(j->talk.slot);
        return sd_bus_call_method_async(j->talk.bus, &j->talk.slot, UNIT_BUS_SYSTEMD, path,
                                        UNIT_BUS_PROPERTIES, "Get", on_reply, j, "ss", interface, property);
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

        if (unit_talk_begins_anew(&j->talk, m))
                return 0;
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

        if (unit_talk_begins_anew(&j->talk, m))
                return 0;
        if (r >= 0 && id > 0)
                r = ask(j, path, UNIT_BUS_SYSTEMD ".Job", "JobType", on_type);
        return r < 0 || id == 0 ? answer(j, r, false) : 0;
}

UnitJob *unit_job_free(UnitJob *j)
{
        if (!j)
                return NULL;
        unit_talk_done(&j->talk);
        free(j->path);
        free(j);
        return NULL;
}
DEFINE_TRIVIAL_CLEANUP_FUNC(UnitJob *, unit_job_free)

static int begin(void *userdata)
{
        UnitJob *j = ASSERT_PTR(userdata);

        return ask(j, j->path, UNIT_BUS_SYSTEMD ".Unit", "Job", on_job);
}

static void on_failed(int r, void *userdata)
{
        (void) answer(ASSERT_PTR(userdata), r, false);
}

int unit_job_new_over(UnitJob **ret, sd_event *event, sd_bus *bus, const char *unit, const UnitJobOps *ops,
                      void *userdata)
{
        static const UnitTalkOps talk_ops = { unit_talk_open_unit, begin, on_failed };
        _cleanup_(unit_job_freep) UnitJob *j = NULL;
        int r;

        j = calloc(1, sizeof(*j));
        if (!j) {
                unit_bus_close(bus);
                return -ENOMEM;
        }
        j->ops = ops;
        j->userdata = userdata;
        r = unit_talk_start_for(&j->talk, event, bus, unit, &j->path, &talk_ops, j);
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

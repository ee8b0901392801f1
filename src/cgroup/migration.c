/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* First the container's device filter is attached to the unit's cgroup: a process that has left the cgroup
 * of the engine has left its filter. Without that, nothing is moved.
 *
 * Then comes a sweep (cgroup-move.h). Processes that fork as fast as they are moved remain. Their cgroup is
 * frozen, and the kernel reports when all of them stand still. Then one sweep finds them all. A process that
 * was moved runs again, and its children are born in the unit's cgroup. If the kernel reports nothing in
 * time, the sweep is done all the same, and is repeated by a timer until the cgroup is empty.
 *
 * Whoever joins later changes cgroup.events. cgroup v1 does not report it, so the timer looks for it. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cgroup-move.h"
#include "cgroup-watch.h"
#include "loop/event-util.h"
#include "migration.h"
#include "util/log.h"
#include "util/macro.h"
#include "util/strv.h"

#define FREEZE_MAX_USEC (200 * USEC_PER_MSEC)
/* The next look; each wait is twice as long as the one before. Together they last twenty seconds. */
#define WAIT_MIN_USEC (10 * USEC_PER_MSEC)
#define WAIT_MAX_USEC (10 * USEC_PER_SEC)
/* By then, the processes that are left have outlived some attempts. */
#define WAIT_LONG_USEC (80 * USEC_PER_MSEC)

struct Migration {
        sd_event *event;
        const Options *options;
        const Facts *facts;

        CgroupMove *move;
        CgroupWatch *watch;
        sd_event_source *timer;
        uint64_t wait_usec;
        bool freezing;    /* we have frozen it */
        bool expecting;   /* a process that joins, which nobody reports */
        bool has_moved;   /* something, at some time */
        bool explained;   /* what does not apply to it */
        bool failed;      /* said: a process cannot be moved */
        bool left_behind; /* said: some are left for a while */
        bool has_inner;   /* said: the container has cgroups of its own */
        bool unfiltered;  /* said: the filter cannot be carried over */
};

Migration *migration_free(Migration *m)
{
        if (!m)
                return NULL;
        migration_stop(m);
        sd_event_unref(m->event);
        free(m);
        return NULL;
}

int migration_new(Migration **ret, sd_event *event, const Options *options, const Facts *facts)
{
        Migration *m = calloc(1, sizeof(*m));

        if (!m)
                return -ENOMEM;
        *m = (Migration){ .event = sd_event_ref(event), .options = options, .facts = facts };
        *ret = m;
        return 0;
}

/* The next look */

static void step(Migration *m, bool in_time);

static int on_timer(sd_event_source *source, uint64_t usec, void *userdata)
{
        step(ASSERT_PTR(userdata), false);
        return 0;
}

static void arm(Migration *m, uint64_t usec)
{
        static const EventTraits traits = { "cgroup-sweep", EVENT_PRIORITY_CGROUP, EVENT_FAILURE_DISABLE };
        int r = 0;

        if (!m->timer && usec == UINT64_MAX)
                return;
        if (!m->timer)
                r = event_add_timer(m->event, &m->timer, on_timer, m, &traits);
        if (r >= 0)
                r = timer_arm(m->timer, usec);
        if (r < 0)
                log_warning_errno(r, "Failed to wait for processes that join the container: %m");
}

static void plan_next(Migration *m, bool left)
{
        if (m->wait_usec > WAIT_MAX_USEC) {
                m->wait_usec = WAIT_MAX_USEC;
                m->expecting = false;
        }
        if (!left && !m->expecting) {
                m->wait_usec = WAIT_MIN_USEC;
                arm(m, UINT64_MAX);
                return;
        }
        arm(m, m->wait_usec);
        m->wait_usec *= 2;
}

/* The sweep */

static void say_inner(Migration *m)
{
        if (m->has_inner || !cgroup_move_has_inner(m->move))
                return;
        m->has_inner = true;
        log_warning("Container %s has cgroups of its own, which stay outside of the unit: use Delegate=yes, "
                    "and with Docker before 23 `systemd-docker setup`.",
                    m->facts->container.name);
}

static void say_left(Migration *m)
{
        if (m->left_behind || m->wait_usec < WAIT_LONG_USEC)
                return;
        m->left_behind = true;
        log_warning("Processes of the container are still outside of the unit's cgroup, trying again.");
}

/* Whether it is worth another attempt. */
static bool sweep(Migration *m)
{
        int r = cgroup_move_sweep(m->move);

        if (r >= 0) {
                m->has_moved = m->has_moved || r > 0;
                return true;
        }
        if (!m->failed)
                log_warning_errno(r, "Failed to move processes of the container into the unit's cgroup: %m");
        m->failed = true;
        return r != -EACCES && r != -EPERM && r != -EROFS && r != -ENOENT;
}

static void thaw(Migration *m)
{
        int r = m->freezing ? cgroup_move_freeze(m->move, false) : 0;

        m->freezing = false;
        if (r < 0 && r != -ENOENT && r != -ENODEV)
                log_error_errno(r, "Failed to thaw the container's cgroup: %m");
}

/* Processes in a cgroup that the engine has frozen (`docker pause`) would thaw. */
static bool is_paused(const Migration *m)
{
        return !m->freezing && m->facts->container.paused && cgroup_move_is_frozen(m->move);
}

/* in_time: something has happened; false: the timer has elapsed. */
static void step(Migration *m, bool in_time)
{
        bool was_freezing = m->freezing, again, left;

        if (!m->move || is_paused(m) || (in_time && m->freezing && !cgroup_move_is_frozen(m->move)))
                return;
        again = sweep(m);
        thaw(m);
        say_inner(m);
        left = again && cgroup_move_has_left(m->move);
        if (left && !was_freezing && cgroup_move_freeze(m->move, true) >= 0) {
                m->freezing = true;
                arm(m, FREEZE_MAX_USEC);
                return;
        }
        if (left)
                say_left(m);
        plan_next(m, left);
}

static void on_change(void *userdata)
{
        step(ASSERT_PTR(userdata), true);
}

void migration_expect_joiner(Migration *m)
{
        if (!m->move)
                return;
        if (cgroup_move_is_blind(m->move)) {
                m->expecting = true;
                m->wait_usec = WAIT_MIN_USEC;
        }
        step(m, true);
}

/* The container */

static bool hierarchy_is_wanted(const char *controller, void *userdata)
{
        const Migration *m = ASSERT_PTR(userdata);

        /* With v1, the filter of devices is a hierarchy of its own, which a moved process would leave. */
        if (strcmp(controller, "devices") == 0)
                return strv_contains(m->options->cgroups, controller);
        /* The hierarchy of v2 corresponds to name=systemd of v1: both are systemd's own. */
        return options_cgroup_wanted(m->options, *controller ? controller : "name=systemd");
}

/* Whether it keeps what protects the machine from it. */
static bool is_filtered(Migration *m)
{
        Answer closed = m->facts->unit.device_policy_closed;
        int r = cgroup_move_carry_filter(m->move);

        if (r >= 0)
                return true;
        if (m->facts->container.privileged || answer_is_yes(closed)) {
                log_debug_errno(r, "Can't carry the container's device filter over, which it does not need: "
                                   "%m");
                return true;
        }
        /* Who has ended stays nowhere. */
        if (r == -ESRCH)
                return false;
        if (!m->unfiltered)
                log_warning_errno(r,
                                  "The container stays outside of the unit: its device filter can't be "
                                  "carried over: %m. %s",
                                  answer_is_no(closed) ? "DevicePolicy=closed in the unit replaces it."
                                                       : "DevicePolicy=closed would replace it, but systemd "
                                                         "can't be asked for it.");
        m->unfiltered = true;
        return false;
}

/* The watch comes before the first sweep, so that one of them sees a process that joins in between. */
static void watch(Migration *m)
{
        static const CgroupWatchOps ops = { on_change };
        const char *folder = cgroup_move_unified_source(m->move);
        int r = folder ? cgroup_watch_new(&m->watch, m->event, folder, "cgroup.events", &ops, m) : 0;

        if (r < 0 && r != -ENOENT)
                log_warning_errno(r, "Failed to watch %s/cgroup.events, ignoring: %m", folder);
}

int migration_begin(Migration *m, const char *unit_path)
{
        int r;

        migration_stop(m);
        m->wait_usec = WAIT_MIN_USEC;
        r = cgroup_move_new(&m->move, m->facts->container.pid, m->facts->container.id, unit_path,
                            hierarchy_is_wanted, m);
        if (r == -ESRCH)
                return r; /* it has ended */
        if (r < 0) {
                log_warning_errno(r,
                                  "Failed to find the container's cgroup, it stays outside of the unit: %m");
                return r;
        }
        r = (int) cgroup_move_count(m->move);
        if (is_filtered(m)) {
                watch(m);
                step(m, true);
        } else
                m->move = cgroup_move_free(m->move);
        return r;
}

void migration_stop(Migration *m)
{
        if (m->move)
                thaw(m);
        m->watch = cgroup_watch_free(m->watch);
        m->timer = sd_event_source_disable_unref(m->timer);
        m->move = cgroup_move_free(m->move);
        m->expecting = false;
}

void migration_explain(Migration *m)
{
        if (!m->has_moved || m->explained || !m->facts->unit.socket_filter)
                return;
        m->explained = true;
        log_warning(
                "%s of the unit does not apply to sockets that the container opened before it was moved.",
                m->facts->unit.socket_filter);
}

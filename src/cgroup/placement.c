/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The ways into the unit's cgroup, and what each of them needs:
 *
 *   by the engine   the request has the unit's cgroup as its --cgroup-parent
 *   by our runtime  the request names the runtime or our shim, which read a note before each start
 *   migrate         the processes are moved once they run, and so are those that join later
 *
 * cgroup-mode.c decides, as soon as what it depends on is known. A container that was created in another
 * mode (kept without --rm, or adopted) is moved. */

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cgroup-mode.h"
#include "cgroup-move.h"
#include "cgroup-watch.h"
#include "cgroup/placement.h"
#include "engine-view.h"
#include "loop/event-util.h"
#include "note-folder.h"
#include "unit-cgroup.h"
#include "util/log.h"
#include "util/macro.h"

/* The next look for a process that joins; each wait is twice as long as the one before. Together they last
 * twenty seconds. */
#define SWEEP_AGAIN_MIN_USEC (10 * USEC_PER_MSEC)
#define SWEEP_AGAIN_MAX_USEC (10 * USEC_PER_SEC)

struct Placement {
        sd_event *event;
        PlacementConfig config;
        const Facts *facts;
        const PlacementOps *ops;
        void *userdata;

        UnitCgroup *unit;   /* NULL: there is none, as by hand */
        uint64_t oom_kills; /* in the unit, as far as they are reported */
        CgroupDecision decision;
        bool decided;
        char *real_runtime; /* for the note: the engine's default */

        /* Of the process that runs now */
        CgroupMove *move;
        CgroupWatch *move_watch;
        CgroupWatch *memory_watch;    /* of the unit */
        sd_event_source *sweep_again; /* for what cgroup v1 does not report */
        uint64_t sweep_again_usec;
};

Placement *placement_free(Placement *p)
{
        if (!p)
                return NULL;
        placement_stop(p);
        unit_cgroup_free(p->unit);
        sd_event_unref(p->event);
        free(p->real_runtime);
        free(p);
        return NULL;
}

int placement_new(Placement **ret, sd_event *event, const PlacementConfig *config, const Facts *facts,
                  const PlacementOps *ops, void *userdata)
{
        Placement *p = calloc(1, sizeof(*p));
        int r;

        if (!p)
                return -ENOMEM;
        *p = (Placement){
                .event = sd_event_ref(event),
                .config = *config,
                .facts = facts,
                .ops = ops,
                .userdata = userdata,
        };
        r = unit_cgroup_new(&p->unit);
        if (r < 0)
                log_debug_errno(r, "Found no cgroup of a unit that we run in, ignoring: %m");
        else /* kills of ExecStartPre= or of an earlier run are not the container's */
                (void) unit_cgroup_read_oom_kills(p->unit, &p->oom_kills);
        *ret = p;
        return 0;
}

static const char *unit_path(const Placement *p)
{
        return p->unit ? unit_cgroup_path(p->unit) : NULL;
}

bool placement_has_container(const Placement *p)
{
        return cgroup_is_ours(p->facts->container.pid, unit_path(p));
}

/* The decision */

/* Reads files only where the answer matters. */
static const char *shim_obstacle(const Placement *p, const EngineInfo *info)
{
        return info && info->takes_shims && p->config.engine_is_local
                       ? engine_view_obstacle("/proc", ENGINE_PID_FILE, RUNTIME_STATE_FOLDER)
                       : NULL;
}

static CgroupDecision decide(const Placement *p, const EngineInfo *info)
{
        const PlacementConfig *c = &p->config;
        bool needs_notes = info && (info->has_our_runtime || info->takes_shims);

        return cgroup_mode_decide(&(CgroupSituation){
                .asked = c->options->cgroup_mode,
                .in_service = p->facts->in_service,
                .hidden = !p->unit,
                .delegated = p->unit && unit_cgroup_is_delegated(p->unit),
                .local = c->engine_is_local,
                .root = geteuid() == 0,
                .mute = needs_notes && note_folder_prepare(RUNTIME_STATE_FOLDER) < 0,
                .has_parent = c->cgroup_parent && *c->cgroup_parent,
                .has_runtime = c->runtime && strcmp(c->runtime, ENGINE_RUNTIME_NAME) != 0 &&
                               strcmp(c->runtime, ENGINE_SHIM_RUNTIME_NAME) != 0,
                .other_hierarchy = !options_cgroup_wanted(c->options, "name=systemd"),
                .no_shim = shim_obstacle(p, info),
                .info = info,
        });
}

static int refuse(CliError *reterr, const char *format, ...) _printf_(2, 3);

static int refuse(CliError *reterr, const char *format, ...)
{
        va_list ap;
        int r;

        va_start(ap, format);
        r = cli_errorv(reterr, CLI_EXIT_REFUSED, format, ap);
        va_end(ap);
        return r == -ENOMEM ? r : -EOPNOTSUPP;
}

static void divide_unit_cgroup(Placement *p)
{
        int r = unit_cgroup_is_v2(p->unit) ? unit_cgroup_enter_leaf(p->unit) : 0;

        if (r >= 0)
                return;
        log_warning_errno(r, "Failed to move the unit's processes into a cgroup below %s: %m",
                          unit_cgroup_folder(p->unit));
        p->decision = (CgroupDecision){
                .mode = CGROUP_MODE_MIGRATE,
                .impossible = cgroup_mode_is_inside(p->config.options->cgroup_mode),
                .why = "the unit's cgroup can't be divided",
        };
}

/* A limit needs a controller in the container's own cgroup. A process that is moved out of that cgroup
 * escapes the limits that were set there; and without Delegate=, the cgroup has no controllers. */
static bool loses_limits(const CgroupDecision *d)
{
        return d->mode == CGROUP_MODE_MIGRATE || (d->mode == CGROUP_MODE_INSIDE && !d->divided);
}

static int check_limits(const Placement *p, CliError *reterr)
{
        const CgroupDecision *d = &p->decision;
        int r;

        if (!loses_limits(d) || !p->config.limit_option)
                return 0;
        r = refuse(reterr,
                   "--%s: has no effect in cgroup mode %s (%s): set the limit in the unit, see "
                   "systemd.resource-control(5), or choose another --cgroup-mode.",
                   p->config.limit_option, cgroup_mode_to_string(d->mode), d->why);
        reterr->exit_code = CLI_EXIT_CONFIG; /* it is the unit's to be corrected, whatever the engine does */
        return r;
}

/* What everybody gets is not worth a line. */
static void say_mode(const Placement *p)
{
        const CgroupDecision *d = &p->decision;
        bool usual = p->config.options->cgroup_mode == CGROUP_MODE_AUTO && cgroup_mode_is_inside(d->mode);

        if (p->facts->in_service)
                log_full(usual ? LOG_DEBUG : LOG_INFO, "cgroup mode %s: %s.", cgroup_mode_to_string(d->mode),
                         d->why);
}

int placement_decide(Placement *p, const EngineInfo *info, CliError *reterr)
{
        CgroupDecision *d = &p->decision;
        int r;

        if (p->decided)
                return 1;
        *d = decide(p, info);
        if (d->mode == CGROUP_MODE_AUTO || (cgroup_mode_is_inside(d->mode) && !d->impossible && !info))
                return 0;
        if (d->runtime && !p->real_runtime && !(p->real_runtime = strdup(info->default_runtime)))
                return cli_error_oom(reterr);
        if (d->divided && !d->impossible)
                divide_unit_cgroup(p);
        if (d->impossible)
                return refuse(reterr, "--cgroup-mode=%s: %s.",
                              cgroup_mode_to_string(p->config.options->cgroup_mode), d->why);
        r = check_limits(p, reterr);
        if (r < 0)
                return r;
        p->decided = true;
        say_mode(p);
        return 1;
}

/* Words of containerd, of our shim and runtime, and of runc where it fails with the cgroup. A message about
 * something else may have one of them: the container is then created once more, and fails as well. */
static bool is_about_way(const char *message)
{
        static const char *const words[] = { "containerd-shim-systemd-docker-v2", ENGINE_SHIM_RUNTIME_NAME,
                                             "can't put container", "cgroup" };

        for (size_t i = 0; i < ELEMENTSOF(words); i++)
                if (strstr(message, words[i]))
                        return true;
        return false;
}

bool placement_fall_back(Placement *p, const char *message)
{
        CgroupDecision *d = &p->decision;

        if (p->config.options->cgroup_mode != CGROUP_MODE_AUTO || p->config.limit_option || !d->runtime ||
            strcmp(d->runtime, ENGINE_SHIM_RUNTIME_NAME) != 0 || !message || !is_about_way(message))
                return false;
        placement_remove_note(p);
        *d = (CgroupDecision){
                .mode = CGROUP_MODE_MIGRATE,
                .why = "the engine failed to create the container in the unit",
        };
        log_notice("cgroup mode %s: %s, creating it again elsewhere: %s", cgroup_mode_to_string(d->mode),
                   d->why, message);
        return true;
}

bool placement_is_decided(const Placement *p)
{
        return p->decided;
}

/* The container is created inside the unit. */

static bool needs_note(const Placement *p)
{
        return p->decision.runtime;
}

PlacementRequest placement_request(const Placement *p)
{
        if (!cgroup_mode_is_inside(p->decision.mode))
                return (PlacementRequest){ NULL };
        if (p->decision.runtime)
                return (PlacementRequest){ .runtime = p->decision.runtime };
        return (PlacementRequest){ .cgroup_parent = unit_path(p) };
}

void placement_write_note(Placement *p)
{
        const PlacementNote note = {
                .cgroup = (char *) unit_path(p),
                .cgroup_id = p->unit ? unit_cgroup_id(p->unit) : 0,
                .runtime = p->real_runtime && *p->real_runtime && strcmp(p->real_runtime, "runc") != 0
                                   ? p->real_runtime
                                   : NULL,
        };
        int r;

        if (!needs_note(p))
                return;
        note_folder_remove_stale(RUNTIME_STATE_FOLDER);
        r = note_folder_write(RUNTIME_STATE_FOLDER, p->facts->container.id, &note);
        if (r < 0)
                log_warning_errno(r, "Failed to tell the runtime which cgroup the container belongs to: %m");
}

void placement_remove_note(Placement *p)
{
        if (*p->facts->container.id && needs_note(p))
                note_folder_remove(RUNTIME_STATE_FOLDER, p->facts->container.id);
}

/* Its processes are moved into the unit. */

static bool hierarchy_is_wanted(const char *controller, void *userdata)
{
        const Placement *p = ASSERT_PTR(userdata);

        /* The hierarchy of v2 corresponds to name=systemd of v1: both are systemd's own. */
        return options_cgroup_wanted(p->config.options, *controller ? controller : "name=systemd");
}

static void sweep(Placement *p)
{
        int r;

        if (!p->move)
                return;
        r = cgroup_move_sweep(p->move);
        if (r < 0)
                log_warning_errno(r, "Failed to move processes of the container into the unit's cgroup: %m");
        else if (r > 0)
                log_debug("Moved %i processes into the unit's cgroup.", r);
}

static int on_sweep_again(sd_event_source *source, uint64_t usec, void *userdata)
{
        Placement *p = ASSERT_PTR(userdata);

        sweep(p);
        p->sweep_again_usec *= 2;
        return timer_arm(source,
                         p->sweep_again_usec <= SWEEP_AGAIN_MAX_USEC ? p->sweep_again_usec : UINT64_MAX);
}

/* The engine reports a process of `docker exec` before it creates the process. v2 reports when the process
 * joins the cgroup. With v1 we look for it, less and less often, until the engine must have created it. */
void placement_expect_joiner(Placement *p)
{
        static const EventTraits traits = { "cgroup-sweep", EVENT_PRIORITY_CGROUP, EVENT_FAILURE_DISABLE };
        int r = 0;

        sweep(p);
        if (!p->move || !cgroup_move_is_blind(p->move))
                return;
        p->sweep_again_usec = SWEEP_AGAIN_MIN_USEC;
        if (!p->sweep_again)
                r = event_add_timer(p->event, &p->sweep_again, on_sweep_again, p, &traits);
        if (r >= 0)
                r = timer_arm(p->sweep_again, p->sweep_again_usec);
        if (r < 0)
                log_warning_errno(r, "Failed to wait for a process of docker exec: %m");
}

static void on_move_watch(void *userdata)
{
        sweep(ASSERT_PTR(userdata));
}

static bool must_be_moved(const Placement *p)
{
        if (!cgroup_mode_is_inside(p->decision.mode))
                return p->decision.mode == CGROUP_MODE_MIGRATE;
        if (placement_has_container(p))
                return false;
        log_warning("Container %s was not made in the unit's cgroup, moving it there: its own limits no "
                    "longer apply.",
                    p->facts->container.name);
        return true;
}

static void move_container(Placement *p)
{
        static const CgroupWatchOps ops = { on_move_watch };
        const char *folder;
        int r = cgroup_move_new(&p->move, p->facts->container.pid, p->facts->container.id,
                                cgroup_mode_is_inside(p->decision.mode) ? unit_path(p) : NULL,
                                hierarchy_is_wanted, p);

        if (r < 0) {
                log_warning_errno(r,
                                  "Failed to find the container's cgroup, it stays outside of the unit: %m");
                return;
        }
        if (cgroup_move_count(p->move) == 0 && hierarchy_is_wanted("", p) && !placement_has_container(p))
                log_warning("The container stays outside of the unit: its cgroup can't be seen from here.");
        /* The watch comes before the sweep, so that one of them sees a process that joins in between. */
        folder = cgroup_move_unified_source(p->move);
        if (folder) {
                r = cgroup_watch_new(&p->move_watch, p->event, folder, "cgroup.events", &ops, p);
                if (r < 0 && r != -ENOENT)
                        log_warning_errno(r, "Failed to watch %s/cgroup.events, ignoring: %m", folder);
        }
        sweep(p);
}

/* Memory */

void placement_check_oom(Placement *p)
{
        uint64_t kills;

        if (!p->memory_watch || unit_cgroup_read_oom_kills(p->unit, &kills) < 0)
                return;
        if (kills <= p->oom_kills)
                return;
        p->oom_kills = kills;
        p->ops->on_oom(p->userdata);
}

bool placement_watches_memory(const Placement *p)
{
        return p->memory_watch;
}

static void on_memory_watch(void *userdata)
{
        placement_check_oom(ASSERT_PTR(userdata));
}

/* The container is in the unit: the kernel reports its OOM kills in the unit's cgroup, whoever set the
 * limit. */
static void watch_memory(Placement *p)
{
        static const CgroupWatchOps ops = { on_memory_watch };
        int r = -ENOENT;

        p->memory_watch = cgroup_watch_free(p->memory_watch);
        if (p->unit)
                r = cgroup_watch_new(&p->memory_watch, p->event, unit_cgroup_folder(p->unit),
                                     "memory.events", &ops, p);
        if (r < 0 && r != -ENOENT)
                log_warning_errno(r, "Failed to watch the unit's memory.events, ignoring: %m");
        placement_check_oom(p);
}

/* The life of the container */

void placement_take_over(Placement *p)
{
        p->move_watch = cgroup_watch_free(p->move_watch);
        p->move = cgroup_move_free(p->move);
        if (must_be_moved(p))
                move_container(p);
        if (p->decision.mode != CGROUP_MODE_NONE)
                watch_memory(p); /* comes last, because on_oom may free us */
}

void placement_stop(Placement *p)
{
        p->move_watch = cgroup_watch_free(p->move_watch);
        p->memory_watch = cgroup_watch_free(p->memory_watch);
        p->sweep_again = sd_event_source_disable_unref(p->sweep_again);
        p->move = cgroup_move_free(p->move);
}

void placement_leave(Placement *p)
{
        placement_remove_note(p);
        if (p->unit && !facts_container_is_alive(p->facts))
                unit_cgroup_leave_leaf(p->unit);
}

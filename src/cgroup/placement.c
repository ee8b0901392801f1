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
#include "limit-setting.h"
#include "migration.h"
#include "note-folder.h"
#include "unit-cgroup.h"
#include "util/log.h"
#include "util/macro.h"

struct Placement {
        sd_event *event;
        PlacementConfig config;
        const Facts *facts;
        const PlacementOps *ops;
        void *userdata;

        UnitCgroup *unit;   /* NULL: there is none, as by hand */
        uint64_t oom_kills; /* in the unit, as far as they are reported */
        CgroupDecision decision;
        bool engine_too_old; /* see placement_set_engine_too_old() */
        bool decided;
        char *real_runtime; /* for the note: the engine's default */

        /* Of the process that runs now */
        Migration *migration;
        CgroupWatch *memory_watch; /* of the unit */
};

Placement *placement_free(Placement *p)
{
        if (!p)
                return NULL;
        p->memory_watch = cgroup_watch_free(p->memory_watch);
        migration_free(p->migration);
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
        r = migration_new(&p->migration, event, config->options, facts);
        if (r < 0) {
                placement_free(p);
                return r;
        }
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

/* The kernel also asks for a right to the cgroup above both: the slice, in most cases. */
static const char *move_obstacle(const Placement *p)
{
        if (!p->unit)
                return "no cgroup of a unit is seen from here";
        return unit_cgroup_is_writable(p->unit) ? NULL : "processes can't be moved into the unit from here";
}

static CgroupSituation describe(const Placement *p, const EngineInfo *info)
{
        const PlacementConfig *c = &p->config;
        bool needs_notes = info && (info->has_our_runtime || info->takes_shims);

        return (CgroupSituation){
                .asked = c->options->cgroup_mode,
                .in_service = p->facts->in_service,
                .hidden = !p->unit,
                .delegated = p->unit && unit_cgroup_is_delegated(p->unit),
                .local = c->engine_is_local,
                .too_old = p->engine_too_old,
                .root = geteuid() == 0,
                .mute = needs_notes && note_folder_prepare(RUNTIME_STATE_FOLDER) < 0,
                .has_parent = c->cgroup_parent && *c->cgroup_parent,
                .has_runtime = c->runtime && strcmp(c->runtime, ENGINE_RUNTIME_NAME) != 0 &&
                               strcmp(c->runtime, ENGINE_SHIM_RUNTIME_NAME) != 0,
                .other_hierarchy = !options_cgroup_wanted(c->options, "name=systemd"),
                .no_move = move_obstacle(p),
                .no_shim = shim_obstacle(p, info),
                .info = info,
        };
}

/* The mode after the one that was decided has turned out to be impossible. */
static CgroupDecision decide_otherwise(const Placement *p, const char *why)
{
        const CgroupSituation s = describe(p, NULL);

        return cgroup_mode_decide_otherwise(&s, why);
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
        p->decision = decide_otherwise(p, "the unit's cgroup can't be divided");
        p->decision.impossible = cgroup_mode_is_inside(p->config.options->cgroup_mode);
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
                   "--%s is refused in cgroup mode %s: write %s in [Service], or Delegate=yes and run "
                   "systemd-docker setup once. (%s)",
                   p->config.limit_option, cgroup_mode_to_string(d->mode),
                   cgroup_limit_setting(p->config.limit_option), d->why);
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

void placement_set_engine_too_old(Placement *p)
{
        p->engine_too_old = true;
}

int placement_decide(Placement *p, const EngineInfo *info, CliError *reterr)
{
        CgroupDecision *d = &p->decision;
        CgroupSituation s;
        int r;

        if (p->decided)
                return 1;
        s = describe(p, info);
        *d = cgroup_mode_decide(&s);
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
        *d = decide_otherwise(p, "the engine failed to create the container in the unit");
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

/* The mode was requested, or a limit that needs it. */
static bool must_be_inside(const Placement *p)
{
        return p->config.options->cgroup_mode != CGROUP_MODE_AUTO || p->config.limit_option;
}

static int miss_note(Placement *p, int error, CliError *reterr)
{
        if (must_be_inside(p))
                return refuse(reterr, "Failed to tell the runtime which cgroup the container belongs to: %s",
                              strerror(-error));
        placement_remove_note(p);
        p->decision = decide_otherwise(p, "the runtime can't be told where the container belongs");
        log_full_errno(LOG_NOTICE, error, "cgroup mode %s: %s: %m", cgroup_mode_to_string(p->decision.mode),
                       p->decision.why);
        return 0;
}

int placement_write_note(Placement *p, CliError *reterr)
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
                return 0;
        note_folder_remove_stale(RUNTIME_STATE_FOLDER);
        r = note_folder_write(RUNTIME_STATE_FOLDER, p->facts->container.id, &note);
        return r < 0 ? miss_note(p, r, reterr) : 0;
}

void placement_remove_note(Placement *p)
{
        if (*p->facts->container.id && needs_note(p))
                note_folder_remove(RUNTIME_STATE_FOLDER, p->facts->container.id);
}

/* Its processes are moved into the unit. */

void placement_expect_joiner(Placement *p)
{
        migration_expect_joiner(p->migration);
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
        int r = migration_begin(p->migration, cgroup_mode_is_inside(p->decision.mode) ? unit_path(p) : NULL);

        if (r == 0 && options_cgroup_wanted(p->config.options, "name=systemd") &&
            !placement_has_container(p))
                log_warning("The container stays outside of the unit: its cgroup can't be seen from here.");
}

void placement_explain(Placement *p)
{
        migration_explain(p->migration);
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

int placement_check(const Placement *p, CliError *reterr)
{
        if (!cgroup_mode_is_inside(p->decision.mode) || !must_be_inside(p) || placement_has_container(p))
                return 0;
        return refuse(reterr, "Container %s was not made in the unit's cgroup, as cgroup mode %s needs it.",
                      p->facts->container.name, cgroup_mode_to_string(p->decision.mode));
}

void placement_take_over(Placement *p)
{
        migration_stop(p->migration);
        if (must_be_moved(p))
                move_container(p);
        if (p->decision.mode != CGROUP_MODE_NONE)
                watch_memory(p); /* comes last, because on_oom may free us */
}

void placement_stop(Placement *p)
{
        migration_stop(p->migration);
        p->memory_watch = cgroup_watch_free(p->memory_watch);
}

void placement_leave(Placement *p)
{
        placement_remove_note(p);
        if (p->unit && !facts_container_is_alive(p->facts))
                unit_cgroup_leave_leaf(p->unit);
}

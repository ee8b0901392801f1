/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The container in the unit's cgroup: which way it gets there (cgroup-mode.c decides, as soon as what it
 * depends on is known), what has to be done for it, and what is done where it did not work. */

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "codec/cgroup/placement-note.h"
#include "loop/event-util.h"
#include "supervisor-internal.h"
#include "util/cgroup-folder.h"
#include "util/fd.h"
#include "util/log.h"
#include "util/macro.h"

/* Twenty seconds, all in all. */
#define SWEEP_AGAIN_MIN_USEC (10 * USEC_PER_MSEC)
#define SWEEP_AGAIN_MAX_USEC (10 * USEC_PER_SEC)

/* Without a unit, as by hand, there is nothing to be delegated. */
void supervisor_find_unit_cgroup(Supervisor *s)
{
        int r = unit_cgroup_new(&s->unit_cgroup);

        if (r < 0)
                log_debug_errno(r, "Found no cgroup of a unit of ours, ignoring: %m");
        else /* what ExecStartPre= or an earlier life did there is not the container's */
                (void) unit_cgroup_read_oom_kills(s->unit_cgroup, &s->oom_kills);
}

static const char *unit_path(const Supervisor *s)
{
        return s->unit_cgroup ? unit_cgroup_path(s->unit_cgroup) : NULL;
}

bool supervisor_container_is_in_unit(const Supervisor *s)
{
        return cgroup_is_ours(s->facts->container.pid, unit_path(s));
}

/* Not so with ProtectSystem=strict, which makes /run read-only. */
static int open_announcements(void)
{
        (void) mkdir(RUNTIME_STATE_FOLDER, 0755);
        if (mkdir(PLACEMENT_NOTE_FOLDER, 0755) < 0 && errno != EEXIST)
                return -errno;
        return RET_NERRNO(access(PLACEMENT_NOTE_FOLDER, W_OK));
}

static CgroupDecision decide(const Supervisor *s, const EngineInfo *info)
{
        struct json_object *draft = s->config.run->draft;
        const char *runtime = json_string_or(draft, "HostConfig/Runtime", ENGINE_RUNTIME_NAME);

        return cgroup_mode_decide(&(CgroupSituation){
                .asked = s->config.options->cgroup_mode,
                .in_service = s->facts->in_service,
                .hidden = !s->unit_cgroup,
                .delegated = s->unit_cgroup && unit_cgroup_is_delegated(s->unit_cgroup),
                .local = engine_is_local(s->engine),
                .root = geteuid() == 0,
                .mute = info && info->has_our_runtime && open_announcements() < 0,
                .has_parent = *json_string_or(draft, "HostConfig/CgroupParent", ""),
                .has_runtime = strcmp(runtime, ENGINE_RUNTIME_NAME) != 0,
                .info = info,
        });
}

/* A container that is moved out of its cgroup escapes the limits that were set there. */
static int refuse_lost_limits(Supervisor *s)
{
        const char *option = run_options_limit_conflict(s->config.run);

        if (!option)
                return 0;
        supervisor_fail(s, CLI_EXIT_REFUSED,
                        "--%s: has no effect on a container that is moved into the unit's cgroup (cgroup "
                        "mode migrate: %s); set "
                        "the limit in the unit (systemd.resource-control(5)), or see --cgroup-mode",
                        option, s->cgroup_mode.why);
        return -EOPNOTSUPP;
}

static void divide_unit_cgroup(Supervisor *s)
{
        int r = unit_cgroup_is_v2(s->unit_cgroup) ? unit_cgroup_enter_leaf(s->unit_cgroup) : 0;

        if (r >= 0)
                return;
        log_warning_errno(r, "Failed to divide the unit's cgroup: %m");
        s->cgroup_mode = (CgroupDecision){
                .mode = CGROUP_MODE_MIGRATE,
                .impossible = s->config.options->cgroup_mode == CGROUP_MODE_DELEGATE,
                .why = "the unit's cgroup can't be divided",
        };
}

int supervisor_decide_cgroup_mode(Supervisor *s, const EngineInfo *info)
{
        bool to_be_asked;

        if (s->cgroup_mode_known)
                return 1;
        s->cgroup_mode = decide(s, info);
        to_be_asked = s->cgroup_mode.mode == CGROUP_MODE_AUTO ||
                      (s->cgroup_mode.mode == CGROUP_MODE_DELEGATE && !s->cgroup_mode.impossible && !info);
        if (to_be_asked)
                return 0;
        if (s->cgroup_mode.mode == CGROUP_MODE_DELEGATE && !s->cgroup_mode.impossible)
                divide_unit_cgroup(s);
        if (s->cgroup_mode.impossible) {
                supervisor_fail(s, CLI_EXIT_REFUSED, "--cgroup-mode=delegate: %s.", s->cgroup_mode.why);
                return -EOPNOTSUPP;
        }
        if (s->cgroup_mode.mode == CGROUP_MODE_MIGRATE && refuse_lost_limits(s) < 0)
                return -EOPNOTSUPP;
        s->cgroup_mode_known = true;
        if (s->facts->in_service)
                log_info("cgroup mode %s: %s.", cgroup_mode_to_string(s->cgroup_mode.mode),
                         s->cgroup_mode.why);
        return 1;
}

void supervisor_add_cgroup(const Supervisor *s, RunRequestExtras *extras)
{
        if (s->cgroup_mode.mode != CGROUP_MODE_DELEGATE)
                return;
        if (s->cgroup_mode.by_runtime)
                extras->runtime = ENGINE_RUNTIME_NAME;
        else
                extras->cgroup_parent = unit_path(s);
}

/* The cgroup has another number by now, or is gone: the runtime would not believe it either. */
static bool announcement_is_stale(int folder_fd, const char *name)
{
        _cleanup_(placement_note_done) PlacementNote a = PLACEMENT_NOTE_NULL;
        _cleanup_free_ char *text = NULL, *path = NULL;
        _cleanup_close_ int fd = -EBADF;

        if (read_file_at(folder_fd, name, PLACEMENT_NOTE_MAX, &text, NULL) < 0 ||
            placement_note_parse(text, &a) < 0 || placement_note_folder(&a, &path) < 0)
                return false;
        fd = cgroup_folder_open(path, a.cgroup_id);
        return fd == -ENOENT || fd == -ESTALE;
}

/* Those of supervisors that were killed. */
static void drop_stale_announcements(void)
{
        _cleanup_closedir_ DIR *d = opendir(PLACEMENT_NOTE_FOLDER);
        struct dirent *entry;

        while (d && (entry = readdir(d)))
                if (entry->d_type == DT_REG && announcement_is_stale(dirfd(d), entry->d_name))
                        (void) unlinkat(dirfd(d), entry->d_name, 0);
}

static const char *announcement_path(const Supervisor *s, char ret[static 128])
{
        (void) snprintf(ret, 128, PLACEMENT_NOTE_FOLDER "/%s", s->facts->container.id);
        return ret;
}

/* Before each start, also one by `docker restart`, the runtime asks whether there is a unit for the
 * container. */
static int announce_cgroup(Supervisor *s)
{
        const PlacementNote a = { .cgroup = (char *) unit_path(s),
                                  .cgroup_id = unit_cgroup_id(s->unit_cgroup) };
        _cleanup_free_ char *text = NULL;
        char path[128];
        int r = placement_note_format(&a, &text);

        if (r >= 0)
                r = open_announcements();
        if (r < 0)
                return r;
        return write_file_atomic(announcement_path(s, path), text, strlen(text), 0644);
}

void supervisor_announce_cgroup(Supervisor *s)
{
        int r;

        if (s->cgroup_mode.mode != CGROUP_MODE_DELEGATE || !s->cgroup_mode.by_runtime)
                return;
        drop_stale_announcements();
        r = announce_cgroup(s);
        if (r < 0)
                log_warning_errno(r, "Failed to tell the runtime which cgroup the container belongs to: %m");
}

void supervisor_drop_announcement(Supervisor *s)
{
        char path[128];

        if (*s->facts->container.id && s->cgroup_mode.mode == CGROUP_MODE_DELEGATE &&
            s->cgroup_mode.by_runtime)
                (void) unlink(announcement_path(s, path));
}

static bool cgroup_wanted(const char *controller, void *userdata)
{
        const Supervisor *s = ASSERT_PTR(userdata);

        /* The one hierarchy of v2 is what name=systemd is on v1: systemd's own. */
        return options_cgroup_wanted(s->config.options, *controller ? controller : "name=systemd");
}

void supervisor_sweep_cgroup(Supervisor *s)
{
        int r;

        if (!s->cgroup)
                return;
        r = cgroup_move_sweep(s->cgroup);
        if (r < 0)
                log_warning_errno(r, "Failed to move processes of the container into the unit's cgroup: %m");
        else if (r > 0)
                log_debug("Moved %i processes into the unit's cgroup.", r);
}

static int on_sweep_again(sd_event_source *source, uint64_t usec, void *userdata)
{
        Supervisor *s = ASSERT_PTR(userdata);

        supervisor_sweep_cgroup(s);
        s->sweep_again_usec *= 2;
        return timer_arm(source,
                         s->sweep_again_usec <= SWEEP_AGAIN_MAX_USEC ? s->sweep_again_usec : UINT64_MAX);
}

/* The engine says so before it makes the process. v2 says when that has happened; on v1 it is looked for,
 * ever less often, until the engine must have made it. */
void supervisor_expect_joiner(Supervisor *s)
{
        static const EventTraits traits = { "cgroup-sweep", EVENT_PRIORITY_CGROUP, EVENT_FAILURE_DISABLE };
        int r = 0;

        supervisor_sweep_cgroup(s);
        if (!s->cgroup || !cgroup_move_is_blind(s->cgroup))
                return;
        s->sweep_again_usec = SWEEP_AGAIN_MIN_USEC;
        if (!s->sweep_again)
                r = event_add_timer(s->event, &s->sweep_again, on_sweep_again, s, &traits);
        if (r >= 0)
                r = timer_arm(s->sweep_again, s->sweep_again_usec);
        if (r < 0)
                log_warning_errno(r, "Failed to wait for a process of docker exec: %m");
}

/* A container that was made in another mode (kept without --rm, or adopted) keeps to it. */
static bool must_be_moved(const Supervisor *s)
{
        if (s->cgroup_mode.mode != CGROUP_MODE_DELEGATE)
                return s->cgroup_mode.mode == CGROUP_MODE_MIGRATE;
        if (supervisor_container_is_in_unit(s))
                return false;
        log_warning("Container %s was not made in the unit's cgroup, moving it there: limits of its own "
                    "don't hold any more.",
                    s->facts->container.name);
        return true;
}

void supervisor_check_oom(Supervisor *s)
{
        uint64_t kills;

        if (!s->memory_watch || unit_cgroup_read_oom_kills(s->unit_cgroup, &kills) < 0)
                return;
        if (kills <= s->oom_kills)
                return;
        s->oom_kills = kills;
        supervisor_note_oom(s);
}

/* The container is in the unit now: what the kernel says of its memory is said there, whoever set the limit.
 */
static void watch_memory(Supervisor *s)
{
        int r = -ENOENT;

        s->memory_watch = cgroup_watch_free(s->memory_watch);
        if (s->unit_cgroup)
                r = cgroup_watch_new(&s->memory_watch, s->event, unit_cgroup_folder(s->unit_cgroup),
                                     "memory.events", &supervisor_memory_watch_ops, s);
        if (r < 0 && r != -ENOENT)
                log_warning_errno(r, "Failed to watch the unit's memory.events, ignoring: %m");
        supervisor_check_oom(s);
}

static void move_container(Supervisor *s)
{
        const char *folder;
        int r;

        r = cgroup_move_new(&s->cgroup, s->facts->container.pid, s->facts->container.id,
                            s->cgroup_mode.mode == CGROUP_MODE_DELEGATE ? unit_path(s) : NULL, cgroup_wanted,
                            s);
        if (r < 0) {
                log_warning_errno(r,
                                  "Failed to find the container's cgroup, it stays outside of the unit: %m");
                return;
        }
        if (cgroup_move_count(s->cgroup) == 0 && cgroup_wanted("", s) && !supervisor_container_is_in_unit(s))
                log_warning("The container stays outside of the unit: its cgroup can't be seen from here.");
        /* Watch before the sweep: who comes in between is seen by one of them. */
        folder = cgroup_move_unified_source(s->cgroup);
        if (folder) {
                r = cgroup_watch_new(&s->cgroup_watch, s->event, folder, "cgroup.events",
                                     &supervisor_cgroup_watch_ops, s);
                if (r < 0 && r != -ENOENT)
                        log_warning_errno(r, "Failed to watch %s, ignoring: %m", folder);
        }
        supervisor_sweep_cgroup(s);
}

void supervisor_take_over_cgroup(Supervisor *s)
{
        s->cgroup_watch = cgroup_watch_free(s->cgroup_watch);
        s->cgroup = cgroup_move_free(s->cgroup);
        if (must_be_moved(s))
                move_container(s);
        if (s->cgroup_mode.mode != CGROUP_MODE_NONE)
                watch_memory(s);
}

/* A container that goes on without us keeps what it lives on. */
void supervisor_leave_cgroup(Supervisor *s)
{
        supervisor_drop_announcement(s);
        if (s->unit_cgroup && !facts_container_is_alive(s->facts))
                unit_cgroup_leave_leaf(s->unit_cgroup);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Which way the container gets into the unit's cgroup, and what is said where it does not.
 *
 * Everything that placement.c stands on but the decision itself is the test's: it defines the functions of
 * unit-cgroup.h, cgroup-move.h, cgroup-watch.h and note-folder.h and the timer, so that the linker takes
 * none of those files, and each of them can fail. They have tests of their own. */

#include <string.h>
#include <unistd.h>

#include "cgroup/cgroup-move.h"
#include "cgroup/cgroup-watch.h"
#include "cgroup/engine-view.h"
#include "cgroup/note-folder.h"
#include "cgroup/placement.h"
#include "cgroup/unit-cgroup.h"
#include "facts/record.h"
#include "loop.h"
#include "loop/event-util.h"
#include "util/log.h"
#include "util/macro.h"

#define ID "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define PID 4711
#define UNIT "/system.slice/web.service"

/* --- what the fakes do, and have been asked --- */

static struct {
        bool none, delegated, v1, read_only;
        int enter_result;
        uint64_t oom_kills;
        int oom_result;
        unsigned made, freed, entered, left;
} unit;

static struct {
        int new_result, sweep_result;
        size_t count;
        bool blind, is_ours, left, inner, frozen, freezes;
        int freeze_result, filter_result;
        unsigned filtered;
        const char *source, *unit_path;
        unsigned made, freed, sweeps;
        bool wants_v2, wants_cpu;
} move;

struct CgroupWatch {
        const char *file;
        const CgroupWatchOps *ops;
        void *userdata;
};
static CgroupWatch move_watch, memory_watch;
static int watch_result;

static struct {
        int prepare_result, write_result;
        unsigned stale, written, removed;
        char path[64], runtime[64];
        uint64_t cgroup_id;
} notes;

static const char *view; /* what keeps the engine from using our shim */

static struct {
        sd_event_time_handler_t handler;
        void *userdata;
        uint64_t usec;
        int add_result;
        unsigned added;
} timer;

int unit_cgroup_new(UnitCgroup **ret)
{
        if (unit.none)
                return -ENXIO;
        unit.made++;
        *ret = (UnitCgroup *) &unit;
        return 0;
}

UnitCgroup *unit_cgroup_free(UnitCgroup *u)
{
        unit.freed += u != NULL;
        return NULL;
}

const char *unit_cgroup_path(const UnitCgroup *u)
{
        return UNIT;
}

uint64_t unit_cgroup_id(const UnitCgroup *u)
{
        return 77;
}

const char *unit_cgroup_folder(const UnitCgroup *u)
{
        return "/unit";
}

bool unit_cgroup_is_delegated(const UnitCgroup *u)
{
        return unit.delegated;
}

bool unit_cgroup_is_writable(const UnitCgroup *u)
{
        return !unit.read_only;
}

bool unit_cgroup_is_v2(const UnitCgroup *u)
{
        return !unit.v1;
}

int unit_cgroup_read_oom_kills(const UnitCgroup *u, uint64_t *ret)
{
        if (unit.oom_result >= 0)
                *ret = unit.oom_kills;
        return unit.oom_result;
}

int unit_cgroup_enter_leaf(UnitCgroup *u)
{
        unit.entered++;
        return unit.enter_result;
}

void unit_cgroup_leave_leaf(UnitCgroup *u)
{
        unit.left++;
}

int cgroup_move_new(CgroupMove **ret, pid_t pid, const char *container_id, const char *unit_path,
                    CgroupWanted wanted, void *userdata)
{
        cr_assert_eq(pid, PID);
        cr_assert_str_eq(container_id, ID);
        if (move.new_result < 0)
                return move.new_result;
        move.made++;
        move.unit_path = unit_path;
        move.wants_v2 = wanted("", userdata);
        move.wants_cpu = wanted("cpu", userdata);
        *ret = (CgroupMove *) &move;
        return 0;
}

CgroupMove *cgroup_move_free(CgroupMove *m)
{
        move.freed += m != NULL;
        return NULL;
}

size_t cgroup_move_count(const CgroupMove *m)
{
        return move.count;
}

int cgroup_move_sweep(CgroupMove *m)
{
        move.sweeps++;
        return move.sweep_result;
}

bool cgroup_move_is_blind(const CgroupMove *m)
{
        return move.blind;
}

const char *cgroup_move_unified_source(const CgroupMove *m)
{
        return move.source;
}

bool cgroup_move_has_left(const CgroupMove *m)
{
        return move.left;
}

bool cgroup_move_has_inner(const CgroupMove *m)
{
        return move.inner;
}

int cgroup_move_freeze(const CgroupMove *m, bool freeze)
{
        if (move.freeze_result >= 0)
                move.freezes = freeze;
        return move.freeze_result;
}

bool cgroup_move_is_frozen(const CgroupMove *m)
{
        return move.frozen;
}

int cgroup_move_carry_filter(const CgroupMove *m)
{
        move.filtered++;
        return move.filter_result;
}

bool cgroup_is_of_container(pid_t pid, const char *container_id)
{
        return true;
}

bool cgroup_is_ours(pid_t pid, const char *unit_path)
{
        cr_assert_eq(pid, PID);
        cr_assert(unit.none ? !unit_path : strcmp(unit_path, UNIT) == 0);
        return move.is_ours;
}

int cgroup_watch_new(CgroupWatch **ret, sd_event *event, const char *folder, const char *file,
                     const CgroupWatchOps *ops, void *userdata)
{
        bool is_memory = strcmp(file, "memory.events") == 0;
        CgroupWatch *w = is_memory ? &memory_watch : &move_watch;

        cr_assert_str_eq(folder, is_memory ? "/unit" : move.source);
        cr_assert_null(w->file, "the watch before has to be freed first");
        if (watch_result < 0)
                return watch_result;
        *w = (CgroupWatch){ file, ops, userdata };
        *ret = w;
        return 0;
}

CgroupWatch *cgroup_watch_free(CgroupWatch *w)
{
        if (w)
                *w = (CgroupWatch){ NULL };
        return NULL;
}

int note_folder_prepare(const char *state_folder)
{
        return notes.prepare_result;
}

int note_folder_write(const char *state_folder, const char *id, const PlacementNote *note)
{
        cr_assert_str_eq(state_folder, RUNTIME_STATE_FOLDER);
        cr_assert_str_eq(id, ID);
        (void) snprintf(notes.path, sizeof(notes.path), "%s", note->cgroup);
        (void) snprintf(notes.runtime, sizeof(notes.runtime), "%s", note->runtime ?: "");
        notes.cgroup_id = note->cgroup_id;
        notes.written++;
        return notes.write_result;
}

void note_folder_remove(const char *state_folder, const char *id)
{
        cr_assert_str_eq(id, ID);
        notes.removed++;
}

void note_folder_remove_stale(const char *state_folder)
{
        notes.stale++;
}

const char *engine_view_obstacle(const char *proc, const char *pid_file, const char *state_folder)
{
        cr_assert_str_eq(state_folder, RUNTIME_STATE_FOLDER);
        return view;
}

int event_add_timer(sd_event *event, sd_event_source **ret, sd_event_time_handler_t handler, void *userdata,
                    const EventTraits *traits)
{
        timer.added++;
        timer.handler = handler;
        timer.userdata = userdata;
        return timer.add_result < 0 ? timer.add_result : sd_event_add_defer(event, ret, NULL, NULL);
}

int timer_arm(sd_event_source *source, uint64_t usec)
{
        timer.usec = usec;
        return 0;
}

/* --- the harness --- */

static char said[4096];

static bool hear(int priority, const LogTag *tag, const char *message, void *userdata)
{
        size_t n = strlen(said);

        (void) snprintf(said + n, sizeof(said) - n, "<%i>%s\n", priority, message);
        return true;
}

static sd_event *event;
static Record *record;
static Options options;
static PlacementConfig config;
static Placement *placement;
static unsigned ooms;
static bool free_in_oom;

static void on_oom(void *userdata)
{
        cr_assert_eq(userdata, &ooms);
        ooms++;
        if (free_in_oom)
                placement = placement_free(placement);
}

static const PlacementOps ops = { on_oom };
static const EngineInfo cgroupfs = { .cgroup_driver = CGROUP_DRIVER_CGROUPFS, .cgroup_v2 = true };
static const EngineInfo registered = { .cgroup_driver = CGROUP_DRIVER_SYSTEMD,
                                       .cgroup_v2 = true,
                                       .has_our_runtime = true };

static const EngineInfo docker23 = { .cgroup_driver = CGROUP_DRIVER_SYSTEMD,
                                     .cgroup_v2 = true,
                                     .takes_shims = true,
                                     .default_runtime = "/usr/bin/crun" };

/* A service with Delegate=, an engine on this machine, and a container that runs in the engine's cgroup. */
static void setup(void)
{
        ContainerInfo info = CONTAINER_INFO_NULL;

        event = loop_new();
        log_set_sink(hear, NULL);
        cr_assert_eq(record_new(&record), 0);
        record_service(record, true, false, false);
        strcpy(info.id, ID);
        info.name = strdup("web");
        info.pid = PID;
        info.running = true;
        record_container(record, &info);
        record_started(record);
        config = (PlacementConfig){ .options = &options, .engine_is_local = true };
        unit.delegated = true;
        move.count = 1;
        move.source = "/engine";
}

static void teardown(void)
{
        placement_free(placement);
        cr_assert_eq(unit.freed, unit.made);
        cr_assert_eq(move.freed, move.made);
        cr_assert(!move_watch.file && !memory_watch.file);
        record_free(record);
        sd_event_unref(event);
        log_set_sink(NULL, NULL);
}

TestSuite(placement, .init = setup, .fini = teardown, .timeout = LOOP_TIMEOUT);

static void make(void)
{
        cr_assert_eq(placement_new(&placement, event, &config, record_facts(record), &ops, &ooms), 0);
}

static void decide_as(CgroupMode mode, const EngineInfo *info)
{
        options.cgroup_mode = mode;
        make();
        cr_assert_eq(placement_decide(placement, info, NULL), 1);
        cr_assert(placement_is_decided(placement));
}

/* It fails, and says so. */
static void check_refused(const EngineInfo *info, const char *message)
{
        _cleanup_cli_error_ CliError error = CLI_ERROR_NULL;

        cr_assert_eq(placement_decide(placement, info, &error), -EOPNOTSUPP);
        cr_assert_not(placement_is_decided(placement));
        cr_assert_eq(error.exit_code, strstr(error.message, " is refused in cgroup mode")
                                              ? CLI_EXIT_CONFIG
                                              : CLI_EXIT_REFUSED);
        cr_assert(strstr(error.message, message), "%s", error.message);
}

/* --- the decision --- */

Test(placement, engine_is_asked_once)
{
        make();
        cr_assert_eq(placement_decide(placement, NULL, NULL), 0);
        cr_assert_not(placement_is_decided(placement));
        cr_assert_eq(placement_decide(placement, &cgroupfs, NULL), 1);
        cr_assert_eq(unit.entered, 1);
        cr_assert_str_eq(said, "", "what everybody gets is not worth a line");
        /* once is enough */
        cr_assert_eq(placement_decide(placement, NULL, NULL), 1);
        cr_assert_eq(unit.entered, 1);
}

Test(placement, what_the_request_needs)
{
        PlacementRequest request;

        make();
        request = placement_request(placement);
        cr_assert(!request.cgroup_parent && !request.runtime, "nothing before the decision");
        cr_assert_eq(placement_decide(placement, &cgroupfs, NULL), 1);
        request = placement_request(placement);
        cr_assert_str_eq(request.cgroup_parent, UNIT);
        cr_assert_null(request.runtime);
        placement = placement_free(placement);

        if (geteuid() != 0)
                cr_skip_test("only root can use the runtime");
        decide_as(CGROUP_MODE_AUTO, &registered);
        request = placement_request(placement);
        cr_assert_null(request.cgroup_parent);
        cr_assert_str_eq(request.runtime, ENGINE_RUNTIME_NAME);
        placement = placement_free(placement);

        decide_as(CGROUP_MODE_MIGRATE, NULL);
        request = placement_request(placement);
        cr_assert(!request.cgroup_parent && !request.runtime);
}

Test(placement, what_stands_in_the_way)
{
        options.cgroup_mode = CGROUP_MODE_DELEGATE;
        config.cgroup_parent = "/there";
        make();
        check_refused(NULL, "--cgroup-mode=delegate: --cgroup-parent says");
        placement = placement_free(placement);

        config = (PlacementConfig){ .options = &options, .engine_is_local = true, .runtime = "crun" };
        make();
        check_refused(&registered, "--runtime names another");
        placement = placement_free(placement);

        config.runtime = ENGINE_RUNTIME_NAME;
        notes.prepare_result = -EROFS;
        make();
        check_refused(&registered, geteuid() == 0 ? RUNTIME_STATE_FOLDER : "only root");
        placement = placement_free(placement);

        config.engine_is_local = false;
        make();
        check_refused(NULL, "not on this machine");
        placement = placement_free(placement);

        unit.none = true;
        make();
        check_refused(NULL, "no cgroup of a unit");
}

Test(placement, by_hand_nothing_is_said)
{
        record_service(record, false, false, false);
        unit.none = true;
        decide_as(CGROUP_MODE_AUTO, NULL);
        cr_assert_str_eq(said, "");
        placement_take_over(placement);
        cr_assert_eq(move.made, 0);
        cr_assert_not(placement_watches_memory(placement));
}

Test(placement, limits_that_have_no_effect)
{
        config.limit_option = "memory";
        options.cgroup_mode = CGROUP_MODE_MIGRATE;
        make();
        check_refused(NULL, "--memory is refused in cgroup mode migrate: write MemoryMax= in [Service], or "
                            "Delegate=yes and run systemd-docker setup once. (as asked for)");
        placement = placement_free(placement);
        /* not moved, so the limit holds */
        decide_as(CGROUP_MODE_NONE, NULL);
        placement = placement_free(placement);
        decide_as(CGROUP_MODE_DELEGATE, &cgroupfs);
}

Test(placement, unit_that_cannot_be_divided)
{
        unit.enter_result = -EBUSY;
        decide_as(CGROUP_MODE_AUTO, &cgroupfs);
        cr_assert(strstr(said, "<4>Failed to move the unit's processes into a cgroup below /unit: "));
        cr_assert(strstr(said, "<6>cgroup mode migrate: the unit's cgroup can't be divided.\n"));
        placement = placement_free(placement);
        options.cgroup_mode = CGROUP_MODE_DELEGATE;
        make();
        check_refused(&cgroupfs, "--cgroup-mode=delegate: the unit's cgroup can't be divided.");
}

Test(placement, what_cannot_be_moved_stays)
{
        options.cgroup_mode = CGROUP_MODE_AUTO;
        unit.read_only = true;
        unit.delegated = false;
        decide_as(CGROUP_MODE_AUTO, &registered);
        cr_assert_str_eq(said, "<6>cgroup mode none: processes can't be moved into the unit from here.\n");
        placement = placement_free(placement);
        *said = 0;
        unit.read_only = false;
        config.cgroup_parent = "/there";
        config.limit_option = "memory";
        decide_as(CGROUP_MODE_AUTO, NULL);
        cr_assert_str_eq(said, "<6>cgroup mode none: --cgroup-parent says where the container belongs.\n");
        placement_take_over(placement);
        cr_assert_eq(move.made, 0);
}

Test(placement, inside_leaves_the_units_cgroup_alone)
{
        PlacementRequest request;

        if (geteuid() != 0)
                cr_skip_test("only root can use the runtime");
        unit.delegated = false;
        decide_as(CGROUP_MODE_INSIDE, &docker23);
        cr_assert_eq(unit.entered, 0);
        cr_assert_str_eq(said, "<6>cgroup mode inside: the engine finds our shim.\n");
        request = placement_request(placement);
        cr_assert_null(request.cgroup_parent);
        cr_assert_str_eq(request.runtime, ENGINE_SHIM_RUNTIME_NAME);
        cr_assert_eq(placement_write_note(placement, NULL), 0);
        cr_assert_str_eq(notes.path, UNIT);
        cr_assert_str_eq(notes.runtime, "/usr/bin/crun");
        /* where it should be */
        move.is_ours = true;
        placement_take_over(placement);
        cr_assert_eq(move.made, 0);
        cr_assert(placement_watches_memory(placement));
        cr_assert_eq(placement_check(placement, NULL), 0);
        /* another life, elsewhere */
        move.is_ours = false;
        cr_assert_eq(placement_check(placement, NULL), -EOPNOTSUPP);
        placement_take_over(placement);
        cr_assert_eq(move.sweeps, 1);
        cr_assert(strstr(said, "<4>Container web was not made in the unit's cgroup, moving it there"));
        placement = placement_free(placement);
        config.limit_option = "memory";
        make();
        check_refused(&docker23,
                      "--memory is refused in cgroup mode inside: write MemoryMax= in [Service], or");
}

Test(placement, inside_with_delegation)
{
        if (geteuid() != 0)
                cr_skip_test("only root can use the runtime");
        config.limit_option = "memory";
        decide_as(CGROUP_MODE_INSIDE, &docker23);
        cr_assert_eq(unit.entered, 1);
}

Test(placement, inside_where_it_can_not_be)
{
        if (geteuid() != 0)
                cr_skip_test("only root can use the runtime");
        view = "the engine is elsewhere";
        options.cgroup_mode = CGROUP_MODE_INSIDE;
        make();
        check_refused(&docker23, "--cgroup-mode=inside: the engine is elsewhere.");
        placement = placement_free(placement);
        decide_as(CGROUP_MODE_AUTO, &docker23);
        cr_assert(strstr(said, "<6>cgroup mode migrate: the engine is elsewhere.\n"));
}

#define NO_SHIM                                                                                             \
        "failed to start shim: failed to resolve runtime path: runtime "                                    \
        "\"io.containerd.systemd-docker.v2\" "                                                              \
        "binary not installed"

Test(placement, the_engine_fails)
{
        PlacementRequest request;

        if (geteuid() != 0)
                cr_skip_test("only root can use the runtime");
        decide_as(CGROUP_MODE_AUTO, &docker23);
        *said = 0;
        cr_assert_not(placement_fall_back(placement, NULL));
        cr_assert_not(placement_fall_back(placement, "exec: \"x\": not found"));
        cr_assert_str_eq(said, "");
        cr_assert(placement_fall_back(placement, NO_SHIM));
        cr_assert_eq(notes.removed, 1);
        cr_assert(strstr(said, "<5>cgroup mode migrate: "));
        cr_assert(strstr(said, NO_SHIM));
        request = placement_request(placement);
        cr_assert(!request.cgroup_parent && !request.runtime);
        cr_assert_not(placement_fall_back(placement, NO_SHIM), "there is no other mode");
        placement_take_over(placement);
        cr_assert_eq(move.sweeps, 1);
}

Test(placement, the_engine_fails_and_nothing_else_is_possible)
{
        if (geteuid() != 0)
                cr_skip_test("only root can use the runtime");
        decide_as(CGROUP_MODE_INSIDE, &docker23);
        cr_assert_not(placement_fall_back(placement, NO_SHIM), "the user has asked for it");
        placement = placement_free(placement);
        config.limit_option = "memory";
        decide_as(CGROUP_MODE_AUTO, &docker23);
        cr_assert_not(placement_fall_back(placement, NO_SHIM), "the limit would be lost");
        cr_assert_str_eq(placement_request(placement).runtime, ENGINE_SHIM_RUNTIME_NAME);
}

/* v1 has no rule against processes beside cgroups. */
Test(placement, v1_is_not_divided)
{
        unit.v1 = true;
        decide_as(CGROUP_MODE_AUTO, &cgroupfs);
        cr_assert_eq(unit.entered, 0);
}

/* --- the note --- */

Test(placement, note_for_the_runtime)
{
        if (geteuid() != 0)
                cr_skip_test("only root can use the runtime");
        decide_as(CGROUP_MODE_AUTO, &registered);
        cr_assert_eq(placement_write_note(placement, NULL), 0);
        cr_assert_eq(notes.stale, 1);
        cr_assert_eq(notes.written, 1);
        cr_assert_str_eq(notes.path, UNIT);
        cr_assert_eq(notes.cgroup_id, 77);
        placement_remove_note(placement);
        cr_assert_eq(notes.removed, 1);
        notes.write_result = -ENOSPC;
        cr_assert_eq(placement_write_note(placement, NULL), 0);
        cr_assert_str_eq(said,
                         "<5>cgroup mode migrate: the runtime can't be told where the container belongs: "
                         "No space left on device\n");
        cr_assert_eq(notes.removed, 2, "an older one may be left");
        placement_take_over(placement);
        cr_assert_eq(move.sweeps, 1);
}

Test(placement, note_that_is_needed)
{
        _cleanup_cli_error_ CliError error = CLI_ERROR_NULL;

        if (geteuid() != 0)
                cr_skip_test("only root can use the runtime");
        notes.write_result = -ENOSPC;
        config.limit_option = "memory";
        decide_as(CGROUP_MODE_AUTO, &registered);
        cr_assert_eq(placement_write_note(placement, &error), -EOPNOTSUPP);
        cr_assert(strstr(error.message, "Failed to tell the runtime which cgroup the container belongs to"));
}

Test(placement, no_note_in_the_other_modes)
{
        decide_as(CGROUP_MODE_AUTO, &cgroupfs);
        cr_assert_eq(placement_write_note(placement, NULL), 0);
        placement_remove_note(placement);
        placement = placement_free(placement);
        decide_as(CGROUP_MODE_MIGRATE, NULL);
        cr_assert_eq(placement_write_note(placement, NULL), 0);
        placement_leave(placement);
        cr_assert_eq(notes.stale + notes.written + notes.removed, 0);
}

/* --- moves --- */

Test(placement, migrate_moves_what_is_there_and_what_joins)
{
        decide_as(CGROUP_MODE_MIGRATE, NULL);
        placement_take_over(placement);
        cr_assert_eq(move.sweeps, 1);
        cr_assert_null(move.unit_path);
        cr_assert(move.wants_v2 && move.wants_cpu);
        cr_assert_str_eq(move_watch.file, "cgroup.events");
        move.sweep_result = 3;
        move_watch.ops->on_change(move_watch.userdata);
        cr_assert_eq(move.sweeps, 2);
        placement_expect_joiner(placement);
        cr_assert_eq(move.sweeps, 3);
        cr_assert_eq(timer.added, 0, "v2 reports who joins");
        /* another life */
        placement_take_over(placement);
        cr_assert_eq(move.made, 2);
        cr_assert_eq(move.freed, 1);
        placement_stop(placement);
        cr_assert_eq(move.freed, 2);
        placement_expect_joiner(placement);
        cr_assert_eq(move.sweeps, 4, "nothing is moved after the end");
}

Test(placement, only_wanted_hierarchies)
{
        char *cgroups[] = { (char *) "cpu", NULL };

        options.cgroups = cgroups;
        decide_as(CGROUP_MODE_MIGRATE, NULL);
        placement_take_over(placement);
        cr_assert(!move.wants_v2 && move.wants_cpu);
}

/* Twenty seconds, less and less often. */
Test(placement, v1_is_looked_at_again)
{
        uint64_t total = 0, expected = 10 * USEC_PER_MSEC;

        move.source = NULL;
        move.blind = true;
        decide_as(CGROUP_MODE_MIGRATE, NULL);
        placement_take_over(placement);
        cr_assert_null(move_watch.file);
        placement_expect_joiner(placement);
        while (timer.usec != UINT64_MAX) {
                unsigned sweeps = move.sweeps;

                cr_assert_eq(timer.usec, expected);
                expected *= 2;
                total += timer.usec;
                cr_assert_lt(total, 30 * USEC_PER_SEC);
                cr_assert_geq(timer.handler(NULL, 0, timer.userdata), 0);
                cr_assert_eq(move.sweeps, sweeps + 1);
        }
        cr_assert_gt(total, 10 * USEC_PER_SEC);
        /* the next one begins anew, with the same timer */
        placement_expect_joiner(placement);
        cr_assert_eq(timer.usec, 10 * USEC_PER_MSEC);
        cr_assert_eq(timer.added, 1);
}

Test(placement, what_goes_wrong_is_said_and_no_more)
{
        move.blind = true;
        timer.add_result = -ENOSPC;
        move.sweep_result = -EACCES;
        watch_result = -EMFILE;
        decide_as(CGROUP_MODE_MIGRATE, NULL);
        placement_take_over(placement);
        cr_assert(strstr(said, "<4>Failed to watch /engine/cgroup.events, ignoring: Too many"));
        cr_assert(strstr(said, "<4>Failed to watch the unit's memory.events, ignoring: Too many"));
        cr_assert(strstr(said, "<4>Failed to move processes of the container into the unit's cgroup: Perm"));
        placement_expect_joiner(placement);
        cr_assert(strstr(said, "<4>Failed to wait for processes that join the container: No space"));
        cr_assert_not(placement_watches_memory(placement));

        *said = 0;
        move.new_result = -ESRCH;
        placement_take_over(placement);
        cr_assert_null(strstr(said, "it stays outside"), "it has ended");
        move.new_result = -ENOENT;
        placement_take_over(placement);
        cr_assert(strstr(said, "<4>Failed to find the container's cgroup, it stays outside of the unit: "));

        *said = 0;
        move.new_result = 0;
        move.sweep_result = 0;
        move.count = 0;
        watch_result = -ENOENT; /* it is gone already: the sweep has said what there is to say */
        placement_take_over(placement);
        cr_assert_str_eq(said, "<4>The container stays outside of the unit: its cgroup can't be seen from "
                               "here.\n");
}

/* Each of these is said once, in all lives of the container. */
Test(placement, filter_that_cannot_be_carried_over)
{
        move.filter_result = -EPERM;
        decide_as(CGROUP_MODE_MIGRATE, NULL);
        record_unit(record, &(UnitProperties){ .known = true, .device_policy_closed = ANSWER_NO });
        *said = 0;
        placement_take_over(placement);
        placement_take_over(placement);
        cr_assert_eq(move.sweeps, 0, "it is not moved");
        cr_assert_str_eq(said, "<4>The container stays outside of the unit: its device filter can't be "
                               "carried over: Operation not permitted. DevicePolicy=closed in the unit "
                               "replaces it.\n");
        record_unit(record, &(UnitProperties){ .known = true, .device_policy_closed = ANSWER_YES });
        placement_take_over(placement);
        cr_assert_eq(move.sweeps, 1);
}

/* Nothing has to be said of a container that has ended by then. */
Test(placement, filter_of_a_cgroup_that_is_gone_with_its_container)
{
        move.filter_result = -ESRCH;
        decide_as(CGROUP_MODE_MIGRATE, NULL);
        *said = 0;
        placement_take_over(placement);
        cr_assert_eq(move.sweeps, 0);
        cr_assert_str_eq(said, "");
}

/* The unit may have what the message asks for. */
Test(placement, filter_that_cannot_be_carried_over_into_an_unknown_unit)
{
        move.filter_result = -EPERM;
        decide_as(CGROUP_MODE_MIGRATE, NULL);
        *said = 0;
        placement_take_over(placement);
        cr_assert_eq(move.sweeps, 0, "it is not moved");
        cr_assert_str_eq(said,
                         "<4>The container stays outside of the unit: its device filter can't be "
                         "carried over: Operation not permitted. DevicePolicy=closed would replace it, "
                         "but systemd can't be asked for it.\n");
}

Test(placement, processes_that_fork_too_fast)
{
        decide_as(CGROUP_MODE_MIGRATE, NULL);
        *said = 0;
        move.left = true;
        placement_take_over(placement);
        cr_assert(move.freezes);
        cr_assert_eq(move.sweeps, 1);
        move_watch.ops->on_change(move_watch.userdata);
        cr_assert_eq(move.sweeps, 1, "not all of them stand still");
        move.frozen = true;
        move.left = false;
        move_watch.ops->on_change(move_watch.userdata);
        cr_assert_eq(move.sweeps, 2);
        cr_assert_not(move.freezes);
        cr_assert_str_eq(said, "");
}

Test(placement, processes_that_cannot_be_frozen)
{
        decide_as(CGROUP_MODE_MIGRATE, NULL);
        *said = 0;
        move.left = true;
        placement_take_over(placement);
        for (unsigned i = 0; i < 20; i++) {
                cr_assert_neq(timer.usec, UINT64_MAX);
                cr_assert_geq(timer.handler(NULL, 0, timer.userdata), 0);
        }
        cr_assert_str_eq(said,
                         "<4>Processes of the container are still outside of the unit's cgroup, trying "
                         "again.\n");
        /* A cgroup must not stay frozen. */
        placement_stop(placement);
        cr_assert_not(move.freezes);
}

Test(placement, container_that_the_engine_has_frozen)
{
        ContainerInfo info = CONTAINER_INFO_NULL;

        strcpy(info.id, ID);
        info.pid = PID;
        info.paused = true;
        record_container(record, &info);
        decide_as(CGROUP_MODE_MIGRATE, NULL);
        move.frozen = true;
        placement_take_over(placement);
        cr_assert_eq(move.sweeps, 0, "it would run again");
        move.frozen = false;
        move_watch.ops->on_change(move_watch.userdata);
        cr_assert_eq(move.sweeps, 1);
}

Test(placement, containers_with_cgroups_of_their_own)
{
        move.inner = true;
        decide_as(CGROUP_MODE_MIGRATE, NULL);
        *said = 0;
        placement_take_over(placement);
        placement_take_over(placement);
        cr_assert_str_eq(said,
                         "<4>Container web has cgroups of its own, which stay outside of the unit: use "
                         "Delegate=yes, and with Docker before 23 `systemd-docker setup`.\n");
}

Test(placement, filters_that_come_too_late)
{
        record_unit(record, &(UnitProperties){ .known = true, .socket_filter = "IPAddressDeny=" });
        decide_as(CGROUP_MODE_MIGRATE, NULL);
        *said = 0;
        placement_explain(placement);
        cr_assert_str_eq(said, "", "nothing was moved");
        move.sweep_result = 1;
        placement_take_over(placement);
        placement_explain(placement);
        placement_explain(placement);
        cr_assert_str_eq(said, "<4>IPAddressDeny= of the unit does not apply to sockets that the container "
                               "opened before it was moved.\n");
}

Test(placement, delegate_has_nothing_to_move)
{
        move.is_ours = true;
        decide_as(CGROUP_MODE_AUTO, &cgroupfs);
        placement_take_over(placement);
        cr_assert(placement_has_container(placement));
        cr_assert_eq(move.made, 0);
        placement_expect_joiner(placement);
        cr_assert_eq(move.sweeps, 0);
}

Test(placement, kept_from_another_mode)
{
        decide_as(CGROUP_MODE_AUTO, &cgroupfs);
        placement_take_over(placement);
        cr_assert_not(placement_has_container(placement));
        cr_assert_eq(move.sweeps, 1);
        cr_assert_str_eq(move.unit_path, UNIT, "what was made in the unit stays there");
        cr_assert(strstr(said, "<4>Container web was not made in the unit's cgroup, moving it there"));
}

Test(placement, none_leaves_everything_alone)
{
        decide_as(CGROUP_MODE_NONE, NULL);
        placement_take_over(placement);
        cr_assert_eq(move.made, 0);
        cr_assert_not(placement_watches_memory(placement));
        placement_check_oom(placement);
        cr_assert_eq(ooms, 0);
}

/* --- memory --- */

Test(placement, each_kill_is_reported_once)
{
        unit.oom_kills = 5; /* of an earlier life */
        decide_as(CGROUP_MODE_MIGRATE, NULL);
        cr_assert_not(placement_watches_memory(placement));
        placement_take_over(placement);
        cr_assert(placement_watches_memory(placement));
        cr_assert_eq(ooms, 0);
        memory_watch.ops->on_change(memory_watch.userdata);
        cr_assert_eq(ooms, 0, "another value of the file has changed");
        unit.oom_kills = 7;
        memory_watch.ops->on_change(memory_watch.userdata);
        cr_assert_eq(ooms, 1);
        memory_watch.ops->on_change(memory_watch.userdata);
        placement_check_oom(placement);
        cr_assert_eq(ooms, 1);
        unit.oom_kills = 8;
        placement_check_oom(placement);
        cr_assert_eq(ooms, 2, "also before the kernel notifies");
        unit.oom_result = -ENOENT;
        unit.oom_kills = 9;
        placement_check_oom(placement);
        cr_assert_eq(ooms, 2);
        placement_stop(placement);
        cr_assert_not(placement_watches_memory(placement));
        /* what happened in between is seen when the watch begins */
        unit.oom_result = 0;
        placement_take_over(placement);
        cr_assert_eq(ooms, 3);
}

Test(placement, may_be_freed_in_on_oom)
{
        decide_as(CGROUP_MODE_MIGRATE, NULL);
        placement_take_over(placement);
        free_in_oom = true;
        unit.oom_kills = 1;
        memory_watch.ops->on_change(memory_watch.userdata);
        cr_assert_eq(ooms, 1);
        cr_assert_null(placement);
}

Test(placement, may_be_freed_in_on_oom_of_the_take_over)
{
        decide_as(CGROUP_MODE_MIGRATE, NULL);
        free_in_oom = true;
        unit.oom_kills = 1;
        placement_take_over(placement);
        cr_assert_null(placement);
}

/* --- the end --- */

Test(placement, leaf_is_left_with_a_dead_container_only)
{
        decide_as(CGROUP_MODE_AUTO, &cgroupfs);
        placement_leave(placement);
        cr_assert_eq(unit.left, 0, "it goes on without us");
        record_dead(record);
        placement_leave(placement);
        cr_assert_eq(unit.left, 1);
        placement = placement_free(placement);
        unit.none = true;
        decide_as(CGROUP_MODE_MIGRATE, NULL);
        placement_leave(placement);
        cr_assert_eq(unit.left, 1);
        cr_assert_null(placement_free(NULL));
}

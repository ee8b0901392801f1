/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* The container in the unit's cgroup: which way it gets there (the cgroup mode), what the engine and its
 * runtime have to be told for it, and what is done while the container runs: processes that the engine
 * created elsewhere are moved, and kills by the kernel's OOM killer are reported.
 *
 * How to use it:
 *   1. placement_decide() until the cgroup mode is decided. Then placement_request() says what the request
 *      that creates the container needs.
 *   2. Before each start: placement_write_note(). The runtime reads the note at each start, also at one by
 *      `docker restart`.
 *   3. When the container's process is known: placement_take_over(). placement_expect_joiner() before a
 *      process joins by `docker exec`.
 *   4. placement_stop() ends the watches, placement_leave() undoes the rest.
 *
 * Only a cgroup mode that is impossible fails the service. Every other failure is logged as a warning, and
 * the container then stays outside of the unit. No function blocks: they read and write files of the kernel,
 * and one file below /run. */

#include <stdbool.h>
#include <systemd/sd-event.h>

#include "cli/cli-error.h"
#include "cli/options.h"
#include "codec/engine/engine-info.h"
#include "facts/facts.h"
#include "util/cleanup.h"

typedef struct Placement Placement;

/* Everything is borrowed, and has to live as long as the placement. */
typedef struct PlacementConfig {
        const Options *options;    /* --cgroup-mode and --cgroups */
        bool engine_is_local;      /* it runs on this machine */
        const char *cgroup_parent; /* the user's --cgroup-parent; NULL or "": not given */
        const char *runtime;       /* the user's --runtime; NULL: not given */
        const char *limit_option;  /* the first given option of run, without its dashes, that works through
                                      the container's own cgroup, such as "memory"; NULL: none is given */
} PlacementConfig;

typedef struct PlacementOps {
        /* The kernel's OOM killer has killed a process of the unit since the last call. May free the
         * placement. */
        void (*on_oom)(void *userdata);
} PlacementOps;

/* Looks for the unit's cgroup. There is none by hand, or where it cannot be seen: that is no error.
 * facts: in_service, container. ops and facts are borrowed. -ENOMEM. */
int placement_new(Placement **ret, sd_event *event, const PlacementConfig *config, const Facts *facts,
                  const PlacementOps *ops, void *userdata);
Placement *placement_free(Placement *p);
DEFINE_TRIVIAL_CLEANUP_FUNC(Placement *, placement_free)

/* The engine's API version says that it finds no shim by its name. Then more can be decided without info. */
void placement_set_engine_too_old(Placement *p);

/* Decides the cgroup mode, once. info: what the engine can do, NULL while it has not been asked.
 * 1: it is decided. 0: info is needed for it.
 * -EOPNOTSUPP: the mode that was asked for is impossible, or a limit was given that has no effect in it;
 * reterr says why, in one line. -ENOMEM, with reterr as well.
 * In mode delegate, this moves us and every other process of the unit into a leaf below the unit's cgroup.
 */
int placement_decide(Placement *p, const EngineInfo *info, CliError *reterr);
bool placement_is_decided(const Placement *p);
/* The engine has failed to create or start the container, with this message (NULL: none). True: the message
 * is about the way into the unit, another mode is decided, and one line says so; ask placement_request()
 * again. False: nothing has changed. That is so as well if the user has asked for the mode, or for a limit
 * that needs it. */
bool placement_fall_back(Placement *p, const char *message);

/* What the request that creates the container needs for the cgroup mode. Valid as long as the placement. */
typedef struct PlacementRequest {
        const char *cgroup_parent; /* NULL: the user's, or none */
        const char *runtime;       /* NULL: the user's, or none */
} PlacementRequest;

PlacementRequest placement_request(const Placement *p);

/* Writes the note for the runtime, where the mode needs one: which unit the container belongs to. Notes that
 * supervisors left behind when they were killed are removed. If it cannot be written, another mode is
 * decided, and one line says so; -EOPNOTSUPP with reterr, if the user has asked for the mode, or for a limit
 * that needs it. */
int placement_write_note(Placement *p, CliError *reterr);
/* Removes the note, if the mode needs one: the container is about to be removed, or others may start it as
 * an ordinary container from now on. */
void placement_remove_note(Placement *p);

/* The container that was created for this start runs now (facts->container.pid). -EOPNOTSUPP with reterr: it
 * is not in the unit, and the user has asked for the mode, or for a limit that needs it. */
int placement_check(const Placement *p, CliError *reterr);
/* Puts the process that the engine named (facts->container.pid) and all others of the container into the
 * unit's cgroup where they are not there already, and watches for those that join later and for the OOM
 * killer. For a process that is proved to be the container's: see process.h. */
void placement_take_over(Placement *p);
/* A process is about to join the container (`docker exec`). cgroup v1 does not report that, so we look for
 * it during the next twenty seconds. */
void placement_expect_joiner(Placement *p);
/* The unit's properties are known: says what of them does not apply to a container that was moved. */
void placement_explain(Placement *p);
/* Ends all watches. What was moved stays where it is. */
void placement_stop(Placement *p);

/* Calls on_oom if the OOM killer has killed a process since the last check. The kernel delays its
 * notifications of that by some milliseconds, so call this before judging a death. */
void placement_check_oom(Placement *p);
/* Whether on_oom reports all OOM kills of the container. If not, the engine's events have to. */
bool placement_watches_memory(const Placement *p);

/* Whether the process that the engine named is in the unit's cgroup, or below it. */
bool placement_has_container(const Placement *p);

/* At the end of the service: removes the note, and if the container is dead also the leaf in which we are. A
 * container that goes on without us keeps its cgroup and its controllers. */
void placement_leave(Placement *p);

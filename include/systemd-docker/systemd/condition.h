/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* The condition of a container that runs: whether the service is ready, what STATUS= says, whether it is
 * healthy, and what earns WATCHDOG=1.
 *
 * The facts say what the engine knows of the container; what it says itself comes by calls, and so does the
 * news that a fact has changed. All of it is level, not edge: what is said twice changes nothing. Outside of
 * CONDITION_RUNNING, and before condition_begin(), nothing is said, with the exceptions that the functions
 * name. */

#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-event.h>

#include "cli/cli-error.h"
#include "cli/options.h"
#include "facts/facts.h"
#include "util/cleanup.h"

typedef struct Condition Condition;

/* Which part of the service's life it is. Every other state has a deadline, and a status of its own. */
typedef enum ConditionPhase {
        CONDITION_OTHER,
        CONDITION_RUNNING,
        CONDITION_STOPPING,
} ConditionPhase;

typedef struct ConditionConfig {
        NotifyMode notify;
        WatchdogMode watchdog;
        uint64_t watchdog_usec; /* WatchdogSec= of the unit; 0: none */
        /* How much longer than it should take we wait for the engine's verdict of the container's health. */
        uint64_t health_margin_usec;
} ConditionConfig;

/* The condition must not be freed from inside its ops, except from give_up() and from the notify() of a ping
 * that was due, which are called last. */
typedef struct ConditionOps {
        /* A text for STATUS=. It may be the container's own and have any content. */
        void (*status)(const char *text, void *userdata);
        /* A message for systemd. */
        void (*notify)(const char *message, void *userdata);
        /* The service is ready: READY=1 is due, if it was not sent yet. */
        void (*ready)(void *userdata);
        /* The container has said READY=1, once in each life: for condition_begin() of the next supervisor.
         */
        void (*remember_ready)(void *userdata);
        /* A line for the log, with a syslog level. message_id may be NULL. */
        void (*say)(int level, const char *message_id, const char *message, void *userdata);
        /* Only the engine can know whether the container lives: it has to show that it answers. Once in each
         * period of the watchdog. */
        void (*probe_engine)(void *userdata);
        /* The service has failed, for this reason; the container is to be stopped. */
        void (*give_up)(const char *message, void *userdata);
} ConditionOps;

/* 0 or -errno. */
int condition_new(Condition **ret, sd_event *event, const ConditionConfig *config, const Facts *facts,
                  const ConditionOps *ops, void *userdata);
/* How the life before this one ended, for STATUS=. */
void condition_set_last_end(Condition *c, int exit_status);
/* Accepts NULL. */
Condition *condition_free(Condition *c);
DEFINE_TRIVIAL_CLEANUP_FUNC(Condition *, condition_free)

/* Whether the options can be used with the container that the facts describe. -EINVAL with a message: it has
 * no health check, and an option needs one. */
int condition_check_options(const Condition *c, CliError *reterr);

/* The service has entered this part of its life. */
void condition_set_phase(Condition *c, ConditionPhase phase);
/* The container runs, and systemd knows it: starts the watchdog and the limit of the wait for health, and
 * reports. was_ready: an earlier supervisor has heard READY=1 in this life of the container. */
void condition_begin(Condition *c, bool was_ready);
/* A new life of the container begins: forgets what the one before has said. */
void condition_reset(Condition *c);
/* The pings end. */
void condition_stop_watchdog(Condition *c);

/* Facts may have changed (paused, renamed, the engine lost or back): sends STATUS=, and calls ready() if
 * it is due. */
void condition_report(Condition *c);
/* The container's health may have changed: reports it, and acts on it. */
void condition_judge_health(Condition *c);
/* The container was paused or continued. */
void condition_note_pause(Condition *c);
/* The kernel has killed a process of the container for lack of memory. Said at any time. */
void condition_note_oom(Condition *c);
/* Whether that was so in this life of the container. */
bool condition_is_out_of_memory(const Condition *c);
/* systemd's watchdog has ended the service: says why, also as the verdict, if nothing has said it before. */
void condition_note_watchdog(Condition *c);

/* What the container says itself; condition_report_changes() follows at the end of the batch, and reports
 * only if something has changed. While it stops, its own STATUS= is still shown. */
void condition_container_status(Condition *c, const char *text);
void condition_container_says_ready(Condition *c);
/* WATCHDOG=trigger: it has failed. Said once in each life, at any time. */
void condition_container_says_trigger(Condition *c);
void condition_report_changes(Condition *c);

/* Why the container failed, for STATUS= at the end of the service. NULL: its exit status says enough. */
const char *condition_verdict(const Condition *c);

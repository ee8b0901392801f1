/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* What follows from the condition of a container. Pure. */

#include <stdbool.h>
#include <stdint.h>

#include "cli/options.h"
#include "facts/facts.h"
#include "systemd/condition.h"

#define CLOCK_TIME_SIZE 16

typedef struct ConditionView {
        const Facts *facts;
        NotifyMode notify;
        WatchdogMode watchdog;
        ConditionPhase phase;
        bool container_ready;         /* it has said READY=1 in this life */
        const char *container_status; /* its last STATUS= in this life; NULL: none */
        uint64_t running_usec;        /* how long this life has lasted */
        const char *running_since;    /* a time of the clock, for people */
        const char *last_end;         /* ", the last ended with 7"; NULL: unknown */
        const char *oom_since;        /* the same; "": not in this life */
} ConditionView;

/* Whether READY=1 is due, or would be if it was not sent yet. */
bool condition_is_ready(const ConditionView *v);
/* Whether the engine's verdict of the container's health is what READY=1 waits for. */
bool condition_waits_for_health(const ConditionView *v);
/* Whether only the engine can know that the running container lives: its process is not visible here. */
bool condition_rests_on_engine(const ConditionView *v);
/* Whether a ping of systemd's watchdog is deserved. */
bool condition_deserves_ping(const ConditionView *v);
/* The text of STATUS= while the container runs: a new string. NULL: out of memory. */
char *condition_status_line(const ConditionView *v);

/* "; the last one: exit status 1, cannot connect", of the last probe: a new string. NULL: out of memory. */
char *condition_describe_probe(const HealthCheck *check);

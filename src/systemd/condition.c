/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The memory and the timers of a container's condition; the rules are in condition-rules.c.
 *
 * Two timers: the pings of systemd's watchdog (watchdog.c), and the limit of the wait for the first healthy
 * health check. */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <time.h>

#include "condition-rules.h"
#include "loop/event-util.h"
#include "say.h"
#include "systemd/condition.h"
#include "systemd/watchdog.h"
#include "util/macro.h"
#include "util/message-ids.h"

struct Condition {
        sd_event *event;
        ConditionConfig config;
        const Facts *facts;
        const ConditionOps *ops;
        void *userdata;

        ConditionPhase phase;
        Watchdog *watchdog;            /* NULL: no pings */
        sd_event_source *health_timer; /* the limit of the wait for health */
        char *verdict;                 /* NULL: none */

        /* Of this life of the container */
        ContainerHealth judged_health; /* what was said and done about it */
        bool container_ready;
        bool ready_remembered;
        bool trigger_noted;
        bool changed; /* by what the container said in this batch */
        char *container_status;
        char running_since[CLOCK_TIME_SIZE], oom_since[CLOCK_TIME_SIZE];
        char last_end[32];           /* "": unknown */
        uint64_t running_since_usec; /* CLOCK_MONOTONIC */
};

static void clock_time(char ret[static CLOCK_TIME_SIZE])
{
        time_t now = time(NULL);
        struct tm tm;

        if (!localtime_r(&now, &tm) || strftime(ret, CLOCK_TIME_SIZE, "%H:%M:%S", &tm) == 0)
                strcpy(ret, "?");
}

static ConditionView view(const Condition *c)
{
        uint64_t now = c->running_since_usec;

        (void) sd_event_now(c->event, CLOCK_MONOTONIC, &now);
        return (ConditionView){
                .facts = c->facts,
                .notify = c->config.notify,
                .watchdog = c->config.watchdog,
                .phase = c->phase,
                .container_ready = c->container_ready,
                .container_status = c->container_status,
                .running_usec = now - c->running_since_usec,
                .running_since = c->running_since,
                .oom_since = c->oom_since,
                .last_end = c->last_end,
        };
}

static bool is_running(const Condition *c)
{
        return c->phase == CONDITION_RUNNING && c->facts->announced;
}

/* Takes message over. */
static void say(Condition *c, int level, const char *id, char *message)
{
        _cleanup_free_ char *m = message;

        c->ops->say(level, id, m ?: "Out of memory.", c->userdata);
}

/* Ready, and STATUS= */

static void remember_ready(Condition *c)
{
        if (!c->container_ready || c->ready_remembered)
                return;
        c->ready_remembered = true;
        c->ops->remember_ready(c->userdata);
}

void condition_report(Condition *c)
{
        ConditionView v = view(c);
        _cleanup_free_ char *line = NULL;

        if (!is_running(c))
                return;
        line = condition_status_line(&v);
        if (line)
                c->ops->status(line, c->userdata);
        remember_ready(c);
        if (condition_is_ready(&v))
                c->ops->ready(c->userdata);
}

void condition_report_changes(Condition *c)
{
        if (!c->changed)
                return;
        c->changed = false;
        if (c->phase == CONDITION_STOPPING && c->container_status)
                c->ops->status(c->container_status, c->userdata);
        condition_report(c);
}

/* Health */

int condition_check_options(const Condition *c, CliError *reterr)
{
        bool notify = c->config.notify == NOTIFY_HEALTHY, watchdog = c->config.watchdog == WATCHDOG_HEALTHY;

        if ((!notify && !watchdog) || c->facts->container.check.present)
                return 0;
        return cli_error(reterr, CLI_EXIT_REFUSED,
                         "--%s=healthy: the container has no health check. Give it one with --health-cmd, "
                         "or in the image by HEALTHCHECK.",
                         notify ? "notify" : "watchdog");
}

static void set_verdict(Condition *c, const char *verdict)
{
        free(c->verdict);
        c->verdict = strdup(verdict);
        c->ops->status(verdict, c->userdata);
}

const char *condition_verdict(const Condition *c)
{
        return c->verdict;
}

/* The last thing that its callers do: give_up() may free the condition. */
static void fail_health(Condition *c, const char *why)
{
        _cleanup_free_ char *probe = condition_describe_probe(&c->facts->container.check),
                            *what = say_format("Container %s did not get healthy, %s%s",
                                               c->facts->container.name, why, probe ?: "");

        set_verdict(c, what ?: why);
        c->ops->give_up(what ?: why, c->userdata);
}

static int on_health_limit(sd_event_source *source, uint64_t usec, void *userdata)
{
        Condition *c = ASSERT_PTR(userdata);
        ConditionView v = view(c);

        if (!condition_waits_for_health(&v))
                return 0;
        if (c->facts->container.paused) /* its checks are paused as well */
                return timer_arm(c->health_timer, c->config.health_margin_usec);
        fail_health(c, "and the engine did not call it unhealthy in time");
        return 0;
}

/* systemd has to wait for as long as the health check may take, however short TimeoutStartSec= is. */
static void begin_wait_for_health(Condition *c)
{
        uint64_t limit = c->facts->container.check.limit_usec, margin = c->config.health_margin_usec;
        ConditionView v = view(c);
        char message[64];

        if (!condition_waits_for_health(&v) || condition_is_ready(&v) || limit >= UINT64_MAX - 2 * margin)
                return;
        (void) snprintf(message, sizeof(message), "EXTEND_TIMEOUT_USEC=%" PRIu64, limit + 2 * margin);
        c->ops->notify(message, c->userdata);
        (void) timer_arm(c->health_timer, limit + margin);
}

static void on_unhealthy(Condition *c)
{
        _cleanup_free_ char *probe = condition_describe_probe(&c->facts->container.check), *what = NULL;
        ConditionView v = view(c);

        if (condition_waits_for_health(&v)) {
                fail_health(c, "its health checks fail");
                return;
        }
        what = say_format("Container %s is unhealthy, failed health checks in a row: %i%s",
                          c->facts->container.name, c->facts->container.check.failures, probe ?: "");
        if (!what)
                return;
        c->ops->say(LOG_WARNING, MESSAGE_ID_CONTAINER_UNHEALTHY, what, c->userdata);
        if (c->config.watchdog != WATCHDOG_HEALTHY || c->config.watchdog_usec == 0)
                return;
        say(c, LOG_ERR, MESSAGE_ID_WATCHDOG,
            say_format("Container %s gets no more pings of the watchdog, because it is unhealthy: systemd "
                       "ends the "
                       "service.",
                       c->facts->container.name));
        set_verdict(c, what);
        c->ops->notify("WATCHDOG=trigger", c->userdata);
}

void condition_judge_health(Condition *c)
{
        ContainerHealth before = c->judged_health, now = c->facts->container.health;

        if (!is_running(c) || before == now)
                return;
        c->judged_health = now;
        condition_report(c);
        if (now == CONTAINER_HEALTH_UNHEALTHY)
                on_unhealthy(c);
        else if (now == CONTAINER_HEALTH_HEALTHY && before == CONTAINER_HEALTH_UNHEALTHY) {
                c->verdict = (free(c->verdict), NULL);
                say(c, LOG_NOTICE, MESSAGE_ID_CONTAINER_HEALTHY,
                    say_format("Container %s is healthy again.", c->facts->container.name));
        }
}

void condition_note_oom(Condition *c)
{
        say(c, LOG_WARNING, MESSAGE_ID_CONTAINER_OOM,
            say_format("Container %s is out of memory, the kernel killed a process of it.",
                       c->facts->container.name));
        clock_time(c->oom_since);
        condition_report(c);
}

bool condition_is_out_of_memory(const Condition *c)
{
        return *c->oom_since;
}

/* Watchdog */

static void ping(Condition *c)
{
        c->ops->notify("WATCHDOG=1", c->userdata);
}

static void on_watchdog_due(void *userdata)
{
        Condition *c = ASSERT_PTR(userdata);
        ConditionView v = view(c);

        if (condition_rests_on_engine(&v))
                c->ops->probe_engine(c->userdata);
        if (condition_deserves_ping(&v))
                ping(c);
}

static void start_watchdog(Condition *c)
{
        static const WatchdogOps ops = { on_watchdog_due };
        int r;

        /* After a restart by others, the new life has a whole interval. */
        if (c->watchdog)
                ping(c);
        if (c->watchdog || c->config.watchdog_usec == 0)
                return;
        r = watchdog_new(&c->watchdog, c->event, c->config.watchdog_usec, &ops, c);
        if (r < 0)
                say(c, LOG_ERR, NULL,
                    say_format("Failed to start the watchdog, systemd will end the unit: %s", strerror(-r)));
}

void condition_note_watchdog(Condition *c)
{
        _cleanup_free_ char *what = NULL;

        if (c->verdict) {
                say(c, LOG_ERR, NULL,
                    say_format("systemd has sent SIGABRT, as its watchdog does: ending the container."));
                return;
        }
        if (c->config.watchdog == WATCHDOG_CONTAINER && c->config.watchdog_usec > 0)
                what = say_format("The container has not said WATCHDOG=1 in %.6g s (--watchdog=container)",
                                  (double) c->config.watchdog_usec / USEC_PER_SEC);
        else
                what = say_format("systemd has sent SIGABRT, as its watchdog does");
        if (!what)
                return;
        set_verdict(c, what);
        say(c, LOG_ERR, MESSAGE_ID_WATCHDOG,
            say_format("%s: %s", what,
                       c->config.watchdog == WATCHDOG_CONTAINER
                               ? "let it send that, raise WatchdogSec=, or leave --watchdog out."
                               : "ending the container."));
}

void condition_stop_watchdog(Condition *c)
{
        c->watchdog = watchdog_free(c->watchdog);
}

void condition_note_pause(Condition *c)
{
        /* Now it has to ping itself again, and has a whole interval for it. */
        if (!c->facts->container.paused && c->watchdog)
                ping(c);
        condition_report(c);
}

/* What the container says */

void condition_container_status(Condition *c, const char *text)
{
        free(c->container_status);
        c->container_status = strdup(text);
        c->changed = true;
}

void condition_container_says_ready(Condition *c)
{
        if (c->container_ready)
                return;
        c->container_ready = c->changed = true;
        if (c->watchdog) /* now it has to ping itself, and has a whole interval for it */
                ping(c);
}

void condition_container_says_trigger(Condition *c)
{
        _cleanup_free_ char *what = NULL;

        if (c->trigger_noted) /* once is enough: systemd ends the service */
                return;
        c->trigger_noted = true;
        what = say_format("Container %s reports that it has failed (WATCHDOG=trigger)%s%s",
                          c->facts->container.name, c->container_status ? ": " : "",
                          c->container_status ?: "");
        if (what)
                set_verdict(c, what);
        say(c, LOG_ERR, MESSAGE_ID_WATCHDOG, say_format("%s.", what ?: "It has failed"));
        if (c->config.watchdog != WATCHDOG_CONTAINER) /* otherwise its own message was forwarded */
                c->ops->notify("WATCHDOG=trigger", c->userdata);
}

/* Begin and end */

void condition_set_phase(Condition *c, ConditionPhase phase)
{
        c->phase = phase;
}

void condition_begin(Condition *c, bool was_ready)
{
        /* The time zone is some pages of memory, and who does not wait for the container needs none. */
        if (c->config.notify != NOTIFY_SUPERVISOR)
                clock_time(c->running_since);
        (void) sd_event_now(c->event, CLOCK_MONOTONIC, &c->running_since_usec);
        c->container_ready |= was_ready;
        start_watchdog(c);
        begin_wait_for_health(c);
        condition_report(c);
        condition_judge_health(c);
}

void condition_set_last_end(Condition *c, int exit_status)
{
        (void) snprintf(c->last_end, sizeof(c->last_end), ", the last ended with %i", exit_status);
}

void condition_reset(Condition *c)
{
        c->judged_health = CONTAINER_HEALTH_NONE;
        c->container_ready = c->ready_remembered = c->trigger_noted = false;
        c->container_status = (free(c->container_status), NULL);
        *c->oom_since = 0;
}

Condition *condition_free(Condition *c)
{
        if (!c)
                return NULL;
        watchdog_free(c->watchdog);
        sd_event_source_disable_unref(c->health_timer);
        sd_event_unref(c->event);
        free(c->container_status);
        free(c->verdict);
        free(c);
        return NULL;
}

int condition_new(Condition **ret, sd_event *event, const ConditionConfig *config, const Facts *facts,
                  const ConditionOps *ops, void *userdata)
{
        static const EventTraits health = { "health-limit", EVENT_PRIORITY_TIMER, EVENT_FAILURE_EXIT };
        _cleanup_(condition_freep) Condition *c = NULL;
        int r;

        c = calloc(1, sizeof(*c));
        if (!c)
                return -ENOMEM;
        c->event = sd_event_ref(event);
        c->config = *config;
        c->facts = facts;
        c->ops = ops;
        c->userdata = userdata;
        r = event_add_timer(event, &c->health_timer, on_health_limit, c, &health);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(c);
        return 0;
}

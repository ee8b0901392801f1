/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* How it is with a container that runs: whether the service is ready, what STATUS= says, and what earns
 * WATCHDOG=1.
 *
 * The container's own STATUS= stands before ours, but for what it can't know itself: that it is paused, that
 * its health check fails, that the engine is away. All of it is level, not edge: what changes something
 * calls supervisor_report_condition(). */

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "loop/event-util.h"
#include "supervisor-internal.h"
#include "util/clock.h"
#include "util/log.h"
#include "util/macro.h"
#include "util/message-ids.h"

/* The engine's verdict is waited for a little longer than it should take. */
#define HEALTH_MARGIN_USEC (5 * USEC_PER_SEC)

static void clock_time(char ret[static 16])
{
        time_t now = time(NULL);
        struct tm tm;

        if (!localtime_r(&now, &tm) || strftime(ret, 16, "%H:%M:%S", &tm) == 0)
                strcpy(ret, "?");
}

/* Ready */

static bool is_ready(const Supervisor *s)
{
        switch (s->config.options->notify) {
        case NOTIFY_CONTAINER:
                return s->container_ready;
        case NOTIFY_HEALTHY:
                return s->facts->container.health == CONTAINER_HEALTH_HEALTHY;
        default:
                return true;
        }
}

void supervisor_send_ready(Supervisor *s)
{
        if (s->facts->ready_sent)
                return;
        record_ready_sent(s->record);
        supervisor_notify(s, "READY=1");
}

static void status_of_waiting(Supervisor *s)
{
        const ContainerInfo *c = &s->facts->container;

        if (s->config.options->notify == NOTIFY_CONTAINER)
                supervisor_status(s, "Container %s runs, since %s waiting for READY=1 from it", c->name,
                                  s->running_since);
        else
                supervisor_status(s,
                                  "Container %s runs, since %s waiting for its first healthy health check, "
                                  "at most %" PRIu64 " s",
                                  c->name, s->running_since, c->check.limit_usec / USEC_PER_SEC);
}

/* What the container does not know itself. NULL: nothing. */
static const char *circumstances(const Supervisor *s)
{
        if (s->facts->container.paused)
                return "Paused";
        if (s->facts->container.health == CONTAINER_HEALTH_UNHEALTHY)
                return "Unhealthy";
        if (s->facts->engine_lost)
                return "Running without the Docker engine";
        return NULL;
}

static void status_of_running(Supervisor *s)
{
        const ContainerInfo *c = &s->facts->container;
        const char *what = circumstances(s);

        if (!what && s->container_status)
                supervisor_status(s, "%s", s->container_status);
        else if (!what && !s->facts->ready_sent && !is_ready(s))
                status_of_waiting(s);
        else
                supervisor_status(s, "%s%s%s: container %s (%.12s), image %s, process %i", what ?: "Running",
                                  *s->oom_since ? ", out of memory at " : "", s->oom_since, c->name, c->id,
                                  c->image, (int) c->pid);
}

void supervisor_report_condition(Supervisor *s)
{
        if (s->state == STATE_STOPPING && s->condition_changed && s->container_status)
                supervisor_status(s, "%s", s->container_status);
        if (s->state != STATE_RUNNING || !s->facts->announced)
                return;
        status_of_running(s);
        supervisor_remember_ready(s);
        if (!is_ready(s))
                return;
        supervisor_send_ready(s);
        supervisor_wake(s);
}

/* Health */

int supervisor_check_health_options(Supervisor *s)
{
        const Options *o = s->config.options;

        if ((o->notify != NOTIFY_HEALTHY && o->watchdog != WATCHDOG_HEALTHY) ||
            s->facts->container.check.present)
                return 0;
        supervisor_fail(s, CLI_EXIT_REFUSED,
                        "--%s=healthy: the container has no health check. Give it one with --health-cmd, or "
                        "in the image by HEALTHCHECK.",
                        o->notify == NOTIFY_HEALTHY ? "notify" : "watchdog");
        return -EINVAL;
}

/* "; the last one: exit status 1, cannot connect". A new string, NULL: out of memory. */
static char *describe_probe(const HealthCheck *check)
{
        char *text;
        int r;

        if (check->exit_code < 0 && !check->output)
                r = asprintf(&text, "; none has come to an end");
        else if (check->exit_code < 0)
                r = asprintf(&text, "; the last one did not come to an end: %s", check->output);
        else
                r = asprintf(&text, "; the last one: exit status %i%s%s", check->exit_code,
                             check->output && *check->output ? ", " : "", check->output ?: "");
        return r < 0 ? NULL : text;
}

static void set_verdict(Supervisor *s, const char *verdict)
{
        free(s->verdict);
        s->verdict = strdup(verdict);
        supervisor_status(s, "%s", verdict);
}

static void fail_health(Supervisor *s, const char *why)
{
        _cleanup_free_ char *probe = describe_probe(&s->facts->container.check), *what = NULL;

        record_giving_up(s->record, false);
        if (asprintf(&what, "Container %s did not get healthy, %s%s", s->facts->container.name, why,
                     probe ?: "") < 0)
                what = NULL;
        supervisor_fail(s, CLI_EXIT_REFUSED, "%s", what ?: why);
        set_verdict(s, what ?: why);
        supervisor_push(s, LIFE_GIVE_UP);
}

static bool waits_for_health(const Supervisor *s)
{
        return s->config.options->notify == NOTIFY_HEALTHY && !s->facts->ready_sent &&
               s->state == STATE_RUNNING && !s->facts->giving_up;
}

int supervisor_on_health_limit(sd_event_source *source, uint64_t usec, void *userdata)
{
        Supervisor *s = ASSERT_PTR(userdata);

        if (!waits_for_health(s))
                return 0;
        if (s->facts->container.paused) /* its checks are, too */
                return timer_arm(s->health_timer, HEALTH_MARGIN_USEC);
        fail_health(s, "and the engine did not call it unhealthy in time");
        return 0;
}

/* systemd has to wait for as long as the health check may take, however short TimeoutStartSec= is. */
static void begin_wait_for_health(Supervisor *s)
{
        uint64_t limit = s->facts->container.check.limit_usec;

        if (!waits_for_health(s) || is_ready(s) || limit >= UINT64_MAX - 2 * HEALTH_MARGIN_USEC)
                return;
        supervisor_notify(s, "EXTEND_TIMEOUT_USEC=%" PRIu64, limit + 2 * HEALTH_MARGIN_USEC);
        (void) timer_arm(s->health_timer, limit + HEALTH_MARGIN_USEC);
}

static void on_unhealthy(Supervisor *s)
{
        _cleanup_free_ char *probe = describe_probe(&s->facts->container.check), *what = NULL;

        if (waits_for_health(s)) {
                fail_health(s, "its health checks fail");
                return;
        }
        if (asprintf(&what, "Container %s is unhealthy, failed health checks in a row: %i%s",
                     s->facts->container.name, s->facts->container.check.failures, probe ?: "") < 0) {
                what = NULL;
                return;
        }
        log_event(LOG_WARNING, MESSAGE_ID_CONTAINER_UNHEALTHY, "%s", what);
        if (s->config.options->watchdog != WATCHDOG_HEALTHY || s->config.watchdog_usec == 0)
                return;
        log_event(LOG_ERR, MESSAGE_ID_WATCHDOG,
                  "Container %s does not earn the watchdog's ping any more, systemd ends the service.",
                  s->facts->container.name);
        set_verdict(s, what);
        supervisor_notify(s, "WATCHDOG=trigger");
}

void supervisor_judge_health(Supervisor *s)
{
        ContainerHealth before = s->judged_health, now = s->facts->container.health;

        if (s->state != STATE_RUNNING || !s->facts->announced || before == now)
                return;
        s->judged_health = now;
        supervisor_report_condition(s);
        if (now == CONTAINER_HEALTH_UNHEALTHY)
                on_unhealthy(s);
        else if (now == CONTAINER_HEALTH_HEALTHY && before == CONTAINER_HEALTH_UNHEALTHY) {
                s->verdict = (free(s->verdict), NULL);
                log_event(LOG_NOTICE, MESSAGE_ID_CONTAINER_HEALTHY, "Container %s is healthy again.",
                          s->facts->container.name);
        }
}

void supervisor_note_oom(Supervisor *s)
{
        log_event(LOG_WARNING, MESSAGE_ID_CONTAINER_OOM,
                  "Container %s is out of memory, the kernel killed a process of it.",
                  s->facts->container.name);
        clock_time(s->oom_since);
        supervisor_report_condition(s);
}

/* Reload */

bool supervisor_reloads(const Supervisor *s)
{
        return s->facts->unit.type_notify_reload && s->config.options->notify != NOTIFY_CONTAINER;
}

static void on_reloaded(Supervisor *s, int r, const EngineReply *reply)
{
        if (r < 0)
                log_warning("Failed to pass the signal for a reload on to the container: %s",
                            reply->error.message ?: "?");
        supervisor_notify(s, "READY=1");
}

/* Who can't say when it has reloaded, has when it got the signal. */
void supervisor_reload(Supervisor *s, int signo)
{
        supervisor_notify(s, "RELOADING=1\nMONOTONIC_USEC=%" PRIu64, monotonic_usec());
        supervisor_side_call(s, "POST",
                             engine_path("/containers/%s/kill?signal=%i", s->facts->container.id, signo),
                             on_reloaded);
}

/* Watchdog */

/* systemd has no watchdog over a service that is not ready yet, but over one whose container is restarted
 * beside us. It has the same time to get ready again. */
static bool gets_ready(const Supervisor *s)
{
        uint64_t now;

        return s->config.options->notify == NOTIFY_CONTAINER && !s->container_ready &&
               sd_event_now(s->event, CLOCK_MONOTONIC, &now) >= 0 &&
               now - s->running_since_usec < s->facts->unit.timeout_start_usec;
}

static bool deserves_ping(const Supervisor *s)
{
        /* Every other state has a deadline. */
        if (s->state != STATE_RUNNING)
                return true;
        /* Where we can't see the process, only the engine can vouch for it. */
        if (s->facts->dead || (!process_is_watched(s->process) && s->facts->engine_lost))
                return false;
        switch (s->config.options->watchdog) {
        case WATCHDOG_HEALTHY:
                return s->facts->container.health != CONTAINER_HEALTH_UNHEALTHY;
        case WATCHDOG_CONTAINER:
                return s->facts->container.paused || gets_ready(s); /* then it can't do it itself */
        default:
                return true;
        }
}

static void on_watchdog_due(void *userdata)
{
        Supervisor *s = ASSERT_PTR(userdata);

        if (deserves_ping(s))
                supervisor_notify(s, "WATCHDOG=1");
}

static void start_watchdog(Supervisor *s)
{
        static const WatchdogOps ops = { on_watchdog_due };
        int r;

        /* After a restart beside us, the new life has a whole interval. */
        if (s->watchdog)
                supervisor_notify(s, "WATCHDOG=1");
        if (s->watchdog || s->config.watchdog_usec == 0)
                return;
        r = watchdog_new(&s->watchdog, s->event, s->config.watchdog_usec, &ops, s);
        if (r < 0)
                log_error_errno(r, "Failed to start the watchdog, systemd will end the unit: %m");
}

/* Begin */

void supervisor_begin_condition(Supervisor *s)
{
        clock_time(s->running_since);
        (void) sd_event_now(s->event, CLOCK_MONOTONIC, &s->running_since_usec);
        if (supervisor_was_ready(s))
                s->container_ready = true;
        start_watchdog(s);
        begin_wait_for_health(s);
        supervisor_report_condition(s);
        supervisor_judge_health(s);
}

void supervisor_reset_condition(Supervisor *s)
{
        s->judged_health = CONTAINER_HEALTH_NONE;
        s->container_ready = s->ready_remembered = s->trigger_noted = false;
        s->container_status = (free(s->container_status), NULL);
        *s->oom_since = 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The rules of condition.c, without its timers and its memory, so that a test can go through all
 * combinations.
 *
 * The container's own STATUS= takes precedence over ours, except for what the container cannot know: that it
 * is paused, that its health check fails, that the engine is lost. */

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "condition-rules.h"
#include "say.h"
#include "util/macro.h"
#include "util/text.h"

/* In bytes, of what the health check has written. */
#define PROBE_SHOWN_MAX 80

bool condition_is_ready(const ConditionView *v)
{
        switch (v->notify) {
        case NOTIFY_CONTAINER:
                return v->container_ready;
        case NOTIFY_HEALTHY:
                return v->facts->container.health == CONTAINER_HEALTH_HEALTHY;
        default:
                return true;
        }
}

bool condition_waits_for_health(const ConditionView *v)
{
        return v->notify == NOTIFY_HEALTHY && !v->facts->ready_sent && v->phase == CONDITION_RUNNING &&
               !v->facts->giving_up;
}

/* systemd does not apply the watchdog to a service that is not ready yet, but it does to one whose container
 * others have restarted. The container has the same time to get ready again. */
static bool gets_ready(const ConditionView *v)
{
        return v->notify == NOTIFY_CONTAINER && !v->container_ready &&
               v->running_usec < unit_properties_start_limit(&v->facts->unit);
}

bool condition_rests_on_engine(const ConditionView *v)
{
        return v->phase == CONDITION_RUNNING && !v->facts->process_seen && !v->facts->dead;
}

bool condition_deserves_ping(const ConditionView *v)
{
        /* Every other state has a deadline. */
        if (v->phase != CONDITION_RUNNING)
                return true;
        /* Where the process is not visible, only the engine knows that it lives. */
        if (v->facts->dead || (condition_rests_on_engine(v) && v->facts->engine_lost))
                return false;
        switch (v->watchdog) {
        case WATCHDOG_HEALTHY:
                return v->facts->container.health != CONTAINER_HEALTH_UNHEALTHY;
        case WATCHDOG_CONTAINER:
                return v->facts->container.paused || gets_ready(v); /* it cannot ping then */
        default:
                return true;
        }
}

/* What the container does not know itself. NULL: nothing. */
static const char *circumstances(const ConditionView *v)
{
        if (v->facts->container.paused)
                return "Paused";
        if (v->facts->container.health == CONTAINER_HEALTH_UNHEALTHY)
                return "Unhealthy";
        if (v->facts->engine_lost)
                return "Running without the Docker engine";
        return NULL;
}

static char *waiting_line(const ConditionView *v)
{
        const ContainerInfo *c = &v->facts->container;

        if (v->notify == NOTIFY_CONTAINER)
                return say_format("Container %s runs, since %s waiting for READY=1 from it", c->name,
                                  v->running_since);
        return say_format("Container %s runs, since %s waiting for its first healthy health check, at most "
                          "%" PRIu64 " s",
                          c->name, v->running_since, c->check.limit_usec / USEC_PER_SEC);
}

/* A start that lasts as long as the container looks like one that hangs. */
static const char *running(const Facts *f)
{
        if (f->unit.type == SERVICE_TYPE_ONESHOT)
                return "Running until it ends by itself (Type=oneshot)";
        return f->container.health == CONTAINER_HEALTH_HEALTHY ? "Running, healthy" : "Running";
}

/* Why it is unhealthy; NULL: it is not, nothing is known, or no memory. */
static char *failing_probe(const ContainerInfo *c)
{
        const char *output = c->check.output ?: "";
        _cleanup_free_ char *text = NULL;

        if (c->health != CONTAINER_HEALTH_UNHEALTHY || c->paused || c->check.exit_code <= 0)
                return NULL;
        text = text_one_line(output, strlen(output), PROBE_SHOWN_MAX);
        return say_format(", exit status %i%s%s", c->check.exit_code, text && *text ? ", " : "", text ?: "");
}

/* What people look for comes first: systemctl shows 120 columns of it. */
char *condition_status_line(const ConditionView *v)
{
        const ContainerInfo *c = &v->facts->container;
        _cleanup_free_ char *probe = NULL;
        const char *what = circumstances(v);
        char restarts[32] = "";

        if (!what && v->container_status)
                return strdup(v->container_status);
        if (!what && !v->facts->ready_sent && !condition_is_ready(v))
                return waiting_line(v);
        if (v->facts->unit.restarts > 0)
                (void) snprintf(restarts, sizeof(restarts), ", restart %" PRIu32, v->facts->unit.restarts);
        probe = failing_probe(c);
        return say_format("%s%s%s%s%s%s%s%s: container %s (%.12s), image %s, process %i",
                          what ?: running(v->facts), probe ?: "", *v->oom_since ? ", out of memory at " : "",
                          v->oom_since, c->ports ? ", ports " : "", c->ports ?: "", restarts,
                          v->last_end ?: "", c->name, c->id, c->image, (int) c->pid);
}

char *condition_describe_probe(const HealthCheck *check)
{
        if (check->exit_code < 0 && !check->output)
                return strdup("; none has come to an end");
        if (check->exit_code < 0)
                return say_format("; the last one did not come to an end: %s", check->output);
        return say_format("; the last one: exit status %i%s%s", check->exit_code,
                          check->output && *check->output ? ", " : "", check->output ?: "");
}

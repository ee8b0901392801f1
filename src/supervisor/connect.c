/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* STATE_CONNECTING: waits for the engine, and agrees on a version of its API. */

#include <string.h>

#include "actions.h"
#include "failure.h"
#include "loop/event-util.h"
#include "machine.h"
#include "reports-placement.h"
#include "request.h"
#include "step.h"
#include "util/log.h"
#include "util/macro.h"

#define CONNECT_BACKOFF_MIN_USEC (50 * USEC_PER_MSEC)
#define CONNECT_BACKOFF_MAX_USEC (2 * USEC_PER_SEC)
#define PING_TIMEOUT_USEC (10 * USEC_PER_SEC)

static int agree(Supervisor *s, EngineRequest *request)
{
        ApiVersion version;
        int r;

        r = api_version_negotiate(engine_request_api_version(request), s->config.api_version, &version);
        if (r < 0) {
                supervisor_fail(s, CLI_EXIT_REFUSED,
                                "The engine speaks API version %s, we speak %u.%u to %u.%u.",
                                s->config.api_version ?: engine_request_api_version(request) ?: "?",
                                API_VERSION_MIN.major, API_VERSION_MIN.minor, API_VERSION_MAX.major,
                                API_VERSION_MAX.minor);
                return r;
        }
        engine_set_version(s->engine, &version);
        return 0;
}

static void connected(Supervisor *s)
{
        if (engine_is_hidden(s->engine))
                process_set_engine_hidden(s->process);
        supervisor_push(s, supervisor_build_request(s) < 0 ? LIFE_FAILED : LIFE_CONNECTED);
}

/* The cause first: the engine's address may be long. r, status: of a request. */
static void explain_connection(Supervisor *s, int r, int status, const char *message)
{
        bool asleep = r == -ENOENT || r == -ECONNREFUSED;

        if (status == 0 && (r == -EACCES || r == -EPERM))
                supervisor_fail_engine_lost(
                        s,
                        "Cannot start: no permission to reach the Docker engine at %s. Add "
                        "the user to the group docker, or use a unit of the system. (%s)",
                        s->config.host_name, message);
        else
                supervisor_fail_engine_lost(s, "Cannot start: the Docker engine is not reached at %s: %s%s",
                                            s->config.host_name, message,
                                            asleep ? ". Is docker.service running?" : "");
}

static void connection_failed(Supervisor *s, int r, const EngineReply *reply)
{
        if (!s->facts->in_service || !engine_failure_is_passing(r, reply->status)) {
                explain_connection(s, r, reply->status, reply->error.message ?: "unknown error");
                supervisor_push(s, LIFE_FAILED);
                return;
        }
        if (!s->connect_message) {
                s->connect_message = strdup(reply->error.message ?: "");
                log_notice("The Docker engine at %s can't be reached yet, waiting for it: %s",
                           s->config.host_name, s->connect_message ?: "?");
        }
        s->connect_backoff =
                backoff_next(s->connect_backoff, CONNECT_BACKOFF_MIN_USEC, CONNECT_BACKOFF_MAX_USEC);
        (void) timer_arm(s->retry, s->connect_backoff);
}

static bool takes_shims(const Supervisor *s)
{
        return api_version_at_least(*engine_version(s->engine), 1, 42);
}

static void on_info(EngineRequest *request, int r, const EngineReply *reply, void *userdata)
{
        Supervisor *s = ASSERT_PTR(userdata);
        EngineInfo info = {};
        bool refused = reply->status >= 400 && reply->status < 500; /* as some proxies do */

        if (r < 0 && !refused) {
                connection_failed(s, r, reply);
                return;
        }
        r = refused ? 0 : engine_info_parse(reply->body, reply->size, &info);
        if (r < 0)
                supervisor_fail(s, CLI_EXIT_REFUSED,
                                "The engine's description of itself is malformed (GET /info).");
        else {
                info.unknown = refused;
                info.takes_shims = takes_shims(s);
                r = supervisor_decide_placement(s, &info);
        }
        if (r < 0)
                supervisor_push(s, LIFE_FAILED);
        else
                connected(s);
}

/* What the API version of an old engine says may be enough: the engine has nothing to add that would matter.
 */
static int decide_by_version(Supervisor *s)
{
        if (takes_shims(s))
                return 0;
        placement_set_engine_too_old(s->placement);
        return supervisor_decide_placement(s, NULL);
}

static void on_ping(EngineRequest *request, int r, const EngineReply *reply, void *userdata)
{
        static const EngineRequestOps info_ops = { .on_done = on_info };
        Supervisor *s = ASSERT_PTR(userdata);

        if (r < 0)
                connection_failed(s, r, reply);
        else if (agree(s, request) < 0 || decide_by_version(s) < 0)
                supervisor_push(s, LIFE_FAILED);
        else if (placement_is_decided(s->placement))
                connected(s);
        else
                supervisor_step(s, engine_path("/info"), &info_ops, (EngineCall){ .method = "GET" });
}

void supervisor_act_ping(Supervisor *s)
{
        static const EngineRequestOps ops = { .on_done = on_ping };

        supervisor_step(
                s, engine_path("/_ping"), &ops,
                (EngineCall){ .method = "GET", .unversioned = true, .timeout_usec = PING_TIMEOUT_USEC });
}

void supervisor_act_await_engine(Supervisor *s)
{
        log_notice("Lost the Docker engine in the middle of the start, waiting for it: %s",
                   s->connect_message ?: "?");
        record_start_again(s->record);
        supervisor_act_forget(s);
        s->connect_backoff = 0;
        supervisor_act_ping(s);
}

int supervisor_on_retry(sd_event_source *source, uint64_t usec, void *userdata)
{
        Supervisor *s = ASSERT_PTR(userdata);

        if (supervisor_in(s, PHASE_SERVING))
                supervisor_send_stop_signal(s);
        else
                supervisor_act_ping(s);
        return 0;
}

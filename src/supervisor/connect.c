/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* STATE_CONNECTING: waits for the engine, agrees on a version with it, and makes the request that creates
 * the container. */

#include <string.h>

#include "loop/event-util.h"
#include "run/run-request.h"
#include "supervisor-internal.h"
#include "util/log.h"
#include "util/macro.h"
#include "util/strv.h"

#define CONNECT_BACKOFF_MIN_USEC (50 * USEC_PER_MSEC)
#define CONNECT_BACKOFF_MAX_USEC (2 * USEC_PER_SEC)
#define PING_TIMEOUT_USEC (10 * USEC_PER_SEC)

static bool may_come_up(int r, int status)
{
        static const int passing[] = { ENOENT, ECONNREFUSED, ECONNRESET,  ETIMEDOUT,
                                       EAGAIN, EHOSTUNREACH, ENETUNREACH, ENETDOWN };

        for (size_t i = 0; i < ELEMENTSOF(passing); i++)
                if (r == -passing[i])
                        return true;
        return status >= 500;
}

/* With our --rm, which has the last word over docker's. */
static int build_body(Supervisor *s, const ApiVersion *version, const RunRequestExtras *extras,
                      struct json_object **ret, CliError *reterr)
{
        _cleanup_json_ struct json_object *body = NULL;
        struct json_object *o;
        int r;

        r = run_request_build(s->config.run, version, extras, &body, reterr);
        if (r < 0)
                return r;
        o = json_ensure(body, "HostConfig", json_type_object);
        if (!o || json_set_bool(o, "AutoRemove", s->facts->remove) < 0)
                return -ENOMEM;
        *ret = TAKE_PTR(body);
        return 0;
}

/* Of what the unit says: the engine's version changes the body a little, and its upgrade changes no unit. */
static int hash_request(Supervisor *s, const RunRequestExtras *extras, char ret[static RUN_REQUEST_HASH_MAX])
{
        _cleanup_json_ struct json_object *body = NULL;
        int r = build_body(s, NULL, extras, &body, NULL);

        return r < 0 ? r : run_request_hash(body, ret);
}

static int prepare_body(Supervisor *s, CliError *reterr)
{
        _cleanup_json_ struct json_object *body = NULL;
        _cleanup_strv_free_ char **environment = NULL, **binds = NULL;
        RunRequestExtras extras;
        PlacementRequest request;
        char hash[RUN_REQUEST_HASH_MAX];
        struct json_object *o;
        int r;

        if (s->config.options->env) {
                r = run_request_pass_environment(s->config.context->environment, &environment);
                if (r < 0)
                        return r;
        }
        r = relay_extras(s->relay, &environment, &binds, reterr);
        if (r < 0)
                return r;
        extras = (RunRequestExtras){ .environment = environment, .binds = binds };
        /* Where it is made depends on what the engine can do, too. */
        r = hash_request(s, &extras, hash);
        request = placement_request(s->placement);
        extras.runtime = request.runtime;
        extras.cgroup_parent = request.cgroup_parent;
        if (r >= 0)
                r = build_body(s, engine_version(s->engine), &extras, &body, reterr);
        if (r < 0)
                return r;
        r = supervisor_add_logins(s, body);
        if (r < 0)
                return r;
        o = json_ensure(body, "Labels", json_type_object);
        if (!o || json_set_string(o, CONTAINER_LABEL_REQUEST, hash) < 0)
                return -ENOMEM;
        s->body = strdup(json_object_to_json_string_ext(body, JSON_C_TO_STRING_PLAIN));
        s->request_hash = strdup(hash);
        return s->body && s->request_hash ? 0 : -ENOMEM;
}

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

static void make_request(Supervisor *s)
{
        _cleanup_cli_error_ CliError error = CLI_ERROR_NULL;
        int r = prepare_body(s, &error);

        if (r < 0)
                supervisor_fail_with(s, r, &error);
        supervisor_push(s, r < 0 ? LIFE_FAILED : LIFE_CONNECTED);
}

static void connection_failed(Supervisor *s, int r, const EngineReply *reply)
{
        if (!s->facts->in_service || !may_come_up(r, reply->status)) {
                supervisor_fail(s, CLI_EXIT_REFUSED, "Failed to reach the Docker engine at %s: %s",
                                s->config.host_name, reply->error.message ?: "unknown error");
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

static void on_info(EngineRequest *request, int r, const EngineReply *reply, void *userdata)
{
        Supervisor *s = ASSERT_PTR(userdata);
        EngineInfo info;

        if (r < 0) {
                connection_failed(s, r, reply);
                return;
        }
        r = engine_info_parse(reply->body, reply->size, &info);
        if (r < 0)
                supervisor_fail(s, CLI_EXIT_REFUSED, "The engine's description of itself is malformed.");
        else
                r = supervisor_decide_placement(s, &info);
        if (r < 0)
                supervisor_push(s, LIFE_FAILED);
        else
                make_request(s);
}

static void on_ping(EngineRequest *request, int r, const EngineReply *reply, void *userdata)
{
        static const EngineRequestOps info_ops = { .on_done = on_info };
        Supervisor *s = ASSERT_PTR(userdata);

        if (r < 0)
                connection_failed(s, r, reply);
        else if (agree(s, request) < 0)
                supervisor_push(s, LIFE_FAILED);
        else if (placement_is_decided(s->placement))
                make_request(s);
        else
                supervisor_step(s, "GET", engine_path("/info"), NULL, 0, &info_ops);
}

void supervisor_act_ping(Supervisor *s)
{
        static const EngineRequestOps ops = { .on_done = on_ping };
        int r;

        s->request = engine_request_free(s->request);
        r = engine_call(s->engine, &s->request,
                        &(EngineCall){ .method = "GET",
                                       .path = "/_ping",
                                       .unversioned = true,
                                       .ops = &ops,
                                       .timeout_usec = PING_TIMEOUT_USEC,
                                       .userdata = s });
        if (r < 0) {
                supervisor_fail(s, CLI_EXIT_REFUSED, "Failed to call the engine: %s", strerror(-r));
                supervisor_push(s, LIFE_FAILED);
        }
}

int supervisor_on_retry(sd_event_source *source, uint64_t usec, void *userdata)
{
        Supervisor *s = ASSERT_PTR(userdata);

        if (s->state == STATE_CONNECTING)
                supervisor_act_ping(s);
        else if (s->state == STATE_CREATING)
                supervisor_push(s, LIFE_FOUND);
        return 0;
}

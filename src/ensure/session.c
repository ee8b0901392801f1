/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The engine's version is agreed on, then the kind of object takes over. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codec/engine/failure-cause.h"
#include "engine/curl-glue.h"
#include "loop/event-util.h"
#include "run/run-request.h"
#include "session.h"
#include "util/clock.h"
#include "util/log.h"
#include "util/macro.h"
#include "util/strv.h"

#define PING_TIMEOUT_USEC (10 * USEC_PER_SEC)
#define CONNECT_BACKOFF_MIN_USEC (50 * USEC_PER_MSEC)
#define CONNECT_BACKOFF_MAX_USEC (2 * USEC_PER_SEC)
#define CONNECT_USEC (90 * USEC_PER_SEC)

void session_done(Session *s)
{
        image_free(s->image);
        engine_request_free(s->request);
        engine_free(s->engine);
        sd_event_source_disable_unref(s->retry);
        sd_event_unref(s->event);
        json_object_put(s->body);
        strv_free(s->environment);
}

void session_end(Session *s, int status)
{
        s->status = status;
        (void) sd_event_exit(s->event, 0);
}

void session_fail(Session *s, const char *format, ...)
{
        va_list ap;

        va_start(ap, format);
        (void) log_internalv(LOG_ERR, 0, NULL, format, ap);
        va_end(ap);
        session_end(s, CLI_EXIT_REFUSED);
}

/* what: NULL if memory is short. */
static void fail_understood(Session *s, const char *what, const FailureCause *cause, const char *words)
{
        session_fail(s, "%s: %s. %s", what ?: "Failed", cause->cause, cause->cure);
        log_info("The engine's words: %s", words);
}

void session_fail_engine(Session *s, const EngineReply *reply, const char *format, ...)
{
        _cleanup_(failure_cause_done) FailureCause cause = FAILURE_CAUSE_NULL;
        const char *words = reply->error.message ?: "unknown error";
        _cleanup_free_ char *what = NULL;
        va_list ap;

        va_start(ap, format);
        if (vasprintf(&what, format, ap) < 0)
                what = NULL;
        va_end(ap);
        if (reply->status > 0 && failure_cause_find(words, s->options->name, &cause) >= 0)
                fail_understood(s, what, &cause, words);
        else
                session_fail(s, "%s: %s", what ?: "Failed", words);
}

void session_fail_pull(Session *s, const EngineFailure *failure)
{
        _cleanup_(failure_cause_done) FailureCause cause = FAILURE_CAUSE_NULL;
        _cleanup_free_ char *what = NULL;

        if (asprintf(&what, "Failed to pull image %s", s->options->name) < 0)
                what = NULL;
        if (failure->words && failure->http_status > 0 &&
            failure_cause_find(failure->words, s->options->name, &cause) >= 0)
                fail_understood(s, what, &cause, failure->words);
        else
                session_fail(s, "%s", failure->line);
}

void session_send(Session *s, const char *method, char *path, struct json_object *body,
                  const EngineRequestOps *ops)
{
        _cleanup_free_ char *owned = path;
        const char *text = body ? json_object_to_json_string_ext(body, JSON_C_TO_STRING_PLAIN) : NULL;
        int r = path && (!body || text) ? 0 : -ENOMEM;

        s->request = engine_request_free(s->request);
        if (r >= 0)
                r = engine_call(
                        s->engine, &s->request,
                        &(EngineCall){
                                .method = method, .path = path, .body = text, .ops = ops, .userdata = s });
        if (r < 0)
                session_fail(s, "Failed to send a request to the engine: %s (%s %s)", strerror(-r), method,
                             path ?: "?");
}

static void unreachable(Session *s, int r, const EngineReply *reply)
{
        if (!s->config->in_service || !engine_failure_is_passing(r, reply->status) ||
            monotonic_usec() >= s->until) {
                session_fail(s, "Failed to reach the Docker engine at %s: %s", s->config->host_name,
                             reply->error.message ?: "unknown error");
                return;
        }
        if (!s->waiting)
                log_notice("The Docker engine at %s can't be reached yet, waiting for it: %s",
                           s->config->host_name, reply->error.message ?: "?");
        s->waiting = true;
        s->backoff = backoff_next(s->backoff, CONNECT_BACKOFF_MIN_USEC, CONNECT_BACKOFF_MAX_USEC);
        (void) timer_arm(s->retry, s->backoff);
}

static void on_ping(EngineRequest *request, int r, const EngineReply *reply, void *userdata)
{
        Session *s = ASSERT_PTR(userdata);
        ApiVersion version;

        if (r < 0) {
                unreachable(s, r, reply);
                return;
        }
        r = api_version_negotiate(engine_request_api_version(request), s->config->api_version, &version);
        if (r < 0) {
                session_fail(s, "The engine's API version %s is not one that we know.",
                             s->config->api_version ?: engine_request_api_version(request) ?: "?");
                return;
        }
        engine_set_version(s->engine, &version);
        s->start(s);
}

static int ping(Session *s)
{
        static const EngineRequestOps ops = { .on_done = on_ping };

        s->request = engine_request_free(s->request);
        return engine_call(s->engine, &s->request,
                           &(EngineCall){ .method = "GET",
                                          .path = "/_ping",
                                          .unversioned = true,
                                          .ops = &ops,
                                          .timeout_usec = PING_TIMEOUT_USEC,
                                          .userdata = s });
}

static int on_retry(sd_event_source *source, uint64_t usec, void *userdata)
{
        return ping(ASSERT_PTR(userdata));
}

/* What the kinds share */

int session_add_pairs(struct json_object *o, const char *key, char *const *pairs)
{
        struct json_object *to = pairs ? json_ensure(o, key, json_type_object) : NULL;
        int r = pairs && !to ? -ENOMEM : 0;

        STRV_FOREACH(pair, pairs) {
                size_t n = strcspn(*pair, "=");
                _cleanup_free_ char *name = strndup(*pair, n);

                if (r >= 0)
                        r = name ? json_set_string(to, name, (*pair)[n] ? *pair + n + 1 : "") : -ENOMEM;
        }
        return r;
}

int session_add_hash(Session *s)
{
        char hash[RUN_REQUEST_HASH_MAX];
        struct json_object *labels;
        int r = run_request_hash(s->body, hash);

        if (r < 0)
                return r;
        labels = json_ensure(s->body, "Labels", json_type_object);
        r = labels ? json_set_string(labels, ENSURE_LABEL, hash) : -ENOMEM;
        if (r < 0)
                return r;
        s->hash = json_string_or(labels, ENSURE_LABEL, NULL);
        return s->hash ? 0 : -ENOMEM;
}

int session_run(Session *s, EngineHost *host)
{
        static const EventTraits retry = { "engine-retry", EVENT_PRIORITY_TIMER, EVENT_FAILURE_EXIT };
        int r = curl_glue_global_init(s->config->tls->enabled);

        s->status = CLI_EXIT_REFUSED;
        s->until = monotonic_usec() + CONNECT_USEC;
        if (r >= 0)
                r = sd_event_new(&s->event);
        if (r >= 0)
                r = event_add_timer(s->event, &s->retry, on_retry, s, &retry);
        if (r >= 0)
                r = engine_new(&s->engine, s->event, host, s->config->tls);
        if (r >= 0)
                r = ping(s);
        if (r >= 0)
                r = sd_event_loop(s->event);
        if (r < 0)
                log_error_errno(r, "Failed to ask the engine for %s %s: %m",
                                ensure_kind_to_string(s->options->kind), s->options->name);
        return r < 0 ? CLI_EXIT_REFUSED : s->status;
}

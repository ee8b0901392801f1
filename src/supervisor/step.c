/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Requests to the engine. A step is what the state waits for: one at a time, in s->request, ended by the
 * next transition. A side call is one whose answer no state waits for. */

#include <stdlib.h>
#include <string.h>

#include "failure.h"
#include "machine.h"
#include "step.h"
#include "util/log.h"
#include "util/macro.h"

#define PROBE_TIMEOUT_USEC (2 * USEC_PER_SEC)

/* A request that could not even be sent. path: NULL if there was no memory for it. */
static void step_not_sent(Supervisor *s, const char *method, const char *path, int r)
{
        _cleanup_free_ char *name = engine_request_name(method, path ?: "");

        supervisor_fail(s, CLI_EXIT_REFUSED, "Failed to send a request to the engine: %s (%s)", strerror(-r),
                        name ?: method);
        supervisor_push(s, LIFE_FAILED);
}

void supervisor_step(Supervisor *s, char *path, const EngineRequestOps *ops, EngineCall call)
{
        _cleanup_free_ char *p = path;
        int r;

        call.path = p;
        call.ops = ops;
        call.timeout_usec = call.timeout_usec ?: REQUEST_TIMEOUT_USEC;
        call.userdata = s;
        s->request = engine_request_free(s->request);
        r = p ? engine_call(s->engine, &s->request, &call) : -ENOMEM;
        if (r < 0)
                step_not_sent(s, call.method, p, r);
}

char *engine_path(const char *format, ...)
{
        va_list ap;
        char *path;
        int r;

        va_start(ap, format);
        r = vasprintf(&path, format, ap);
        va_end(ap);
        return r < 0 ? NULL : path;
}

char *engine_kill_path(const Supervisor *s, int signo)
{
        return engine_path("/containers/%s/kill?signal=%i", s->facts->container.id, signo);
}

/* By the engine's word, and not by the -ENOENT that a missing socket has as well. */
bool reply_is_absent(const EngineReply *reply)
{
        return reply->status == 404;
}

int supervisor_take_info(Supervisor *s, const EngineReply *reply)
{
        ContainerInfo info = CONTAINER_INFO_NULL;
        int r = container_info_parse(reply->body, reply->size, &info);

        if (r < 0) {
                supervisor_fail(s, CLI_EXIT_REFUSED,
                                "The engine's description of the container is malformed.");
                supervisor_push(s, LIFE_FAILED);
                return r;
        }
        record_container(s->record, &info);
        return 0;
}

struct SideCall {
        Supervisor *supervisor;
        EngineRequest *request;
        void (*on_done)(Supervisor *s, int r, const EngineReply *reply);
        SideCall *next;
};

static void side_call_unlink(Supervisor *s, const SideCall *c)
{
        for (SideCall **p = &s->side_calls; *p; p = &(*p)->next)
                if (*p == c) {
                        *p = c->next;
                        break;
                }
}

static void side_call_on_done(EngineRequest *request, int r, const EngineReply *reply, void *userdata)
{
        SideCall *c = ASSERT_PTR(userdata);
        Supervisor *s = c->supervisor;

        /* First: on_done may free all side calls, and this one is freed below. */
        side_call_unlink(s, c);
        c->on_done(s, r, reply);
        engine_request_free(c->request);
        free(c);
}

int supervisor_side_call(Supervisor *s, char *path,
                         void (*on_done)(Supervisor *s, int r, const EngineReply *reply), EngineCall call)
{
        static const EngineRequestOps ops = { .on_done = side_call_on_done };
        _cleanup_free_ char *p = path;
        SideCall *c = calloc(1, sizeof(*c));
        int r;

        if (!c || !p) {
                free(c);
                return log_oom();
        }
        c->supervisor = s;
        c->on_done = on_done;
        call.path = p;
        call.ops = &ops;
        call.timeout_usec = call.timeout_usec ?: REQUEST_TIMEOUT_USEC;
        call.userdata = c;
        r = engine_call(s->engine, &c->request, &call);
        if (r < 0) {
                free(c);
                return r;
        }
        c->next = s->side_calls;
        s->side_calls = c;
        return 0;
}

bool supervisor_has_side_call(const Supervisor *s,
                              void (*on_done)(Supervisor *s, int r, const EngineReply *reply))
{
        for (const SideCall *c = s->side_calls; c; c = c->next)
                if (c->on_done == on_done)
                        return true;
        return false;
}

void supervisor_probe_engine(Supervisor *s, void (*on_done)(Supervisor *s, int r, const EngineReply *reply))
{
        (void) supervisor_side_call(s, engine_path("/_ping"), on_done,
                                    (EngineCall){ .method = "GET",
                                                  .unversioned = true,
                                                  .fresh = true,
                                                  .timeout_usec = PROBE_TIMEOUT_USEC });
}

void side_calls_free(Supervisor *s)
{
        while (s->side_calls) {
                SideCall *c = s->side_calls;

                s->side_calls = c->next;
                engine_request_free(c->request);
                free(c);
        }
}

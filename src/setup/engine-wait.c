/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The engine does not report when it has read its configuration again, so it is asked every 100 ms. */

#include <stdlib.h>
#include <string.h>
#include <systemd/sd-event.h>

#include "engine-wait.h"
#include "engine/curl-glue.h"
#include "loop/event-util.h"
#include "util/macro.h"

#define INTERVAL_USEC (100 * USEC_PER_MSEC)

typedef struct Wait {
        sd_event *event;
        Engine *engine;
        EngineRequest *request;
        sd_event_source *timer;
        bool wanted;
        unsigned tries; /* how many are left */
        EngineInfo info;
        char *message;
} Wait;

static void wait_done(Wait *w)
{
        engine_request_free(w->request);
        engine_free(w->engine);
        sd_event_source_disable_unref(w->timer);
        sd_event_unref(w->event);
        free(w->message);
}

static void on_info(EngineRequest *request, int r, const EngineReply *reply, void *userdata)
{
        Wait *w = ASSERT_PTR(userdata);

        free(w->message);
        w->message = r < 0 ? strdup(reply->error.message ?: "unknown error") : NULL;
        if (r >= 0)
                r = engine_info_parse(reply->body, reply->size, &w->info);
        if (w->tries == 0 || (r >= 0 && w->info.has_our_runtime == w->wanted))
                (void) sd_event_exit(w->event, r < 0 ? r : 0);
        else {
                w->tries--;
                (void) timer_arm(w->timer, INTERVAL_USEC);
        }
}

static int ask(Wait *w)
{
        static const EngineRequestOps ops = { .on_done = on_info };

        w->request = engine_request_free(w->request);
        return engine_call(
                w->engine, &w->request,
                &(EngineCall){
                        .method = "GET", .path = "/info", .unversioned = true, .ops = &ops, .userdata = w });
}

static int on_timer(sd_event_source *source, uint64_t usec, void *userdata)
{
        return ask(ASSERT_PTR(userdata));
}

int engine_wait_for_runtime(EngineHost *host, const EngineTls *tls, bool wanted, uint64_t usec,
                            EngineInfo *ret, char **ret_message)
{
        static const EventTraits traits = { "engine-ask", EVENT_PRIORITY_TIMER, EVENT_FAILURE_EXIT };
        _cleanup_(wait_done) Wait w = { .wanted = wanted, .tries = (unsigned) (usec / INTERVAL_USEC) };
        int r = curl_glue_global_init(tls->enabled);

        *ret_message = NULL;
        if (r >= 0)
                r = sd_event_new(&w.event);
        if (r >= 0)
                r = event_add_timer(w.event, &w.timer, on_timer, &w, &traits);
        if (r >= 0)
                r = engine_new(&w.engine, w.event, host, tls);
        if (r >= 0)
                r = ask(&w);
        if (r >= 0)
                r = sd_event_loop(w.event);
        *ret_message = TAKE_PTR(w.message);
        if (r >= 0)
                *ret = w.info;
        return r;
}

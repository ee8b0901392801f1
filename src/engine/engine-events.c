/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* GET /events: JSON objects, one in each line, that the engine filters by container and we filter by its id
 * again.
 *
 * A new connection is tried after 100 ms, then after twice the time before, up to 5 s; once a stream was
 * open, it is 100 ms again. `since` is the time of the last event, in nanoseconds, and includes that event.
 * So the last event comes twice, and from an engine that counts in seconds all events of the last second do.
 * They are dropped at the beginning of a stream only, because the engine's clock may be set back later.
 *
 * A stream in which nothing happens looks like that of an engine that hangs, or of a machine that is gone.
 * Where it matters, a request of its own on a connection of its own shows the difference.
 *
 * An event's size is decided by others: an image's labels are in each of them. A filter takes them out. What
 * is too large all the same is left out, which is reported: an event means that something has changed. */

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "codec/engine/event-filter.h"
#include "codec/journal/line-buffer.h"
#include "engine/engine-events.h"
#include "loop/event-util.h"
#include "util/cleanup.h"
#include "util/log.h"
#include "util/macro.h"

#define BACKOFF_MIN_USEC (100 * USEC_PER_MSEC)
#define BACKOFF_MAX_USEC (5 * USEC_PER_SEC)
#define EVENT_SIZE_MAX (256U * 1024)

struct EngineEvents {
        Engine *engine;
        EngineRequest *request;
        EngineRequest *probe; /* NULL: none is under way */
        const EngineEventsOps *ops;
        void *userdata;
        char id[ENGINE_ID_SIZE + 1];
        sd_event_source *retry;
        uint64_t backoff;
        uint64_t last_nsec; /* of the last event, by the engine's clock */
        bool repeating;     /* the events that come may be those that came before */
        bool lost_reported;
        EventFilter filter;
        LineBuffer lines;
        bool drop_said;
        bool line_is_cut; /* the data up to the next newline is the rest of a line that was too long */
};

static int events_connect(EngineEvents *e);

static void events_on_open(EngineRequest *request, void *userdata)
{
        EngineEvents *e = ASSERT_PTR(userdata);

        e->backoff = BACKOFF_MIN_USEC;
        e->lost_reported = false;
        e->repeating = e->last_nsec > 0;
        e->ops->on_open(e->userdata);
}

static bool events_is_repetition(EngineEvents *e, uint64_t nsec)
{
        if (e->repeating && nsec > 0 && nsec <= e->last_nsec && e->last_nsec - nsec < NSEC_PER_SEC)
                return true;
        e->repeating = false;
        return false;
}

static void events_take_line(EngineEvents *e, const Line *line)
{
        _cleanup_(engine_event_done) EngineEvent event = ENGINE_EVENT_NULL;
        int r;

        if (line->size == 0)
                return;
        r = engine_event_parse(line->data, line->size, &event);
        if (r < 0)
                log_debug_errno(r, "Engine event is malformed, ignoring: %m");
        if (r <= 0 || strcmp(event.id, e->id) != 0)
                return;
        if (events_is_repetition(e, event.time_nsec))
                return;
        e->last_nsec = event.time_nsec > 0 ? event.time_nsec : e->last_nsec;
        e->ops->on_event(&event, e->userdata);
}

static void events_drop_line(EngineEvents *e)
{
        if (!e->drop_said)
                log_warning("An event of the engine has more than %u KiB, asking for the container's state "
                            "instead.",
                            EVENT_SIZE_MAX / 1024);
        e->drop_said = true;
        e->ops->on_dropped(e->userdata);
}

static void events_feed(EngineEvents *e, const char *data, size_t size)
{
        size_t done = 0, consumed;
        Line line;

        while (done < size) {
                int r = line_buffer_feed(&e->lines, data + done, size - done, &consumed, &line);

                if (r < 0) {
                        e->ops->on_dropped(e->userdata); /* out of memory */
                        return;
                }
                done += consumed;
                if (r == 0)
                        break;
                if (line.why == LINE_MAX_SIZE && !e->line_is_cut)
                        events_drop_line(e);
                else if (line.why == LINE_NEWLINE && !e->line_is_cut)
                        events_take_line(e, &line);
                e->line_is_cut = line.why == LINE_MAX_SIZE;
        }
}

static size_t events_on_data(EngineRequest *request, const char *data, size_t size, void *userdata)
{
        EngineEvents *e = ASSERT_PTR(userdata);
        char filtered[EVENT_FILTER_ROOM];

        for (size_t done = 0, n; done < size; done += n) {
                n = MIN(size - done, (size_t) EVENT_FILTER_PIECE);
                events_feed(e, filtered, event_filter_feed(&e->filter, data + done, n, filtered));
        }
        return size;
}

static void events_retry_later(EngineEvents *e)
{
        if (timer_arm(e->retry, e->backoff) < 0)
                log_warning("Failed to arm the timer that opens the engine's events (GET /events) again.");
        e->backoff = backoff_next(e->backoff, BACKOFF_MIN_USEC, BACKOFF_MAX_USEC);
}

static void events_break(EngineEvents *e, int r, const char *message)
{
        e->request = engine_request_free(e->request);
        e->probe = engine_request_free(e->probe);
        line_buffer_done(&e->lines);
        line_buffer_init(&e->lines, EVENT_SIZE_MAX);
        e->filter = (EventFilter){};
        e->line_is_cut = false;
        events_retry_later(e);
        if (e->lost_reported)
                return;
        e->lost_reported = true;
        e->ops->on_lost(r, message, e->userdata);
}

static void events_on_done(EngineRequest *request, int r, const EngineReply *reply, void *userdata)
{
        events_break(ASSERT_PTR(userdata), r < 0 ? r : -ECONNRESET,
                     reply->error.message ?: "connection closed");
}

static void events_on_probed(EngineRequest *request, int r, const EngineReply *reply, void *userdata)
{
        EngineEvents *e = ASSERT_PTR(userdata);
        _cleanup_free_ char *message = NULL;

        if (r >= 0 || reply->status > 0) {
                e->probe = engine_request_free(e->probe);
                return;
        }
        message = strdup(reply->error.message ?: "no answer");
        events_break(e, r, message ?: "no answer");
}

void engine_events_probe(EngineEvents *e, uint64_t timeout_usec)
{
        static const EngineRequestOps ops = { .on_done = events_on_probed };
        int r;

        /* A lost stream is tried again anyway. */
        if (!e->request || e->probe || e->lost_reported)
                return;
        r = engine_call(e->engine, &e->probe,
                        &(EngineCall){ .method = "GET",
                                       .path = "/_ping",
                                       .unversioned = true,
                                       .fresh = true,
                                       .timeout_usec = timeout_usec,
                                       .ops = &ops,
                                       .userdata = e });
        if (r < 0)
                log_warning_errno(r, "Failed to ask whether the engine lives (GET /_ping), ignoring: %m");
}

void engine_events_go_on(EngineEvents *e, bool wait)
{
        int r;

        if (wait) {
                events_retry_later(e);
                return;
        }
        r = events_connect(e);
        if (r < 0) {
                log_warning_errno(r, "Failed to open the engine's events (GET /events), trying again: %m");
                (void) timer_arm(e->retry, BACKOFF_MAX_USEC);
        }
}

static int events_on_retry(sd_event_source *source, uint64_t usec, void *userdata)
{
        EngineEvents *e = ASSERT_PTR(userdata);

        if (!e->ops->hold || !e->ops->hold(e->userdata))
                engine_events_go_on(e, false);
        return 0;
}

static int events_connect(EngineEvents *e)
{
        static const EngineRequestOps ops = { events_on_open, events_on_data, events_on_done };
        _cleanup_free_ char *filters = NULL, *escaped = NULL, *path = NULL;
        char since[64] = "";

        if (asprintf(&filters, "{\"container\":[\"%s\"],\"type\":[\"container\"]}", e->id) < 0)
                return -ENOMEM;
        escaped = engine_escape(filters);
        if (!escaped)
                return -ENOMEM;
        if (e->last_nsec > 0)
                (void) snprintf(since, sizeof(since), "&since=%" PRIu64 ".%09" PRIu64,
                                e->last_nsec / NSEC_PER_SEC, e->last_nsec % NSEC_PER_SEC);
        if (asprintf(&path, "/events?filters=%s%s", escaped, since) < 0)
                return -ENOMEM;
        return engine_call(e->engine, &e->request,
                           &(EngineCall){ .method = "GET", .path = path, .ops = &ops, .userdata = e });
}

EngineEvents *engine_events_free(EngineEvents *e)
{
        if (!e)
                return NULL;
        engine_request_free(e->request);
        engine_request_free(e->probe);
        sd_event_source_disable_unref(e->retry);
        line_buffer_done(&e->lines);
        free(e);
        return NULL;
}

int engine_events_new(EngineEvents **ret, sd_event *event, Engine *engine, const char *id,
                      const EngineEventsOps *ops, void *userdata)
{
        static const EventTraits traits = { "engine-events-retry", EVENT_PRIORITY_TIMER,
                                            EVENT_FAILURE_EXIT };
        _cleanup_(engine_events_freep) EngineEvents *e = NULL;
        int r;

        e = calloc(1, sizeof(*e));
        if (!e)
                return -ENOMEM;
        e->engine = engine;
        e->ops = ops;
        e->userdata = userdata;
        e->backoff = BACKOFF_MIN_USEC;
        line_buffer_init(&e->lines, EVENT_SIZE_MAX);
        (void) snprintf(e->id, sizeof(e->id), "%s", id);
        r = event_add_timer(event, &e->retry, events_on_retry, e, &traits);
        if (r < 0)
                return r;
        r = events_connect(e);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(e);
        return 0;
}

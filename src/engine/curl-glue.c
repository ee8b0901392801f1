/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* libcurl's multi interface on sd-event.
 *
 * curl says which sockets are to be watched (on_socket_wish) and when it has to be called at the latest
 * (on_timer_wish). We call curl_multi_socket_action() when either happens. A defer source takes finished
 * transfers from curl's queue, one in each iteration, so that what a completion starts or frees never runs
 * inside curl. */

#include <stdlib.h>
#include <sys/epoll.h>

#include "engine/curl-glue.h"
#include "util/log.h"
#include "util/macro.h"

struct CurlGlue {
        sd_event *event;
        CURLM *multi;
        CurlGluePriority priority_of;
        CurlGlueDone done;
        EventTraits traits;
        sd_event_source *timer;
        sd_event_source *drain;
        unsigned depth; /* of calls into curl, during which no transfer may be removed */
};

int curl_glue_global_init(bool tls)
{
        return curl_global_init(tls ? CURL_GLOBAL_SSL : CURL_GLOBAL_NOTHING) == CURLE_OK ? 0 : -EIO;
}

static int glue_action(CurlGlue *g, curl_socket_t fd, int action)
{
        int running;
        CURLMcode code;

        if (sd_event_get_state(g->event) == SD_EVENT_FINISHED)
                return 0;
        g->depth++;
        code = curl_multi_socket_action(g->multi, fd, action, &running);
        g->depth--;
        if (code != CURLM_OK)
                log_debug("curl_multi_socket_action: %s", curl_multi_strerror(code));
        return defer_arm(g->drain);
}

static int glue_on_io(sd_event_source *source, int fd, uint32_t revents, void *userdata)
{
        CurlGlue *g = ASSERT_PTR(userdata);
        int action = 0;

        if (revents & (EPOLLIN | EPOLLHUP))
                action |= CURL_CSELECT_IN;
        if (revents & EPOLLOUT)
                action |= CURL_CSELECT_OUT;
        if (revents & EPOLLERR)
                action |= CURL_CSELECT_ERR;
        return glue_action(g, fd, action);
}

static int glue_on_timer(sd_event_source *source, uint64_t usec, void *userdata)
{
        return glue_action(ASSERT_PTR(userdata), CURL_SOCKET_TIMEOUT, 0);
}

static uint32_t poll_to_epoll(int what)
{
        return (what & CURL_POLL_IN ? EPOLLIN : 0) | (what & CURL_POLL_OUT ? EPOLLOUT : 0);
}

/* NULL: libcurl's own handle, with which it closes connections. */
static void *glue_owner(CURL *easy)
{
        void *owner = NULL;

        (void) curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **) &owner);
        return owner;
}

static EventTraits glue_socket_traits(const CurlGlue *g, CURL *easy)
{
        const void *owner = glue_owner(easy);
        EventTraits traits = g->traits;

        if (owner && g->priority_of)
                traits.priority = g->priority_of(owner);
        return traits;
}

/* CURLMOPT_SOCKETFUNCTION */
static int glue_on_socket_wish(CURL *easy, curl_socket_t fd, int what, void *userdata, void *socket_data)
{
        CurlGlue *g = ASSERT_PTR(userdata);
        sd_event_source *io = socket_data;
        EventTraits traits;

        if (what == CURL_POLL_REMOVE) {
                sd_event_source_disable_unref(io);
                return 0;
        }
        if (sd_event_get_state(g->event) == SD_EVENT_FINISHED)
                return 0;
        if (io)
                return sd_event_source_set_io_events(io, poll_to_epoll(what)) < 0 ? -1 : 0;
        traits = glue_socket_traits(g, easy);
        if (event_add_io(g->event, &io, fd, poll_to_epoll(what), glue_on_io, g, &traits) < 0)
                return -1;
        if (curl_multi_assign(g->multi, fd, io) != CURLM_OK) {
                sd_event_source_disable_unref(io);
                return -1;
        }
        return 0;
}

/* CURLMOPT_TIMERFUNCTION: relative milliseconds, -1 for none. */
static int glue_on_timer_wish(CURLM *multi, long timeout_ms, void *userdata)
{
        CurlGlue *g = ASSERT_PTR(userdata);

        if (sd_event_get_state(g->event) == SD_EVENT_FINISHED)
                return 0;
        return timer_arm(g->timer, timeout_ms < 0 ? UINT64_MAX : (uint64_t) timeout_ms * USEC_PER_MSEC) < 0
                       ? -1
                       : 0;
}

static int glue_on_drain(sd_event_source *source, void *userdata)
{
        CurlGlue *g = ASSERT_PTR(userdata);
        CURLMsg *message;
        void *owner;
        CURLcode result;
        CURL *easy;
        int left;

        message = curl_multi_info_read(g->multi, &left);
        if (!message || message->msg != CURLMSG_DONE)
                return 0;
        /* There may be more. This comes before the handler below, which may free us. */
        (void) defer_arm(g->drain);
        easy = message->easy_handle;
        result = message->data.result;
        owner = glue_owner(easy);
        if (owner)
                g->done(easy, result, owner);
        return 0;
}

CurlGlue *curl_glue_free(CurlGlue *g)
{
        if (!g)
                return NULL;
        assert(g->depth == 0);
        if (g->multi)
                (void) curl_multi_cleanup(g->multi);
        sd_event_source_disable_unref(g->timer);
        sd_event_source_disable_unref(g->drain);
        sd_event_unref(g->event);
        free(g);
        return NULL;
}

static int glue_setup_multi(CurlGlue *g)
{
        CURLMcode code;

        g->multi = curl_multi_init();
        if (!g->multi)
                return -ENOMEM;
        code = curl_multi_setopt(g->multi, CURLMOPT_SOCKETFUNCTION, glue_on_socket_wish);
        if (code == CURLM_OK)
                code = curl_multi_setopt(g->multi, CURLMOPT_SOCKETDATA, g);
        if (code == CURLM_OK)
                code = curl_multi_setopt(g->multi, CURLMOPT_TIMERFUNCTION, glue_on_timer_wish);
        if (code == CURLM_OK)
                code = curl_multi_setopt(g->multi, CURLMOPT_TIMERDATA, g);
        return curl_multi_result(code);
}

int curl_glue_new(CurlGlue **ret, sd_event *event, const char *name, EventPriority priority,
                  CurlGluePriority priority_of, CurlGlueDone done)
{
        _cleanup_(curl_glue_freep) CurlGlue *g = NULL;
        int r;

        g = calloc(1, sizeof(*g));
        if (!g)
                return -ENOMEM;
        g->event = sd_event_ref(event);
        g->priority_of = priority_of;
        g->done = done;
        g->traits = (EventTraits){ name, priority, EVENT_FAILURE_EXIT };
        r = event_add_timer(event, &g->timer, glue_on_timer, g, &g->traits);
        if (r < 0)
                return r;
        r = event_add_defer(event, &g->drain, glue_on_drain, g, &g->traits);
        if (r < 0)
                return r;
        r = glue_setup_multi(g);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(g);
        return 0;
}

int curl_glue_add(CurlGlue *g, CURL *easy)
{
        assert(g->depth == 0);
        return curl_multi_result(curl_multi_add_handle(g->multi, easy));
}

void curl_glue_remove(CurlGlue *g, CURL *easy)
{
        assert(g->depth == 0);
        (void) curl_multi_remove_handle(g->multi, easy);
        curl_easy_cleanup(easy);
}

void curl_glue_resume(CurlGlue *g, CURL *easy)
{
        g->depth++;
        (void) curl_easy_pause(easy, CURLPAUSE_CONT);
        g->depth--;
        (void) defer_arm(g->drain);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* STATE_PULLING: an image comes from its registry.
 *
 * The engine does the work and tells how far it is. Its request has no time limit: systemd has one for the
 * start of the unit, and only what moves on extends it. What ended a pull decides whether it is tried again.
 * Layers that came whole are kept by the engine, so a try that got further than all before it counts as the
 * first one. */

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "codec/registry/image-reference.h"
#include "codec/registry/pull-failure.h"
#include "loop/event-util.h"
#include "supervisor-internal.h"
#include "util/clock.h"
#include "util/log.h"
#include "util/macro.h"

/* A pull that moves on gets this much more time of systemd, a pull that stands still does not. */
#define EXTEND_USEC (30 * USEC_PER_SEC)
#define STATUS_INTERVAL_USEC USEC_PER_SEC
#define BAR_INTERVAL_USEC (100 * USEC_PER_MSEC)
#define BAR_SIZE 24
#define LINE_SIZE_MAX (64U * 1024)

#define BACKOFF_MIN_USEC USEC_PER_SEC
#define BACKOFF_MAX_USEC (8 * USEC_PER_SEC)
/* Again after 1, 2 and 4 s. An engine that went away is waited for longer: it may be restarting. */
#define TRIES_MAX 4
#define TRIES_MAX_ENGINE 10

static void send_pull(Supervisor *s);

static void pull_fail(Supervisor *s, const char *message)
{
        supervisor_fail(s, CLI_EXIT_REFUSED, "Failed to pull image %s: %s", s->config.run->image, message);
        supervisor_push(s, LIFE_FAILED);
}

/* How far it is: in STATUS=, or on a terminal */

static void clear_bar(Pull *p)
{
        if (p->bar_shown)
                (void) fputs("\r\033[K", stderr);
        p->bar_shown = false;
}

static void show_bar(Supervisor *s, const char *text)
{
        _cleanup_free_ char *line = NULL;
        struct winsize size = {};
        char bar[BAR_SIZE + 1] = {};
        int columns = 80;

        memset(bar, '.', BAR_SIZE);
        memset(bar, '#', pull_progress_summary(&s->pull.progress).percent * BAR_SIZE / 100);
        if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) >= 0 && size.ws_col > 0)
                columns = size.ws_col;
        if (asprintf(&line, "%s [%s] %s", s->config.run->image, bar, text) < 0) {
                line = NULL;
                return;
        }
        (void) fprintf(stderr, "\r%.*s\033[K", columns - 1, line);
        s->pull.bar_shown = true;
}

static void report_progress(Supervisor *s)
{
        bool bar = !s->config.notify_socket && !s->config.run->quiet && isatty(STDERR_FILENO);
        uint64_t now = monotonic_usec(), interval = bar ? BAR_INTERVAL_USEC : STATUS_INTERVAL_USEC;
        _cleanup_free_ char *text = NULL;

        if (now < s->pull.reported_usec + interval)
                return;
        text = pull_progress_to_string(&s->pull.progress);
        if (!text)
                return;
        s->pull.reported_usec = now;
        if (bar)
                show_bar(s, text);
        supervisor_notify(s, "STATUS=Pulling %.128s: %s\nEXTEND_TIMEOUT_USEC=%" PRIu64, s->config.run->image,
                          text, EXTEND_USEC);
}

static void take_line(Supervisor *s, const Line *line)
{
        if (line->why == LINE_MAX_SIZE || pull_progress_feed(&s->pull.progress, line->data, line->size) <= 0)
                return;
        s->pull.tries = 0;
        report_progress(s);
}

static size_t on_pull_data(EngineRequest *request, const char *data, size_t size, void *userdata)
{
        Supervisor *s = ASSERT_PTR(userdata);
        size_t done = 0, consumed;
        Line line;

        while (done < size &&
               line_buffer_feed(&s->pull.lines, data + done, size - done, &consumed, &line) > 0) {
                done += consumed;
                take_line(s, &line);
        }
        return size;
}

/* Once more? */

static bool try_again(Supervisor *s, const char *message, unsigned tries_max)
{
        Pull *p = &s->pull;
        uint64_t delay;

        if (++p->tries >= tries_max)
                return false;
        delay = MIN(BACKOFF_MIN_USEC << (p->tries - 1), BACKOFF_MAX_USEC);
        log_notice("Pulling image %s failed, trying again in %" PRIu64 " s: %s", s->config.run->image,
                   delay / USEC_PER_SEC, message);
        supervisor_status(s, "Pulling %.128s: trying again, %s", s->config.run->image, message);
        return timer_arm(p->retry, delay) >= 0;
}

static int on_retry(sd_event_source *source, uint64_t usec, void *userdata)
{
        send_pull(ASSERT_PTR(userdata));
        return 0;
}

static void judge_failure(Supervisor *s, int r, const EngineReply *reply)
{
        const char *message = s->pull.progress.error ?: reply->error.message ?: "unknown error";
        _cleanup_free_ char *explained = NULL;
        PullFailure failure;

        if (!s->pull.progress.error && reply->error.http_status == 0) {
                /* not the registry, but the engine; a socket that doesn't let us in won't do so later */
                bool again = r != -EACCES && r != -EPERM && r != -ENOMEM;

                if (!again || !try_again(s, message, s->facts->in_service ? TRIES_MAX_ENGINE : TRIES_MAX))
                        pull_fail(s, message);
                return;
        }
        failure = pull_failure_judge(reply->status, message);
        if (failure == PULL_FAILURE_PASSING && try_again(s, message, TRIES_MAX))
                return;
        if (failure == PULL_FAILURE_LOGIN && s->pull.login.source &&
            asprintf(&explained, "%s (%s)", message, s->pull.login.source) < 0)
                explained = NULL;
        pull_fail(s, explained ?: message);
}

static void on_pulled(EngineRequest *request, int r, const EngineReply *reply, void *userdata)
{
        Supervisor *s = ASSERT_PTR(userdata);
        Line line;

        if (line_buffer_flush(&s->pull.lines, &line) > 0)
                take_line(s, &line);
        clear_bar(&s->pull);
        if (r < 0 || s->pull.progress.error) {
                judge_failure(s, r, reply);
                return;
        }
        s->pull.done = true;
        supervisor_push(s, LIFE_PULLED);
}

static char *pull_path(const ImageReference *image, const char *platform)
{
        _cleanup_free_ char *name = engine_escape(image->name), *tag = engine_escape(image->tag),
                            *escaped = engine_escape(platform ?: "");
        char *path;

        if (!name || !tag || !escaped ||
            asprintf(&path, "/images/create?fromImage=%s&tag=%s%s%s", name, tag,
                     *escaped ? "&platform=" : "", escaped) < 0)
                return NULL;
        return path;
}

static void send_pull(Supervisor *s)
{
        static const EngineRequestOps ops = { .on_data = on_pull_data, .on_done = on_pulled };
        Pull *p = &s->pull;
        int r;

        line_buffer_done(&p->lines);
        line_buffer_init(&p->lines, LINE_SIZE_MAX);
        free(p->progress.error);
        p->progress.error = NULL;
        s->request = engine_request_free(s->request);
        r = engine_call(s->engine, &s->request,
                        &(EngineCall){ .method = "POST",
                                       .path = p->path,
                                       .registry_auth = p->login.header,
                                       .ops = &ops,
                                       .userdata = s });
        if (r < 0)
                pull_fail(s, strerror(-r));
}

void supervisor_pull_as(Supervisor *s)
{
        log_debug("Pulling %s.", s->pull.login.source);
        send_pull(s);
}

void supervisor_pull(Supervisor *s)
{
        static const EventTraits retry = { "pull-retry", EVENT_PRIORITY_TIMER, EVENT_FAILURE_EXIT };
        _cleanup_(image_reference_done) ImageReference image = IMAGE_REFERENCE_NULL;
        const RunOptions *run = s->config.run;
        Pull *p = &s->pull;
        int r;

        if (image_reference_is_id(run->image)) {
                pull_fail(s, "it is an id, and only names can be pulled");
                return;
        }
        if (!run->quiet)
                log_info("Pulling image %s.", run->image);
        r = image_reference_parse(run->image, &image);
        if (r >= 0) {
                p->path = pull_path(&image, run->platform);
                r = p->path ? event_add_timer(s->event, &p->retry, on_retry, s, &retry) : -ENOMEM;
        }
        if (r < 0)
                pull_fail(s, strerror(-r));
        else
                supervisor_log_in(s, image.registry);
}

void pull_stop(Pull *p)
{
        clear_bar(p);
        p->retry = sd_event_source_disable_unref(p->retry);
        login_done(&p->login);
        pull_progress_done(&p->progress);
        line_buffer_done(&p->lines);
        free(p->path);
        *p = (Pull){ .done = p->done };
}

/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The pull of an image: a login is looked for, then the engine is asked to pull, then its progress is read.
 *
 * The request has no time limit. systemd has one for the start of the unit, and only a pull that moves on is
 * reported as deserving more time.
 *
 * The cause of a failed pull decides whether it is tried again. The engine keeps each layer that arrived
 * completely, so a try that gets further than all before it counts as the first one. */

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "codec/engine/failure-cause.h"
#include "codec/journal/line-buffer.h"
#include "codec/registry/image-reference.h"
#include "codec/registry/pull-failure.h"
#include "codec/registry/pull-progress.h"
#include "engine/image.h"
#include "login.h"
#include "loop/event-util.h"
#include "pull-bar.h"
#include "util/clock.h"
#include "util/log.h"
#include "util/macro.h"

/* A pull that moves on gets this much more time, a pull that stands still gets none. */
#define EXTEND_USEC (30 * USEC_PER_SEC)
#define REPORT_USEC USEC_PER_SEC
#define REPORT_BAR_USEC (100 * USEC_PER_MSEC)
#define LINE_SIZE_MAX (64U * 1024)

#define BACKOFF_MIN_USEC USEC_PER_SEC
#define BACKOFF_MAX_USEC (8 * USEC_PER_SEC)

struct Image {
        Engine *engine;
        ImageConfig config;
        const ImageOps *ops;
        void *userdata;

        Login *login;
        char *path; /* of the request */
        EngineRequest *request;
        LineBuffer lines; /* of its answer */
        PullProgress progress;
        char *status;           /* what was reported last */
        uint64_t reported_usec; /* CLOCK_MONOTONIC, of the last report; 0: none yet */
        PullBar bar;

        sd_event_source *retry;
        unsigned tries; /* that failed since a try last got further */
        uint64_t backoff_usec;
};

/* How it ends */

/* words: the engine's, or NULL. login: which one was used, if that matters, else NULL. */
static void image_fail(Image *i, const char *why, const char *words, int http_status, const char *login)
{
        _cleanup_free_ char *message = NULL;

        if (asprintf(&message, "Failed to pull image %s: %s%s%s%s", i->config.name, why, login ? " (" : "",
                     login ?: "", login ? ")" : "") < 0)
                message = NULL;
        i->ops->on_failed(&(EngineFailure){ message ?: "Failed to pull the image: out of memory", words,
                                            http_status, .hint = login },
                          i->userdata);
}

static void image_fail_errno(Image *i, int r)
{
        _cleanup_free_ char *why = NULL;

        if (asprintf(&why, "%s (POST /images/create)", strerror(-r)) < 0)
                why = NULL;
        image_fail(i, why ?: "out of memory", NULL, 0, NULL);
}

/* How far it is */

const char *image_status(const Image *i)
{
        return i->status;
}

/* line is taken over. NULL: out of memory. */
static void report(Image *i, char *line, uint64_t extend_usec)
{
        if (!line)
                return;
        free(i->status);
        i->status = line;
        i->ops->on_progress(line, extend_usec, i->userdata);
}

static void report_progress(Image *i)
{
        _cleanup_free_ char *text = NULL;
        uint64_t now = monotonic_usec();
        char *line;

        if (i->reported_usec > 0 && now < i->reported_usec + i->config.report_usec)
                return;
        text = pull_progress_to_string(&i->progress);
        if (!text || asprintf(&line, "Pulling %.128s: %s", i->config.name, text) < 0)
                return;
        i->reported_usec = now;
        pull_bar_show(&i->bar, i->config.name, pull_progress_summary(&i->progress).percent, text);
        report(i, line, EXTEND_USEC);
}

static void take_line(Image *i, const Line *line)
{
        if (line->why == LINE_MAX_SIZE || pull_progress_feed(&i->progress, line->data, line->size) <= 0)
                return;
        i->tries = 0;
        i->backoff_usec = 0;
        report_progress(i);
}

static size_t on_data(EngineRequest *request, const char *data, size_t size, void *userdata)
{
        Image *i = ASSERT_PTR(userdata);
        size_t done = 0, consumed;
        Line line;

        while (done < size && line_buffer_feed(&i->lines, data + done, size - done, &consumed, &line) > 0) {
                done += consumed;
                take_line(i, &line);
        }
        return size;
}

/* Once more? */

static bool try_again(Image *i, const char *message, unsigned tries_max)
{
        _cleanup_(failure_cause_done) FailureCause known = FAILURE_CAUSE_NULL;
        char *line;

        if (++i->tries >= tries_max)
                return false;
        i->backoff_usec =
                backoff_next(i->backoff_usec, i->config.backoff_min_usec, i->config.backoff_max_usec);
        log_notice("Pulling image %s failed, trying again in %" PRIu64 " s: %s", i->config.name,
                   i->backoff_usec / USEC_PER_SEC, message);
        /* As STATUS= will say it when it comes to nothing. */
        (void) failure_cause_find(message, i->config.name, &known);
        if (asprintf(&line, "Pulling %.128s: trying again, %s", i->config.name, known.cause ?: message) < 0)
                line = NULL;
        report(i, line, 0);
        return timer_arm(i->retry, i->backoff_usec) >= 0;
}

/* The engine went away, or cannot be reached. A socket that we may not open will not let us in later. */
static bool engine_may_return(int r)
{
        return r != -EACCES && r != -EPERM && r != -ENOMEM;
}

static void judge_failure(Image *i, int r, const EngineReply *reply)
{
        const char *message = i->progress.error ?: reply->error.message ?: "unknown error";
        PullFailure failure;

        if (!i->progress.error && reply->error.http_status == 0) {
                unsigned max = i->config.engine_may_restart ? IMAGE_TRIES_ENGINE_MAX : IMAGE_TRIES_MAX;

                if (!engine_may_return(r) || !try_again(i, message, max))
                        image_fail(i, message, NULL, 0, NULL);
                return;
        }
        failure = pull_failure_judge(reply->status, message);
        if (failure == PULL_FAILURE_PASSING && try_again(i, message, IMAGE_TRIES_MAX))
                return;
        image_fail(i, message, message, reply->status,
                   failure == PULL_FAILURE_LOGIN ? login_source(i->login) : NULL);
}

static void on_done(EngineRequest *request, int r, const EngineReply *reply, void *userdata)
{
        Image *i = ASSERT_PTR(userdata);
        Line line;

        if (line_buffer_flush(&i->lines, &line) > 0)
                take_line(i, &line);
        pull_bar_clear(&i->bar);
        if (r < 0 || i->progress.error)
                judge_failure(i, r, reply);
        else
                i->ops->on_pulled(i->userdata);
}

/* How it begins */

/* Without a tag, the engine pulls all of them. */
static char *pull_path(const ImageReference *image, const ImageConfig *config)
{
        _cleanup_free_ char *name = engine_escape(image->name),
                            *tag = engine_escape(config->all_tags ? "" : image->tag),
                            *escaped = engine_escape(config->platform ?: "");
        char *path;

        if (!name || !tag || !escaped ||
            asprintf(&path, "/images/create?fromImage=%s%s%s%s%s", name, *tag ? "&tag=" : "", tag,
                     *escaped ? "&platform=" : "", escaped) < 0)
                return NULL;
        return path;
}

static int send_pull(Image *i)
{
        static const EngineRequestOps ops = { .on_data = on_data, .on_done = on_done };

        line_buffer_done(&i->lines);
        line_buffer_init(&i->lines, LINE_SIZE_MAX);
        free(i->progress.error);
        i->progress.error = NULL;
        i->request = engine_request_free(i->request);
        return engine_call(i->engine, &i->request,
                           &(EngineCall){ .method = "POST",
                                          .path = i->path,
                                          .registry_auth = login_header(i->login),
                                          .ops = &ops,
                                          .userdata = i });
}

static int on_retry(sd_event_source *source, uint64_t usec, void *userdata)
{
        Image *i = ASSERT_PTR(userdata);
        int r = send_pull(i);

        if (r < 0)
                image_fail_errno(i, r);
        return 0;
}

static void on_login(int r, void *userdata)
{
        Image *i = ASSERT_PTR(userdata);

        if (r >= 0) {
                log_debug("Pulling %s.", login_source(i->login));
                r = send_pull(i);
        }
        if (r < 0)
                image_fail_errno(i, r);
}

/* 1: the login is known, so the pull is sent; 0: on_login() follows. */
static int image_begin(Image *i, sd_event *event, const ImageReference *reference)
{
        static const EventTraits retry = { "pull-retry", EVENT_PRIORITY_TIMER, EVENT_FAILURE_EXIT };
        static const LoginOps login_ops = { .on_done = on_login };
        int r;

        if (asprintf(&i->status, "Pulling %.128s", i->config.name) < 0)
                i->status = NULL;
        i->path = pull_path(reference, &i->config);
        r = i->path && i->status ? event_add_timer(event, &i->retry, on_retry, i, &retry) : -ENOMEM;
        if (r >= 0)
                r = login_new(&i->login, event, i->config.context, reference->registry, &login_ops, i);
        if (r <= 0)
                return r;
        log_debug("Pulling %s.", login_source(i->login));
        return send_pull(i);
}

int image_new(Image **ret, sd_event *event, Engine *engine, const ImageConfig *config, const ImageOps *ops,
              void *userdata, CliError *reterr)
{
        _cleanup_(image_reference_done) ImageReference reference = IMAGE_REFERENCE_NULL;
        _cleanup_(image_freep) Image *i = NULL;
        int r;

        if (image_reference_is_id(config->name))
                return cli_error(reterr, CLI_EXIT_REFUSED,
                                 "Failed to pull image %s: it is an id, and only names can be pulled",
                                 config->name);
        i = calloc(1, sizeof(*i));
        if (!i)
                return cli_error_oom(reterr);
        i->engine = engine;
        i->config = *config;
        if (i->config.report_usec == 0)
                i->config.report_usec = config->bar_fd >= 0 ? REPORT_BAR_USEC : REPORT_USEC;
        i->config.backoff_min_usec = config->backoff_min_usec ?: BACKOFF_MIN_USEC;
        i->config.backoff_max_usec = config->backoff_max_usec ?: BACKOFF_MAX_USEC;
        i->bar.fd = config->bar_fd;
        i->ops = ops;
        i->userdata = userdata;
        r = image_reference_parse(config->name, &reference);
        if (r >= 0)
                r = image_begin(i, event, &reference);
        if (r < 0) {
                (void) cli_error(reterr, CLI_EXIT_REFUSED, "Failed to pull image %s: %s", config->name,
                                 r == -EINVAL && !i->path ? "it is not the name of an image" : strerror(-r));
                return r;
        }
        *ret = TAKE_PTR(i);
        return 0;
}

Image *image_free(Image *i)
{
        if (!i)
                return NULL;
        pull_bar_clear(&i->bar);
        engine_request_free(i->request);
        login_free(i->login);
        sd_event_source_disable_unref(i->retry);
        pull_progress_done(&i->progress);
        line_buffer_done(&i->lines);
        free(i->path);
        free(i->status);
        free(i);
        return NULL;
}

/* SPDX-License-Identifier: Apache-2.0 */

/* What is done on a transition: a step sends one request to the engine (s->request) or starts sources, and its
 * answer pushes the next event. Also the side calls, whose answer no state waits for. */

#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <systemd/sd-daemon.h>

#include "cli/run-request.h"
#include "codec/image-reference.h"
#include "codec/wait-status.h"
#include "source/event-util.h"
#include "supervisor/supervisor-internal.h"
#include "util/log.h"
#include "util/macro.h"
#include "util/message-ids.h"
#include "util/strv.h"

#define CONNECT_BACKOFF_MIN_USEC (50 * USEC_PER_MSEC)
#define CONNECT_BACKOFF_MAX_USEC (2 * USEC_PER_SEC)
#define PING_TIMEOUT_USEC (10 * USEC_PER_SEC)
/* Creating and starting do real work; the engine may be busy with fifty others at boot. */
#define WORK_TIMEOUT_USEC (120 * USEC_PER_SEC)
#define NAME_CONFLICTS_MAX 5

/* The step's request. path is freed here, so that callers can hand over what asprintf() made; NULL is out of memory. */
static void step(Supervisor *s, const char *method, char *path, const char *body, uint64_t timeout_usec,
                 const EngineRequestOps *ops)
{
        _cleanup_free_ char *p = path;
        int r;

        s->request = engine_request_free(s->request);
        r = !p ? -ENOMEM
               : engine_call(s->engine, &s->request,
                             &(EngineCall) { .method = method, .path = p, .body = body, .ops = ops,
                                             .timeout_usec = timeout_usec, .userdata = s });
        if (r < 0) {
                supervisor_fail(s, CLI_EXIT_REFUSED, "Failed to call the engine: %s", strerror(-r));
                supervisor_push(s, EVENT_FAILED);
        }
}

static char *format_path(const char *format, ...) _printf_(1, 2);
static char *format_path(const char *format, ...)
{
        va_list ap;
        char *path;
        int r;

        va_start(ap, format);
        r = vasprintf(&path, format, ap);
        va_end(ap);
        return r < 0 ? NULL : path;
}

static void step_failed(Supervisor *s, const char *what, const EngineReply *reply)
{
        supervisor_fail(s, engine_error_exit_code(&reply->error), "Failed to %s: %s", what,
                        reply->error.message ?: "unknown error");
        supervisor_push(s, EVENT_FAILED);
}

/* By the engine's word, and not by the -ENOENT that a missing socket has as well. */
static bool is_absent(const EngineReply *reply)
{
        return reply->status == 404;
}

/* --- STATE_CONNECTING: wait for the engine, agree on a version, make the request --- */

static bool may_come_up(int r, int status)
{
        static const int passing[] = { ENOENT,    ECONNREFUSED, ECONNRESET,  ETIMEDOUT,
                                       EAGAIN,    EHOSTUNREACH, ENETUNREACH, ENETDOWN };

        for (size_t i = 0; i < ELEMENTSOF(passing); i++)
                if (r == -passing[i])
                        return true;
        return status >= 500;
}

static int prepare_body(Supervisor *s, CliError *reterr)
{
        _cleanup_json_ struct json_object *body = NULL;
        _cleanup_strv_free_ char **environment = NULL;
        RunRequestExtras extras = {};
        char hash[RUN_REQUEST_HASH_MAX];
        struct json_object *o;
        int r;

        if (s->config.options->env) {
                r = run_request_pass_environment(s->config.environment, &environment);
                if (r < 0)
                        return r;
                extras.environment = environment;
        }
        r = run_request_build(s->config.run, engine_version(s->engine), &extras, &body, reterr);
        if (r < 0)
                return r;
        /* Our --rm has the last word over docker's. */
        o = json_ensure(body, "HostConfig", json_type_object);
        if (!o || json_set_bool(o, "AutoRemove", s->remove) < 0)
                return -ENOMEM;
        r = run_request_hash(body, hash);
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
        _cleanup_cli_error_ CliError error = CLI_ERROR_NULL;
        ApiVersion version;
        int r;

        r = api_version_negotiate(engine_request_api_version(request), s->config.api_version, &version);
        if (r < 0) {
                supervisor_fail(s, CLI_EXIT_REFUSED, "The engine speaks API version %s, we speak %u.%u to %u.%u.",
                                s->config.api_version ?: engine_request_api_version(request) ?: "?",
                                API_VERSION_MIN.major, API_VERSION_MIN.minor, API_VERSION_MAX.major,
                                API_VERSION_MAX.minor);
                return r;
        }
        engine_set_version(s->engine, &version);
        r = prepare_body(s, &error);
        if (r < 0)
                supervisor_fail(s, error.exit_code ?: CLI_EXIT_REFUSED, "%s", error.message ?: strerror(-r));
        return r;
}

static void on_ping(EngineRequest *request, int r, const EngineReply *reply, void *userdata)
{
        Supervisor *s = ASSERT_PTR(userdata);

        if (r >= 0) {
                supervisor_push(s, agree(s, request) < 0 ? EVENT_FAILED : EVENT_CONNECTED);
                return;
        }
        if (!s->config.under_systemd || !may_come_up(r, reply->status)) {
                supervisor_fail(s, CLI_EXIT_REFUSED, "Failed to reach the Docker engine at %s: %s", s->config.host_name,
                                reply->error.message ?: "unknown error");
                supervisor_push(s, EVENT_FAILED);
                return;
        }
        if (!s->connect_message) {
                s->connect_message = strdup(reply->error.message ?: "");
                log_notice("The Docker engine at %s can't be reached yet, waiting for it: %s", s->config.host_name,
                           s->connect_message ?: "?");
        }
        s->connect_backoff = MIN(MAX(s->connect_backoff * 2, CONNECT_BACKOFF_MIN_USEC), CONNECT_BACKOFF_MAX_USEC);
        (void) timer_arm(s->retry, s->connect_backoff);
}

static void act_ping(Supervisor *s)
{
        static const EngineRequestOps ops = { .on_done = on_ping };
        int r;

        s->request = engine_request_free(s->request);
        r = engine_call(s->engine, &s->request,
                        &(EngineCall) { .method = "GET", .path = "/_ping", .unversioned = true, .ops = &ops,
                                        .timeout_usec = PING_TIMEOUT_USEC, .userdata = s });
        if (r < 0) {
                supervisor_fail(s, CLI_EXIT_REFUSED, "Failed to call the engine: %s", strerror(-r));
                supervisor_push(s, EVENT_FAILED);
        }
}

int supervisor_on_retry(sd_event_source *source, uint64_t usec, void *userdata)
{
        Supervisor *s = ASSERT_PTR(userdata);

        if (s->state == STATE_CONNECTING)
                act_ping(s);
        return 0;
}

/* --- STATE_LOOKING_UP: what to do with a container of our name --- */

static int take_info(Supervisor *s, const EngineReply *reply)
{
        ContainerInfo info = CONTAINER_INFO_NULL;
        int r = container_info_parse(reply->body, reply->size, &info);

        if (r < 0) {
                supervisor_fail(s, CLI_EXIT_REFUSED, "The engine's description of the container is malformed.");
                supervisor_push(s, EVENT_FAILED);
                return r;
        }
        container_info_done(&s->container);
        s->container = info;
        return 0;
}

static void push_absent(Supervisor *s)
{
        bool pull = s->config.run->pull == PULL_ALWAYS && !s->pull.done;

        supervisor_push(s, pull ? EVENT_IMAGE_WANTED : EVENT_ABSENT);
}

/* Contract, "Name": with --rm an old one goes and a changed one is replaced; without, it is kept. */
static Event judge_found(Supervisor *s)
{
        const ContainerInfo *c = &s->container;
        bool changed = c->request_hash && strcmp(c->request_hash, s->request_hash) != 0;

        if (c->removing)
                return EVENT_FOUND_STALE;
        if (s->remove && (changed || !c->running)) {
                if (c->running)
                        log_notice("Container %s runs with other options than the unit has now, replacing it.", c->name);
                return EVENT_FOUND_STALE;
        }
        if (changed)
                log_warning("Container %s is stale: the unit's options have changed since it was made. It is kept, because "
                            "there is no --rm; remove it to have the new options.", c->name);
        s->adopted = s->started = c->running;
        return EVENT_FOUND;
}

/* The engine takes "/web" for "web", and tells names without it. */
static const char *wanted_name(const Supervisor *s)
{
        const char *name = s->config.run->name;

        return name[0] == '/' ? name + 1 : name;
}

static void on_looked_up(EngineRequest *request, int r, const EngineReply *reply, void *userdata)
{
        Supervisor *s = ASSERT_PTR(userdata);

        if (is_absent(reply)) {
                push_absent(s);
                return;
        }
        if (r < 0) {
                step_failed(s, "look for the container", reply);
                return;
        }
        if (take_info(s, reply) < 0)
                return;
        /* The engine also takes the first digits of an id for a name. */
        if (strcmp(s->container.name, wanted_name(s)) != 0) {
                push_absent(s);
                return;
        }
        s->has_container = true;
        supervisor_name_journal(s);
        supervisor_push(s, judge_found(s));
}

static void act_look_up(Supervisor *s)
{
        static const EngineRequestOps ops = { .on_done = on_looked_up };
        _cleanup_free_ char *name = NULL;

        s->has_container = false;
        if (!s->config.run->name) {
                push_absent(s);
                return;
        }
        name = engine_escape(wanted_name(s));
        step(s, "GET", name ? format_path("/containers/%s/json", name) : NULL, NULL, 0, &ops);
}

/* --- STATE_REMOVING_OLD, STATE_REMOVING --- */

/* An old container in the way is a failure; at the end of a life the exit status is the container's all the same. */
static void remove_failed(Supervisor *s, const EngineReply *reply)
{
        if (s->state != STATE_REMOVING) {
                step_failed(s, "remove the old container", reply);
                return;
        }
        log_warning("Failed to remove container %s, the next start will: %s", s->container.name,
                    reply->error.message ?: "unknown error");
        supervisor_push(s, EVENT_FAILED);
}

static void on_wait_removed(EngineRequest *request, int r, const EngineReply *reply, void *userdata)
{
        Supervisor *s = ASSERT_PTR(userdata);

        if (r < 0 && !is_absent(reply))
                remove_failed(s, reply);
        else
                supervisor_push(s, EVENT_REMOVED);
}

static void on_removed(EngineRequest *request, int r, const EngineReply *reply, void *userdata)
{
        static const EngineRequestOps wait_ops = { .on_done = on_wait_removed };
        Supervisor *s = ASSERT_PTR(userdata);

        if (r == -EEXIST && api_version_at_least(*engine_version(s->engine), 1, 30))
                /* The engine is removing it by itself already. */
                step(s, "POST", format_path("/containers/%s/wait?condition=removed", s->container.id), NULL,
                     WORK_TIMEOUT_USEC, &wait_ops);
        else if (r < 0 && !is_absent(reply))
                remove_failed(s, reply);
        else
                supervisor_push(s, EVENT_REMOVED);
}

/* v=1: anonymous volumes go with their container, as with `docker run --rm`. */
static void send_remove(Supervisor *s, bool force)
{
        static const EngineRequestOps ops = { .on_done = on_removed };

        step(s, "DELETE", format_path("/containers/%s?v=1%s", s->container.id, force ? "&force=1" : ""), NULL,
             WORK_TIMEOUT_USEC, &ops);
}

static void on_old_stopped(EngineRequest *request, int r, const EngineReply *reply, void *userdata)
{
        Supervisor *s = ASSERT_PTR(userdata);

        s->container.running = false;
        send_remove(s, true);
}

static void act_remove_old(Supervisor *s)
{
        static const EngineRequestOps stopped_ops = { .on_done = on_old_stopped };

        if (s->container.running)
                step(s, "POST", format_path("/containers/%s/stop", s->container.id), NULL, WORK_TIMEOUT_USEC,
                     &stopped_ops);
        else
                send_remove(s, false);
}

static void act_remove(Supervisor *s)
{
        if (!s->remove || !s->has_container || s->destroyed)
                supervisor_push(s, EVENT_REMOVED);
        else
                send_remove(s, s->started && !s->dead);
}

/* --- STATE_CREATING, STATE_PREPARING --- */

/* It isn't here, or only one for another platform than the one that is asked for. */
static bool image_is_missing(const EngineReply *reply)
{
        return reply->status == 404 && reply->error.message &&
               (strcasestr(reply->error.message, "no such image") ||
                strcasestr(reply->error.message, "does not match the specified platform"));
}

static bool may_pull(const Supervisor *s)
{
        return s->config.run->pull != PULL_NEVER && !s->pull.done && !image_reference_is_id(s->config.run->image);
}

static void on_created(EngineRequest *request, int r, const EngineReply *reply, void *userdata)
{
        _cleanup_strv_free_ char **warnings = NULL;
        Supervisor *s = ASSERT_PTR(userdata);

        if (image_is_missing(reply) && may_pull(s)) {
                supervisor_push(s, EVENT_IMAGE_WANTED);
                return;
        }
        if (r == -EEXIST && s->config.run->name && ++s->name_conflicts < NAME_CONFLICTS_MAX) {
                supervisor_push(s, EVENT_FOUND);
                return;
        }
        if (r < 0) {
                step_failed(s, "create the container", reply);
                return;
        }
        if (container_created_parse(reply->body, reply->size, s->container.id, &warnings) < 0) {
                supervisor_fail(s, CLI_EXIT_REFUSED, "The engine's answer to the creation is malformed.");
                supervisor_push(s, EVENT_FAILED);
                return;
        }
        STRV_FOREACH(w, warnings)
                log_warning("Engine: %s", *w);
        s->has_container = true;
        supervisor_push(s, EVENT_CREATED);
}

static void act_create(Supervisor *s)
{
        static const EngineRequestOps ops = { .on_done = on_created };
        const RunOptions *run = s->config.run;
        _cleanup_free_ char *name = engine_escape(run->name ?: ""), *platform = engine_escape(run->platform ?: "");

        if (!name || !platform) {
                step(s, "POST", NULL, NULL, 0, &ops);
                return;
        }
        step(s, "POST", format_path("/containers/create?%s%s%s%s", *name ? "name=" : "", name,
                                    *platform ? "&platform=" : "", platform),
             s->body, WORK_TIMEOUT_USEC, &ops);
}

static void on_prepared(EngineRequest *request, int r, const EngineReply *reply, void *userdata)
{
        Supervisor *s = ASSERT_PTR(userdata);

        if (r < 0) {
                step_failed(s, "inspect the container", reply);
                return;
        }
        if (take_info(s, reply) < 0)
                return;
        supervisor_name_journal(s);
        /* journald knows a sender's unit by looking at the process, once and while it lives. This early message is also what
         * makes the last one of a service that fails at once findable. */
        log_event(LOG_INFO, MESSAGE_ID_CONTAINER_CREATED, "Created container %s (%.12s) from image %s.", s->container.name,
                  s->container.id, s->container.image);
        supervisor_push(s, EVENT_PREPARED);
}

static void act_prepare(Supervisor *s)
{
        static const EngineRequestOps ops = { .on_done = on_prepared };

        step(s, "GET", format_path("/containers/%s/json", s->container.id), NULL, 0, &ops);
}

/* --- STATE_ATTACHING: events, exit status and output, all open before the start --- */

static void on_wait_open(EngineRequest *request, void *userdata)
{
        Supervisor *s = ASSERT_PTR(userdata);

        s->wait_open = true;
        supervisor_check_attached(s);
}

/* The answer is one small object, but it comes whenever it likes: so it is a stream. */
static size_t on_wait_data(EngineRequest *request, const char *data, size_t size, void *userdata)
{
        Supervisor *s = ASSERT_PTR(userdata);
        size_t n = MIN(size, sizeof(s->wait_answer) - s->wait_size);
        int code;

        memcpy(s->wait_answer + s->wait_size, data, n);
        s->wait_size += n;
        if (container_wait_parse(s->wait_answer, s->wait_size, &code) >= 0) {
                supervisor_report_exit_code(s, code);
                supervisor_report_dead(s);
        }
        return size;
}

static void on_wait_done(EngineRequest *request, int r, const EngineReply *reply, void *userdata)
{
        Supervisor *s = ASSERT_PTR(userdata);

        /* A broken one is opened again when the engine is back; on_engine_open() compares. */
        s->wait = engine_request_free(s->wait);
        s->wait_open = true;
        if (s->dead && s->exit_code < 0)
                supervisor_compare(s); /* it has not told: inspect may */
        supervisor_check_attached(s);
}

int supervisor_open_wait(Supervisor *s)
{
        static const EngineRequestOps ops = { on_wait_open, on_wait_data, on_wait_done };
        _cleanup_free_ char *path = format_path("/containers/%s/wait?condition=next-exit", s->container.id);

        s->wait = engine_request_free(s->wait);
        s->wait_open = false;
        s->wait_size = 0;
        /* Older engines know no condition, and answer at once for what does not run yet: there, inspect tells. */
        if (!api_version_at_least(*engine_version(s->engine), 1, 30))
                return 0;
        if (!path)
                return -ENOMEM;
        return engine_call(s->engine, &s->wait,
                           &(EngineCall) { .method = "POST", .path = path, .ops = &ops, .userdata = s });
}

int supervisor_open_log(Supervisor *s)
{
        s->log = log_stream_free(s->log);
        s->log_open = s->log_ended = false;
        if (!s->forward_log)
                return 0;
        return log_stream_new(&s->log, s->engine, s->container.id, s->container.tty, &supervisor_log_stream_ops, s);
}

static void act_attach(Supervisor *s)
{
        int r = 0;

        if (strcmp(s->container.log_driver, "journald") == 0)
                s->forward_log = false; /* the engine writes these lines to the journal itself */
        if (!s->events)
                r = engine_events_new(&s->events, s->event, s->engine, s->container.id,
                                      &supervisor_engine_events_ops, s);
        if (r >= 0)
                r = supervisor_open_log(s);
        if (r >= 0)
                r = supervisor_open_wait(s);
        if (r < 0) {
                supervisor_fail(s, CLI_EXIT_REFUSED, "Failed to attach to the container: %s", strerror(-r));
                supervisor_push(s, EVENT_FAILED);
        }
}

/* --- STATE_STARTING, STATE_INSPECTING --- */

static void on_started(EngineRequest *request, int r, const EngineReply *reply, void *userdata)
{
        Supervisor *s = ASSERT_PTR(userdata);

        if (r < 0) {
                step_failed(s, "start the container", reply);
                return;
        }
        s->started = true;
        supervisor_push(s, EVENT_STARTED);
}

static void act_start(Supervisor *s)
{
        static const EngineRequestOps ops = { .on_done = on_started };

        step(s, "POST", format_path("/containers/%s/start", s->container.id), NULL, WORK_TIMEOUT_USEC, &ops);
}

static void on_inspected(EngineRequest *request, int r, const EngineReply *reply, void *userdata)
{
        Supervisor *s = ASSERT_PTR(userdata);

        if (is_absent(reply)) { /* it was that short-lived, and --rm */
                s->destroyed = true;
                supervisor_report_dead(s);
                return;
        }
        if (r < 0) {
                step_failed(s, "inspect the container", reply);
                return;
        }
        if (take_info(s, reply) < 0)
                return;
        if (!s->container.running || s->container.pid == 0) {
                supervisor_report_exit_code(s, s->container.exit_code);
                supervisor_report_dead(s);
        } else if (supervisor_watch_process(s) < 0)
                supervisor_report_dead(s);
        else
                supervisor_push(s, EVENT_ALIVE);
}

static void act_inspect(Supervisor *s)
{
        static const EngineRequestOps ops = { .on_done = on_inspected };

        step(s, "GET", format_path("/containers/%s/json", s->container.id), NULL, 0, &ops);
}

static void act_resume(Supervisor *s)
{
        log_info("Container %s was started again.", s->container.name);
        s->dead = false;
        s->exit_code = -1;
        s->killed_by_others = s->stopped_by_others = s->adopted = s->deaf = false;
        s->container.running = true;
}

/* --- STATE_STOPPING, STATE_KILLING --- */

static void on_stopped(EngineRequest *request, int r, const EngineReply *reply, void *userdata)
{
        Supervisor *s = ASSERT_PTR(userdata);

        if (r >= 0 || is_absent(reply))
                return; /* the death itself is what counts, and comes from elsewhere */
        log_warning("The engine did not stop the container (%s), signalling it ourselves.",
                    reply->error.message ?: "unknown error");
        if (s->process)
                (void) pid_watch_kill(s->process, s->container.stop_signal);
}

static void act_stop(Supervisor *s)
{
        static const EngineRequestOps ops = { .on_done = on_stopped };
        int seconds = s->container.stop_timeout >= 0 ? s->container.stop_timeout : 10;
        uint64_t needed = ((uint64_t) seconds + 5) * USEC_PER_SEC;

        (void) sd_notify(false, "STOPPING=1");
        if (needed > s->unit_properties.timeout_stop_usec)
                (void) sd_notifyf(false, "EXTEND_TIMEOUT_USEC=%" PRIu64, needed);
        step(s, "POST", format_path("/containers/%s/stop", s->container.id), NULL, needed + 5 * USEC_PER_SEC, &ops);
}

static void act_kill(Supervisor *s)
{
        log_warning("Container %s did not stop in time, killing it.", s->container.name);
        s->killed_by_us = true;
        if (s->process)
                (void) pid_watch_kill(s->process, SIGKILL);
        else
                supervisor_forward_signal(s, SIGKILL);
}

/* --- STATE_DRAINING, STATE_LINGERING --- */

static void act_drain(Supervisor *s)
{
        if (s->exit_code < 0 && !s->wait)
                supervisor_compare(s); /* nobody else is going to tell */
        supervisor_check_finished(s);
}

/* If this is half of `docker restart`, output begins before we hear of the start: attach to the stopped
 * container now. */
static void act_linger(Supervisor *s)
{
        if (supervisor_open_log(s) < 0 || supervisor_open_wait(s) < 0)
                log_warning("Failed to attach to the stopped container, ignoring.");
        supervisor_check_finished(s);
}

static void act_hand_back(Supervisor *s)
{
        supervisor_hand_back(s);
}

static void act_announce(Supervisor *s)
{
        supervisor_announce(s);
}

static const struct {
        Action action;
        void (*act)(Supervisor *s);
} action_table[] = {
        { ACTION_PING, act_ping },
        { ACTION_LOOK_UP, act_look_up },
        { ACTION_REMOVE_OLD, act_remove_old },
        { ACTION_PULL, supervisor_pull },
        { ACTION_CREATE, act_create },
        { ACTION_PREPARE, act_prepare },
        { ACTION_RESUME, act_resume },
        { ACTION_ATTACH, act_attach },
        { ACTION_START, act_start },
        { ACTION_INSPECT, act_inspect },
        { ACTION_ANNOUNCE, act_announce },
        { ACTION_STOP, act_stop },
        { ACTION_KILL, act_kill },
        { ACTION_HAND_BACK, act_hand_back },
        { ACTION_DRAIN, act_drain },
        { ACTION_LINGER, act_linger },
        { ACTION_REMOVE, act_remove },
};

void supervisor_act(Supervisor *s, uint32_t actions)
{
        for (size_t i = 0; i < ELEMENTSOF(action_table); i++)
                if (actions & action_table[i].action)
                        action_table[i].act(s);
}

/* --- Side calls --- */

struct SideCall {
        Supervisor *supervisor;
        EngineRequest *request;
        void (*on_done)(Supervisor *s, int r, const EngineReply *reply);
        SideCall *next;
};

static void side_call_on_done(EngineRequest *request, int r, const EngineReply *reply, void *userdata)
{
        SideCall *c = ASSERT_PTR(userdata);
        Supervisor *s = c->supervisor;

        c->on_done(s, r, reply);
        for (SideCall **p = &s->side_calls; *p; p = &(*p)->next)
                if (*p == c) {
                        *p = c->next;
                        break;
                }
        engine_request_free(c->request);
        free(c);
}

static void side_call(Supervisor *s, const char *method, char *path,
                      void (*on_done)(Supervisor *s, int r, const EngineReply *reply))
{
        static const EngineRequestOps ops = { .on_done = side_call_on_done };
        _cleanup_free_ char *p = path;
        SideCall *c = p ? calloc(1, sizeof(*c)) : NULL;

        if (!c) {
                (void) log_oom();
                return;
        }
        c->supervisor = s;
        c->on_done = on_done;
        if (engine_call(s->engine, &c->request,
                        &(EngineCall) { .method = method, .path = p, .ops = &ops, .userdata = c }) < 0) {
                free(c);
                return;
        }
        c->next = s->side_calls;
        s->side_calls = c;
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

static void on_signal_forwarded(Supervisor *s, int r, const EngineReply *reply)
{
        if (r < 0)
                log_warning("Failed to pass a signal on to the container, ignoring: %s", reply->error.message ?: "?");
}

void supervisor_forward_signal(Supervisor *s, int signo)
{
        if (!s->started || s->dead || !s->config.run->sig_proxy)
                return;
        log_debug("Passing SIG%s on to the container.", signal_to_string(signo));
        side_call(s, "POST", format_path("/containers/%s/kill?signal=%i", s->container.id, signo), on_signal_forwarded);
}

static void on_compared(Supervisor *s, int r, const EngineReply *reply)
{
        ContainerInfo info = CONTAINER_INFO_NULL;

        if (is_absent(reply)) {
                s->destroyed = true;
                supervisor_report_dead(s);
                supervisor_check_finished(s);
                return;
        }
        if (r < 0 || container_info_parse(reply->body, reply->size, &info) < 0)
                return; /* the next event or the next connection brings another chance */
        if (info.running && !s->wait && IN_STATE(s, STATE_RUNNING, STATE_STOPPING, STATE_KILLING))
                (void) supervisor_open_wait(s);
        supervisor_report_info(s, &info);
        container_info_done(&info);
}

void supervisor_act_compare(Supervisor *s)
{
        side_call(s, "GET", format_path("/containers/%s/json", s->container.id), on_compared);
}

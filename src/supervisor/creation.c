/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* From the options of `docker run` to a container that was created.
 *
 * The request carries a hash of itself in a label. By it the next start knows whether the options of the
 * unit have changed since. So the hash is of what the unit says: neither the engine's version, which changes
 * the body a little, nor the place in the unit's cgroup, which depends on what the engine can do. */

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "cidfile.h"
#include "codec/engine/container-info.h"
#include "codec/registry/image-reference.h"
#include "container-logins.h"
#include "creation.h"
#include "loop/event-util.h"
#include "timeouts.h"
#include "util/log.h"
#include "util/macro.h"
#include "util/strv.h"
#include "json/json.h"

#define NAME_CONFLICT_USEC (500 * USEC_PER_MSEC)

struct Creation {
        Engine *engine;
        CreationConfig config;
        const Facts *facts;
        const CreationOps *ops;
        void *userdata;

        char *body; /* of the request, JSON */
        char *hash;
        ContainerLogins *logins;
        Cidfile cidfile;

        EngineRequest *request;
        sd_event_source *retry; /* somebody else has the name: when to look again */
        unsigned name_conflicts;
};

/* The request */

/* Our --rm has the last word over docker's. */
static int build_body(Creation *c, const ApiVersion *version, const RunRequestExtras *extras,
                      struct json_object **ret, CliError *reterr)
{
        _cleanup_json_ struct json_object *body = NULL;
        struct json_object *o;
        int r;

        r = run_request_build(c->config.run, version, extras, &body, reterr);
        if (r < 0)
                return r;
        o = json_ensure(body, "HostConfig", json_type_object);
        if (!o || json_set_bool(o, "AutoRemove", c->facts->remove) < 0)
                return -ENOMEM;
        *ret = TAKE_PTR(body);
        return 0;
}

static int hash_request(Creation *c, const RunRequestExtras *extras, char ret[static RUN_REQUEST_HASH_MAX],
                        CliError *reterr)
{
        const RunRequestExtras hashed = {
                .environment = extras->environment,
                .binds = extras->binds,
                .labels = extras->labels,
        };
        _cleanup_json_ struct json_object *body = NULL;
        int r = build_body(c, NULL, &hashed, &body, reterr);

        return r < 0 ? r : run_request_hash(body, ret);
}

/* The environment that is passed on, then that of the supervisor. */
static int merge_environment(Creation *c, char *const *more, char ***ret)
{
        int r = 0;

        if (c->config.pass_environment)
                r = run_request_pass_environment(c->config.context->environment, ret);
        STRV_FOREACH(e, more)
                if (r >= 0)
                        r = strv_extend(ret, *e);
        return r;
}

static int set_request_label(struct json_object *labels, const char *hash)
{
        _cleanup_free_ char *label = NULL;
        uint64_t creation;

        if (getrandom(&creation, sizeof(creation), 0) != (ssize_t) sizeof(creation))
                return -EIO;
        if (asprintf(&label, "%s%c%016" PRIx64, hash, CONTAINER_LABEL_SEPARATOR, creation) < 0) {
                label = NULL;
                return -ENOMEM;
        }
        return json_set_string(labels, CONTAINER_LABEL_REQUEST, label);
}

static int take_request(Creation *c, struct json_object *body, const char *hash)
{
        struct json_object *labels = json_ensure(body, "Labels", json_type_object);
        _cleanup_free_ char *text = NULL, *copy = NULL;

        /* All of them, always: what is missing here could be a label of the image. */
        if (!labels || set_request_label(labels, hash) < 0 ||
            json_set_string(labels, CONTAINER_LABEL_UNIT, c->config.unit ?: "") < 0 ||
            json_set_string(labels, CONTAINER_LABEL_USER, c->config.user ?: "") < 0)
                return -ENOMEM;
        text = json_to_text(body, JSON_C_TO_STRING_PLAIN);
        copy = strdup(hash);
        if (!text || !copy)
                return -ENOMEM;
        free(c->body);
        free(c->hash);
        c->body = TAKE_PTR(text);
        c->hash = TAKE_PTR(copy);
        return 0;
}

int creation_build(Creation *c, const RunRequestExtras *extras, CliError *reterr)
{
        _cleanup_json_ struct json_object *body = NULL;
        _cleanup_strv_free_ char **environment = NULL;
        RunRequestExtras all = extras ? *extras : (RunRequestExtras){ .environment = NULL };
        char hash[RUN_REQUEST_HASH_MAX];
        int r;

        r = merge_environment(c, all.environment, &environment);
        if (r < 0)
                return r;
        all.environment = environment;
        r = hash_request(c, &all, hash, reterr);
        if (r >= 0)
                r = build_body(c, engine_version(c->engine), &all, &body, reterr);
        if (r >= 0 && c->config.run->use_api_socket)
                r = container_logins_prepare(c->logins, c->config.context, body);
        return r < 0 ? r : take_request(c, body, hash);
}

const char *creation_body(const Creation *c)
{
        return c->body;
}

const char *creation_hash(const Creation *c)
{
        return c->hash;
}

/* --cidfile */

int creation_claim_cidfile(Creation *c, CliError *reterr)
{
        return cidfile_claim(&c->cidfile, reterr);
}

void creation_write_cidfile(Creation *c, const char *id)
{
        int r = cidfile_write(&c->cidfile, id);

        if (r < 0)
                log_error_errno(r, "Failed to write --cidfile %s, ignoring: %m", c->cidfile.path);
}

/* What the engine says */

static void creation_fail(Creation *c, const char *what, const EngineError *error)
{
        _cleanup_free_ char *message = NULL;

        if (asprintf(&message, "Failed to %s: %s", what, error->message ?: "unknown error") < 0)
                message = NULL;
        c->ops->on_failed(engine_error_exit_code(error),
                          &(EngineFailure){ message ?: "Out of memory.", error->message, error->http_status,
                                            error->error },
                          c->userdata);
}

/* No image of the name is here, or only one for another platform than the one that is asked for. */
static bool image_is_missing(const EngineReply *reply)
{
        return reply->status == 404 && reply->error.message &&
               (strcasestr(reply->error.message, "no such image") ||
                strcasestr(reply->error.message, "does not match the specified platform"));
}

static bool may_pull(const Creation *c)
{
        return c->config.run->pull != PULL_NEVER && !c->facts->image_pulled &&
               !image_reference_is_id(c->config.run->image);
}

static void take_answer(Creation *c, const EngineReply *reply)
{
        _cleanup_strv_free_ char **warnings = NULL;
        char id[ENGINE_ID_SIZE + 1];

        if (container_created_parse(reply->body, reply->size, id, &warnings) < 0) {
                c->ops->on_failed(
                        CLI_EXIT_REFUSED,
                        &(EngineFailure){ "The engine's answer to the creation is malformed.", NULL, 0 },
                        c->userdata);
                return;
        }
        STRV_FOREACH(w, warnings)
                log_warning("Engine: %s", *w);
        creation_write_cidfile(c, id);
        c->ops->on_created(id, c->userdata);
}

static void on_created(EngineRequest *request, int r, const EngineReply *reply, void *userdata)
{
        Creation *c = ASSERT_PTR(userdata);
        bool taken = r == -EEXIST && c->config.run->name;

        if (image_is_missing(reply) && may_pull(c))
                c->ops->on_image_missing(c->userdata);
        else if (taken && ++c->name_conflicts < CREATION_NAME_CONFLICTS_MAX)
                (void) timer_arm(c->retry, c->config.name_conflict_usec);
        else if (r < 0)
                creation_fail(c, "create the container", &reply->error);
        else
                take_answer(c, reply);
}

/* Whoever creates or removes a container of our name has had some time for it. */
static int on_retry(sd_event_source *source, uint64_t usec, void *userdata)
{
        Creation *c = ASSERT_PTR(userdata);

        c->ops->on_name_taken(c->userdata);
        return 0;
}

static char *create_path(const RunOptions *run)
{
        _cleanup_free_ char *name = engine_escape(run->name ?: ""),
                            *platform = engine_escape(run->platform ?: "");
        char *path;

        if (!name || !platform ||
            asprintf(&path, "/containers/create?%s%s%s%s", *name ? "name=" : "", name,
                     *platform ? "&platform=" : "", platform) < 0)
                return NULL;
        return path;
}

int creation_send(Creation *c, uint64_t timeout_usec, CliError *reterr)
{
        static const EngineRequestOps ops = { .on_done = on_created };
        _cleanup_free_ char *path = create_path(c->config.run);
        int r;

        assert(c->body);
        creation_stop(c);
        if (!path)
                return cli_error_oom(reterr);
        r = engine_call(c->engine, &c->request,
                        &(EngineCall){ .method = "POST",
                                       .path = path,
                                       .body = c->body,
                                       .timeout_usec = timeout_usec,
                                       .ops = &ops,
                                       .userdata = c });
        if (r < 0)
                (void) cli_error(reterr, CLI_EXIT_REFUSED,
                                 "Failed to create the container: %s (POST /containers/create)",
                                 strerror(-r));
        return r;
}

void creation_stop(Creation *c)
{
        c->request = engine_request_free(c->request);
        container_logins_stop(c->logins);
        (void) timer_arm(c->retry, UINT64_MAX);
}

/* Logins */

#define PUT_LOGINS "put the logins of --use-api-socket into the container"

static void on_logins_put(void *userdata)
{
        Creation *c = ASSERT_PTR(userdata);

        c->ops->on_logins_put(c->userdata);
}

static void on_logins_failed(const EngineError *error, void *userdata)
{
        creation_fail(ASSERT_PTR(userdata), PUT_LOGINS, error);
}

bool creation_has_logins(const Creation *c)
{
        return container_logins_are_pending(c->logins);
}

int creation_put_logins(Creation *c, const char *id, CliError *reterr)
{
        int r = container_logins_put(c->logins, id);

        if (r < 0)
                (void) cli_error(reterr, CLI_EXIT_REFUSED, "Failed to " PUT_LOGINS " %.12s: %s", id,
                                 strerror(-r));
        return r;
}

void creation_drop_logins(Creation *c)
{
        container_logins_drop(c->logins);
}

int creation_new(Creation **ret, sd_event *event, Engine *engine, const CreationConfig *config,
                 const Facts *facts, const CreationOps *ops, void *userdata)
{
        static const EventTraits retry = { "name-conflict", EVENT_PRIORITY_TIMER, EVENT_FAILURE_EXIT };
        static const ContainerLoginsOps logins_ops = { on_logins_put, on_logins_failed };
        _cleanup_(creation_freep) Creation *c = calloc(1, sizeof(*c));
        int r;

        if (!c)
                return -ENOMEM;
        c->engine = engine;
        c->config = *config;
        c->config.name_conflict_usec = config->name_conflict_usec ?: NAME_CONFLICT_USEC;
        c->facts = facts;
        c->ops = ops;
        c->userdata = userdata;
        c->cidfile.path = config->run->cidfile;
        r = event_add_timer(event, &c->retry, on_retry, c, &retry);
        if (r >= 0)
                r = container_logins_new(&c->logins, engine, &logins_ops, c);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(c);
        return 0;
}

Creation *creation_free(Creation *c)
{
        if (!c)
                return NULL;
        engine_request_free(c->request);
        container_logins_free(c->logins);
        cidfile_drop(&c->cidfile);
        sd_event_source_disable_unref(c->retry);
        free(c->body);
        free(c->hash);
        free(c);
        return NULL;
}

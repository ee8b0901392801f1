/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Images: asked for, and pulled if that is the policy. The login of --authfile and --creds takes the way of
 * $DOCKER_AUTH_CONFIG, a text in the form of config.json that comes before the file. */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "codec/registry/image-reference.h"
#include "codec/registry/registry-auth.h"
#include "session.h"
#include "util/fd.h"
#include "util/log.h"
#include "util/macro.h"
#include "util/strv.h"

#define VARIABLE "DOCKER_AUTH_CONFIG"
#define AUTHFILE_MAX ((size_t) 64 * 1024)

static void on_progress(const char *text, uint64_t extend_usec, void *userdata)
{
        log_debug("%s", text);
}

static void on_pulled(void *userdata)
{
        Session *s = ASSERT_PTR(userdata);

        log_info("Pulled image %s.", s->options->name);
        session_end(s, EXIT_SUCCESS);
}

static void on_failed(const EngineFailure *failure, void *userdata)
{
        session_fail_pull(ASSERT_PTR(userdata), failure);
}

/* {"auths": {REGISTRY: {"username": …, "password": …}}} */
static int creds_config(const EnsureOptions *o, char **ret)
{
        _cleanup_(image_reference_done) ImageReference reference = IMAGE_REFERENCE_NULL;
        _cleanup_json_ struct json_object *config = json_object_new_object();
        struct json_object *auths = config ? json_ensure(config, "auths", json_type_object) : NULL, *auth;
        size_t n = strcspn(o->creds, ":");
        _cleanup_free_ char *user = strndup(o->creds, n);
        int r = image_reference_parse(o->name, &reference);

        if (r < 0)
                return r;
        auth = auths ? json_ensure(auths, registry_auth_key(reference.registry), json_type_object) : NULL;
        if (!auth || !user || json_set_string(auth, "username", user) < 0 ||
            json_set_string(auth, "password", o->creds + n + 1) < 0)
                return -ENOMEM;
        *ret = json_to_text(config, JSON_C_TO_STRING_PLAIN);
        return *ret ? 0 : -ENOMEM;
}

/* The context for the pull, with the login that the options name. */
static int set_login(Session *s)
{
        const EnsureOptions *o = s->options;
        _cleanup_free_ char *config = NULL;
        int r = 0;

        s->context = *s->config->context;
        if (!o->creds && !o->authfile)
                return 0;
        if (o->creds)
                r = creds_config(o, &config);
        else
                r = read_file_at(AT_FDCWD, o->authfile, AUTHFILE_MAX, &config, NULL);
        if (r >= 0)
                r = strv_extendf(&s->environment, VARIABLE "=%s", config);
        STRV_FOREACH(e, s->config->context->environment)
                if (r >= 0 && strncmp(*e, VARIABLE "=", sizeof(VARIABLE)) != 0)
                        r = strv_extend(&s->environment, *e);
        s->context.environment = s->environment;
        return r;
}

static void pull(Session *s)
{
        static const ImageOps ops = { .on_progress = on_progress,
                                      .on_pulled = on_pulled,
                                      .on_failed = on_failed };
        _cleanup_cli_error_ CliError error = CLI_ERROR_NULL;
        const EnsureOptions *o = s->options;
        ImageConfig config = {
                .name = o->name,
                .platform = o->platform,
                .all_tags = o->all_tags,
                .context = &s->context,
                .bar_fd = !s->config->in_service && isatty(STDERR_FILENO) ? STDERR_FILENO : -1,
                .engine_may_restart = s->config->in_service,
        };
        int r = set_login(s);

        if (r < 0)
                session_fail(s, "Failed to pull image %s: %s%s%s", o->name, o->authfile ?: "",
                             o->authfile ? ": " : "", strerror(-r));
        else if (image_new(&s->image, s->event, s->engine, &config, &ops, s, &error) < 0)
                session_fail(s, "%s", error.message ?: "out of memory");
}

/* Whether the image is for the platform "os[/arch[/variant]]". */
static bool is_for_platform(struct json_object *image, const char *platform)
{
        static const char *const members[] = { "Os", "Architecture", "Variant" };

        for (size_t i = 0; platform && *platform && i < ELEMENTSOF(members); i++) {
                const char *is = json_string_or(image, members[i], "");
                size_t n = strcspn(platform, "/");

                if (strlen(is) != n || strncmp(is, platform, n) != 0)
                        return false;
                platform += n + (platform[n] == '/');
        }
        return true;
}

static void on_found(EngineRequest *request, int r, const EngineReply *reply, void *userdata)
{
        Session *s = ASSERT_PTR(userdata);
        const EnsureOptions *o = s->options;
        _cleanup_json_ struct json_object *image = NULL;
        bool exists;

        if (r < 0 && reply->status != 404) {
                session_fail_engine(s, reply, "Failed to look for image %s", o->name);
                return;
        }
        exists = r >= 0 && json_parse(reply->body, reply->size, &image) >= 0 &&
                 is_for_platform(image, o->platform);
        if (exists && !o->all_tags)
                session_end(s, EXIT_SUCCESS);
        else if (o->pull == ENSURE_PULL_NEVER)
                session_fail(s, "Image %s does not exist%s%s, and --pull never keeps it from being pulled.",
                             o->name, o->platform ? " for " : "", o->platform ?: "");
        else
                pull(s);
}

void image_start(Session *s)
{
        static const EngineRequestOps ops = { .on_done = on_found };
        _cleanup_free_ char *name = engine_escape(s->options->name);
        char *path = NULL;

        if (s->options->infra) {
                infra_start(s);
                return;
        }
        if (s->options->pull == ENSURE_PULL_ALWAYS) {
                pull(s);
                return;
        }
        if (name && asprintf(&path, "/images/%s/json", name) < 0)
                path = NULL;
        session_send(s, "GET", path, NULL, &ops);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Who we are for the registry of an image, as the docker CLI finds it: $DOCKER_AUTH_CONFIG, config.json, and
 * a credential helper that it names. None of these is an error where it can't be used: most images want no
 * login, and of those that do the registry complains. So it's a warning, and where the login came from goes
 * into the error. */

#include <fcntl.h>
#include <string.h>

#include "codec/registry/docker-config.h"
#include "codec/registry/image-reference.h"
#include "run/context.h"
#include "supervisor-internal.h"
#include "util/fd.h"
#include "util/log.h"
#include "util/macro.h"
#include "util/strv.h"

#define CONFIG_MAX ((size_t) 16 * 1024 * 1024)
#define PATH_DEFAULT "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
#define ENVIRONMENT_NAME "DOCKER_AUTH_CONFIG"

void login_done(Login *l)
{
        l->helper = credential_helper_free(l->helper);
        free(l->registry);
        free(l->file);
        free(l->helper_name);
        free(l->source);
        free(l->header);
        registry_auth_done(&l->auth);
        *l = LOGIN_NULL;
}

static const char *login_key(const Login *l)
{
        return registry_auth_key(l->registry);
}

static int set_source(Login *l, const char *format, ...) _printf_(2, 3);
static int set_source(Login *l, const char *format, ...)
{
        char *source;
        va_list ap;
        int r;

        va_start(ap, format);
        r = vasprintf(&source, format, ap);
        va_end(ap);
        if (r < 0)
                return -ENOMEM;
        free(l->source);
        l->source = source;
        return 0;
}

/* The last step: what is known now is what the engine is told. */
static void login_finish(Supervisor *s, int r)
{
        Login *l = &s->pull.login;

        if (r >= 0 && !l->source)
                r = set_source(l, "without a login: %s has none for %s", l->file, l->registry);
        if (r >= 0)
                r = registry_auth_header(&l->auth, &l->header);
        if (r < 0) {
                supervisor_fail(s, CLI_EXIT_REFUSED, "Failed to look for the login to %s: %s",
                                l->registry ?: "the registry", strerror(-r));
                supervisor_push(s, LIFE_FAILED);
                return;
        }
        supervisor_pull_as(s);
}

static int take_answer(Login *l, int r, const CredentialAnswer *answer)
{
        if (r < 0 && registry_auth_answer_is_none(answer->output, answer->size)) {
                registry_auth_done(&l->auth);
                return set_source(l, "without a login: docker-credential-%s has none for %s", l->helper_name,
                                  l->registry);
        }
        if (r >= 0) {
                r = registry_auth_take_answer(&l->auth, login_key(l), answer->output, answer->size);
                if (r >= 0)
                        return set_source(l, "with the login of docker-credential-%s", l->helper_name);
                if (r == -ENOMEM)
                        return r;
        }
        log_warning("docker-credential-%s gives no login for %s, ignoring it: %s", l->helper_name,
                    l->registry, answer->message ?: "its answer is malformed");
        return l->source ? 0
                         : set_source(l, "without a login: docker-credential-%s gives none", l->helper_name);
}

static void on_helper_done(int r, const CredentialAnswer *answer, void *userdata)
{
        Supervisor *s = ASSERT_PTR(userdata);
        Login *l = &s->pull.login;

        r = take_answer(l, r, answer);
        l->helper = credential_helper_free(l->helper);
        login_finish(s, r);
}

/* 1: it was asked, and on_helper_done() goes on. 0: it can't be. */
static int login_ask_helper(Supervisor *s, const CliContext *context)
{
        static const CredentialHelperOps ops = { .on_done = on_helper_done };
        _cleanup_strv_free_ char **environment = NULL;
        _cleanup_free_ char *program = NULL;
        Login *l = &s->pull.login;
        int r;

        STRV_FOREACH(e, context->environment)
                if (strv_extend(&environment, *e) < 0)
                        return -ENOMEM;
        /* Helpers look for their own files there. */
        if (!context_getenv(context, "HOME") &&
            strv_extendf(&environment, "HOME=%s", context_home(context)) < 0)
                return -ENOMEM;
        r = credential_helper_find(context_getenv(context, "PATH") ?: PATH_DEFAULT, l->helper_name,
                                   &program);
        if (r >= 0)
                r = credential_helper_new(&l->helper, s->event,
                                          &(CredentialHelperCall){ .program = program,
                                                                   .environment = environment,
                                                                   .key = login_key(l),
                                                                   .ops = &ops,
                                                                   .userdata = s });
        if (r >= 0)
                return 1;
        if (r == -ENOMEM)
                return r;
        log_warning("Failed to run docker-credential-%s, which %s names for %s, ignoring it: %s",
                    l->helper_name, l->file, l->registry,
                    r == -ENOENT ? "not found in $PATH" : strerror(-r));
        return l->source
                       ? 0
                       : set_source(l, "without a login: docker-credential-%s can't be run", l->helper_name);
}

/* What a text of the form of config.json says. 1: it has a login, or names a helper. */
static int take_config(Login *l, const char *data, size_t size, const char *name)
{
        _cleanup_(docker_config_auth_done) DockerConfigAuth found = DOCKER_CONFIG_AUTH_NULL;
        int r = docker_config_find(data, size, login_key(l), &found);

        if (r == -ENOMEM)
                return r;
        if (r < 0) {
                if (r == -EBADMSG)
                        log_warning("%s is malformed, ignoring it.", name);
                else
                        log_warning("The login for %s in %s is malformed, ignoring it.", l->registry, name);
                return set_source(l, "without a login: %s is malformed", name);
        }
        l->helper_name = TAKE_PTR(found.helper);
        if (!found.found)
                return l->helper_name != NULL;
        registry_auth_done(&l->auth);
        l->auth = found.auth;
        found.auth = REGISTRY_AUTH_NULL;
        /* `docker login` leaves an empty entry behind where a helper has the rest */
        if ((l->auth.username || l->auth.identity_token || l->auth.registry_token) &&
            set_source(l, "with the login of %s", name) < 0)
                return -ENOMEM;
        return 1;
}

static int take_file(Login *l, const CliContext *context)
{
        _cleanup_free_ char *data = NULL;
        size_t size;
        int r;

        l->file = context_config_path(context);
        if (!l->file)
                return -ENOMEM;
        r = read_file_at(context->dir_fd, l->file, CONFIG_MAX, &data, &size);
        if (r == -ENOENT || r == -ENOTDIR)
                return 0;
        if (r == -ENOMEM)
                return r;
        if (r < 0) {
                log_warning_errno(r, "Failed to read %s, ignoring it: %m", l->file);
                return set_source(l, "without a login: %s can't be read", l->file);
        }
        return take_config(l, data, size, l->file);
}

static int login_begin(Supervisor *s, const char *registry)
{
        const CliContext context = { .environment = s->config.environment, .dir_fd = AT_FDCWD };
        const char *variable = context_getenv(&context, ENVIRONMENT_NAME);
        Login *l = &s->pull.login;
        int r = 0;

        l->registry = strdup(registry);
        if (!l->registry)
                return -ENOMEM;
        if (variable && *variable)
                r = take_config(l, variable, strlen(variable), "$" ENVIRONMENT_NAME);
        if (r == 0)
                r = take_file(l, &context);
        if (r < 0)
                return r;
        return l->helper_name ? login_ask_helper(s, &context) : 0;
}

void supervisor_log_in(Supervisor *s, const char *registry)
{
        int r = login_begin(s, registry);

        if (r <= 0)
                login_finish(s, r);
}

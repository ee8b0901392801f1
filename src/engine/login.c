/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The login for a registry, found as the docker CLI finds it: in $DOCKER_AUTH_CONFIG, in config.json, and
 * with the credential helper that one of them names.
 *
 * What cannot be used is a warning and no error: most images need no login, and for the others the registry
 * complains. That complaint is shown together with the source of the login. */

#include <fcntl.h>
#include <string.h>

#include "codec/registry/docker-config.h"
#include "codec/registry/registry-auth.h"
#include "engine/credential-helper.h"
#include "login.h"
#include "util/fd.h"
#include "util/log.h"
#include "util/macro.h"
#include "util/strv.h"

#define CONFIG_MAX ((size_t) 16 * 1024 * 1024)
#define PATH_DEFAULT "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
#define ENVIRONMENT_NAME "DOCKER_AUTH_CONFIG"

struct Login {
        char *registry;
        RegistryAuth auth; /* of config.json, then also of the helper */
        char *config;      /* what was read last: the path of config.json, or the variable's name */
        char *helper_name;
        CredentialHelper *helper;
        char *source;
        char *header;
        const LoginOps *ops;
        void *userdata;
};

Login *login_free(Login *l)
{
        if (!l)
                return NULL;
        credential_helper_free(l->helper);
        free(l->registry);
        free(l->config);
        free(l->helper_name);
        free(l->source);
        free(l->header);
        registry_auth_done(&l->auth);
        free(l);
        return NULL;
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

/* The last step: what is known now becomes what the engine is told. */
static int login_finish(Login *l)
{
        int r = 0;

        if (!l->source)
                r = set_source(l, "without a login: %s has none for %s", l->config, l->registry);
        return r < 0 ? r : registry_auth_header(&l->auth, &l->header);
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
        Login *l = ASSERT_PTR(userdata);

        r = take_answer(l, r, answer);
        l->helper = credential_helper_free(l->helper);
        if (r >= 0)
                r = login_finish(l);
        l->ops->on_done(r, l->userdata);
}

/* 1: it was asked, and on_helper_done() follows. 0: it cannot be asked. */
static int login_ask_helper(Login *l, sd_event *event, const CliContext *context)
{
        static const CredentialHelperOps ops = { .on_done = on_helper_done };
        _cleanup_strv_free_ char **environment = NULL;
        _cleanup_free_ char *program = NULL, *home = context_home(context);
        int r;

        if (!home)
                return -ENOMEM;
        STRV_FOREACH(e, context->environment)
                if (strv_extend(&environment, *e) < 0)
                        return -ENOMEM;
        /* Helpers look for their own files in it. */
        if (!context_getenv(context, "HOME") && strv_extendf(&environment, "HOME=%s", home) < 0)
                return -ENOMEM;
        r = credential_helper_find(context_getenv(context, "PATH") ?: PATH_DEFAULT, l->helper_name,
                                   &program);
        if (r >= 0)
                r = credential_helper_new(&l->helper, event,
                                          &(CredentialHelperCall){ .program = program,
                                                                   .environment = environment,
                                                                   .key = login_key(l),
                                                                   .ops = &ops,
                                                                   .userdata = l });
        if (r >= 0)
                return 1;
        if (r == -ENOMEM)
                return r;
        log_warning("Failed to run docker-credential-%s, which %s names for %s, ignoring it: %s",
                    l->helper_name, l->config, l->registry,
                    r == -ENOENT ? "not found in $PATH" : strerror(-r));
        return l->source ? 0
                         : set_source(l, "without a login: docker-credential-%s cannot be run",
                                      l->helper_name);
}

/* Takes over the login that docker's configuration file had for the registry. */
static int take_entry(Login *l, DockerConfigAuth *found)
{
        registry_auth_done(&l->auth);
        l->auth = found->auth;
        found->auth = REGISTRY_AUTH_NULL;
        /* `docker login` leaves an empty entry where a helper has the rest. */
        if (!l->auth.username && !l->auth.identity_token && !l->auth.registry_token)
                return 0;
        return set_source(l, "with the login of %s", l->config);
}

/* Reads a text in the form of config.json, whose name is l->config. 1: it has a login, or names a helper. */
static int take_config(Login *l, const char *data, size_t size)
{
        _cleanup_(docker_config_auth_done) DockerConfigAuth found = DOCKER_CONFIG_AUTH_NULL;
        int r = docker_config_find(data, size, login_key(l), &found);

        if (r == -ENOMEM)
                return r;
        if (r < 0) {
                if (r == -EBADMSG)
                        log_warning("%s is malformed, ignoring it.", l->config);
                else
                        log_warning("The login for %s in %s is malformed, ignoring it.", l->registry,
                                    l->config);
                return set_source(l, "without a login: %s is malformed", l->config);
        }
        l->helper_name = TAKE_PTR(found.helper);
        if (!found.found)
                return l->helper_name != NULL;
        r = take_entry(l, &found);
        return r < 0 ? r : 1;
}

static int take_variable(Login *l, const CliContext *context)
{
        const char *variable = context_getenv(context, ENVIRONMENT_NAME);

        if (!variable || !*variable)
                return 0;
        l->config = strdup("$" ENVIRONMENT_NAME);
        return l->config ? take_config(l, variable, strlen(variable)) : -ENOMEM;
}

static int take_file(Login *l, const CliContext *context)
{
        _cleanup_free_ char *data = NULL;
        size_t size;
        int r;

        free(l->config);
        l->config = context_config_path(context);
        if (!l->config)
                return -ENOMEM;
        r = read_file_at(context->dir_fd, l->config, CONFIG_MAX, &data, &size);
        if (r == -ENOENT || r == -ENOTDIR)
                return 0;
        if (r == -ENOMEM)
                return r;
        if (r < 0) {
                log_warning_errno(r, "Failed to read %s, ignoring it: %m", l->config);
                return set_source(l, "without a login: %s cannot be read", l->config);
        }
        return take_config(l, data, size);
}

/* 1: a helper was asked, and on_helper_done() follows. */
static int login_begin(Login *l, sd_event *event, const CliContext *context)
{
        int r = take_variable(l, context);

        if (r == 0)
                r = take_file(l, context);
        if (r < 0)
                return r;
        return l->helper_name ? login_ask_helper(l, event, context) : 0;
}

int login_new(Login **ret, sd_event *event, const CliContext *context, const char *registry,
              const LoginOps *ops, void *userdata)
{
        _cleanup_(login_freep) Login *l = calloc(1, sizeof(*l));
        int asked, r;

        if (!l)
                return -ENOMEM;
        l->ops = ops;
        l->userdata = userdata;
        l->registry = strdup(registry);
        if (!l->registry)
                return -ENOMEM;
        asked = login_begin(l, event, context);
        if (asked < 0)
                return asked;
        r = asked ? 0 : login_finish(l);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(l);
        return !asked;
}

const char *login_header(const Login *l)
{
        return l->header;
}

const char *login_source(const Login *l)
{
        return l->source;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Which engine, by the rules of the docker CLI: --host, --context, $DOCKER_HOST, $DOCKER_CONTEXT,
 * currentContext of config.json, and then the socket of this machine. A context has TLS settings of its own,
 * and those of the environment do not count for it. A context that cannot be used is an error: the engine of
 * the machine is another one. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "codec/engine/engine-host.h"
#include "codec/registry/docker-context.h"
#include "codec/sha256.h"
#include "engine/engine-choice.h"
#include "util/cleanup.h"
#include "util/fd.h"
#include "util/log.h"
#include "util/macro.h"

#define FILE_MAX ((size_t) 1024 * 1024)
#define DEFAULT "default"
#define CURE "; name the engine with --host or $DOCKER_HOST, or see docker context ls"

void engine_choice_done(EngineChoice *c)
{
        free(c->host);
        free(c->context);
        free(c->cert_path);
        *c = ENGINE_CHOICE_NULL;
}

static bool is_set(const char *s)
{
        return s && *s;
}

/* A file that is missing, or that we may not read, names no context, and neither does one that is no JSON:
 * so does the CLI, and what else is wrong then is said when an image is pulled. */
static int read_current(const CliContext *c, const char *folder, char **ret, CliError *reterr)
{
        _cleanup_free_ char *path = NULL, *data = NULL;
        size_t size;
        int r;

        if (asprintf(&path, "%s/config.json", folder) < 0)
                return cli_error_oom(reterr);
        r = read_file_at(c->dir_fd, path, FILE_MAX, &data, &size);
        if (r == -ENOENT || r == -ENOTDIR || r == -EACCES)
                return 0;
        if (r >= 0)
                r = docker_context_current(data, size, ret);
        if (r == -ENOMEM)
                return cli_error_oom(reterr);
        if (r == -EBADMSG) {
                log_warning(
                        "%s is malformed: no context is taken from it, the engine is that of this machine.",
                        path);
                return 0;
        }
        return r < 0 ? cli_error(reterr, CLI_EXIT_USAGE,
                                 "the engine is unknown: currentContext of %.200s: %s" CURE, path,
                                 r == -EINVAL ? "not a name" : strerror(-r))
                     : 0;
}

/* The name of a context. NULL: no context. */
static int find_name(const CliContext *c, const char *folder, const char *host, const char *context,
                     char **ret, CliError *reterr)
{
        const char *variable = context_getenv(c, "DOCKER_CONTEXT");
        int r = 0;

        if (!is_set(context) && is_set(host))
                return 0;
        if (!is_set(context) && is_set(context_getenv(c, "DOCKER_HOST")))
                return 0;
        if (is_set(context) || is_set(variable)) {
                *ret = strdup(is_set(context) ? context : variable);
                r = *ret ? 0 : cli_error_oom(reterr);
        } else
                r = read_current(c, folder, ret, reterr);
        if (r >= 0 && *ret && strcmp(*ret, DEFAULT) == 0) {
                free(*ret);
                *ret = NULL;
        }
        return r;
}

static int refuse_context(const char *name, const char *why, CliError *reterr)
{
        return cli_error(reterr, CLI_EXIT_USAGE, "context %.100s: %s" CURE, name, why);
}

static int read_meta(const CliContext *c, const char *folder, const char *hash, const char *name,
                     DockerContext *ret, CliError *reterr)
{
        _cleanup_free_ char *path = NULL, *data = NULL;
        size_t size;
        int r;

        if (asprintf(&path, "%s/contexts/meta/%s/meta.json", folder, hash) < 0)
                return cli_error_oom(reterr);
        r = read_file_at(c->dir_fd, path, FILE_MAX, &data, &size);
        if (r == -ENOENT || r == -ENOTDIR)
                return cli_error(reterr, CLI_EXIT_USAGE,
                                 "context %.100s does not exist in %.200s/contexts" CURE, name, folder);
        if (r < 0)
                return r == -ENOMEM ? cli_error_oom(reterr)
                                    : cli_error(reterr, CLI_EXIT_USAGE, "context %.100s: %.300s: %s" CURE,
                                                name, path, strerror(-r));
        r = docker_context_parse(data, size, ret);
        if (r == -ENOMEM)
                return cli_error_oom(reterr);
        return r < 0 ? refuse_context(name,
                                      r == -ENOENT ? "it has no engine of Docker's" : "it is malformed",
                                      reterr)
                     : 0;
}

/* Whether the context has files for TLS. */
static bool has_tls_files(const CliContext *c, const char *folder)
{
        static const char *const files[] = { "ca.pem", "cert.pem", "key.pem" };
        bool has = false;

        for (size_t i = 0; i < ELEMENTSOF(files) && !has; i++) {
                _cleanup_free_ char *path = NULL;

                has = asprintf(&path, "%s/%s", folder, files[i]) >= 0 &&
                      (faccessat(c->dir_fd, path, F_OK, 0) >= 0 || errno == EACCES);
        }
        return has;
}

static int take_context(const CliContext *c, const char *folder, char *name, EngineChoice *ret,
                        CliError *reterr)
{
        _cleanup_(docker_context_done) DockerContext meta = DOCKER_CONTEXT_NULL;
        _cleanup_(engine_host_done) EngineHost host = ENGINE_HOST_NULL;
        _cleanup_free_ char *certificates = NULL;
        char hash[SHA256_HEX_MAX];
        const char *why = NULL;
        bool tls;
        int r;

        if (!docker_context_name_is_valid(name))
                return refuse_context(name, "this cannot be the name of a context", reterr);
        sha256_hex(name, strlen(name), hash);
        r = read_meta(c, folder, hash, name, &meta, reterr);
        if (r < 0)
                return r;
        if (asprintf(&certificates, "%s/contexts/tls/%s/docker", folder, hash) < 0)
                return cli_error_oom(reterr);
        tls = meta.no_check || has_tls_files(c, certificates);
        if (engine_host_parse(meta.host, tls, &host, &why) < 0)
                return cli_error(reterr, CLI_EXIT_USAGE, "context %.100s: %.200s: %s", name, meta.host, why);
        *ret = (EngineChoice){ .host = TAKE_PTR(meta.host),
                               .tls = tls,
                               .verify = !meta.no_check,
                               .cert_path = TAKE_PTR(certificates),
                               .context = strdup(name) };
        return ret->context ? 0 : cli_error_oom(reterr);
}

/* docker's rule: DOCKER_TLS_VERIFY set means TLS with a check of the peer, DOCKER_TLS means TLS without. */
static int take_environment(const CliContext *c, const char *folder, const char *host, EngineChoice *ret,
                            CliError *reterr)
{
        const char *variable = context_getenv(c, "DOCKER_HOST"),
                   *path = context_getenv(c, "DOCKER_CERT_PATH");
        bool verify = is_set(context_getenv(c, "DOCKER_TLS_VERIFY"));

        if (!is_set(host))
                host = is_set(variable) ? variable : "unix://" ENGINE_HOST_DEFAULT_PATH;
        *ret = (EngineChoice){ .host = strdup(host),
                               .tls = verify || is_set(context_getenv(c, "DOCKER_TLS")),
                               .verify = verify,
                               .cert_path = strdup(is_set(path) ? path : folder) };
        return ret->host && ret->cert_path ? 0 : cli_error_oom(reterr);
}

int engine_choice_find(const CliContext *c, const char *host, const char *context, EngineChoice *ret,
                       CliError *reterr)
{
        _cleanup_(engine_choice_done) EngineChoice choice = ENGINE_CHOICE_NULL;
        _cleanup_free_ char *folder = context_config_folder(c), *name = NULL;
        int r;

        if (!folder)
                return cli_error_oom(reterr);
        if (is_set(host) && is_set(context))
                return cli_error(reterr, CLI_EXIT_USAGE, "--host and --context contradict each other");
        r = find_name(c, folder, host, context, &name, reterr);
        if (r < 0)
                return r;
        r = name ? take_context(c, folder, name, &choice, reterr)
                 : take_environment(c, folder, is_set(context) ? NULL : host, &choice, reterr);
        if (r < 0)
                return r;
        *ret = choice;
        choice = ENGINE_CHOICE_NULL;
        return 0;
}

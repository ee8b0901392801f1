/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The container's environment: -e, --env-file, and the proxies of docker's config.json.
 *
 * The CLI sends the variables of -e in the random order of a hash table; here they keep the order of the
 * command line. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "client-config.h"
#include "env-file.h"
#include "run-parse.h"
#include "run-subjects.h"
#include "text.h"
#include "util/fd.h"
#include "json/json.h"

#define CONFIG_MAX ((size_t) 16 * 1024 * 1024)
#define CREDENTIAL_MAX ((size_t) 1024 * 1024)

int set_env(RunParse *p, const RunOptionSpec *spec, const char *value)
{
        const char *rest = NULL;
        _cleanup_free_ char *name = text_cut(value, '=', &rest);

        if (!name)
                return -ENOMEM;
        if (!*name)
                return run_parse_error(p, "the name of the variable is missing");
        if (!rest)
                rest = context_getenv(p->context, name);
        if (!rest) {
                /* Not set here either: removes the variable of the image. */
                if (json_object_object_add(p->environment, name, NULL) < 0)
                        return -ENOMEM;
                return 0;
        }
        return json_set(p->environment, name, json_object_new_string(rest));
}

/* VARIABLE=CREDENTIAL, see systemd.exec(5). The newline at the end, which editors and echo(1) write, is not
 * part of the value. */
int set_env_credential(RunParse *p, const RunOptionSpec *spec, const char *value)
{
        const char *credential = NULL, *folder = context_getenv(p->context, "CREDENTIALS_DIRECTORY");
        _cleanup_free_ char *name = text_cut(value, '=', &credential), *path = NULL, *data = NULL;
        size_t size;
        int r;

        if (!name)
                return -ENOMEM;
        if (!*name || !credential || !*credential || strchr(credential, '/'))
                return run_parse_error(p, "must be VARIABLE=CREDENTIAL");
        if (asprintf(&path, "%s/%s", folder ?: "/run/credentials", credential) < 0)
                return -ENOMEM;
        r = folder ? read_file_at(p->context->dir_fd, path, CREDENTIAL_MAX, &data, &size) : -ENOENT;
        if (r == -ENOMEM)
                return r;
        if (r == -ENOENT)
                return run_parse_error(p, "the service has no credential %s; put it into /etc/credstore/%s",
                                       credential, credential);
        if (r < 0)
                return run_parse_error(p, "%s: %s", path, strerror(-r));
        size -= size > 0 && data[size - 1] == '\n';
        data[size] = 0;
        if (memchr(data, 0, size) || !utf8_valid(data, size))
                return run_parse_error(p, "the credential %s is not a text; use it as a file", credential);
        return json_set(p->environment, name, json_object_new_string(data));
}

/* Reads what config.json says, except for logins: these are looked up when an image is pulled. */
static int read_config(RunParse *p)
{
        _cleanup_free_ char *path = context_config_path(p->context), *data = NULL;
        size_t size = 0;
        int r;

        if (!path)
                return -ENOMEM;
        r = read_file_at(p->context->dir_fd, path, CONFIG_MAX, &data, &size);
        if (r < 0)
                return r == -ENOMEM ? r : 0; /* without a configuration there are no proxies */
        r = proxies_parse(data, size, context_engine(p->context), p->environment);
        if (r >= 0 && p->o->interactive && !p->o->detach_keys)
                r = detach_keys_parse(data, size, &p->o->detach_keys);
        return r == -ENOMEM ? r : 0;
}

int finish_environment(RunParse *p)
{
        _cleanup_json_ struct json_object *array = json_object_new_array();
        const StrVec *files = p->lists + LIST_ENV_FILE;
        int r = array ? read_config(p) : -ENOMEM;

        for (size_t i = 0; r >= 0 && i < files->n; i++)
                r = env_file_read(p, "--env-file", files->items[i], true, array);
        if (r < 0)
                return r;
        json_object_object_foreach(p->environment, name, value)
        {
                _cleanup_free_ char *entry = NULL;

                if (!value)
                        r = json_append_text(array, name);
                else if (asprintf(&entry, "%s=%s", name, json_object_get_string(value)) < 0)
                        r = -ENOMEM;
                else
                        r = json_append_text(array, entry);
                if (r < 0)
                        return r;
        }
        return json_object_array_length(array) == 0 ? 0 : draft_set(p, "Env", TAKE_PTR(array));
}

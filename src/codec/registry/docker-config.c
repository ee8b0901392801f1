/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* config.json:
 *
 *   { "auths": { "registry:5000": { "auth": "BASE64 OF USER:PASSWORD" },
 *                "https://index.docker.io/v1/": { "username": …, "password": …, "identitytoken": … } },
 *     "credsStore": "NAME",
 *     "credHelpers": { "registry:5000": "NAME" } }
 *
 * The rules are those of the docker CLI. The credential helper of the registry, or else credsStore, is found
 * by the exact key. An entry in `auths` is also found by the host name of a key that is a URL, as old
 * versions of `docker login` wrote them. Upper and lower case do not matter in names of members, but in keys
 * they do.
 *
 * If the file has none of the three, the CLI also asks the keyring of the desktop. We do not, because
 * `docker login` notes in the file that it has put something there. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base64.h"
#include "codec/registry/docker-config.h"
#include "util/macro.h"
#include "util/text.h"
#include "json/json.h"

void docker_config_auth_done(DockerConfigAuth *a)
{
        assert(a);
        registry_auth_done(&a->auth);
        free(a->helper);
        *a = DOCKER_CONFIG_AUTH_NULL;
}

/* The member of that name if it is an object, otherwise NULL. */
static struct json_object *get_object(struct json_object *o, const char *name)
{
        struct json_object *member = json_get_any_case(o, name);

        return json_object_is_type(member, json_type_object) ? member : NULL;
}

/* Whether a key like "https://user@host:port/v1/" has this host name and port. */
static bool url_has_host(const char *url, const char *host)
{
        const char *begin = strstr(url, "://"), *at;
        size_t n;

        begin = begin ? begin + strlen("://") : url;
        n = strcspn(begin, "/?#");
        at = memrchr(begin, '@', n);
        if (at) {
                n -= (size_t) (at + 1 - begin);
                begin = at + 1;
        }
        return n == strlen(host) && strncmp(begin, host, n) == 0;
}

/* *name becomes the key of the entry. */
static struct json_object *find_entry(struct json_object *auths, const char **name)
{
        struct json_object *entry;

        if (!auths)
                return NULL;
        if (json_object_object_get_ex(auths, *name, &entry))
                return entry;
        json_object_object_foreach(auths, other, value) if (url_has_host(other, *name))
        {
                *name = other;
                return value;
        }
        return NULL;
}

static int copy_string(struct json_object *o, const char *name, char **ret)
{
        const char *s;

        if (json_get_string_any_case(o, name, &s) < 0 || !*s)
                return 0;
        *ret = strdup(s);
        return *ret ? 0 : -ENOMEM;
}

/* base64 of USER:PASSWORD. Old clients put NULs around the password. */
static int decode_auth(const char *s, RegistryAuth *a)
{
        _cleanup_free_ char *text = NULL;
        size_t size, n;
        char *colon, *password;
        int r = base64_decode(s, strlen(s), &text, &size);

        if (r < 0)
                return r;
        colon = memchr(text, ':', size);
        if (!colon || colon == text || memchr(text, 0, (size_t) (colon - text)))
                return -EINVAL;
        *colon = 0;
        password = colon + 1;
        while (password < text + size && !*password)
                password++;
        n = strlen(password);
        /* a NUL in the middle cannot be sent */
        for (const char *c = password + n; c < text + size; c++)
                if (*c)
                        return -EINVAL;
        free(a->username);
        free(a->password);
        a->username = strdup(text);
        a->password = strdup(password);
        return a->username && a->password ? 0 : -ENOMEM;
}

static int take_entry(struct json_object *entry, const char *name, RegistryAuth *a)
{
        _cleanup_free_ char *auth = NULL;
        const struct {
                const char *name;
                char **value;
        } members[] = {
                { "username", &a->username },
                { "password", &a->password },
                { "email", &a->email },
                { "identitytoken", &a->identity_token },
                { "registrytoken", &a->registry_token },
                { "auth", &auth },
        };
        int r;

        for (size_t i = 0; i < ELEMENTSOF(members); i++) {
                r = copy_string(entry, members[i].name, members[i].value);
                if (r < 0)
                        return r;
        }
        a->server_address = strdup(name);
        if (!a->server_address)
                return -ENOMEM;
        return auth ? decode_auth(auth, a) : 0;
}

/* An empty name in credHelpers means that this registry has no helper, not even credsStore. */
static int find_helper(struct json_object *config, const char *key, char **ret)
{
        struct json_object *helpers = get_object(config, "credHelpers"), *name;

        if (helpers && json_object_object_get_ex(helpers, key, &name)) {
                const char *s =
                        json_object_is_type(name, json_type_string) ? json_object_get_string(name) : "";

                if (!*s)
                        return 0;
                *ret = strdup(s);
                return *ret ? 0 : -ENOMEM;
        }
        return copy_string(config, "credsStore", ret);
}

static int parse_config(const char *data, size_t size, struct json_object **ret)
{
        int r;

        if (text_is_blank(data, size))
                return (*ret = json_object_new_object()) ? 0 : -ENOMEM;
        r = json_parse_file(data, size, ret);
        if (r >= 0 && json_object_is_type(*ret, json_type_object))
                return 0;
        json_object_put(*ret);
        *ret = NULL;
        return r == -ENOMEM ? r : -EBADMSG;
}

/* The form that clients write: user and password in base64. */
static int add_login(struct json_object *logins, const char *key, const RegistryAuth *a)
{
        struct json_object *o = json_ensure(logins, key, json_type_object);
        _cleanup_free_ char *text = NULL, *auth = NULL;
        int n;

        if (!o)
                return -ENOMEM;
        if (a->username) {
                n = asprintf(&text, "%s:%s", a->username, a->password ?: "");
                if (n < 0)
                        return -ENOMEM;
                auth = base64_encode(text, (size_t) n);
                if (!auth || json_set_string(o, "auth", auth) < 0)
                        return -ENOMEM;
        }
        if ((a->email && json_set_string(o, "email", a->email) < 0) ||
            (a->identity_token && json_set_string(o, "identitytoken", a->identity_token) < 0) ||
            (a->registry_token && json_set_string(o, "registrytoken", a->registry_token) < 0))
                return -ENOMEM;
        return 0;
}

int docker_config_logins(const char *data, size_t size, char **ret, bool *ret_helpers)
{
        _cleanup_json_ struct json_object *config = NULL, *made = json_object_new_object();
        struct json_object *auths, *helpers,
                *logins = made ? json_ensure(made, "auths", json_type_object) : NULL;
        const char *store = NULL;
        char *text = NULL;
        int r = logins ? parse_config(data, size, &config) : -ENOMEM;

        if (r < 0)
                return r;
        auths = get_object(config, "auths");
        if (auths) {
                json_object_object_foreach(auths, key, entry)
                {
                        _cleanup_(registry_auth_done) RegistryAuth a = REGISTRY_AUTH_NULL;

                        r = take_entry(entry, key, &a);
                        if (r >= 0)
                                r = add_login(logins, key, &a);
                        if (r < 0)
                                return r;
                }
        }
        if (json_object_object_length(logins) > 0 &&
            !(text = json_to_text(made, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE)))
                return -ENOMEM;
        helpers = get_object(config, "credHelpers");
        (void) json_get_string_any_case(config, "credsStore", &store);
        *ret = text;
        *ret_helpers = (store && *store) || (helpers && json_object_object_length(helpers) > 0);
        return 0;
}

int docker_config_find(const char *data, size_t size, const char *key, DockerConfigAuth *ret)
{
        _cleanup_(docker_config_auth_done) DockerConfigAuth a = DOCKER_CONFIG_AUTH_NULL;
        _cleanup_json_ struct json_object *config = NULL;
        struct json_object *entry;
        int r;

        assert(key);
        assert(ret);

        r = parse_config(data, size, &config);
        if (r < 0)
                return r;
        r = find_helper(config, key, &a.helper);
        if (r < 0)
                return r;
        entry = find_entry(get_object(config, "auths"), &key);
        if (entry) {
                a.found = true;
                r = take_entry(entry, key, &a.auth);
                if (r < 0)
                        return r;
        }
        *ret = a;
        a = DOCKER_CONFIG_AUTH_NULL;
        return 0;
}

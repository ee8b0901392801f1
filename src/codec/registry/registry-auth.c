/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Credentials of a registry.
 *
 * The engine expects them in the header X-Registry-Auth, as base64url of
 * {"username":…,"password":…,"serveraddress":…} or with an "identitytoken" (Engine API, "Authentication"). A
 * credential helper prints {"ServerURL":…,"Username":…,"Secret":…}. With the Username "<token>", the secret
 * is an identity token. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base64.h"
#include "codec/registry/image-reference.h"
#include "codec/registry/registry-auth.h"
#include "util/macro.h"
#include "json/json.h"

#define KEY_DEFAULT "https://index.docker.io/v1/"
#define USERNAME_OF_TOKEN "<token>"
#define NOT_FOUND "credentials not found in native keychain"

void registry_auth_done(RegistryAuth *a)
{
        assert(a);
        free(a->username);
        free(a->password);
        free(a->email);
        free(a->server_address);
        free(a->identity_token);
        free(a->registry_token);
        *a = REGISTRY_AUTH_NULL;
}

const char *registry_auth_key(const char *registry)
{
        assert(registry);
        return strcmp(registry, IMAGE_REGISTRY_DEFAULT) == 0 ? KEY_DEFAULT : registry;
}

int registry_auth_header(const RegistryAuth *a, char **ret)
{
        _cleanup_json_ struct json_object *o = json_object_new_object();
        const char *text;
        char *header;

        assert(a);
        assert(ret);

        const struct {
                const char *name, *value;
        } members[] = {
                { "username", a->username },
                { "password", a->password },
                { "email", a->email },
                { "serveraddress", a->server_address },
                { "identitytoken", a->identity_token },
                { "registrytoken", a->registry_token },
        };

        if (!o)
                return -ENOMEM;
        for (size_t i = 0; i < ELEMENTSOF(members); i++)
                if (members[i].value && members[i].value[0] &&
                    json_set_string(o, members[i].name, members[i].value) < 0)
                        return -ENOMEM;
        text = json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
        header = text ? base64url_encode(text, strlen(text)) : NULL;
        if (!header)
                return -ENOMEM;
        *ret = header;
        return 0;
}

/* Replaces *member with a copy of value, which can be NULL. */
static int replace(char **member, const char *value)
{
        char *copy = NULL;

        if (value && !(copy = strdup(value)))
                return -ENOMEM;
        free(*member);
        *member = copy;
        return 0;
}

int registry_auth_take_answer(RegistryAuth *a, const char *key, const char *data, size_t size)
{
        _cleanup_json_ struct json_object *o = NULL;
        const char *username, *secret;
        bool token;
        int r;

        assert(a);
        assert(key);

        r = json_parse(data, size, &o);
        if (r < 0)
                return r == -ENOMEM ? r : -EBADMSG;
        if (json_get_string_any_case(o, "Username", &username) < 0 ||
            json_get_string_any_case(o, "Secret", &secret) < 0)
                return -EBADMSG;
        token = strcmp(username, USERNAME_OF_TOKEN) == 0;
        r = replace(&a->username, token ? NULL : username);
        if (r >= 0)
                r = replace(&a->password, token ? NULL : secret);
        if (r >= 0)
                r = replace(&a->identity_token, token ? secret : NULL);
        if (r >= 0)
                r = replace(&a->server_address, key);
        return r;
}

bool registry_auth_answer_is_none(const char *data, size_t size)
{
        static const char blanks[] = " \t\r\n";

        assert(data || size == 0);
        while (size > 0 && memchr(blanks, data[0], sizeof(blanks) - 1)) {
                data++;
                size--;
        }
        while (size > 0 && memchr(blanks, data[size - 1], sizeof(blanks) - 1))
                size--;
        return size == strlen(NOT_FOUND) && memcmp(data, NOT_FOUND, size) == 0;
}

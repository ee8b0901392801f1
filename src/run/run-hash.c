/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* A hash of a request, to find out later whether the options of a unit have changed. It only has to
 * distinguish requests of the same administrator. It does not have to resist an attacker, because whoever
 * can choose the options can also choose the label. FNV-1a with 128 bits needs only a few lines, and gives
 * the same result in every version. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "run/run-request.h"
#include "util/macro.h"
#include "json/json.h"

#define FNV_BASIS (((unsigned __int128) UINT64_C(0x6c62272e07bb0142) << 64) | UINT64_C(0x62b821756295c58d))
#define FNV_PRIME (((unsigned __int128) UINT64_C(0x0000000001000000) << 64) | UINT64_C(0x000000000000013b))

typedef unsigned __int128 Hash;

static void hash_bytes(Hash *h, const void *data, size_t size)
{
        for (const unsigned char *p = data; size > 0; p++, size--)
                *h = (*h ^ *p) * FNV_PRIME;
}

/* The length is hashed before the text, so that different sequences of texts never give the same bytes. */
static void hash_text(Hash *h, char kind, const char *s, size_t size)
{
        char head[32];
        int n = snprintf(head, sizeof(head), "%c%zu:", kind, size);

        hash_bytes(h, head, (size_t) n);
        hash_bytes(h, s, size);
}

static int compare_keys(const void *a, const void *b)
{
        return strcmp(*(const char *const *) a, *(const char *const *) b);
}

static int hash_value(Hash *h, struct json_object *o);

static int hash_object(Hash *h, struct json_object *o)
{
        size_t n = (size_t) json_object_object_length(o), i = 0;
        _cleanup_free_ const char **keys = calloc(n + 1, sizeof(*keys));

        if (!keys)
                return -ENOMEM;
        json_object_object_foreach(o, key, value)
        {
                (void) value;
                keys[i++] = key;
        }
        qsort(keys, n, sizeof(*keys), compare_keys);
        hash_text(h, '{', "", 0);
        for (i = 0; i < n; i++) {
                int r;

                hash_text(h, 'k', keys[i], strlen(keys[i]));
                r = hash_value(h, json_object_object_get(o, keys[i]));
                if (r < 0)
                        return r;
        }
        hash_text(h, '}', "", 0);
        return 0;
}

static int hash_array(Hash *h, struct json_object *o)
{
        hash_text(h, '[', "", 0);
        for (size_t i = 0; i < json_object_array_length(o); i++) {
                int r = hash_value(h, json_object_array_get_idx(o, i));

                if (r < 0)
                        return r;
        }
        hash_text(h, ']', "", 0);
        return 0;
}

static int hash_value(Hash *h, struct json_object *o)
{
        const char *text;

        switch (json_object_get_type(o)) {
        case json_type_object:
                return hash_object(h, o);
        case json_type_array:
                return hash_array(h, o);
        case json_type_string:
                hash_text(h, 's', json_object_get_string(o), (size_t) json_object_get_string_len(o));
                return 0;
        default:
                text = json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN);
                if (!text)
                        return -ENOMEM;
                hash_text(h, 'v', text, strlen(text));
                return 0;
        }
}

int run_request_hash(struct json_object *body, char ret[static RUN_REQUEST_HASH_MAX])
{
        Hash h = FNV_BASIS;
        int r;

        assert(body);

        r = hash_value(&h, body);
        if (r < 0)
                return r;
        (void) snprintf(ret, RUN_REQUEST_HASH_MAX, "%016llx%016llx", (unsigned long long) (h >> 64),
                        (unsigned long long) h);
        return 0;
}

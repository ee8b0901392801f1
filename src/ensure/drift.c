/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Where something that exists differs from what is wanted. It is kept as it is: its data, or the containers
 * that use it, are worth more than the new options. */

#include <string.h>

#include "session.h"
#include "util/log.h"
#include "util/text.h"

#define VALUE_MAX ((size_t) 100)
#define PLACE_MAX 300

typedef struct Difference {
        bool found;
        char place[PLACE_MAX]; /* "Options/com.docker.network.driver.mtu" */
        char *is, *wanted;
} Difference;

static void difference_done(Difference *d)
{
        free(d->is);
        free(d->wanted);
}

static char *value_text(struct json_object *value)
{
        const char *text = value ? json_object_to_json_string_ext(value, JSON_C_TO_STRING_PLAIN) : "not set";

        return text ? text_one_line(text, strlen(text), VALUE_MAX) : NULL;
}

static void difference_note(Difference *d, const char *place, struct json_object *wanted,
                            struct json_object *existing)
{
        d->found = true;
        (void) snprintf(d->place, sizeof(d->place), "%s", place);
        d->wanted = value_text(wanted);
        d->is = value_text(existing);
}

static void compare(Difference *d, const char *place, struct json_object *wanted,
                    struct json_object *existing);

static void compare_members(Difference *d, const char *place, struct json_object *wanted,
                            struct json_object *existing)
{
        json_object_object_foreach(wanted, key, value)
        {
                struct json_object *other = NULL;
                char inner[PLACE_MAX];

                if (d->found)
                        return;
                if (strcmp(key, ENSURE_LABEL) == 0)
                        continue;
                (void) json_object_object_get_ex(existing, key, &other);
                (void) snprintf(inner, sizeof(inner), "%s%s%s", place, *place ? "/" : "", key);
                compare(d, inner, value, other);
        }
}

static void compare_items(Difference *d, const char *place, struct json_object *wanted,
                          struct json_object *existing)
{
        size_t n = json_object_array_length(wanted);

        if (n != json_object_array_length(existing)) {
                difference_note(d, place, wanted, existing);
                return;
        }
        for (size_t i = 0; i < n && !d->found; i++)
                compare(d, place, json_object_array_get_idx(wanted, i),
                        json_object_array_get_idx(existing, i));
}

/* Only what is wanted counts: the engine adds defaults of its own. */
static void compare(Difference *d, const char *place, struct json_object *wanted,
                    struct json_object *existing)
{
        enum json_type type = json_object_get_type(wanted);

        if (type == json_type_object && json_object_object_length(wanted) == 0)
                return;
        if (type != json_object_get_type(existing))
                difference_note(d, place, wanted, existing);
        else if (type == json_type_object)
                compare_members(d, place, wanted, existing);
        else if (type == json_type_array)
                compare_items(d, place, wanted, existing);
        else if (!json_object_equal(wanted, existing))
                difference_note(d, place, wanted, existing);
}

void session_compare(Session *s, struct json_object *wanted, struct json_object *existing)
{
        const char *kind = ensure_kind_to_string(s->options->kind), *name = s->options->name;
        _cleanup_(difference_done) Difference d = {};
        struct json_object *labels = NULL;
        const char *hash = NULL;

        if (json_get(existing, "Labels", json_type_object, &labels) >= 0)
                hash = json_string_or(labels, ENSURE_LABEL, NULL);
        if (hash && s->hash && strcmp(hash, s->hash) == 0)
                return;
        compare(&d, "", wanted, existing);
        if (d.found)
                log_warning("%s %s is not as requested: %s is %s, not %s. It is kept; `docker %s rm %s` and "
                            "another start create it again.",
                            kind, name, d.place, d.is ?: "?", d.wanted ?: "?", kind, name);
        else if (hash)
                log_warning("%s %s was created with options that are no longer requested. It is kept; "
                            "`docker %s rm %s` and another start create it again.",
                            kind, name, kind, name);
}

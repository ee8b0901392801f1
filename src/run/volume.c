/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* -v, --volume: [SOURCE:]TARGET[:OPTIONS]. With a source it is a bind, which is sent as it was written.
 * Without one it is an anonymous volume. The engine checks options and paths. */

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "run-parse.h"
#include "run-subjects.h"
#include "text.h"
#include "util/strv.h"
#include "json/json.h"

/* The CLI treats a single letter before a colon as a Windows drive: "a:b" is one field. */
static bool is_drive(const char *field, size_t size)
{
        uint32_t rune;

        if (size == 0 || utf8_decode(field, size, &rune) != size)
                return false;
        return rune < 0x80 ? (rune | 0x20) >= 'a' && (rune | 0x20) <= 'z' : rune != 0xfffd;
}

/* Returns the number of fields, 1 to 3, or -EINVAL. *ret_source is the length of the first field. */
static int count_fields(const char *s, size_t *ret_source)
{
        const char *field = s, *c = s;
        int n = 0;

        /* Too short for two fields. */
        if (strlen(s) <= 2)
                return *s ? 1 : -EINVAL;
        for (;; c++) {
                if (*c && *c != ':')
                        continue;
                if (*c == ':' && is_drive(field, (size_t) (c - field)))
                        continue;
                if (c == field || n == 3)
                        return -EINVAL;
                if (n++ == 0)
                        *ret_source = (size_t) (c - s);
                if (!*c)
                        return n;
                field = c + 1;
        }
}

static int add_volume(RunParse *p, const char *value)
{
        struct json_object *volumes;

        volumes = draft_ensure(p, "Volumes", json_type_object);
        if (!volumes)
                return -ENOMEM;
        return json_set_any(volumes, value, json_object_new_object());
}

/* The engine of this machine makes a folder that does not exist, and the unit's may be a mistyped one. What
 * a file system says from its cache is enough. */
static int note_missing(RunParse *p, const char *path)
{
        struct statx stx;

        if (!p->context->in_service || !text_starts_with(context_engine(p->context), "unix:") ||
            statx(AT_FDCWD, path, AT_STATX_DONT_SYNC | AT_NO_AUTOMOUNT, 0, &stx) >= 0 || errno != ENOENT)
                return 0;
        return strv_extend(&p->o->missing_folders, path);
}

/* seen: the values so far; a repeated one is ignored. */
static int add_bind(RunParse *p, const char *value, size_t source, struct json_object *seen)
{
        _cleanup_free_ char *path = strndup(value, source), *absolute = NULL, *bind = NULL;
        int r;

        if (!path)
                return -ENOMEM;
        if (json_object_object_get_ex(seen, value, NULL))
                return 0;
        if (json_set(seen, value, json_object_new_boolean(true)) < 0)
                return -ENOMEM;
        if (*path == '/' && note_missing(p, path) < 0)
                return -ENOMEM;
        if (*path != '.')
                return draft_append(p, "HostConfig/Binds", json_text(value));
        r = run_parse_host_path(p, "--volume", value, path, &absolute);
        if (r < 0)
                return r;
        if (note_missing(p, absolute) < 0 || asprintf(&bind, "%s%s", absolute, value + source) < 0)
                return -ENOMEM;
        return draft_append(p, "HostConfig/Binds", json_text(bind));
}

int finish_volumes(RunParse *p)
{
        _cleanup_json_ struct json_object *seen = json_object_new_object();
        const StrVec *v = p->lists + LIST_VOLUME;

        if (!seen)
                return -ENOMEM;
        for (size_t i = 0; i < v->n; i++) {
                size_t source = 0;
                int n = count_fields(v->items[i], &source), r;

                if (n < 0)
                        return run_parse_error_at(p, "--volume", v->items[i],
                                                  "not [SOURCE:]TARGET[:OPTIONS]");
                r = n == 1 ? add_volume(p, v->items[i]) : add_bind(p, v->items[i], source, seen);
                if (r < 0)
                        return r;
        }
        return 0;
}

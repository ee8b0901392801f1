/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* --cap-add and --cap-drop. The lists are kept as written, too, for engines before API 1.48. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "run-parse.h"
#include "run-subjects.h"
#include "json/json.h"

/* The names in upper case, with CAP_, each of them once, sorted. */
static int finish_capability_list(RunParse *p, RunList list, const char *path)
{
        _cleanup_strvec_ StrVec names = {};
        StrVec *v = p->lists + list;

        for (size_t i = 0; i < v->n; i++) {
                char *name = text_upper(v->items[i]);
                _cleanup_free_ char *bare = name;

                if (name && strcmp(name, "ALL") != 0 && !text_starts_with(name, "CAP_")) {
                        char *with_prefix;

                        name = asprintf(&with_prefix, "CAP_%s", bare) < 0 ? NULL : with_prefix;
                } else
                        bare = NULL;
                if (strvec_take(&names, name) < 0)
                        return -ENOMEM;
        }
        if (names.n == 0)
                return 0;
        qsort(names.items, names.n, sizeof(char *), text_compare);
        for (size_t i = 0; i < names.n; i++) {
                if (i > 0 && strcmp(names.items[i - 1], names.items[i]) == 0)
                        continue;
                if (draft_append(p, path, json_text(names.items[i])) < 0)
                        return -ENOMEM;
        }
        return 0;
}

int finish_capabilities(RunParse *p)
{
        struct RunOptionsPrivate *hidden = p->o->hidden;
        int r;

        hidden->cap_add = json_text_array(p->lists + LIST_CAP_ADD);
        hidden->cap_drop = json_text_array(p->lists + LIST_CAP_DROP);
        if (!hidden->cap_add || !hidden->cap_drop)
                return -ENOMEM;
        r = finish_capability_list(p, LIST_CAP_ADD, "HostConfig/CapAdd");
        if (r >= 0)
                r = finish_capability_list(p, LIST_CAP_DROP, "HostConfig/CapDrop");
        return r;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* --label and --label-file. */

#include <errno.h>
#include <string.h>

#include "env-file.h"
#include "run-parse.h"
#include "run-subjects.h"
#include "json/json.h"

int set_label(RunParse *p, const RunOptionSpec *spec, const char *value)
{
        const char *rest = NULL;
        _cleanup_free_ char *name = text_cut(value, '=', &rest);
        const char *bare;

        if (!name)
                return -ENOMEM;
        bare = name + strspn(name, " \t");
        if (!*bare)
                return run_parse_error(p, "the name of the label is missing");
        if (strpbrk(bare, " \t"))
                return run_parse_error(p, "the name of the label contains a blank");
        return strvec_add(p->lists + LIST_LABEL, value, strlen(value));
}

/* entry: NAME=VALUE or NAME, of size bytes; the value may contain NUL bytes. */
static int add_label(RunParse *p, const char *entry, size_t size)
{
        struct json_object *labels = draft_ensure(p, "Labels", json_type_object);
        const char *equal = memchr(entry, '=', size);
        size_t n = equal ? (size_t) (equal - entry) : size;
        _cleanup_free_ char *name = strndup(entry, n);

        if (!labels || !name)
                return -ENOMEM;
        return json_set_any(labels, name, equal ? json_text_n(equal + 1, size - n - 1) : json_text(""));
}

int finish_labels(RunParse *p)
{
        _cleanup_json_ struct json_object *array = json_object_new_array();
        const StrVec *files = p->lists + LIST_LABEL_FILE, *labels = p->lists + LIST_LABEL;
        int r = array ? 0 : -ENOMEM;

        for (size_t i = 0; r >= 0 && i < files->n; i++)
                r = env_file_read(p, "--label-file", files->items[i], false, array);
        for (size_t i = 0; r >= 0 && i < json_object_array_length(array); i++) {
                struct json_object *entry = json_object_array_get_idx(array, i);

                r = add_label(p, json_object_get_string(entry), (size_t) json_object_get_string_len(entry));
        }
        for (size_t i = 0; r >= 0 && i < labels->n; i++)
                r = add_label(p, labels->items[i], strlen(labels->items[i]));
        return r;
}

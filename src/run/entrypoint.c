/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* --entrypoint: one word, which takes the place of the image's list. */

#include <errno.h>

#include "run-parse.h"
#include "run-subjects.h"
#include "json/json.h"

int set_entrypoint(RunParse *p, const RunOptionSpec *spec, const char *value)
{
        struct json_object *array = json_object_new_array();

        if (array && json_append_text(array, value) < 0) {
                json_object_put(array);
                return -ENOMEM;
        }
        return draft_set(p, spec->target, array);
}

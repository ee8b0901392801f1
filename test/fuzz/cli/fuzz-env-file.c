/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Files of --env-file and --label-file. Every resulting variable has a name and is UTF-8. */

#include <errno.h>

#include "../codec/fuzz.h"
#include "run/env-file.h"

static void parse(const uint8_t *data, size_t size, const CliContext *lookup)
{
        struct json_object *array = json_object_new_array();
        const char *reason = NULL;
        size_t line = 0;
        int r = env_file_parse((const char *) data, size, lookup, array, &reason, &line);

        CHECK(r == 0 || (r == -EINVAL && reason && line > 0));
        for (size_t i = 0; i < json_object_array_length(array); i++) {
                struct json_object *o = json_object_array_get_idx(array, i);
                const char *s = json_object_get_string(o);
                size_t n = (size_t) json_object_get_string_len(o);

                CHECK(n > 0 && *s != '=' && memchr(s, '=', n) && utf8_valid(s, n));
        }
        json_object_put(array);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        char *environment[] = { (char *) "A=1", (char *) "B", NULL };
        const CliContext context = { .environment = environment };

        parse(data, size, NULL);
        parse(data, size, &context);
        return 0;
}

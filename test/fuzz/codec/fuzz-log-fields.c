/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Descriptions of a container: the results are complete fields of the journal. */

#include "codec/journal/log-fields.h"
#include "fuzz.h"
#include "util/cleanup.h"
#include "json/json.h"

static void check_fields(const char *p, size_t size)
{
        while (size > 0) {
                size_t n = strspn(p, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"), value;
                const char *end;

                CHECK(n > 0 && n < size && strncmp(p, "CONTAINER_", 10) != 0);
                if (p[n] == '\n') {
                        uint64_t le;

                        CHECK(size - n > 9);
                        memcpy(&le, p + n + 1, sizeof(le));
                        value = n + 9 + le;
                } else {
                        CHECK(p[n] == '=');
                        end = memchr(p, '\n', size);
                        CHECK(end);
                        value = (size_t) (end - p);
                }
                CHECK(value < size && p[value] == '\n');
                p += value + 1;
                size -= value + 1;
        }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        _cleanup_(log_fields_done) LogFields f = LOG_FIELDS_NULL;
        _cleanup_json_ struct json_object *o = NULL;

        if (json_parse((const char *) data, size, &o) < 0)
                return 0;
        CHECK(log_fields_parse(o, &f) == 0);
        CHECK(f.extra.size <= 64 * 1024);
        check_fields(f.extra.data, f.extra.size);
        return 0;
}

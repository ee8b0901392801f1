/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The parser of unit files. */

#include "fuzz.h"
#include "quadlet/unit-file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        UnitFile u = {};
        Findings f = {};

        unit_file_parse(&u, "/f", (const char *) data, size, 1, &f);
        unit_file_parse(&u, "/f.d/x.conf", (const char *) data, size, 1, &f);
        for (size_t i = 0; i < u.n; i++) {
                const UnitLine *l = u.lines + i;

                CHECK(*l->key && l->line > 0 && l->section && !strchr(l->value, '\n'));
                CHECK(unit_file_last(&u, l->section, l->key));
        }
        for (size_t i = 0; i < f.n; i++) {
                char *s = finding_to_string(f.items + i);

                CHECK(s && !strchr(s, '\n'));
                free(s);
        }
        findings_done(&f);
        unit_file_done(&u);
        return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* SELinux labels, and the paths of /proc that are hidden. */

#include <string.h>

#include "handlers.h"

void key_label_option(Conversion *c, const QuadletKey *key, const KeyValues *values)
{
        const char *value = values->items[0].text;

        if (key->reading != READ_BOOLEAN)
                conversion_runf(c, "security-opt", "label=%s:%s", key->option, value);
        else if (strcmp(value, "1") == 0)
                conversion_runf(c, "security-opt", "label=%s", key->option);
}

void key_unmask(Conversion *c, const QuadletKey *key, const KeyValues *values)
{
        for (size_t i = 0; i < values->n; i++)
                if (strcmp(values->items[i].text, "ALL") == 0)
                        conversion_run(c, "security-opt", "systempaths=unconfined");
                else
                        conversion_warn(c, values->items[i].line, "Unmask=ALL",
                                        "Unmask=%s has no effect: docker run shows all hidden paths or none",
                                        values->items[i].text);
}

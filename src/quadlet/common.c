/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Keys that several types have, and small ones of [Container]. */

#include <string.h>

#include "handlers.h"
#include "service-name.h"

void key_security_opt(Conversion *c, const QuadletKey *key, const KeyValues *values)
{
        const char *value = values->items[0].text;

        if (key->reading != READ_BOOLEAN)
                conversion_runf(c, "security-opt", "%s=%s", key->option, value);
        else if (strcmp(value, "1") == 0)
                conversion_run(c, "security-opt", key->option);
}

void key_user_namespace(Conversion *c, const QuadletKey *key, const KeyValues *values)
{
        const UnitLine *line = values->items[0].line;
        const char *mode = values->items[0].text;

        if (strcmp(mode, "host") == 0)
                conversion_run(c, "userns", "host");
        else if (strncmp(mode, "keep-id", 7) == 0)
                conversion_warn(
                        c, line, NULL,
                        "%s=%s has no effect: on Docker the users in the container are those of the host",
                        key->name, mode);
        else
                conversion_error(
                        c, line, "UserNS=host, or userns-remap in daemon.json",
                        "%s=%s is not possible: Docker has no user namespace for one container alone",
                        key->name, mode);
}

void key_ulimit(Conversion *c, const QuadletKey *key, const KeyValues *values)
{
        for (size_t i = 0; i < values->n; i++)
                if (strcmp(values->items[i].text, "host") == 0)
                        conversion_error(c, values->items[i].line, "Ulimit=nofile=1024:524288",
                                         "Ulimit=host is not possible: Docker takes limits one by one");
                else
                        conversion_run(c, "ulimit", values->items[i].text);
}

void key_check_service_name(Conversion *c, const QuadletKey *key, const KeyValues *values)
{
        if (!service_name_is_valid(values->items[0].text))
                conversion_error(
                        c, values->items[0].line, NULL,
                        "ServiceName=%s: letters, digits and \":-_.@\" only, and without \".service\"",
                        values->items[0].text);
}

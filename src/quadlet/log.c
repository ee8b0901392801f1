/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The engine's own copy of the output.
 *
 * The supervisor writes the journal, so the driver journald would write each line twice. The copy goes to
 * the driver "local", which is bounded by itself. Options that only add fields (tag=, labels=, …) need a
 * driver that accepts them: json-file, then with a bound. */

#include <string.h>

#include "handlers.h"
#include "log.h"

static bool starts_with(const char *s, const char *prefix)
{
        return strncmp(s, prefix, strlen(prefix)) == 0;
}

static bool adds_fields(const char *option)
{
        return starts_with(option, "tag=") || starts_with(option, "labels") || starts_with(option, "env");
}

/* Whether the driver is ours to choose. */
static bool is_default(const Conversion *c)
{
        const char *driver = conversion_text(c, "LogDriver");

        return !driver || strcmp(driver, "journald") == 0 || strcmp(driver, "k8s-file") == 0 ||
               starts_with(driver, "passthrough");
}

static bool has_option(const Conversion *c, bool (*is)(const char *option))
{
        const KeyValues *v = conversion_values(c, "LogOpt");

        for (size_t i = 0; i < v->n; i++)
                if (is(v->items[i].text))
                        return true;
        return false;
}

static bool is_max_size(const char *option)
{
        return starts_with(option, "max-size=");
}

void add_default_log_driver(Conversion *c)
{
        if (!is_default(c))
                return;
        if (!has_option(c, adds_fields)) {
                conversion_run(c, "log-driver", "local");
                return;
        }
        conversion_run(c, "log-driver", "json-file");
        if (!has_option(c, is_max_size))
                conversion_run(c, "log-opt", "max-size=20m");
}

void key_log_driver(Conversion *c, const QuadletKey *key, const KeyValues *values)
{
        const char *driver = values->items[0].text;

        if (!is_default(c))
                conversion_run(c, "log-driver", driver);
        else if (strcmp(driver, "journald") == 0)
                conversion_note(c, values->items[0].line, NULL,
                                "LogDriver=journald: the journal has the output in any case, with the "
                                "driver local beside it");
        else
                conversion_warn(
                        c, values->items[0].line, "LogDriver=local",
                        "LogDriver=%s is podman's; the driver is local, and the journal has the output",
                        driver);
}

void key_log_opt(Conversion *c, const QuadletKey *key, const KeyValues *values)
{
        for (size_t i = 0; i < values->n; i++) {
                const char *option = values->items[i].text;

                if (is_default(c) && starts_with(option, "path="))
                        conversion_warn(c, values->items[i].line, NULL,
                                        "LogOpt=%s has no effect: Docker chooses the path itself", option);
                else
                        conversion_run(c, "log-opt", option);
        }
}

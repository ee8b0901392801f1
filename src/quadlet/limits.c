/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Limits of the container as settings of the unit, see systemd.resource-control(5). A user's manager has no
 * controllers for the engine's containers: there the engine is asked. */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "handlers.h"
#include "limits.h"

static void add_setting(Conversion *c, const char *setting, const char *value)
{
        if (!conversion_has(c, "Service", setting))
                words_addf(&c->service_lines, "%s=%s", setting, value);
}

/* 512m -> 512M, 1gb -> 1G, 100b -> 100; 0 and -1 -> infinity. */
static void set_size(Conversion *c, const UnitLine *line, const char *setting, const char *value)
{
        size_t n = strspn(value, "0123456789.");
        char text[40];

        if (has_expansion(value)) {
                conversion_error(c, line, "MemoryMax= in [Service]",
                                 "%s: a limit becomes a setting of the service, which takes no variables",
                                 value);
                return;
        }
        if (strcmp(value, "0") == 0 || strcmp(value, "-1") == 0) {
                add_setting(c, setting, "infinity");
                return;
        }
        if (n == 0 || n > 30 || strlen(value + n) > 3) {
                conversion_error(c, line, NULL, "%s: must be a size like 64m or 1g", value);
                return;
        }
        (void) snprintf(text, sizeof(text), "%.*s%s", (int) n, value,
                        !value[n] || strchr("bB", value[n]) ? ""
                        : strchr("kK", value[n])            ? "K"
                        : strchr("mM", value[n])            ? "M"
                        : strchr("gG", value[n])            ? "G"
                                                            : "T");
        add_setting(c, setting, text);
}

static void set_tasks(Conversion *c, const UnitLine *line, const char *setting, const char *value)
{
        bool unlimited = strcmp(value, "0") == 0 || *value == '-';

        if (!unlimited && strspn(value, "0123456789") != strlen(value))
                conversion_error(c, line, NULL, "%s: must be a whole number", value);
        else
                add_setting(c, setting, unlimited ? "infinity" : value);
}

/* 1.5 processors -> 150% */
static void set_cpus(Conversion *c, const UnitLine *line, const char *setting, const char *value)
{
        size_t whole = strspn(value, "0123456789");
        const char *fraction = value[whole] == '.' ? value + whole + 1 : value + whole;
        char percent[32];

        if (!*value || whole > 6 || fraction[strspn(fraction, "0123456789")]) {
                conversion_error(c, line, NULL, "%s: must be a number of processors like 1.5", value);
                return;
        }
        (void) snprintf(percent, sizeof(percent), "%d%c%c%%", whole > 0 ? (int) strtol(value, NULL, 10) : 0,
                        *fraction ? *fraction : '0', *fraction && fraction[1] ? fraction[1] : '0');
        add_setting(c, setting, percent + (percent[0] == '0') + (percent[0] == '0' && percent[1] == '0'));
}

static void set_words(Conversion *c, const UnitLine *line, const char *setting, const char *value)
{
        add_setting(c, setting, value);
}

static const struct {
        const char *option, *setting;
        void (*set)(Conversion *c, const UnitLine *line, const char *setting, const char *value);
} limits[] = {
        { "memory", "MemoryMax", set_size },         { "memory-reservation", "MemoryLow", set_size },
        { "pids-limit", "TasksMax", set_tasks },     { "cpus", "CPUQuota", set_cpus },
        { "cpuset-cpus", "AllowedCPUs", set_words }, { "cpuset-mems", "AllowedMemoryNodes", set_words },
};

bool set_limit(Conversion *c, const UnitLine *line, const char *option, const char *value)
{
        for (size_t i = 0; i < ELEMENTSOF(limits); i++) {
                if (strcmp(limits[i].option, option) != 0)
                        continue;
                if (c->config->user)
                        conversion_run(c, option, value);
                else
                        limits[i].set(c, line, limits[i].setting, value);
                return true;
        }
        return false;
}

void key_memory(Conversion *c, const QuadletKey *key, const KeyValues *values)
{
        (void) set_limit(c, values->items[0].line, "memory", values->items[0].text);
}

void key_pids_limit(Conversion *c, const QuadletKey *key, const KeyValues *values)
{
        (void) set_limit(c, values->items[0].line, "pids-limit", values->items[0].text);
}

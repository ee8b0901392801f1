/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Limits of the container as settings of the unit, see systemd.resource-control(5). A user's manager has no
 * controllers for the engine's containers: there the engine is asked. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
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

/* A share of low to high -> a weight of 1 to 10000, as the OCI runtimes translate it for cgroup v2. */
static void set_weight(Conversion *c, const UnitLine *line, const char *setting, const char *value, long low,
                       long high)
{
        char *end, text[32];
        long n = strtol(value, &end, 10);

        if (!*value || *end || n < low || n > high) {
                conversion_error(c, line, NULL, "%s: must be a number from %ld to %ld", value, low, high);
                return;
        }
        (void) snprintf(text, sizeof(text), "%ld", 1 + (n - low) * 9999 / (high - low));
        add_setting(c, setting, text);
}

static void set_shares(Conversion *c, const UnitLine *line, const char *setting, const char *value)
{
        set_weight(c, line, setting, value, 2, 262144);
}

static void set_io_weight(Conversion *c, const UnitLine *line, const char *setting, const char *value)
{
        set_weight(c, line, setting, value, 10, 1000);
}

static const struct {
        const char *option, *setting;
        /* NULL: it has another form there, or other limits */
        void (*set)(Conversion *c, const UnitLine *line, const char *setting, const char *value);
} limits[] = {
        { "memory", "MemoryMax", set_size },
        { "memory-reservation", "MemoryLow", set_size },
        { "pids-limit", "TasksMax", set_tasks },
        { "cpus", "CPUQuota", set_cpus },
        { "cpuset-cpus", "AllowedCPUs", set_words },
        { "cpuset-mems", "AllowedMemoryNodes", set_words },
        { "cpu-shares", "CPUWeight", set_shares },
        { "blkio-weight", "IOWeight", set_io_weight },
        { "cpu-quota", "CPUQuota=50%", NULL },
        { "cpu-period", "CPUQuotaPeriodSec=100ms", NULL },
        { "memory-swap", "MemorySwapMax=1G", NULL },
        { "blkio-weight-device", "IODeviceWeight=/dev/sda 100", NULL },
        { "device-read-bps", "IOReadBandwidthMax=/dev/sda 1M", NULL },
        { "device-write-bps", "IOWriteBandwidthMax=/dev/sda 1M", NULL },
        { "device-read-iops", "IOReadIOPSMax=/dev/sda 1000", NULL },
        { "device-write-iops", "IOWriteIOPSMax=/dev/sda 1000", NULL },
};

static void refuse_limit(Conversion *c, const UnitLine *line, const char *option, const char *setting)
{
        _cleanup_free_ char *cure = NULL;

        if (setting && asprintf(&cure, "%s in [Service]", setting) < 0)
                cure = NULL;
        conversion_error(c, line, cure,
                         "--%s limits a cgroup of Docker's; the limits are the service's here", option);
}

void set_limit(Conversion *c, const UnitLine *line, const char *option, const char *value)
{
        if (c->config->user) {
                if (value)
                        conversion_run(c, option, value);
                else
                        words_addf(&c->run, "--%s", option);
                return;
        }
        for (size_t i = 0; i < ELEMENTSOF(limits); i++) {
                if (strcmp(limits[i].option, option) != 0)
                        continue;
                if (limits[i].set)
                        limits[i].set(c, line, limits[i].setting, value);
                else
                        refuse_limit(c, line, option, limits[i].setting);
                return;
        }
        refuse_limit(c, line, option, NULL);
}

void key_memory(Conversion *c, const QuadletKey *key, const KeyValues *values)
{
        set_limit(c, values->items[0].line, "memory", values->items[0].text);
}

void key_pids_limit(Conversion *c, const QuadletKey *key, const KeyValues *values)
{
        set_limit(c, values->items[0].line, "pids-limit", values->items[0].text);
}

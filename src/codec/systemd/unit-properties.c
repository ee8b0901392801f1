/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The values of NotifyAccess= and Type=, see systemd.service(5), of KillMode=, see systemd.kill(5), and of
 * StandardOutput=, see systemd.exec(5). */

#include <string.h>

#include "codec/systemd/unit-properties.h"
#include "util/clock.h"
#include "util/macro.h"
#include "util/string-table.h"

/* DefaultTimeoutStartSec= of systemd-system.conf(5). */
#define DEFAULT_TIMEOUT_START_USEC (90 * USEC_PER_SEC)

static const char notify_access_table[_NOTIFY_ACCESS_MAX][8] = {
        [NOTIFY_ACCESS_NONE] = "none",
        [NOTIFY_ACCESS_MAIN] = "main",
        [NOTIFY_ACCESS_EXEC] = "exec",
        [NOTIFY_ACCESS_ALL] = "all",
};
DEFINE_STRING_TABLE(notify_access, NotifyAccess)

static const char kill_mode_table[_KILL_MODE_MAX][16] = {
        [KILL_MODE_CONTROL_GROUP] = "control-group",
        [KILL_MODE_MIXED] = "mixed",
        [KILL_MODE_PROCESS] = "process",
        [KILL_MODE_NONE] = "none",
};
DEFINE_STRING_TABLE(kill_mode, KillMode)

static const char service_type_table[_SERVICE_TYPE_MAX][16] = {
        [SERVICE_TYPE_ONESHOT] = "oneshot",
        [SERVICE_TYPE_FORKING] = "forking",
        [SERVICE_TYPE_NOTIFY] = "notify",
        [SERVICE_TYPE_NOTIFY_RELOAD] = "notify-reload",
};

ServiceType service_type_from_string(const char *s)
{
        int r = string_table_lookup(STRING_TABLE(service_type_table), s);

        return r < 0 ? SERVICE_TYPE_OTHER : (ServiceType) r;
}

uint64_t unit_properties_start_limit(const UnitProperties *p)
{
        return p->known ? p->timeout_start_usec : DEFAULT_TIMEOUT_START_USEC;
}

unsigned journal_forward_from_string(const char *s)
{
        static const struct {
                char value[16];
                unsigned forward;
        } table[] = {
                { "inherit", JOURNAL_FORWARD_INHERIT },
                { "kmsg", JOURNAL_FORWARD_KMSG },
                { "kmsg+console", JOURNAL_FORWARD_KMSG | JOURNAL_FORWARD_CONSOLE },
                { "journal+console", JOURNAL_FORWARD_CONSOLE },
        };

        for (size_t i = 0; i < ELEMENTSOF(table); i++)
                if (strcmp(table[i].value, s) == 0)
                        return table[i].forward;
        return 0;
}

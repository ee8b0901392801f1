/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The values of NotifyAccess=, see systemd.service(5), and of StandardOutput=, see systemd.exec(5). */

#include <string.h>

#include "codec/systemd/unit-properties.h"
#include "util/macro.h"
#include "util/string-table.h"

static const char *const notify_access_table[_NOTIFY_ACCESS_MAX] = {
        [NOTIFY_ACCESS_NONE] = "none",
        [NOTIFY_ACCESS_MAIN] = "main",
        [NOTIFY_ACCESS_EXEC] = "exec",
        [NOTIFY_ACCESS_ALL] = "all",
};
DEFINE_STRING_TABLE(notify_access, NotifyAccess)

unsigned journal_forward_from_string(const char *s)
{
        static const struct {
                const char *value;
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

/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The values of NotifyAccess=, see systemd.service(5). */

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

/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* What systemd says of our unit, as far as it changes what we do. */

#include <stdbool.h>
#include <stdint.h>

typedef enum NotifyAccess {
        NOTIFY_ACCESS_UNKNOWN = -1,
        NOTIFY_ACCESS_NONE,
        NOTIFY_ACCESS_MAIN,
        NOTIFY_ACCESS_EXEC,
        NOTIFY_ACCESS_ALL,
        _NOTIFY_ACCESS_MAX,
} NotifyAccess;

const char *notify_access_to_string(NotifyAccess a);
int notify_access_from_string(const char *s);

typedef struct UnitProperties {
        NotifyAccess notify_access;
        bool kill_main_only;     /* KillMode=mixed or process: only the main process gets the SIGTERM */
        bool exit_type_cgroup;   /* ExitType=cgroup: the unit ends with its last process */
        bool type_notify_reload; /* Type=notify-reload: a reload is a signal, then what sd_notify(3) says */
        int reload_signal;       /* ReloadSignal=; 0: not known, systemd before 253 */
        uint64_t timeout_start_usec; /* UINT64_MAX: none, or not known */
        uint64_t timeout_stop_usec;
} UnitProperties;

/* What holds where systemd does not tell: the cautious defaults. */
#define UNIT_PROPERTIES_UNKNOWN                                                                             \
        ((UnitProperties){ .notify_access = NOTIFY_ACCESS_UNKNOWN,                                          \
                           .timeout_start_usec = UINT64_MAX,                                                \
                           .timeout_stop_usec = UINT64_MAX })

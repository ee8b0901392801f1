/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* What systemd says of the unit that we run in: asked over D-Bus, without blocking. */

#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-event.h>

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
        bool type_notify_reload; /* Type=notify-reload: a reload is a signal, and then what sd_notify(3) says
                                  */
        int reload_signal;       /* ReloadSignal=; 0: not known, systemd before 253 */
        uint64_t timeout_start_usec; /* UINT64_MAX: none, or not known */
        uint64_t timeout_stop_usec;
} UnitProperties;

typedef struct UnitInfo UnitInfo;

typedef struct UnitInfoOps {
        /* Once. r < 0: it can't be known, properties are then the cautious defaults. */
        void (*on_known)(const UnitProperties *properties, int r, void *userdata);
} UnitInfoOps;

/* -ENODATA or -ENXIO: we are in no service unit. on_known comes from the loop, within five seconds. */
int unit_info_new(UnitInfo **ret, sd_event *event, const UnitInfoOps *ops, void *userdata);
UnitInfo *unit_info_free(UnitInfo *u);

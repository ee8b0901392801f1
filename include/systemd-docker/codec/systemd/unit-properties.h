/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* The properties of our unit that change what we do, see systemd.service(5) and systemd.kill(5). */

#include <stdbool.h>
#include <stdint.h>

#define UNIT_IDENTIFIER_MAX 256

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

/* Where journald passes lines on besides the journal, and only what comes over a stream:
 * StandardOutput=kmsg, journal+console, and so on. */
typedef enum JournalForward {
        JOURNAL_FORWARD_KMSG = 1 << 0,
        JOURNAL_FORWARD_CONSOLE = 1 << 1,
        JOURNAL_FORWARD_INHERIT = 1 << 2, /* StandardError=inherit: as standard output */
} JournalForward;

typedef struct UnitProperties {
        bool known; /* systemd has told them */
        NotifyAccess notify_access;
        bool kill_main_only;     /* KillMode=mixed or process: only the main process gets SIGTERM */
        bool exit_type_cgroup;   /* ExitType=cgroup: the unit ends with its last process */
        bool type_notify_reload; /* Type=notify-reload: a reload is a signal, followed by messages of
                                    sd_notify(3) */
        bool type_notify;        /* … or Type=notify: the start waits for READY=1 */
        bool type_oneshot;       /* Type=oneshot: the start lasts until the main process has ended */
        bool type_forking;       /* Type=forking, which we cannot be */
        uint64_t
                main_start_usec; /* when systemd has started the main process, CLOCK_MONOTONIC; 0: unknown */
        bool restart;            /* Restart= is not "no" */
        uint32_t restarts;       /* how often Restart= has started it again */
        int reload_signal;       /* ReloadSignal=; 0: unknown, as with systemd before 253 */
        int kill_signal;         /* KillSignal=; 0: unknown, and the same for the next one */
        int restart_kill_signal; /* RestartKillSignal=, for the stop that a restart begins with */
        bool send_sighup;        /* SendSIGHUP=: SIGHUP comes together with the signal for the stop */
        uint64_t timeout_start_usec; /* UINT64_MAX: none, or unknown */
        uint64_t timeout_stop_usec;
        bool device_policy_closed; /* DevicePolicy=closed or strict */
        const char *socket_filter; /* the first setting of the unit that filters what sockets may do, such
                                      as IPAddressDeny=, with its "="; static. NULL: none, or unknown */
        uint32_t main_pid;         /* 0: there is none, or unknown */
        /* For the lines of the service in the journal, systemd.exec(5). */
        char syslog_identifier[UNIT_IDENTIFIER_MAX]; /* SyslogIdentifier=; "": none, or unknown */
        int syslog_facility;                     /* SyslogFacility=; -1: unknown, or "daemon", the default */
        int syslog_level;                        /* SyslogLevel=; -1: unknown, or "info", the default */
        bool syslog_no_prefix;                   /* SyslogLevelPrefix=no: "<N>" is no priority */
        unsigned stdout_forward, stderr_forward; /* JournalForward */
} UnitProperties;

/* The cautious values that are used if systemd does not answer. */
#define UNIT_PROPERTIES_UNKNOWN                                                                             \
        ((UnitProperties){ .notify_access = NOTIFY_ACCESS_UNKNOWN,                                          \
                           .timeout_start_usec = UINT64_MAX,                                                \
                           .timeout_stop_usec = UINT64_MAX,                                                 \
                           .syslog_facility = -1,                                                           \
                           .syslog_level = -1 })

/* The JournalForward of a value of StandardOutput= or StandardError=. */
unsigned journal_forward_from_string(const char *s);

/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* The properties of our unit that change what we do, see systemd.service(5) and systemd.kill(5).
 *
 * Each of them can be unknown: the unit may hide systemd's socket from us. Unknown is neither yes nor no,
 * and a message or a decision that needs one of the two asks for that one. Therefore no property with two
 * values is a bool. */

#include <stdbool.h>
#include <stdint.h>

#define UNIT_IDENTIFIER_MAX 256

/* A struct, so that it is not used as a condition by mistake. All zero is "unknown". */
typedef struct Answer {
        signed char value;
} Answer;

#define ANSWER_UNKNOWN ((Answer){ 0 })
#define ANSWER_YES ((Answer){ 1 })
#define ANSWER_NO ((Answer){ -1 })

static inline Answer answer_of(bool yes)
{
        return yes ? ANSWER_YES : ANSWER_NO;
}

static inline bool answer_is_yes(Answer a)
{
        return a.value > 0;
}

static inline bool answer_is_no(Answer a)
{
        return a.value < 0;
}

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

/* Whom systemd sends the signal for a stop: all processes of the unit, or the main process only, or nobody.
 */
typedef enum KillMode {
        KILL_MODE_UNKNOWN,
        KILL_MODE_CONTROL_GROUP,
        KILL_MODE_MIXED,
        KILL_MODE_PROCESS,
        KILL_MODE_NONE,
        _KILL_MODE_MAX,
} KillMode;

const char *kill_mode_to_string(KillMode m);
int kill_mode_from_string(const char *s);

static inline bool kill_mode_is_main_only(KillMode m)
{
        return m == KILL_MODE_MIXED || m == KILL_MODE_PROCESS;
}

/* Only the types that we treat differently. */
typedef enum ServiceType {
        SERVICE_TYPE_UNKNOWN,
        SERVICE_TYPE_OTHER,
        SERVICE_TYPE_ONESHOT,       /* the start lasts until the main process has ended */
        SERVICE_TYPE_FORKING,       /* which we cannot be */
        SERVICE_TYPE_NOTIFY,        /* the start waits for READY=1 */
        SERVICE_TYPE_NOTIFY_RELOAD, /* … and a reload is a signal, followed by messages of sd_notify(3) */
        _SERVICE_TYPE_MAX,
} ServiceType;

ServiceType service_type_from_string(const char *s);

static inline bool service_type_notifies(ServiceType t)
{
        return t == SERVICE_TYPE_NOTIFY || t == SERVICE_TYPE_NOTIFY_RELOAD;
}

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
        KillMode kill_mode;
        Answer exit_type_cgroup; /* ExitType=cgroup: the unit ends with its last process */
        ServiceType type;
        uint64_t
                main_start_usec; /* when systemd has started the main process, CLOCK_MONOTONIC; 0: unknown */
        Answer restart;          /* Restart= is not "no" */
        uint32_t restarts;       /* how often Restart= has started it again */
        int reload_signal;       /* ReloadSignal=; 0: unknown, as with systemd before 253 */
        int kill_signal;         /* KillSignal=; 0: unknown, and the same for the next one */
        int restart_kill_signal; /* RestartKillSignal=, for the stop that a restart begins with */
        Answer send_sighup;      /* SendSIGHUP=: SIGHUP comes together with the signal for the stop */
        uint64_t timeout_start_usec; /* UINT64_MAX: none, or unknown: unit_properties_start_limit() */
        uint64_t timeout_stop_usec;
        Answer device_policy_closed; /* DevicePolicy=closed or strict */
        const char *socket_filter;   /* the first setting of the unit that filters what sockets may do, such
                                        as IPAddressDeny=, with its "="; static. NULL: none, or unknown */
        uint32_t main_pid;           /* 0: there is none, or unknown */
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

/* The limit of a start, for what must not last for ever: systemd's own default if it is unknown. UINT64_MAX:
 * none. */
uint64_t unit_properties_start_limit(const UnitProperties *p);

/* The JournalForward of a value of StandardOutput= or StandardError=. */
unsigned journal_forward_from_string(const char *s);

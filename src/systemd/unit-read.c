/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* A property of org.freedesktop.systemd1.Service is a row of property_table: its name, and the function that
 * reads its value. Others are skipped. */

#include <stdio.h>
#include <string.h>
#include <syslog.h>

#include "unit-read.h"
#include "util/macro.h"

#define DEFINE_READ(name_, type_, member_)                                                                  \
        static int name_(sd_bus_message *m, UnitProperties *p)                                              \
        {                                                                                                   \
                return sd_bus_message_read(m, "v", type_, &p->member_);                                     \
        }
DEFINE_READ(read_restarts, "u", restarts)
DEFINE_READ(read_main_start, "t", main_start_usec)
DEFINE_READ(read_reload_signal, "i", reload_signal)
DEFINE_READ(read_kill_signal, "i", kill_signal)
DEFINE_READ(read_restart_kill_signal, "i", restart_kill_signal)
DEFINE_READ(read_timeout_start, "t", timeout_start_usec)
DEFINE_READ(read_timeout_stop, "t", timeout_stop_usec)
DEFINE_READ(read_main_pid, "u", main_pid)

/* A word; unknown: if it is none of ours. */
#define DEFINE_READ_WORD(name_, from_string_, member_, unknown_)                                            \
        static int name_(sd_bus_message *m, UnitProperties *p)                                              \
        {                                                                                                   \
                const char *s;                                                                              \
                int r = sd_bus_message_read(m, "v", "s", &s), word = r < 0 ? r : (int) from_string_(s);     \
                                                                                                            \
                if (r >= 0)                                                                                 \
                        p->member_ = word < 0 ? (int) unknown_ : word;                                      \
                return r;                                                                                   \
        }
DEFINE_READ_WORD(read_notify_access, notify_access_from_string, notify_access, NOTIFY_ACCESS_UNKNOWN)
DEFINE_READ_WORD(read_kill_mode, kill_mode_from_string, kill_mode, KILL_MODE_UNKNOWN)
DEFINE_READ_WORD(read_type, service_type_from_string, type, SERVICE_TYPE_OTHER)

/* Whether it is one of these words; second: NULL if there is only one. */
static int read_is(sd_bus_message *m, const char *first, const char *second, Answer *ret)
{
        const char *s;
        int r = sd_bus_message_read(m, "v", "s", &s);

        if (r >= 0)
                *ret = answer_of(strcmp(s, first) == 0 || (second && strcmp(s, second) == 0));
        return r;
}

static int read_exit_type(sd_bus_message *m, UnitProperties *p)
{
        return read_is(m, "cgroup", NULL, &p->exit_type_cgroup);
}

static int read_device_policy(sd_bus_message *m, UnitProperties *p)
{
        return read_is(m, "closed", "strict", &p->device_policy_closed);
}

static int read_restart(sd_bus_message *m, UnitProperties *p)
{
        Answer no;
        int r = read_is(m, "no", NULL, &no);

        if (r >= 0)
                p->restart = answer_of(answer_is_no(no));
        return r;
}

static int read_send_sighup(sd_bus_message *m, UnitProperties *p)
{
        int yes, r = sd_bus_message_read(m, "v", "b", &yes);

        if (r >= 0)
                p->send_sighup = answer_of(yes);
        return r;
}

/* Whether the array has elements, of this type. */
static int read_is_filled(sd_bus_message *m, const char *element, bool *ret)
{
        int r = sd_bus_message_enter_container(m, 'a', element);

        *ret = false;
        while (r >= 0 && (r = sd_bus_message_at_end(m, false)) == 0) {
                *ret = true;
                r = sd_bus_message_skip(m, element);
        }
        return r < 0 ? r : sd_bus_message_exit_container(m);
}

static int read_filter(sd_bus_message *m, UnitProperties *p, const char *type, const char *setting)
{
        bool filled;
        int r = sd_bus_message_enter_container(m, 'v', type);

        if (r >= 0)
                r = read_is_filled(m, type + 1, &filled);
        if (r >= 0 && filled && !p->socket_filter)
                p->socket_filter = setting;
        return r < 0 ? r : sd_bus_message_exit_container(m);
}

static int read_ip_deny(sd_bus_message *m, UnitProperties *p)
{
        return read_filter(m, p, "a(iayu)", "IPAddressDeny=");
}

static int read_ip_ingress(sd_bus_message *m, UnitProperties *p)
{
        return read_filter(m, p, "as", "IPIngressFilterPath=");
}

static int read_ip_egress(sd_bus_message *m, UnitProperties *p)
{
        return read_filter(m, p, "as", "IPEgressFilterPath=");
}

static int read_bpf_program(sd_bus_message *m, UnitProperties *p)
{
        return read_filter(m, p, "a(ss)", "BPFProgram=");
}

static int read_bind_deny(sd_bus_message *m, UnitProperties *p)
{
        return read_filter(m, p, "a(iiqq)", "SocketBindDeny=");
}

static int read_interfaces(sd_bus_message *m, UnitProperties *p)
{
        bool filled;
        int r = sd_bus_message_enter_container(m, 'v', "(bas)");

        if (r >= 0)
                r = sd_bus_message_enter_container(m, 'r', "bas");
        if (r >= 0)
                r = sd_bus_message_skip(m, "b");
        if (r >= 0)
                r = read_is_filled(m, "s", &filled);
        if (r >= 0 && filled && !p->socket_filter)
                p->socket_filter = "RestrictNetworkInterfaces=";
        for (unsigned i = 0; r >= 0 && i < 2; i++)
                r = sd_bus_message_exit_container(m);
        return r;
}

static int read_syslog_identifier(sd_bus_message *m, UnitProperties *p)
{
        const char *s;
        int r = sd_bus_message_read(m, "v", "s", &s);

        if (r >= 0)
                (void) snprintf(p->syslog_identifier, sizeof(p->syslog_identifier), "%s", s);
        return r;
}

/* The default says nothing of what the unit wants. */
static int read_number(sd_bus_message *m, int max, int usual, int *ret)
{
        int n, r = sd_bus_message_read(m, "v", "i", &n);

        if (r >= 0)
                *ret = n < 0 || n > max || n == usual ? -1 : n;
        return r;
}

static int read_syslog_facility(sd_bus_message *m, UnitProperties *p)
{
        return read_number(m, LOG_NFACILITIES - 1, LOG_FAC(LOG_DAEMON), &p->syslog_facility);
}

static int read_syslog_level(sd_bus_message *m, UnitProperties *p)
{
        return read_number(m, LOG_DEBUG, LOG_INFO, &p->syslog_level);
}

static int read_syslog_prefix(sd_bus_message *m, UnitProperties *p)
{
        int yes, r = sd_bus_message_read(m, "v", "b", &yes);

        if (r >= 0)
                p->syslog_no_prefix = !yes;
        return r;
}

static int read_forward(sd_bus_message *m, unsigned *ret)
{
        const char *s;
        int r = sd_bus_message_read(m, "v", "s", &s);

        if (r >= 0)
                *ret = journal_forward_from_string(s);
        return r;
}

static int read_standard_output(sd_bus_message *m, UnitProperties *p)
{
        return read_forward(m, &p->stdout_forward);
}

static int read_standard_error(sd_bus_message *m, UnitProperties *p)
{
        return read_forward(m, &p->stderr_forward);
}

/* Each property of interest has its reader. No table: its pointers would be relocated in each process. */
static int read_property(sd_bus_message *m, UnitProperties *p)
{
        const char *name;
        int r = sd_bus_message_read(m, "s", &name);

        if (r < 0)
                return r;
#define READ(property, reader)                                                                              \
        if (strcmp(name, property) == 0)                                                                    \
        return reader(m, p)
        READ("MainPID", read_main_pid);
        READ("DevicePolicy", read_device_policy);
        READ("IPAddressDeny", read_ip_deny);
        READ("IPIngressFilterPath", read_ip_ingress);
        READ("IPEgressFilterPath", read_ip_egress);
        READ("BPFProgram", read_bpf_program);
        READ("SocketBindDeny", read_bind_deny);
        READ("RestrictNetworkInterfaces", read_interfaces);
        READ("NotifyAccess", read_notify_access);
        READ("ExitType", read_exit_type);
        READ("KillMode", read_kill_mode);
        READ("KillSignal", read_kill_signal);
        READ("RestartKillSignal", read_restart_kill_signal);
        READ("SendSIGHUP", read_send_sighup);
        READ("ReloadSignal", read_reload_signal);
        READ("Type", read_type);
        READ("Restart", read_restart);
        READ("NRestarts", read_restarts);
        READ("ExecMainStartTimestampMonotonic", read_main_start);
        READ("TimeoutStartUSec", read_timeout_start);
        READ("TimeoutStopUSec", read_timeout_stop);
        READ("SyslogIdentifier", read_syslog_identifier);
        READ("SyslogFacility", read_syslog_facility);
        READ("SyslogLevel", read_syslog_level);
        READ("SyslogLevelPrefix", read_syslog_prefix);
        READ("StandardOutput", read_standard_output);
        READ("StandardError", read_standard_error);
#undef READ
        return sd_bus_message_skip(m, "v");
}

int unit_read_properties(sd_bus_message *m, UnitProperties *p)
{
        int r = sd_bus_message_enter_container(m, 'a', "{sv}");

        if (r < 0)
                return r;
        while ((r = sd_bus_message_enter_container(m, 'e', "sv")) > 0) {
                r = read_property(m, p);
                if (r < 0)
                        return r;
                r = sd_bus_message_exit_container(m);
                if (r < 0)
                        return r;
        }
        return r;
}

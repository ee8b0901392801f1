/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* org.freedesktop.DBus.Properties.GetAll on our own service. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <systemd/sd-bus.h>
#include <time.h>

#include "loop/event-util.h"
#include "systemd/unit-info.h"
#include "unit-bus.h"
#include "unit-talk.h"
#include "util/log.h"
#include "util/macro.h"
#include "util/text.h"

#define SERVICE_INTERFACE "org.freedesktop.systemd1.Service"

struct UnitInfo {
        UnitTalk talk;
        char *path; /* of our unit */
        UnitProperties properties;
        const UnitInfoOps *ops;
        void *userdata;
};

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

static int read_notify_access(sd_bus_message *m, UnitProperties *p)
{
        const char *s;
        int r = sd_bus_message_read(m, "v", "s", &s);

        if (r < 0)
                return r;
        r = notify_access_from_string(s);
        p->notify_access = r < 0 ? NOTIFY_ACCESS_UNKNOWN : (NotifyAccess) r;
        return 0;
}

static int read_kill_mode(sd_bus_message *m, UnitProperties *p)
{
        const char *s;
        int r = sd_bus_message_read(m, "v", "s", &s);

        if (r < 0)
                return r;
        r = kill_mode_from_string(s);
        p->kill_mode = r < 0 ? KILL_MODE_UNKNOWN : (KillMode) r;
        return 0;
}

static int read_type(sd_bus_message *m, UnitProperties *p)
{
        const char *s;
        int r = sd_bus_message_read(m, "v", "s", &s);

        if (r >= 0)
                p->type = service_type_from_string(s);
        return r;
}

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

static const struct {
        const char *name;
        int (*read)(sd_bus_message *m, UnitProperties *p);
} property_table[] = {
        { "MainPID", read_main_pid },
        { "DevicePolicy", read_device_policy },
        { "IPAddressDeny", read_ip_deny },
        { "IPIngressFilterPath", read_ip_ingress },
        { "IPEgressFilterPath", read_ip_egress },
        { "BPFProgram", read_bpf_program },
        { "SocketBindDeny", read_bind_deny },
        { "RestrictNetworkInterfaces", read_interfaces },
        { "NotifyAccess", read_notify_access },
        { "ExitType", read_exit_type },
        { "KillMode", read_kill_mode },
        { "KillSignal", read_kill_signal },
        { "RestartKillSignal", read_restart_kill_signal },
        { "SendSIGHUP", read_send_sighup },
        { "ReloadSignal", read_reload_signal },
        { "Type", read_type },
        { "Restart", read_restart },
        { "NRestarts", read_restarts },
        { "ExecMainStartTimestampMonotonic", read_main_start },
        { "TimeoutStartUSec", read_timeout_start },
        { "TimeoutStopUSec", read_timeout_stop },
        { "SyslogIdentifier", read_syslog_identifier },
        { "SyslogFacility", read_syslog_facility },
        { "SyslogLevel", read_syslog_level },
        { "SyslogLevelPrefix", read_syslog_prefix },
        { "StandardOutput", read_standard_output },
        { "StandardError", read_standard_error },
};

static int read_property(sd_bus_message *m, UnitProperties *p)
{
        const char *name;
        int r = sd_bus_message_read(m, "s", &name);

        if (r < 0)
                return r;
        for (size_t i = 0; i < ELEMENTSOF(property_table); i++)
                if (strcmp(property_table[i].name, name) == 0)
                        return property_table[i].read(m, p);
        return sd_bus_message_skip(m, "v");
}

static int read_properties(sd_bus_message *m, UnitProperties *p)
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

static void report(UnitInfo *u, int r)
{
        u->properties.known = r >= 0;
        if (r < 0)
                u->properties = UNIT_PROPERTIES_UNKNOWN;
        u->ops->on_known(&u->properties, r, u->userdata);
}

static int unit_info_on_reply(sd_bus_message *m, void *userdata, sd_bus_error *reterr)
{
        UnitInfo *u = ASSERT_PTR(userdata);
        const sd_bus_error *e = sd_bus_message_get_error(m);
        int r;

        if (unit_talk_begins_anew(&u->talk, m))
                return 0;
        if (e)
                r = -sd_bus_error_get_errno(e);
        else
                r = read_properties(m, &u->properties);
        report(u, r);
        return 0;
}

static int begin(void *userdata)
{
        UnitInfo *u = ASSERT_PTR(userdata);

        return sd_bus_call_method_async(u->talk.bus, &u->talk.slot, UNIT_BUS_SYSTEMD, u->path,
                                        UNIT_BUS_PROPERTIES, "GetAll", unit_info_on_reply, u, "s",
                                        SERVICE_INTERFACE);
}

static void on_failed(int r, void *userdata)
{
        report(ASSERT_PTR(userdata), r);
}

UnitInfo *unit_info_free(UnitInfo *u)
{
        if (!u)
                return NULL;
        unit_talk_done(&u->talk);
        free(u->path);
        free(u);
        return NULL;
}
DEFINE_TRIVIAL_CLEANUP_FUNC(UnitInfo *, unit_info_free)

int unit_info_new_over(UnitInfo **ret, sd_event *event, sd_bus *bus, const char *unit,
                       const UnitInfoOps *ops, void *userdata)
{
        static const UnitTalkOps talk_ops = { unit_talk_open_unit, begin, on_failed };
        _cleanup_(unit_info_freep) UnitInfo *u = NULL;
        int r;

        u = calloc(1, sizeof(*u));
        if (!u) {
                unit_bus_close(bus);
                return -ENOMEM;
        }
        u->ops = ops;
        u->userdata = userdata;
        u->properties = UNIT_PROPERTIES_UNKNOWN;
        r = unit_talk_start_for(&u->talk, event, bus, unit, &u->path, &talk_ops, u);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(u);
        return 0;
}

/* Best effort: false if systemd does not tell. */
static bool has_several_commands(sd_bus *bus, const char *path)
{
        static const char command[] = "(sasbttttuii)";
        sd_bus_message *m = NULL;
        unsigned n = 0;
        int r = sd_bus_get_property(bus, UNIT_BUS_SYSTEMD, path, SERVICE_INTERFACE, "ExecStart", NULL, &m,
                                    "a(sasbttttuii)");

        if (r >= 0)
                r = sd_bus_message_enter_container(m, 'a', command);
        for (; r >= 0 && (r = sd_bus_message_at_end(m, false)) == 0; n++)
                r = sd_bus_message_skip(m, command);
        sd_bus_message_unref(m);
        return r >= 0 && n > 1;
}

int unit_info_ask_start_over(sd_bus *bus, const char *unit, UnitStart *ret)
{
        _cleanup_free_ char *path = NULL, *state = NULL;
        uint32_t main_pid;
        int r;

        r = sd_bus_path_encode("/org/freedesktop/systemd1/unit", unit, &path);
        if (r >= 0)
                r = sd_bus_set_method_call_timeout(bus, UNIT_BUS_TIMEOUT_USEC);
        if (r >= 0)
                r = sd_bus_get_property_trivial(bus, UNIT_BUS_SYSTEMD, path, SERVICE_INTERFACE, "MainPID",
                                                NULL, 'u', &main_pid);
        if (r >= 0)
                r = sd_bus_get_property_string(bus, UNIT_BUS_SYSTEMD, path, UNIT_BUS_SYSTEMD ".Unit",
                                               "ActiveState", NULL, &state);
        if (r >= 0)
                *ret = (UnitStart){ (pid_t) main_pid, strcmp(state, "activating") == 0,
                                    has_several_commands(bus, path) };
        sd_bus_close_unref(bus);
        return r < 0 ? r : 0;
}

static int ask_start_once(UnitStart *ret)
{
        _cleanup_free_ char *unit = NULL;
        sd_bus *bus = NULL;
        int r = unit_bus_open(&bus, &unit);

        if (r < 0)
                return r;
        if (!bus)
                return -ECONNREFUSED;
        if (text_ends_with(unit, strlen(unit), ".service"))
                return unit_info_ask_start_over(bus, unit, ret);
        unit_bus_close(bus);
        return -ENXIO;
}

int unit_info_ask_start(UnitStart *ret)
{
        const struct timespec pause = { .tv_nsec = UNIT_TALK_PAUSE_USEC * NSEC_PER_USEC };
        int r = ask_start_once(ret);

        for (unsigned i = 0; unit_talk_is_lost(r) && i < UNIT_TALK_ATTEMPTS_MAX; i++) {
                (void) nanosleep(&pause, NULL);
                r = ask_start_once(ret);
        }
        return r;
}

int unit_info_new(UnitInfo **ret, sd_event *event, const UnitInfoOps *ops, void *userdata)
{
        _cleanup_free_ char *unit = NULL;
        sd_bus *bus = NULL;
        int r = unit_bus_open(&bus, &unit);

        return r < 0 ? r : unit_info_new_over(ret, event, bus, unit, ops, userdata);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* A systemd by script, over a connection that needs no bus. The behaviour tests have a real one. */

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <systemd/sd-bus.h>
#include <systemd/sd-login.h>

#include "loop.h"
#include "systemd-by-script.h"
#include "systemd/unit-info.h"
#include "util/clock.h"
#include "util/macro.h"

static void on_known(const UnitProperties *properties, int r, void *userdata)
{
        cr_assert_fail("there is nothing to know");
}

Test(unit_info, not_in_a_unit, .timeout = LOOP_TIMEOUT)
{
        static const UnitInfoOps ops = { on_known };
        sd_event *event = loop_new();
        UnitInfo *u = NULL;
        char *name = NULL;
        int r;

        if (sd_pid_get_unit(0, &name) >= 0 || sd_pid_get_user_unit(0, &name) >= 0) {
                free(name);
                sd_event_unref(event);
                cr_skip_test("the tests run in a unit");
        }
        r = unit_info_new(&u, event, &ops, NULL);
        cr_assert(r == -ENODATA || r == -ENXIO, "%i", r);
        cr_assert_null(u);
        cr_assert_null(unit_info_free(NULL));
        sd_event_unref(event);
}

/* What the scripted systemd answers, and what was reported. */
static int (*answer)(sd_bus_message *call);
static unsigned asked, reports;
static UnitProperties reported;
static int reported_r;
static UnitInfo *info;
static bool free_on_known;

static int on_call(sd_bus_message *m, void *userdata, sd_bus_error *reterr)
{
        const char *interface;

        if (!sd_bus_message_is_method_call(m, "org.freedesktop.DBus.Properties", "GetAll"))
                return 0; /* the end of the connection */
        cr_assert_str_eq(sd_bus_message_get_path(m), "/org/freedesktop/systemd1/unit/web_40a_2eservice");
        cr_assert_gt(sd_bus_message_read(m, "s", &interface), 0);
        cr_assert_str_eq(interface, "org.freedesktop.systemd1.Service");
        asked++;
        return answer ? answer(m) : 1;
}

static void note(const UnitProperties *properties, int r, void *userdata)
{
        cr_assert_eq(userdata, &reports);
        reports++;
        reported = *properties;
        reported_r = r;
        if (free_on_known)
                info = unit_info_free(info);
}

/* Asks the scripted systemd, and waits for the report. */
static void ask(int (*how)(sd_bus_message *call))
{
        static const UnitInfoOps ops = { note };
        sd_event *event = loop_new();
        sd_bus *server, *client = systemd_by_script(event, &server, on_call);

        answer = how;
        cr_assert_eq(unit_info_new_over(&info, event, client, "web@a.service", &ops, &reports), 0);
        loop_until(event, reports > 0);
        loop_settle(event);
        cr_assert_eq(reports, 1);
        info = unit_info_free(info);
        systemd_by_script_end(server, event);
}

static int reply_properties(sd_bus_message *call)
{
        sd_bus_message *m = NULL;
        int r;

        cr_assert_geq(sd_bus_message_new_method_return(call, &m), 0);
        r = sd_bus_message_append(
                m, "a{sv}", 22, "Restart", "s", "on-failure", "NRestarts", "u", 3,
                "ExecMainStartTimestampMonotonic", "t", UINT64_C(5000000), "SyslogIdentifier", "s", "shop",
                "SyslogFacility", "i", 17, "SyslogLevel", "i", 5, "SyslogLevelPrefix", "b", 0,
                "StandardOutput", "s", "kmsg+console", "StandardError", "s", "inherit", "MainPID", "u", 4321,
                "Type", "s", "notify-reload", "Unknown", "as", 2, "a", "b", "NotifyAccess", "s", "all",
                "ExitType", "s", "cgroup", "KillMode", "s", "mixed", "ReloadSignal", "i", 12, "KillSignal",
                "i", 3, "RestartKillSignal", "i", 10, "SendSIGHUP", "b", 1, "Environment", "as", 0,
                "TimeoutStartUSec", "t", UINT64_C(90000000), "TimeoutStopUSec", "t", UINT64_C(15000000));
        cr_assert_geq(r, 0);
        cr_assert_geq(sd_bus_send(NULL, m, NULL), 0);
        sd_bus_message_unref(m);
        return 1;
}

Test(unit_info, properties, .timeout = LOOP_TIMEOUT)
{
        ask(reply_properties);
        cr_assert_eq(asked, 1);
        cr_assert_geq(reported_r, 0);
        cr_assert_eq(reported.notify_access, NOTIFY_ACCESS_ALL);
        cr_assert(reported.kill_mode == KILL_MODE_MIXED && answer_is_yes(reported.exit_type_cgroup));
        cr_assert_eq(reported.type, SERVICE_TYPE_NOTIFY_RELOAD);
        cr_assert_eq(reported.reload_signal, 12);
        cr_assert_eq(reported.kill_signal, 3);
        cr_assert_eq(reported.restart_kill_signal, 10);
        cr_assert(answer_is_yes(reported.send_sighup) && reported.known);
        cr_assert_eq(reported.main_pid, 4321);
        cr_assert(answer_is_yes(reported.restart));
        cr_assert_eq(reported.restarts, 3);
        cr_assert_eq(reported.main_start_usec, 5000000);
        cr_assert_eq(reported.timeout_start_usec, 90000000);
        cr_assert_eq(reported.timeout_stop_usec, 15000000);
        cr_assert_str_eq(reported.syslog_identifier, "shop");
        cr_assert_eq(reported.syslog_facility, 17);
        cr_assert_eq(reported.syslog_level, 5);
        cr_assert(reported.syslog_no_prefix);
        cr_assert_eq(reported.stdout_forward, JOURNAL_FORWARD_KMSG | JOURNAL_FORWARD_CONSOLE);
        cr_assert_eq(reported.stderr_forward, JOURNAL_FORWARD_INHERIT);
}

Test(unit_info, freed_from_its_report, .timeout = LOOP_TIMEOUT)
{
        free_on_known = true;
        ask(reply_properties);
}

/* The settings of a unit whose filters concern sockets, or devices. filter: the one that has an element. */
static unsigned filter;

typedef struct Filter {
        const char *property, *type, *setting;
        bool (*append)(sd_bus_message *m);
} Filter;

static bool append_address(sd_bus_message *m)
{
        return sd_bus_message_append(m, "(iayu)", 2, 4, 10, 0, 0, 1, 8) >= 0;
}

static bool append_path(sd_bus_message *m)
{
        return sd_bus_message_append(m, "s", "/sys/fs/bpf/x") >= 0;
}

static bool append_program(sd_bus_message *m)
{
        return sd_bus_message_append(m, "(ss)", "egress", "/sys/fs/bpf/x") >= 0;
}

static bool append_bind(sd_bus_message *m)
{
        return sd_bus_message_append(m, "(iiqq)", 2, 6, 0, 0) >= 0;
}

static const Filter filters[] = {
        { "IPAddressDeny", "(iayu)", "IPAddressDeny=", append_address },
        { "IPIngressFilterPath", "s", "IPIngressFilterPath=", append_path },
        { "IPEgressFilterPath", "s", "IPEgressFilterPath=", append_path },
        { "BPFProgram", "(ss)", "BPFProgram=", append_program },
        { "SocketBindDeny", "(iiqq)", "SocketBindDeny=", append_bind },
};

static void append_interfaces(sd_bus_message *m)
{
        bool filled = filter == ELEMENTSOF(filters);

        cr_assert_geq(sd_bus_message_open_container(m, 'e', "sv"), 0);
        cr_assert_geq(sd_bus_message_append(m, "s", "RestrictNetworkInterfaces"), 0);
        cr_assert_geq(filled ? sd_bus_message_append(m, "v", "(bas)", 1, 1, "eth0")
                             : sd_bus_message_append(m, "v", "(bas)", 0, 0),
                      0);
        cr_assert_geq(sd_bus_message_close_container(m), 0);
}

static int reply_filters(sd_bus_message *call)
{
        sd_bus_message *m = NULL;
        char type[16];

        cr_assert_geq(sd_bus_message_new_method_return(call, &m), 0);
        cr_assert_geq(sd_bus_message_open_container(m, 'a', "{sv}"), 0);
        for (size_t i = 0; i < ELEMENTSOF(filters); i++) {
                (void) snprintf(type, sizeof(type), "a%s", filters[i].type);
                cr_assert_geq(sd_bus_message_open_container(m, 'e', "sv"), 0);
                cr_assert_geq(sd_bus_message_append(m, "s", filters[i].property), 0);
                cr_assert_geq(sd_bus_message_open_container(m, 'v', type), 0);
                cr_assert_geq(sd_bus_message_open_container(m, 'a', filters[i].type), 0);
                if (filter == i)
                        cr_assert(filters[i].append(m) && filters[i].append(m));
                for (unsigned n = 0; n < 3; n++)
                        cr_assert_geq(sd_bus_message_close_container(m), 0);
        }
        append_interfaces(m);
        cr_assert_geq(sd_bus_message_append(m, "{sv}", "DevicePolicy", "s", filter == 0 ? "closed" : "auto"),
                      0);
        cr_assert_geq(sd_bus_message_close_container(m), 0);
        cr_assert_geq(sd_bus_send(NULL, m, NULL), 0);
        sd_bus_message_unref(m);
        return 1;
}

Test(unit_info, filters, .timeout = LOOP_TIMEOUT)
{
        for (filter = 0; filter <= ELEMENTSOF(filters) + 1; filter++) {
                reports = 0;
                ask(reply_filters);
                cr_assert_geq(reported_r, 0);
                cr_assert(filter == 0 ? answer_is_yes(reported.device_policy_closed)
                                      : answer_is_no(reported.device_policy_closed));
                if (filter > ELEMENTSOF(filters))
                        cr_assert_null(reported.socket_filter);
                else
                        cr_assert_str_eq(reported.socket_filter, filter < ELEMENTSOF(filters)
                                                                         ? filters[filter].setting
                                                                         : "RestrictNetworkInterfaces=");
        }
}

/* As systemd has them when the unit says nothing, and from a version with other words. */
static int reply_others(sd_bus_message *call)
{
        sd_bus_message *m = NULL;

        cr_assert_geq(sd_bus_message_new_method_return(call, &m), 0);
        cr_assert_geq(sd_bus_message_append(m, "a{sv}", 7, "SyslogFacility", "i", 3, "SyslogLevel", "i", 6,
                                            "SyslogIdentifier", "s", "", "Type", "s", "notify",
                                            "NotifyAccess", "s", "friends", "ExitType", "s", "main",
                                            "KillMode", "s", "control-group"),
                      0);
        cr_assert_geq(sd_bus_send(NULL, m, NULL), 0);
        sd_bus_message_unref(m);
        return 1;
}

static void assert_defaults(void)
{
        cr_assert_eq(reported.notify_access, NOTIFY_ACCESS_UNKNOWN);
        cr_assert_eq(reported.reload_signal, 0);
        cr_assert_eq(reported.timeout_start_usec, UINT64_MAX);
        cr_assert_eq(reported.timeout_stop_usec, UINT64_MAX);
        cr_assert_str_eq(reported.syslog_identifier, "");
        cr_assert(reported.syslog_facility == -1 && reported.syslog_level == -1 &&
                  !reported.syslog_no_prefix);
}

/* Neither yes nor no. */
static void assert_unknown(void)
{
        assert_defaults();
        cr_assert_not(reported.known);
        cr_assert_eq(reported.kill_mode, KILL_MODE_UNKNOWN);
        cr_assert_eq(reported.type, SERVICE_TYPE_UNKNOWN);
        cr_assert(reported.exit_type_cgroup.value == 0 && reported.restart.value == 0 &&
                  reported.send_sighup.value == 0 && reported.device_policy_closed.value == 0);
        cr_assert_eq(unit_properties_start_limit(&reported), 90 * USEC_PER_SEC);
}

Test(unit_info, other_words, .timeout = LOOP_TIMEOUT)
{
        ask(reply_others);
        cr_assert_geq(reported_r, 0);
        assert_defaults();
        cr_assert_eq(reported.kill_mode, KILL_MODE_CONTROL_GROUP);
        cr_assert_eq(reported.type, SERVICE_TYPE_NOTIFY);
        cr_assert(answer_is_no(reported.exit_type_cgroup));
        cr_assert_eq(unit_properties_start_limit(&reported), UINT64_MAX);
}

static int reply_wrong_type(sd_bus_message *call)
{
        sd_bus_message *m = NULL;

        cr_assert_geq(sd_bus_message_new_method_return(call, &m), 0);
        cr_assert_geq(sd_bus_message_append(m, "a{sv}", 2, "KillMode", "s", "mixed", "Type", "u", 7), 0);
        cr_assert_geq(sd_bus_send(NULL, m, NULL), 0);
        sd_bus_message_unref(m);
        return 1;
}

/* What was read before it is not kept. */
Test(unit_info, wrong_type, .timeout = LOOP_TIMEOUT)
{
        ask(reply_wrong_type);
        cr_assert_lt(reported_r, 0);
        assert_unknown();
}

static int reply_no_properties(sd_bus_message *call)
{
        return sd_bus_reply_method_return(call, "s", "hello");
}

Test(unit_info, no_properties, .timeout = LOOP_TIMEOUT)
{
        ask(reply_no_properties);
        cr_assert_lt(reported_r, 0);
        assert_unknown();
}

static int refuse(sd_bus_message *call)
{
        return sd_bus_reply_method_errorf(call, SD_BUS_ERROR_ACCESS_DENIED, "no");
}

Test(unit_info, refused, .timeout = LOOP_TIMEOUT)
{
        ask(refuse);
        cr_assert_eq(reported_r, -EACCES);
        assert_unknown();
}

/* Within five seconds. */
Test(unit_info, no_answer, .timeout = LOOP_TIMEOUT)
{
        ask(NULL);
        cr_assert_eq(asked, 1);
        cr_assert_eq(reported_r, -ETIMEDOUT);
        assert_unknown();
}

Test(unit_info, names)
{
        cr_assert_eq(notify_access_from_string("all"), NOTIFY_ACCESS_ALL);
        cr_assert_eq(notify_access_from_string("main"), NOTIFY_ACCESS_MAIN);
        cr_assert_eq(notify_access_from_string("exec"), NOTIFY_ACCESS_EXEC);
        cr_assert_eq(notify_access_from_string("none"), NOTIFY_ACCESS_NONE);
        cr_assert_eq(notify_access_from_string("everybody"), -EINVAL);
        cr_assert_str_eq(notify_access_to_string(NOTIFY_ACCESS_ALL), "all");
        cr_assert_null(notify_access_to_string(NOTIFY_ACCESS_UNKNOWN));
        cr_assert_eq(kill_mode_from_string("none"), KILL_MODE_NONE);
        cr_assert_eq(kill_mode_from_string("gently"), -EINVAL);
        cr_assert_str_eq(kill_mode_to_string(KILL_MODE_PROCESS), "process");
        cr_assert_null(kill_mode_to_string(KILL_MODE_UNKNOWN));
        cr_assert_eq(service_type_from_string("oneshot"), SERVICE_TYPE_ONESHOT);
        cr_assert_eq(service_type_from_string("forking"), SERVICE_TYPE_FORKING);
        cr_assert_eq(service_type_from_string("idle"), SERVICE_TYPE_OTHER);
        cr_assert(!answer_is_yes(ANSWER_UNKNOWN) && !answer_is_no(ANSWER_UNKNOWN));
}

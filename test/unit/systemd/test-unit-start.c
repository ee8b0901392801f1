/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The question that is asked before there is a loop. Its systemd is by script and in a process of its own,
 * because whoever asks waits for the answer. */

#include <criterion/criterion.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <systemd/sd-bus.h>
#include <unistd.h>

#include "systemd/unit-info.h"
#include "util/macro.h"

#define COMMAND "(sasbttttuii)"

/* What systemd says. */
typedef struct Script {
        uint32_t main_pid;
        const char *state; /* NULL: it does not say */
        unsigned commands; /* in ExecStart= */
        bool commands_are_secret;
        unsigned lost; /* it hangs up on so many questions, and then on as many connections */
} Script;

static const Script *script;
static const char *our_unit = "web@a.service"; /* NULL: we are in none */
static pid_t server;
static unsigned connections;

int __wrap_unit_bus_open(sd_bus **ret, char **ret_unit);

static void append_commands(sd_bus_message *m)
{
        cr_assert_geq(sd_bus_message_open_container(m, 'v', "a" COMMAND), 0);
        cr_assert_geq(sd_bus_message_open_container(m, 'a', COMMAND), 0);
        for (unsigned i = 0; i < script->commands; i++)
                cr_assert_geq(sd_bus_message_append(m, COMMAND, "/bin/true", 2, "/bin/true", "-x", 0,
                                                    UINT64_C(0), UINT64_C(0), UINT64_C(0), UINT64_C(0), 0, 0,
                                                    0),
                              0);
        cr_assert_geq(sd_bus_message_close_container(m), 0);
        cr_assert_geq(sd_bus_message_close_container(m), 0);
}

static int on_call(sd_bus_message *call, void *userdata, sd_bus_error *reterr)
{
        const char *interface, *property;
        sd_bus_message *m = NULL;
        bool commands, state;

        if (!sd_bus_message_is_method_call(call, "org.freedesktop.DBus.Properties", "Get"))
                return 0;
        cr_assert_str_eq(sd_bus_message_get_path(call), "/org/freedesktop/systemd1/unit/web_40a_2eservice");
        cr_assert_gt(sd_bus_message_read(call, "ss", &interface, &property), 0);
        commands = strcmp(property, "ExecStart") == 0;
        state = strcmp(property, "ActiveState") == 0;
        cr_assert_str_eq(interface,
                         state ? "org.freedesktop.systemd1.Unit" : "org.freedesktop.systemd1.Service");
        if ((state && !script->state) || (commands && script->commands_are_secret))
                return sd_bus_reply_method_errorf(call, SD_BUS_ERROR_ACCESS_DENIED, "no");
        if (connections <= script->lost)
                _exit(0);
        cr_assert_geq(sd_bus_message_new_method_return(call, &m), 0);
        if (commands)
                append_commands(m);
        else if (state)
                cr_assert_geq(sd_bus_message_append(m, "v", "s", script->state), 0);
        else
                cr_assert_geq(sd_bus_message_append(m, "v", "u", script->main_pid), 0);
        cr_assert_geq(sd_bus_send(NULL, m, NULL), 0);
        sd_bus_message_unref(m);
        return 1;
}

/* Until the client hangs up. */
static _Noreturn void serve(int fd)
{
        const sd_id128_t id = SD_ID128_MAKE(01, 02, 03, 04, 05, 06, 07, 08, 09, 0a, 0b, 0c, 0d, 0e, 0f, 10);
        sd_bus *bus = NULL;
        int r;

        (void) prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (sd_bus_new(&bus) < 0 || sd_bus_set_fd(bus, fd, fd) < 0 || sd_bus_set_server(bus, true, id) < 0 ||
            sd_bus_start(bus) < 0 || sd_bus_add_filter(bus, NULL, on_call, NULL) < 0)
                _exit(1);
        while ((r = sd_bus_process(bus, NULL)) >= 0)
                if (r == 0)
                        (void) sd_bus_wait(bus, UINT64_MAX);
        _exit(0);
}

static sd_bus *client(void)
{
        sd_bus *bus = NULL;
        int fds[2];

        cr_assert_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds), 0);
        server = fork();
        if (server == 0) {
                close(fds[1]);
                serve(fds[0]);
        }
        cr_assert_gt(server, 0);
        close(fds[0]);
        cr_assert_geq(sd_bus_new(&bus), 0);
        cr_assert_geq(sd_bus_set_fd(bus, fds[1], fds[1]), 0);
        cr_assert_geq(sd_bus_start(bus), 0);
        return bus;
}

int __wrap_unit_bus_open(sd_bus **ret, char **ret_unit)
{
        if (!our_unit)
                return -ENODATA;
        connections++;
        *ret = connections > script->lost && connections <= 2 * script->lost ? NULL : client();
        *ret_unit = strdup(our_unit);
        return *ret_unit ? 0 : -ENOMEM;
}

/* The connection is closed afterwards, whatever the answer: then its server ends. */
static int ask(const Script *s, UnitStart *ret)
{
        int r;

        script = s;
        server = 0;
        connections = 0;
        memset(ret, 0xff, sizeof(*ret));
        r = unit_info_ask_start(ret);
        while (waitpid(-1, NULL, 0) > 0)
                ;
        return r;
}

Test(unit_start, answers, .timeout = 30)
{
        static const struct {
                Script script;
                UnitStart expected;
        } table[] = {
                { { 42, "active", 1, false }, { 42, false, false } },
                { { 42, "activating", 1, false }, { 42, true, false } },
                { { 0, "activating", 2, false }, { 0, true, true } },
                { { 42, "active", 0, false }, { 42, false, false } },
                { { 42, "active", 2, true }, { 42, false, false } }, /* what it does not tell is not known */
        };

        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                UnitStart start;

                cr_assert_eq(ask(&table[i].script, &start), 0, "row %zu", i);
                cr_assert_eq(start.main_pid, table[i].expected.main_pid, "row %zu", i);
                cr_assert_eq(start.activating, table[i].expected.activating, "row %zu", i);
                cr_assert_eq(start.several, table[i].expected.several, "row %zu", i);
        }
}

Test(unit_start, systemd_executes_itself, .timeout = 30)
{
        static const Script lost = { 42, "activating", 1, false, 2 };
        UnitStart start;

        cr_assert_eq(ask(&lost, &start), 0);
        cr_assert_eq(connections, 5);
        cr_assert(start.main_pid == 42 && start.activating);
}

Test(unit_start, no_answer, .timeout = 30)
{
        static const Script silent = { 42, NULL, 1, false };
        UnitStart start;

        cr_assert_eq(ask(&silent, &start), -EACCES);
        our_unit = "session-1.scope";
        cr_assert_eq(ask(&silent, &start), -ENXIO);
        our_unit = NULL;
        cr_assert_eq(ask(&silent, &start), -ENODATA);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The unit's side, with a systemd that is the test itself, and reads when it likes. */

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <syslog.h>
#include <systemd/sd-login.h>
#include <unistd.h>

#include "loop.h"
#include "systemd/unit-link.h"
#include "util/clock.h"
#include "util/macro.h"

static sd_event *event;
static UnitLink *l;
static Facts facts;
static int systemd;
static char folder[] = "/tmp/unit-link.XXXXXX", address[64], pid_file[64];
/* What was said to the log, one a line. */
static char said[4096];
static unsigned rooms;
static bool free_on_room;

static void on_unit_known(const UnitProperties *properties, int r, void *userdata)
{
        cr_assert_fail("there is nothing to know");
}

static void on_room(void *userdata)
{
        cr_assert_eq(userdata, &facts);
        rooms++;
        if (free_on_room)
                l = unit_link_free(l);
}

static void on_say(int level, const char *id, const char *message, void *userdata)
{
        size_t n = strlen(said);

        cr_assert_eq(userdata, &facts);
        cr_assert_null(id);
        (void) snprintf(said + n, sizeof(said) - n, "<%i>%s\n", level, message);
}

static const UnitLinkOps ops = { on_unit_known, NULL, on_room, on_say };

static void make(const char *notify_socket)
{
        const UnitLinkConfig config = { .notify_socket = notify_socket, .pid_file = pid_file };

        l = unit_link_free(l);
        cr_assert_eq(unit_link_new(&l, event, &config, &facts, &ops, &facts), 0);
}

static void setup(void)
{
        struct sockaddr_un a = { .sun_family = AF_UNIX };

        event = loop_new();
        facts = (Facts){ .is_main = true,
                         .container = { .pid = 42, .stop_signal = SIGTERM },
                         .unit = UNIT_PROPERTIES_UNKNOWN };
        facts.unit.known = true;
        cr_assert_not_null(mkdtemp(folder));
        (void) snprintf(address, sizeof(address), "%s/socket", folder);
        (void) snprintf(pid_file, sizeof(pid_file), "%s/pid", folder);
        strcpy(a.sun_path, address);
        systemd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        cr_assert_eq(bind(systemd, (struct sockaddr *) &a, sizeof(a)), 0);
        make(address);
}

static void teardown(void)
{
        unit_link_free(l);
        sd_event_unref(event);
        close(systemd);
        (void) unlink(address);
        cr_assert_eq(rmdir(folder), 0, "something is left in %s", folder);
}

TestSuite(unit_link, .init = setup, .fini = teardown, .timeout = LOOP_TIMEOUT);

/* What systemd reads next, "" if there is nothing. */
static const char *next(void)
{
        static char text[8192];
        ssize_t size = recv(systemd, text, sizeof(text) - 1, 0);

        text[MAX(size, 0)] = 0;
        return text;
}

/* As if systemd hung. */
static void fill(void)
{
        do {
                unit_link_begin_batch(l);
                unit_link_notify(l, "STATUS=filling");
        } while (unit_link_end_batch(l));
}

static void assert_said(const char *expected)
{
        cr_assert_str_eq(said, expected);
        *said = 0;
}

Test(unit_link, messages)
{
        unit_link_notify(l, "READY=%i", 1);
        unit_link_status(l, "a %s\nMAINPID=1\x01", "line");
        unit_link_extend_timeout(l, 5 * USEC_PER_SEC);
        cr_assert_str_eq(next(), "READY=1");
        cr_assert_eq(strncmp(next(), "STATUS=a line", 13), 0);
        cr_assert_str_eq(next(), "EXTEND_TIMEOUT_USEC=5000000");
        cr_assert_str_eq(next(), "");
        assert_said("");
}

/* Somebody else's unit, apart from its start. */
Test(unit_link, below_the_main_process_only_the_start_is_told)
{
        facts.is_main = false;
        unit_link_status(l, "starting");
        unit_link_extend_timeout(l, USEC_PER_SEC);
        unit_link_notify(l, "MAINPID=%i", 7);
        unit_link_notify(l, "RELOADING=1\nMONOTONIC_USEC=1");
        unit_link_notify(l, "WATCHDOG=1");
        unit_link_stopping(l, 0);
        unit_link_notify(l, "READY=1");
        unit_link_status(l, "running");
        unit_link_notify(l, "READY=1");
        unit_link_extend_timeout(l, USEC_PER_SEC);
        unit_link_stopping(l, UINT64_MAX - 1);
        cr_assert_str_eq(next(), "STATUS=starting");
        cr_assert_str_eq(next(), "EXTEND_TIMEOUT_USEC=1000000");
        cr_assert_str_eq(next(), "READY=1");
        cr_assert_str_eq(next(), "");
}

/* As in ExecStartPre=: what it has said of itself goes with it. */
Test(unit_link, beside_the_main_process_nothing_stays)
{
        facts.is_main = false;
        facts.is_beside = true;
        unit_link_notify(l, "READY=1");
        unit_link_notify(l, "MAINPID=%i", 7);
        unit_link_status(l, "working");
        unit_link_drain(l);
        cr_assert_str_eq(next(), "STATUS=working");
        cr_assert_str_eq(next(), "STATUS=");
        cr_assert_str_eq(next(), "");
}

/* Nothing that is made a status can say anything else. */
Test(unit_link, status_is_one_line)
{
        unit_link_status(l, "x\nMAINPID=1");
        cr_assert_null(strchr(next(), '\n'));
}

Test(unit_link, without_a_socket)
{
        make(NULL);
        unit_link_notify(l, "READY=1");
        unit_link_status(l, "x");
        unit_link_stopping(l, 0);
        unit_link_begin_batch(l);
        cr_assert(unit_link_has_room(l));
        cr_assert(unit_link_end_batch(l));
        unit_link_offer_main_pid(l, NULL);
        unit_link_hand_back(l);
        unit_link_drain(l);
        assert_said("");
        cr_assert_null(unit_link_free(NULL));
}

Test(unit_link, socket_that_is_none)
{
        char message[256], longer[200] = "/";

        make("relative");
        (void) snprintf(message, sizeof(message),
                        "<4>Failed to notify systemd at \"relative\", ignoring: %s\n", strerror(EINVAL));
        assert_said(message);
        unit_link_notify(l, "READY=1");
        cr_assert_str_eq(next(), "");
        memset(longer + 1, 'x', sizeof(longer) - 2);
        make(longer);
        cr_assert_not_null(strstr(said, strerror(ENAMETOOLONG)));
}

/* TemporaryFileSystem=/run. */
Test(unit_link, socket_that_the_unit_hides)
{
        char expected[256];

        make("/no/such/socket");
        (void) snprintf(
                expected, sizeof(expected),
                "<4>systemd will not hear of this service, whose settings hide /no/such/socket (%s): add "
                "that to BindPaths= of the unit.\n",
                strerror(ENOENT));
        assert_said(expected);
}

Test(unit_link, stopping)
{
        char main_pid[32];

        (void) snprintf(main_pid, sizeof(main_pid), "MAINPID=%i", (int) getpid());
        facts.unit.known = true;
        facts.unit.timeout_stop_usec = 90 * USEC_PER_SEC;
        unit_link_stopping(l, 90 * USEC_PER_SEC);
        cr_assert_str_eq(next(), "STOPPING=1");
        cr_assert_str_eq(next(), "");
        unit_link_offer_main_pid(l, NULL);
        cr_assert_str_eq(next(), "MAINPID=42");
        unit_link_stopping(l, 91 * USEC_PER_SEC);
        cr_assert_str_eq(next(), main_pid);
        cr_assert_str_eq(next(), "STOPPING=1");
        cr_assert_str_eq(next(), "EXTEND_TIMEOUT_USEC=91000000");
}

/* systemd's default may be shorter than what the container needs. */
Test(unit_link, stopping_without_the_units_limit)
{
        facts.unit = UNIT_PROPERTIES_UNKNOWN;
        unit_link_stopping(l, 15 * USEC_PER_SEC);
        cr_assert_str_eq(next(), "STOPPING=1");
        cr_assert_str_eq(next(), "EXTEND_TIMEOUT_USEC=15000000");
}

/* systemd's limit, and what it was asked to add. */
Test(unit_link, start_that_ran_out)
{
        uint64_t now = monotonic_usec(), limit = 0;

        make(address);
        cr_assert_not(unit_link_start_ran_out(l, &limit)); /* nothing is known */
        facts.unit.main_start_usec = now - 5 * USEC_PER_SEC;
        facts.unit.timeout_start_usec = UINT64_MAX;
        cr_assert_not(unit_link_start_ran_out(l, &limit));
        facts.unit.timeout_start_usec = 60 * USEC_PER_SEC;
        cr_assert_not(unit_link_start_ran_out(l, &limit));
        facts.unit.timeout_start_usec = 5 * USEC_PER_SEC;
        cr_assert(unit_link_start_ran_out(l, &limit));
        cr_assert_eq(limit, 5 * USEC_PER_SEC);
        unit_link_extend_timeout(l, 20 * USEC_PER_SEC);
        cr_assert_not(unit_link_start_ran_out(l, &limit));
}

Test(unit_link, start_that_is_over_does_not_run_out)
{
        uint64_t limit = 0;

        make(address);
        facts.unit.main_start_usec = monotonic_usec() - 5 * USEC_PER_SEC;
        facts.unit.timeout_start_usec = USEC_PER_SEC;
        unit_link_notify(l, "READY=1");
        cr_assert_not(unit_link_start_ran_out(l, &limit));
}

Test(unit_link, main_pid)
{
        char main_pid[32];

        (void) snprintf(main_pid, sizeof(main_pid), "MAINPID=%i", (int) getpid());
        cr_assert(!unit_link_has_given_main_pid(l));
        unit_link_hand_back(l); /* it is the main process */
        cr_assert_str_eq(next(), "");
        unit_link_offer_main_pid(l, "");
        assert_said("");
        unit_link_offer_main_pid(l, "that is how it is");
        assert_said("<5>The supervisor stays the main process: that is how it is.\n");
        unit_link_offer_main_pid(l, "it still is");
        assert_said("");
        cr_assert(!unit_link_has_given_main_pid(l));
        cr_assert_str_eq(next(), "");
        unit_link_offer_main_pid(l, NULL);
        cr_assert(unit_link_has_given_main_pid(l));
        cr_assert_str_eq(next(), "MAINPID=42");
        unit_link_hand_back(l);
        cr_assert(!unit_link_has_given_main_pid(l));
        cr_assert_str_eq(next(), main_pid);
        unit_link_hand_back(l);
        cr_assert_str_eq(next(), "");
}

Test(unit_link, kill_mode)
{
        static const struct {
                int stop_signal;
                KillMode mode;
                bool in_unit, explained;
        } table[] = {
                { SIGTERM, KILL_MODE_CONTROL_GROUP, false, false },
                { SIGTERM, KILL_MODE_CONTROL_GROUP, true, false },
                { SIGTERM, KILL_MODE_MIXED, true, false },
                { SIGQUIT, KILL_MODE_CONTROL_GROUP, false, false },
                { SIGQUIT, KILL_MODE_CONTROL_GROUP, true, true },
                { SIGQUIT, KILL_MODE_MIXED, true, false },
                { SIGQUIT, KILL_MODE_PROCESS, true, false },
                { SIGQUIT, KILL_MODE_NONE, true, false }, /* systemd sends nothing */
                { SIGQUIT, KILL_MODE_UNKNOWN, true, false },
        };

        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                make(address);
                facts.container.stop_signal = table[i].stop_signal;
                facts.unit.kill_mode = table[i].mode;
                facts.unit.kill_signal = table[i].mode == KILL_MODE_UNKNOWN ? 0 : SIGTERM;
                unit_link_explain_kill_mode(l, table[i].in_unit);
                cr_assert_eq(strstr(said, "stopped with SIGQUIT:") != NULL, table[i].explained, "row %zu",
                             i);
                *said = 0;
                unit_link_explain_kill_mode(l, table[i].in_unit);
                assert_said(""); /* once */
        }
}

/* Batches */

Test(unit_link, batch)
{
        unit_link_begin_batch(l);
        unit_link_notify(l, "STATUS=1");
        unit_link_notify(l, "WATCHDOG=1");
        unit_link_status(l, "2");
        cr_assert_str_eq(next(), "");
        cr_assert(unit_link_end_batch(l));
        cr_assert_str_eq(next(), "WATCHDOG=1");
        cr_assert_str_eq(next(), "STATUS=2");
        cr_assert_str_eq(next(), "");
        unit_link_notify(l, "STATUS=3");
        cr_assert_str_eq(next(), "STATUS=3");
}

Test(unit_link, batch_leaves_room_for_our_own)
{
        unsigned n = 0, taken = 0;
        char expected[32];

        unit_link_begin_batch(l);
        while (unit_link_has_room(l))
                unit_link_notify(l, "X_KEY%u=1", n++);
        cr_assert_eq(n, 16);
        for (unsigned i = 0; i < n; i++)
                unit_link_notify(l, "X_OURS%u=1", i);
        (void) unit_link_end_batch(l);
        /* systemd takes some at a time, and all of them in the end. */
        while (taken < 2 * n) {
                const char *text = next();

                if (!*text) {
                        cr_assert_geq(sd_event_run(event, UINT64_MAX), 0);
                        continue;
                }
                (void) snprintf(expected, sizeof(expected), taken < n ? "X_KEY%u=1" : "X_OURS%u=1",
                                taken % n);
                cr_assert_str_eq(text, expected);
                taken++;
        }
        cr_assert(unit_link_has_room(l));
}

Test(unit_link, systemd_is_busy)
{
        fill();
        unit_link_notify(l, "READY=1");
        cr_assert_eq(rooms, 0);
        while (rooms == 0) {
                while (*next())
                        ;
                cr_assert_geq(sd_event_run(event, UINT64_MAX), 0);
        }
        cr_assert_eq(rooms, 1);
        cr_assert_str_eq(next(), "STATUS=filling");
        cr_assert_str_eq(next(), "READY=1");
}

Test(unit_link, freed_when_there_is_room)
{
        fill();
        free_on_room = true;
        while (*next())
                ;
        loop_until(event, !l);
        cr_assert_eq(rooms, 1);
}

/* The pid file */

static void assert_pid_file(const char *expected)
{
        char text[64] = "";
        int fd = open(pid_file, O_RDONLY | O_CLOEXEC);

        cr_assert_eq(fd >= 0, expected != NULL);
        if (!expected)
                return;
        cr_assert_geq(read(fd, text, sizeof(text) - 1), 0);
        close(fd);
        cr_assert_str_eq(text, expected);
}

Test(unit_link, pid_file_is_written_and_removed)
{
        unit_link_remove_pid_file(l);
        unit_link_write_pid_file(l);
        assert_pid_file("42\n");
        facts.container.pid = 43;
        unit_link_write_pid_file(l);
        assert_pid_file("43\n");
        unit_link_remove_pid_file(l);
        assert_pid_file(NULL);
        assert_said("");
}

Test(unit_link, pid_file_of_another_is_left)
{
        unit_link_write_pid_file(l);
        make(address);
        unit_link_remove_pid_file(l);
        assert_pid_file("42\n");
        cr_assert_eq(unlink(pid_file), 0);
}

Test(unit_link, pid_file_that_can_not_be_written)
{
        char expected[256];

        (void) snprintf(pid_file, sizeof(pid_file), "%s/absent/pid", folder);
        (void) snprintf(expected, sizeof(expected), "<3>Failed to write pid file %s, ignoring: %s\n",
                        pid_file, strerror(ENOENT));
        unit_link_write_pid_file(l);
        assert_said(expected);
        unit_link_remove_pid_file(l);
}

Test(unit_link, no_pid_file)
{
        const UnitLinkConfig config = { .notify_socket = NULL };

        unit_link_free(l);
        cr_assert_eq(unit_link_new(&l, event, &config, &facts, &ops, &facts), 0);
        unit_link_write_pid_file(l);
        unit_link_remove_pid_file(l);
        assert_said("");
}

/* The end */

/* A process that is systemd: reads all, and tells by its exit status whether it saw this message before the
 * barrier, or at all. */
static pid_t start_systemd(const char *wanted)
{
        pid_t pid = fork();
        bool seen = false;

        cr_assert_geq(pid, 0);
        if (pid > 0)
                return pid;
        for (;;) {
                char text[4096];
                struct pollfd p = { .fd = systemd, .events = POLLIN };
                ssize_t size;

                /* Without room for control data, the kernel closes the descriptor, which is what a barrier
                 * waits for. */
                if (poll(&p, 1, -1) < 0 || (size = recv(systemd, text, sizeof(text) - 1, 0)) < 0)
                        _exit(2);
                text[size] = 0;
                seen |= strcmp(text, wanted) == 0;
                if (seen && (strcmp(text, "BARRIER=1") == 0 || strcmp(wanted, "READY=1") == 0))
                        _exit(0);
                if (strcmp(text, "BARRIER=1") == 0)
                        _exit(1);
        }
}

static void assert_exits_well(pid_t pid)
{
        int status;

        cr_assert_eq(waitpid(pid, &status, 0), pid);
        cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0, "%x", (unsigned) status);
}

Test(unit_link, drained)
{
        pid_t pid;

        fill();
        unit_link_notify(l, "READY=1");
        pid = start_systemd("READY=1");
        unit_link_drain(l);
        assert_exits_well(pid);
        assert_said("");
}

Test(unit_link, barrier)
{
        pid_t pid;

        cr_assert_eq(setenv("NOTIFY_SOCKET", address, true), 0);
        fill();
        unit_link_offer_main_pid(l, NULL);
        pid = start_systemd("MAINPID=42");
        unit_link_barrier(l);
        assert_exits_well(pid);
        assert_said("");
}

Test(unit_link, systemd_that_never_reads)
{
        fill();
        unit_link_drain(l);
        assert_said("<4>systemd did not take the last notifications in time.\n");
}

Test(unit_link, not_in_a_unit)
{
        char *name = NULL;
        int r;

        if (sd_pid_get_unit(0, &name) >= 0 || sd_pid_get_user_unit(0, &name) >= 0) {
                free(name);
                cr_skip_test("the tests run in a unit");
        }
        r = unit_link_ask(l);
        cr_assert(r == -ENODATA || r == -ENXIO, "%i", r);
}

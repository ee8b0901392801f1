/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* When a relay is needed, where it is, who may speak and what is forwarded. How it reads a socket is in
 * test-notify-relay.c. */

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <syslog.h>
#include <unistd.h>

#include "codec/engine/container-info.h"
#include "loop.h"
#include "systemd/relay.h"
#include "util/macro.h"
#include "util/strv.h"

static sd_event *event;
static Relay *relay;
static RelayConfig config;
static Facts facts;
static char root[] = "/tmp/relay.XXXXXX", base[64], folder[96];
/* What came, with "|" after each message, and what was said to the log. */
static char heard[1024], said[1024];
static unsigned batches, seen;
static bool member, room;

static bool is_of_container(pid_t pid, const char *id)
{
        cr_assert_gt(pid, 0);
        cr_assert_str_eq(id, facts.container.id);
        return member;
}

/* The number of every process's cgroup; 0: the kernel does not tell. */
static uint64_t cgroup = 1;
static int cgroup_verdict;

int __wrap_pidfd_cgroup_id(int fd, uint64_t *ret);

int __wrap_pidfd_cgroup_id(int fd, uint64_t *ret)
{
        *ret = cgroup;
        return cgroup == 0 ? -ENOTTY : 0;
}

static int member_cgroup(pid_t pid, const char *id, uint64_t *ret)
{
        cr_assert_eq(pid, facts.container.pid);
        cr_assert_str_eq(id, facts.container.id);
        *ret = cgroup;
        return cgroup == 0 ? -ENOENT : 0;
}

static int cgroup_is_of_container(uint64_t id, pid_t first)
{
        cr_assert_eq(first, facts.container.pid);
        cr_assert_eq(id, cgroup);
        return cgroup_verdict;
}

static bool on_message(const NotifyFiltered *m, void *userdata)
{
        cr_assert_eq(userdata, &facts);
        seen |= m->seen;
        if (m->text)
                strcat(strcat(heard, m->text), "|");
        return true;
}

static bool on_batch(void *userdata)
{
        cr_assert_eq(userdata, &facts);
        batches++;
        return room;
}

static void on_say(int level, const char *id, const char *message, void *userdata)
{
        cr_assert_eq(userdata, &facts);
        cr_assert_null(id);
        cr_assert_eq(level, LOG_WARNING);
        strcat(said, message);
}

static const RelayOps ops = { on_message, on_batch, on_say };

static void make(void)
{
        relay = relay_free(relay);
        cr_assert_eq(relay_new(&relay, event, &config, &facts, &ops, &facts), 0);
}

static void setup(void)
{
        event = loop_new();
        cr_assert_not_null(mkdtemp(root));
        (void) snprintf(base, sizeof(base), "%s/base", root);
        (void) snprintf(folder, sizeof(folder), "%s/web/notify", base);
        config = (RelayConfig){ .notify = NOTIFY_CONTAINER,
                                .base_folder = base,
                                .name = "web",
                                .engine_is_local = true,
                                .is_of_container = is_of_container,
                                .member_cgroup = member_cgroup,
                                .cgroup_is_of_container = cgroup_is_of_container };
        facts = (Facts){ .container = { .id = "0123456789abcdef",
                                        .name = (char *) "web",
                                        .started_at = (char *) "today" } };
        member = room = true;
        make();
}

static void teardown(void)
{
        char command[128];

        relay_free(relay);
        sd_event_unref(event);
        (void) snprintf(command, sizeof(command), "rm -rf '%s'", root);
        cr_assert_eq(system(command), 0);
}

TestSuite(relay, .init = setup, .fini = teardown, .timeout = LOOP_TIMEOUT);

static bool exists(const char *path)
{
        return access(path, F_OK) == 0;
}

/* Up to a socket that listens, for a container that has the folder mounted. */
static void start(void)
{
        _cleanup_strv_free_ char **environment = NULL, **binds = NULL;

        cr_assert_eq(relay_extras(relay, &environment, &binds, NULL), 0);
        cr_assert_eq(relay_make_folder(relay, NULL), 0);
        facts.container.notify_folder = folder;
        cr_assert_eq(relay_open(relay, NULL), 0);
        cr_assert(relay_is_open(relay));
}

static void say(const char *text)
{
        struct sockaddr_un a = { .sun_family = AF_UNIX };
        int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

        (void) snprintf(a.sun_path, sizeof(a.sun_path), "%s/notify.sock", folder);
        cr_assert_eq(sendto(fd, text, strlen(text), 0, (struct sockaddr *) &a, sizeof(a)),
                     (ssize_t) strlen(text));
        close(fd);
}

static void assert_heard(const char *expected)
{
        loop_settle(event);
        cr_assert_str_eq(heard, expected);
        *heard = 0;
}

/* What the request needs */

static void assert_strv(char **strv, const char *const *expected)
{
        size_t i = 0;

        for (; expected[i]; i++)
                cr_assert(strv && strv[i] && strcmp(strv[i], expected[i]) == 0, "%s", expected[i]);
        cr_assert(!strv || !strv[i], "%s", strv[i]);
}

#define SOCKET_VARIABLE "NOTIFY_SOCKET=/run/notify/notify.sock"

Test(relay, extras)
{
        static const struct {
                NotifyMode notify;
                WatchdogMode watchdog;
                uint64_t watchdog_usec;
                const char *environment[3];
        } table[] = {
                { NOTIFY_SUPERVISOR, WATCHDOG_ENGINE, 5, {} },
                { NOTIFY_SUPERVISOR, WATCHDOG_HEALTHY, 5, {} },
                { NOTIFY_HEALTHY, WATCHDOG_ENGINE, 5, {} },
                { NOTIFY_HEALTHY, WATCHDOG_HEALTHY, 5, {} },
                { NOTIFY_CONTAINER, WATCHDOG_ENGINE, 5, { SOCKET_VARIABLE } },
                { NOTIFY_CONTAINER, WATCHDOG_HEALTHY, 5, { SOCKET_VARIABLE } },
                { NOTIFY_SUPERVISOR, WATCHDOG_CONTAINER, 5, { SOCKET_VARIABLE, "WATCHDOG_USEC=5" } },
                { NOTIFY_HEALTHY, WATCHDOG_CONTAINER, 5, { SOCKET_VARIABLE, "WATCHDOG_USEC=5" } },
                { NOTIFY_CONTAINER, WATCHDOG_CONTAINER, 5, { SOCKET_VARIABLE, "WATCHDOG_USEC=5" } },
                { NOTIFY_CONTAINER, WATCHDOG_CONTAINER, 0, { SOCKET_VARIABLE } },
        };
        char bind[128];

        (void) snprintf(bind, sizeof(bind), "%s:" CONTAINER_NOTIFY_TARGET ":ro", folder);
        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                const char *const binds_wanted[] = { *table[i].environment ? bind : NULL, NULL };
                _cleanup_strv_free_ char **environment = NULL, **binds = NULL;

                config.notify = table[i].notify;
                config.watchdog = table[i].watchdog;
                config.watchdog_usec = table[i].watchdog_usec;
                make();
                cr_assert_eq(relay_extras(relay, &environment, &binds, NULL), 0);
                assert_strv(environment, table[i].environment);
                assert_strv(binds, binds_wanted);
        }
}

Test(relay, names)
{
        _cleanup_strv_free_ char **environment = NULL, **binds = NULL;

        config.name = "/web"; /* as docker takes it, too */
        make();
        cr_assert_eq(relay_extras(relay, &environment, &binds, NULL), 0);
        cr_assert_eq(strncmp(binds[0], folder, strlen(folder)), 0);
        config.name = NULL;
        make();
        cr_assert_eq(relay_extras(relay, &environment, &binds, NULL), 0);
        cr_assert_not_null(strstr(binds[1], "/base/unnamed-"));
}

static void assert_no_extras(const char *message)
{
        _cleanup_strv_free_ char **environment = NULL, **binds = NULL;
        _cleanup_cli_error_ CliError error = CLI_ERROR_NULL;

        make();
        cr_assert_eq(relay_extras(relay, &environment, &binds, &error), -EINVAL);
        cr_assert_eq(error.exit_code, CLI_EXIT_REFUSED);
        cr_assert_str_eq(error.message, message);
        cr_assert_null(environment);
        cr_assert_null(binds);
}

Test(relay, impossible)
{
        config.base_folder = NULL;
        assert_no_extras("--notify=container needs $XDG_RUNTIME_DIR");
        config.engine_is_local = false;
        assert_no_extras("--notify=container needs an engine on this machine");
        config.notify = NOTIFY_SUPERVISOR;
        config.watchdog = WATCHDOG_CONTAINER;
        assert_no_extras("--watchdog=container needs an engine on this machine");
}

/* The folder */

Test(relay, folder_of_a_killed_supervisor)
{
        start();
        relay = relay_free(relay); /* killed: the folder stays */
        cr_assert(exists(folder));
        config.notify = NOTIFY_SUPERVISOR;
        make();
        cr_assert_eq(relay_make_folder(relay, NULL), 0);
        cr_assert(!exists(folder));
        cr_assert_eq(relay_open(relay, NULL), 0);
        cr_assert(!relay_is_open(relay));
}

Test(relay, folder_that_can_not_be_made)
{
        _cleanup_cli_error_ CliError error = CLI_ERROR_NULL;
        _cleanup_strv_free_ char **environment = NULL, **binds = NULL;
        char expected[256];
        int fd = open(base, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);

        close(fd); /* a file in its place */
        (void) snprintf(expected, sizeof(expected), "Failed to create folder %s: %s", folder,
                        strerror(ENOTDIR));
        cr_assert_eq(relay_extras(relay, &environment, &binds, NULL), 0);
        cr_assert_eq(relay_make_folder(relay, &error), -ENOTDIR);
        cr_assert_str_eq(error.message, expected);
        cr_assert_eq(error.exit_code, CLI_EXIT_REFUSED);
        facts.container.notify_folder = folder;
        cr_assert_eq(relay_open(relay, NULL), -ENOTDIR);
        cr_assert(!relay_is_open(relay));
}

Test(relay, lacks)
{
        char other[128];

        cr_assert_not_null(relay_lacks(relay));
        (void) snprintf(other, sizeof(other), "%s/../etc", folder);
        facts.container.notify_folder = other;
        cr_assert_not_null(relay_lacks(relay));
        facts.container.notify_folder = folder;
        cr_assert_null(relay_lacks(relay));
        config.base_folder = NULL;
        make();
        cr_assert_not_null(relay_lacks(relay));
        config.notify = NOTIFY_HEALTHY;
        make();
        facts.container.notify_folder = NULL;
        cr_assert_null(relay_lacks(relay)); /* none is wanted */
}

Test(relay, not_mounted)
{
        _cleanup_strv_free_ char **environment = NULL, **binds = NULL;
        _cleanup_cli_error_ CliError error = CLI_ERROR_NULL, named = CLI_ERROR_NULL;

        cr_assert_eq(relay_open(relay, &error), -ENOENT);
        cr_assert_not_null(strstr(error.message, "has not mounted the folder of"));
        cr_assert_eq(relay_extras(relay, &environment, &binds, NULL), 0);
        cr_assert_eq(relay_open(relay, &named), -ENOENT);
        cr_assert_not_null(strstr(named.message, folder));
}

Test(relay, can_not_listen)
{
        _cleanup_strv_free_ char **environment = NULL, **binds = NULL;
        _cleanup_cli_error_ CliError error = CLI_ERROR_NULL;
        char in_the_way[128];

        cr_assert_eq(relay_extras(relay, &environment, &binds, NULL), 0);
        cr_assert_eq(relay_make_folder(relay, NULL), 0);
        (void) snprintf(in_the_way, sizeof(in_the_way), "%s/notify.sock", folder);
        cr_assert_eq(mkdir(in_the_way, 0700), 0);
        facts.container.notify_folder = folder;
        cr_assert_lt(relay_open(relay, &error), 0);
        cr_assert_not_null(strstr(error.message, "notification socket in "));
        cr_assert(!relay_is_open(relay));
}

Test(relay, end)
{
        start();
        cr_assert_eq(relay_open(relay, NULL), 0); /* it is open */
        relay_close(relay);
        cr_assert(!relay_is_open(relay));
        cr_assert(exists(folder));
        facts.started = true; /* and it lives */
        relay_drop(relay);
        cr_assert(exists(folder));
        facts.dead = true;
        relay_drop(relay);
        cr_assert(!exists(folder));
        relay_resume(relay);
        cr_assert_null(relay_free(NULL));
}

/* Messages */

Test(relay, forwards)
{
        static const struct {
                WatchdogMode watchdog;
                bool ready_sent;
                const char *text, *forwarded;
        } table[] = {
                /* The first READY=1 and every STATUS= are the condition's. */
                { WATCHDOG_ENGINE, false, "READY=1", "" },
                { WATCHDOG_ENGINE, true, "READY=1", "READY=1|" },
                { WATCHDOG_ENGINE, true, "STATUS=x", "" },
                { WATCHDOG_ENGINE, false, "WATCHDOG=1", "" },
                { WATCHDOG_HEALTHY, true, "WATCHDOG=1", "" },
                { WATCHDOG_CONTAINER, false, "WATCHDOG=1", "WATCHDOG=1|" },
                { WATCHDOG_CONTAINER, false, "READY=1\nWATCHDOG=1", "WATCHDOG=1|" },
                { WATCHDOG_ENGINE, false, "RELOADING=1\nMONOTONIC_USEC=7",
                  "RELOADING=1\nMONOTONIC_USEC=7|" },
                { WATCHDOG_ENGINE, false, "STOPPING=1\nEXTEND_TIMEOUT_USEC=7",
                  "STOPPING=1\nEXTEND_TIMEOUT_USEC=7|" },
                { WATCHDOG_ENGINE, false, "ERRNO=2\nEXIT_STATUS=3", "ERRNO=2\nEXIT_STATUS=3|" },
                { WATCHDOG_CONTAINER, true, "MAINPID=1", "" },
        };

        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                config.watchdog = table[i].watchdog;
                facts.ready_sent = table[i].ready_sent;
                make();
                start();
                say(table[i].text);
                assert_heard(table[i].forwarded);
        }
}

Test(relay, reports_what_it_does_not_forward)
{
        start();
        say("READY=1\nSTATUS=x");
        assert_heard("");
        cr_assert_eq(seen, NOTIFY_FLAG(NOTIFY_READY) | NOTIFY_FLAG(NOTIFY_STATUS));
        cr_assert_gt(batches, 0);
        cr_assert_str_eq(said, "");
}

Test(relay, drops_are_said_once)
{
        start();
        say("MAINPID=1");
        loop_settle(event);
        cr_assert_str_eq(said,
                         "Dropped a notification of container web: it may not send MAINPID=, FDSTORE= and "
                         "similar. Further ones are dropped silently.");
        *said = 0;
        say("MAINPID=2");
        loop_settle(event);
        cr_assert_str_eq(said, "");
}

Test(relay, strangers_are_not_heard)
{
        start();
        member = false;
        say("STOPPING=1");
        assert_heard("");
        cr_assert_not_null(strstr(said, "malformed, or not from one of its processes"));
}

static void say_and_be_gone(void)
{
        pid_t pid = fork();

        if (pid == 0) {
                say("STOPPING=1");
                _exit(0);
        }
        cr_assert_eq(waitpid(pid, NULL, 0), pid);
}

Test(relay, who_has_gone_is_heard)
{
        start();
        member = false;
        say_and_be_gone();
        assert_heard("STOPPING=1|");
}

/* Whether a kernel passes a pidfd of a process that is gone (Linux 6.16). */
static bool has_pidfd_of_the_gone(void)
{
        static const int one = 1;
        int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0), result;
        struct utsname name;
        unsigned major, minor;

        result = setsockopt(fd, SOL_SOCKET, 76, &one, sizeof(one));
        close(fd);
        cr_assert_eq(uname(&name), 0);
        cr_assert_eq(sscanf(name.release, "%u.%u", &major, &minor), 2);
        return result >= 0 && (major > 6 || (major == 6 && minor >= 16));
}

/* A second container with the folder. What can be proven of its cgroup decides. */
Test(relay, who_has_gone_is_known_by_its_cgroup)
{
        static const struct {
                uint64_t first; /* process of the container; 0: unknown, as with cgroup v1, and the same for
                                   the next */
                uint64_t sender;
                int verdict;
                bool heard;
        } table[] = {
                { 1, 1, 0, true }, /* moved away, and the cgroup is gone as well */
                { 1, 2, 1, true }, { 1, 2, 0, false }, { 1, 2, -EACCES, true }, /* nothing is known */
                { 1, 0, 0, true }, { 0, 2, 0, true },
        };

        start();
        facts.container.pid = getpid();
        member = false;
        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                cgroup = table[i].first;
                relay_begin_life(relay);
                cgroup = table[i].sender;
                cgroup_verdict = table[i].verdict;
                say_and_be_gone();
                assert_heard(table[i].heard || !has_pidfd_of_the_gone() ? "STOPPING=1|" : "");
        }
}

Test(relay, waits_for_systemd)
{
        start();
        room = false;
        say("STOPPING=1");
        assert_heard("STOPPING=1|");
        say("ERRNO=2");
        assert_heard(""); /* it is not read */
        room = true;
        relay_resume(relay);
        assert_heard("ERRNO=2|");
}

/* For the next supervisor */

Test(relay, ready_is_remembered)
{
        relay_remember_ready(relay); /* not open */
        cr_assert(!relay_was_ready(relay));
        start();
        cr_assert(!relay_was_ready(relay));
        relay_remember_ready(relay);
        cr_assert(relay_was_ready(relay));
        make(); /* the next one */
        cr_assert(!relay_was_ready(relay));
        start();
        cr_assert(relay_was_ready(relay));
        facts.container.started_at = (char *) "tomorrow"; /* another life */
        cr_assert(!relay_was_ready(relay));
        facts.container.started_at = (char *) "today";
        strcpy(facts.container.id, "fedcba9876543210"); /* another container of this name */
        cr_assert(!relay_was_ready(relay));
}

Test(relay, ready_that_can_not_be_remembered)
{
        char file[128];

        start();
        (void) snprintf(file, sizeof(file), "%s/web/ready", base);
        cr_assert_eq(mkdir(file, 0700), 0);
        relay_remember_ready(relay);
        cr_assert(!relay_was_ready(relay));
        cr_assert_str_eq(said, "");
}

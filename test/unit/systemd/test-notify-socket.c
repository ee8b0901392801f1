/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Messages for systemd. The test itself takes its place, and reads when it wants. */

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "loop.h"
#include "systemd/notify-socket.h"
#include "util/macro.h"

static sd_event *event;
static NotifySocket *n;
static int systemd;
static char folder[] = "/tmp/notify-socket.XXXXXX", path[64];
static unsigned rooms;

static void on_room(void *userdata)
{
        cr_assert_eq(userdata, &rooms);
        rooms++;
}

static const NotifySocketOps ops = { on_room };

static void listen_again(void)
{
        struct sockaddr_un a = { .sun_family = AF_UNIX };

        (void) unlink(path);
        strcpy(a.sun_path, path);
        systemd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        cr_assert_eq(bind(systemd, (struct sockaddr *) &a, sizeof(a)), 0);
}

static void setup(void)
{
        event = loop_new();
        cr_assert_not_null(mkdtemp(folder));
        (void) snprintf(path, sizeof(path), "%s/socket", folder);
        listen_again();
        cr_assert_eq(notify_socket_new(&n, event, path, &ops, &rooms), 0);
}

static void teardown(void)
{
        notify_socket_free(n);
        sd_event_unref(event);
        close(systemd);
        (void) unlink(path);
        (void) rmdir(folder);
}

TestSuite(notify_socket, .init = setup, .fini = teardown, .timeout = LOOP_TIMEOUT);

/* The message that systemd reads next, or "" if there is none. */
static const char *next(void)
{
        static char text[8192];
        ssize_t size = recv(systemd, text, sizeof(text) - 1, 0);

        text[MAX(size, 0)] = 0;
        return text;
}

static void send_one(const char *message)
{
        cr_assert_eq(notify_socket_queue(n, message), 0);
        cr_assert_eq(notify_socket_flush(n), 1);
}

/* Fills the queue, as if systemd hung. Returns the number of messages in it. */
static unsigned fill(void)
{
        unsigned i = 0;

        for (;; i++) {
                cr_assert_eq(notify_socket_queue(n, "STATUS=filling"), 0);
                if (notify_socket_flush(n) == 0)
                        return i;
        }
}

Test(notify_socket, messages_in_their_order)
{
        send_one("STATUS=a");
        send_one("READY=1\nSTATUS=b");
        cr_assert_str_eq(next(), "STATUS=a");
        cr_assert_str_eq(next(), "READY=1\nSTATUS=b");
        cr_assert_str_eq(next(), "");
        cr_assert_eq(rooms, 0);
}

Test(notify_socket, full_queue_makes_nobody_wait_and_only_the_last_of_a_kind_counts)
{
        unsigned in_queue = fill();

        cr_assert_eq(notify_socket_queue(n, "READY=1"), 0);
        for (int i = 0; i < 100000; i++)
                cr_assert_eq(notify_socket_queue(n, i % 2 ? "STATUS=odd" : "STATUS=even"), 0);
        cr_assert_eq(notify_socket_queue(n, "RELOADING=1\nMONOTONIC_USEC=1"), 0);
        cr_assert_eq(notify_socket_queue(n, "RELOADING=1\nMONOTONIC_USEC=22"), 0);
        cr_assert_eq(notify_socket_queue(n, "READY=1"), 0);
        cr_assert_eq(notify_socket_waiting(n), 3);
        cr_assert_eq(notify_socket_flush(n), 0);
        loop_settle(event);
        cr_assert_eq(rooms, 0);

        while (in_queue-- > 0)
                cr_assert_str_eq(next(), "STATUS=filling");
        loop_until(event, rooms == 1);
        cr_assert_str_eq(next(), "STATUS=odd");
        cr_assert_str_eq(next(), "RELOADING=1\nMONOTONIC_USEC=22");
        cr_assert_str_eq(next(), "READY=1");
        cr_assert_str_eq(next(), "");
        cr_assert_eq(notify_socket_waiting(n), 0);
        send_one("STATUS=after");
        cr_assert_str_eq(next(), "STATUS=after");
        loop_settle(event);
        cr_assert_eq(rooms, 1);
}

Test(notify_socket, ping_does_not_undo_a_trigger)
{
        (void) fill();
        cr_assert_eq(notify_socket_queue(n, "WATCHDOG=trigger"), 0);
        cr_assert_eq(notify_socket_queue(n, "WATCHDOG=1"), 0);
        cr_assert_eq(notify_socket_queue(n, "WATCHDOG=1"), 0);
        cr_assert_eq(notify_socket_waiting(n), 3);
}

Test(notify_socket, what_waits_is_limited)
{
        char message[32];

        (void) fill();
        for (int i = 0; i < 1000; i++) {
                (void) snprintf(message, sizeof(message), "X%i=1", i);
                cr_assert_eq(notify_socket_queue(n, message), 0);
                cr_assert_leq(notify_socket_waiting(n), NOTIFY_SOCKET_WAITING_MAX);
        }
}

Test(notify_socket, drain_waits_for_room_but_not_for_ever)
{
        unsigned in_queue = fill();
        int status;
        pid_t pid;

        cr_assert_eq(notify_socket_queue(n, "STATUS=last"), 0);
        cr_assert_eq(notify_socket_drain(n, 20 * USEC_PER_MSEC), -ETIMEDOUT);
        pid = fork();
        if (pid == 0) {
                while (in_queue-- > 0)
                        (void) next();
                _exit(0);
        }
        cr_assert_eq(notify_socket_drain(n, LOOP_TIMEOUT * USEC_PER_SEC), 1);
        cr_assert_eq(waitpid(pid, &status, 0), pid);
        cr_assert_str_eq(next(), "STATUS=last");
}

Test(notify_socket, systemd_that_has_a_new_socket)
{
        send_one("STATUS=a");
        close(systemd);
        send_one("STATUS=nobody is there");
        listen_again();
        send_one("STATUS=b");
        cr_assert_str_eq(next(), "STATUS=b");
}

Test(notify_socket, message_that_is_too_long_does_not_stop_the_others)
{
        char *big = malloc(4 << 20);

        memset(big, 'x', 4 << 20);
        big[(4 << 20) - 1] = 0;
        cr_assert_eq(notify_socket_queue(n, big), 0);
        send_one("STATUS=small");
        cr_assert_str_eq(next(), "STATUS=small");
        free(big);
}

Test(notify_socket, addresses)
{
        struct sockaddr_un a = { .sun_family = AF_UNIX };
        socklen_t size = sizeof(a);
        char name[128] = "@";
        NotifySocket *other = NULL;
        int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

        /* an abstract address that the kernel chooses */
        cr_assert_eq(bind(fd, (struct sockaddr *) &a, sizeof(sa_family_t)), 0);
        cr_assert_eq(getsockname(fd, (struct sockaddr *) &a, &size), 0);
        memcpy(name + 1, a.sun_path + 1, size - offsetof(struct sockaddr_un, sun_path) - 1);
        cr_assert_eq(notify_socket_new(&other, event, name, &ops, &rooms), 0);
        cr_assert_eq(notify_socket_queue(other, "READY=1"), 0);
        cr_assert_eq(notify_socket_flush(other), 1);
        cr_assert_eq(recv(fd, name, sizeof(name), 0), 7);
        close(fd);
        notify_socket_free(other);

        memset(name, 'x', sizeof(name));
        name[0] = '/';
        name[sizeof(name) - 1] = 0;
        cr_assert_eq(notify_socket_new(&other, event, name, &ops, &rooms), -ENAMETOOLONG);
        cr_assert_eq(notify_socket_new(&other, event, "", &ops, &rooms), -EINVAL);
        cr_assert_eq(notify_socket_new(&other, event, "@", &ops, &rooms), -EINVAL);
        cr_assert_eq(notify_socket_new(&other, event, "vsock:2:1", &ops, &rooms), -EINVAL);
        cr_assert_eq(notify_socket_new(&other, event, "/nobody/is/there", &ops, &rooms), 0);
        cr_assert_eq(notify_socket_queue(other, "READY=1"), 0);
        cr_assert_eq(notify_socket_flush(other), 1);
        notify_socket_free(other);
        cr_assert_null(notify_socket_free(NULL));
}

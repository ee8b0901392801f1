/* SPDX-License-Identifier: Apache-2.0 */

/* Pings to a systemd that is the test itself. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "loop.h"
#include "source/watchdog.h"
#include "util/macro.h"

#define INTERVAL (20 * USEC_PER_MSEC)

static sd_event *event;
static sd_event_source *receiver;
static int systemd;
static unsigned pings, asked;
static bool alive;


static bool is_alive(void *userdata)
{
        cr_assert_eq(userdata, &alive);
        asked++;
        return alive;
}

static const WatchdogOps ops = { is_alive };

static int on_message(sd_event_source *source, int fd, uint32_t revents, void *userdata)
{
        char text[256];
        ssize_t n = recv(fd, text, sizeof(text) - 1, 0);

        cr_assert_gt(n, 0);
        text[n] = 0;
        cr_assert_str_eq(text, "WATCHDOG=1");
        pings++;
        return 0;
}

static void setup(void)
{
        struct sockaddr_un a = { .sun_family = AF_UNIX };
        socklen_t size = sizeof(a);
        char name[128];

        event = loop_new();
        systemd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        /* an abstract address that the kernel chooses */
        cr_assert_eq(bind(systemd, (struct sockaddr *) &a, sizeof(sa_family_t)), 0);
        cr_assert_eq(getsockname(systemd, (struct sockaddr *) &a, &size), 0);
        (void) snprintf(name, sizeof(name), "@%.*s", (int) (size - offsetof(struct sockaddr_un, sun_path) - 1),
                        a.sun_path + 1);
        cr_assert_eq(setenv("NOTIFY_SOCKET", name, 1), 0);
        cr_assert_geq(sd_event_add_io(event, &receiver, systemd, EPOLLIN, on_message, NULL), 0);
        /* before the timer, which may be ready all the time */
        cr_assert_geq(sd_event_source_set_priority(receiver, -100), 0);
}

static void teardown(void)
{
        sd_event_source_disable_unref(receiver);
        sd_event_unref(event);
        close(systemd);
}

TestSuite(watchdog, .init = setup, .fini = teardown, .timeout = LOOP_TIMEOUT);

Test(watchdog, pings_while_the_rule_holds)
{
        Watchdog *w = NULL;
        unsigned before;

        alive = true;
        cr_assert_eq(watchdog_new(&w, event, INTERVAL, &ops, &alive), 0);
        loop_until(event, pings == 3);
        alive = false;
        before = asked;
        loop_settle(event);
        pings = 0;
        loop_until(event, asked >= before + 4);
        loop_settle(event);
        cr_assert_eq(pings, 0);
        alive = true;
        loop_until(event, pings == 2);
        watchdog_free(w);
}

Test(watchdog, pings_at_once_and_at_half_of_the_interval)
{
        uint64_t begin, now;
        Watchdog *w = NULL;

        alive = true;
        cr_assert_geq(sd_event_now(event, CLOCK_MONOTONIC, &begin), 0);
        cr_assert_eq(watchdog_new(&w, event, 10 * USEC_PER_SEC, &ops, &alive), 0);
        loop_until(event, pings == 1);
        cr_assert_geq(sd_event_now(event, CLOCK_MONOTONIC, &now), 0);
        cr_assert_lt(now - begin, 4 * USEC_PER_SEC);
        watchdog_free(w);
        w = NULL;

        pings = 0;
        cr_assert_geq(sd_event_now(event, CLOCK_MONOTONIC, &begin), 0);
        cr_assert_eq(watchdog_new(&w, event, 200 * USEC_PER_MSEC, &ops, &alive), 0);
        loop_until(event, pings == 4);
        cr_assert_geq(sd_event_now(event, CLOCK_MONOTONIC, &now), 0);
        /* three halves of 200 ms; never more often */
        cr_assert_geq(now - begin, 290 * USEC_PER_MSEC);
        watchdog_free(w);
}

Test(watchdog, smallest_interval)
{
        Watchdog *w = NULL;

        alive = true;
        cr_assert_eq(watchdog_new(&w, event, 1, &ops, &alive), 0);
        loop_until(event, pings == 3);
        watchdog_free(w);
        cr_assert_null(watchdog_free(NULL));
}

Test(watchdog, no_socket)
{
        Watchdog *w = NULL;

        cr_assert_eq(unsetenv("NOTIFY_SOCKET"), 0);
        alive = true;
        cr_assert_eq(watchdog_new(&w, event, INTERVAL, &ops, &alive), 0);
        loop_until(event, asked == 3);
        watchdog_free(w);
}

/* systemd's queue is full or systemd hangs: the loop goes on. */
Test(watchdog, nobody_listens)
{
        Watchdog *w = NULL;

        cr_assert_eq(setenv("NOTIFY_SOCKET", "/nowhere/at/all", 1), 0);
        alive = true;
        cr_assert_eq(watchdog_new(&w, event, INTERVAL, &ops, &alive), 0);
        loop_until(event, asked == 3);
        watchdog_free(w);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Containers that behave well, and others. */

#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fds.h"
#include "loop.h"
#include "systemd/foreign-close.h"
#include "systemd/notify-relay.h"
#include "util/macro.h"
#include "util/pidfd.h"

#define FDS_MAX 253

static sd_event *event;
static NotifyRelay *relay;
static char folder[] = "/tmp/notify-relay.XXXXXX", path[64];

/* The reports of the relay: each text is followed by "|", each batch by "." */
static char said[1 << 16];
static unsigned messages, batches, judged, seen;
static NotifySender verdict;
static unsigned forward;
static bool room, more;
static pid_t speaker;
static bool told_cgroup;
static uint64_t cgroup;

static NotifySender judge(pid_t pid, int pidfd, void *userdata)
{
        told_cgroup = pidfd >= 0 && pidfd_cgroup_id(pidfd, &cgroup) >= 0;
        speaker = pid;
        judged++;
        return verdict;
}

static unsigned on_forward(void *userdata)
{
        return forward;
}

static bool on_message(const NotifyFiltered *m, void *userdata)
{
        messages++;
        seen |= m->seen;
        if (m->text) {
                if (strlen(said) + m->size + 3 > sizeof(said))
                        said[0] = 0;
                if (m->size + 3 <= sizeof(said))
                        strcat(strcat(said, m->text), "|");
        }
        return more;
}

static bool on_batch(void *userdata)
{
        cr_assert_eq(userdata, &messages);
        batches++;
        return room;
}

static const NotifyRelayOps ops = { judge, on_forward, on_message, on_batch };

static void setup(void)
{
        event = loop_new();
        verdict = NOTIFY_SENDER_MEMBER;
        forward = NOTIFY_FLAGS_ALL;
        room = more = true;
        cr_assert_not_null(mkdtemp(folder));
        (void) snprintf(path, sizeof(path), "%s/notify.sock", folder);
        cr_assert_eq(notify_relay_new(&relay, event, folder, &ops, &messages), 0);
}

static void teardown(void)
{
        relay = notify_relay_free(relay);
        sd_event_unref(event);
        cr_assert_eq(rmdir(folder), 0, "the socket is still there");
}

TestSuite(notify_relay, .init = setup, .fini = teardown, .timeout = LOOP_TIMEOUT);

static int dial(void)
{
        struct sockaddr_un a = { .sun_family = AF_UNIX };
        int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

        strcpy(a.sun_path, path);
        cr_assert_eq(connect(fd, (struct sockaddr *) &a, sizeof(a)), 0);
        return fd;
}

static void say_with(const char *text, size_t size, const int *fds, size_t n_fds)
{
        union {
                struct cmsghdr header;
                char space[CMSG_SPACE(sizeof(int) * FDS_MAX)];
        } control = {};
        struct iovec iov = { (void *) text, size };
        struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1 };
        int fd = dial();

        if (n_fds > 0) {
                m.msg_control = &control;
                m.msg_controllen = CMSG_SPACE(sizeof(int) * n_fds);
                *CMSG_FIRSTHDR(&m) = (struct cmsghdr){ .cmsg_level = SOL_SOCKET,
                                                       .cmsg_type = SCM_RIGHTS,
                                                       .cmsg_len = CMSG_LEN(sizeof(int) * n_fds) };
                memcpy(CMSG_DATA(CMSG_FIRSTHDR(&m)), fds, sizeof(int) * n_fds);
        }
        cr_assert_eq(sendmsg(fd, &m, 0), (ssize_t) size);
        close(fd);
}

static void say(const char *text)
{
        say_with(text, strlen(text), NULL, 0);
}

/* Sends BARRIER=1 and returns the end of a pipe that gets EOF when the barrier is reached. */
static int barrier(void)
{
        int p[2];

        cr_assert_eq(pipe2(p, O_CLOEXEC), 0);
        say_with("BARRIER=1", 9, p + 1, 1);
        close(p[1]);
        return p[0];
}

static bool passed(int fd)
{
        struct pollfd p = { .fd = fd, .events = POLLIN };

        return poll(&p, 1, 0) == 1 && (p.revents & POLLHUP);
}

Test(notify_relay, messages_in_their_order)
{
        say("STATUS=one");
        say("STATUS=two\nREADY=1\n");
        loop_until(event, messages == 2);
        cr_assert_str_eq(said, "STATUS=one|STATUS=two\nREADY=1|");
        cr_assert_eq(speaker, getpid());
        say("RELOADING=1\nMONOTONIC_USEC=12");
        loop_until(event, messages == 3);
        cr_assert_eq(notify_relay_stats(relay)->lines + notify_relay_stats(relay)->refused, 0);
}

Test(notify_relay, everybody_may_connect)
{
        struct stat st;

        cr_assert_eq(lstat(path, &st), 0);
        cr_assert(S_ISSOCK(st.st_mode));
        cr_assert_eq(st.st_mode & 0777, 0666);
}

Test(notify_relay, what_no_container_may_say_is_dropped_and_counted)
{
        say("MAINPID=1\nSTATUS=x\nFDSTORE=1\nWATCHDOG_USEC=1");
        say("MAINPID=1");
        say("STATUS=y");
        loop_until(event, messages == 2);
        cr_assert_str_eq(said, "STATUS=x|STATUS=y|");
        cr_assert_eq(notify_relay_stats(relay)->lines, 4);
}

Test(notify_relay, withheld_is_seen)
{
        forward = NOTIFY_FLAG(NOTIFY_STATUS);
        say("READY=1\nSTATUS=x");
        loop_until(event, messages == 1);
        cr_assert_str_eq(said, "STATUS=x|");
        cr_assert(seen & NOTIFY_FLAG(NOTIFY_READY));
}

Test(notify_relay, foreign_sender_is_refused)
{
        verdict = NOTIFY_SENDER_FOREIGN;
        say("READY=1");
        loop_until(event, notify_relay_stats(relay)->refused == 1);
        cr_assert_eq(messages, 0);
        verdict = NOTIFY_SENDER_MEMBER;
        say("READY=1");
        loop_until(event, messages == 1);
}

Test(notify_relay, sender_that_is_gone_is_heard)
{
        pid_t pid = fork();
        int status;

        if (pid == 0) {
                say("READY=1");
                _exit(0);
        }
        cr_assert_eq(waitpid(pid, &status, 0), pid);
        verdict = NOTIFY_SENDER_GONE;
        loop_until(event, messages == 1);
        cr_assert_eq(speaker, pid);
        cr_assert_str_eq(said, "READY=1|");
}

/* Where the kernel can (Linux 6.16), it says of both in which cgroup they are, or were. */
Test(notify_relay, cgroup_of_a_sender)
{
        _cleanup_close_ int own = pidfd_of(getpid());
        uint64_t ours;
        bool can = pidfd_cgroup_id(own, &ours) >= 0;
        int status;
        pid_t pid;

        say("READY=1");
        loop_until(event, messages == 1);
        cr_assert(!can || (told_cgroup && cgroup == ours));
        cr_assert(!told_cgroup || can);
        pid = fork();
        if (pid == 0) {
                say("READY=1");
                _exit(0);
        }
        cr_assert_eq(waitpid(pid, &status, 0), pid);
        loop_until(event, messages == 2);
        cr_assert(!told_cgroup || cgroup == ours);
}

Test(notify_relay, malformed_and_too_long)
{
        static char big[65536];

        memset(big, 'x', sizeof(big));
        memcpy(big, "READY=1\n", 8);
        say_with(big, sizeof(big), NULL, 0);
        say_with(big, NOTIFY_MESSAGE_MAX + 1, NULL, 0);
        say_with("", 0, NULL, 0);
        say_with("READY=1\0STATUS=x", 16, NULL, 0);
        loop_until(event, notify_relay_stats(relay)->refused == 4);
        cr_assert_eq(messages, 0);
        say_with(big, NOTIFY_MESSAGE_MAX, NULL, 0);
        loop_until(event, messages == 1);
}

/* Threads close, see foreign-close.h. */
static void wait_for_closed(void)
{
        while (foreign_close_room() < FOREIGN_CLOSE_MAX)
                (void) sched_yield();
}

Test(notify_relay, stray_descriptors_are_closed)
{
        int fds[FDS_MAX];
        size_t before;

        for (size_t i = 0; i < FDS_MAX; i++)
                fds[i] = STDIN_FILENO;
        before = fds_count("");
        for (int i = 0; i < 5; i++)
                say_with("FDSTORE=1\nSTATUS=x", 18, fds, FDS_MAX);
        say_with("BARRIER=1", 9, fds, 2);
        say_with("BARRIER=1", 9, NULL, 0);
        loop_until(event, messages == 5 && notify_relay_stats(relay)->refused == 2);
        wait_for_closed();
        cr_assert_eq(fds_count(""), before);
}

Test(notify_relay, barrier_is_passed_when_all_before_it_is_handed_over)
{
        int fd;

        room = false;
        say("READY=1");
        fd = barrier();
        loop_until(event, messages == 1 && batches >= 1);
        loop_settle(event);
        cr_assert_not(passed(fd));
        /* held: nothing more is read */
        say("STATUS=x");
        loop_settle(event);
        cr_assert_eq(messages, 1);
        notify_relay_resume(relay);
        cr_assert_not(passed(fd));
        room = true;
        notify_relay_resume(relay);
        loop_until(event, messages == 2);
        wait_for_closed();
        cr_assert(passed(fd));
        close(fd);
}

Test(notify_relay, barriers_of_many_are_not_all_held)
{
        size_t before = fds_count("");
        int status;
        pid_t pid = fork();

        if (pid == 0) {
                for (int i = 0; i < 1000; i++)
                        close(barrier());
                say("STATUS=end");
                _exit(0);
        }
        while (messages == 0) {
                cr_assert_geq(sd_event_run(event, UINT64_MAX), 0);
                cr_assert_leq(fds_count(""), before + FOREIGN_CLOSE_MAX);
        }
        cr_assert_eq(waitpid(pid, &status, 0), pid);
        cr_assert_eq(notify_relay_stats(relay)->refused, 0);
}

/* A socket whose close waits for a peer that does not read. It hangs, and what comes after it is heard. */
Test(notify_relay, descriptor_that_lingers_holds_up_nobody)
{
        struct linger linger = { .l_onoff = 1, .l_linger = 1000 };
        struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
        socklen_t size = sizeof(a);
        int server = socket(AF_INET, SOCK_STREAM, 0), client = socket(AF_INET, SOCK_STREAM, 0), peer;
        static char data[65536];
        int late;

        cr_assert_eq(bind(server, (struct sockaddr *) &a, sizeof(a)), 0);
        cr_assert_eq(listen(server, 1), 0);
        cr_assert_eq(getsockname(server, (struct sockaddr *) &a, &size), 0);
        cr_assert_eq(connect(client, (struct sockaddr *) &a, sizeof(a)), 0);
        peer = accept(server, NULL, NULL);
        while (send(client, data, sizeof(data), MSG_DONTWAIT) > 0)
                ;
        cr_assert_eq(setsockopt(client, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger)), 0);
        say_with("STATUS=x", 8, &client, 1);
        close(client);
        loop_until(event, messages == 1);
        late = barrier();
        say("STATUS=y");
        loop_until(event, messages == 2);
        while (foreign_close_room() != FOREIGN_CLOSE_MAX - 1)
                (void) sched_yield();
        cr_assert(passed(late));
        close(late);
        close(peer);
        close(server);
        wait_for_closed();
}

Test(notify_relay, batch_ends_where_there_is_no_room_for_more)
{
        more = room = false;
        say("STATUS=1");
        say("STATUS=2");
        loop_until(event, batches == 1);
        loop_settle(event);
        cr_assert_eq(messages, 1);
        room = true;
        notify_relay_resume(relay);
        loop_until(event, messages == 2);
}

static unsigned turns;

static int on_turn(sd_event_source *source, uint64_t usec, void *userdata)
{
        turns++;
        cr_assert_geq(sd_event_source_set_time_relative(source, 0), 0);
        return sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
}

/* A socket that is always readable must not keep other sources from running. */
Test(notify_relay, flood_starves_nobody)
{
        sd_event_source *late;
        pid_t pid = fork();
        int status, fd;

        if (pid == 0) {
                fd = dial();
                for (;;)
                        (void) send(fd, "STATUS=x", 8, 0);
        }
        loop_until(event, messages > 1000);
        cr_assert_geq(sd_event_add_time_relative(event, &late, CLOCK_MONOTONIC, 0, 1, on_turn, NULL), 0);
        cr_assert_geq(sd_event_source_set_priority(late, 100), 0);
        loop_until(event, turns >= 20);
        cr_assert_gt(messages, batches);
        kill(pid, SIGKILL);
        cr_assert_eq(waitpid(pid, &status, 0), pid);
        sd_event_source_disable_unref(late);
        /* and it is still read when there is room again after the flood */
        fd = dial();
        loop_until(event, send(fd, "STATUS=last", 11, MSG_DONTWAIT) == 11);
        close(fd);
        loop_until(event, strstr(said, "STATUS=last"));
}

Test(notify_relay, next_one_takes_the_place)
{
        NotifyRelay *second = NULL;

        cr_assert_eq(notify_relay_new(&second, event, folder, &ops, &messages), 0);
        say("STATUS=x");
        loop_until(event, messages == 1);
        notify_relay_free(second);
        cr_assert_null(notify_relay_free(NULL));
}

Test(notify_relay, no_folder)
{
        NotifyRelay *other = NULL;

        cr_assert_eq(notify_relay_new(&other, event, "/no/such/folder", &ops, &messages), -ENOENT);
        cr_assert_null(other);
}

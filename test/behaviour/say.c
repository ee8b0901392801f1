/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* What a container says to $NOTIFY_SOCKET, sd_notify(3), for images that have nothing but busybox. Static.
 *
 *   say TEXT…        each as a message, and ends at once
 *   say -b TEXT…     the same, then waits as systemd-notify does until they are received: 1 after 5 s
 *   say -n N TEXT    N times
 *   say -s N         N messages with another status each
 *   say -x           what nobody should say: too long, NULs, a hundred descriptors, empty, unknown keys
 *   say -r           a service that reloads: on SIGHUP RELOADING=1, and READY=1 behind it
 *   say -w           one that pings the watchdog as sd_watchdog_enabled(3) has it, until SIGUSR1
 */

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define FDS 100

static int notify_fd = -1;

static int send_with(const char *text, size_t size, const int *fds, size_t n)
{
        union {
                struct cmsghdr header;
                char space[CMSG_SPACE(sizeof(int) * FDS)];
        } control = {};
        struct iovec iov = { (void *) text, size };
        struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1 };

        if (n > 0) {
                m.msg_control = &control;
                m.msg_controllen = CMSG_SPACE(sizeof(int) * n);
                *CMSG_FIRSTHDR(&m) = (struct cmsghdr){ .cmsg_level = SOL_SOCKET,
                                                       .cmsg_type = SCM_RIGHTS,
                                                       .cmsg_len = CMSG_LEN(sizeof(int) * n) };
                memcpy(CMSG_DATA(CMSG_FIRSTHDR(&m)), fds, sizeof(int) * n);
        }
        while (sendmsg(notify_fd, &m, 0) < 0) {
                /* as many descriptors are on their way as the kernel allows a user */
                if (errno != ETOOMANYREFS) {
                        perror("sendmsg");
                        return 1;
                }
                usleep(1000);
        }
        return 0;
}

static int say(const char *text)
{
        return send_with(text, strlen(text), NULL, 0);
}

static int barrier(void)
{
        struct pollfd p;
        int fds[2];

        if (pipe2(fds, O_CLOEXEC) < 0 || send_with("BARRIER=1", 9, fds + 1, 1) > 0)
                return 1;
        close(fds[1]);
        p = (struct pollfd){ .fd = fds[0] };
        return poll(&p, 1, 5000) == 1 ? 0 : 1;
}

static int say_hostile(void)
{
        static char big[65536];
        int fds[FDS], r = 0;

        for (int i = 0; i < FDS; i++)
                fds[i] = 0;
        memset(big, 'x', sizeof(big));
        memcpy(big, "MAINPID=1\nREADY=1\n", 18);
        r |= send_with(big, sizeof(big), NULL, 0);
        r |= send_with("", 0, NULL, 0);
        r |= send_with("READY=1\0STATUS=x", 16, NULL, 0);
        for (int i = 0; i < 20; i++)
                r |= send_with("FDSTORE=1\nFDNAME=x", 18, fds, FDS);
        r |= send_with("BARRIER=1", 9, fds, FDS);
        r |= say("MAINPID=1\nWATCHDOG_USEC=1\nNOTIFYACCESS=none\nUNKNOWN=1\nno value\n\n\n=\n");
        return r;
}

static int serve_reloads(void)
{
        struct signalfd_siginfo si;
        sigset_t set;
        int fd;

        sigemptyset(&set);
        sigaddset(&set, SIGHUP);
        sigaddset(&set, SIGTERM);
        sigprocmask(SIG_BLOCK, &set, NULL);
        /* Not sigwait(), which takes the signal off /proc/PID/status: systemd 262 wants to see there that it
         * is handled. */
        fd = signalfd(-1, &set, 0);
        say("READY=1\nSTATUS=generation 1");
        for (int generation = 2;; generation++) {
                struct timespec now;
                char text[128];

                if (read(fd, &si, sizeof(si)) != sizeof(si) || si.ssi_signo == SIGTERM)
                        return 0;
                clock_gettime(CLOCK_MONOTONIC, &now);
                (void) snprintf(text, sizeof(text), "RELOADING=1\nMONOTONIC_USEC=%llu",
                                (unsigned long long) now.tv_sec * 1000000 +
                                        (unsigned long long) now.tv_nsec / 1000);
                say(text);
                (void) snprintf(text, sizeof(text), "READY=1\nSTATUS=generation %i", generation);
                say(text);
        }
}

static int ping(void)
{
        const char *usec = getenv("WATCHDOG_USEC"), *pid = getenv("WATCHDOG_PID");
        struct timespec half;
        sigset_t set;
        int signo;

        if (!usec || (pid && atoi(pid) != getpid()))
                return 1;
        half = (struct timespec){ atoll(usec) / 2 / 1000000, atoll(usec) / 2 % 1000000 * 1000 };
        sigemptyset(&set);
        sigaddset(&set, SIGUSR1);
        sigaddset(&set, SIGTERM);
        sigprocmask(SIG_BLOCK, &set, NULL);
        do {
                say("WATCHDOG=1");
                signo = sigtimedwait(&set, NULL, &half);
        } while (signo < 0);
        if (signo == SIGTERM)
                return 0;
        puts("silent");
        fflush(stdout);
        sigwait(&set, &signo);
        return 0;
}

static int say_all(char **texts)
{
        int r = 0;

        for (; *texts; texts++)
                r |= say(*texts);
        return r;
}

static int say_often(long n, const char *text)
{
        char status[64];
        int r = 0;

        for (long i = 1; i <= n; i++) {
                (void) snprintf(status, sizeof(status), "STATUS=%li", i);
                r |= say(text ? text : status);
        }
        return r;
}

int main(int argc, char **argv)
{
        struct sockaddr_un address = { .sun_family = AF_UNIX };
        const char *path = getenv("NOTIFY_SOCKET"), *option = argc > 1 ? argv[1] : "";

        if (!path)
                return 2;
        strncpy(address.sun_path, path, sizeof(address.sun_path) - 1);
        notify_fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        if (connect(notify_fd, (struct sockaddr *) &address, sizeof(address)) < 0) {
                perror(path);
                return 3;
        }
        if (strcmp(option, "-b") == 0)
                return say_all(argv + 2) || barrier();
        if (strcmp(option, "-n") == 0 && argc > 3)
                return say_often(atol(argv[2]), argv[3]);
        if (strcmp(option, "-s") == 0 && argc > 2)
                return say_often(atol(argv[2]), NULL);
        if (strcmp(option, "-x") == 0)
                return say_hostile();
        if (strcmp(option, "-r") == 0)
                return serve_reloads();
        if (strcmp(option, "-w") == 0)
                return ping();
        return say_all(argv + 1);
}

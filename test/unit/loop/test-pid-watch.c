/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The death of a process: of a child of ours, and of another process's child. */

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "loop.h"
#include "loop/pid-watch.h"
#include "util/macro.h"

typedef struct Seen {
        unsigned deaths, codes;
        int code;
        PidWatch **free_in_death, **free_in_code;
} Seen;

static void on_death(void *userdata)
{
        Seen *s = ASSERT_PTR(userdata);

        s->deaths++;
        if (s->free_in_death)
                *s->free_in_death = pid_watch_free(*s->free_in_death);
}

static void on_exit_code(int code, void *userdata)
{
        Seen *s = ASSERT_PTR(userdata);

        cr_assert_eq(s->deaths, 1, "after on_death");
        s->codes++;
        s->code = code;
        if (s->free_in_code)
                *s->free_in_code = pid_watch_free(*s->free_in_code);
}

static const PidWatchOps ops = { on_death, on_exit_code };

/* The kernel's answer, replaced when the test is linked (--wrap): an older kernel has no PIDFD_GET_INFO, or
 * tells other things by it. */
static enum { REAL, NO_IOCTL, NO_EXIT_CODE } kernel;

int __wrap_ioctl(int fd, unsigned long request, void *data);
int __real_ioctl(int fd, unsigned long request, void *data);

int __wrap_ioctl(int fd, unsigned long request, void *data)
{
        if (kernel == REAL)
                return __real_ioctl(fd, request, data);
        *(uint64_t *) data = 0;
        errno = ENOTTY;
        return kernel == NO_IOCTL ? -1 : 0;
}

/* A process whose parent is another one, the shim. One byte tells it how to end: 's' means SIGKILL to
 * itself, any other byte exit(byte). The shim reaps it when it is told to. */
typedef struct Payload {
        pid_t pid, shim;
        int order, reap;
} Payload;

static void payload_main(int order)
{
        unsigned char c;

        if (read(order, &c, 1) != 1)
                _exit(99);
        if (c == 's')
                raise(SIGKILL);
        if (c == 't') {
                signal(SIGTERM, SIG_DFL);
                raise(SIGTERM);
        }
        _exit(c);
}

static void shim_main(int order, int reap, int report)
{
        pid_t pid = fork();
        char c;

        if (pid == 0) {
                prctl(PR_SET_PDEATHSIG, SIGKILL);
                payload_main(order);
        }
        if (write(report, &pid, sizeof(pid)) != sizeof(pid) || read(reap, &c, 1) != 1)
                _exit(1);
        (void) waitpid(pid, NULL, 0);
        /* stays, so that the parent reaps the process, and not the end of the parent */
        (void) !read(reap, &c, 1);
        _exit(0);
}

static Payload payload_new(void)
{
        int order[2], reap[2], report[2];
        Payload p;

        cr_assert_eq(pipe(order), 0);
        cr_assert_eq(pipe(reap), 0);
        cr_assert_eq(pipe(report), 0);
        p.shim = fork();
        cr_assert_geq(p.shim, 0);
        if (p.shim == 0) {
                close(reap[1]);
                close(order[1]);
                shim_main(order[0], reap[0], report[1]);
        }
        cr_assert_eq(read(report[0], &p.pid, sizeof(p.pid)), sizeof(p.pid));
        p.order = order[1];
        p.reap = reap[1];
        close(order[0]);
        close(reap[0]);
        close(report[0]);
        close(report[1]);
        return p;
}

static void payload_end(const Payload *p, char how)
{
        cr_assert_eq(write(p->order, &how, 1), 1);
}

static void payload_reap(const Payload *p)
{
        cr_assert_eq(write(p->reap, "r", 1), 1);
}

static void payload_done(Payload *p)
{
        close(p->order);
        close(p->reap);
        cr_assert_eq(waitpid(p->shim, NULL, 0), p->shim);
}

/* Whether this kernel shows the exit status of a process to everybody who has its pidfd. Tested with a child
 * of ours. */
static bool kernel_tells(void)
{
        struct {
                uint64_t mask, cgroupid;
                uint32_t ids[11];
                int32_t exit_code;
        } info = { .mask = 1U << 3 };
        pid_t pid = fork();
        int fd, r;

        if (pid == 0)
                _exit(0);
        fd = (int) syscall(SYS_pidfd_open, pid, 0);
        cr_assert_eq(waitpid(pid, NULL, 0), pid);
        r = ioctl(fd, _IOWR(0xFF, 11, info), &info);
        close(fd);
        return r >= 0 && info.mask & (1U << 3);
}

/* The process ends and is reaped; checks what is reported. */
static void check_exit(char how, int code)
{
        sd_event *event = loop_new();
        Payload p = payload_new();
        PidWatch *w = NULL;
        Seen seen = {};

        cr_assert_eq(pid_watch_new(&w, event, p.pid, &ops, &seen), 0);
        loop_settle(event);
        cr_assert_eq(seen.deaths, 0);
        payload_end(&p, how);
        loop_until(event, seen.deaths);
        loop_settle(event);
        cr_assert_eq(seen.codes, 0, "not known before it is reaped");
        payload_reap(&p);
        loop_until(event, seen.codes);
        cr_assert_eq(seen.code, code);
        loop_settle(event);
        cr_assert_eq(seen.deaths, 1);
        cr_assert_eq(seen.codes, 1);
        pid_watch_free(w);
        payload_done(&p);
        sd_event_unref(event);
}

/* Then the engine says how it ended. */
Test(pid_watch, kernel_that_does_not_tell, .timeout = LOOP_TIMEOUT)
{
        for (kernel = NO_IOCTL; kernel <= NO_EXIT_CODE; kernel++) {
                sd_event *event = loop_new();
                Payload p = payload_new();
                PidWatch *w = NULL;
                Seen seen = {};

                cr_assert_eq(pid_watch_new(&w, event, p.pid, &ops, &seen), 0);
                payload_end(&p, 7);
                loop_until(event, seen.deaths);
                payload_reap(&p);
                payload_done(&p);
                loop_settle(event);
                cr_assert_eq(seen.deaths, 1);
                cr_assert_eq(seen.codes, 0);
                pid_watch_free(w);
                sd_event_unref(event);
        }
}

#define NEEDS_KERNEL_THAT_TELLS()                                                                           \
        if (!kernel_tells())                                                                                \
        cr_skip_test("this kernel has no PIDFD_INFO_EXIT (Linux 6.15)")

Test(pid_watch, exit_code_of_somebody_elses_child, .timeout = LOOP_TIMEOUT)
{
        NEEDS_KERNEL_THAT_TELLS();
        check_exit(0, 0);
        check_exit(1, 1);
        check_exit(42, 42);
        check_exit((char) 255, 255);
}

Test(pid_watch, death_by_signal, .timeout = LOOP_TIMEOUT)
{
        NEEDS_KERNEL_THAT_TELLS();
        check_exit('s', 137);
        check_exit('t', 143);
}

/* With any kernel, the death is known while the process is still a zombie, and a zombie wakes the loop only
 * once. */
Test(pid_watch, zombie, .timeout = LOOP_TIMEOUT)
{
        sd_event *event = loop_new();
        Payload p = payload_new();
        PidWatch *w = NULL;
        Seen seen = {};

        cr_assert_eq(pid_watch_new(&w, event, p.pid, &ops, &seen), 0);
        payload_end(&p, 7);
        loop_until(event, seen.deaths);
        for (unsigned i = 0; i < 10; i++)
                cr_assert_eq(sd_event_run(event, 0), 0, "nothing is ready");
        cr_assert_eq(seen.deaths, 1);
        pid_watch_free(w);
        payload_done(&p);
        sd_event_unref(event);
}

Test(pid_watch, child, .timeout = LOOP_TIMEOUT)
{
        sd_event *event = loop_new();
        PidWatch *w = NULL;
        Seen seen = {};
        pid_t pid = fork();

        if (pid == 0)
                payload_main(-1); /* exit 99 */
        cr_assert_eq(pid_watch_new(&w, event, pid, &ops, &seen), 0);
        loop_until(event, seen.deaths);
        cr_assert_eq(waitpid(pid, NULL, 0), pid);
        if (kernel_tells()) {
                loop_until(event, seen.codes);
                cr_assert_eq(seen.code, 99);
        }
        pid_watch_free(w);
        sd_event_unref(event);
}

/* The process was already a zombie when the watch began. */
Test(pid_watch, dead_before, .timeout = LOOP_TIMEOUT)
{
        sd_event *event = loop_new();
        Payload p = payload_new();
        PidWatch *first = NULL, *second = NULL;
        Seen a = {}, b = {};

        cr_assert_eq(pid_watch_new(&first, event, p.pid, &ops, &a), 0);
        payload_end(&p, 5);
        loop_until(event, a.deaths);
        cr_assert_eq(pid_watch_new(&second, event, p.pid, &ops, &b), 0);
        loop_until(event, b.deaths);
        payload_reap(&p);
        if (kernel_tells()) {
                loop_until(event, a.codes && b.codes);
                cr_assert_eq(b.code, 5);
        }
        pid_watch_free(first);
        pid_watch_free(second);
        payload_done(&p);
        sd_event_unref(event);
}

Test(pid_watch, no_such_process, .timeout = LOOP_TIMEOUT)
{
        sd_event *event = loop_new();
        PidWatch *w = NULL;
        Seen seen = {};
        pid_t pid = fork();

        if (pid == 0)
                _exit(0);
        cr_assert_eq(waitpid(pid, NULL, 0), pid);
        cr_assert_eq(pid_watch_new(&w, event, pid, &ops, &seen), -ESRCH);
        cr_assert_lt(pid_watch_new(&w, event, 0, &ops, &seen), 0);
        cr_assert_lt(pid_watch_new(&w, event, -1, &ops, &seen), 0);
        cr_assert_null(w);
        sd_event_unref(event);
}

Test(pid_watch, kill, .timeout = LOOP_TIMEOUT)
{
        sd_event *event = loop_new();
        Payload p = payload_new();
        PidWatch *w = NULL;
        Seen seen = {};

        cr_assert_eq(pid_watch_new(&w, event, p.pid, &ops, &seen), 0);
        cr_assert_eq(pid_watch_kill(w, 0), 0);
        cr_assert_eq(pid_watch_kill(w, SIGKILL), 0);
        loop_until(event, seen.deaths);
        payload_reap(&p);
        if (kernel_tells()) {
                loop_until(event, seen.codes);
                cr_assert_eq(seen.code, 137);
                cr_assert_eq(pid_watch_kill(w, SIGKILL), -ESRCH);
        }
        pid_watch_free(w);
        payload_done(&p);
        sd_event_unref(event);
}

Test(pid_watch, may_be_freed_in_its_callbacks, .timeout = LOOP_TIMEOUT)
{
        sd_event *event = loop_new();
        Payload p = payload_new();
        PidWatch *a = NULL, *b = NULL;
        Seen of_a = { .free_in_death = &a }, of_b = { .free_in_code = &b };

        cr_assert_eq(pid_watch_new(&a, event, p.pid, &ops, &of_a), 0);
        cr_assert_eq(pid_watch_new(&b, event, p.pid, &ops, &of_b), 0);
        payload_end(&p, 3);
        loop_until(event, of_a.deaths && of_b.deaths);
        cr_assert_null(a);
        payload_reap(&p);
        if (kernel_tells()) {
                loop_until(event, of_b.codes);
                cr_assert_null(b);
        }
        loop_settle(event);
        cr_assert_eq(of_a.codes, 0);
        pid_watch_free(b);
        payload_done(&p);
        sd_event_unref(event);
}

/* The process dies and is reaped between two iterations of the loop: death and exit code are reported
 * together. A watch that is freed by the report of the death is not used for the exit code. */
Test(pid_watch, dead_and_reaped_at_once, .timeout = LOOP_TIMEOUT)
{
        for (unsigned k = 0; k < 2; k++) {
                sd_event *event = loop_new();
                PidWatch *w = NULL;
                Seen seen = { .free_in_death = k ? &w : NULL };
                pid_t pid = fork();

                if (pid == 0) {
                        pause();
                        _exit(0);
                }
                cr_assert_eq(pid_watch_new(&w, event, pid, &ops, &seen), 0);
                cr_assert_eq(pid_watch_kill(w, SIGKILL), 0);
                cr_assert_eq(waitpid(pid, NULL, 0), pid);
                loop_until(event, seen.deaths);
                loop_settle(event);
                cr_assert_eq(seen.deaths, 1);
                if (k) {
                        cr_assert_null(w);
                        cr_assert_eq(seen.codes, 0);
                } else if (kernel_tells())
                        cr_assert_eq(seen.code, 137);
                pid_watch_free(w);
                sd_event_unref(event);
        }
}

/* Alive, then told to die but not yet able to, then a zombie, then gone: for the watched process, and by its
 * pid. */
Test(pid_watch, ending, .timeout = LOOP_TIMEOUT)
{
        sd_event *event = loop_new();
        Payload p = payload_new();
        PidWatch *w = NULL;
        Seen seen = {};

        cr_assert_eq(pid_watch_new(&w, event, p.pid, &ops, &seen), 0);
        cr_assert_eq(pid_watch_is_ending(w), 0);
        cr_assert_eq(pid_is_ending(p.pid), 0);
        cr_assert_eq(kill(p.pid, SIGSTOP), 0);
        cr_assert_eq(pid_is_ending(p.pid), 0, "a stopped one is none");
        payload_end(&p, 's');
        cr_assert_eq(kill(p.pid, SIGCONT), 0);
        loop_until(event, seen.deaths);
        cr_assert_eq(pid_watch_is_ending(w), 1, "a zombie");
        cr_assert_eq(pid_is_ending(p.pid), 1);
        payload_reap(&p);
        while (pid_is_ending(p.pid) == 1)
                usleep(1000);
        cr_assert_eq(pid_is_ending(p.pid), -ESRCH);
        cr_assert_eq(pid_watch_is_ending(w), 1, "reaped");
        cr_assert_lt(pid_is_ending(0), 0);
        pid_watch_free(w);
        payload_done(&p);
        sd_event_unref(event);
}

/* The first process of a pid namespace is not dead until all others in it are. Here one of them has a parent
 * outside that does not reap it. */
Test(pid_watch, first_process_that_waits_for_the_others, .timeout = LOOP_TIMEOUT)
{
        sd_event *event = loop_new();
        PidWatch *w = NULL;
        Seen seen = {};
        pid_t first, second;

        if (unshare(CLONE_NEWPID) < 0)
                cr_skip_test("needs the right to make a pid namespace");
        first = fork();
        if (first == 0)
                for (;;)
                        pause();
        second = fork();
        if (second == 0)
                for (;;)
                        pause();
        cr_assert_eq(pid_watch_new(&w, event, first, &ops, &seen), 0);
        cr_assert_eq(pid_watch_is_ending(w), 0);
        cr_assert_eq(kill(first, SIGKILL), 0);
        while (pid_watch_is_ending(w) == 0 || pid_is_ending(second) == 0)
                usleep(1000);
        loop_settle(event);
        cr_assert_eq(seen.deaths, 0, "it is not dead, but can't do anything else any more");
        cr_assert_eq(waitpid(second, NULL, 0), second);
        loop_until(event, seen.deaths);
        cr_assert_eq(waitpid(first, NULL, 0), first);
        pid_watch_free(w);
        sd_event_unref(event);
}

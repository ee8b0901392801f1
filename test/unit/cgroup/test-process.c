/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The container's first process: real processes, but the test says which of them are the container's (it
 * defines cgroup-move.h's functions, which test-cgroup.c tests). */

#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cgroup/cgroup-move.h"
#include "cgroup/process.h"
#include "loop.h"
#include "util/log.h"
#include "util/macro.h"

#define ID "0123456789abcdef"

static bool is_of_container = true, was_of_container, has_id;
static void (*while_looking)(void);

int cgroup_member_id(pid_t pid, const char *container_id, uint64_t *ret)
{
        return -ENOENT;
}

int cgroup_id_is_of_container(uint64_t id, pid_t member)
{
        return 0;
}

bool cgroup_is_of_container(pid_t pid, const char *container_id)
{
        cr_assert_str_eq(container_id, ID);
        if (while_looking)
                while_looking();
        return is_of_container;
}

bool cgroup_has_id(pid_t pid, const char *container_id)
{
        cr_assert_str_eq(container_id, ID);
        return has_id;
}

bool cgroup_was_of_container(pid_t pid, const char *container_id)
{
        cr_assert_str_eq(container_id, ID);
        return is_of_container || was_of_container;
}

static sd_event *event;
static Process *process;
static pid_t child;
static unsigned deaths, codes, said, answers, begun;
static bool deaf;
static int exit_code;
static enum { KEEP, UNWATCH, FREE } in_death, in_code;

static void act(int what)
{
        if (what == UNWATCH)
                process_unwatch(process);
        else if (what == FREE)
                process = process_free(process);
}

static void on_death(void *userdata)
{
        cr_assert_eq(userdata, &deaths);
        deaths++;
        act(in_death);
}

static void on_exit_code(int code, void *userdata)
{
        codes++;
        exit_code = code;
        act(in_code);
}

static void on_deaf(bool value, void *userdata)
{
        answers++;
        deaf = value;
}

static void on_begun(void *userdata)
{
        begun++;
}

static const ProcessOps ops = { on_death, on_exit_code, on_deaf, on_begun };

static bool hear(int priority, const LogTag *tag, const char *message, void *userdata)
{
        cr_assert(strstr(message, "is not visible here as the container's"), "%s", message);
        said++;
        return true;
}

static void on_sigurg(int signo)
{
        (void) prctl(PR_SET_NAME, "program");
}

/* Has runc's name and blocks SIGUSR2 until SIGURG, and ignores SIGUSR1; waits for its end. */
static void begin_child(void)
{
        int ready[2];
        char c;

        cr_assert_eq(pipe(ready), 0);
        child = fork();
        if (child == 0) {
                sigset_t set;

                prctl(PR_SET_PDEATHSIG, SIGKILL);
                prctl(PR_SET_NAME, "runc:[2:INIT]");
                signal(SIGUSR1, SIG_IGN);
                signal(SIGURG, on_sigurg);
                sigemptyset(&set);
                sigaddset(&set, SIGUSR2);
                sigprocmask(SIG_SETMASK, &set, NULL);
                if (write(ready[1], "r", 1) == 1)
                        for (;;) {
                                pause();
                                sigprocmask(SIG_UNBLOCK, &set, NULL);
                        }
                _exit(1);
        }
        cr_assert_eq(read(ready[0], &c, 1), 1);
        close(ready[0]);
        close(ready[1]);
}

static void end_child(void)
{
        (void) kill(child, SIGKILL);
        cr_assert_eq(waitpid(child, NULL, 0), child);
        child = 0;
}

static void setup(void)
{
        event = loop_new();
        log_set_sink(hear, NULL);
        begin_child();
        cr_assert_eq(process_new(&process, event, true, &ops, &deaths), 0);
}

static void teardown(void)
{
        process_free(process);
        if (child > 0)
                end_child();
        sd_event_unref(event);
        log_set_sink(NULL, NULL);
}

TestSuite(process, .init = setup, .fini = teardown, .timeout = LOOP_TIMEOUT);

Test(process, death_is_reported)
{
        cr_assert_not(process_is_watched(process));
        cr_assert_eq(process_watch(process, child, ID), 1);
        cr_assert(process_is_watched(process));
        loop_settle(event);
        cr_assert_eq(deaths, 0);
        cr_assert_eq(process_kill(process, SIGTERM), 0);
        loop_until(event, deaths == 1);
        cr_assert(process_is_watched(process), "until it is told otherwise");
        end_child();
        loop_settle(event);
        cr_assert_eq(deaths, 1);
        if (codes > 0) /* Linux 6.15 */
                cr_assert_eq(exit_code, 128 + SIGTERM);
        cr_assert_eq(process_kill(process, SIGTERM), -ESRCH);
        process_unwatch(process);
        cr_assert_not(process_is_watched(process));
        cr_assert_null(process_free(NULL));
}

Test(process, unwatched_reports_nothing)
{
        SignalTaken taken;

        cr_assert_eq(process_watch(process, child, ID), 1);
        process_unwatch(process);
        end_child();
        loop_settle(event);
        cr_assert_eq(deaths + codes, 0);
        cr_assert_eq(process_kill(process, SIGTERM), -ESRCH);
        cr_assert_eq(process_signal(process, SIGTERM, &taken), -ESRCH);
}

/* The number is another process's by now, or means one of the engine's machine. */
Test(process, another_one_is_not_watched)
{
        is_of_container = false;
        cr_assert_eq(process_watch(process, child, ID), 0);
        cr_assert_not(process_is_watched(process));
        cr_assert_eq(said, 1);
        cr_assert_eq(process_watch(process, child, ID), 0);
        cr_assert_eq(said, 1, "once is enough");
        cr_assert_not(process_is_of_container(child, ID));
        is_of_container = true;
        cr_assert(process_is_of_container(child, ID));
        cr_assert_eq(process_watch(process, child, ID), 1, "another life can be seen");
        cr_assert_eq(kill(child, 0), 0, "untouched");
}

Test(process, dead_before_it_is_watched)
{
        pid_t pid = child;

        end_child();
        cr_assert_eq(process_watch(process, pid, ID), -ESRCH);
        cr_assert_not(process_is_watched(process));
        cr_assert_eq(said, 0);
        process = process_free(process);
        /* On another machine it may live. */
        cr_assert_eq(process_new(&process, event, false, &ops, &deaths), 0);
        cr_assert_eq(process_watch(process, pid, ID), 0);
        cr_assert_eq(said, 1);
}

/* A pid of the engine's machine, which here is that of a process in our own cgroup. */
Test(process, of_an_engine_elsewhere_needs_the_id)
{
        process = process_free(process);
        cr_assert_eq(process_new(&process, event, false, &ops, &deaths), 0);
        cr_assert_eq(process_watch(process, child, ID), 0);
        cr_assert_eq(said, 1);
        has_id = true;
        cr_assert_eq(process_watch(process, child, ID), 1);
}

static void kill_child(void)
{
        siginfo_t info;

        (void) kill(child, SIGKILL);
        cr_assert_eq(waitid(P_PID, (id_t) child, &info, WEXITED | WNOWAIT), 0);
}

/* `docker run IMAGE true`: it is over between the look at its pidfd and the look at its cgroup. */
Test(process, ends_while_it_is_looked_at)
{
        is_of_container = false;
        was_of_container = true;
        while_looking = end_child;
        cr_assert_eq(process_watch(process, child, ID), -ESRCH, "reaped");
        begin_child();
        while_looking = kill_child;
        cr_assert_eq(process_watch(process, child, ID), 1, "a zombie");
        cr_assert_eq(said, 0);
        loop_until(event, deaths == 1);
        was_of_container = false;
        cr_assert_eq(process_watch(process, child, ID), 0, "another one's zombie");
        cr_assert_eq(said, 1);
}

Test(process, the_next_life_takes_its_place)
{
        pid_t first = child, second;

        cr_assert_eq(process_watch(process, child, ID), 1);
        begin_child();
        second = child;
        cr_assert_eq(process_watch(process, second, ID), 1);
        child = first;
        end_child();
        loop_settle(event);
        cr_assert_eq(deaths, 0, "the one before counts no more");
        child = second;
        end_child();
        loop_until(event, deaths == 1);
}

Test(process, what_a_signal_does)
{
        static const struct {
                int signo;
                SignalTaken taken;
        } signals[] = {
                { SIGTERM, SIGNAL_DEFAULT },
                { SIGABRT, SIGNAL_DEFAULT },
                { SIGUSR1, SIGNAL_HANDLED },
                { SIGUSR2, SIGNAL_BLOCKED },
        };
        SignalTaken taken;

        cr_assert_eq(process_watch(process, child, ID), 1);
        for (size_t i = 0; i < ELEMENTSOF(signals); i++) {
                cr_assert_eq(process_signal(process, signals[i].signo, &taken), 0);
                cr_assert_eq(taken, signals[i].taken, "signal %i", signals[i].signo);
        }
        end_child();
        cr_assert_eq(process_signal(process, SIGTERM, &taken), -ESRCH);
}

Test(process, is_deaf_to_what_it_does_not_handle)
{
        cr_assert_eq(process_watch(process, child, ID), 1);
        cr_assert_eq(process_ask_deaf(process, SIGTERM), 0);
        cr_assert_eq(answers, 1);
        cr_assert(deaf);
        cr_assert_eq(process_ask_deaf(process, SIGUSR1), 0);
        cr_assert_eq(answers, 2);
        cr_assert_not(deaf);
        end_child();
        cr_assert_eq(process_ask_deaf(process, SIGTERM), 0);
        cr_assert_eq(answers, 2, "nothing of the dead");
}

/* A shell that forks blocks everything for a moment. A program that calls sigwait(3) goes on with it. */
Test(process, that_blocks_the_signal_is_asked_again)
{
        cr_assert_eq(process_watch(process, child, ID), 1);
        cr_assert_eq(process_ask_deaf(process, SIGUSR2), 0);
        cr_assert_eq(answers, 0);
        loop_until(event, answers == 1);
        cr_assert_not(deaf, "blocked all the time");

        cr_assert_eq(process_ask_deaf(process, SIGUSR2), 0);
        cr_assert_eq(kill(child, SIGURG), 0); /* lets it unblock the signal */
        loop_until(event, answers == 2);
        cr_assert(deaf);

        cr_assert_eq(process_ask_deaf(process, SIGTERM), 0);
        loop_settle(event);
        cr_assert_eq(answers, 3, "one answer to one question");
}

Test(process, begins_when_the_runtime_has_executed_it)
{
        cr_assert_eq(process_watch(process, child, ID), 1);
        cr_assert_eq(process_await_begin(process), 0);
        loop_settle(event);
        cr_assert_eq(begun, 0);
        cr_assert_eq(kill(child, SIGURG), 0);
        loop_until(event, begun == 1);
        cr_assert_eq(process_await_begin(process), 0);
        cr_assert_eq(begun, 2, "at once");
}

/* What has another runtime, or cannot be seen, has begun as far as can be told. A death is said elsewhere.
 */
Test(process, begin_that_is_not_seen)
{
        cr_assert_eq(process_await_begin(process), 0);
        cr_assert_eq(begun, 1);
        cr_assert_eq(process_watch(process, child, ID), 1);
        cr_assert_eq(process_await_begin(process), 0);
        process_unwatch(process);
        loop_settle(event);
        cr_assert_eq(begun, 1);
        cr_assert_eq(process_watch(process, child, ID), 1);
        cr_assert_eq(process_await_begin(process), 0);
        loop_until(event, begun == 2); /* it has that name all the time */
}

Test(process, may_go_in_on_death)
{
        in_death = UNWATCH;
        cr_assert_eq(process_watch(process, child, ID), 1);
        end_child();
        loop_until(event, deaths == 1);
        loop_settle(event);
        cr_assert_eq(codes, 0);
        begin_child();
        in_death = FREE;
        cr_assert_eq(process_watch(process, child, ID), 1);
        end_child();
        loop_until(event, deaths == 2);
        loop_settle(event);
        cr_assert_null(process);
}

Test(process, may_go_in_on_exit_code)
{
        in_code = FREE;
        cr_assert_eq(process_watch(process, child, ID), 1);
        end_child();
        loop_until(event, deaths == 1);
        loop_settle(event);
        if (codes == 0)
                cr_skip_test("this kernel has no PIDFD_INFO_EXIT (Linux 6.15)");
        cr_assert_eq(exit_code, 128 + SIGKILL);
        cr_assert_null(process);
}

/* A zombie is dead for us, long before anybody reaps it. */
Test(process, is_ending_once_it_is_killed)
{
        cr_assert_not(process_is_ending(process), "none is watched");
        cr_assert_eq(process_watch(process, child, ID), 1);
        cr_assert_not(process_is_ending(process));
        cr_assert_not(process_was_the_dead(process, child, ID));
        cr_assert_eq(kill(child, SIGKILL), 0);
        loop_until(event, deaths == 1);
        cr_assert(process_is_ending(process));
        cr_assert(process_was_the_dead(process, child, ID));
        is_of_container = false;
        cr_assert_not(process_was_the_dead(process, child, ID), "somebody else's zombie");
        end_child();
        cr_assert(process_is_ending(process));
}

Test(process, a_pid_of_nobody_is_dead_where_the_engine_is_local)
{
        Process *remote;
        pid_t gone = child;

        end_child();
        cr_assert(process_was_the_dead(process, gone, ID));
        cr_assert_eq(process_new(&remote, event, false, &ops, &deaths), 0);
        cr_assert_not(process_was_the_dead(remote, gone, ID));
        process_free(remote);
}

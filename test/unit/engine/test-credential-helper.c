/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Credential helpers: shell scripts in a folder of the test. */

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "engine/credential-helper.h"
#include "loop.h"
#include "util/fd.h"
#include "util/macro.h"

static sd_event *event;
static char folder[] = "/tmp/test-credential-helper.XXXXXX";
static char program[256];

static void setup(void)
{
        sigset_t mask;

        event = loop_new();
        cr_assert_not_null(mkdtemp(folder));
        (void) snprintf(program, sizeof(program), "%s/docker-credential-test", folder);
        /* The signals as signals_new() leaves them. */
        (void) signal(SIGPIPE, SIG_IGN);
        sigemptyset(&mask);
        sigaddset(&mask, SIGTERM);
        sigaddset(&mask, SIGUSR1);
        cr_assert_eq(sigprocmask(SIG_BLOCK, &mask, NULL), 0);
}

static void teardown(void)
{
        (void) unlink(program);
        (void) rmdir(folder);
        event = sd_event_unref(event);
}

TestSuite(credential_helper, .init = setup, .fini = teardown, .timeout = LOOP_TIMEOUT);

static void write_script(const char *script)
{
        _cleanup_free_ char *text = NULL;

        cr_assert_geq(asprintf(&text, "#!/bin/sh\n%s\n", script), 0);
        cr_assert_eq(write_file_atomic(program, text, strlen(text), 0755), 0);
}

typedef struct Result {
        CredentialHelper *helper;
        bool free_in_done;
        unsigned done;
        int r;
        char *output, *message;
} Result;

static void on_done(int r, const CredentialAnswer *answer, void *userdata)
{
        Result *o = ASSERT_PTR(userdata);

        o->done++;
        o->r = r;
        cr_assert_eq(strlen(answer->output), answer->size);
        cr_assert_eq(answer->message != NULL, r < 0);
        o->output = strdup(answer->output);
        o->message = answer->message ? strdup(answer->message) : NULL;
        if (o->free_in_done)
                o->helper = credential_helper_free(o->helper);
}

static void result_done(Result *o)
{
        credential_helper_free(o->helper);
        free(o->output);
        free(o->message);
        *o = (Result){};
}

static int start(Result *o, const char *script, uint64_t timeout_usec)
{
        static char *environment[] = { (char *) "PATH=/usr/bin:/bin", (char *) "GREETING=hello", NULL };
        static const CredentialHelperOps ops = { .on_done = on_done };

        write_script(script);
        return credential_helper_new(&o->helper, event,
                                     &(CredentialHelperCall){ .program = program,
                                                              .environment = environment,
                                                              .key = "https://index.docker.io/v1/",
                                                              .timeout_usec = timeout_usec,
                                                              .ops = &ops,
                                                              .userdata = o });
}

static void ask(Result *o, const char *script)
{
        cr_assert_eq(start(o, script, 0), 0);
        cr_assert_eq(o->done, 0, "nothing is called from inside credential_helper_new()");
        loop_until(event, o->done);
        loop_settle(event);
        cr_assert_eq(o->done, 1);
}

Test(credential_helper, answer)
{
        Result o = {};

        ask(&o, "echo \"$1 $(cat) $GREETING $# $(env | grep -c GREETING)\"; echo noise >&2");
        cr_assert_eq(o.r, 0);
        cr_assert_str_eq(o.output, "get https://index.docker.io/v1/ hello 1 1\n");
        result_done(&o);
}

Test(credential_helper, may_be_freed_in_its_callback)
{
        Result o = { .free_in_done = true };

        ask(&o, "echo yes");
        cr_assert_eq(o.r, 0);
        cr_assert_str_eq(o.output, "yes\n");
        cr_assert_null(o.helper);
        result_done(&o);
}

/* A helper runs as if systemd itself had started it. */
Test(credential_helper, signals_and_descriptors)
{
        static const int from_shell[] = { SIGHUP, SIGINT, SIGQUIT };
        int leak = open("/dev/null", O_RDONLY); /* without O_CLOEXEC */
        Result o = {};

        /* The signals of a test run in the background, with nohup(1). */
        for (size_t i = 0; i < ELEMENTSOF(from_shell); i++)
                (void) signal(from_shell[i], SIG_DFL);
        cr_assert_geq(leak, 3);
        /* posix_spawn() of glibc leaves its own two signals, 32 and 33, ignored. */
        ask(&o, "for f in Blk Ign; do v=$(sed -n \"s/^Sig$f:.//p\" /proc/self/status); echo $f$((0x$v & "
                "0x7fffffff)); done;"
                "ls /proc/self/fd | grep -v 3");
        cr_assert_str_eq(o.output, "Blk0\nIgn0\n0\n1\n2\n");
        close(leak);
        result_done(&o);
}

Test(credential_helper, failure_explains_itself)
{
        static const struct {
                const char *script, *output, *message;
        } cases[] = {
                { "echo 'no  key\nring' >&2; exit 1", "", "no key ring" },
                { "echo 'out of luck'; exit 3", "out of luck\n", "out of luck" },
                { "echo out; echo error >&2; exit 3", "out\n", "error" },
                { "exit 3", "", "it exited with status 3" },
                { "kill -KILL $$", "", "it was killed by signal 9" },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                Result o = {};

                ask(&o, cases[i].script);
                cr_assert_eq(o.r, -EREMOTEIO);
                cr_assert_str_eq(o.output, cases[i].output);
                cr_assert_str_eq(o.message, cases[i].message);
                result_done(&o);
        }
}

/* More than a pipe can hold, on both outputs. */
Test(credential_helper, large_answer)
{
        Result o = {};

        ask(&o, "head -c 200000 /dev/zero | tr '\\0' e >&2; head -c 200000 /dev/zero | tr '\\0' o");
        cr_assert_eq(o.r, 0);
        cr_assert_eq(strspn(o.output, "o"), 200000);
        result_done(&o);
}

Test(credential_helper, too_large_answer)
{
        static const char *const scripts[] = { "exec yes", "exec yes >&2", "yes | cat" };

        for (size_t i = 0; i < ELEMENTSOF(scripts); i++) {
                Result o = {};

                cr_assert_eq(start(&o, scripts[i], 0), 0);
                while (o.done == 0)
                        cr_assert_geq(sd_event_run(event, UINT64_MAX), 0);
                cr_assert_eq(o.r, -EFBIG);
                cr_assert_str_eq(o.message, "it said too much");
                result_done(&o);
        }
}

Test(credential_helper, too_slow)
{
        Result o = {};

        cr_assert_eq(start(&o, "echo begun; sleep 1000", 200 * USEC_PER_MSEC), 0);
        loop_until(event, o.done);
        cr_assert_eq(o.r, -ETIMEDOUT);
        cr_assert_str_eq(o.message, "it did not answer in time");
        result_done(&o);
}

/* A process that the helper leaves behind keeps its outputs open. */
Test(credential_helper, agent_left_behind)
{
        Result o = {};
        int pid;

        ask(&o, "sleep 1000 & echo $!");
        cr_assert_eq(o.r, 0);
        pid = atoi(o.output);
        cr_assert_gt(pid, 1);
        cr_assert_eq(kill(pid, SIGKILL), 0);
        result_done(&o);
}

/* The program and the processes that it has started. */
Test(credential_helper, killed_when_freed)
{
        _cleanup_close_ int pidfd = -EBADF;
        _cleanup_free_ char *pid = NULL;
        char path[300], script[1200];
        Result o = {};

        (void) snprintf(path, sizeof(path), "%s/pid", folder);
        (void) snprintf(script, sizeof(script), "sleep 1000 & echo $! >%s.new; mv %s.new %s; wait", path,
                        path, path);
        cr_assert_eq(start(&o, script, 0), 0);
        while (access(path, F_OK) < 0)
                (void) nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
        cr_assert_eq(read_file_at(AT_FDCWD, path, 100, &pid, NULL), 0);
        (void) unlink(path);
        pidfd = (int) syscall(SYS_pidfd_open, atoi(pid), 0);
        cr_assert_geq(pidfd, 0);
        o.helper = credential_helper_free(o.helper);
        cr_assert_eq(poll(&(struct pollfd){ .fd = pidfd, .events = POLLIN }, 1, -1), 1);
        (void) waitpid(-1, NULL, 0);
        loop_settle(event);
        cr_assert_eq(o.done, 0);
}

Test(credential_helper, can_not_be_run)
{
        Result o = {};

        write_script("exit 0");
        cr_assert_eq(chmod(program, 0644), 0);
        cr_assert_eq(
                credential_helper_new(&o.helper, event,
                                      &(CredentialHelperCall){ .program = program,
                                                               .key = "a",
                                                               .ops = &(CredentialHelperOps){ on_done } }),
                -EACCES);
        cr_assert_null(o.helper);
}

Test(credential_helper, find)
{
        _cleanup_free_ char *path = NULL, *found = NULL, *none = NULL;

        write_script("exit 0");
        cr_assert_geq(asprintf(&path, "relative::/nonexistent:%s:/bin", folder), 0);
        cr_assert_eq(credential_helper_find(path, "test", &found), 0);
        cr_assert_str_eq(found, program);
        cr_assert_eq(credential_helper_find(path, "other", &none), -ENOENT);
        cr_assert_eq(credential_helper_find("", "test", &none), -ENOENT);
        cr_assert_eq(credential_helper_find(path, "", &none), -EINVAL);
        cr_assert_eq(credential_helper_find(path, "../test", &none), -EINVAL);
        cr_assert_eq(chmod(program, 0644), 0);
        cr_assert_eq(credential_helper_find(path, "test", &none), -ENOENT);
        cr_assert_null(none);
}

Test(credential_helper, free_of_none)
{
        cr_assert_null(credential_helper_free(NULL));
}

/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* A credential helper is a child process (docker/docker-credential-helpers, README: "Development") with
 * `get` as its argument, the registry on its standard input, and JSON on its standard output. A helper that
 * fails explains why on either of its outputs.
 *
 * The name of the registry is shorter than what a pipe takes at once, so it is written before the helper
 * runs. A pidfd reports the end of the helper, and what it wrote before is read then. We do not wait for the
 * end of the pipes, because an agent that the helper has started may keep them open.
 *
 * The helper has a process group of its own, so that what it has started is killed with it. */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/credential-helper.h"
#include "loop/event-util.h"
#include "util/fd.h"
#include "util/macro.h"
#include "util/text.h"

#define PREFIX "docker-credential-"
#define MESSAGE_MAX 512

typedef struct Output {
        int fd;
        sd_event_source *source;
        char *data;
        size_t size;
} Output;

enum { OUTPUT_STDOUT, OUTPUT_STDERR, _OUTPUT_MAX };

struct CredentialHelper {
        pid_t pid; /* 0: it was not started, or is reaped already */
        int pidfd;
        int failure; /* -errno: why we have killed it */
        sd_event_source *process;
        sd_event_source *timer;
        Output outputs[_OUTPUT_MAX];
        const CredentialHelperOps *ops;
        void *userdata;
};

static void give_up(CredentialHelper *h, int error)
{
        if (h->failure == 0)
                h->failure = error;
        (void) kill(-h->pid, SIGKILL);
}

/* Reads what has arrived. 0: that is all for now; -errno: nothing more will come, or may come. */
static int output_read(Output *o)
{
        for (;;) {
                ssize_t n;

                if (o->size >= CREDENTIAL_ANSWER_MAX)
                        return -EFBIG;
                n = RET_NERRNO(read(o->fd, o->data + o->size, CREDENTIAL_ANSWER_MAX - o->size));
                if (n == -EINTR)
                        continue;
                if (n == -EAGAIN)
                        return 0;
                if (n <= 0)
                        return n < 0 ? (int) n : -EPIPE;
                o->size += (size_t) n;
        }
}

static int helper_on_output(sd_event_source *source, int fd, uint32_t revents, void *userdata)
{
        CredentialHelper *h = ASSERT_PTR(userdata);
        Output *o = h->outputs + (h->outputs[OUTPUT_STDERR].fd == fd ? OUTPUT_STDERR : OUTPUT_STDOUT);
        int r = output_read(o);

        if (r == -EFBIG)
                give_up(h, r);
        if (r < 0)
                (void) sd_event_source_set_enabled(source, SD_EVENT_OFF);
        return 0;
}

static int helper_on_timer(sd_event_source *source, uint64_t usec, void *userdata)
{
        give_up(ASSERT_PTR(userdata), -ETIMEDOUT);
        return 0;
}

/* Where it says why it failed. Standard output can have a login instead, in JSON, which is for nobody else.
 */
static const Output *said_why(const CredentialHelper *h)
{
        static const Output nothing = { .size = 0 };
        const Output *out = h->outputs + OUTPUT_STDOUT, *err = h->outputs + OUTPUT_STDERR;

        if (err->size > 0)
                return err;
        return memchr(out->data, '{', out->size) ? &nothing : out;
}

/* Why it failed: in its own words on its standard error, or on its standard output; or how it ended. */
static char *failure_message(const CredentialHelper *h, int status)
{
        const Output *said = said_why(h);
        _cleanup_free_ char *words = text_one_line(said->data, said->size, MESSAGE_MAX);
        char *message;
        int r;

        if (!words)
                return NULL;
        if (h->failure == -ETIMEDOUT)
                return strdup("it did not answer in time");
        if (h->failure == -EFBIG)
                return strdup("it said too much");
        if (words[0])
                return TAKE_PTR(words);
        if (h->failure < 0)
                return strdup(strerror(-h->failure));
        if (WIFSIGNALED(status))
                r = asprintf(&message, "it was killed by signal %i", WTERMSIG(status));
        else
                r = asprintf(&message, "it exited with status %i", WEXITSTATUS(status));
        return r < 0 ? NULL : message;
}

static int helper_on_exit(sd_event_source *source, int fd, uint32_t revents, void *userdata)
{
        CredentialHelper *h = ASSERT_PTR(userdata);
        Output *out = h->outputs + OUTPUT_STDOUT;
        _cleanup_free_ char *message = NULL;
        int status = 0, r;

        r = (int) RET_NERRNO(waitpid(h->pid, &status, WNOHANG));
        if (r == 0 || r == -EINTR)
                return 0;
        if (r < 0) /* we were started with SIGCHLD ignored */
                h->failure = h->failure ?: r;
        h->pid = 0;
        (void) sd_event_source_set_enabled(h->process, SD_EVENT_OFF);
        (void) sd_event_source_set_enabled(h->timer, SD_EVENT_OFF);
        for (size_t i = 0; i < _OUTPUT_MAX; i++) {
                (void) sd_event_source_set_enabled(h->outputs[i].source, SD_EVENT_OFF);
                if (output_read(h->outputs + i) == -EFBIG)
                        h->failure = h->failure ?: -EFBIG;
        }
        out->data[out->size] = 0;
        r = h->failure ?: (WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -EREMOTEIO);
        if (r < 0)
                message = failure_message(h, status);
        h->ops->on_done(r,
                        &(CredentialAnswer){ .output = out->data,
                                             .size = out->size,
                                             .message = r < 0 ? message ?: strerror(ENOMEM) : NULL },
                        h->userdata);
        return 0;
}

CredentialHelper *credential_helper_free(CredentialHelper *h)
{
        if (!h)
                return NULL;
        sd_event_source_disable_unref(h->process);
        sd_event_source_disable_unref(h->timer);
        if (h->pid > 0) {
                (void) kill(-h->pid, SIGKILL);
                /* We do not wait for its end, which may take a moment: what reaps us then reaps it, too. */
                (void) waitpid(h->pid, NULL, WNOHANG);
        }
        fd_close(h->pidfd);
        for (size_t i = 0; i < _OUTPUT_MAX; i++) {
                sd_event_source_disable_unref(h->outputs[i].source);
                fd_close(h->outputs[i].fd);
                free(h->outputs[i].data);
        }
        free(h);
        return NULL;
}

int credential_helper_find(const char *path, const char *name, char **ret)
{
        if (!*name || strchr(name, '/'))
                return -EINVAL;
        while (*path) {
                size_t n = strcspn(path, ":");
                _cleanup_free_ char *program = NULL;

                /* As the docker CLI: a relative folder is not searched. */
                if (*path == '/') {
                        if (asprintf(&program, "%.*s/" PREFIX "%s", (int) n, path, name) < 0)
                                return -ENOMEM;
                        if (access(program, X_OK) == 0) {
                                *ret = TAKE_PTR(program);
                                return 0;
                        }
                }
                path += n + (path[n] == ':');
        }
        return -ENOENT;
}

/* A pipe that already contains all that the helper will read. */
static int make_input(const char *key)
{
        _cleanup_close_ int in = -EBADF, out = -EBADF;
        size_t size = strlen(key);
        int fds[2];

        if (size > PIPE_BUF)
                return -E2BIG;
        if (pipe2(fds, O_CLOEXEC) < 0)
                return -errno;
        in = fds[0];
        out = fds[1];
        if (write(out, key, size) != (ssize_t) size)
                return -EIO;
        return TAKE_FD(in);
}

static int make_output(Output *o, int *ret_write_end)
{
        int fds[2];

        o->data = malloc(CREDENTIAL_ANSWER_MAX + 1);
        if (!o->data)
                return -ENOMEM;
        if (pipe2(fds, O_CLOEXEC) < 0)
                return -errno;
        o->fd = fds[0];
        *ret_write_end = fds[1];
        return fcntl(o->fd, F_SETFL, O_NONBLOCK) < 0 ? -errno : 0;
}

/* fds: its standard input, output and error. It inherits no other descriptor of ours, and neither the
 * signals that we block nor those that we ignore. */
static int spawn(const CredentialHelperCall *call, const int fds[3], pid_t *ret)
{
        char *argv[] = { (char *) call->program, (char *) "get", NULL };
        posix_spawn_file_actions_t actions;
        posix_spawnattr_t attributes;
        sigset_t none, ignored;
        int r;

        (void) sigemptyset(&none);
        (void) sigemptyset(&ignored);
        (void) sigaddset(&ignored, SIGPIPE);
        (void) sigaddset(&ignored, SIGXFSZ);
        if (posix_spawn_file_actions_init(&actions) != 0)
                return -ENOMEM;
        if (posix_spawnattr_init(&attributes) != 0) {
                (void) posix_spawn_file_actions_destroy(&actions);
                return -ENOMEM;
        }
        r = posix_spawnattr_setflags(&attributes,
                                     POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
        if (r == 0)
                r = posix_spawnattr_setsigmask(&attributes, &none);
        if (r == 0)
                r = posix_spawnattr_setsigdefault(&attributes, &ignored);
        for (int i = 0; i < 3 && r == 0; i++)
                r = posix_spawn_file_actions_adddup2(&actions, fds[i], i);
        if (r == 0)
                r = posix_spawn_file_actions_addclosefrom_np(&actions, 3);
        if (r == 0)
                r = posix_spawn(ret, call->program, &actions, &attributes, argv, call->environment);
        (void) posix_spawnattr_destroy(&attributes);
        (void) posix_spawn_file_actions_destroy(&actions);
        return -r;
}

static int helper_spawn(CredentialHelper *h, const CredentialHelperCall *call)
{
        _cleanup_close_ int in = make_input(call->key), out = -EBADF, error = -EBADF;
        int r = in < 0 ? in : 0;

        if (r >= 0)
                r = make_output(h->outputs + OUTPUT_STDOUT, &out);
        if (r >= 0)
                r = make_output(h->outputs + OUTPUT_STDERR, &error);
        if (r >= 0)
                r = spawn(call, (const int[]){ in, out, error }, &h->pid);
        if (r < 0)
                return r;
        h->pidfd = (int) RET_NERRNO(syscall(SYS_pidfd_open, h->pid, 0));
        return h->pidfd < 0 ? h->pidfd : 0;
}

static int helper_add_sources(CredentialHelper *h, sd_event *event, uint64_t timeout_usec)
{
        static const EventTraits output = { "credential-output", EVENT_PRIORITY_ENGINE, EVENT_FAILURE_EXIT };
        static const EventTraits process = { "credential-helper", EVENT_PRIORITY_ENGINE,
                                             EVENT_FAILURE_EXIT };
        static const EventTraits timer = { "credential-timeout", EVENT_PRIORITY_TIMER, EVENT_FAILURE_EXIT };
        int r = event_add_io(event, &h->process, h->pidfd, EPOLLIN, helper_on_exit, h, &process);

        for (size_t i = 0; i < _OUTPUT_MAX && r >= 0; i++)
                r = event_add_io(event, &h->outputs[i].source, h->outputs[i].fd, EPOLLIN, helper_on_output,
                                 h, &output);
        if (r >= 0)
                r = event_add_timer(event, &h->timer, helper_on_timer, h, &timer);
        return r >= 0 ? timer_arm(h->timer, timeout_usec) : r;
}

int credential_helper_new(CredentialHelper **ret, sd_event *event, const CredentialHelperCall *call)
{
        _cleanup_(credential_helper_freep) CredentialHelper *h = NULL;
        int r;

        assert(call->ops && call->ops->on_done);

        h = calloc(1, sizeof(*h));
        if (!h)
                return -ENOMEM;
        h->pidfd = -EBADF;
        for (size_t i = 0; i < _OUTPUT_MAX; i++)
                h->outputs[i].fd = -EBADF;
        h->ops = call->ops;
        h->userdata = call->userdata;
        r = helper_spawn(h, call);
        if (r >= 0)
                r = helper_add_sources(h, event, call->timeout_usec ?: CREDENTIAL_HELPER_TIMEOUT_USEC);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(h);
        return 0;
}

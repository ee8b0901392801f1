/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* A queue of descriptors and up to THREADS_MAX threads that take from it. One that hangs in close(2) holds
 * up its own descriptor only; when all hang, the queue fills, and its user stops to receive. */

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include "foreign-close.h"
#include "util/log.h"
#include "util/macro.h"

#define THREADS_MAX 8U
#define STACK_SIZE (256U * 1024U)

/* One for the process: a thread that hangs outlives whoever has received its descriptor. */
static struct {
        pthread_mutex_t lock;
        int fds[FOREIGN_CLOSE_MAX];
        size_t n_fds;
        size_t n_closing; /* taken from fds, close(2) has not returned */
        unsigned n_threads;
} queue = { .lock = PTHREAD_MUTEX_INITIALIZER };

static void *close_all(void *unused)
{
        (void) pthread_mutex_lock(&queue.lock);
        while (queue.n_fds > 0) {
                int fd = queue.fds[--queue.n_fds];

                queue.n_closing++;
                (void) pthread_mutex_unlock(&queue.lock);
                (void) close(fd);
                (void) pthread_mutex_lock(&queue.lock);
                queue.n_closing--;
        }
        queue.n_threads--;
        (void) pthread_mutex_unlock(&queue.lock);
        return NULL;
}

/* The loop reads the signals from a descriptor: a thread must not take them. */
static int start_thread(void)
{
        pthread_attr_t attr;
        sigset_t all, before;
        pthread_t thread;
        int r;

        r = pthread_attr_init(&attr);
        if (r != 0)
                return -r;
        (void) pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
        (void) pthread_attr_setstacksize(&attr, STACK_SIZE);
        (void) sigfillset(&all);
        (void) pthread_sigmask(SIG_SETMASK, &all, &before);
        r = pthread_create(&thread, &attr, close_all, NULL);
        (void) pthread_sigmask(SIG_SETMASK, &before, NULL);
        (void) pthread_attr_destroy(&attr);
        return -r;
}

/* The lock is held. */
static void ensure_thread(void)
{
        int r;

        if (queue.n_fds == 0 || queue.n_threads == THREADS_MAX)
                return;
        r = start_thread();
        if (r < 0)
                log_debug_errno(r,
                                "No thread to close descriptors of the container, trying again later: %m");
        else
                queue.n_threads++;
}

void foreign_close(const int *fds, size_t n)
{
        if (n == 0)
                return;
        (void) pthread_mutex_lock(&queue.lock);
        for (; n > 0 && queue.n_fds + queue.n_closing < FOREIGN_CLOSE_MAX; n--)
                queue.fds[queue.n_fds++] = *fds++;
        ensure_thread();
        (void) pthread_mutex_unlock(&queue.lock);
        for (; n > 0; n--)
                (void) close(*fds++);
}

size_t foreign_close_room(void)
{
        size_t room;

        (void) pthread_mutex_lock(&queue.lock);
        room = FOREIGN_CLOSE_MAX - queue.n_fds - queue.n_closing;
        (void) pthread_mutex_unlock(&queue.lock);
        return room;
}

void foreign_close_retry(void)
{
        (void) pthread_mutex_lock(&queue.lock);
        ensure_thread();
        (void) pthread_mutex_unlock(&queue.lock);
}

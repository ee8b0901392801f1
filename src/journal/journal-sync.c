/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* A call of the varlink method io.systemd.Journal.Synchronize: journald first takes what is in its sockets,
 * then writes it, then answers. What the answer says does not matter: after it, we read what there is. */

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "journal-sync.h"
#include "loop/event-util.h"
#include "util/fd.h"
#include "util/macro.h"
#include "util/unix-address.h"

struct JournalSync {
        int fd;
        sd_event_source *answer, *limit;
        const JournalSyncOps *ops;
        void *userdata;
};

static void report(JournalSync *s, int r)
{
        (void) sd_event_source_set_enabled(s->answer, SD_EVENT_OFF);
        (void) timer_arm(s->limit, UINT64_MAX);
        s->ops->on_done(r, s->userdata);
}

static int sync_on_answer(sd_event_source *source, int fd, uint32_t revents, void *userdata)
{
        JournalSync *s = ASSERT_PTR(userdata);
        char answer[256];
        ssize_t n = RET_NERRNO(recv(fd, answer, sizeof(answer), MSG_DONTWAIT));

        if (n == -EAGAIN)
                return 0;
        report(s, n < 0 ? (int) n : n == 0 ? -ECONNRESET : 0);
        return 0;
}

static int sync_on_limit(sd_event_source *source, uint64_t usec, void *userdata)
{
        report(ASSERT_PTR(userdata), -ETIMEDOUT);
        return 0;
}

/* Where journald's queue of connections is full, connect(2) says -EAGAIN. */
static int call(JournalSync *s, const char *path)
{
        /* A varlink message ends with a NUL. */
        static const char message[] = "{\"method\":\"io.systemd.Journal.Synchronize\"}";
        struct sockaddr_un address;
        socklen_t size;
        int r = unix_address_parse(path, &address, &size);

        if (r < 0)
                return r;
        s->fd = RET_NERRNO(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
        if (s->fd < 0)
                return s->fd;
        r = RET_NERRNO(connect(s->fd, (const struct sockaddr *) &address, size));
        if (r >= 0)
                r = (int) RET_NERRNO(send(s->fd, message, sizeof(message), MSG_NOSIGNAL));
        return r < 0 ? r : 0;
}

int journal_sync_new(JournalSync **ret, sd_event *event, const char *socket_path, uint64_t timeout_usec,
                     const JournalSyncOps *ops, void *userdata)
{
        static const EventTraits answer = { "journal-sync", EVENT_PRIORITY_JOURNAL, EVENT_FAILURE_DISABLE };
        static const EventTraits limit = { "journal-sync-limit", EVENT_PRIORITY_JOURNAL,
                                           EVENT_FAILURE_DISABLE };
        _cleanup_(journal_sync_freep) JournalSync *s = NULL;
        int r;

        s = calloc(1, sizeof(*s));
        if (!s)
                return -ENOMEM;
        s->fd = -EBADF;
        s->ops = ops;
        s->userdata = userdata;
        r = call(s, socket_path);
        if (r >= 0)
                r = event_add_io(event, &s->answer, s->fd, EPOLLIN, sync_on_answer, s, &answer);
        if (r >= 0)
                r = event_add_timer(event, &s->limit, sync_on_limit, s, &limit);
        if (r >= 0)
                r = timer_arm(s->limit, timeout_usec);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(s);
        return 0;
}

JournalSync *journal_sync_free(JournalSync *s)
{
        if (!s)
                return NULL;
        sd_event_source_disable_unref(s->answer);
        sd_event_source_disable_unref(s->limit);
        fd_close(s->fd);
        free(s);
        return NULL;
}

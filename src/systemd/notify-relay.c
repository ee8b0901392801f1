/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* A datagram socket that a container's processes send to. Everything that comes is hostile.
 *
 * Who may speak: the sender's cgroup decides. systemd drops the message of a sender that has exited before
 * systemd looked. Here such a message counts, because of what is short-lived in a container, as a health
 * check's script. Since Linux 6.16 the kernel passes a pidfd of the sender together with the message, and
 * tells in which cgroup a process was that is gone: so another container with this one's volumes is not
 * heard. Before, it is not heard while it lives; on the host, the socket is in a folder that only root can
 * enter.
 *
 * How much: a socket that is always readable would starve all sources of a lower priority. After BUDGET
 * messages within a WINDOW the socket rests until the window is over; then what has queued up is read at
 * once, at most BATCH_MAX messages. Faster senders wait for room in their own sendmsg(2).
 *
 * BARRIER=1 comes with a descriptor; its sender waits until everybody has closed it. Ours is closed when
 * systemd has taken what came before it. The descriptor is not passed on: to close a stranger's file may
 * take time, which neither systemd nor we should have to spend, see foreign-close.h. When too many hang in
 * their close, the socket is not read until there is room again. */

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "foreign-close.h"
#include "loop/event-util.h"
#include "systemd/notify-folder.h"
#include "systemd/notify-relay.h"
#include "util/clock.h"
#include "util/fd.h"
#include "util/log.h"
#include "util/macro.h"

#define BATCH_MAX 128U
#define WINDOW_USEC (10 * USEC_PER_MSEC)
#define BUDGET 16U
#define BARRIERS_MAX 32U
/* SCM_MAX_FD of the kernel. We accept all descriptors, so that the kernel does not have to close one itself,
 * which may take time. */
#define FDS_MAX 253U
/* How long the socket rests when there is no room for descriptors to be closed. */
#define CROWDED_USEC (20 * USEC_PER_MSEC)

/* Not in Debian's libc headers yet. */
#ifndef SO_PASSPIDFD
#define SO_PASSPIDFD 76
#endif
#ifndef SCM_PIDFD
#define SCM_PIDFD 0x04
#endif

struct NotifyRelay {
        int folder;
        int fd;
        sd_event_source *source;
        sd_event_source *rest;
        bool full;            /* the batch has to end */
        bool held;            /* it was not passed on yet */
        bool crowded_said;    /* the warning about descriptors that can't be closed */
        uint64_t window_usec; /* the window's begin, CLOCK_MONOTONIC */
        unsigned n_window;    /* messages within it */
        pid_t member;         /* the last process in this batch that is known to belong to the container */
        int barriers[BARRIERS_MAX];
        size_t n_barriers;
        NotifyRelayStats stats;
        const NotifyRelayOps *ops;
        void *userdata;
};

/* What comes with the text. */
typedef struct Control {
        pid_t pid; /* of the sender; 0: not known */
        int pidfd; /* the same; negative: not known */
        int fds[FDS_MAX];
        size_t n_fds;
} Control;

static void control_parse(struct msghdr *m, Control *ret)
{
        struct cmsghdr *c;

        for (c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c)) {
                size_t size = c->cmsg_len - CMSG_LEN(0);
                struct ucred cred;

                if (c->cmsg_level != SOL_SOCKET)
                        continue;
                if (c->cmsg_type == SCM_RIGHTS) {
                        ret->n_fds = MIN(size / sizeof(int), (size_t) FDS_MAX);
                        memcpy(ret->fds, CMSG_DATA(c), ret->n_fds * sizeof(int));
                } else if (c->cmsg_type == SCM_CREDENTIALS && size == sizeof(cred)) {
                        memcpy(&cred, CMSG_DATA(c), sizeof(cred));
                        ret->pid = cred.pid;
                } else if (c->cmsg_type == SCM_PIDFD && size == sizeof(ret->pidfd))
                        memcpy(&ret->pidfd, CMSG_DATA(c), sizeof(ret->pidfd)); /* or an error */
        }
}

static void control_done(Control *c)
{
        foreign_close(c->fds, c->n_fds);
        c->n_fds = 0;
        c->pidfd = fd_close(c->pidfd);
}

/* A sender of which nothing is known any more may speak: see above. */
static bool may_speak(NotifyRelay *r, const Control *control)
{
        NotifySender sender;

        if (control->pid <= 0)
                return false;
        if (control->pid == r->member)
                return true;
        sender = r->ops->judge(control->pid, control->pidfd, r->userdata);
        if (sender == NOTIFY_SENDER_MEMBER)
                r->member = control->pid;
        return sender != NOTIFY_SENDER_FOREIGN;
}

static int take_message(NotifyRelay *r, const char *text, size_t size, Control *control)
{
        _cleanup_(notify_filtered_done) NotifyFiltered f = NOTIFY_FILTERED_NULL;
        unsigned forward = r->ops->forward(r->userdata) & ~NOTIFY_FLAG(NOTIFY_BARRIER);
        int k = notify_message_filter(text, size, forward, &f);

        if (k < 0)
                return k;
        r->stats.lines += f.n_dropped;
        if (f.seen & NOTIFY_FLAG(NOTIFY_BARRIER)) {
                if (control->n_fds != 1)
                        return -EBADMSG;
                r->barriers[r->n_barriers++] = control->fds[0];
                control->n_fds = 0;
        } else if (f.seen)
                r->full = !r->ops->on_message(&f, r->userdata);
        return 0;
}

/* 1: a datagram was taken from the queue, whatever it was. 0: there is none. Else -errno. */
static int receive(NotifyRelay *r)
{
        union {
                struct cmsghdr header;
                char space[CMSG_SPACE(sizeof(struct ucred)) + CMSG_SPACE(sizeof(int)) +
                           CMSG_SPACE(sizeof(int) * FDS_MAX)];
        } space;
        char text[NOTIFY_MESSAGE_MAX];
        struct iovec iov = { text, sizeof(text) };
        struct msghdr m = {
                .msg_iov = &iov, .msg_iovlen = 1, .msg_control = &space, .msg_controllen = sizeof(space)
        };
        _cleanup_(control_done) Control control = { .pidfd = -EBADF };
        ssize_t n = RET_NERRNO(recvmsg(r->fd, &m, MSG_DONTWAIT | MSG_CMSG_CLOEXEC));

        if (n < 0)
                return n == -EAGAIN || n == -EINTR ? 0 : (int) n;
        control_parse(&m, &control);
        /* MSG_CTRUNC is ignored: our table of descriptors had no room for some of them, but the text
         * counts all the same. */
        if ((m.msg_flags & MSG_TRUNC) || !may_speak(r, &control) ||
            take_message(r, text, (size_t) n, &control) < 0) {
                r->stats.refused++;
                log_debug("Refused a notification of process %i, %zi bytes.", (int) control.pid, n);
        }
        return 1;
}

static void release_barriers(NotifyRelay *r)
{
        foreign_close(r->barriers, r->n_barriers);
        r->n_barriers = 0;
}

/* Passes on what came; if that is not possible yet, the socket is not read until it is. */
static void end_batch(NotifyRelay *r)
{
        r->member = 0;
        r->full = false;
        r->held = !r->ops->on_batch(r->userdata);
        if (!r->held)
                release_barriers(r);
}

/* For the descriptors of one more message. */
static bool has_room(const NotifyRelay *r)
{
        return foreign_close_room() >= FDS_MAX + r->n_barriers;
}

static int listen_on(NotifyRelay *r, bool on)
{
        return sd_event_source_set_enabled(r->source, on ? SD_EVENT_ON : SD_EVENT_OFF);
}

/* Counts n more messages. Whether they were too many for this window; *ret_usec: how long it still lasts. */
static bool over_budget(NotifyRelay *r, unsigned n, uint64_t *ret_usec)
{
        uint64_t now = monotonic_usec();

        if (now - r->window_usec >= WINDOW_USEC) {
                r->window_usec = now;
                r->n_window = 0;
        }
        r->n_window += n;
        *ret_usec = r->window_usec + WINDOW_USEC - now;
        return r->n_window > BUDGET;
}

static int notify_relay_on_io(sd_event_source *source, int fd, uint32_t revents, void *userdata)
{
        NotifyRelay *r = ASSERT_PTR(userdata);
        uint64_t usec;
        unsigned n = 0;
        int k = 1;

        while (n < BATCH_MAX && r->n_barriers < BARRIERS_MAX && !r->full && has_room(r) &&
               (k = receive(r)) > 0)
                n++;
        if (k < 0)
                log_debug_errno(k, "Failed to receive a notification, ignoring: %m");
        end_batch(r);
        if (r->held)
                return listen_on(r, false);
        if (!has_room(r))
                usec = CROWDED_USEC;
        else if (!over_budget(r, n, &usec))
                return 0;
        k = listen_on(r, false);
        return k < 0 ? k : timer_arm(r->rest, usec);
}

static int notify_relay_on_rested(sd_event_source *source, uint64_t usec, void *userdata)
{
        NotifyRelay *r = ASSERT_PTR(userdata);

        if (has_room(r))
                return listen_on(r, !r->held);
        if (!r->crowded_said)
                log_warning("Descriptors that the container sent can't be closed; its notifications wait.");
        r->crowded_said = true;
        foreign_close_retry();
        return timer_arm(r->rest, CROWDED_USEC);
}

void notify_relay_resume(NotifyRelay *r)
{
        if (!r->held)
                return;
        end_batch(r);
        if (!r->held)
                (void) listen_on(r, true);
}

const NotifyRelayStats *notify_relay_stats(const NotifyRelay *r)
{
        return &r->stats;
}

static int bind_socket(NotifyRelay *r, const char *folder)
{
        struct sockaddr_un address = { .sun_family = AF_UNIX };
        static const int one = 1;
        int k;

        r->folder = RET_NERRNO(open(folder, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
        if (r->folder < 0)
                return r->folder;
        r->fd = RET_NERRNO(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
        if (r->fd < 0)
                return r->fd;
        /* Before the socket has a name, so that the first message already has credentials. */
        k = RET_NERRNO(setsockopt(r->fd, SOL_SOCKET, SO_PASSCRED, &one, sizeof(one)));
        if (k < 0)
                return k;
        (void) setsockopt(r->fd, SOL_SOCKET, SO_PASSPIDFD, &one, sizeof(one)); /* Linux 6.5 */
        /* Through the descriptor, because the whole path may be longer than sun_path. */
        (void) snprintf(address.sun_path, sizeof(address.sun_path), "/proc/self/fd/%i/" NOTIFY_FOLDER_SOCKET,
                        r->folder);
        if (unlinkat(r->folder, NOTIFY_FOLDER_SOCKET, 0) < 0 && errno != ENOENT)
                return -errno;
        k = RET_NERRNO(bind(r->fd, (const struct sockaddr *) &address, sizeof(address)));
        if (k < 0)
                return k;
        return fchmodat(r->folder, NOTIFY_FOLDER_SOCKET, 0666, 0) < 0 ? -errno : 0;
}

NotifyRelay *notify_relay_free(NotifyRelay *r)
{
        if (!r)
                return NULL;
        release_barriers(r);
        sd_event_source_disable_unref(r->source);
        sd_event_source_disable_unref(r->rest);
        if (r->fd >= 0)
                (void) unlinkat(r->folder, NOTIFY_FOLDER_SOCKET, 0);
        fd_close(r->fd);
        fd_close(r->folder);
        free(r);
        return NULL;
}

int notify_relay_new(NotifyRelay **ret, sd_event *event, const char *folder, const NotifyRelayOps *ops,
                     void *userdata)
{
        static const EventTraits traits = { "notify-relay", EVENT_PRIORITY_NOTIFY, EVENT_FAILURE_DISABLE };
        static const EventTraits rest = { "notify-rest", EVENT_PRIORITY_TIMER, EVENT_FAILURE_DISABLE };
        _cleanup_(notify_relay_freep) NotifyRelay *r = NULL;
        int k;

        r = calloc(1, sizeof(*r));
        if (!r)
                return -ENOMEM;
        r->folder = r->fd = -EBADF;
        r->ops = ops;
        r->userdata = userdata;
        k = bind_socket(r, folder);
        if (k >= 0)
                k = event_add_timer(event, &r->rest, notify_relay_on_rested, r, &rest);
        if (k >= 0)
                k = event_add_io(event, &r->source, r->fd, EPOLLIN, notify_relay_on_io, r, &traits);
        if (k < 0)
                return k;
        *ret = TAKE_PTR(r);
        return 0;
}

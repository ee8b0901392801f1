/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Datagrams from a container, over a real socket. The first byte of each is the number of descriptors that
 * come with it, the second says who sends it and whether there is room, and the next two are its length. For
 * every input, no descriptor stays open, only known keys are passed on, and the relay continues to work. */

#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "fuzz.h"
#include "systemd/foreign-close.h"
#include "systemd/notify-relay.h"
#include "util/cleanup.h"
#include "util/macro.h"
#include "util/text.h"

#define FDS_MAX 253

static sd_event *event;
static NotifyRelay *relay;
static char folder[] = "/tmp/fuzz-notify-relay.XXXXXX", path[64];
static NotifySender verdict;
static bool room = true;
static unsigned messages;

static NotifySender judge(pid_t pid, int pidfd, void *userdata)
{
        CHECK(pid == getpid());
        return verdict;
}

static unsigned forward(void *userdata)
{
        return NOTIFY_FLAGS_ALL;
}

static bool on_message(const NotifyFiltered *m, void *userdata)
{
        _cleanup_(notify_message_done) NotifyMessage fields = NOTIFY_MESSAGE_NULL;

        CHECK(verdict != NOTIFY_SENDER_FOREIGN);
        messages++;
        if (m->status)
                CHECK(utf8_is_valid(m->status, strlen(m->status)) && !strpbrk(m->status, "\n\x1b"));
        if (!m->text)
                return room;
        CHECK(m->size == strlen(m->text) && notify_message_parse(m->text, m->size, &fields) == 0);
        for (size_t i = 0; i < fields.n_fields; i++) {
                int key = notify_key_from_string(fields.fields[i].key);

                CHECK(key >= 0 && key != NOTIFY_BARRIER);
        }
        return room;
}

static bool on_batch(void *userdata)
{
        return room;
}

static void start(void)
{
        static const NotifyRelayOps ops = { judge, forward, on_message, on_batch };

        CHECK(mkdtemp(folder) && sd_event_new(&event) >= 0);
        (void) snprintf(path, sizeof(path), "%s/notify.sock", folder);
        CHECK(notify_relay_new(&relay, event, folder, &ops, NULL) == 0);
}

static int dial(void)
{
        struct sockaddr_un a = { .sun_family = AF_UNIX };
        int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

        strcpy(a.sun_path, path);
        CHECK(fd >= 0 && connect(fd, (struct sockaddr *) &a, sizeof(a)) == 0);
        return fd;
}

static void say(int fd, const uint8_t *text, size_t size, size_t n_fds)
{
        union {
                struct cmsghdr header;
                char space[CMSG_SPACE(sizeof(int) * FDS_MAX)];
        } control = {};
        struct iovec iov = { (void *) text, size };
        struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1 };

        if (n_fds > 0) {
                m.msg_control = &control;
                m.msg_controllen = CMSG_SPACE(sizeof(int) * n_fds);
                *CMSG_FIRSTHDR(&m) = (struct cmsghdr){ .cmsg_level = SOL_SOCKET,
                                                       .cmsg_type = SCM_RIGHTS,
                                                       .cmsg_len = CMSG_LEN(sizeof(int) * n_fds) };
                for (size_t i = 0; i < n_fds; i++)
                        memcpy(CMSG_DATA(CMSG_FIRSTHDR(&m)) + i * sizeof(int), &fd, sizeof(int));
        }
        (void) sendmsg(fd, &m, 0);
}

static unsigned count_fds(void)
{
        DIR *d = opendir("/proc/self/fd");
        unsigned n = 0;

        CHECK(d);
        while (readdir(d))
                n++;
        closedir(d);
        return n;
}

/* Threads close, see foreign-close.h. */
static void wait_for_closed(void)
{
        while (foreign_close_room() < FOREIGN_CLOSE_MAX)
                (void) sched_yield();
}

/* Everything that waits is read. */
static void settle(void)
{
        room = true;
        notify_relay_resume(relay);
        while (sd_event_run(event, 0) > 0)
                ;
        wait_for_closed();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        unsigned before, heard;
        int fd;

        if (!relay)
                start();
        fd = dial();
        before = count_fds();
        while (size >= 4) {
                size_t n_fds = MIN(data[0], FDS_MAX), n = MIN((size_t) (data[2] | data[3] << 8), size - 4);

                verdict = (NotifySender) (data[1] % 3);
                room = !(data[1] & 0x80);
                say(fd, data + 4, n, n_fds);
                CHECK(sd_event_run(event, 10000) >= 0);
                wait_for_closed();
                data += 4 + n;
                size -= 4 + n;
        }
        settle();
        CHECK(count_fds() == before);

        verdict = NOTIFY_SENDER_GONE;
        heard = messages;
        say(fd, (const uint8_t *) "READY=1", 7, 0);
        while (messages == heard)
                CHECK(sd_event_run(event, UINT64_MAX) >= 0);
        close(fd);
        return 0;
}

__attribute__((destructor)) static void stop(void)
{
        if (!relay)
                return;
        notify_relay_free(relay);
        sd_event_unref(event);
        (void) rmdir(folder);
}

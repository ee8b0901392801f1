/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* libcurl opens the connection (unix socket, TCP, TLS) and leaves it to us (CURLOPT_CONNECT_ONLY): it has no
 * request after which both sides send what they like.
 *
 * The connection has a glue of its own. libcurl counts it among the idle connections of a multi handle, and
 * each new request may close some of these.
 *
 * The end of our bytes is a shutdown(2), also below TLS. The engine's copy loop does not check whether a TLS
 * close_notify came before the end, and libcurl has no call that sends one and keeps the other direction
 * open. */

#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "codec/engine/http-head.h"
#include "engine-upgrade.h"
#include "engine/curl-glue.h"
#include "transfer-failure.h"
#include "util/log.h"
#include "util/macro.h"

/* How often to read data that is dropped, in one call. There should be none at all. */
#define DROP_MAX 16

struct EngineUpgrade {
        sd_event *event;
        CurlGlue *glue;
        CURL *easy;
        sd_event_source *io;
        const EngineUpgradeOps *ops;
        void *userdata;
        char *request;
        size_t request_size, request_sent;
        char *in; /* the head of the answer; HTTP_HEAD_MAX bytes */
        size_t in_size;
        bool open;
        bool room_wanted;
        char curl_error[CURL_ERROR_SIZE];
};

static void upgrade_end(EngineUpgrade *u, int r, const char *message)
{
        u->io = sd_event_source_disable_unref(u->io);
        if (u->open)
                u->ops->on_end(0, NULL, u->userdata);
        else
                u->ops->on_end(r, message ?: strerror(-r), u->userdata);
}

static void upgrade_refused(EngineUpgrade *u, int status, const char *body, size_t size)
{
        _cleanup_(engine_error_done) EngineError error = ENGINE_ERROR_NULL;

        (void) engine_error_parse(status, body, size, &error);
        upgrade_end(u, engine_error_from_status(status), error.message);
}

static int upgrade_arm(EngineUpgrade *u)
{
        bool writes = u->room_wanted || u->request_sent < u->request_size;

        return sd_event_source_set_io_events(u->io, EPOLLIN | (writes ? EPOLLOUT : 0));
}

static int send_request(EngineUpgrade *u)
{
        while (u->request_sent < u->request_size) {
                size_t n = 0;
                CURLcode code = curl_easy_send(u->easy, u->request + u->request_sent,
                                               u->request_size - u->request_sent, &n);

                if (code == CURLE_AGAIN || (code == CURLE_OK && n == 0))
                        return 0;
                if (code != CURLE_OK)
                        return -ECONNRESET;
                u->request_sent += n;
        }
        return 0;
}

/* 1: an answer, or the end, has arrived and was reported. 0: more has to come. */
static int read_head(EngineUpgrade *u)
{
        int status, r = 0;
        size_t size, n;

        while (r == 0) {
                CURLcode code = curl_easy_recv(u->easy, u->in + u->in_size, HTTP_HEAD_MAX - u->in_size, &n);

                if (code == CURLE_AGAIN)
                        return 0;
                if (code != CURLE_OK || n == 0) {
                        upgrade_end(u, -ECONNRESET, NULL);
                        return 1;
                }
                u->in_size += n;
                r = http_head_parse(u->in, u->in_size, &status, &size);
        }
        if (r < 0)
                upgrade_end(u, r, "not the answer of a Docker engine");
        else if (status == 101 || status == 200) {
                u->open = true;
                u->ops->on_open(u->userdata);
        } else
                upgrade_refused(u, status, u->in + size, u->in_size - size);
        return 1;
}

/* Drops what has arrived. False: the connection is at its end. */
static bool drop_input(EngineUpgrade *u)
{
        for (unsigned i = 0; i < DROP_MAX; i++) {
                size_t n = 0;
                CURLcode code = curl_easy_recv(u->easy, u->in, HTTP_HEAD_MAX, &n);

                if (code == CURLE_AGAIN)
                        return true;
                if (code != CURLE_OK || n == 0)
                        return false;
        }
        return true;
}

static int upgrade_on_io(sd_event_source *source, int fd, uint32_t revents, void *userdata)
{
        EngineUpgrade *u = ASSERT_PTR(userdata);
        bool room;
        int r = send_request(u);

        if (r < 0) {
                upgrade_end(u, r, NULL);
                return 0;
        }
        if (!u->open)
                return read_head(u) > 0 ? 0 : upgrade_arm(u);
        if (revents & ~(uint32_t) EPOLLOUT && !drop_input(u)) {
                upgrade_end(u, 0, NULL);
                return 0;
        }
        room = u->room_wanted && revents & EPOLLOUT;
        u->room_wanted = u->room_wanted && !room;
        r = upgrade_arm(u);
        if (r >= 0 && room)
                u->ops->on_room(u->userdata);
        return r;
}

/* CurlGlueDone: the connection is open, or failed. The first EPOLLOUT then sends the request. */
static void upgrade_on_connected(CURL *easy, CURLcode code, void *owner)
{
        static const EventTraits traits = { "engine-upgrade", EVENT_PRIORITY_LOG, EVENT_FAILURE_DISABLE };
        EngineUpgrade *u = ASSERT_PTR(owner);
        curl_socket_t fd = CURL_SOCKET_BAD;
        int r;

        if (code != CURLE_OK) {
                r = transfer_failure_errno(easy, code);
                upgrade_end(u, r, r == -EIO && *u->curl_error ? u->curl_error : NULL);
                return;
        }
        r = curl_easy_getinfo(easy, CURLINFO_ACTIVESOCKET, &fd) == CURLE_OK && fd != CURL_SOCKET_BAD
                    ? 0
                    : -ENOTCONN;
        if (r >= 0)
                r = event_add_io(u->event, &u->io, fd, EPOLLIN | EPOLLOUT, upgrade_on_io, u, &traits);
        if (r < 0)
                upgrade_end(u, r, NULL);
}

ssize_t engine_upgrade_send(EngineUpgrade *u, const void *data, size_t size)
{
        size_t n = 0;
        CURLcode code;

        assert(u->open);
        if (!u->io)
                return -EPIPE;
        code = curl_easy_send(u->easy, data, size, &n);
        if (code != CURLE_OK && code != CURLE_AGAIN)
                return -EPIPE;
        if (n > 0)
                return (ssize_t) n;
        u->room_wanted = true;
        return upgrade_arm(u);
}

void engine_upgrade_finish(EngineUpgrade *u)
{
        if (u->io && shutdown(sd_event_source_get_io_fd(u->io), SHUT_WR) < 0)
                log_debug_errno(errno, "Failed to end our side of an upgraded connection, ignoring: %m");
}

EngineUpgrade *engine_upgrade_free(EngineUpgrade *u)
{
        if (!u)
                return NULL;
        sd_event_source_disable_unref(u->io);
        if (u->easy)
                curl_glue_remove(u->glue, u->easy);
        curl_glue_free(u->glue);
        sd_event_unref(u->event);
        free(u->request);
        free(u->in);
        free(u);
        return NULL;
}

int engine_upgrade_new(EngineUpgrade **ret, sd_event *event, Engine *engine, const char *path,
                       const EngineUpgradeOps *ops, void *userdata)
{
        _cleanup_(engine_upgrade_freep) EngineUpgrade *u = NULL;
        int r;

        u = calloc(1, sizeof(*u));
        if (!u)
                return -ENOMEM;
        u->event = sd_event_ref(event);
        u->ops = ops;
        u->userdata = userdata;
        u->in = malloc(HTTP_HEAD_MAX);
        if (!u->in)
                return -ENOMEM;
        r = curl_glue_new(&u->glue, event, "engine-upgrade", EVENT_PRIORITY_ENGINE, NULL,
                          upgrade_on_connected);
        if (r < 0)
                return r;
        u->easy = curl_easy_init();
        if (!u->easy || curl_easy_setopt(u->easy, CURLOPT_PRIVATE, u) != CURLE_OK ||
            curl_easy_setopt(u->easy, CURLOPT_ERRORBUFFER, u->curl_error) != CURLE_OK)
                return -ENOMEM;
        r = engine_prepare_upgrade(engine, u->easy, path, &u->request);
        if (r < 0)
                return r;
        u->request_size = strlen(u->request);
        r = curl_glue_add(u->glue, u->easy);
        if (r < 0)
                return r;
        log_debug("Engine: POST %s (upgrade)", path);
        *ret = TAKE_PTR(u);
        return 0;
}

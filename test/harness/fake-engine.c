/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* A connection reads a request and then carries out the steps of the reply that expected it, one step in
 * each iteration of the loop. After the last step it reads again: the next request (keep-alive) or the
 * client's hang-up. */

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "fake-engine-internal.h"
#include "loop/event-util.h"
#include "util/fd.h"

/* After all sources that are tested. */
#define PRIORITY ((EventPriority) 100)
#define REQUEST_MAX ((size_t) 256 * 1024)

static const EventTraits traits = { "fake-engine", PRIORITY, EVENT_FAILURE_EXIT };

/* --- Connections --- */

static void connection_free(Connection *c)
{
        for (Connection **p = &c->engine->connections; *p; p = &(*p)->next)
                if (*p == c) {
                        *p = c->next;
                        break;
                }
        if (c->reply)
                c->reply->connection = NULL;
        sd_event_source_disable_unref(c->source);
        fd_close(c->fd);
        free(c->in);
        free(c);
}

/* Sets what to wait for: always the next request or a hang-up, and room to write while there is a step to
 * do. */
void fake_connection_arm(Connection *c)
{
        FakeReply *r = c->reply;
        bool busy = r && r->at < r->n_steps && (r->steps[r->at].kind != STEP_WAIT || r->tickets > 0);
        bool deaf = r && r->upgrades && (r->half_closed || r->n_received == r->allowed);

        cr_assert_geq(sd_event_source_set_io_events(c->source, (deaf ? 0 : EPOLLIN) | (busy ? EPOLLOUT : 0)),
                      0);
}

/* Does one step, or a part of it. False: the connection no longer exists. */
static bool connection_step(Connection *c)
{
        FakeReply *r = c->reply;
        Step *s;
        ssize_t n;

        if (!r || r->at == r->n_steps)
                return true;
        s = &r->steps[r->at];
        switch (s->kind) {
        case STEP_SEND:
                n = send(c->fd, s->data + r->offset, s->size - r->offset, MSG_NOSIGNAL | MSG_DONTWAIT);
                if (n < 0 && errno == EAGAIN)
                        return true;
                if (n < 0) {
                        r->hung_up = true;
                        connection_free(c);
                        return false;
                }
                r->offset += (size_t) n;
                r->sent += (size_t) n;
                if (r->offset < s->size)
                        return true;
                r->offset = 0;
                break;
        case STEP_WAIT:
                if (r->tickets == 0)
                        return true;
                r->tickets--;
                break;
        case STEP_CLOSE:
                r->at++;
                connection_free(c);
                return false;
        }
        r->at++;
        return true;
}

static bool reply_matches(const FakeReply *r, const char *request)
{
        size_t n = strlen(r->method);
        const char *path = request + n + 1;

        if (r->request || strncmp(request, r->method, n) != 0 || request[n] != ' ')
                return false;
        /* Expectations name paths without an API version, as callers of the client do. */
        if (strncmp(path, "/v1.", 4) == 0)
                path = strchr(path + 1, '/');
        return path && strncmp(path, r->prefix, strlen(r->prefix)) == 0;
}

void fake_engine_refuse(FakeEngine *f, const char *method, const char *path_prefix)
{
        f->refused_method = method;
        f->refused_prefix = path_prefix;
}

static FakeReply *refusal(FakeEngine *f, const char *request)
{
        FakeReply *r;

        if (!f->refused_method)
                return NULL;
        r = fake_engine_expect(f, f->refused_method, f->refused_prefix);
        fake_reply_json(r, 409, "{\"message\":\"refused\"}");
        return reply_matches(r, request) ? r : NULL;
}

static void connection_dispatch(Connection *c, size_t size)
{
        FakeEngine *f = c->engine;
        FakeReply *r = f->replies;
        char *request = strndup(c->in, size);

        cr_assert_not_null(request);
        memmove(c->in, c->in + size, c->in_size - size);
        c->in_size -= size;
        f->n_requests++;
        while (r && !reply_matches(r, request))
                r = r->next;
        if (!r)
                r = refusal(f, request);
        cr_assert_not_null(r, "unexpected request: %.*s", (int) strcspn(request, "\r\n"), request);
        if (c->reply) {
                cr_assert_eq(c->reply->at, c->reply->n_steps,
                             "a second request before the first was answered");
                c->reply->connection = NULL;
        }
        r->request = request;
        r->connection = c;
        c->reply = r;
}

/* The size of the complete request at the beginning of c->in, or 0 if it is not complete yet. */
static size_t connection_request_size(const Connection *c)
{
        const char *end = memmem(c->in, c->in_size, "\r\n\r\n", 4), *length;
        size_t size;

        if (!end)
                return 0;
        size = (size_t) (end - c->in) + 4;
        length = strcasestr(c->in, "\r\nContent-Length:");
        if (length && length < end)
                size += strtoul(length + 17, NULL, 10);
        return size <= c->in_size ? size : 0;
}

/* Reads bytes of an upgraded connection. */
static bool connection_receive(Connection *c)
{
        FakeReply *r = c->reply;
        size_t wanted = MIN((size_t) 64 * 1024, r->allowed - r->n_received);
        ssize_t n;

        r->received = realloc(r->received, r->n_received + wanted + 1);
        cr_assert_not_null(r->received);
        n = recv(c->fd, r->received + r->n_received, wanted, MSG_DONTWAIT);
        if (n < 0 && errno == EAGAIN)
                return true;
        if (n < 0) {
                r->hung_up = true;
                connection_free(c);
                return false;
        }
        r->n_received += (size_t) n;
        r->half_closed = n == 0 && wanted > 0;
        return true;
}

static bool connection_read(Connection *c)
{
        size_t size;
        ssize_t n;

        if (c->reply && c->reply->upgrades)
                return connection_receive(c);
        n = recv(c->fd, c->in + c->in_size, REQUEST_MAX - c->in_size, MSG_DONTWAIT);

        if (n < 0 && errno == EAGAIN)
                return true;
        if (n <= 0) {
                if (c->reply)
                        c->reply->hung_up = true;
                connection_free(c);
                return false;
        }
        c->in_size += (size_t) n;
        c->in[c->in_size] = 0;
        size = connection_request_size(c);
        if (size > 0)
                connection_dispatch(c, size);
        return true;
}

static int connection_on_io(sd_event_source *source, int fd, uint32_t revents, void *userdata)
{
        Connection *c = userdata;

        if (c->reply && c->reply->half_closed && revents & (EPOLLHUP | EPOLLERR)) {
                c->reply->hung_up = true;
                connection_free(c);
                return 0;
        }
        if (revents & (EPOLLIN | EPOLLHUP | EPOLLERR) && !connection_read(c))
                return 0;
        if (revents & EPOLLOUT && !connection_step(c))
                return 0;
        fake_connection_arm(c);
        return 0;
}

static int engine_on_connect(sd_event_source *source, int fd, uint32_t revents, void *userdata)
{
        FakeEngine *f = userdata;
        Connection *c = calloc(1, sizeof(*c));

        cr_assert_not_null(c);
        c->in = malloc(REQUEST_MAX + 1);
        cr_assert_not_null(c->in);
        c->engine = f;
        c->fd = accept4(f->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        cr_assert_geq(c->fd, 0);
        c->next = f->connections;
        f->connections = c;
        f->n_connections++;
        cr_assert_geq(event_add_io(f->event, &c->source, c->fd, EPOLLIN, connection_on_io, c, &traits), 0);
        return 0;
}

/* --- The engine --- */

static void listen_unix(FakeEngine *f)
{
        struct sockaddr_un a = { .sun_family = AF_UNIX };

        cr_assert_lt(strlen(f->path), sizeof(a.sun_path));
        strcpy(a.sun_path, f->path);
        f->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        cr_assert_geq(f->fd, 0);
        cr_assert_eq(bind(f->fd, (struct sockaddr *) &a, sizeof(a)), 0);
}

static void listen_tcp(FakeEngine *f)
{
        union {
                struct sockaddr any;
                struct sockaddr_in v4;
                struct sockaddr_in6 v6;
        } a = {};
        bool v6 = strchr(f->host, ':');
        socklen_t size = v6 ? sizeof(a.v6) : sizeof(a.v4);

        a.any.sa_family = v6 ? AF_INET6 : AF_INET;
        cr_assert_eq(
                inet_pton(a.any.sa_family, f->host, v6 ? (void *) &a.v6.sin6_addr : (void *) &a.v4.sin_addr),
                1);
        f->fd = socket(a.any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        cr_assert_geq(f->fd, 0);
        cr_assert_eq(bind(f->fd, &a.any, size), 0);
        cr_assert_eq(getsockname(f->fd, &a.any, &size), 0);
        f->port = ntohs(v6 ? a.v6.sin6_port : a.v4.sin_port);
}

void fake_engine_up(FakeEngine *f)
{
        cr_assert_lt(f->fd, 0);
        if (f->path)
                listen_unix(f);
        else
                listen_tcp(f);
        cr_assert_eq(listen(f->fd, 128), 0);
        cr_assert_geq(event_add_io(f->event, &f->source, f->fd, EPOLLIN, engine_on_connect, f, &traits), 0);
}

void fake_engine_down(FakeEngine *f)
{
        f->source = sd_event_source_disable_unref(f->source);
        f->fd = fd_close(f->fd);
        if (f->path)
                (void) unlink(f->path);
        while (f->connections)
                connection_free(f->connections);
}

static FakeEngine *engine_new_somewhere(sd_event *event)
{
        FakeEngine *f = calloc(1, sizeof(*f));

        cr_assert_not_null(f);
        f->event = sd_event_ref(event);
        f->fd = -EBADF;
        f->seed = 4711;
        return f;
}

FakeEngine *fake_engine_new(sd_event *event)
{
        FakeEngine *f = engine_new_somewhere(event);

        f->folder = strdup("/tmp/fake-engine-XXXXXX");
        cr_assert(f->folder && mkdtemp(f->folder));
        cr_assert_gt(asprintf(&f->path, "%s/socket", f->folder), 0);
        fake_engine_up(f);
        return f;
}

FakeEngine *fake_engine_new_tcp(sd_event *event, const char *address)
{
        FakeEngine *f = engine_new_somewhere(event);

        (void) snprintf(f->host, sizeof(f->host), "%s", address);
        fake_engine_up(f);
        return f;
}

FakeEngine *fake_engine_free(FakeEngine *f)
{
        if (!f)
                return NULL;
        fake_engine_down(f);
        while (f->replies) {
                FakeReply *r = f->replies;

                f->replies = r->next;
                fake_reply_free(r);
        }
        if (f->folder)
                (void) rmdir(f->folder);
        sd_event_unref(f->event);
        free(f->folder);
        free(f->path);
        free(f);
        return NULL;
}

void fake_engine_move(FakeEngine *f, sd_event *event)
{
        fake_engine_down(f);
        sd_event_unref(f->event);
        f->event = sd_event_ref(event);
        fake_engine_up(f);
}

Engine *fake_engine_client(FakeEngine *f)
{
        EngineHost host = ENGINE_HOST_NULL;
        Engine *e = NULL;

        if (f->path) {
                host.kind = ENGINE_HOST_UNIX;
                host.path = strdup(f->path);
        } else {
                host.kind = ENGINE_HOST_TCP;
                host.host = strdup(f->host);
                host.port = f->port;
        }
        cr_assert_eq(engine_new(&e, f->event, &host, &(EngineTls){}), 0);
        return e;
}

const char *fake_engine_path(const FakeEngine *f)
{
        return f->path;
}

size_t fake_engine_requests(const FakeEngine *f)
{
        return f->n_requests;
}

size_t fake_engine_connections(const FakeEngine *f)
{
        return f->n_connections;
}

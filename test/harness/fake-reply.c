/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The script of a reply: its steps, and what was received meanwhile. */

#include <criterion/criterion.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fake-engine-internal.h"

void fake_reply_free(FakeReply *r)
{
        for (size_t i = 0; i < r->n_steps; i++)
                free(r->steps[i].data);
        free(r->steps);
        free(r->method);
        free(r->prefix);
        free(r->request);
        free(r->received);
        free(r);
}

FakeReply *fake_engine_expect(FakeEngine *f, const char *method, const char *path_prefix)
{
        FakeReply *r = calloc(1, sizeof(*r)), **end = &f->replies;

        cr_assert_not_null(r);
        r->engine = f;
        r->method = strdup(method);
        r->prefix = strdup(path_prefix);
        while (*end)
                end = &(*end)->next;
        return *end = r;
}

static void add_step(FakeReply *r, StepKind kind, const void *data, size_t size)
{
        Step *grown = reallocarray(r->steps, r->n_steps + 1, sizeof(Step));

        cr_assert_not_null(grown);
        r->steps = grown;
        grown[r->n_steps] = (Step){ .kind = kind, .size = size };
        if (size > 0) {
                grown[r->n_steps].data = malloc(size);
                cr_assert_not_null(grown[r->n_steps].data);
                memcpy(grown[r->n_steps].data, data, size);
        }
        r->n_steps++;
        if (r->connection)
                fake_connection_arm(r->connection);
}

void fake_reply_send(FakeReply *r, const void *data, size_t size)
{
        if (size > 0)
                add_step(r, STEP_SEND, data, size);
}

void fake_reply_send_text(FakeReply *r, const char *text)
{
        fake_reply_send(r, text, strlen(text));
}

void fake_reply_sendf(FakeReply *r, const char *format, ...)
{
        va_list ap;
        char *text;
        int n;

        va_start(ap, format);
        n = vasprintf(&text, format, ap);
        va_end(ap);
        cr_assert_geq(n, 0);
        fake_reply_send(r, text, (size_t) n);
        free(text);
}

void fake_reply_send_pieces(FakeReply *r, const void *data, size_t size, size_t max)
{
        const char *p = data;

        while (size > 0) {
                size_t n = MIN(size, 1 + (size_t) rand_r(&r->engine->seed) % max);

                fake_reply_send(r, p, n);
                p += n;
                size -= n;
        }
}

void fake_reply_wait(FakeReply *r)
{
        add_step(r, STEP_WAIT, NULL, 0);
}

void fake_reply_go(FakeReply *r)
{
        r->tickets++;
        if (r->connection)
                fake_connection_arm(r->connection);
}

void fake_reply_close(FakeReply *r)
{
        add_step(r, STEP_CLOSE, NULL, 0);
}

void fake_reply_json(FakeReply *r, int status, const char *body)
{
        fake_reply_sendf(
                r, "HTTP/1.1 %i Whatever\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
                status, strlen(body), body);
}

void fake_reply_open(FakeReply *r)
{
        fake_reply_send_text(r, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
}

void fake_reply_open_chunked(FakeReply *r)
{
        fake_reply_send_text(r, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
}

void fake_reply_chunk(FakeReply *r, const void *data, size_t size)
{
        char *text;
        int n = asprintf(&text, "%zx\r\n", size);

        cr_assert_geq(n, 0);
        text = realloc(text, (size_t) n + size + 2);
        cr_assert_not_null(text);
        memcpy(text + n, data, size);
        memcpy(text + n + size, "\r\n", 2);
        fake_reply_send(r, text, (size_t) n + size + 2);
        free(text);
}

void fake_frame_header(char *ret, int stream, size_t size)
{
        memcpy(ret,
               (char[]){ (char) stream, 0, 0, 0, (char) (size >> 24), (char) (size >> 16),
                         (char) (size >> 8), (char) size },
               STREAM_FRAME_HEADER_SIZE);
}

void fake_reply_upgrade(FakeReply *r)
{
        r->upgrades = true;
        r->allowed = SIZE_MAX;
        fake_reply_send_text(r,
                             "HTTP/1.1 101 UPGRADED\r\nContent-Type: application/vnd.docker.raw-stream\r\n"
                             "Connection: Upgrade\r\nUpgrade: tcp\r\n\r\n");
}

void fake_reply_allow(FakeReply *r, size_t size)
{
        r->allowed = size == SIZE_MAX ? size : r->n_received + size;
        if (r->connection)
                fake_connection_arm(r->connection);
}

const char *fake_reply_received(const FakeReply *r, size_t *ret_size)
{
        *ret_size = r->n_received;
        return r->received;
}

bool fake_reply_is_half_closed(const FakeReply *r)
{
        return r->half_closed;
}

const char *fake_reply_request(const FakeReply *r)
{
        return r->request;
}

bool fake_reply_is_done(const FakeReply *r)
{
        return r->request && r->at == r->n_steps;
}

bool fake_reply_is_hung_up(const FakeReply *r)
{
        return r->hung_up;
}

size_t fake_reply_sent(const FakeReply *r)
{
        return r->sent;
}

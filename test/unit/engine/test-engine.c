/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Requests to the engine, and the glue between libcurl and the event loop. */

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "engine/curl-glue.h"
#include "fake-engine.h"
#include "loop.h"

static sd_event *event;
static FakeEngine *fake;
static Engine *engine;

static void setup(void)
{
        cr_assert_eq(curl_glue_global_init(false), 0);
        event = loop_new();
        fake = fake_engine_new(event);
        engine = fake_engine_client(fake);
}

static void teardown(void)
{
        engine = engine_free(engine);
        fake = fake_engine_free(fake);
        event = sd_event_unref(event);
}

TestSuite(engine, .init = setup, .fini = teardown, .timeout = LOOP_TIMEOUT);
TestSuite(engine_stream, .init = setup, .fini = teardown, .timeout = LOOP_TIMEOUT);
TestSuite(engine_broken, .init = setup, .fini = teardown, .timeout = LOOP_TIMEOUT);
TestSuite(engine_free, .init = setup, .fini = teardown, .timeout = LOOP_TIMEOUT);

/* What a request has reported. */
typedef struct Result {
        EngineRequest *request;
        unsigned opened, done;
        int r, status;
        char *body, *message;
        size_t size;

        /* of a stream */
        char *data;
        size_t n_data, allocated;
        unsigned seed;  /* 0: accepts everything */
        bool refuse;    /* accepts nothing */
        size_t at_most; /* 0: accepts all, otherwise so many bytes of each piece */
        bool held;

        unsigned turn; /* its place in the order of all results */
        EngineRequest **free_in_done;
        Engine **free_engine_in_done;
} Result;

static unsigned turns;

static void on_open(EngineRequest *request, void *userdata)
{
        Result *o = ASSERT_PTR(userdata);

        cr_assert_eq(o->n_data, 0, "data before the header");
        cr_assert_eq(o->done, 0);
        o->opened++;
}

static size_t on_data(EngineRequest *request, const char *data, size_t size, void *userdata)
{
        Result *o = ASSERT_PTR(userdata);
        size_t n = o->refuse ? 0 : MIN(size, o->at_most ?: SIZE_MAX);

        cr_assert_eq(o->opened, 1);
        cr_assert_eq(o->done, 0);
        cr_assert_gt(size, 0);
        if (o->seed && rand_r(&o->seed) % 3 == 0)
                n = (size_t) rand_r(&o->seed) % (size + 1);
        if (o->n_data + n > o->allocated) {
                o->allocated = MAX(o->allocated * 2, o->n_data + n);
                o->data = realloc(o->data, o->allocated);
        }
        if (n > 0)
                memcpy(o->data + o->n_data, data, n);
        o->n_data += n;
        o->held = n < size;
        return n;
}

static void on_done(EngineRequest *request, int r, const EngineReply *reply, void *userdata)
{
        Result *o = ASSERT_PTR(userdata);

        cr_assert_eq(request, o->request);
        cr_assert_not_null(reply->body);
        cr_assert_eq(reply->body[reply->size], 0);
        o->done++;
        o->r = r;
        o->status = reply->status;
        o->size = reply->size;
        o->body = malloc(reply->size + 1);
        memcpy(o->body, reply->body, reply->size + 1);
        if (r < 0) {
                cr_assert_not_null(reply->error.message);
                cr_assert_null(strchr(reply->error.message, '\n'));
        }
        o->message = reply->error.message ? strdup(reply->error.message) : NULL;
        o->turn = ++turns;
        if (o->free_in_done) {
                *o->free_in_done = engine_request_free(*o->free_in_done);
                /* the reply stays readable */
                cr_assert_eq(strlen(reply->body), strlen(o->body));
        }
        if (o->free_engine_in_done)
                *o->free_engine_in_done = engine_free(*o->free_engine_in_done);
}

static void result_done(Result *o)
{
        o->request = engine_request_free(o->request);
        free(o->body);
        free(o->message);
        free(o->data);
        *o = (Result){};
}

static const EngineRequestOps unary_ops = { .on_done = on_done };
static const EngineRequestOps stream_ops = { on_open, on_data, on_done };

static void start(Result *o, const char *method, const char *path, const char *body)
{
        cr_assert_eq(engine_call(engine, &o->request,
                                 &(EngineCall){ .method = method,
                                                .path = path,
                                                .body = body,
                                                .ops = &unary_ops,
                                                .userdata = o }),
                     0);
        cr_assert_eq(o->done, 0, "nothing is called from inside engine_call()");
}

static void start_stream(Result *o, EngineLane lane)
{
        cr_assert_eq(engine_call(engine, &o->request,
                                 &(EngineCall){ .method = "GET",
                                                .path = "/stream",
                                                .lane = lane,
                                                .read_size = lane == ENGINE_LANE_LOG ? ENGINE_READ_MAX : 0,
                                                .ops = &stream_ops,
                                                .userdata = o }),
                     0);
        cr_assert_eq(o->opened, 0);
}

/* GET /x, to its end. */
static void get(Result *o)
{
        start(o, "GET", "/x", NULL);
        loop_until(event, o->done);
}

/* --- Unary requests --- */

Test(engine, answer_of_json)
{
        Result o = {};

        fake_reply_json(fake_engine_expect(fake, "GET", "/x"), 200, "{\"a\":1}");
        get(&o);
        cr_assert_eq(o.r, 0);
        cr_assert_eq(o.status, 200);
        cr_assert_str_eq(o.body, "{\"a\":1}");
        cr_assert_null(o.message);
        loop_settle(event);
        cr_assert_eq(o.done, 1);
        result_done(&o);
}

Test(engine, what_is_sent)
{
        FakeReply *post = fake_engine_expect(fake, "POST", "/containers/create?name=a"),
                  *empty = fake_engine_expect(fake, "POST", "/containers/a/start"),
                  *del = fake_engine_expect(fake, "DELETE", "/containers/a"),
                  *ping = fake_engine_expect(fake, "GET", "/_ping");
        Result o = {};

        fake_reply_json(post, 201, "{}");
        fake_reply_send_text(empty, "HTTP/1.1 204 No Content\r\n\r\n");
        fake_reply_json(del, 200, "");
        fake_reply_json(ping, 200, "OK");

        start(&o, "POST", "/containers/create?name=a", "{\"Image\":\"x\"}");
        loop_until(event, o.done);
        cr_assert_eq(o.status, 201);
        cr_assert(strstr(fake_reply_request(post), "POST /containers/create?name=a HTTP/1.1\r\n") ==
                  fake_reply_request(post));
        cr_assert_not_null(strstr(fake_reply_request(post), "\r\n\r\n{\"Image\":\"x\"}"));
        cr_assert_not_null(strstr(fake_reply_request(post), "\r\nContent-Type: application/json\r\n"));
        cr_assert_not_null(strstr(fake_reply_request(post), "\r\nContent-Length: 13\r\n"));
        cr_assert_not_null(strstr(fake_reply_request(post), "\r\nHost: "));
        cr_assert_not_null(strstr(fake_reply_request(post), "\r\nUser-Agent: systemd-docker/"));
        cr_assert_null(strstr(fake_reply_request(post), "Expect:"));
        result_done(&o);

        engine_set_version(engine, &(ApiVersion){ 1, 41 });
        cr_assert_eq(engine_version(engine)->minor, 41);
        start(&o, "POST", "/containers/a/start", NULL);
        loop_until(event, o.done);
        cr_assert_eq(o.r, 0);
        cr_assert_eq(o.size, 0);
        cr_assert_not_null(strstr(fake_reply_request(empty), "POST /v1.41/containers/a/start HTTP/1.1\r\n"));
        cr_assert_not_null(strstr(fake_reply_request(empty), "\r\nContent-Length: 0\r\n"));
        result_done(&o);

        start(&o, "DELETE", "/containers/a", NULL);
        loop_until(event, o.done);
        cr_assert_not_null(strstr(fake_reply_request(del), "DELETE /v1.41/containers/a HTTP/1.1\r\n"));
        result_done(&o);

        cr_assert_eq(engine_call(engine, &o.request,
                                 &(EngineCall){ .method = "GET",
                                                .path = "/_ping",
                                                .unversioned = true,
                                                .ops = &unary_ops,
                                                .userdata = &o }),
                     0);
        loop_until(event, o.done);
        cr_assert_not_null(strstr(fake_reply_request(ping), "GET /_ping HTTP/1.1\r\n"));
        result_done(&o);
        cr_assert_eq(fake_engine_connections(fake), 1, "connections are used again");
}

/* In addition to the other headers, and for this request only. */
Test(engine, registry_auth)
{
        FakeReply *pull = fake_engine_expect(fake, "POST", "/images/create"),
                  *other = fake_engine_expect(fake, "GET", "/x");
        Result o = {};
        char auth[] = "e30=";

        fake_reply_json(pull, 200, "");
        fake_reply_json(other, 200, "");
        cr_assert_eq(engine_call(engine, &o.request,
                                 &(EngineCall){ .method = "POST",
                                                .path = "/images/create",
                                                .registry_auth = auth,
                                                .ops = &unary_ops,
                                                .userdata = &o }),
                     0);
        auth[0] = 'x';
        loop_until(event, o.done);
        cr_assert_not_null(strstr(fake_reply_request(pull), "\r\nX-Registry-Auth: e30=\r\n"));
        cr_assert_not_null(strstr(fake_reply_request(pull), "\r\nContent-Type: application/json\r\n"));
        cr_assert_null(strstr(fake_reply_request(pull), "Expect:"));
        result_done(&o);

        get(&o);
        cr_assert_null(strstr(fake_reply_request(other), "X-Registry-Auth"));
        result_done(&o);
}

/* A proxy in the service's environment is not used for the engine. */
Test(engine, no_proxy)
{
        Result o = {};

        cr_assert_eq(setenv("http_proxy", "http://127.0.0.1:1", 1), 0);
        cr_assert_eq(setenv("ALL_PROXY", "http://127.0.0.1:1", 1), 0);
        fake_reply_json(fake_engine_expect(fake, "GET", "/x"), 200, "ok");
        get(&o);
        cr_assert_eq(o.r, 0, "%s", o.message);
        result_done(&o);
}

Test(engine, error_statuses)
{
        static const struct {
                int status, r;
                const char *body, *message;
        } cases[] = {
                { 404, -ENOENT, "{\"message\":\"No such container: a\"}", "No such container: a" },
                { 409, -EEXIST, "{\"message\":\"in use\\nby b\"}", "in use by b" },
                { 400, -EINVAL, "{\"message\":42}", NULL },
                { 500, -EREMOTEIO, "", "HTTP status 500" },
                { 500, -EREMOTEIO, "{\"message\":", NULL },
                { 502, -EREMOTEIO, "<html><body><h1>Bad Gateway</h1></body></html>", "Bad Gateway" },
                { 503, -EAGAIN, "try again\n", "try again" },
                { 301, -EPROTO, "moved", "moved" },
                { 199, 0, NULL, NULL }, /* stands for 1xx, which are not answers */
                { 999, -EPROTO, "x", "x" },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                Result o = {};

                if (!cases[i].body)
                        continue;
                fake_reply_json(fake_engine_expect(fake, "GET", "/x"), cases[i].status, cases[i].body);
                get(&o);
                cr_assert_eq(o.r, cases[i].r, "%i: %i", cases[i].status, o.r);
                cr_assert_eq(o.status, cases[i].status);
                cr_assert_str_eq(o.body, cases[i].body);
                if (cases[i].message)
                        cr_assert_str_eq(o.message, cases[i].message);
                result_done(&o);
        }
}

Test(engine, not_modified_is_good)
{
        Result o = {};

        fake_reply_send_text(fake_engine_expect(fake, "GET", "/x"), "HTTP/1.1 304 Not Modified\r\n\r\n");
        get(&o);
        cr_assert_eq(o.r, 0);
        cr_assert_eq(o.status, 304);
        result_done(&o);
}

Test(engine, redirects_are_not_followed)
{
        FakeReply *r = fake_engine_expect(fake, "GET", "/x");
        Result o = {};

        fake_reply_send_text(r,
                             "HTTP/1.1 302 Found\r\nLocation: http://docker/y\r\nContent-Length: 0\r\n\r\n");
        get(&o);
        cr_assert_eq(o.status, 302);
        cr_assert_lt(o.r, 0);
        cr_assert_eq(fake_engine_requests(fake), 1);
        result_done(&o);
}

Test(engine, informational_answers_are_skipped)
{
        FakeReply *r = fake_engine_expect(fake, "GET", "/x");
        Result o = {};

        fake_reply_send_text(r,
                             "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: <a>\r\n\r\n");
        fake_reply_json(r, 200, "real");
        get(&o);
        cr_assert_eq(o.status, 200);
        cr_assert_str_eq(o.body, "real");
        result_done(&o);
}

/* Header and body in two writes, at every place; then byte by byte. */
Test(engine, answer_split_everywhere)
{
        static const char answers[][160] = {
                "HTTP/1.1 200 OK\r\nApi-Version: 1.43\r\nContent-Length: 7\r\n\r\n{\"a\":1}",
                "HTTP/1.1 200 OK\r\nApi-Version: 1.43\r\nTransfer-Encoding: chunked\r\n\r\n"
                "3\r\n{\"a\r\n1;ext=1\r\n\"\r\n0003\r\n:1}\r\n0\r\nTrailer: x\r\n\r\n",
        };

        for (size_t k = 0; k < ELEMENTSOF(answers); k++) {
                size_t n = strlen(answers[k]);

                for (size_t i = 0; i <= n; i++) {
                        FakeReply *r = fake_engine_expect(fake, "GET", "/x");
                        Result o = {};

                        if (i < n) {
                                fake_reply_send(r, answers[k], i);
                                fake_reply_send(r, answers[k] + i, n - i);
                        } else
                                fake_reply_send_pieces(r, answers[k], n, 1);
                        get(&o);
                        cr_assert_eq(o.r, 0, "%zu at %zu: %s", k, i, o.message);
                        cr_assert_str_eq(o.body, "{\"a\":1}");
                        cr_assert_str_eq(engine_request_api_version(o.request), "1.43");
                        result_done(&o);
                }
        }
        cr_assert_eq(fake_engine_connections(fake), 1);
}

Test(engine, api_version_header)
{
        static const struct {
                const char *header, *version;
        } cases[] = {
                { "Api-Version: 1.41\r\n", "1.41" },
                { "API-VERSION:1.41\r\n", "1.41" },
                { "api-version:    1.41   \r\n", "1.41" },
                { "X-Api-Version: 1.41\r\n", NULL },
                { "Api-Version:\r\n", NULL },
                { "", NULL },
                { "Api-Version: 99999999999999999999999999999999999999999999999.1\r\n",
                  "9999999999999999999999999999999" },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                Result o = {};

                fake_reply_sendf(fake_engine_expect(fake, "GET", "/x"),
                                 "HTTP/1.1 200 OK\r\n%sContent-Length: 2\r\n\r\nOK", cases[i].header);
                get(&o);
                cr_assert_eq(o.r, 0);
                if (cases[i].version)
                        cr_assert_str_eq(engine_request_api_version(o.request), cases[i].version, "%zu", i);
                else
                        cr_assert_null(engine_request_api_version(o.request), "%zu", i);
                result_done(&o);
        }
}

Test(engine, largest_answer_and_one_byte_more)
{
        char *big = malloc(ENGINE_REPLY_MAX + 1);

        memset(big, 'x', ENGINE_REPLY_MAX + 1);
        for (size_t extra = 0; extra <= 1; extra++)
                for (size_t chunked = 0; chunked <= 1; chunked++) {
                        FakeReply *r = fake_engine_expect(fake, "GET", "/x");
                        size_t n = ENGINE_REPLY_MAX + extra;
                        Result o = {};

                        if (chunked) {
                                fake_reply_open_chunked(r);
                                fake_reply_chunk(r, big, n);
                                fake_reply_send_text(r, "0\r\n\r\n");
                        } else {
                                fake_reply_sendf(r, "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n", n);
                                fake_reply_send(r, big, n);
                        }
                        get(&o);
                        cr_assert_eq(o.r, extra ? -EFBIG : 0, "%zu %zu: %i", extra, chunked, o.r);
                        if (!extra)
                                cr_assert_eq(o.size, ENGINE_REPLY_MAX);
                        result_done(&o);
                }
        free(big);
}

Test(engine, many_at_once_answered_backwards)
{
        Result o[40] = {};
        FakeReply *r[40];

        for (size_t i = 0; i < ELEMENTSOF(o); i++) {
                char path[32];

                (void) snprintf(path, sizeof(path), "/n/%zu/", i);
                r[i] = fake_engine_expect(fake, "GET", path);
                fake_reply_wait(r[i]);
                fake_reply_json(r[i], 200, path);
                start(&o[i], "GET", path, NULL);
        }
        loop_until(event, fake_engine_requests(fake) == ELEMENTSOF(o));
        for (size_t i = ELEMENTSOF(o); i-- > 0;) {
                fake_reply_go(r[i]);
                loop_until(event, o[i].done);
                cr_assert_eq(o[i].turn, ELEMENTSOF(o) - i);
                cr_assert(strstr(fake_reply_request(r[i]), o[i].body));
        }
        for (size_t i = 0; i < ELEMENTSOF(o); i++)
                result_done(&o[i]);
}

static Result chained[5];

static void on_chain_done(EngineRequest *request, int r, const EngineReply *reply, void *userdata)
{
        Result *o = ASSERT_PTR(userdata);
        static const EngineRequestOps ops = { .on_done = on_chain_done };

        on_done(request, r, reply, userdata);
        o->request = engine_request_free(o->request);
        if (o + 1 < chained + ELEMENTSOF(chained))
                cr_assert_eq(
                        engine_call(engine, &o[1].request,
                                    &(EngineCall){
                                            .method = "GET", .path = "/x", .ops = &ops, .userdata = o + 1 }),
                        0);
}

Test(engine, one_request_starts_the_next)
{
        static const EngineRequestOps ops = { .on_done = on_chain_done };

        for (size_t i = 0; i < ELEMENTSOF(chained); i++)
                fake_reply_json(fake_engine_expect(fake, "GET", "/x"), 200, "x");
        cr_assert_eq(
                engine_call(engine, &chained[0].request,
                            &(EngineCall){
                                    .method = "GET", .path = "/x", .ops = &ops, .userdata = &chained[0] }),
                0);
        loop_until(event, chained[ELEMENTSOF(chained) - 1].done);
        for (size_t i = 0; i < ELEMENTSOF(chained); i++) {
                cr_assert_eq(chained[i].done, 1);
                cr_assert_eq(chained[i].r, 0);
                result_done(&chained[i]);
        }
        cr_assert_eq(fake_engine_connections(fake), 1);
}

static void check_tcp(const char *address)
{
        FakeEngine *tcp = fake_engine_new_tcp(event, address);
        Engine *client = fake_engine_client(tcp);
        Result o = {};

        cr_assert_not(engine_is_local(client));
        cr_assert(engine_is_local(engine));
        engine_set_version(client, &(ApiVersion){ 1, 44 });
        fake_reply_json(fake_engine_expect(tcp, "GET", "/x"), 200, "{}");
        cr_assert_eq(engine_call(client, &o.request,
                                 &(EngineCall){
                                         .method = "GET", .path = "/x", .ops = &unary_ops, .userdata = &o }),
                     0);
        loop_until(event, o.done);
        cr_assert_eq(o.r, 0, "%s", o.message);
        result_done(&o);
        fake_engine_down(tcp);
        cr_assert_eq(engine_call(client, &o.request,
                                 &(EngineCall){
                                         .method = "GET", .path = "/x", .ops = &unary_ops, .userdata = &o }),
                     0);
        loop_until(event, o.done);
        cr_assert_eq(o.r, -ECONNREFUSED, "%s", o.message);
        result_done(&o);
        engine_free(client);
        fake_engine_free(tcp);
}

Test(engine, over_tcp)
{
        check_tcp("127.0.0.1");
}

Test(engine, over_tcp_v6)
{
        struct sockaddr_in6 a = { .sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT };
        int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);

        if (fd < 0 || bind(fd, (struct sockaddr *) &a, sizeof(a)) < 0)
                cr_skip_test("no IPv6 here");
        close(fd);
        check_tcp("::1");
}

Test(engine, escape)
{
        char *s = engine_escape("a-Z_0.~/?&=% \n\"{}\xc3\xa4");

        cr_assert_str_eq(s, "a-Z_0.~%2F%3F%26%3D%25%20%0A%22%7B%7D%C3%A4");
        free(s);
        s = engine_escape("");
        cr_assert_str_eq(s, "");
        free(s);
}

/* --- No engine, or an engine that breaks the protocol --- */

Test(engine_broken, socket_is_missing)
{
        Result o = {};

        fake_engine_down(fake);
        get(&o);
        cr_assert_eq(o.r, -ENOENT, "%i %s", o.r, o.message);
        cr_assert_eq(o.status, 0);
        result_done(&o);
}

Test(engine_broken, nobody_listens)
{
        struct sockaddr_un a = { .sun_family = AF_UNIX };
        int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        Result o = {};

        fake_engine_down(fake);
        strcpy(a.sun_path, fake_engine_path(fake));
        cr_assert_eq(bind(fd, (struct sockaddr *) &a, sizeof(a)), 0);
        get(&o);
        cr_assert_eq(o.r, -ECONNREFUSED, "%i %s", o.r, o.message);
        cr_assert_str_eq(o.message, "Connection refused (GET /x)");
        result_done(&o);
        cr_assert_eq(unlink(a.sun_path), 0);
        close(fd);
}

/* A name that needs no resolver. */
Test(engine_broken, name_is_not_known)
{
        EngineHost host = { .kind = ENGINE_HOST_TCP, .host = strdup("no..where"), .port = 1 };
        Engine *client = NULL;
        Result o = {};

        cr_assert_eq(engine_new(&client, event, &host, &(EngineTls){}), 0);
        cr_assert_eq(engine_call(client, &o.request,
                                 &(EngineCall){
                                         .method = "GET", .path = "/x", .ops = &unary_ops, .userdata = &o }),
                     0);
        loop_until(event, o.done);
        cr_assert_eq(o.r, -EHOSTUNREACH, "%i %s", o.r, o.message);
        result_done(&o);
        engine_free(client);
}

Test(engine_broken, comes_back)
{
        Result o = {};

        fake_reply_json(fake_engine_expect(fake, "GET", "/x"), 200, "x");
        get(&o);
        result_done(&o);
        fake_engine_down(fake);
        get(&o);
        cr_assert_eq(o.r, -ENOENT);
        result_done(&o);
        fake_engine_up(fake);
        fake_reply_json(fake_engine_expect(fake, "GET", "/x"), 200, "y");
        get(&o);
        cr_assert_str_eq(o.body, "y");
        result_done(&o);
}

/* The engine was restarted between two requests, and the kept connection is dead. */
Test(engine_broken, kept_connection_is_dead)
{
        Result o = {};

        fake_reply_json(fake_engine_expect(fake, "GET", "/x"), 200, "x");
        get(&o);
        result_done(&o);
        fake_engine_down(fake);
        fake_engine_up(fake);
        fake_reply_json(fake_engine_expect(fake, "GET", "/x"), 200, "y");
        get(&o);
        cr_assert_eq(o.r, 0, "%s", o.message);
        cr_assert_str_eq(o.body, "y");
        result_done(&o);
}

Test(engine_broken, no_answer_in_time)
{
        static const char *const first[] = { "", "HTTP/1.1 200 OK\r\n",
                                             "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc" };

        for (size_t i = 0; i < ELEMENTSOF(first); i++) {
                FakeReply *r = fake_engine_expect(fake, "GET", "/x");
                Result o = {};

                fake_reply_send_text(r, first[i]);
                fake_reply_wait(r);
                cr_assert_eq(engine_call(engine, &o.request,
                                         &(EngineCall){ .method = "GET",
                                                        .path = "/x",
                                                        .ops = &unary_ops,
                                                        .timeout_usec = 100 * USEC_PER_MSEC,
                                                        .userdata = &o }),
                             0);
                loop_until(event, o.done);
                cr_assert_eq(o.r, -ETIMEDOUT, "%zu: %i %s", i, o.r, o.message);
                cr_assert_str_eq(o.message, "the engine did not answer within 0.1 s (GET /x)");
                loop_until(event, fake_reply_is_hung_up(r));
                result_done(&o);
        }
}

/* A stream has no time limit. The test waits for the time limit of another request. */
Test(engine_broken, stream_has_no_time_limit)
{
        FakeReply *stream = fake_engine_expect(fake, "GET", "/stream"),
                  *r = fake_engine_expect(fake, "GET", "/x");
        Result o = {}, s = {};

        fake_reply_wait(stream);
        fake_reply_wait(r);
        start_stream(&s, ENGINE_LANE_LOG);
        cr_assert_eq(engine_call(engine, &o.request,
                                 &(EngineCall){ .method = "GET",
                                                .path = "/x",
                                                .ops = &unary_ops,
                                                .timeout_usec = 300 * USEC_PER_MSEC,
                                                .userdata = &o }),
                     0);
        loop_until(event, o.done);
        cr_assert_eq(s.done, 0);
        cr_assert_not(fake_reply_is_hung_up(stream));
        result_done(&s);
        result_done(&o);
}

Test(engine_broken, connection_ends_too_early)
{
        static const char *const sent[] = {
                "",
                "H",
                "HTTP/1.1 200 OK\r\nContent-Le",
                "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
                "HTTP/1.1 500 Oops\r\nContent-Length: 9\r\n\r\nabc",
        };

        for (size_t i = 0; i < ELEMENTSOF(sent); i++) {
                FakeReply *r = fake_engine_expect(fake, "GET", "/x");
                Result o = {};

                fake_reply_send_text(r, sent[i]);
                fake_reply_close(r);
                get(&o);
                /* libcurl may also consider "H" garbage */
                cr_assert(i == 1 ? o.r < 0 : o.r == -ECONNRESET, "%zu: %i %s", i, o.r, o.message);
                result_done(&o);
        }
}

Test(engine_broken, not_http)
{
        static const char *const sent[] = {
                "SSH-2.0-OpenSSH_9.2\r\n",
                "220 mail.example.org ESMTP\r\n",
                "<html>hello</html>",
                "{\"message\":\"hello\"}\n",
                "HTTP/9.9 200 OK\r\n\r\n",
                "HTTP/1.1\r\n\r\n",
                "HTTP/1.1 abc\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: banana\r\n\r\nx",
                "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\nx",
                "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999999999\r\n\r\nx",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nx\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffffffff\r\nx\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\nx\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: bogus\r\n\r\nx",
        };

        for (size_t i = 0; i < ELEMENTSOF(sent); i++) {
                FakeReply *r = fake_engine_expect(fake, "GET", "/x");
                Result o = {};

                fake_reply_send_text(r, sent[i]);
                fake_reply_close(r);
                get(&o);
                cr_assert_eq(o.done, 1);
                /* Some of them libcurl lets pass: then what is there is the answer, and its reader says what
                 * it thinks. */
                if (i < 7)
                        cr_assert_lt(o.r, 0, "%zu", i);
                cr_assert_leq(o.size, 1);
                result_done(&o);
        }
}

Test(engine_broken, binary_garbage)
{
        char noise[64 * 1024];
        unsigned seed = 1;

        for (unsigned k = 0; k < 20; k++) {
                FakeReply *r = fake_engine_expect(fake, "GET", "/x");
                Result o = {};

                for (size_t i = 0; i < sizeof(noise); i++)
                        noise[i] = (char) rand_r(&seed);
                if (k % 2)
                        fake_reply_send_text(r, "HTTP/1.1 200 OK\r\n");
                fake_reply_send_pieces(r, noise, sizeof(noise), 16 * 1024);
                fake_reply_close(r);
                get(&o);
                cr_assert_eq(o.done, 1);
                /* Whatever follows a status line can be an answer. */
                if (k % 2 == 0)
                        cr_assert_lt(o.r, 0);
                result_done(&o);
        }
}

Test(engine_broken, header_without_end)
{
        FakeReply *r = fake_engine_expect(fake, "GET", "/x");
        char *line = malloc(2 * 1024 * 1024);
        Result o = {};

        fake_reply_send_text(r, "HTTP/1.1 200 OK\r\nX: ");
        memset(line, 'a', 2 * 1024 * 1024);
        fake_reply_send(r, line, 2 * 1024 * 1024);
        get(&o);
        cr_assert_lt(o.r, 0);
        result_done(&o);
        free(line);
}

/* --- Streams --- */

Test(engine_stream, header_first_then_data_then_end)
{
        FakeReply *r = fake_engine_expect(fake, "GET", "/stream");
        Result o = {};

        fake_reply_open(r);
        fake_reply_wait(r);
        fake_reply_send_text(r, "hello ");
        fake_reply_wait(r);
        fake_reply_send_text(r, "world");
        fake_reply_wait(r);
        fake_reply_close(r);

        start_stream(&o, ENGINE_LANE_LOG);
        loop_until(event, o.opened);
        loop_settle(event);
        cr_assert_eq(o.n_data, 0);
        fake_reply_go(r);
        loop_until(event, o.n_data == 6);
        fake_reply_go(r);
        loop_until(event, o.n_data == 11);
        cr_assert_arr_eq(o.data, "hello world", 11);
        loop_settle(event);
        cr_assert_eq(o.done, 0);
        fake_reply_go(r);
        loop_until(event, o.done);
        cr_assert_eq(o.r, 0);
        cr_assert_eq(o.size, 0, "what was streamed is not kept");
        cr_assert_eq(o.opened, 1);
        loop_settle(event);
        cr_assert_eq(o.done, 1);
        result_done(&o);
}

Test(engine_stream, opened_by_the_real_header_only)
{
        FakeReply *r = fake_engine_expect(fake, "GET", "/stream");
        Result o = {};

        fake_reply_send_text(r, "HTTP/1.1 100 Continue\r\n\r\n");
        fake_reply_wait(r);
        fake_reply_open_chunked(r);
        fake_reply_chunk(r, "x", 1);
        fake_reply_send_text(r, "0\r\nTrailer: y\r\n\r\n");
        start_stream(&o, ENGINE_LANE_CONTROL);
        loop_until(event, fake_reply_request(r) && fake_reply_sent(r) > 0);
        loop_settle(event);
        cr_assert_eq(o.opened, 0);
        fake_reply_go(r);
        loop_until(event, o.done);
        cr_assert_eq(o.opened, 1);
        cr_assert_eq(o.n_data, 1);
        result_done(&o);
}

Test(engine_stream, error_status_is_collected)
{
        FakeReply *r = fake_engine_expect(fake, "GET", "/stream");
        Result o = {};

        fake_reply_json(r, 404, "{\"message\":\"No such container: a\"}");
        start_stream(&o, ENGINE_LANE_LOG);
        loop_until(event, o.done);
        cr_assert_eq(o.opened, 0);
        cr_assert_eq(o.n_data, 0);
        cr_assert_eq(o.r, -ENOENT);
        cr_assert_str_eq(o.message, "No such container: a");
        result_done(&o);
}

Test(engine_stream, breaks_in_the_middle)
{
        FakeReply *r = fake_engine_expect(fake, "GET", "/stream");
        Result o = {};

        fake_reply_open_chunked(r);
        fake_reply_chunk(r, "abc", 3);
        fake_reply_close(r);
        start_stream(&o, ENGINE_LANE_LOG);
        loop_until(event, o.done);
        cr_assert_eq(o.r, -ECONNRESET);
        cr_assert_eq(o.n_data, 3);
        result_done(&o);
}

#define MUCH ((size_t) 3 * 1024 * 1024)

static char *make_bytes(size_t n)
{
        char *p = malloc(n);
        unsigned seed = 99;

        for (size_t i = 0; i < n; i++)
                p[i] = (char) rand_r(&seed);
        return p;
}

static void reply_in_chunks(FakeReply *r, const char *bytes, size_t size, size_t piece)
{
        fake_reply_open_chunked(r);
        for (size_t at = 0; at < size; at += piece)
                fake_reply_chunk(r, bytes + at, MIN(piece, size - at));
        fake_reply_send_text(r, "0\r\n\r\n");
}

/* Frees both. */
static void assert_all_came(Result *o, char *bytes, size_t size)
{
        cr_assert_eq(o->r, 0, "%s", o->message);
        cr_assert_eq(o->n_data, size, "%zu", o->n_data);
        cr_assert_eq(memcmp(o->data, bytes, size), 0);
        result_done(o);
        free(bytes);
}

/* Every byte once and in order, however much of each piece the consumer accepts. */
static void check_held_back(bool chunked, size_t piece, EngineLane lane, unsigned seed)
{
        FakeReply *r = fake_engine_expect(fake, "GET", "/stream");
        char *bytes = make_bytes(MUCH);
        Result o = { .seed = seed };
        unsigned holds = 0;

        if (chunked)
                reply_in_chunks(r, bytes, MUCH, piece);
        else {
                fake_reply_open(r);
                fake_reply_send_pieces(r, bytes, MUCH, piece);
                fake_reply_close(r);
        }
        start_stream(&o, lane);
        while (!o.done) {
                if (!o.held) {
                        cr_assert_geq(sd_event_run(event, UINT64_MAX), 0);
                        continue;
                }
                holds++;
                /* at once, or when the socket has filled up since then */
                if (holds % 5 == 0)
                        loop_settle(event);
                cr_assert_eq(o.done, 0);
                o.held = false;
                engine_request_resume(o.request);
        }
        cr_assert_gt(holds, 10);
        assert_all_came(&o, bytes, MUCH);
}

Test(engine_stream, held_back_at_random)
{
        for (unsigned seed = 1; seed <= 4; seed++) {
                check_held_back(false, 64 * 1024, ENGINE_LANE_LOG, seed);
                check_held_back(true, 40000, ENGINE_LANE_LOG, seed);
        }
}

Test(engine_stream, held_back_at_random_in_small_buffers)
{
        for (unsigned seed = 5; seed <= 6; seed++) {
                check_held_back(false, 5000, ENGINE_LANE_CONTROL, seed);
                check_held_back(true, 1000, ENGINE_LANE_CONTROL, seed);
        }
}

Test(engine_stream, refusing_everything_holds_the_sender)
{
        FakeReply *r = fake_engine_expect(fake, "GET", "/stream");
        char *bytes = make_bytes(MUCH * 4);
        Result o = { .refuse = true };

        fake_reply_open(r);
        fake_reply_send(r, bytes, MUCH * 4);
        fake_reply_close(r);
        start_stream(&o, ENGINE_LANE_LOG);
        loop_until(event, o.held);
        loop_settle(event);
        cr_assert_eq(o.n_data, 0);
        cr_assert_lt(fake_reply_sent(r), MUCH * 2, "%zu", fake_reply_sent(r));
        /* still no room */
        o.held = false;
        engine_request_resume(o.request);
        loop_until(event, o.held);
        loop_settle(event);
        cr_assert_lt(fake_reply_sent(r), MUCH * 2, "%zu", fake_reply_sent(r));
        o.refuse = o.held = false;
        engine_request_resume(o.request);
        loop_until(event, o.done);
        assert_all_came(&o, bytes, MUCH * 4);
}

/* For a consumer that accepts a little again and again, no more is read ahead than for one that accepts
 * nothing. */
static void check_slow_consumer(bool chunked)
{
        FakeReply *r = fake_engine_expect(fake, "GET", "/stream");
        char *bytes = make_bytes(MUCH * 4);
        Result o = { .at_most = 4096 };

        if (chunked)
                reply_in_chunks(r, bytes, MUCH * 4, MUCH / 256);
        else {
                fake_reply_open(r);
                fake_reply_send(r, bytes, MUCH * 4);
                fake_reply_close(r);
        }
        start_stream(&o, ENGINE_LANE_LOG);
        while (o.n_data < MUCH) {
                loop_until(event, o.held);
                loop_settle(event);
                cr_assert_lt(fake_reply_sent(r), o.n_data + MUCH, "%zu behind %zu", fake_reply_sent(r),
                             o.n_data);
                o.held = false;
                engine_request_resume(o.request);
        }
        o.at_most = 0;
        if (o.held)
                engine_request_resume(o.request);
        loop_until(event, o.done);
        assert_all_came(&o, bytes, MUCH * 4);
}

Test(engine_stream, slow_consumer_holds_the_sender)
{
        check_slow_consumer(false);
        check_slow_consumer(true);
}

/* The end of the connection is not reported before the data that was refused earlier. */
Test(engine_stream, ends_while_held_back)
{
        FakeReply *r = fake_engine_expect(fake, "GET", "/stream");
        Result o = { .refuse = true };

        fake_reply_open(r);
        fake_reply_send_text(r, "last words");
        fake_reply_close(r);
        start_stream(&o, ENGINE_LANE_LOG);
        loop_until(event, o.held && fake_reply_is_done(r));
        loop_settle(event);
        cr_assert_eq(o.done, 0);
        o.refuse = false;
        engine_request_resume(o.request);
        loop_until(event, o.done);
        cr_assert_eq(o.r, 0);
        cr_assert_eq(o.n_data, 10);
        cr_assert_arr_eq(o.data, "last words", 10);
        result_done(&o);
}

Test(engine_stream, resume_of_one_that_is_not_held_back)
{
        FakeReply *r = fake_engine_expect(fake, "GET", "/stream");
        Result o = {};

        fake_reply_open(r);
        fake_reply_send_text(r, "x");
        fake_reply_wait(r);
        fake_reply_close(r);
        start_stream(&o, ENGINE_LANE_LOG);
        engine_request_resume(o.request);
        loop_until(event, o.n_data == 1);
        engine_request_resume(o.request);
        loop_settle(event);
        cr_assert_eq(o.n_data, 1);
        fake_reply_go(r);
        loop_until(event, o.done);
        engine_request_resume(o.request);
        loop_settle(event);
        cr_assert_eq(o.done, 1);
        result_done(&o);
}

/* A held-back log does not delay other requests. */
Test(engine_stream, others_go_on_while_one_is_held_back)
{
        FakeReply *r = fake_engine_expect(fake, "GET", "/stream");
        char *bytes = make_bytes(MUCH);
        Result o = { .refuse = true }, unary = {};

        fake_reply_open(r);
        fake_reply_send(r, bytes, MUCH);
        start_stream(&o, ENGINE_LANE_LOG);
        loop_until(event, o.held);
        for (unsigned i = 0; i < 10; i++) {
                fake_reply_json(fake_engine_expect(fake, "GET", "/x"), 200, "x");
                get(&unary);
                cr_assert_eq(unary.r, 0);
                result_done(&unary);
        }
        result_done(&o);
        free(bytes);
}

/* The server runs on a loop of its own here, so that both answers have arrived when the client looks. */
Test(engine_stream, control_comes_before_logs)
{
        sd_event *server_event = loop_new();
        FakeEngine *server = fake_engine_new(server_event);
        EngineHost host = { .kind = ENGINE_HOST_UNIX, .path = strdup(fake_engine_path(server)) };
        Engine *client = NULL;
        Result log = {}, control = {};
        FakeReply *r_log = fake_engine_expect(server, "GET", "/log"),
                  *r_control = fake_engine_expect(server, "GET", "/c");

        cr_assert_eq(engine_new(&client, event, &host, &(EngineTls){}), 0);
        fake_reply_json(r_log, 200, "log");
        fake_reply_json(r_control, 200, "control");
        cr_assert_eq(engine_call(client, &log.request,
                                 &(EngineCall){ .method = "GET",
                                                .path = "/log",
                                                .lane = ENGINE_LANE_LOG,
                                                .ops = &unary_ops,
                                                .userdata = &log }),
                     0);
        cr_assert_eq(engine_call(client, &control.request,
                                 &(EngineCall){ .method = "GET",
                                                .path = "/c",
                                                .ops = &unary_ops,
                                                .userdata = &control }),
                     0);
        while (!fake_reply_is_done(r_log) || !fake_reply_is_done(r_control)) {
                /* the client can send, but has nothing to read before the server has run */
                cr_assert_eq(log.done + control.done, 0);
                if (fake_reply_request(r_log) && fake_reply_request(r_control))
                        loop_settle(server_event);
                else {
                        loop_settle(event);
                        (void) sd_event_run(server_event, 0);
                        if (!fake_reply_request(r_log) || !fake_reply_request(r_control))
                                cr_assert(!fake_reply_is_done(r_log) && !fake_reply_is_done(r_control));
                }
        }
        loop_until(event, log.done && control.done);
        cr_assert_lt(control.turn, log.turn);
        result_done(&log);
        result_done(&control);
        engine_free(client);
        fake_engine_free(server);
        sd_event_unref(server_event);
}

/* --- Freeing --- */

Test(engine_free, of_none)
{
        cr_assert_null(engine_request_free(NULL));
        cr_assert_null(engine_free(NULL));
}

Test(engine_free, before_the_loop_ran)
{
        Result o = {};

        start(&o, "GET", "/x", NULL);
        result_done(&o);
        loop_settle(event);
        cr_assert_eq(fake_engine_requests(fake), 0);
}

/* The request is freed after each number of iterations of the loop, in turn. */
Test(engine_free, after_every_iteration)
{
        for (unsigned n = 0;; n++) {
                FakeEngine *f = fake_engine_new(event);
                Engine *e = fake_engine_client(f);
                FakeReply *r = fake_engine_expect(f, "GET", "/stream");
                Result o = {};
                bool finished;

                fake_reply_send_text(r, "HTTP/1.1 200 OK\r\n");
                fake_reply_send_text(r, "Transfer-Encoding: chunked\r\n\r\n");
                fake_reply_chunk(r, "abc", 3);
                fake_reply_send_text(r, "0\r\n\r\n");
                cr_assert_eq(engine_call(e, &o.request,
                                         &(EngineCall){ .method = "GET",
                                                        .path = "/stream",
                                                        .ops = &stream_ops,
                                                        .userdata = &o }),
                             0);
                for (unsigned i = 0; i < n && !o.done; i++)
                        cr_assert_geq(sd_event_run(event, UINT64_MAX), 0);
                finished = o.done;
                result_done(&o);
                loop_settle(event);
                cr_assert_eq(o.done + o.opened + o.n_data, 0, "a call after the end");
                engine_free(e);
                loop_settle(event);
                fake_engine_free(f);
                if (finished)
                        break;
        }
}

Test(engine_free, server_sees_it)
{
        FakeReply *r = fake_engine_expect(fake, "GET", "/x");
        Result o = {};

        fake_reply_wait(r);
        start(&o, "GET", "/x", NULL);
        loop_until(event, fake_reply_request(r));
        result_done(&o);
        loop_until(event, fake_reply_is_hung_up(r));
}

Test(engine_free, while_held_back)
{
        FakeReply *r = fake_engine_expect(fake, "GET", "/stream");
        char *bytes = make_bytes(MUCH);
        Result o = { .refuse = true };

        fake_reply_open(r);
        fake_reply_send(r, bytes, MUCH);
        start_stream(&o, ENGINE_LANE_LOG);
        loop_until(event, o.held);
        result_done(&o);
        loop_until(event, fake_reply_is_hung_up(r));
        free(bytes);
}

Test(engine_free, in_on_done)
{
        Result o = { .free_in_done = &o.request };

        fake_reply_json(fake_engine_expect(fake, "GET", "/x"), 404, "{\"message\":\"x\"}");
        get(&o);
        cr_assert_null(o.request);
        loop_settle(event);
        cr_assert_eq(o.done, 1);
        result_done(&o);
}

/* Two requests are finished at once, and the owner of the first one frees the other. */
Test(engine_free, another_one_in_on_done)
{
        Result a = {}, b = {};

        fake_engine_down(fake);
        a.free_in_done = &b.request;
        b.free_in_done = &a.request;
        start(&a, "GET", "/x", NULL);
        start(&b, "GET", "/x", NULL);
        loop_until(event, a.done || b.done);
        loop_settle(event);
        cr_assert_eq(a.done + b.done, 1);
        result_done(&a);
        result_done(&b);
}

Test(engine_free, engine_in_on_done)
{
        Result o = { .free_in_done = &o.request, .free_engine_in_done = &engine };

        fake_reply_json(fake_engine_expect(fake, "GET", "/x"), 200, "x");
        get(&o);
        cr_assert_null(engine);
        loop_settle(event);
        result_done(&o);
}

Test(engine_free, engine_with_requests_under_way)
{
        Result unary = {}, stream = { .refuse = true }, idle = {};
        FakeReply *r = fake_engine_expect(fake, "GET", "/stream");

        fake_reply_json(fake_engine_expect(fake, "GET", "/idle"), 200, "x");
        fake_reply_wait(fake_engine_expect(fake, "GET", "/x"));
        fake_reply_open(r);
        fake_reply_send_text(r, "abc");
        start(&idle, "GET", "/idle", NULL);
        loop_until(event, idle.done);
        start(&unary, "GET", "/x", NULL);
        start_stream(&stream, ENGINE_LANE_LOG);
        loop_until(event, stream.held && fake_engine_requests(fake) == 3);
        result_done(&unary);
        result_done(&stream);
        result_done(&idle);
        engine = engine_free(engine);
        loop_settle(event);
        loop_until(event, fake_reply_is_hung_up(r));
}

/* The loop ends while a request is running: nothing of the request may be left, because it would keep the
 * loop. */
Test(engine_free, request_that_the_loop_never_finished)
{
        int before = dup(0), after;
        sd_event *own;
        FakeEngine *f;
        Engine *e;
        Result o = {};

        close(before);
        own = loop_new();
        f = fake_engine_new(own);
        e = fake_engine_client(f);
        fake_reply_wait(fake_engine_expect(f, "GET", "/x"));
        cr_assert_eq(engine_call(e, &o.request,
                                 &(EngineCall){
                                         .method = "GET", .path = "/x", .ops = &unary_ops, .userdata = &o }),
                     0);
        loop_until(own, fake_engine_requests(f) == 1);
        cr_assert_geq(sd_event_exit(own, 0), 0);
        cr_assert_eq(sd_event_loop(own), 0);
        cr_assert_eq(sd_event_get_state(own), SD_EVENT_FINISHED);
        result_done(&o);
        engine_free(e);
        fake_engine_free(f);
        sd_event_unref(own);
        after = dup(0);
        close(after);
        cr_assert_eq(before, after, "a source is left, and the loop's descriptors with it");
}

Test(engine_request_name, says_what_was_asked)
{
#define DIGITS "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
        static const struct {
                const char *method, *path, *name;
        } cases[] = {
                { "GET", "/_ping", "GET /_ping" },
                { "GET", "", "GET " },
                { "POST", "/images/create?fromImage=a&tag=b", "POST /images/create" },
                { "GET", "/containers/web/json", "GET /containers/web/json" },
                { "GET", "/containers/" DIGITS "/json", "GET /containers/0123456789ab/json" },
                { "DELETE", "/containers/" DIGITS, "DELETE /containers/0123456789ab" },
                { "DELETE", "/containers/" DIGITS "?v=1", "DELETE /containers/0123456789ab" },
                { "GET", "/containers/" DIGITS "0/json", "GET /containers/" DIGITS "0/json" },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                _cleanup_free_ char *name = engine_request_name(cases[i].method, cases[i].path);

                cr_assert_str_eq(name, cases[i].name);
        }
}

/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Requests to the Engine API.
 *
 * The answer to an ordinary request is collected, up to ENGINE_REPLY_MAX bytes, and has a time limit in all.
 * A stream (a request with on_data) has neither limit: its owner decides how long it may be silent. If the
 * status of a stream is an error, its body is collected as well, because it is the engine's message.
 *
 * What the consumer of a stream does not take is kept (reply-body.c), and the transfer pauses when that is
 * too much. The end of the transfer is reported after the consumer has taken all of it. */

#include <ctype.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "engine-address.h"
#include "engine/curl-glue.h"
#include "engine/engine.h"
#include "reply-body.h"
#include "transfer-failure.h"
#include "util/log.h"
#include "util/macro.h"

/* A peer that is gone is noticed after a quarter of a minute of silence, and some questions. */
#define KEEPALIVE_IDLE_SEC 15L
#define KEEPALIVE_INTERVAL_SEC 5L
/* Of events and answers, which are small: each open request has such a buffer. */
#define READ_SIZE ((size_t) 1024)

struct Engine {
        EngineAddress address;
        CurlGlue *glue;
        struct curl_slist *headers;
        bool peer_known, peer_hidden;
};

struct EngineRequest {
        Engine *engine;
        CURL *easy;
        EngineLane lane;
        char *name;                 /* for messages */
        struct curl_slist *headers; /* NULL: the engine's */
        const EngineRequestOps *ops;
        void *userdata;
        bool opened;
        bool answered; /* the complete header of a final answer has arrived */
        ReplyBody body;
        bool paused;
        bool finished; /* with this result; the report waits until the consumer has taken the rest */
        CURLcode result;
        char api_version[32];
        char curl_error[CURL_ERROR_SIZE];
};

static bool status_is_good(long status)
{
        return (status >= 200 && status < 300) || status == 304;
}

static long request_status(const EngineRequest *r)
{
        long status = 0;

        (void) curl_easy_getinfo(r->easy, CURLINFO_RESPONSE_CODE, &status);
        return status;
}

static bool stream_is_held(const EngineRequest *r)
{
        return r->opened && reply_body_is_held(&r->body);
}

/* ReplyBodyTake */
static size_t request_take(const char *data, size_t size, void *userdata)
{
        EngineRequest *r = ASSERT_PTR(userdata);

        return r->ops->on_data(r, data, size, r->userdata);
}

/* CURLOPT_WRITEFUNCTION */
static size_t request_on_body(char *data, size_t size, size_t n, void *userdata)
{
        EngineRequest *r = ASSERT_PTR(userdata);
        int k;

        n *= size;
        if (!r->ops->on_data || !status_is_good(request_status(r)))
                return reply_body_append(&r->body, data, n) < 0 ? 0 : n;
        k = reply_body_stream(&r->body, data, n, request_take, r);
        if (k == -EAGAIN) {
                r->paused = true;
                return CURL_WRITEFUNC_PAUSE; /* curl will offer it again */
        }
        return k < 0 ? 0 : n;
}

static void remember_header(EngineRequest *r, const char *line, size_t n)
{
        static const char name[] = "Api-Version:";
        size_t i = sizeof(name) - 1, k = 0;

        if (n <= i || strncasecmp(line, name, i) != 0)
                return;
        while (i < n && line[i] == ' ')
                i++;
        while (i < n && !isspace((unsigned char) line[i]) && k + 1 < sizeof(r->api_version))
                r->api_version[k++] = line[i++];
        r->api_version[k] = 0;
}

/* CURLOPT_HEADERFUNCTION: one line in each call; the empty line ends the header. */
static size_t request_on_header(char *data, size_t size, size_t n, void *userdata)
{
        EngineRequest *r = ASSERT_PTR(userdata);
        bool last;

        n *= size;
        remember_header(r, data, n);
        last = (n == 2 && data[0] == '\r') || (n == 1 && data[0] == '\n');
        r->answered = r->answered || (last && request_status(r) >= 200);
        if (last && r->ops->on_data && !r->opened && status_is_good(request_status(r))) {
                r->opened = true;
                if (r->ops->on_open)
                        r->ops->on_open(r, r->userdata);
        }
        return n;
}

static int request_failure(const EngineRequest *r)
{
        int code;

        if (r->body.too_large)
                return -EFBIG;
        code = transfer_failure_errno(r->easy, r->result);
        /* libcurl accepts a header that ends with the connection. But an engine that died in between has not
         * succeeded. */
        return code == 0 && !r->answered ? -ECONNRESET : code;
}

/* Fills in the reply and calls on_done, in which the request may be freed. */
static void request_finish(EngineRequest *r)
{
        _cleanup_(engine_error_done) EngineError error = ENGINE_ERROR_NULL;
        /* on_done may free the request, and its body with it, and then still read the reply. */
        _cleanup_free_ char *body = TAKE_PTR(r->body.data);
        EngineReply reply = { .status = (int) request_status(r), .body = body ?: "", .size = r->body.size };
        int code = request_failure(r);

        if (code < 0)
                (void) engine_error_set(&error, code, "%s (%s)",
                                        transfer_failure_message(r->easy, r->result, code, r->curl_error),
                                        r->name);
        else if (!status_is_good(reply.status)) {
                (void) engine_error_parse(reply.status, reply.body, reply.size, &error);
                code = engine_error_from_status(reply.status);
        }
        reply.error = error;
        r->ops->on_done(r, code, &reply, r->userdata);
}

/* The kernel gives the peer's pid as our pid namespace has it: 0 if the process is outside of that. */
static void note_peer(Engine *e, CURL *easy)
{
        curl_socket_t fd = CURL_SOCKET_BAD;
        struct ucred peer;
        socklen_t size = sizeof(peer);

        if (e->peer_known || !engine_is_local(e) ||
            curl_easy_getinfo(easy, CURLINFO_ACTIVESOCKET, &fd) != CURLE_OK || fd == CURL_SOCKET_BAD ||
            getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0)
                return;
        e->peer_known = true;
        e->peer_hidden = peer.pid == 0;
}

/* CurlGlueDone */
static void request_on_done(CURL *easy, CURLcode result, void *owner)
{
        EngineRequest *r = ASSERT_PTR(owner);

        note_peer(r->engine, easy);
        r->finished = stream_is_held(r);
        r->result = result;
        if (!r->finished)
                request_finish(r);
}

/* CurlGluePriority */
static EventPriority request_priority(const void *owner)
{
        const EngineRequest *r = ASSERT_PTR(owner);

        return r->lane == ENGINE_LANE_LOG ? EVENT_PRIORITY_LOG : EVENT_PRIORITY_ENGINE;
}

EngineRequest *engine_request_free(EngineRequest *r)
{
        if (!r)
                return NULL;
        if (r->easy)
                curl_glue_remove(r->engine->glue, r->easy);
        curl_slist_free_all(r->headers);
        reply_body_done(&r->body);
        free(r->name);
        free(r);
        return NULL;
}

static int headers_append(struct curl_slist **headers, const char *line)
{
        struct curl_slist *grown = curl_slist_append(*headers, line);

        if (!grown)
                return -ENOMEM;
        *headers = grown;
        return 0;
}

static int request_set_headers(EngineRequest *r, const EngineCall *call)
{
        struct curl_slist *headers = r->engine->headers;

        if (call->registry_auth) {
                _cleanup_free_ char *line = NULL;
                int k = 0;

                if (asprintf(&line, "X-Registry-Auth: %s", call->registry_auth) < 0)
                        return -ENOMEM;
                for (; headers && k >= 0; headers = headers->next)
                        k = headers_append(&r->headers, headers->data);
                if (k >= 0)
                        k = headers_append(&r->headers, line);
                if (k < 0)
                        return k;
                headers = r->headers;
        }
        return curl_result(curl_easy_setopt(r->easy, CURLOPT_HTTPHEADER, headers));
}

static int request_set_method(CURL *easy, const EngineCall *call)
{
        curl_off_t size = call->body_size ? (curl_off_t) call->body_size : -1; /* -1: a string */
        bool post = strcmp(call->method, "POST") == 0;
        CURLcode code = CURLE_OK;

        if (post || call->body) {
                code = curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, size);
                if (code == CURLE_OK)
                        code = curl_easy_setopt(easy, CURLOPT_COPYPOSTFIELDS, call->body ?: "");
        }
        if (code == CURLE_OK && !post && strcmp(call->method, "GET") != 0)
                code = curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, call->method);
        return curl_result(code);
}

/* libcurl's 0 is no limit, and it takes an int. */
static long timeout_to_curl(uint64_t usec)
{
        return usec / USEC_PER_MSEC > INT_MAX ? 0 : (long) (usec / USEC_PER_MSEC);
}

static int request_set_behaviour(EngineRequest *r, const EngineCall *call)
{
        uint64_t timeout = call->timeout_usec ?: ENGINE_TIMEOUT_DEFAULT_USEC;
        CURL *easy = r->easy;
        CURLcode code = CURLE_OK;

#define SET(option, value) code = code == CURLE_OK ? curl_easy_setopt(easy, option, value) : code
        SET(CURLOPT_PRIVATE, r);
        SET(CURLOPT_ERRORBUFFER, r->curl_error);
        SET(CURLOPT_WRITEFUNCTION, request_on_body);
        SET(CURLOPT_WRITEDATA, r);
        SET(CURLOPT_HEADERFUNCTION, request_on_header);
        SET(CURLOPT_HEADERDATA, r);
        SET(CURLOPT_NOSIGNAL, 1L);
        SET(CURLOPT_FOLLOWLOCATION, 0L);
        SET(CURLOPT_USERAGENT, ENGINE_USER_AGENT);
        SET(CURLOPT_CONNECTTIMEOUT_MS, ENGINE_CONNECT_TIMEOUT_MS);
        if (call->fresh) {
                SET(CURLOPT_FRESH_CONNECT, 1L);
                SET(CURLOPT_FORBID_REUSE, 1L);
        }
        if (call->ops->on_data) {
                SET(CURLOPT_TCP_KEEPALIVE, 1L);
                SET(CURLOPT_TCP_KEEPIDLE, KEEPALIVE_IDLE_SEC);
                SET(CURLOPT_TCP_KEEPINTVL, KEEPALIVE_INTERVAL_SEC);
        } else
                SET(CURLOPT_TIMEOUT_MS, timeout_to_curl(timeout));
        SET(CURLOPT_BUFFERSIZE, (long) (call->read_size ?: READ_SIZE));
#undef SET
        return code == CURLE_OK ? engine_address_no_proxy(easy) : curl_result(code);
}

int engine_call(Engine *e, EngineRequest **ret, const EngineCall *call)
{
        _cleanup_(engine_request_freep) EngineRequest *r = NULL;
        int k;

        assert(call->ops && call->ops->on_done);
        assert(call->read_size <= ENGINE_READ_MAX);

        r = calloc(1, sizeof(*r));
        if (!r)
                return -ENOMEM;
        r->engine = e;
        r->lane = call->lane;
        r->ops = call->ops;
        r->userdata = call->userdata;
        r->name = engine_request_name(call->method, call->path);
        r->easy = curl_easy_init();
        if (!r->name || !r->easy)
                return -ENOMEM;
        k = request_set_behaviour(r, call);
        if (k >= 0)
                k = engine_address_apply(&e->address, r->easy, call->path, call->unversioned);
        if (k >= 0)
                k = request_set_headers(r, call);
        if (k >= 0)
                k = request_set_method(r->easy, call);
        if (k >= 0)
                k = curl_glue_add(e->glue, r->easy);
        if (k < 0)
                return k;
        log_debug("Engine: %s %s", call->method, call->path);
        *ret = TAKE_PTR(r);
        return 0;
}

int engine_prepare_upgrade(Engine *e, void *easy, const char *path, char **ret_request)
{
        int r = engine_address_apply(&e->address, easy, path, false);

        if (r < 0)
                return r;
        if (curl_easy_setopt(easy, CURLOPT_CONNECT_ONLY, 1L) != CURLE_OK ||
            curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L) != CURLE_OK ||
            curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L) != CURLE_OK ||
            curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, ENGINE_CONNECT_TIMEOUT_MS) != CURLE_OK ||
            engine_address_no_proxy(easy) < 0)
                return -EIO;
        *ret_request = engine_address_upgrade_request(&e->address, path);
        return *ret_request ? 0 : -ENOMEM;
}

void engine_request_resume(EngineRequest *r)
{
        if (!stream_is_held(r) || !reply_body_release(&r->body, request_take, r))
                return;
        if (r->finished) {
                request_finish(r);
                return;
        }
        if (!r->paused)
                return;
        r->paused = false;
        curl_glue_resume(r->engine->glue, r->easy);
}

const char *engine_request_api_version(const EngineRequest *r)
{
        return r->api_version[0] ? r->api_version : NULL;
}

Engine *engine_free(Engine *e)
{
        if (!e)
                return NULL;
        curl_glue_free(e->glue);
        curl_slist_free_all(e->headers);
        engine_address_done(&e->address);
        free(e);
        return NULL;
}

static int engine_set_headers(Engine *e)
{
        static const char *const lines[] = { "Content-Type: application/json", "Expect:", "Accept:" };

        for (size_t i = 0; i < ELEMENTSOF(lines); i++)
                if (headers_append(&e->headers, lines[i]) < 0)
                        return -ENOMEM;
        return 0;
}

int engine_new(Engine **ret, sd_event *event, EngineHost *host, const EngineTls *tls)
{
        _cleanup_(engine_freep) Engine *e = NULL;
        int r;

        e = calloc(1, sizeof(*e));
        if (!e)
                return -ENOMEM;
        r = engine_address_init(&e->address, host, tls);
        if (r >= 0)
                r = engine_set_headers(e);
        if (r >= 0)
                r = curl_glue_new(&e->glue, event, "engine", EVENT_PRIORITY_ENGINE, request_priority,
                                  request_on_done);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(e);
        return 0;
}

void engine_set_version(Engine *e, const ApiVersion *version)
{
        e->address.version = *version;
        e->address.has_version = true;
}

const ApiVersion *engine_version(const Engine *e)
{
        return &e->address.version;
}

bool engine_is_local(const Engine *e)
{
        return e->address.host.kind == ENGINE_HOST_UNIX;
}

bool engine_is_hidden(const Engine *e)
{
        return e->peer_hidden;
}

const char *engine_socket_path(const Engine *e)
{
        return engine_is_local(e) ? e->address.host.path : NULL;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Engine API requests.
 *
 * A unary request collects its answer up to ENGINE_REPLY_MAX under a total time limit. A stream (on_data
 * given) has neither limit: its liveness is its owner's rule. A stream that answers with an error status is
 * collected like a unary one, because its body is then the engine's message.
 *
 * Held-back streams: what the consumer did not take is kept here, up to a limit; then the transfer pauses,
 * until all of that is taken. To refuse each byte to curl instead would have curl keep it; but with a rest
 * of its own to deliver, curl (8.14) reads on all the same whenever it is resumed, and if it can deliver
 * less then than it reads, its buffer grows without end. The end of the transfer waits for the rest, too. */

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "engine/curl-glue.h"
#include "engine/engine.h"
#include "util/log.h"
#include "util/macro.h"

#define CONNECT_TIMEOUT_MS 10000L
#define LOG_BUFFER_SIZE (128 * 1024)
/* More than what curl can have read of a stream when it pauses: so that it can deliver that when it is
 * resumed. */
#define HELD_MAX ((size_t) 2 * LOG_BUFFER_SIZE)

struct Engine {
        EngineHost host;
        EngineTls tls;
        char *cert_path;
        ApiVersion version;
        bool has_version;
        CurlGlue *glues[_ENGINE_LANE_MAX];
        struct curl_slist *headers;
};

struct EngineRequest {
        Engine *engine;
        CurlGlue *glue;
        CURL *easy;
        struct curl_slist *headers; /* NULL: the engine's */
        const EngineRequestOps *ops;
        void *userdata;
        bool opened;
        bool answered; /* the whole header of a final answer came */
        bool too_large;
        char *body; /* of a stream: what was not taken yet, from `used` on */
        size_t size, allocated, used;
        bool paused;
        bool finished; /* with this result, and the end waits for the rest to be taken */
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

/* Appends to the collected body; keeps it NUL-terminated. */
static int body_append(EngineRequest *r, const char *data, size_t n)
{
        if (n > ENGINE_REPLY_MAX - r->size) {
                r->too_large = true;
                return -EFBIG;
        }
        if (r->size + n + 1 > r->allocated) {
                size_t wanted = MAX(r->allocated * 2, r->size + n + 1);
                char *grown = realloc(r->body, wanted);

                if (!grown)
                        return -ENOMEM;
                r->body = grown;
                r->allocated = wanted;
        }
        memcpy(r->body + r->size, data, n);
        r->size += n;
        r->body[r->size] = 0;
        return 0;
}

static bool stream_is_held(const EngineRequest *r)
{
        return r->opened && r->size > 0;
}

static size_t stream_deliver(EngineRequest *r, const char *data, size_t n)
{
        size_t used = 0;

        if (r->size >= HELD_MAX) {
                r->paused = true;
                return CURL_WRITEFUNC_PAUSE; /* curl will come with it again */
        }
        if (!stream_is_held(r))
                used = r->ops->on_data(r, data, n, r->userdata);
        assert(used <= n);
        if (used == n)
                return n;
        return body_append(r, data + used, n - used) < 0 ? 0 : n;
}

/* CURLOPT_WRITEFUNCTION */
static size_t request_on_body(char *data, size_t size, size_t n, void *userdata)
{
        EngineRequest *r = ASSERT_PTR(userdata);

        if (r->ops->on_data && status_is_good(request_status(r)))
                return stream_deliver(r, data, size * n);
        return body_append(r, data, size * n) < 0 ? 0 : size * n;
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

/* CURLOPT_HEADERFUNCTION, a line a call; the empty line ends the header. */
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

static int curl_to_errno(const EngineRequest *r, CURLcode result)
{
        long os_error = 0;

        if (r->too_large)
                return -EFBIG;
        switch (result) {
        case CURLE_OK:
                /* libcurl lets a header pass that ends with the connection; but an engine that died is no
                 * success. */
                return r->answered ? 0 : -ECONNRESET;
        case CURLE_COULDNT_CONNECT:
                (void) curl_easy_getinfo(r->easy, CURLINFO_OS_ERRNO, &os_error);
                return os_error > 0 ? (int) -os_error : -ECONNREFUSED;
        case CURLE_COULDNT_RESOLVE_HOST:
                return -EHOSTUNREACH;
        case CURLE_OPERATION_TIMEDOUT:
                return -ETIMEDOUT;
        case CURLE_GOT_NOTHING:
        case CURLE_RECV_ERROR:
        case CURLE_SEND_ERROR:
        case CURLE_PARTIAL_FILE:
                return -ECONNRESET;
        case CURLE_OUT_OF_MEMORY:
                return -ENOMEM;
        default:
                return -EIO;
        }
}

static const char *connection_message(const EngineRequest *r, CURLcode result, int code)
{
        if (result == CURLE_COULDNT_CONNECT || result == CURLE_OK || code == -EFBIG)
                return strerror(-code); /* "Failed to connect to docker port 80" says less */
        return r->curl_error[0] ? r->curl_error : curl_easy_strerror(result);
}

/* Fills in the reply and tells the owner, who may free the request in there. */
static void request_finish(EngineRequest *r)
{
        _cleanup_(engine_error_done) EngineError error = ENGINE_ERROR_NULL;
        /* The owner may free the request, and its body with it, before it is done with the reply. */
        _cleanup_free_ char *body = TAKE_PTR(r->body);
        EngineReply reply = { .status = (int) request_status(r), .body = body ?: "", .size = r->size };
        int code = curl_to_errno(r, r->result);

        if (code < 0)
                (void) engine_error_set(&error, code, "%s", connection_message(r, r->result, code));
        else if (!status_is_good(reply.status)) {
                (void) engine_error_parse(reply.status, reply.body, reply.size, &error);
                code = engine_error_from_status(reply.status);
        }
        reply.error = error;
        r->ops->on_done(r, code, &reply, r->userdata);
}

/* CurlGlueDone */
static void request_on_done(CURL *easy, CURLcode result, void *owner)
{
        EngineRequest *r = ASSERT_PTR(owner);

        r->finished = stream_is_held(r);
        r->result = result;
        if (!r->finished)
                request_finish(r);
}

EngineRequest *engine_request_free(EngineRequest *r)
{
        if (!r)
                return NULL;
        if (r->easy)
                curl_glue_remove(r->glue, r->easy);
        curl_slist_free_all(r->headers);
        free(r->body);
        free(r);
        return NULL;
}

static int request_set_tls(Engine *e, CURL *easy)
{
        static const struct {
                CURLoption option;
                const char *file;
        } files[] = { { CURLOPT_CAINFO, "ca.pem" },
                      { CURLOPT_SSLCERT, "cert.pem" },
                      { CURLOPT_SSLKEY, "key.pem" } };
        CURLcode code = CURLE_OK;

        if (!e->tls.enabled)
                return 0;
        code = curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, (long) e->tls.verify);
        if (code == CURLE_OK)
                code = curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, e->tls.verify ? 2L : 0L);
        for (size_t i = 0; i < ELEMENTSOF(files) && e->cert_path && code == CURLE_OK; i++) {
                _cleanup_free_ char *path = NULL;

                if (asprintf(&path, "%s/%s", e->cert_path, files[i].file) < 0)
                        return -ENOMEM;
                if (access(path, R_OK) < 0)
                        continue; /* as the CLI: what is not there is not used */
                code = curl_easy_setopt(easy, files[i].option, path);
        }
        return code == CURLE_OK ? 0 : -EIO;
}

/* "/v1.41", or "" where there is none (yet). */
static void format_version(const Engine *e, bool unversioned, char ret[static 32])
{
        *ret = 0;
        if (!unversioned && e->has_version)
                (void) snprintf(ret, 32, "/v%u.%u", e->version.major, e->version.minor);
}

static int request_set_url(Engine *e, CURL *easy, const EngineCall *call)
{
        _cleanup_free_ char *url = NULL;
        char version[32];

        format_version(e, call->unversioned, version);
        if (e->host.kind == ENGINE_HOST_UNIX) {
                if (asprintf(&url, "http://docker%s%s", version, call->path) < 0)
                        return -ENOMEM;
                if (curl_easy_setopt(easy, CURLOPT_UNIX_SOCKET_PATH, e->host.path) != CURLE_OK)
                        return -EIO;
        } else if (asprintf(&url, "%s://%s%s%s:%u%s%s", e->tls.enabled ? "https" : "http",
                            strchr(e->host.host, ':') ? "[" : "", e->host.host,
                            strchr(e->host.host, ':') ? "]" : "", e->host.port, version, call->path) < 0)
                return -ENOMEM;
        return curl_easy_setopt(easy, CURLOPT_URL, url) == CURLE_OK ? 0 : -EIO;
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
        return curl_easy_setopt(r->easy, CURLOPT_HTTPHEADER, headers) == CURLE_OK ? 0 : -EIO;
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
        return code == CURLE_OK ? 0 : -EIO;
}

static int request_set_behaviour(EngineRequest *r, const EngineCall *call)
{
        uint64_t timeout = call->timeout_usec ?: ENGINE_TIMEOUT_DEFAULT_USEC;
        CURL *easy = r->easy;
        bool ok = true;

#define SET(option, value) ok = ok && curl_easy_setopt(easy, option, value) == CURLE_OK
        SET(CURLOPT_PRIVATE, r);
        SET(CURLOPT_ERRORBUFFER, r->curl_error);
        SET(CURLOPT_WRITEFUNCTION, request_on_body);
        SET(CURLOPT_WRITEDATA, r);
        SET(CURLOPT_HEADERFUNCTION, request_on_header);
        SET(CURLOPT_HEADERDATA, r);
        SET(CURLOPT_NOSIGNAL, 1L);
        SET(CURLOPT_FOLLOWLOCATION, 0L);
        SET(CURLOPT_PROXY, "");
        SET(CURLOPT_USERAGENT, "systemd-docker/" PROJECT_VERSION);
        SET(CURLOPT_CONNECTTIMEOUT_MS, CONNECT_TIMEOUT_MS);
        if (call->fresh) {
                SET(CURLOPT_FRESH_CONNECT, 1L);
                SET(CURLOPT_FORBID_REUSE, 1L);
        }
        if (call->ops->on_data) {
                SET(CURLOPT_TCP_KEEPALIVE, 1L);
                SET(CURLOPT_BUFFERSIZE, call->lane == ENGINE_LANE_LOG ? (long) LOG_BUFFER_SIZE : 16L * 1024);
        } else
                SET(CURLOPT_TIMEOUT_MS, (long) (timeout / USEC_PER_MSEC));
#undef SET
        return ok ? 0 : -EIO;
}

int engine_call(Engine *e, EngineRequest **ret, const EngineCall *call)
{
        _cleanup_(engine_request_freep) EngineRequest *r = NULL;
        int k;

        assert(call->ops && call->ops->on_done);

        r = calloc(1, sizeof(*r));
        if (!r)
                return -ENOMEM;
        r->engine = e;
        r->glue = e->glues[call->lane];
        r->ops = call->ops;
        r->userdata = call->userdata;
        r->easy = curl_easy_init();
        if (!r->easy)
                return -ENOMEM;
        k = request_set_behaviour(r, call);
        if (k >= 0)
                k = request_set_url(e, r->easy, call);
        if (k >= 0)
                k = request_set_tls(e, r->easy);
        if (k >= 0)
                k = request_set_headers(r, call);
        if (k >= 0)
                k = request_set_method(r->easy, call);
        if (k >= 0)
                k = curl_glue_add(r->glue, r->easy);
        if (k < 0)
                return k;
        log_debug("Engine: %s %s", call->method, call->path);
        *ret = TAKE_PTR(r);
        return 0;
}

int engine_prepare_upgrade(Engine *e, void *easy, const char *path, char **ret_request)
{
        char version[32];
        bool ok, v6 = e->host.kind == ENGINE_HOST_TCP && strchr(e->host.host, ':');
        int r = request_set_url(e, easy, &(EngineCall){ .path = path });

        if (r >= 0)
                r = request_set_tls(e, easy);
        if (r < 0)
                return r;
        ok = curl_easy_setopt(easy, CURLOPT_CONNECT_ONLY, 1L) == CURLE_OK &&
             curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
             curl_easy_setopt(easy, CURLOPT_PROXY, "") == CURLE_OK &&
             curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L) == CURLE_OK &&
             curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_TIMEOUT_MS) == CURLE_OK;
        if (!ok)
                return -EIO;
        format_version(e, false, version);
        if (asprintf(ret_request,
                     "POST %s%s HTTP/1.1\r\nHost: %s%s%s\r\nUser-Agent: systemd-docker/" PROJECT_VERSION
                     "\r\n"
                     "Connection: Upgrade\r\nUpgrade: tcp\r\nContent-Length: 0\r\n\r\n",
                     version, path, v6 ? "[" : "", e->host.kind == ENGINE_HOST_TCP ? e->host.host : "docker",
                     v6 ? "]" : "") < 0)
                return -ENOMEM;
        return 0;
}

void engine_request_resume(EngineRequest *r)
{
        if (!stream_is_held(r))
                return;
        r->used += r->ops->on_data(r, r->body + r->used, r->size - r->used, r->userdata);
        assert(r->used <= r->size);
        if (r->used < r->size)
                return;
        free(r->body);
        r->body = NULL;
        r->size = r->used = r->allocated = 0;
        if (r->finished) {
                request_finish(r);
                return;
        }
        if (!r->paused)
                return;
        r->paused = false;
        curl_glue_resume(r->glue, r->easy);
}

const char *engine_request_api_version(const EngineRequest *r)
{
        return r->api_version[0] ? r->api_version : NULL;
}

Engine *engine_free(Engine *e)
{
        if (!e)
                return NULL;
        for (size_t i = 0; i < ELEMENTSOF(e->glues); i++)
                curl_glue_free(e->glues[i]);
        curl_slist_free_all(e->headers);
        engine_host_done(&e->host);
        free(e->cert_path);
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
        static const struct {
                const char *name;
                EventPriority priority;
        } lanes[_ENGINE_LANE_MAX] = {
                [ENGINE_LANE_CONTROL] = { "engine", EVENT_PRIORITY_ENGINE },
                [ENGINE_LANE_LOG] = { "engine-log", EVENT_PRIORITY_LOG },
        };
        _cleanup_(engine_freep) Engine *e = NULL;
        int r;

        e = calloc(1, sizeof(*e));
        if (!e)
                return -ENOMEM;
        e->host = *host;
        *host = ENGINE_HOST_NULL;
        e->tls = *tls;
        if (tls->cert_path && !(e->cert_path = strdup(tls->cert_path)))
                return -ENOMEM;
        e->tls.cert_path = e->cert_path;
        r = engine_set_headers(e);
        for (size_t i = 0; i < _ENGINE_LANE_MAX && r >= 0; i++)
                r = curl_glue_new(&e->glues[i], event, lanes[i].name, lanes[i].priority, request_on_done);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(e);
        return 0;
}

void engine_set_version(Engine *e, const ApiVersion *version)
{
        e->version = *version;
        e->has_version = true;
}

const ApiVersion *engine_version(const Engine *e)
{
        return &e->version;
}

bool engine_is_local(const Engine *e)
{
        return e->host.kind == ENGINE_HOST_UNIX;
}

char *engine_escape(const char *s)
{
        static const char hex[] = "0123456789ABCDEF";
        char *escaped, *p;

        p = escaped = malloc(strlen(s) * 3 + 1);
        if (!escaped)
                return NULL;
        for (; *s; s++) {
                unsigned char c = (unsigned char) *s;

                if (isalnum(c) || strchr("-_.~", c))
                        *p++ = (char) c;
                else {
                        *p++ = '%';
                        *p++ = hex[c >> 4];
                        *p++ = hex[c & 15];
                }
        }
        *p = 0;
        return escaped;
}

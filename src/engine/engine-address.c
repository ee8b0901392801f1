/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The engine's address, as curl takes it; paths below it, for requests and for messages. */

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "codec/engine/engine-event.h"
#include "engine-address.h"
#include "engine/curl-glue.h"
#include "util/macro.h"

int engine_address_init(EngineAddress *a, EngineHost *host, const EngineTls *tls)
{
        _cleanup_free_ char *cert_path = NULL;

        if (tls->cert_path && !(cert_path = strdup(tls->cert_path)))
                return -ENOMEM;
        *a = (EngineAddress){ .host = *host, .tls = *tls, .cert_path = cert_path };
        a->tls.cert_path = TAKE_PTR(cert_path);
        *host = ENGINE_HOST_NULL;
        return 0;
}

void engine_address_done(EngineAddress *a)
{
        engine_host_done(&a->host);
        free(a->cert_path);
        *a = ENGINE_ADDRESS_NULL;
}

/* As the CLI: a file that does not exist is not used. */
static int set_tls_files(const EngineAddress *a, CURL *easy)
{
        static const struct {
                CURLoption option;
                const char *file;
        } files[] = { { CURLOPT_CAINFO, "ca.pem" },
                      { CURLOPT_SSLCERT, "cert.pem" },
                      { CURLOPT_SSLKEY, "key.pem" } };

        for (size_t i = 0; i < ELEMENTSOF(files); i++) {
                _cleanup_free_ char *path = NULL;

                if (asprintf(&path, "%s/%s", a->cert_path, files[i].file) < 0)
                        return -ENOMEM;
                if (access(path, R_OK) >= 0 && curl_easy_setopt(easy, files[i].option, path) != CURLE_OK)
                        return -EIO;
        }
        return 0;
}

static int set_tls(const EngineAddress *a, CURL *easy)
{
        if (!a->tls.enabled)
                return 0;
        if (curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, (long) a->tls.verify) != CURLE_OK ||
            curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, a->tls.verify ? 2L : 0L) != CURLE_OK)
                return -EIO;
        return a->cert_path ? set_tls_files(a, easy) : 0;
}

/* "/v1.41", or "" before a version was agreed on. */
static void format_version(const EngineAddress *a, bool unversioned, char ret[static 32])
{
        *ret = 0;
        if (!unversioned && a->has_version)
                (void) snprintf(ret, 32, "/v%u.%u", a->version.major, a->version.minor);
}

static bool host_is_ipv6(const EngineAddress *a)
{
        return a->host.kind == ENGINE_HOST_TCP && strchr(a->host.host, ':');
}

static int set_url(const EngineAddress *a, CURL *easy, const char *path, bool unversioned)
{
        _cleanup_free_ char *url = NULL;
        char version[32];
        int r;

        format_version(a, unversioned, version);
        if (a->host.kind == ENGINE_HOST_UNIX) {
                if (asprintf(&url, "http://docker%s%s", version, path) < 0)
                        return -ENOMEM;
                r = curl_result(curl_easy_setopt(easy, CURLOPT_UNIX_SOCKET_PATH, a->host.path));
                if (r < 0)
                        return r;
        } else if (asprintf(&url, "%s://%s%s%s:%u%s%s", a->tls.enabled ? "https" : "http",
                            host_is_ipv6(a) ? "[" : "", a->host.host, host_is_ipv6(a) ? "]" : "",
                            a->host.port, version, path) < 0)
                return -ENOMEM;
        return curl_result(curl_easy_setopt(easy, CURLOPT_URL, url));
}

int engine_address_apply(const EngineAddress *a, CURL *easy, const char *path, bool unversioned)
{
        int r = set_url(a, easy, path, unversioned);

        return r < 0 ? r : set_tls(a, easy);
}

int engine_address_no_proxy(CURL *easy)
{
        CURLcode code = curl_easy_setopt(easy, CURLOPT_PROXY, "");

        /* A libcurl without proxies does not know the option. */
        return code == CURLE_UNKNOWN_OPTION || code == CURLE_NOT_BUILT_IN ? 0 : curl_result(code);
}

char *engine_address_upgrade_request(const EngineAddress *a, const char *path)
{
        bool v6 = host_is_ipv6(a);
        char version[32], *request;

        format_version(a, false, version);
        if (asprintf(&request,
                     "POST %s%s HTTP/1.1\r\n"
                     "Host: %s%s%s\r\n"
                     "User-Agent: " ENGINE_USER_AGENT "\r\n"
                     "Connection: Upgrade\r\n"
                     "Upgrade: tcp\r\n"
                     "Content-Length: 0\r\n\r\n",
                     version, path, v6 ? "[" : "", a->host.kind == ENGINE_HOST_TCP ? a->host.host : "docker",
                     v6 ? "]" : "") < 0)
                return NULL;
        return request;
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

/* As many digits of an id as the docker CLI shows. */
#define ID_SHOWN 12

char *engine_request_name(const char *method, const char *path)
{
        size_t left = strcspn(path, "?"), n = strlen(method);
        char *name = malloc(n + 1 + left + 1), *p = name;

        if (!name)
                return NULL;
        p = stpcpy(stpcpy(p, method), " ");
        while (left > 0) {
                size_t digits = MIN(strspn(path, "0123456789abcdef"), left);
                size_t part = MAX(digits, (size_t) 1), shown = digits == ENGINE_ID_SIZE ? ID_SHOWN : part;

                p = mempcpy(p, path, shown);
                path += part;
                left -= part;
        }
        *p = 0;
        return name;
}

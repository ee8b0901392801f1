/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The failures of a pull that are worth another attempt. The messages come from real engines. */

#include <criterion/criterion.h>

#include "codec/registry/pull-failure.h"
#include "util/macro.h"

static const struct {
        int status;
        PullFailure failure;
        const char *message;
} cases[] = {
        { 500, PULL_FAILURE_PASSING,
          "Get \"http://127.0.0.1:5000/v2/\": dial tcp 127.0.0.1:5000: connect: connection refused" },
        { 500, PULL_FAILURE_PASSING, "Get \"https://r.example.org/v2/\": net/http: TLS handshake timeout" },
        { 500, PULL_FAILURE_PASSING,
          "Get \"https://r.example.org/v2/\": dial tcp: lookup r.example.org: i/o timeout" },
        { 500, PULL_FAILURE_PASSING,
          "Get \"https://r.example.org/v2/\": net/http: request canceled while waiting for "
          "connection (Client.Timeout exceeded while awaiting headers)" },
        { 500, PULL_FAILURE_PASSING,
          "Get \"https://r.example.org/v2/\": dial tcp: lookup r.example.org on 127.0.0.53:53: no such "
          "host" },
        { 500, PULL_FAILURE_PASSING,
          "Get \"https://r.example.org/v2/\": dial tcp: lookup r.example.org: Temporary failure in name "
          "resolution" },
        { 500, PULL_FAILURE_PASSING, "Get \"https://r.example.org/v2/\": EOF" },
        { 200, PULL_FAILURE_PASSING, "unexpected EOF" },
        { 200, PULL_FAILURE_PASSING,
          "read tcp 10.0.0.1:4242->10.0.0.2:443: read: connection reset by peer" },
        { 500, PULL_FAILURE_PASSING, "received unexpected HTTP status: 503 Service Unavailable" },
        { 500, PULL_FAILURE_PASSING, "received unexpected HTTP status: 500 Internal Server Error" },
        { 500, PULL_FAILURE_PASSING,
          "error parsing HTTP 502 response body: invalid character '<' looking for beginning of value: "
          "\"<h1>502 Bad Gateway</h1>\"" },
        { 500, PULL_FAILURE_PASSING, "toomanyrequests: You have reached your pull rate limit." },
        { 429, PULL_FAILURE_PASSING, "slow down" },
        { 503, PULL_FAILURE_PASSING, "HTTP status 503" },
        { 200, PULL_FAILURE_PASSING, "context canceled" },
        { 500, PULL_FAILURE_LOGIN,
          "Head \"http://127.0.0.1:5000/v2/a/manifests/latest\": no basic auth credentials" },
        { 500, PULL_FAILURE_LOGIN,
          "Head \"http://127.0.0.1:5000/v2/a/manifests/latest\": unauthorized: authentication required" },
        { 500, PULL_FAILURE_LOGIN,
          "Get \"https://r.example.org/v2/\": unauthorized: incorrect username or password" },
        { 404, PULL_FAILURE_LOGIN,
          "pull access denied for a, repository does not exist or may require 'docker login': denied: "
          "requested access to the resource is denied" },
        { 401, PULL_FAILURE_LOGIN, "who are you?" },
        { 403, PULL_FAILURE_LOGIN, "timeout" },
        { 404, PULL_FAILURE_FINAL,
          "manifest for 127.0.0.1:5000/a:b not found: manifest unknown: manifest unknown" },
        { 404, PULL_FAILURE_FINAL, "manifest for 127.0.0.1:5000/timeout:b not found" },
        { 404, PULL_FAILURE_FINAL, "no matching manifest for linux/s390x in the manifest list entries" },
        { 400, PULL_FAILURE_FINAL, "invalid reference format" },
        { 500, PULL_FAILURE_FINAL,
          "Get \"https://127.0.0.1:5000/v2/\": http: server gave HTTP response to HTTPS client" },
        { 500, PULL_FAILURE_FINAL,
          "Get \"https://r.example.org/v2/\": tls: failed to verify certificate: x509: certificate has "
          "expired or is not yet valid: connection refused" },
        { 200, PULL_FAILURE_FINAL, "failed to register layer: write /a: no space left on device" },
        { 200, PULL_FAILURE_FINAL, "filesystem layer verification failed for digest sha256:00" },
        { 500, PULL_FAILURE_FINAL, "something unheard of" },
        { 500, PULL_FAILURE_FINAL, "" },
};

Test(pull_failure, judge)
{
        for (size_t i = 0; i < ELEMENTSOF(cases); i++)
                cr_assert_eq(pull_failure_judge(cases[i].status, cases[i].message), cases[i].failure,
                             "%i %s", cases[i].status, cases[i].message);
}

Test(pull_failure, names)
{
        for (int i = 0; i < _PULL_FAILURE_MAX; i++)
                cr_assert_eq(pull_failure_from_string(pull_failure_to_string((PullFailure) i)), i);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Failures of a pull.
 *
 * The engine's HTTP status says little: it answers 500 both for a registry that is down and for one that
 * refuses the login, and once the pull runs, errors are inside of a 200. The message therefore decides. It
 * contains words of Go's net, net/http and crypto/tls, of the registry's error codes (distribution:
 * docs/content/spec/api.md, "Errors") and of HTTP statuses. An unknown failure is final, because waiting for
 * the same answer a third time does not help. */

#include <string.h>

#include "codec/registry/pull-failure.h"
#include "util/macro.h"
#include "util/string-table.h"

/* The order matters: "denied: … timeout" is still a refusal. */
static const struct {
        char words[48];
        PullFailure failure;
} phrases[] = {
        { "unauthorized", PULL_FAILURE_LOGIN },
        { "no basic auth credentials", PULL_FAILURE_LOGIN },
        { "authentication required", PULL_FAILURE_LOGIN },
        { "incorrect username or password", PULL_FAILURE_LOGIN },
        { "access denied", PULL_FAILURE_LOGIN },
        { "access forbidden", PULL_FAILURE_LOGIN },
        { "denied:", PULL_FAILURE_LOGIN },
        { "401 Unauthorized", PULL_FAILURE_LOGIN },
        { "403 Forbidden", PULL_FAILURE_LOGIN },

        { "manifest unknown", PULL_FAILURE_FINAL },
        { "name unknown", PULL_FAILURE_FINAL },
        { "no space left on device", PULL_FAILURE_FINAL },
        { "server gave HTTP response to HTTPS client", PULL_FAILURE_FINAL },
        { "x509:", PULL_FAILURE_FINAL },

        { "timeout", PULL_FAILURE_PASSING }, /* "TLS handshake timeout", "i/o timeout" */
        { "timed out", PULL_FAILURE_PASSING },
        { "Gateway Timeout", PULL_FAILURE_PASSING },
        { "Timeout exceeded", PULL_FAILURE_PASSING },
        { "deadline exceeded", PULL_FAILURE_PASSING },
        { "context canceled", PULL_FAILURE_PASSING }, /* the engine is about to end */
        { "connection refused", PULL_FAILURE_PASSING },
        { "connection reset", PULL_FAILURE_PASSING },
        { "broken pipe", PULL_FAILURE_PASSING },
        { "closed network connection", PULL_FAILURE_PASSING },
        { "server closed", PULL_FAILURE_PASSING },
        { "network is unreachable", PULL_FAILURE_PASSING },
        { "no route to host", PULL_FAILURE_PASSING },
        { "network is down", PULL_FAILURE_PASSING },
        { "no such host", PULL_FAILURE_PASSING }, /* at boot, the resolver may not be up yet */
        { "server misbehaving", PULL_FAILURE_PASSING },
        { "temporary failure", PULL_FAILURE_PASSING },
        { "Temporary failure", PULL_FAILURE_PASSING },
        { "EOF", PULL_FAILURE_PASSING },
        { "toomanyrequests", PULL_FAILURE_PASSING },
        { "Too Many Requests", PULL_FAILURE_PASSING },
        { "too many requests", PULL_FAILURE_PASSING },
        { "Internal Server Error", PULL_FAILURE_PASSING },
        { "Bad Gateway", PULL_FAILURE_PASSING },
        { "service unavailable", PULL_FAILURE_PASSING },
        { "Service Unavailable", PULL_FAILURE_PASSING },
};

static const char pull_failure_table[_PULL_FAILURE_MAX][8] = {
        [PULL_FAILURE_FINAL] = "final",
        [PULL_FAILURE_LOGIN] = "login",
        [PULL_FAILURE_PASSING] = "passing",
};
DEFINE_STRING_TABLE(pull_failure, PullFailure)

PullFailure pull_failure_judge(int http_status, const char *message)
{
        assert(message);

        if (http_status == 401 || http_status == 403)
                return PULL_FAILURE_LOGIN;
        for (size_t i = 0; i < ELEMENTSOF(phrases); i++)
                if (strstr(message, phrases[i].words)) {
                        /* the engine has looked for the image, and it does not exist */
                        if (http_status == 404 && phrases[i].failure == PULL_FAILURE_PASSING)
                                break;
                        return phrases[i].failure;
                }
        return http_status == 429 || http_status == 502 || http_status == 503 || http_status == 504
                       ? PULL_FAILURE_PASSING
                       : PULL_FAILURE_FINAL;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* libcurl's results have no errno, and its words are those of a client of many protocols. */

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "transfer-failure.h"
#include "util/cleanup.h"
#include "util/fd.h"
#include "util/macro.h"

/* libcurl does not say why it got no socket: the next one is refused for the same reason. */
static int socket_error(void)
{
        _cleanup_close_ int fd = (int) RET_NERRNO(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));

        return fd < 0 ? fd : -ECONNREFUSED;
}

static int connect_error(CURL *easy)
{
        long os_error = 0;

        (void) curl_easy_getinfo(easy, CURLINFO_OS_ERRNO, &os_error);
        return os_error > 0 ? (int) -os_error : socket_error();
}

int transfer_failure_errno(CURL *easy, CURLcode result)
{
        switch (result) {
        case CURLE_OK:
                return 0;
        case CURLE_COULDNT_CONNECT:
                return connect_error(easy);
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

/* libcurl counts milliseconds and bytes, and does not say whose answer was late. */
static const char *timeout_message(CURL *easy, char curl_error[CURL_ERROR_SIZE])
{
        curl_off_t usec = 0;

        (void) curl_easy_getinfo(easy, CURLINFO_TOTAL_TIME_T, &usec);
        (void) snprintf(curl_error, CURL_ERROR_SIZE, "the engine did not answer within %.*f s",
                        usec < (curl_off_t) USEC_PER_SEC, (double) usec / (double) USEC_PER_SEC);
        return curl_error;
}

const char *transfer_failure_message(CURL *easy, CURLcode result, int code, char curl_error[CURL_ERROR_SIZE])
{
        if (code == -ETIMEDOUT && result == CURLE_OPERATION_TIMEDOUT)
                return timeout_message(easy, curl_error);
        if (result == CURLE_COULDNT_CONNECT || result == CURLE_OK || code == -EFBIG)
                return strerror(-code); /* libcurl's "Failed to connect to docker port 80" says less */
        return curl_error[0] ? curl_error : curl_easy_strerror(result);
}

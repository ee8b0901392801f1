/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* What it means that a transfer has failed, for us and for a user of Docker. */

#include <curl/curl.h>

/* 0: it has not failed. -ETIMEDOUT, -ECONNRESET, -EHOSTUNREACH, -ENOMEM, or -errno of the connection; -EIO:
 * something else. */
int transfer_failure_errno(CURL *easy, CURLcode result);

/* In words. code: as above, or what the caller has made of it; curl_error: CURLOPT_ERRORBUFFER, which may be
 * written to. */
const char *transfer_failure_message(CURL *easy, CURLcode result, int code,
                                     char curl_error[CURL_ERROR_SIZE]);

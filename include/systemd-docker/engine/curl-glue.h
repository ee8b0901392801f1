/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* libcurl's multi interface as event sources: one for each socket, with the priority of the transfer that
 * has the socket at that time (with HTTP/1.1, a socket serves one transfer after the other). */

#include <curl/curl.h>
#include <errno.h>
#include <stdbool.h>
#include <systemd/sd-event.h>

#include "loop/event-util.h"

typedef struct CurlGlue CurlGlue;

/* libcurl's results as ours: 0, -ENOMEM or -EIO. */
static inline int curl_result(CURLcode code)
{
        return code == CURLE_OK ? 0 : code == CURLE_OUT_OF_MEMORY ? -ENOMEM : -EIO;
}

static inline int curl_multi_result(CURLMcode code)
{
        return code == CURLM_OK ? 0 : code == CURLM_OUT_OF_MEMORY ? -ENOMEM : -EIO;
}

/* A transfer is done. Called from the loop, never from inside curl. owner: the CURLOPT_PRIVATE of easy. The
 * transfer may be removed in it. */
typedef void (*CurlGlueDone)(CURL *easy, CURLcode result, void *owner);
/* Of the transfer's socket. May run inside curl. */
typedef EventPriority (*CurlGluePriority)(const void *owner);

/* name: of the event sources; borrowed. priority: of all that is no transfer's own. priority_of: NULL: that
 * of transfers as well. -ENOMEM, -EIO. */
int curl_glue_new(CurlGlue **ret, sd_event *event, const char *name, EventPriority priority,
                  CurlGluePriority priority_of, CurlGlueDone done);
/* After all of its transfers were removed. */
CurlGlue *curl_glue_free(CurlGlue *g);
DEFINE_TRIVIAL_CLEANUP_FUNC(CurlGlue *, curl_glue_free)

/* Starts a transfer. It begins in the loop: none of its callbacks is called from in here. libcurl forbids
 * this in the callbacks of any transfer. 0, -ENOMEM or -EIO. */
int curl_glue_add(CurlGlue *g, CURL *easy);

/* Ends a transfer and frees easy. libcurl forbids this as well. */
void curl_glue_remove(CurlGlue *g, CURL *easy);

/* Lets a paused transfer continue. The data that was refused may be delivered from in here. */
void curl_glue_resume(CurlGlue *g, CURL *easy);

/* Prepares libcurl's global state: once, before the first glue. tls: also that of the TLS library, which
 * takes several milliseconds and which a unix socket does not need. 0 or -EIO. */
int curl_glue_global_init(bool tls);

/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* libcurl's multi interface as event sources. curl decides which socket serves which transfer, so a glue has
 * one priority for all of its transfers: there is one glue for control and one for log bodies. */

#include <curl/curl.h>
#include <stdbool.h>
#include <systemd/sd-event.h>

#include "loop/event-util.h"

typedef struct CurlGlue CurlGlue;

/* A transfer is done. Called from the loop, never from inside curl; `private` is its CURLOPT_PRIVATE. */
typedef void (*CurlGlueDone)(CURL *easy, CURLcode result, void *owner);

int curl_glue_new(CurlGlue **ret, sd_event *event, const char *name, EventPriority priority,
                  CurlGlueDone done);
CurlGlue *curl_glue_free(CurlGlue *g);
DEFINE_TRIVIAL_CLEANUP_FUNC(CurlGlue *, curl_glue_free)

/* Starts a transfer. It begins from the loop: nothing is called from in here. 0 or -errno. */
int curl_glue_add(CurlGlue *g, CURL *easy);

/* Ends and frees a transfer. Not from inside curl's own callbacks (header, body): libcurl forbids it. */
void curl_glue_remove(CurlGlue *g, CURL *easy);

/* Lets a paused transfer go on. The data that was refused may be delivered from in here. */
void curl_glue_resume(CurlGlue *g, CURL *easy);

/* libcurl's global state: once, before the first glue. tls: also that of the TLS library, which takes
 * several milliseconds and which a unix socket has no use for. */
int curl_glue_global_init(bool tls);

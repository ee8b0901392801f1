/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The answer is one small object, but it may come at any time. So the request is a stream, which has no time
 * limit, and there is room for the answer only when it comes. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codec/engine/container-info.h"
#include "engine/exit-wait.h"
#include "util/macro.h"

#define ANSWER_MAX 4096

struct ExitWait {
        Engine *engine;
        const ExitWaitOps *ops;
        void *userdata;
        EngineRequest *request; /* NULL: none is under way */
        bool told;              /* the exit status was reported */
        char *answer;           /* what has arrived of it; NULL: nothing */
        size_t size;
};

static void exit_wait_on_open(EngineRequest *request, void *userdata)
{
        ExitWait *w = ASSERT_PTR(userdata);

        w->ops->on_state(ATTACHMENT_OPEN, w->userdata);
}

static size_t exit_wait_on_data(EngineRequest *request, const char *data, size_t size, void *userdata)
{
        ExitWait *w = ASSERT_PTR(userdata);
        size_t n = MIN(size, ANSWER_MAX - w->size);
        int code;

        if (!w->answer)
                w->answer = malloc(ANSWER_MAX);
        if (!w->answer)
                return size; /* inspect says the same later */
        memcpy(w->answer + w->size, data, n);
        w->size += n;
        if (!w->told && container_wait_parse(w->answer, w->size, &code) >= 0) {
                w->told = true;
                w->ops->on_exit_code(code, w->userdata);
        }
        return size;
}

static void exit_wait_on_done(EngineRequest *request, int r, const EngineReply *reply, void *userdata)
{
        ExitWait *w = ASSERT_PTR(userdata);

        w->request = engine_request_free(w->request);
        w->ops->on_state(ATTACHMENT_ENDED, w->userdata);
}

int exit_wait_new(ExitWait **ret, Engine *engine, const ExitWaitOps *ops, void *userdata)
{
        ExitWait *w = calloc(1, sizeof(*w));

        if (!w)
                return -ENOMEM;
        w->engine = engine;
        w->ops = ops;
        w->userdata = userdata;
        *ret = w;
        return 0;
}

ExitWait *exit_wait_free(ExitWait *w)
{
        if (!w)
                return NULL;
        engine_request_free(w->request);
        free(w->answer);
        free(w);
        return NULL;
}

void exit_wait_close(ExitWait *w)
{
        w->request = engine_request_free(w->request);
        w->ops->on_state(ATTACHMENT_NONE, w->userdata);
}

int exit_wait_open(ExitWait *w, const char *id)
{
        static const EngineRequestOps ops = { exit_wait_on_open, exit_wait_on_data, exit_wait_on_done };
        _cleanup_free_ char *path = NULL;
        int r;

        exit_wait_close(w);
        w->told = false;
        w->size = 0;
        if (!api_version_at_least(*engine_version(w->engine), 1, 30))
                return 0;
        if (asprintf(&path, "/containers/%s/wait?condition=next-exit", id) < 0) {
                path = NULL;
                return -ENOMEM;
        }
        r = engine_call(w->engine, &w->request,
                        &(EngineCall){ .method = "POST", .path = path, .ops = &ops, .userdata = w });
        if (r >= 0)
                w->ops->on_state(ATTACHMENT_OPENING, w->userdata);
        return r;
}

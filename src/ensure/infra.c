/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The image of the infra containers of pods. It has one file, a program of ours that waits, and is imported
 * as a tar archive: no registry is needed. Its tag is a version, so one that exists is the right one. */

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "codec/engine/tar.h"
#include "quadlet/infra-image.h"
#include "session.h"
#include "util/fd.h"
#include "util/log.h"
#include "util/macro.h"

#define PROGRAM_MAX ((size_t) 8 * 1024 * 1024)

static void ask(Session *s);

static void on_imported(EngineRequest *request, int r, const EngineReply *reply, void *userdata)
{
        Session *s = ASSERT_PTR(userdata);

        if (r < 0)
                session_fail_engine(s, reply, "Failed to create image " INFRA_IMAGE);
        else
                ask(s); /* an error may be anywhere in the answer */
}

static void import(Session *s)
{
        static const EngineRequestOps ops = { .on_done = on_imported };
        _cleanup_free_ char *program = NULL, *archive = NULL, *repository = engine_escape(INFRA_REPOSITORY),
                            *change = engine_escape("ENTRYPOINT [\"/infra\"]"), *path = NULL;
        size_t size, archive_size;
        int r = read_file_at(AT_FDCWD, SYSTEMD_DOCKER_INFRA_PATH, PROGRAM_MAX, &program, &size);

        if (r >= 0)
                r = tar_file("infra", 0755, program, size, &archive, &archive_size);
        if (r >= 0 && (!repository || !change ||
                       asprintf(&path, "/images/create?fromSrc=-&repo=%s&tag=" INFRA_TAG "&changes=%s",
                                repository, change) < 0)) {
                path = NULL;
                r = -ENOMEM;
        }
        s->request = engine_request_free(s->request);
        if (r >= 0)
                r = engine_call(s->engine, &s->request,
                                &(EngineCall){ .method = "POST",
                                               .path = path,
                                               .body = archive,
                                               .body_size = archive_size,
                                               .ops = &ops,
                                               .userdata = s });
        if (r < 0)
                session_fail(s,
                             "Failed to create image " INFRA_IMAGE " of " SYSTEMD_DOCKER_INFRA_PATH ": %s",
                             strerror(-r));
}

static void on_found(EngineRequest *request, int r, const EngineReply *reply, void *userdata)
{
        Session *s = ASSERT_PTR(userdata);

        if (r >= 0) {
                session_end(s, EXIT_SUCCESS);
                return;
        }
        if (reply->status != 404 || s->created) {
                session_fail_engine(s, reply, "Failed to create image " INFRA_IMAGE);
                return;
        }
        s->created = true;
        import(s);
}

static void ask(Session *s)
{
        static const EngineRequestOps ops = { .on_done = on_found };
        _cleanup_free_ char *name = engine_escape(INFRA_IMAGE);
        char *path = NULL;

        if (name && asprintf(&path, "/images/%s/json", name) < 0)
                path = NULL;
        session_send(s, "GET", path, NULL, &ops);
}

void infra_start(Session *s)
{
        ask(s);
}

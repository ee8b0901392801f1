/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* --use-api-socket: the engine's socket inside the container. */

#include <errno.h>
#include <string.h>

#include "run-parse.h"
#include "run-subjects.h"
#include "text.h"
#include "json/json.h"

/* --use-api-socket mounts the engine's socket into the container. The supervisor copies the logins into the
 * container after it was created. */
int finish_api_socket(RunParse *p)
{
        const char *engine = context_engine(p->context);
        _cleanup_json_ struct json_object *mount = NULL;

        if (!p->o->use_api_socket)
                return 0;
        if (!text_starts_with(engine, "unix://"))
                return cli_error(p->reterr, CLI_EXIT_REFUSED,
                                 "--use-api-socket needs an engine on a unix socket, not %.300s", engine);
        mount = json_object_new_object();
        if (!mount || json_set_string(mount, "Type", "bind") < 0 ||
            json_set_text(mount, "Source", engine + strlen("unix://")) < 0 ||
            json_set_string(mount, "Target", "/var/run/docker.sock") < 0 ||
            !json_ensure(mount, "BindOptions", json_type_object))
                return -ENOMEM;
        return draft_append(p, "HostConfig/Mounts", TAKE_PTR(mount));
}

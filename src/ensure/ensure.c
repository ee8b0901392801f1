/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Which kind begins where. */

#include "ensure/ensure.h"
#include "session.h"

int ensure_run(const EnsureOptions *options, const EnsureConfig *config, EngineHost *host)
{
        static void (*const starts[_ENSURE_KIND_MAX])(Session * s) = {
                [ENSURE_NETWORK] = network_start,
                [ENSURE_VOLUME] = volume_start,
                [ENSURE_IMAGE] = image_start,
        };
        _cleanup_(session_done)
                Session s = { .options = options, .config = config, .start = starts[options->kind] };

        return session_run(&s, host);
}

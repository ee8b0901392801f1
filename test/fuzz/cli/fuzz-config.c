/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* docker's config.json, for its proxies and detachKeys. */

#include <errno.h>
#include <stdlib.h>

#include "../codec/fuzz.h"
#include "run/client-config.h"
#include "json/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        struct json_object *o = json_object_new_object();
        char *keys = NULL;
        int r = proxies_parse((const char *) data, size, "unix:///var/run/docker.sock", o);

        CHECK(r == 0 || r == -EINVAL);
        CHECK(json_object_object_length(o) <= 10);
        CHECK(detach_keys_parse((const char *) data, size, &keys) == r && (!keys || *keys));
        free(keys);
        json_object_put(o);
        return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Answers about an engine. */

#include "codec/engine/engine-info.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        EngineInfo i;

        if (engine_info_parse((const char *) data, size, &i) >= 0)
                CHECK(cgroup_driver_to_string(i.cgroup_driver));
        return 0;
}

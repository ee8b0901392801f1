/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Answers about a container. */

#include "codec/engine/container-info.h"
#include "fuzz.h"
#include "util/cleanup.h"
#include "util/strv.h"

static bool id_is_valid(const char *id)
{
        return strlen(id) == ENGINE_ID_SIZE && strspn(id, "0123456789abcdef") == ENGINE_ID_SIZE;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        _cleanup_(container_info_done) ContainerInfo i = CONTAINER_INFO_NULL;
        _cleanup_strv_free_ char **warnings = NULL;
        const char *s = (const char *) data;
        char id[ENGINE_ID_SIZE + 1];
        int code;

        if (container_created_parse(s, size, id, &warnings) >= 0)
                CHECK(id_is_valid(id));
        if (container_wait_parse(s, size, &code) >= 0)
                CHECK(code >= 0 && code <= 255);
        if (container_info_parse(s, size, &i) < 0)
                return 0;
        CHECK(id_is_valid(i.id) && i.name && i.image && i.log_driver);
        CHECK(i.pid >= 0 && i.exit_code >= -1 && i.exit_code <= 255);
        CHECK(i.stop_signal >= 1 && i.stop_signal <= 64 && i.stop_timeout >= -1);
        CHECK(container_health_to_string(i.health));
        CHECK(i.started_at && i.check.exit_code >= -1 && i.check.exit_code <= 255 && i.check.failures >= 0);
        CHECK(!i.check.output || strlen(i.check.output) <= HEALTH_CHECK_OUTPUT_MAX + 3);
        return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* In a text that is understood, the runtime can be registered, is then found, and can be removed again. */

#include "codec/engine/daemon-config.h"
#include "fuzz.h"
#include "util/cleanup.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        _cleanup_(daemon_config_done) DaemonConfig before = DAEMON_CONFIG_NULL, after = DAEMON_CONFIG_NULL,
                                                   last = DAEMON_CONFIG_NULL;
        _cleanup_free_ char *text = NULL, *back = NULL, *tidy = NULL;
        size_t text_size, back_size;
        const char *why = NULL;

        if (daemon_config_parse((const char *) data, size, &before, &why) < 0) {
                CHECK(why);
                return 0;
        }
        CHECK(daemon_config_register((const char *) data, size, "/our", &text, &text_size) == 0);
        CHECK(daemon_config_parse(text, text_size, &after, &why) == 0);
        /* Names that occur twice, or in another spelling, are left to the administrator. */
        if (!after.our_path || strcmp(after.our_path, "/our") != 0 ||
            daemon_config_unregister(text, text_size, &back, &back_size) < 0)
                return 0;
        CHECK(daemon_config_parse(back, back_size, &last, &why) == 0);
        CHECK(!before.default_runtime == !last.default_runtime);
        if (daemon_config_tidy(back, back_size, &tidy, &back_size) >= 0)
                CHECK(back_size < text_size);
        return 0;
}

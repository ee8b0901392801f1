/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The first two bytes are the status, the rest the body. */

#include "codec/engine/engine-error.h"
#include "fuzz.h"
#include "util/cleanup.h"
#include "util/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        _cleanup_(engine_error_done) EngineError e = ENGINE_ERROR_NULL;
        int status, code;
        size_t n;

        if (size < 2)
                return 0;
        status = data[0] | data[1] << 8;
        CHECK(engine_error_parse(status, (const char *) data + 2, size - 2, &e) == 0);
        CHECK(e.http_status == status && e.error < 0);
        n = strlen(e.message);
        CHECK(n > 0 && n <= ENGINE_ERROR_MESSAGE_MAX + 3 && utf8_is_valid(e.message, n));
        for (size_t i = 0; i < n; i++)
                CHECK((unsigned char) e.message[i] >= ' ' && e.message[i] != 0x7f);
        code = engine_error_exit_code(&e);
        CHECK(code >= 125 && code <= 127);
        return 0;
}

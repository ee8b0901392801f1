/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The first byte is the size of the pieces, which must give the same result as the whole text. */

#include "codec/engine/stream-frame.h"
#include "fuzz.h"
#include "util/cleanup.h"
#include "util/macro.h"

/* Writes "stream, byte" for every byte of payload. Returns the last result of feed. */
static int decode(const uint8_t *data, size_t size, size_t piece, uint8_t *out, size_t *out_size)
{
        StreamFrame f = STREAM_FRAME_NULL;
        size_t fed = 0;

        while (fed < size) {
                size_t n = MIN(piece, size - fed), consumed = SIZE_MAX;
                StreamChunk c;
                int r = stream_frame_feed(&f, data + fed, n, &consumed, &c);

                if (r < 0) {
                        CHECK(!stream_frame_is_complete(&f));
                        return r;
                }
                CHECK(consumed <= n && (r == 1 || consumed == n));
                if (r == 1) {
                        CHECK(stream_to_string(c.stream) && c.size > 0 && c.size <= consumed);
                        for (size_t i = 0; i < c.size; i++) {
                                out[(*out_size)++] = (uint8_t) c.stream;
                                out[(*out_size)++] = (uint8_t) c.data[i];
                        }
                }
                fed += consumed;
        }
        return stream_frame_is_complete(&f);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        _cleanup_free_ uint8_t *a = NULL, *b = NULL;
        size_t a_size = 0, b_size = 0;

        if (size == 0)
                return 0;
        a = malloc(2 * size);
        b = malloc(2 * size);
        CHECK(a && b);
        CHECK(decode(data + 1, size - 1, SIZE_MAX, a, &a_size) ==
              decode(data + 1, size - 1, (size_t) data[0] + 1, b, &b_size));
        CHECK(a_size == b_size && memcmp(a, b, a_size) == 0);
        return 0;
}

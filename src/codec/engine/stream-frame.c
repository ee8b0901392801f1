/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The engine's multiplexed output: { stream, 0, 0, 0, length as big-endian u32 } and as many bytes.
 *
 * A frame does not correspond to a line or to a write of the container, because the engine cuts at 16 KiB
 * and elsewhere. Payload is therefore passed on in the pieces in which it arrives, without a copy and
 * without a limit; only a header is kept between calls. An invalid header means that the body is something
 * else (the raw bytes of a TTY, an error text). From then on nothing can be trusted, and the parser stays in
 * that state. */

#include <string.h>

#include "codec/engine/stream-frame.h"
#include "util/macro.h"
#include "util/string-table.h"

static const char stream_table[_STREAM_MAX][16] = {
        [STREAM_STDIN] = "stdin",
        [STREAM_STDOUT] = "stdout",
        [STREAM_STDERR] = "stderr",
        [STREAM_SYSTEMERR] = "systemerr",
};

const char *stream_to_string(int stream)
{
        return stream >= 0 && stream < _STREAM_MAX ? stream_table[stream] : NULL;
}

bool stream_frame_is_complete(const StreamFrame *f)
{
        assert(f);
        return !f->broken && f->header_size == 0 && f->left == 0;
}

/* Checks the received part of the header, so that a wrong first byte is found at once. */
static bool header_is_valid(const StreamFrame *f)
{
        if (f->header_size > 0 && f->header[0] >= _STREAM_MAX)
                return false;
        for (size_t i = 1; i < MIN(f->header_size, (size_t) 4); i++)
                if (f->header[i] != 0)
                        return false;
        return true;
}

/* Takes the missing part of the header. Returns the number of its bytes, or -EBADMSG. */
static ssize_t take_header(StreamFrame *f, const uint8_t *data, size_t size)
{
        size_t n = MIN(size, STREAM_FRAME_HEADER_SIZE - f->header_size);

        memcpy(f->header + f->header_size, data, n);
        f->header_size += n;
        if (!header_is_valid(f))
                return -EBADMSG;
        if (f->header_size == STREAM_FRAME_HEADER_SIZE) {
                f->stream = f->header[0];
                f->left = (uint32_t) f->header[4] << 24 | (uint32_t) f->header[5] << 16 |
                          (uint32_t) f->header[6] << 8 | f->header[7];
                f->header_size = 0;
                f->begins = true;
        }
        return (ssize_t) n;
}

int stream_frame_feed(StreamFrame *f, const void *data, size_t size, size_t *ret_consumed,
                      StreamChunk *ret_chunk)
{
        const char *p = data;
        size_t i = 0;

        assert(f);
        assert(data || size == 0);
        assert(ret_consumed);
        assert(ret_chunk);

        if (f->broken)
                return -EBADMSG;
        while (i < size) {
                ssize_t n;

                if (f->left > 0) {
                        size_t m = MIN(size - i, (size_t) f->left);

                        *ret_chunk = (StreamChunk){
                                .stream = f->stream, .data = p + i, .size = m, .begins = f->begins
                        };
                        f->begins = false;
                        *ret_consumed = i + m;
                        f->left -= (uint32_t) m;
                        return 1;
                }
                n = take_header(f, (const uint8_t *) p + i, size - i);
                if (n < 0) {
                        f->broken = true;
                        return (int) n;
                }
                i += (size_t) n;
        }
        *ret_consumed = size;
        return 0;
}

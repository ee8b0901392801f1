/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The hash of a line, by which it is recognised in what the engine has stored.
 *
 * An engine stores bytes that are no UTF-8 as others, and which ones depends on its pieces. So a line has
 * two hashes, of all bytes and of the ASCII characters, and log_hash_end() decides which one counts. */

#include <endian.h>
#include <string.h>

#include "codec/journal/log-hash.h"
#include "util/macro.h"
#include "util/text.h"

/* An engine stores longer lines in pieces of this size. */
#define PIECE ((uint64_t) 16 * 1024)
#define ODD_STEP ((size_t) 512)

static void mix(LogBytesHash *h)
{
        static const uint64_t k = UINT64_C(0x9e3779b97f4a7c15);

        h->state = (h->state ^ h->word) * k;
        h->state ^= h->state >> 29;
        h->word = 0;
}

static uint64_t load_word(const uint8_t *p)
{
        uint64_t word;

        memcpy(&word, p, sizeof(word));
        return le64toh(word);
}

/* The result does not depend on how the bytes are divided: word has the bytes that wait for their
 * successors. */
static void hash_bytes(LogBytesHash *hash, const uint8_t *p, size_t size)
{
        LogBytesHash h = *hash;
        unsigned bits = h.size % sizeof(h.word) * 8; /* of word, in use */

        h.size += size;
        for (; size >= sizeof(h.word); size -= sizeof(h.word), p += sizeof(h.word)) {
                uint64_t next = load_word(p);

                h.word |= next << bits;
                mix(&h);
                h.word = bits > 0 ? next >> (64 - bits) : 0;
        }
        for (; size > 0; size--) {
                h.word |= (uint64_t) *p++ << bits;
                bits = (bits + 8) % 64;
                if (bits == 0)
                        mix(&h);
        }
        *hash = h;
}

static size_t ascii_size(const uint8_t *p, size_t size)
{
        static const uint64_t high = UINT64_C(0x8080808080808080);
        size_t n = 0;
        uint64_t word;

        for (; size - n >= sizeof(word); n += sizeof(word)) {
                memcpy(&word, p + n, sizeof(word));
                if (word & high)
                        break;
        }
        while (n < size && p[n] < 0x80)
                n++;
        return n;
}

/* The next byte of a character that is not ASCII, or what comes instead. */
static void take_wide(LogHash *h, uint8_t c)
{
        static const uint8_t replacement[] = { 0xef, 0xbf, 0xbd };
        size_t n;

        if (c < 0x80 || h->tail_size >= sizeof(h->tail)) {
                h->odd = 1;
                h->tail_size = 0;
                if (c < 0x80)
                        hash_bytes(&h->ascii, &c, 1);
                return;
        }
        h->tail[h->tail_size++] = c;
        n = h->tail_size;
        if (utf8_sequence((const char *) h->tail, n) != n) {
                if (utf8_incomplete_tail((const char *) h->tail, n) == n)
                        return;
                h->odd = 1;
        } else if (n == sizeof(replacement) && memcmp(h->tail, replacement, n) == 0)
                h->odd = 1;
        h->tail_size = 0;
}

/* Up to the end, or to what makes the line odd. Returns how many bytes. */
static size_t take_mixed(LogHash *h, const uint8_t *p, size_t size)
{
        size_t done = 0, n;

        for (; done < size && !h->odd; done += n) {
                n = h->tail_size == 0 ? ascii_size(p + done, size - done) : 0;
                hash_bytes(&h->ascii, p + done, n);
                if (n == 0) {
                        take_wide(h, p[done]);
                        n = 1;
                }
        }
        return done;
}

/* Copies the ASCII characters among the eight bytes, and returns how many these are. Each byte is stored,
 * and the next ASCII character overwrites those that are none: nothing depends on a byte's value but places,
 * so the processor does not have to guess. */
static size_t copy_ascii_of_word(uint8_t *to, const uint8_t *p)
{
        static const uint64_t ones = UINT64_C(0x0101010101010101);
        uint64_t word = load_word(p), ends = (~word >> 7 & ones) * ones; /* byte i: how many up to byte i */

        to[0] = (uint8_t) word;
#pragma GCC unroll 8
        for (unsigned i = 1; i < sizeof(word); i++)
                to[ends >> 8 * (i - 1) & 0xff] = (uint8_t) (word >> 8 * i);
        return ends >> 56;
}

/* Of an odd line only the ASCII characters count, see log_hash_end(). Binary data is nothing but odd lines,
 * and this is what a gigabyte of it costs most. */
static void take_odd(LogHash *h, const uint8_t *p, size_t size)
{
        uint8_t ascii[ODD_STEP];
        size_t n = 0, i = 0;

        for (; i + sizeof(uint64_t) <= size; i += sizeof(uint64_t))
                n += copy_ascii_of_word(ascii + n, p + i);
        for (; i < size; i++) {
                ascii[n] = p[i];
                n += p[i] < 0x80;
        }
        hash_bytes(&h->ascii, ascii, n);
}

void log_hash_feed(LogHash *h, const void *data, size_t size)
{
        const uint8_t *p = data;
        size_t n, step;

        if (!h->mixed) {
                n = ascii_size(p, size);
                hash_bytes(&h->all, p, n);
                p += n;
                size -= n;
                if (size == 0)
                        return;
                h->ascii = h->all;
                h->mixed = 1;
        }
        for (n = take_mixed(h, p, size); n < size; n += step) {
                step = MIN(size - n, ODD_STEP);
                take_odd(h, p + n, step);
        }
        if (h->odd)
                h->all.size += size; /* of it, only the size counts from now on */
        else
                hash_bytes(&h->all, p, size);
}

/* The log driver json-file stores U+FFFD for each byte that is not UTF-8. Engines store a line in pieces of
 * PIECE bytes, and a character that lies across two of them is no UTF-8 in either. What such a line was
 * cannot be seen in what is stored, so that only its ASCII characters count. */
uint64_t log_hash_end(const LogHash *h)
{
        bool doubtful = h->mixed && (h->odd || h->tail_size > 0 || h->all.size > PIECE);
        LogBytesHash copy = doubtful ? h->ascii : h->all;

        mix(&copy);
        copy.word = copy.size + 1;
        mix(&copy);
        return copy.state;
}

uint64_t log_line_hash(const void *data, size_t size)
{
        LogHash h = {};

        log_hash_feed(&h, data, size);
        return log_hash_end(&h);
}

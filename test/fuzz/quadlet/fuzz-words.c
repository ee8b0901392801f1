/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Splitting and quoting: what is quoted is split into the same word again. */

#include "fuzz.h"
#include "quadlet/words.h"

static void round_trip(const char *word)
{
        Buffer b = {};
        Words again = {};

        word_quote(&b, word);
        CHECK(!b.failed && !strchr(buffer_text(&b), '\n'));
        CHECK(words_split(buffer_text(&b), SPLIT_UNESCAPE, &again) == SPLIT_OK);
        CHECK(again.n == 1 && strcmp(again.items[0], word) == 0);
        words_done(&again);
        buffer_done(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        char *text = fuzz_string(data, size), *once = word_unquote_once(text);
        Words kept = {}, unescaped = {};

        CHECK(once && strlen(once) <= size);
        free(once);
        (void) words_split(text, SPLIT_KEEP_ESCAPES, &kept);
        (void) words_split(text, SPLIT_UNESCAPE, &unescaped);
        for (size_t i = 0; i < unescaped.n; i++)
                round_trip(unescaped.items[i]);
        round_trip(text);
        words_done(&kept);
        words_done(&unescaped);
        free(text);
        return 0;
}

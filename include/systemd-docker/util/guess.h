/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* The word of a table that somebody probably meant who typed another one. Offer all words; the nearest one
 * stays:
 *
 *     Guess g = guess_begin(typed, strlen(typed));
 *     guess_offer(&g, "always");
 *     if (g.word) …
 *
 * Near is what needs one to three changes, depending on the length: a letter more, less or other, or two
 * neighbours exchanged. What is only begun ("--vol") is near, too, but less than that. */

#include <stdbool.h>
#include <stddef.h>

typedef struct Guess {
        const char *typed;
        size_t typed_size;
        const char *word; /* points into what was offered; NULL: nothing is near */
        size_t size;
        unsigned distance; /* 0: the word is what was typed */
} Guess;

Guess guess_begin(const char *typed, size_t size);
/* Both return true if the word, or one of them, is now the nearest. Of two that are equally near, the first
 * one stays. words: separated by blanks; a word "name=" stands for what begins with it. */
bool guess_offer(Guess *g, const char *word);
bool guess_offer_words(Guess *g, const char *words);

/* In bytes. */
#define GUESS_HINT_SIZE 96

/* ", did you mean PREFIXword?", written into the buffer, or "" if nothing is near. */
const char *guess_hint(const Guess *g, const char *prefix, char buffer[static GUESS_HINT_SIZE]);

/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* One line on a terminal that shows how far a pull is. It is drawn over itself. */

#include <stdbool.h>

typedef struct PullBar {
        int fd; /* the terminal, borrowed; negative: nothing is drawn */
        bool shown;
} PullBar;

/* Draws the bar, cut to the width of the terminal. percent: 0..100. */
void pull_bar_show(PullBar *b, const char *name, unsigned percent, const char *text);
/* Removes the bar, so that the next output begins at the start of an empty line. */
void pull_bar_clear(PullBar *b);

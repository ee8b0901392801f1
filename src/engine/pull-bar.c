/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* "IMAGE [#####...................] 2/5 layers, 12.3 of 50.0 MB, 24%" */

#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>

#include "pull-bar.h"
#include "util/cleanup.h"
#include "util/macro.h"

#define BAR_SIZE 24
#define COLUMNS_DEFAULT 80

void pull_bar_show(PullBar *b, const char *name, unsigned percent, const char *text)
{
        _cleanup_free_ char *line = NULL;
        struct winsize size = {};
        char bar[BAR_SIZE + 1] = {};
        int columns = COLUMNS_DEFAULT;

        if (b->fd < 0)
                return;
        memset(bar, '.', BAR_SIZE);
        memset(bar, '#', (size_t) MIN(percent, 100U) * BAR_SIZE / 100);
        if (ioctl(b->fd, TIOCGWINSZ, &size) >= 0 && size.ws_col > 0)
                columns = size.ws_col;
        if (asprintf(&line, "%s [%s] %s", name, bar, text) < 0) {
                line = NULL;
                return;
        }
        (void) dprintf(b->fd, "\r%.*s\033[K", columns - 1, line);
        b->shown = true;
}

void pull_bar_clear(PullBar *b)
{
        if (b->shown)
                (void) dprintf(b->fd, "\r\033[K");
        b->shown = false;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "last-end.h"
#include "util/cleanup.h"
#include "util/fd.h"
#include "util/macro.h"

/* Not a container's name, as the other folders there are. */
#define FOLDER ".ends"
#define NOTE_MAX 16

static int open_folder(const char *base)
{
        _cleanup_close_ int fd = open_private_folder(AT_FDCWD, base, 0755, geteuid());

        return fd < 0 ? fd : open_private_folder(fd, FOLDER, 0700, geteuid());
}

void last_end_write(const char *base, const char *unit, int exit_status)
{
        _cleanup_close_ int folder = -EBADF, fd = -EBADF;
        char text[NOTE_MAX];
        int n = snprintf(text, sizeof(text), "%i\n", exit_status);

        if (strchr(unit, '/'))
                return;
        folder = open_folder(base);
        if (folder < 0)
                return;
        (void) unlinkat(folder, unit, 0);
        fd = openat(folder, unit, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
        if (fd >= 0)
                (void) write_all(fd, text, (size_t) n);
}

int last_end_take(const char *base, const char *unit)
{
        _cleanup_close_ int folder = open_folder(base);
        _cleanup_free_ char *text = NULL;
        char *end;
        long status;
        int r;

        if (folder < 0)
                return folder;
        if (strchr(unit, '/'))
                return -EINVAL;
        r = read_file_at(folder, unit, NOTE_MAX, &text, NULL);
        if (r < 0)
                return r;
        (void) unlinkat(folder, unit, 0);
        status = strtol(text, &end, 10);
        return end == text || *end != '\n' || status < 0 || status > 255 ? -EBADMSG : (int) status;
}

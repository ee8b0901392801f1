/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* --cidfile, as the docker CLI does it: the file must not be there; it is made, empty, before the container,
 * so that of two with the same path one fails before it has one; it gets the id (without newline) once there
 * is one, and stays. */

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "supervisor-internal.h"
#include "util/fd.h"
#include "util/log.h"
#include "util/macro.h"

int supervisor_make_cidfile(Supervisor *s)
{
        const char *path = s->config.run->cidfile;
        _cleanup_close_ int fd = -EBADF;
        struct stat st;

        if (!path || s->cidfile_made)
                return 0;
        fd = RET_NERRNO(open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOCTTY, 0666));
        if (fd < 0) {
                supervisor_fail(s, CLI_EXIT_REFUSED, "Failed to make --cidfile %s: %s", path, strerror(-fd));
                return fd;
        }
        s->cidfile_made = true;
        s->cidfile_mode = fstat(fd, &st) >= 0 ? st.st_mode & 0777 : 0600;
        return 0;
}

void supervisor_write_cidfile(Supervisor *s)
{
        const char *path = s->config.run->cidfile;
        int r;

        if (!path)
                return;
        r = write_file_atomic(path, s->facts->container.id, strlen(s->facts->container.id), s->cidfile_mode);
        if (r < 0)
                log_error_errno(r, "Failed to write --cidfile %s, ignoring: %m", path);
        else
                s->cidfile_written = true;
}

void supervisor_drop_cidfile(Supervisor *s)
{
        if (s->cidfile_made && !s->cidfile_written)
                (void) unlink(s->config.run->cidfile);
}

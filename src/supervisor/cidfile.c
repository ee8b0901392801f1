/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* --cidfile, as the docker CLI handles it: the file must not exist, it is created before the container, and
 * it stays when the service ends. */

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cidfile.h"
#include "util/cleanup.h"
#include "util/fd.h"
#include "util/macro.h"

#define MODE_DEFAULT 0600

int cidfile_claim(Cidfile *f, CliError *reterr)
{
        _cleanup_close_ int fd = -EBADF;
        struct stat st;

        if (!f->path || f->claimed)
                return 0;
        fd = RET_NERRNO(open(f->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOCTTY, 0666));
        if (fd < 0) {
                (void) cli_error(reterr, CLI_EXIT_REFUSED, "Failed to create the --cidfile %s: %s", f->path,
                                 strerror(-fd));
                return fd;
        }
        f->claimed = true;
        f->mode = fstat(fd, &st) >= 0 ? st.st_mode & 0777 : MODE_DEFAULT;
        return 0;
}

int cidfile_write(Cidfile *f, const char *id)
{
        int r;

        if (!f->path)
                return 0;
        r = write_file_atomic(f->path, id, strlen(id), f->mode);
        f->written = f->written || r >= 0;
        return r;
}

void cidfile_drop(Cidfile *f)
{
        if (f->claimed && !f->written)
                (void) unlink(f->path);
        f->claimed = false;
}

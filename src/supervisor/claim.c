/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* A claim names its process, with the time when that began. So a claim whose process is dead is known as
 * such, whoever has killed it, and nobody has to tidy up. A lock would not do: others have to see it who
 * must not write there, and whoever may open a file for reading can keep a lock on it.
 *
 * Root and each user write to their own runtime folder. Root's is believed by everybody; a user's only for
 * containers with that user's label, because whoever could create such a container could do anything. */

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "claim.h"
#include "codec/systemd/proc-status.h"
#include "util/fd.h"
#include "util/log.h"
#include "util/macro.h"
#include "util/text.h"

/* Not a container's name, as the other folders there are. */
#define FOLDER ".claims"
#define STAT_SIZE_MAX 4096
#define KEY_MAX 17
#define UNIX_PREFIX "unix://"

struct Claim {
        char *proc, *run;
        int dir_fd; /* of our own claims */
        char key[KEY_MAX];
        ClaimText self, other;
        bool named, taken;
};

static int read_stat(const Claim *c, pid_t pid, uint64_t *ret_start, bool *ret_ending)
{
        _cleanup_free_ char *text = NULL;
        char path[PATH_MAX];
        int r;

        if ((size_t) snprintf(path, sizeof(path), "%s/%i/stat", c->proc, (int) pid) >= sizeof(path))
                return -ENAMETOOLONG;
        r = read_file_at(AT_FDCWD, path, STAT_SIZE_MAX, &text, NULL);
        if (r >= 0)
                r = proc_stat_start(text, ret_start);
        return r < 0 ? r : proc_stat_is_ending(text, ret_ending);
}

static bool is_alive(const Claim *c, const ClaimText *t)
{
        uint64_t start = 0;
        bool ending = true;

        return read_stat(c, t->pid, &start, &ending) >= 0 && start == t->start && !ending;
}

static bool is_self(const Claim *c, const ClaimText *t)
{
        return t->pid == c->self.pid && t->start == c->self.start;
}

/* A unit has one service at a time, and what is left of an earlier one keeps nobody out. */
static bool is_same_unit(const Claim *c, const ClaimText *t)
{
        return strcmp(t->unit, CLAIM_BY_HAND) != 0 && strcmp(t->unit, c->self.unit) == 0 &&
               strcmp(t->user, c->self.user) == 0;
}

/* One engine can have more than one address. */
static void make_key(Claim *c, const char *engine, const char *name)
{
        size_t n = strlen(UNIX_PREFIX);
        _cleanup_free_ char *socket =
                strncmp(engine, UNIX_PREFIX, n) == 0 ? realpath(engine + n, NULL) : NULL;
        const char *address = socket ?: engine;
        uint64_t h = text_hash(TEXT_HASH_INIT, address, strlen(address) + 1);

        (void) snprintf(c->key, sizeof(c->key), "%016" PRIx64, text_hash(h, name, strlen(name) + 1));
}

static int open_claims(const char *base, bool create, uid_t owner)
{
        mode_t mode = create ? 0755 : 0;
        _cleanup_close_ int fd = open_private_folder(AT_FDCWD, base, mode, owner);

        return fd < 0 ? fd : open_private_folder(fd, FOLDER, mode, owner);
}

/* A regular file: a pipe would stop us. */
static int read_claim(const Claim *c, int dir_fd, ClaimText *ret)
{
        _cleanup_free_ char *text = NULL;
        struct stat st;
        int r;

        if (fstatat(dir_fd, c->key, &st, AT_SYMLINK_NOFOLLOW) < 0)
                return -errno;
        if (!S_ISREG(st.st_mode))
                return -EBADMSG;
        r = read_file_at(dir_fd, c->key, CLAIM_TEXT_MAX, &text, NULL);
        return r < 0 ? r : claim_text_parse(text, ret);
}

static bool is_taken_by_other(Claim *c, int dir_fd)
{
        return read_claim(c, dir_fd, &c->other) >= 0 && !is_self(c, &c->other) &&
               !is_same_unit(c, &c->other) && is_alive(c, &c->other);
}

/* replace: also that of a living one. Else, of two that do this at once, one finds the other's. */
static int write_claim(Claim *c, bool replace)
{
        char text[CLAIM_TEXT_MAX], temporary[KEY_MAX + 32];
        _cleanup_close_ int fd = -EBADF;
        int r;

        (void) snprintf(temporary, sizeof(temporary), "%s.%i", c->key, (int) getpid());
        fd = RET_NERRNO(
                openat(c->dir_fd, temporary, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0644));
        if (fd < 0)
                return fd;
        claim_text_format(&c->self, text);
        r = write_all(fd, text, strlen(text));
        if (r >= 0)
                r = RET_NERRNO(fchmod(fd, 0644));
        if (r >= 0 && replace)
                r = RET_NERRNO(renameat(c->dir_fd, temporary, c->dir_fd, c->key));
        else if (r >= 0)
                r = RET_NERRNO(linkat(c->dir_fd, temporary, c->dir_fd, c->key, 0));
        (void) unlinkat(c->dir_fd, temporary, 0);
        return r;
}

static void write_own(Claim *c)
{
        int r = c->taken ? write_claim(c, true) : 0;

        if (r < 0)
                log_debug_errno(r, "Failed to write the claim %s, ignoring: %m", c->key);
}

void claim_take(Claim *c)
{
        int r;

        *c->self.id = 0;
        if (c->taken) {
                write_own(c);
                return;
        }
        if (c->dir_fd < 0 || is_taken_by_other(c, c->dir_fd))
                return;
        (void) unlinkat(c->dir_fd, c->key, 0);
        r = write_claim(c, false);
        c->taken = r >= 0;
        if (r < 0)
                log_debug_errno(r, "Failed to write the claim %s, ignoring: %m", c->key);
}

void claim_seize(Claim *c)
{
        if (c->taken || c->dir_fd < 0)
                return;
        c->taken = true;
        write_own(c);
}

/* It has no other container than the one with this id. */
static bool is_about(const ClaimText *t, const char *id)
{
        return !*t->id || strcmp(t->id, id) == 0;
}

static bool is_rival_in(Claim *c, const char *base, uid_t owner, const char *id)
{
        _cleanup_close_ int fd = open_claims(base, false, owner);

        return fd >= 0 && is_taken_by_other(c, fd) && is_about(&c->other, id);
}

const ClaimText *claim_rival(Claim *c, const char *id, const char *user)
{
        char path[PATH_MAX];

        if (!c->named)
                return NULL;
        if (c->dir_fd >= 0 && is_taken_by_other(c, c->dir_fd) && is_about(&c->other, id))
                return &c->other;
        (void) snprintf(path, sizeof(path), "%s/systemd-docker", c->run);
        if (geteuid() != 0 && is_rival_in(c, path, 0, id))
                return &c->other;
        (void) snprintf(path, sizeof(path), "%s/user/%s/systemd-docker", c->run, user);
        if (*user && is_rival_in(c, path, (uid_t) strtoul(user, NULL, 10), id))
                return &c->other;
        return NULL;
}

void claim_set_container(Claim *c, const char *id)
{
        (void) snprintf(c->self.id, sizeof(c->self.id), "%s", id);
        write_own(c);
}

void claim_pass_on(Claim *c, pid_t pid)
{
        bool ending;

        if (strcmp(c->self.unit, CLAIM_BY_HAND) == 0 || read_stat(c, pid, &c->self.start, &ending) < 0)
                return;
        c->self.pid = pid;
        write_own(c);
        c->taken = false;
}

static void claim_remove(Claim *c)
{
        ClaimText now;

        if (c->taken && read_claim(c, c->dir_fd, &now) >= 0 && is_self(c, &now))
                (void) unlinkat(c->dir_fd, c->key, 0);
}

Claim *claim_free(Claim *c)
{
        if (!c)
                return NULL;
        claim_remove(c);
        fd_close(c->dir_fd);
        free(c->proc);
        free(c->run);
        free(c);
        return NULL;
}

/* In a unit that may not write to /run there is none. */
static void open_own(Claim *c, const char *base)
{
        bool ending;
        int r;

        c->self.pid = getpid();
        r = read_stat(c, c->self.pid, &c->self.start, &ending);
        if (r >= 0)
                r = c->dir_fd = open_claims(base, true, geteuid());
        if (r < 0)
                log_debug_errno(r, "Without claims in %s: %m", base);
}

int claim_new(Claim **ret, const ClaimConfig *config)
{
        _cleanup_(claim_freep) Claim *c = calloc(1, sizeof(*c));

        if (!c)
                return -ENOMEM;
        c->dir_fd = -EBADF;
        c->proc = strdup(config->proc ?: "/proc");
        c->run = strdup(config->run ?: "/run");
        if (!c->proc || !c->run)
                return -ENOMEM;
        (void) snprintf(c->self.unit, sizeof(c->self.unit), "%s", config->unit);
        (void) snprintf(c->self.user, sizeof(c->self.user), "%s", config->user);
        if (config->name) {
                c->named = true;
                make_key(c, config->engine, config->name);
                if (config->base_folder)
                        open_own(c, config->base_folder);
        }
        *ret = TAKE_PTR(c);
        return 0;
}

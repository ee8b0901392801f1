/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* [Unit], [Service] and [Install] are systemd's, and systemd-analyze(1) knows what is wrong there. It reads
 * the services from a folder in /tmp and complains by file and line of these; the text of that line leads
 * back to the unit file. */

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "generator/report.h"
#include "generator/write-units.h"
#include "quadlet/quadlet.h"
#include "util/fd.h"
#include "util/macro.h"
#include "verify.h"

#define OUTPUT_MAX ((size_t) 1024 * 1024)

static int remove_entry(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
        (void) remove(path);
        return 0;
}

static void ignore(int level, const char *text, void *userdata)
{
}

/* The arguments: the paths of the services. */
static int add_paths(const QuadletSet *set, const char *folder,
                     bool (*is_wanted)(const QuadletUnit *u, void *userdata), void *userdata, Words *ret)
{
        for (size_t i = 0; i < set->n; i++)
                if (!set->units[i]->is_double && !quadlet_unit_is_broken(set->units[i]) &&
                    is_wanted(set->units[i], userdata))
                        words_addf(ret, "%s/%s", folder, set->units[i]->service);
        return ret->failed ? -ENOMEM : 0;
}

static int read_all(int fd, Buffer *b)
{
        char data[4096];

        for (;;) {
                ssize_t n = RET_NERRNO(read(fd, data, sizeof(data)));

                if (n == -EINTR)
                        continue;
                if (n <= 0)
                        return (int) n;
                if (b->size < OUTPUT_MAX)
                        buffer_add_n(b, data, (size_t) n);
        }
}

/* Runs the program, and gives what it says on standard error. */
static int run_program(char **arguments, char **environment, Buffer *ret)
{
        posix_spawn_file_actions_t actions;
        int fds[2], r;
        pid_t pid;

        if (pipe2(fds, O_CLOEXEC) < 0)
                return -errno;
        r = -posix_spawn_file_actions_init(&actions);
        if (r >= 0) {
                r = -posix_spawn_file_actions_adddup2(&actions, fds[1], STDERR_FILENO);
                if (r >= 0)
                        r = -posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY,
                                                              0);
                if (r >= 0)
                        r = -posix_spawnp(&pid, arguments[0], &actions, NULL, arguments, environment);
                (void) posix_spawn_file_actions_destroy(&actions);
        }
        (void) fd_close(fds[1]);
        if (r >= 0) {
                r = read_all(fds[0], ret);
                while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
                        ;
        }
        (void) fd_close(fds[0]);
        return r;
}

/* The n-th line of a text, counted from 1; its size in *ret_size. NULL: there are fewer. */
static const char *line_of(const char *text, unsigned n, size_t *ret_size)
{
        for (; text && n > 1; n--) {
                text = strchr(text, '\n');
                text += text != NULL;
        }
        *ret_size = text ? strcspn(text, "\n") : 0;
        return text;
}

/* The line of the unit file that became this line of the service; NULL: the generator wrote it. */
static const UnitLine *source_of(const QuadletUnit *u, const char *line, size_t size)
{
        for (size_t i = u->file.n; i-- > 0;) {
                const UnitLine *l = u->file.lines + i;
                size_t n = strlen(l->key);

                if (n < size && memcmp(l->key, line, n) == 0 && line[n] == '=' &&
                    strlen(l->value) == size - n - 1 && memcmp(l->value, line + n + 1, size - n - 1) == 0)
                        return l;
        }
        return NULL;
}

static bool is_reported(const QuadletUnit *u, const UnitLine *line)
{
        for (size_t i = 0; i < u->findings.n; i++)
                if (u->findings.items[i].line == line->line && u->findings.items[i].file &&
                    strcmp(u->findings.items[i].file, line->file) == 0 &&
                    u->findings.items[i].level > FINDING_NOTE)
                        return true;
        return false;
}

/* "NUMBER: TEXT" about the service of a unit. */
static void take_complaint(QuadletUnit *u, const char *complaint)
{
        char *end;
        unsigned long number = strtoul(complaint, &end, 10);
        const UnitLine *source;
        const char *line;
        size_t size;

        if (end == complaint || *end != ':' || number > 1000000)
                return;
        line = line_of(u->text, (unsigned) number, &size);
        source = line ? source_of(u, line, size) : NULL;
        if (source && is_reported(u, source))
                return; /* and with more than systemd knows */
        findings_add(&u->findings, FINDING_WARNING, source ? source->file : u->path,
                     source ? source->line : 0, NULL, "systemd:%s", end + 1);
}

static void take_line(QuadletSet *set, const char *folder, char *line)
{
        size_t n = strlen(folder);
        char *colon;

        if (strncmp(line, folder, n) != 0 || line[n] != '/')
                return;
        line += n + 1;
        colon = strchr(line, ':');
        /* The name of a service may have a colon itself. */
        while (colon &&
               strncmp(colon - MIN((size_t) (colon - line), strlen(".service")), ".service", 8) != 0)
                colon = strchr(colon + 1, ':');
        if (!colon)
                return;
        *colon = 0;
        for (size_t i = 0; i < set->n; i++)
                if (!set->units[i]->is_double && strcmp(set->units[i]->service, line) == 0)
                        take_complaint(set->units[i], colon + 1);
}

static int ask_systemd(QuadletSet *set, const char *folder, Words *arguments)
{
        _cleanup_words_ Words environment = {};
        _cleanup_buffer_ Buffer output = {};
        char *line, *rest;
        int r;

        words_addf(&environment, "SYSTEMD_UNIT_PATH=%s:", folder);
        words_add(&environment, "SYSTEMD_LOG_LEVEL=warning");
        words_add(&environment, "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
        if (environment.failed || arguments->failed)
                return -ENOMEM;
        r = run_program(arguments->items, environment.items, &output);
        if (r < 0)
                return r == -ENOENT ? 0 : r;
        if (output.failed)
                return -ENOMEM;
        rest = output.data;
        while ((line = strsep(&rest, "\n")))
                take_line(set, folder, line);
        return 0;
}

int verify_units(QuadletSet *set, bool user, bool (*is_wanted)(const QuadletUnit *u, void *userdata),
                 void *userdata)
{
        static const char *const words[] = { "systemd-analyze", "verify", "--man=no",
                                             "--recursive-errors=no" };
        char folder[] = "/tmp/systemd-docker-check.XXXXXX";
        _cleanup_words_ Words arguments = {};
        Report report = { .kmsg = -EBADF, .on_line = ignore };
        int r;

        if (!mkdtemp(folder))
                return -errno;
        for (size_t i = 0; i < ELEMENTSOF(words); i++)
                words_add(&arguments, words[i]);
        if (user)
                words_add(&arguments, "--user");
        r = write_units(folder, set, &report);
        if (r >= 0)
                r = add_paths(set, folder, is_wanted, userdata, &arguments);
        if (r >= 0 && arguments.n > ELEMENTSOF(words) + user)
                r = ask_systemd(set, folder, &arguments);
        (void) nftw(folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
        return r;
}

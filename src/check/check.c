/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The same code as the generator's reads and converts the files. A file is converted together with those
 * that it may refer to: the manager's, if it is one of them, else the others in its folder. */

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check/check.h"
#include "credentials.h"
#include "findings-out.h"
#include "generator/collect.h"
#include "generator/unit-folders.h"
#include "option-value.h"
#include "quadlet/quadlet.h"
#include "util/log.h"
#include "util/macro.h"
#include "verify.h"

#define DOCKER_CLIENT "/usr/bin/docker"

typedef struct Check {
        const CheckOptions *options;
        QuadletConfig config;
        Words folders; /* of the manager */
        FindingsOut out;
        Words seen; /* paths of the files that were shown already */
} Check;

static void check_done(Check *c)
{
        words_done(&c->folders);
        words_done(&c->seen);
        findings_out_done(&c->out);
}

static bool is_below(const char *path, const char *folder)
{
        size_t n = strlen(folder);

        return strncmp(path, folder, n) == 0 && (!path[n] || path[n] == '/');
}

/* Whether the name is the unit's file, its service, or the service's name without suffix. */
static bool is_name_of(const QuadletUnit *u, const char *name)
{
        size_t n = strlen(name);

        return strcmp(name, u->name) == 0 || (u->service && strncmp(name, u->service, n) == 0 &&
                                              (!u->service[n] || strcmp(u->service + n, ".service") == 0));
}

/* What is shown of a set: all, one file or what is below a folder (path), or one unit (name). */
typedef struct Choice {
        const char *path, *name;
} Choice;

static bool is_chosen(const QuadletUnit *u, const Choice *choice)
{
        if (choice->path)
                return is_below(u->path, choice->path);
        return !choice->name || is_name_of(u, choice->name);
}

static bool is_wanted(const QuadletUnit *u, void *userdata)
{
        return is_chosen(u, userdata);
}

typedef struct Reader {
        Check *check;
        const Choice *choice;
} Reader;

/* The text begins with a path. */
static void on_report(int level, const char *text, void *userdata)
{
        const Reader *r = userdata;
        const char *path = r->choice->path;

        if (!r->choice->name && (!path || strncmp(text, path, strlen(path)) == 0))
                findings_out_add_text(&r->check->out, level, text);
}

/* Converts what is in the folders and shows what was chosen. Returns how many units that were, or -errno. */
static int check_folders(Check *c, const Words *folders, const Choice *choice)
{
        _cleanup_(quadlet_set_done) QuadletSet set = {};
        Report report = REPORT_NULL;
        int n = 0, r;

        report.on_line = on_report;
        report.userdata = &(Reader){ .check = c, .choice = choice };
        r = collect_units(folders, c->options->user, &set, &report);
        if (r >= 0)
                r = quadlet_set_convert(&set, &c->config);
        if (r >= 0)
                r = verify_units(&set, c->options->user, is_wanted, (void *) choice);
        for (size_t i = 0; i < set.n && r >= 0; i++) {
                const QuadletUnit *u = set.units[i];

                if (!is_chosen(u, choice))
                        continue;
                n++;
                /* Files that are looked at elsewhere are perhaps for another machine. */
                if (!quadlet_unit_is_broken(u))
                        check_credentials(set.units[i], c->options->user,
                                          folders == &c->folders ? FINDING_WARNING : FINDING_NOTE);
                if (words_contain(&c->seen, u->path) && !choice->name)
                        continue; /* named twice, or part of a folder that was named as well */
                findings_out_add(&c->out, u);
        }
        for (size_t i = 0; i < set.n && r >= 0; i++)
                if (is_chosen(set.units[i], choice))
                        words_add(&c->seen, set.units[i]->path);
        return r < 0 ? r : c->seen.failed ? -ENOMEM : n;
}

static int check_managers(Check *c, const Choice *choice)
{
        return check_folders(c, &c->folders, choice);
}

/* A file or a folder. */
static int check_path(Check *c, const char *path, bool is_folder)
{
        _cleanup_words_ Words folders = {};
        _cleanup_free_ char *folder = NULL;
        const char *slash = strrchr(path, '/');

        for (size_t i = 0; i < c->folders.n; i++)
                if (is_below(path, c->folders.items[i]))
                        return check_managers(c, &(Choice){ .path = path });
        folder = is_folder ? strdup(path) : strndup(path, slash > path ? (size_t) (slash - path) : 1);
        if (!folder)
                return -ENOMEM;
        words_add(&folders, folder);
        return folders.failed ? -ENOMEM : check_folders(c, &folders, &(Choice){ .path = path });
}

/* The path without links in its folders; the file itself may be a link, whose own name counts. */
static char *resolve(const char *name, bool is_folder)
{
        const char *slash = strrchr(name, '/');
        _cleanup_free_ char *folder = NULL, *real = NULL;
        char *path;

        if (is_folder)
                return realpath(name, NULL);
        folder = !slash ? strdup(".") : slash == name ? strdup("/") : strndup(name, (size_t) (slash - name));
        real = folder ? realpath(folder, NULL) : NULL;
        if (!real ||
            asprintf(&path, "%s/%s", strcmp(real, "/") == 0 ? "" : real, slash ? slash + 1 : name) < 0)
                return NULL;
        return path;
}

static int check_name(Check *c, const char *name)
{
        _cleanup_free_ char *path = NULL;
        struct stat st;
        int n;

        if (stat(name, &st) >= 0) {
                path = resolve(name, S_ISDIR(st.st_mode));
                n = path ? check_path(c, path, S_ISDIR(st.st_mode)) : -errno;
                if (n == 0)
                        findings_out_add_error(&c->out, name,
                                               S_ISDIR(st.st_mode) ? "there are no unit files in it"
                                                                   : "it is not the name of a unit file");
        } else if (strchr(name, '/')) {
                findings_out_add_error(&c->out, name, strerror(errno));
                return 0;
        } else {
                n = check_managers(c, &(Choice){ .name = name });
                if (n == 0)
                        findings_out_add_error(&c->out, name, "no file and no unit has this name");
        }
        return n;
}

static void help(void)
{
        puts("Usage: systemd-docker check [--json] [--user] [FILE|FOLDER|UNIT]…\n\n"
             "Check unit files for containers, by default all of the system's.\n\n"
             "      --json   print a list of the findings\n"
             "      --user   the files of the user's manager\n"
             "  -h, --help   print this help\n\n"
             "Exit status: 0 nothing is wrong, 1 there are warnings, 2 there are errors.");
}

int check_run(const CheckOptions *options, const char *program)
{
        _cleanup_(check_done) Check c = {
                .options = options,
                .config = { .program = program,
                            .docker_client = access(DOCKER_CLIENT, X_OK) >= 0 ? DOCKER_CLIENT : NULL,
                            .user = options->user,
                            .is_check = true,
                            .refuse_option = refuse_option },
                .out = { .json = options->json },
        };
        int r = 0;

        if (options->help) {
                help();
                return 0;
        }
        unit_folders(options->user, &c.folders);
        if (!options->names[0] && !c.folders.failed)
                r = check_managers(&c, &(Choice){});
        for (char *const *name = options->names; *name && r >= 0 && !c.folders.failed; name++)
                r = check_name(&c, *name);
        if (r >= 0)
                r = c.folders.failed ? -ENOMEM : findings_out_finish(&c.out);
        if (r < 0) {
                log_error_errno(r, "Failed to check: %m");
                return CLI_EXIT_REFUSED;
        }
        return c.out.count[FINDING_ERROR] > 0     ? CHECK_ERRORS
               : c.out.count[FINDING_WARNING] > 0 ? CHECK_WARNINGS
                                                  : CHECK_CLEAN;
}

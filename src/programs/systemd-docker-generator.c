/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* systemd-docker-generator: unit files for containers -> units, at boot and at each daemon-reload. systemd
 * waits for it, and there is no engine, bus or journal yet: it links the C library only, and reads and
 * writes files. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "generator/collect.h"
#include "generator/report.h"
#include "generator/unit-folders.h"
#include "generator/write-units.h"
#include "quadlet/quadlet.h"
#include "version.h"

#define DOCKER_CLIENT "/usr/bin/docker"

typedef struct Arguments {
        bool dry_run, user, help, version;
        const char *folder; /* NULL: none */
} Arguments;

static bool is_flag(const char *word, const char *name)
{
        return *word == '-' && strcmp(word + 1 + (word[1] == '-'), name) == 0;
}

/* systemd gives three folders; only the first, of normal precedence, is used. */
static bool parse(int argc, char **argv, Arguments *ret)
{
        const char *scope = getenv("SYSTEMD_SCOPE"), *slash = argc > 0 ? strrchr(argv[0], '/') : NULL;
        Arguments a = { .user = scope ? strcmp(scope, "user") == 0
                                      : argc > 0 && strstr(slash ? slash : argv[0], "user") };

        for (int i = 1; i < argc; i++)
                if (is_flag(argv[i], "dry-run") || is_flag(argv[i], "dryrun"))
                        a.dry_run = true;
                else if (is_flag(argv[i], "user"))
                        a.user = true;
                else if (is_flag(argv[i], "help"))
                        a.help = true;
                else if (is_flag(argv[i], "version"))
                        a.version = true;
                else if (argv[i][0] == '-')
                        return false;
                else if (!a.folder)
                        a.folder = argv[i];
        *ret = a;
        return a.help || a.version || a.dry_run || a.folder;
}

static void report_findings(const QuadletSet *set, Report *r)
{
        for (size_t i = 0; i < set->n; i++) {
                const Findings *f = &set->units[i]->findings;

                for (size_t k = 0; k < f->n; k++) {
                        _cleanup_free_ char *s = NULL;

                        if (f->items[k].level == FINDING_NOTE)
                                continue;
                        s = finding_to_string(f->items + k);
                        report(r, f->items[k].level == FINDING_ERROR ? LOG_ERR : LOG_WARNING, "%s",
                               s ?: "out of memory");
                }
        }
}

/* SYSTEMD_DOCKER_TEST_CLIENT: for tests, which cannot install it. */
static bool has_client(void)
{
        return access(DOCKER_CLIENT, X_OK) >= 0 || getenv("SYSTEMD_DOCKER_TEST_CLIENT");
}

static int generate(const Arguments *a, Report *r)
{
        _cleanup_(quadlet_set_done) QuadletSet set = {};
        _cleanup_words_ Words folders = {};
        QuadletConfig config = {
                .program = SYSTEMD_DOCKER_PROGRAM,
                .docker_client = has_client() ? DOCKER_CLIENT : NULL,
                .user = a->user,
        };
        int result;

        unit_folders(a->user, &folders);
        result = folders.failed ? -ENOMEM : collect_units(&folders, a->user, &set, r);
        if (result >= 0)
                result = quadlet_set_convert(&set, &config);
        if (result < 0)
                return result;
        report_findings(&set, r);
        if (a->dry_run) {
                print_units(&set);
                return 0;
        }
        return write_units(a->folder, &set, r);
}

int main(int argc, char **argv)
{
        static const char usage[] =
                "Usage: systemd-docker-generator [--user] FOLDER [EARLY LATE]\n"
                "       systemd-docker-generator [--user] --dry-run\n"
                "       systemd-docker-generator --version\n\n"
                "Turns .container files and the like into units; see systemd-docker-generator(8).\n";
        Arguments a;
        Report r;
        int result;

        if (!parse(argc, argv, &a)) {
                fputs(usage, stderr);
                return EXIT_FAILURE;
        }
        if (a.help || a.version) {
                if (a.help)
                        fputs(usage, stdout);
                else
                        printf("systemd-docker-generator %s\n", PROJECT_VERSION_LONG);
                return EXIT_SUCCESS;
        }
        report_open(&r, !a.dry_run && !a.user && getenv("SYSTEMD_SCOPE"));
        result = generate(&a, &r);
        if (result < 0)
                report(&r, LOG_ERR, "%s: %s", a.folder ?: "", strerror(-result));
        report_done(&r);
        return r.errors || fflush(stdout) != 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* [X-Docker] and PodmanArgs=. podman and systemd ignore a section whose name begins with "X-", so one file
 * serves both engines. */

#include <string.h>

#include "docker-section.h"
#include "handlers.h"
#include "podman-args.h"

static void read_key(Conversion *c, const char *name, KeyValues *ret)
{
        QuadletKey key = { .name = name, .reading = READ_ARGUMENTS };

        key_values_read(&c->unit->file, "X-Docker", &key, ret, &c->unit->findings);
        c->failed = c->failed || ret->failed;
}

void add_docker_section(Conversion *c)
{
        KeyValues args, options;

        read_key(c, "DockerArgs", &args);
        read_key(c, "Options", &options);
        add_run_words(c, &args);
        for (size_t i = 0; i < options.n; i++)
                if (options.items[i].text[0] == '-' && strcmp(options.items[i].text, "--") != 0)
                        words_add(&c->options, options.items[i].text);
                else
                        conversion_error(
                                c, options.items[i].line, "Options=--notify=healthy",
                                "Options=: \"%s\" is no option of systemd-docker; a value follows \"=\"",
                                options.items[i].text);
        key_values_done(&args);
        key_values_done(&options);
}

void key_podman_args(Conversion *c, const QuadletKey *key, const KeyValues *values)
{
        for (size_t i = 0; i < c->podman_run.n; i++)
                words_add(&c->run, c->podman_run.items[i]);
}

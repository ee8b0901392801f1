/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The whole conversion: a set of files in one text, divided as in a .quadlets file. What comes out has one
 * command, no line that systemd would read as another section, and links that stay in their folder. */

#include "fuzz.h"
#include "quadlet/multi-file.h"
#include "quadlet/quadlet.h"

static void check_text(const QuadletUnit *u)
{
        const char *exec = strstr(u->text, "\nExecStart="), *service = strstr(u->text, "\n[Service]\n");

        CHECK(exec && service && !strchr(u->service, '/') && *u->service != '.');
        CHECK(strlen(u->service) < 256);
        for (const char *s = u->text; *s; s++)
                CHECK((unsigned char) *s >= ' ' || *s == '\n' || !quadlet_unit_is_broken(u));
        for (size_t i = 0; i < u->n_links; i++)
                CHECK(u->links[i].path[0] != '/' && !strstr(u->links[i].path, "../"));
        if (quadlet_unit_is_broken(u))
                CHECK(strstr(u->text, "exit 78"));
}

static void convert(const uint8_t *data, size_t size, bool user)
{
        QuadletConfig config = { .program = "/usr/bin/systemd-docker",
                                 .docker_client = "/usr/bin/docker",
                                 .user = user };
        QuadletSet set = {};
        const char *at = (const char *) data;
        unsigned line = 1;
        MultiPart p;

        while (multi_file_next(&at, (const char *) data + size, &line, &p) > 0) {
                QuadletUnit *u;
                bool seen = !p.name;

                for (size_t i = 0; i < set.n && !seen; i++)
                        seen = strcmp(set.units[i]->name, p.name) == 0;
                if (!seen && quadlet_set_add(&set, p.name, "/etc/docker/systemd/x", &u) >= 0)
                        unit_file_parse(&u->file, u->path, p.text, p.size, p.first_line, &u->findings);
                free(p.name);
        }
        if (quadlet_set_convert(&set, &config) >= 0)
                for (size_t i = 0; i < set.n; i++)
                        check_text(set.units[i]);
        quadlet_set_done(&set);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        if (size > 0 && memchr(data, 0, size))
                return 0; /* the caller refuses such a file */
        convert(data, size, false);
        convert(data, size, true);
        return 0;
}

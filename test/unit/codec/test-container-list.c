/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Who has a port. */

#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "codec/engine/container-list.h"
#include "util/macro.h"

#define LIST                                                                                                \
        "[{\"Id\":\"1\",\"Names\":[\"/db\"],\"Ports\":[{\"PrivatePort\":80,\"Type\":\"tcp\"}]},"            \
        "{\"Id\":\"2\",\"Names\":[\"/other/web\",\"/web\"],\"Ports\":[{\"PrivatePort\":1},"                 \
        "{\"IP\":\"0.0.0.0\",\"PrivatePort\":80,\"PublicPort\":8080,\"Type\":\"tcp\"}]},"                   \
        "{\"Id\":\"3\",\"Names\":null,\"Ports\":[{\"PublicPort\":53,\"Type\":\"udp\"}]}]"

static const struct {
        const char *body;
        unsigned port;
        int r;
        const char *name;
} cases[] = {
        { LIST, 8080, 0, "web" },
        { LIST, 53, 0, "without a name" },
        { LIST, 80, -ENOENT, NULL },
        { "[]", 80, -ENOENT, NULL },
        { "[null,1,\"x\",{},{\"Ports\":[null,1]}]", 80, -ENOENT, NULL },
        { "[{\"Names\":[\"/a\\nb\"],\"Ports\":[{\"PublicPort\":1}]}]", 1, 0, "a b" },
        { "{}", 80, -EINVAL, NULL },
        { "", 80, -EINVAL, NULL },
};

Test(container_list, find)
{
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                char *name = NULL;

                cr_assert_eq(container_list_find(cases[i].body, strlen(cases[i].body), cases[i].port, &name),
                             cases[i].r, "%s", cases[i].body);
                if (cases[i].name)
                        cr_assert_str_eq(name, cases[i].name);
                else
                        cr_assert_null(name);
                free(name);
        }
}

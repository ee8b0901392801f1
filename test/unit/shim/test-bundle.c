/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The config.json of a bundle. */

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "shim/bundle.h"
#include "util/cleanup.h"
#include "util/fd.h"
#include "util/macro.h"

static char bundle[] = "/tmp/test-bundle.XXXXXX", file[64];

static void setup(void)
{
        cr_assert_not_null(mkdtemp(bundle));
        (void) snprintf(file, sizeof(file), "%s/config.json", bundle);
}

static void teardown(void)
{
        (void) unlink(file);
        cr_assert_eq(rmdir(bundle), 0);
}

TestSuite(bundle, .init = setup, .fini = teardown);

static void write_config(const char *text)
{
        FILE *f = fopen(file, "w");

        cr_assert(f && fputs(text, f) >= 0 && fclose(f) == 0);
}

Test(bundle, who_wants_a_scope)
{
        static const struct {
                const char *text;
                bool wants;
        } table[] = {
                { "{\"linux\":{\"cgroupsPath\":\"system.slice:docker:ID\"}}", true },
                { "{\"linux\":{\"cgroupsPath\":\":docker:ID\"}}", true },
                { "{\"linux\":{\"cgroupsPath\":\"/docker/ID\"}}", false },
                { "{\"linux\":{\"cgroupsPath\":\"/a:b:c\"}}", false },
                { "{\"linux\":{\"cgroupsPath\":\"a:b\"}}", false },
                { "{\"linux\":{\"cgroupsPath\":\"\"}}", false },
                { "{\"linux\":{}}", false },
                { "{", false },
                { "", false },
        };

        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                write_config(table[i].text);
                cr_assert_eq(bundle_wants_scope(bundle), table[i].wants, "%s", table[i].text);
        }
        cr_assert_eq(unlink(file), 0);
        cr_assert_not(bundle_wants_scope(bundle));
}

Test(bundle, another_cgroup)
{
        _cleanup_free_ char *text = NULL;

        cr_assert_eq(bundle_set_cgroup(bundle, "/x"), 0, "there is no config.json");
        write_config("{\"linux\": {\"cgroupsPath\":\"s:d:i\", \"x\": 1.0}}");
        cr_assert_eq(bundle_set_cgroup(bundle, "/x/\"y\""), 1);
        cr_assert_eq(read_file_at(AT_FDCWD, file, 4096, &text, NULL), 0);
        cr_assert_str_eq(text, "{\"linux\": {\"cgroupsPath\":\"/x/\\\"y\\\"\", \"x\": 1.0}}");
}

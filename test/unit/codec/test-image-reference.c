/* SPDX-License-Identifier: Apache-2.0 */

/* References of images. */

#include <criterion/criterion.h>
#include <errno.h>

#include "codec/image-reference.h"
#include "util/cleanup.h"
#include "util/macro.h"

Test(image_reference, name_and_tag)
{
        static const char *const cases[][3] = {
                { "busybox", "busybox", "latest" },
                { "busybox:1.36", "busybox", "1.36" },
                { "library/busybox:1", "library/busybox", "1" },
                { "registry:5000/a/b", "registry:5000/a/b", "latest" },
                { "registry:5000/a/b:t", "registry:5000/a/b", "t" },
                { "a@sha256:00", "a", "sha256:00" },
                { "a:t@sha256:00", "a", "sha256:00" },
                { "registry:5000/a:t@sha256:00", "registry:5000/a", "sha256:00" },
                { "registry:5000/a@sha256:00", "registry:5000/a", "sha256:00" },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                _cleanup_(image_reference_done) ImageReference r = IMAGE_REFERENCE_NULL;

                cr_assert_eq(image_reference_parse(cases[i][0], &r), 0, "%s", cases[i][0]);
                cr_assert_str_eq(r.name, cases[i][1]);
                cr_assert_str_eq(r.tag, cases[i][2]);
        }
}

Test(image_reference, malformed)
{
        static const char *const bad[] = { "",           ":",     ":tag", "name:",  "@",
                                           "@sha256:00", "name@", ":t@d", "name:t@" };
        ImageReference r = { .name = (char *) 42 };

        for (size_t i = 0; i < ELEMENTSOF(bad); i++)
                cr_assert_eq(image_reference_parse(bad[i], &r), -EINVAL, "%s", bad[i]);
        cr_assert_eq(r.name, (char *) 42);
}

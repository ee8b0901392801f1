/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* References of images. */

#include <criterion/criterion.h>
#include <errno.h>

#include "codec/registry/image-reference.h"
#include "util/cleanup.h"
#include "util/macro.h"

Test(image_reference, parts)
{
        static const char *const cases[][4] = {
                { "busybox", "docker.io", "docker.io/library/busybox", "latest" },
                { "busybox:1.36", "docker.io", "docker.io/library/busybox", "1.36" },
                { "library/busybox:1", "docker.io", "docker.io/library/busybox", "1" },
                { "me/a", "docker.io", "docker.io/me/a", "latest" },
                { "me/a/b", "docker.io", "docker.io/me/a/b", "latest" },
                { "docker.io/busybox", "docker.io", "docker.io/library/busybox", "latest" },
                { "docker.io/me/a:t", "docker.io", "docker.io/me/a", "t" },
                { "index.docker.io/busybox", "docker.io", "docker.io/library/busybox", "latest" },
                { "index.docker.io/me/a", "docker.io", "docker.io/me/a", "latest" },
                { "localhost/a", "localhost", "localhost/a", "latest" },
                { "localhost", "docker.io", "docker.io/library/localhost", "latest" },
                { "LOCAL/a", "LOCAL", "LOCAL/a", "latest" },
                { "example.org/a", "example.org", "example.org/a", "latest" },
                { "registry:5000/a/b", "registry:5000", "registry:5000/a/b", "latest" },
                { "registry:5000/a/b:t", "registry:5000", "registry:5000/a/b", "t" },
                { "registry:5000", "docker.io", "docker.io/library/registry", "5000" },
                { "[::1]:5000/a:t", "[::1]:5000", "[::1]:5000/a", "t" },
                { "a@sha256:00", "docker.io", "docker.io/library/a", "sha256:00" },
                { "a:t@sha256:00", "docker.io", "docker.io/library/a", "sha256:00" },
                { "registry:5000/a:t@sha256:00", "registry:5000", "registry:5000/a", "sha256:00" },
                { "registry:5000/a@sha256:00", "registry:5000", "registry:5000/a", "sha256:00" },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                _cleanup_(image_reference_done) ImageReference r = IMAGE_REFERENCE_NULL;

                cr_assert_eq(image_reference_parse(cases[i][0], &r), 0, "%s", cases[i][0]);
                cr_assert_str_eq(r.registry, cases[i][1]);
                cr_assert_str_eq(r.name, cases[i][2]);
                cr_assert_str_eq(r.tag, cases[i][3]);
        }
}

#define HEX64 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

Test(image_reference, ids)
{
        cr_assert(image_reference_is_id(HEX64));
        cr_assert(image_reference_is_id("sha256:" HEX64));
        cr_assert(image_reference_is_id("sha512:" HEX64 HEX64));
        cr_assert_not(image_reference_is_id("sha512:" HEX64));
        cr_assert_not(image_reference_is_id(HEX64 "0"));
        cr_assert_not(image_reference_is_id("sha256:"));
        cr_assert_not(image_reference_is_id("a@sha256:" HEX64));
        cr_assert_not(image_reference_is_id("busybox"));
        cr_assert_not(image_reference_is_id(""));
}

Test(image_reference, malformed)
{
        static const char *const bad[] = {
                "",      ":",    ":tag",    "name:",          "@",           "@sha256:00",
                "name@", ":t@d", "name:t@", "registry:5000/", "localhost/:t"
        };
        ImageReference r = { .name = (char *) 42 };

        for (size_t i = 0; i < ELEMENTSOF(bad); i++)
                cr_assert_eq(image_reference_parse(bad[i], &r), -EINVAL, "%s", bad[i]);
        cr_assert_eq(r.name, (char *) 42);
}

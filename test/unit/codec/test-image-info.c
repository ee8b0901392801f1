/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Answers about an image. */

#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include "codec/engine/image-info.h"
#include "util/macro.h"

static int parse(const char *text, ImageInfo *ret)
{
        return image_info_parse(text, strlen(text), ret);
}

Test(image_info, id_and_label)
{
        ImageInfo i;

        cr_assert_eq(parse("{\"Id\":\"sha256:ab\",\"Config\":{\"Labels\":{\"a\":\"b\","
                           "\"systemd-docker.request\":\"12\"}}}",
                           &i),
                     0);
        cr_assert_str_eq(i.id, "sha256:ab");
        cr_assert_str_eq(i.request_label, "12");
        image_info_done(&i);
        cr_assert_null(i.id);
}

Test(image_info, without_our_label)
{
        static const char *const texts[] = {
                "{\"Id\":\"x\"}",
                "{\"Id\":\"x\",\"Config\":null}",
                "{\"Id\":\"x\",\"Config\":{\"Labels\":null}}",
                "{\"Id\":\"x\",\"Config\":{\"Labels\":{\"systemd-docker.request\":7}}}",
        };

        for (size_t k = 0; k < ELEMENTSOF(texts); k++) {
                ImageInfo i;

                cr_assert_eq(parse(texts[k], &i), 0, "%s", texts[k]);
                cr_assert_str_eq(i.id, "x");
                cr_assert_null(i.request_label, "%s", texts[k]);
                image_info_done(&i);
        }
}

Test(image_info, no_such_object)
{
        static const char *const texts[] = { "", "[]", "{}", "{\"Id\":1}", "{\"Id\":" };

        for (size_t k = 0; k < ELEMENTSOF(texts); k++) {
                ImageInfo i;

                cr_assert_eq(parse(texts[k], &i), -EBADMSG, "%s", texts[k]);
        }
}

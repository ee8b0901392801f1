/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* What containerd asks of its shim. */

#include <criterion/criterion.h>

#include "shim/shim-exec.h"

#define ID "7cfa1c26b86556a3fc8773fd3f54edbe13bbf352ad013e9656cbcbc0afb8e40c"
#define STARTS(...) shim_starts((char *[]){ (char *) "shim", __VA_ARGS__, NULL })
#define W(word) ((char *) (word))

Test(shim_exec, start)
{
        cr_assert_str_eq(STARTS(W("-namespace"), W("moby"), W("-address"), W("/run/x.sock"),
                                W("-publish-binary"), W("/usr/bin/containerd"), W("-id"), W(ID), W("start")),
                         ID);
        cr_assert_str_eq(STARTS(W("--id"), W(ID), W("-debug"), W("start")), ID);
        cr_assert_str_eq(STARTS(W("-id=" ID), W("start")), ID);
}

Test(shim_exec, anything_else)
{
        cr_assert_null(STARTS(W("-id"), W(ID), W("-bundle"), W("/b"), W("delete")));
        cr_assert_null(STARTS(W("-id"), W(ID)));
        cr_assert_null(STARTS(W("start")));
        cr_assert_null(STARTS(W("-id")));
        cr_assert_null(STARTS(W("-id"), W("start")));
        cr_assert_null(STARTS(W("-id"), W("../x"), W("start")));
        cr_assert_null(STARTS(W("-id"), W(ID "0"), W("start")));
        cr_assert_null(STARTS(W("-idx"), W(ID), W("start")));
        cr_assert_null(STARTS(W(""), W("-"), W("--"), W("start")));
        cr_assert_null(shim_starts((char *[]){ W("shim"), NULL }));
        cr_assert_null(shim_starts((char *[]){ NULL, NULL }));
}

/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* Memory that runs out at a place of the test's choice: the program's own allocations are counted, and one
 * of them fails. Those of libraries succeed. The functions of the C library are replaced when the test is
 * linked; test/harness/meson.build has the arguments for that. */

#include <criterion/criterion.h>
#include <errno.h>
#include <stdbool.h>

/* From now on, the n-th allocation fails, for n > 0. */
void short_memory_begin(unsigned n);
/* Nothing fails any more. Returns whether an allocation has failed. */
bool short_memory_end(void);

/* Has each allocation fail in turn that `call`, an expression, makes: then it has to return -ENOMEM, or has
 * gone on without (tolerated). Ends with the call in which none fails. After a call that succeeded, `undo`
 * is executed, but not after the last one. */
#define SHORT_OF_MEMORY(call, undo)                                                                         \
        for (unsigned _n = 1;; _n++) {                                                                      \
                int _r;                                                                                     \
                bool _failed;                                                                               \
                                                                                                            \
                short_memory_begin(_n);                                                                     \
                _r = (call);                                                                                \
                _failed = short_memory_end();                                                               \
                if (!_failed) {                                                                             \
                        cr_assert_geq(_r, 0, "%s: %i", #call, _r);                                          \
                        cr_assert_gt(_n, 1, "%s allocates nothing", #call);                                 \
                        break;                                                                              \
                }                                                                                           \
                cr_assert(_r == -ENOMEM || _r >= 0, "%s, allocation %u: %i", #call, _n, _r);                \
                if (_r >= 0) {                                                                              \
                        undo;                                                                               \
                }                                                                                           \
        }

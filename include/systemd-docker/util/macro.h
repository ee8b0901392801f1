/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* Small compile-time helpers that every layer uses. */

#include <assert.h>
#include <errno.h>
#include <stddef.h>

/* The number of elements of an array (not of a pointer). */
#define ELEMENTSOF(x) (sizeof(x) / sizeof((x)[0]))

#define _printf_(a, b) __attribute__((__format__(printf, a, b)))
#define _unused_ __attribute__((__unused__))

/* Each argument is evaluated once. Both should have the same type. */
#define MIN(a, b)                                                                                           \
        ({                                                                                                  \
                __typeof__(a) _min_a = (a);                                                                 \
                __typeof__(b) _min_b = (b);                                                                 \
                _min_a < _min_b ? _min_a : _min_b;                                                          \
        })
#define MAX(a, b)                                                                                           \
        ({                                                                                                  \
                __typeof__(a) _max_a = (a);                                                                 \
                __typeof__(b) _max_b = (b);                                                                 \
                _max_a > _max_b ? _max_a : _max_b;                                                          \
        })

/* Turns the -1 and errno of a raw system call into -errno, so that errno and r never mix in one function. */
#define RET_NERRNO(expr)                                                                                    \
        ({                                                                                                  \
                __typeof__(expr) _ret = (expr);                                                             \
                _ret < 0 ? (__typeof__(expr)) -errno : _ret;                                                \
        })

/* The pointer itself. For the userdata of a callback: NULL would be a bug of the caller. */
#define ASSERT_PTR(p)                                                                                       \
        ({                                                                                                  \
                __typeof__(p) _p = (p);                                                                     \
                assert(_p);                                                                                 \
                _p;                                                                                         \
        })

#define USEC_PER_SEC ((uint64_t) 1000000)
#define USEC_PER_MSEC ((uint64_t) 1000)
#define NSEC_PER_SEC ((uint64_t) 1000000000)
#define NSEC_PER_USEC ((uint64_t) 1000)

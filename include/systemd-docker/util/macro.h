/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* Small compile-time helpers that every layer uses. */

#include <assert.h>
#include <errno.h>
#include <stddef.h>

#define ELEMENTSOF(x) (sizeof(x) / sizeof((x)[0]))

#define _printf_(a, b) __attribute__((__format__(printf, a, b)))
#define _unused_ __attribute__((__unused__))

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

/* The raw system call's -1/errno as -errno, so that errno and r never mix in one function. */
#define RET_NERRNO(expr)                                                                                    \
        ({                                                                                                  \
                __typeof__(expr) _ret = (expr);                                                             \
                _ret < 0 ? (__typeof__(expr)) -errno : _ret;                                                \
        })

/* A pointer from a callback's userdata: never NULL, or the caller is broken. */
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

/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* Ownership that is bound to a scope: a local variable that owns something is declared _cleanup_…, and its
 * value is passed on with TAKE_PTR or TAKE_FD. A destructor accepts NULL and returns NULL. */

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define _cleanup_(f) __attribute__((__cleanup__(f)))

/* Defines func##p(), which takes a pointer to the pointer as _cleanup_() needs it, for the destructor
 * func(). */
#define DEFINE_TRIVIAL_CLEANUP_FUNC(type, func)                                                             \
        static inline void func##p(type *p)                                                                 \
        {                                                                                                   \
                if (*p)                                                                                     \
                        func(*p);                                                                           \
        }

/* The value of the pointer variable p, which becomes NULL: the caller now owns it. */
#define TAKE_PTR(p)                                                                                         \
        ({                                                                                                  \
                __typeof__(p) *_pp = &(p);                                                                  \
                __typeof__(p) _taken = *_pp;                                                                \
                *_pp = NULL;                                                                                \
                _taken;                                                                                     \
        })

/* The value of the descriptor variable fd, which becomes -EBADF: the caller now owns it. */
#define TAKE_FD(fd)                                                                                         \
        ({                                                                                                  \
                int *_fdp = &(fd);                                                                          \
                int _taken = *_fdp;                                                                         \
                *_fdp = -EBADF;                                                                             \
                _taken;                                                                                     \
        })

/* p: the address of a pointer from malloc(3). */
static inline void freep(void *p)
{
        free(*(void **) p);
}

/* Closes the descriptor, unless it is negative. errno may change. */
static inline void closep(int *fd)
{
        if (*fd >= 0)
                close(*fd);
}

DEFINE_TRIVIAL_CLEANUP_FUNC(FILE *, fclose)
DEFINE_TRIVIAL_CLEANUP_FUNC(DIR *, closedir)

#define _cleanup_free_ _cleanup_(freep)
#define _cleanup_close_ _cleanup_(closep)
#define _cleanup_fclose_ _cleanup_(fclosep)
#define _cleanup_closedir_ _cleanup_(closedirp)

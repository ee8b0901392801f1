/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

#include <malloc.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

#include "util/memory.h"

/* Less than the kernel keeps free below a stack: no other mapping can be in this range. */
#define STACK_SIZE ((uintptr_t) 128 * 1024)

static uintptr_t page_size(void)
{
        return (uintptr_t) sysconf(_SC_PAGESIZE);
}

void memory_give_back(void *data, size_t size)
{
        uintptr_t page = page_size(), begin = ((uintptr_t) data + page - 1) / page * page,
                  end = ((uintptr_t) data + size) / page * page;

        if (begin < end)
                (void) madvise((void *) begin, end - begin, MADV_DONTNEED);
}

/* The frame that has the range is above it. The page between them has what madvise() itself needs, and what
 * the ABI lets a function use below its frame. */
__attribute__((noinline)) void memory_give_back_stack(void)
{
#ifndef __hppa__ /* its stack grows upwards */
        uintptr_t page = page_size(), end = (uintptr_t) __builtin_frame_address(0) / page * page - page;

        (void) madvise((void *) (end - STACK_SIZE), STACK_SIZE, MADV_DONTNEED);
#endif
}

void memory_give_back_free(void)
{
        (void) malloc_trim(0);
}

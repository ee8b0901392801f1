/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

#include <criterion/criterion.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "util/macro.h"
#include "util/memory.h"

#define PAGES 4

static size_t page;
static unsigned char *data;

static void setup(void)
{
        page = (size_t) sysconf(_SC_PAGESIZE);
        data = mmap(NULL, PAGES * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        cr_assert_neq(data, MAP_FAILED);
        memset(data, 'x', PAGES * page);
}

TestSuite(memory, .init = setup);

/* Pages that were given back are empty when they are read. */
static bool is_kept(size_t begin, size_t end)
{
        for (size_t i = begin; i < end; i++)
                if (data[i] != 'x')
                        return false;
        return true;
}

static bool is_empty(size_t begin, size_t end)
{
        for (size_t i = begin; i < end; i++)
                if (data[i] != 0)
                        return false;
        return true;
}

Test(memory, only_whole_pages)
{
        memory_give_back(data + 1, 3 * page);
        cr_assert(is_kept(0, page));
        cr_assert(is_empty(page, 3 * page));
        cr_assert(is_kept(3 * page, PAGES * page));
}

Test(memory, less_than_a_page)
{
        static const struct {
                size_t from, size;
        } cases[] = { { 0, 0 }, { 1, 1 }, { 10, 4000 }, { 4000, 200 } };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                memory_give_back(data + cases[i].from, cases[i].size);
                cr_assert(is_kept(0, PAGES * page), "case %zu", i);
        }
        memory_give_back(NULL, 0);
}

Test(memory, all_of_it)
{
        memory_give_back(data, PAGES * page);
        cr_assert(is_empty(0, PAGES * page));
}

/* A sanitizer has frames elsewhere. */
#ifdef __SANITIZE_ADDRESS__
#define SANITIZED true
#else
#define SANITIZED false
#endif

static size_t stack_in_use(void)
{
        unsigned char there[64];
        uintptr_t top = (uintptr_t) __builtin_frame_address(0) / page * page;
        size_t n = 0;

        for (uintptr_t p = top - 16 * page; p < top; p += page)
                n += mincore((void *) p, page, there) == 0 && there[0] & 1;
        return n;
}

__attribute__((noinline)) static int use_stack(void)
{
        volatile unsigned char much[16 * 4096];

        memset((void *) much, 1, sizeof(much));
        return much[100];
}

/* What callers have on it stays. */
Test(memory, stack)
{
        volatile unsigned char ours[3 * 4096];

        memset((void *) ours, 'x', sizeof(ours));
        cr_assert_eq(use_stack(), 1);
        memory_give_back_stack();
        for (size_t i = 0; i < sizeof(ours); i++)
                cr_assert_eq(ours[i], 'x');
        cr_assert(SANITIZED || stack_in_use() <= 4);
        memory_give_back_free();
}

/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The copy of a cgroup's filter of devices. bpf(2) is replaced when the test is linked (--wrap): two
 * cgroups, and programs that differ by their tags. The behaviour tests have the kernel. */

#include <criterion/criterion.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cgroup/device-filter.h"
#include "fds.h"
#include "util/macro.h"

#define FROM 1000 /* descriptors of the cgroups */
#define TO 1001
#define PROGRAMS_MAX 64

static struct {
        uint32_t ids[2]
                    [PROGRAMS_MAX]; /* attached to FROM and TO. The tag is the id without its last digit */
        uint32_t n[2];
        uint32_t unloaded;   /* this program ends before it is opened */
        int failing, errnum; /* this command fails */
        uint32_t failing_at; /* … for this program, or this cgroup; 0: for all */
        struct {
                int fd;
                uint32_t id;
        } open[4 * PROGRAMS_MAX];
        size_t n_open;
} kernel = { .failing = -1 };

long __wrap_syscall(long number, ...);

static int fail(int errnum)
{
        errno = errnum;
        return -1;
}

static bool fails(int command, uint32_t at)
{
        return command == kernel.failing && (kernel.failing_at == 0 || kernel.failing_at == at);
}

static uint32_t id_of(int fd)
{
        for (size_t i = kernel.n_open; i > 0; i--)
                if (kernel.open[i - 1].fd == fd)
                        return kernel.open[i - 1].id;
        cr_assert_fail("descriptor %i is no program", fd);
        return 0;
}

static int query(union bpf_attr *a)
{
        uint32_t n = kernel.n[a->query.target_fd - FROM];

        cr_assert_eq(a->query.attach_type, BPF_CGROUP_DEVICE);
        cr_assert_eq(a->query.query_flags, 0, "only those of the cgroup itself");
        cr_assert_geq(a->query.prog_cnt, n);
        memcpy((void *) (uintptr_t) a->query.prog_ids, kernel.ids[a->query.target_fd - FROM], n * 4);
        a->query.prog_cnt = n;
        return 0;
}

static int open_program(const union bpf_attr *a)
{
        int fd;

        if (a->prog_id == kernel.unloaded)
                return fail(ENOENT);
        fd = eventfd(0, EFD_CLOEXEC);
        cr_assert_geq(fd, 0);
        cr_assert_lt(kernel.n_open, ELEMENTSOF(kernel.open));
        kernel.open[kernel.n_open].fd = fd;
        kernel.open[kernel.n_open++].id = a->prog_id;
        return fd;
}

static int describe(const union bpf_attr *a)
{
        struct bpf_prog_info *info = (void *) (uintptr_t) a->info.info;

        info->tag[0] = (unsigned char) (id_of((int) a->info.bpf_fd) / 10);
        return 0;
}

static int attach(const union bpf_attr *a)
{
        size_t to = a->target_fd - FROM;

        cr_assert_eq(a->attach_type, BPF_CGROUP_DEVICE);
        cr_assert_eq(a->attach_flags, BPF_F_ALLOW_MULTI, "beside those that it has");
        cr_assert_lt(kernel.n[to], PROGRAMS_MAX);
        kernel.ids[to][kernel.n[to]++] = id_of((int) a->attach_bpf_fd);
        return 0;
}

long __wrap_syscall(long number, ...)
{
        union bpf_attr *a;
        va_list ap;
        int command;

        va_start(ap, number);
        command = va_arg(ap, int);
        a = va_arg(ap, union bpf_attr *);
        va_end(ap);
        cr_assert_eq(number, SYS_bpf);
        switch (command) {
        case BPF_PROG_QUERY:
                return fails(command, a->query.target_fd) ? fail(kernel.errnum) : query(a);
        case BPF_PROG_GET_FD_BY_ID:
                return fails(command, a->prog_id) ? fail(kernel.errnum) : open_program(a);
        case BPF_OBJ_GET_INFO_BY_FD:
                return fails(command, id_of((int) a->info.bpf_fd)) ? fail(kernel.errnum) : describe(a);
        case BPF_PROG_ATTACH:
                return fails(command, id_of((int) a->attach_bpf_fd)) ? fail(kernel.errnum) : attach(a);
        default:
                cr_assert_fail("command %i", command);
                return fail(EINVAL);
        }
}

static void put(int cgroup, uint32_t id)
{
        kernel.ids[cgroup - FROM][kernel.n[cgroup - FROM]++] = id;
}

/* Whatever it returns, no program stays open. */
static int copy(void)
{
        size_t before = fds_count("");
        int r = device_filter_copy(FROM, TO);

        cr_assert_eq(fds_count(""), before);
        return r;
}

Test(device_filter, none)
{
        put(TO, 10);
        cr_assert_eq(copy(), 0);
        cr_assert_eq(kernel.n[1], 1);
}

Test(device_filter, is_copied_once)
{
        put(FROM, 10);
        put(FROM, 20);
        put(TO, 30);
        cr_assert_eq(copy(), 2);
        cr_assert_eq(kernel.n[1], 3);
        cr_assert_eq(kernel.ids[1][1], 10);
        cr_assert_eq(kernel.ids[1][2], 20);
        cr_assert_eq(copy(), 0);
        cr_assert_eq(kernel.n[1], 3);
}

/* After a restart of the container: other programs with the same instructions. */
Test(device_filter, equal_programs_are_not_attached_again)
{
        put(FROM, 11);
        put(FROM, 25);
        put(TO, 10);
        cr_assert_eq(copy(), 1);
        cr_assert_eq(kernel.ids[1][1], 25);
}

Test(device_filter, a_program_that_was_unloaded)
{
        put(FROM, 10);
        put(FROM, 20);
        kernel.unloaded = 10;
        cr_assert_eq(copy(), 1);
        cr_assert_eq(kernel.ids[1][0], 20);
}

Test(device_filter, as_many_as_the_kernel_allows)
{
        for (uint32_t i = 0; i < PROGRAMS_MAX; i++)
                put(FROM, 10 * (i + 1));
        cr_assert_eq(copy(), PROGRAMS_MAX);
        cr_assert_eq(copy(), 0);
}

Test(device_filter, failures)
{
        static const struct {
                int command;
                uint32_t at;
                int errnum;
                uint32_t attached; /* before the failure */
        } table[] = {
                { BPF_PROG_QUERY, FROM, EPERM, 0 },        { BPF_PROG_QUERY, TO, EINVAL, 0 },
                { BPF_PROG_GET_FD_BY_ID, 10, EPERM, 0 },   { BPF_PROG_GET_FD_BY_ID, 20, EMFILE, 0 },
                { BPF_OBJ_GET_INFO_BY_FD, 20, ENOMEM, 0 }, { BPF_PROG_GET_FD_BY_ID, 30, EPERM, 0 },
                { BPF_PROG_ATTACH, 10, EPERM, 0 },         { BPF_PROG_ATTACH, 20, E2BIG, 1 },
        };

        put(FROM, 10);
        put(FROM, 20);
        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                kernel.n[1] = 0;
                put(TO, 30);
                kernel.failing = table[i].command;
                kernel.failing_at = table[i].at;
                kernel.errnum = table[i].errnum;
                cr_assert_eq(copy(), -table[i].errnum, "row %zu", i);
                cr_assert_eq(kernel.n[1], 1 + table[i].attached, "row %zu", i);
        }
}

/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* bpf(2), for which the C library has no function. We load no program: those that the engine's runtime has
 * loaded are attached to one more cgroup, so the rules are the engine's own.
 *
 * The tag of a program is a hash of its instructions. After each restart of the container the engine loads
 * an equal program, which need not be attached again: the kernel allows no more than 64 in a cgroup.
 *
 * bpf(2) is in none of the sets of calls that hardened units allow (SystemCallFilter=@system-service), and
 * by default systemd lets the kernel kill the caller of any other. Therefore a child tries it first. */

#include <errno.h>
#include <linux/bpf.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "device-filter.h"
#include "util/cleanup.h"
#include "util/fd.h"
#include "util/macro.h"

#define PROGRAMS_MAX 64U /* the kernel's own limit */

typedef struct Program {
        int fd;
        unsigned char tag[BPF_TAG_SIZE];
} Program;

typedef struct Programs {
        Program items[PROGRAMS_MAX];
        size_t n;
} Programs;

static void programs_done(Programs *p)
{
        while (p->n > 0)
                fd_close(p->items[--p->n].fd);
}

static int call_bpf(enum bpf_cmd command, union bpf_attr *attr)
{
        return RET_NERRNO((int) syscall(SYS_bpf, command, attr, sizeof(*attr)));
}

static int open_program(uint32_t id)
{
        union bpf_attr attr;

        memset(&attr, 0, sizeof(attr));
        attr.prog_id = id;
        return call_bpf(BPF_PROG_GET_FD_BY_ID, &attr);
}

static int read_tag(int fd, unsigned char ret[static BPF_TAG_SIZE])
{
        struct bpf_prog_info info;
        union bpf_attr attr;
        int r;

        memset(&info, 0, sizeof(info));
        memset(&attr, 0, sizeof(attr));
        attr.info.bpf_fd = (uint32_t) fd;
        attr.info.info_len = sizeof(info);
        attr.info.info = (uintptr_t) &info;
        r = call_bpf(BPF_OBJ_GET_INFO_BY_FD, &attr);
        if (r >= 0)
                memcpy(ret, info.tag, BPF_TAG_SIZE);
        return r;
}

/* A program that has been unloaded since it was listed is left out. */
static int add_program(Programs *p, uint32_t id)
{
        _cleanup_close_ int fd = open_program(id);
        int r;

        if (fd < 0)
                return fd == -ENOENT ? 0 : fd;
        r = read_tag(fd, p->items[p->n].tag);
        if (r >= 0)
                p->items[p->n++].fd = TAKE_FD(fd);
        return r;
}

/* The programs that are attached to the cgroup itself, not those of the cgroups above it. */
static int list_programs(int cgroup_fd, Programs *ret)
{
        uint32_t ids[PROGRAMS_MAX];
        union bpf_attr attr;
        int r;

        memset(&attr, 0, sizeof(attr));
        attr.query.target_fd = (uint32_t) cgroup_fd;
        attr.query.attach_type = BPF_CGROUP_DEVICE;
        attr.query.prog_ids = (uintptr_t) ids;
        attr.query.prog_cnt = PROGRAMS_MAX;
        r = call_bpf(BPF_PROG_QUERY, &attr);
        for (uint32_t i = 0; r >= 0 && i < MIN(attr.query.prog_cnt, PROGRAMS_MAX); i++)
                r = add_program(ret, ids[i]);
        return r;
}

static bool has_equal(const Programs *p, const Program *program)
{
        for (size_t i = 0; i < p->n; i++)
                if (memcmp(p->items[i].tag, program->tag, BPF_TAG_SIZE) == 0)
                        return true;
        return false;
}

static int attach(int cgroup_fd, const Program *program)
{
        union bpf_attr attr;

        memset(&attr, 0, sizeof(attr));
        attr.target_fd = (uint32_t) cgroup_fd;
        attr.attach_bpf_fd = (uint32_t) program->fd;
        attr.attach_type = BPF_CGROUP_DEVICE;
        attr.attach_flags = BPF_F_ALLOW_MULTI;
        return call_bpf(BPF_PROG_ATTACH, &attr);
}

static _Noreturn void call_and_exit(void)
{
        union bpf_attr attr;

        memset(&attr, 0, sizeof(attr));
        attr.query.target_fd = (uint32_t) -EBADF;
        (void) prctl(PR_SET_DUMPABLE, 0); /* no core dump of what was expected */
        (void) call_bpf(BPF_PROG_QUERY, &attr);
        _exit(EXIT_SUCCESS);
}

/* 0; -EPERM: a filter of system calls would kill us for it; another -errno: nobody knows. */
static int check_calls_are_survived(void)
{
        int status = 0, r;
        pid_t child;

        if (prctl(PR_GET_SECCOMP) != SECCOMP_MODE_FILTER)
                return 0;
        child = fork();
        if (child < 0)
                return -errno;
        if (child == 0)
                call_and_exit();
        do
                r = RET_NERRNO(waitpid(child, &status, 0));
        while (r == -EINTR);
        return r < 0 ? r : WIFSIGNALED(status) ? -EPERM : 0;
}

int device_filter_copy(int from_fd, int to_fd)
{
        _cleanup_(programs_done) Programs theirs = { .n = 0 }, ours = { .n = 0 };
        int n = 0, r = check_calls_are_survived();

        if (r >= 0)
                r = list_programs(from_fd, &theirs);
        if (r >= 0 && theirs.n > 0)
                r = list_programs(to_fd, &ours);
        for (size_t i = 0; r >= 0 && i < theirs.n; i++)
                if (!has_equal(&ours, &theirs.items[i])) {
                        r = attach(to_fd, &theirs.items[i]);
                        n += r >= 0;
                }
        return r < 0 ? r : n;
}

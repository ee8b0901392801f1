/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* cgroup paths and mounts. */

#include <criterion/criterion.h>
#include <string.h>

#include "codec/cgroup/cgroup-path.h"
#include "util/cleanup.h"
#include "util/macro.h"

/* CentOS 7: the kernel lists cpuacct first, the folder of the mount has cpu first. */
static const char v1_cgroup[] = "11:cpuacct,cpu:/docker/c1\n"
                                "5:net_prio,net_cls:/\n"
                                "3:memory:/docker/c1\n"
                                "1:name=systemd:/docker/c1\n";
static const char v1_mountinfo[] =
        "17 39 0:16 / /sys rw,nosuid shared:6 - sysfs sysfs rw,seclabel\n"
        "22 17 0:20 / /sys/fs/cgroup ro,nosuid shared:8 - tmpfs tmpfs ro,mode=755\n"
        "23 22 0:21 / /sys/fs/cgroup/systemd rw,nosuid shared:9 - cgroup cgroup "
        "rw,seclabel,xattr,release_agent=/usr/lib/systemd/systemd-cgroups-agent,name=systemd\n"
        "25 22 0:23 / /sys/fs/cgroup/cpu,cpuacct rw shared:10 - cgroup cgroup rw,seclabel,cpu,cpuacct\n"
        "26 22 0:24 / /sys/fs/cgroup/memory rw shared:11 - cgroup cgroup rw,memory\n"
        "27 22 0:25 / /sys/fs/cgroup/cpuset rw shared:12 - cgroup cgroup rw,cpuset\n";

static void check_resolve(const char *cgroup, const char *mountinfo, const char *controller, int expected_r,
                          const char *expected)
{
        _cleanup_(cgroup_paths_done) CgroupPaths p = CGROUP_PATHS_NULL;
        _cleanup_(cgroup_mounts_done) CgroupMounts m = CGROUP_MOUNTS_NULL;
        _cleanup_free_ char *s = NULL;
        const CgroupPath *item;

        cr_assert_eq(cgroup_paths_parse(cgroup, &p), 0);
        cr_assert_eq(cgroup_mounts_parse(mountinfo, &m), 0);
        item = cgroup_paths_find(&p, controller);
        cr_assert_not_null(item);
        cr_assert_eq(cgroup_mounts_resolve(&m, item, &s), expected_r, "%s: %s", controller, s);
        if (expected)
                cr_assert_str_eq(s, expected);
        else
                cr_assert_null(s);
}

Test(cgroup_path, v1_order_of_controllers_does_not_matter)
{
        check_resolve(v1_cgroup, v1_mountinfo, "cpu", 0, "/sys/fs/cgroup/cpu,cpuacct/docker/c1");
        check_resolve(v1_cgroup, v1_mountinfo, "cpuacct", 0, "/sys/fs/cgroup/cpu,cpuacct/docker/c1");
        check_resolve(v1_cgroup, v1_mountinfo, "memory", 0, "/sys/fs/cgroup/memory/docker/c1");
        check_resolve(v1_cgroup, v1_mountinfo, "name=systemd", 0, "/sys/fs/cgroup/systemd/docker/c1");
        check_resolve(v1_cgroup, v1_mountinfo, "net_cls", -ENOENT, NULL);
}

Test(cgroup_path, v1_name_of_the_folder_does_not_matter)
{
        check_resolve("2:cpu,cpuacct:/a\n", "1 1 0:1 / /elsewhere/c rw - cgroup none rw,cpuacct,cpu\n",
                      "cpu", 0, "/elsewhere/c/a");
}

Test(cgroup_path, v2)
{
        static const char mountinfo[] =
                "25 30 0:23 / /sys/fs/cgroup rw shared:9 - cgroup2 cgroup2 rw,nsdelegate\n";

        check_resolve("0::/system.slice/foo.service\n", mountinfo, "", 0,
                      "/sys/fs/cgroup/system.slice/foo.service");
        check_resolve("0::/\n", mountinfo, "", 0, "/sys/fs/cgroup");
        check_resolve("0::/../x\n", mountinfo, "", -ENOENT, NULL);
}

Test(cgroup_path, hybrid_keeps_the_two_apart)
{
        static const char cgroup[] = "1:name=systemd:/s\n0::/u\n";
        static const char mountinfo[] =
                "41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n"
                "40 31 0:37 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,name=systemd\n";

        check_resolve(cgroup, mountinfo, "", 0, "/sys/fs/cgroup/unified/u");
        check_resolve(cgroup, mountinfo, "name=systemd", 0, "/sys/fs/cgroup/systemd/s");
}

Test(cgroup_path, part_of_a_hierarchy_is_mounted)
{
        static const char mountinfo[] =
                "1 1 0:1 /docker/c1 /bound rw - cgroup2 cgroup2 rw\n"
                "2 1 0:1 /docker/c2 /other rw master:3 propagate_from:2 - cgroup2 cgroup2 rw\n";

        check_resolve("0::/docker/c1\n", mountinfo, "", 0, "/bound");
        check_resolve("0::/docker/c1/sub\n", mountinfo, "", 0, "/bound/sub");
        check_resolve("0::/docker/c2/sub\n", mountinfo, "", 0, "/other/sub");
        check_resolve("0::/docker/c10\n", mountinfo, "", -ENOENT, NULL);
        check_resolve("0::/docker\n", mountinfo, "", -ENOENT, NULL);
}

Test(cgroup_path, first_mount_unless_covered)
{
        check_resolve("0::/a\n",
                      "1 1 0:1 / /one rw - cgroup2 cgroup2 rw\n"
                      "2 1 0:1 / /two rw - cgroup2 cgroup2 rw\n",
                      "", 0, "/one/a");
        check_resolve("0::/a\n",
                      "1 1 0:1 / /one rw - cgroup2 cgroup2 rw\n"
                      "2 1 0:1 / /two rw - cgroup2 cgroup2 rw\n"
                      "3 1 0:1 / /one rw - cgroup cgroup rw,cpu\n"
                      "4 1 0:1 / /three rw - cgroup2 cgroup2 rw\n",
                      "", 0, "/three/a");
        check_resolve("0::/a\n", "1 1 0:1 / / rw - cgroup2 cgroup2 rw\n", "", 0, "/a");
        check_resolve("0::/\n", "1 1 0:1 / / rw - cgroup2 cgroup2 rw\n", "", 0, "/");
}

Test(cgroup_path, escapes_of_mountinfo)
{
        check_resolve("0::/a\n", "1 1 0:1 / /a\\040b\\011c\\134d rw - cgroup2 cgroup2 rw\n", "", 0,
                      "/a b\tc\\d/a");
        check_resolve("0::/a\n", "1 1 0:1 / /x\\777\\00\\000\\ rw - cgroup2 cgroup2 rw\n", "", 0,
                      "/x\\777\\00\\000\\/a");
        check_resolve("0::/my slice\n", "1 1 0:1 /my\\040slice /m rw - cgroup2 cgroup2 rw\n", "", 0, "/m");
}

Test(cgroup_path, malformed_mounts_are_passed_over)
{
        static const char *const lines[] = {
                "",
                "1",
                "1 1 0:1 / /m",
                "1 1 0:1 / /m rw",
                "1 1 0:1 / /m rw -",
                "1 1 0:1 / /m rw - cgroup2",
                "1 1 0:1 / /m rw - cgroup2 cgroup2",
                "1 1 0:1 root /m rw - cgroup2 cgroup2 rw",
                "1 1 0:1 / m rw - cgroup2 cgroup2 rw",
                "1 1 0:1 / /m rw - ext4 /dev/sda rw",
                "- - - - - - -",
                "1 1 0:1 / /m rw - cgroup22 cgroup2 rw",
        };

        for (size_t i = 0; i < ELEMENTSOF(lines); i++) {
                _cleanup_(cgroup_mounts_done) CgroupMounts m = CGROUP_MOUNTS_NULL;

                cr_assert_eq(cgroup_mounts_parse(lines[i], &m), 0);
                cr_assert_eq(m.n_items, 0, "%s", lines[i]);
        }
}

Test(cgroup_path, paths_of_a_process)
{
        _cleanup_(cgroup_paths_done) CgroupPaths p = CGROUP_PATHS_NULL;

        cr_assert_eq(cgroup_paths_parse("12:a,b:/with:colon\n1:name=x y:/\n0::/last", &p), 0);
        cr_assert_eq(p.n_items, 3);
        cr_assert_str_eq(p.items[0].controllers, "a,b");
        cr_assert_str_eq(p.items[0].path, "/with:colon");
        cr_assert_str_eq(cgroup_paths_find(&p, "name=x y")->path, "/");
        cr_assert_str_eq(cgroup_paths_find(&p, "")->path, "/last");
        cr_assert_null(cgroup_paths_find(&p, "a,b"));
        cr_assert_null(cgroup_paths_find(&p, "c"));
}

Test(cgroup_path, malformed_paths)
{
        static const char *const bad[] = { "x",     "0",     "0:",       "0::",   ":a:/",
                                           "0:a:b", "0::\n", "0:a\n::/", "-1::/", "0::/\nx" };

        for (size_t i = 0; i < ELEMENTSOF(bad); i++) {
                CgroupPaths p = { .n_items = 42 };

                cr_assert_eq(cgroup_paths_parse(bad[i], &p), -EBADMSG, "%s", bad[i]);
                cr_assert_eq(p.n_items, 42);
        }
}

Test(cgroup_path, below)
{
        cr_assert(cgroup_path_is_below("/a/b", "/a"));
        cr_assert(cgroup_path_is_below("/a/b", "/a/"));
        cr_assert(cgroup_path_is_below("/a", "/a"));
        cr_assert(cgroup_path_is_below("/a", "/"));
        cr_assert(cgroup_path_is_below("/", "/"));
        cr_assert(cgroup_path_is_below("//a//b/", "/a/b"));
        cr_assert(!cgroup_path_is_below("/ab", "/a"));
        cr_assert(!cgroup_path_is_below("/a", "/a/b"));
        cr_assert(!cgroup_path_is_below("/", "/a"));
        cr_assert(!cgroup_path_is_below("/a/../b", "/a"));
        cr_assert(!cgroup_path_is_below("/a/..", "/a"));
        cr_assert(cgroup_path_is_below("/a/..b", "/a"));
        cr_assert(!cgroup_path_is_below("a/b", "/a"));
        cr_assert(!cgroup_path_is_below("/a", ""));
        cr_assert(!cgroup_path_is_below("", "/"));
}

Test(cgroup_path, events)
{
        CgroupEvents e;

        cr_assert_eq(cgroup_events_parse("populated 1\nfrozen 0\n", &e), 0);
        cr_assert(e.populated && !e.frozen);
        cr_assert_eq(cgroup_events_parse("frozen 1\nnew 7\npopulated 0", &e), 0);
        cr_assert(!e.populated && e.frozen);
        cr_assert_eq(cgroup_events_parse("populated 1\n", &e), 0);
        cr_assert(e.populated && !e.frozen);
        cr_assert_eq(cgroup_events_parse("", &e), -EBADMSG);
        cr_assert_eq(cgroup_events_parse("frozen 1\n", &e), -EBADMSG);
        cr_assert_eq(cgroup_events_parse("populated\n", &e), -EBADMSG);
        cr_assert_eq(cgroup_events_parse("populated 11\n", &e), -EBADMSG);
        cr_assert_eq(cgroup_events_parse("populated x\n", &e), -EBADMSG);
}

Test(cgroup_path, oom_kills)
{
        uint64_t n = 0;

        cr_assert_eq(
                cgroup_oom_kills_parse("low 0\nhigh 0\nmax 7\noom 3\noom_kill 2\noom_group_kill 1\n", &n),
                0);
        cr_assert_eq(n, 2);
        cr_assert_eq(cgroup_oom_kills_parse("oom_kill 9999999999999999999", &n), 0);
        cr_assert_eq(n, UINT64_C(9999999999999999999));
        n = 5;
        cr_assert_eq(cgroup_oom_kills_parse("", &n), -EBADMSG);
        cr_assert_eq(cgroup_oom_kills_parse("oom 1\noom_group_kill 1\n", &n), -EBADMSG);
        cr_assert_eq(cgroup_oom_kills_parse("oom_kill \n", &n), -EBADMSG);
        cr_assert_eq(cgroup_oom_kills_parse("oom_kill -1\n", &n), -EBADMSG);
        cr_assert_eq(cgroup_oom_kills_parse("oom_kill 18446744073709551616\n", &n), -EBADMSG);
        cr_assert_eq(n, 5);
}

Test(cgroup_path, procs)
{
        _cleanup_free_ pid_t *pids = NULL, *none = NULL;
        size_t n = 42;

        cr_assert_eq(cgroup_procs_parse("1\n0\n2147483647\n33\n4\n", &pids, &n), 0);
        cr_assert_eq(n, 4);
        cr_assert_eq(pids[0], 1);
        cr_assert_eq(pids[1], 2147483647);
        cr_assert_eq(pids[3], 4);
        cr_assert_eq(cgroup_procs_parse("", &none, &n), 0);
        cr_assert_eq(n, 0);
}

Test(cgroup_path, malformed_procs)
{
        static const char *const bad[] = {
                "-1\n", "x\n", "1\n\n2\n", "2147483648\n", "99999999999999999999\n", "1 2\n", "+1\n"
        };

        for (size_t i = 0; i < ELEMENTSOF(bad); i++) {
                pid_t *pids = (pid_t *) 42;
                size_t n = 42;

                cr_assert_eq(cgroup_procs_parse(bad[i], &pids, &n), -EBADMSG, "%s", bad[i]);
                cr_assert_eq(n, 42);
        }
}

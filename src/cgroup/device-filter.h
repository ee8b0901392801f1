/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* The filter of devices of a v2 cgroup: programs that the kernel asks before a process in the cgroup opens
 * or creates a device. */

/* Attaches the programs of one cgroup to another one, beside those that it has. The processes of the other
 * cgroup may then use only the devices that both allow. from_fd, to_fd: the folders of the cgroups, open for
 * reading. Returns the number of programs that were attached (0: it has none, or the other cgroup has the
 * same ones), or -errno: after a failure some of them may be attached. -EPERM: no right to, not with this
 * kernel, or a filter of system calls forbids it. */
int device_filter_copy(int from_fd, int to_fd);

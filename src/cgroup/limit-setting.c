/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

#include <string.h>

#include "limit-setting.h"
#include "util/macro.h"

const char *cgroup_limit_setting(const char *option)
{
        static const struct {
                char option[24], setting[24];
        } table[] = {
                { "memory", "MemoryMax=" },
                { "memory-reservation", "MemoryLow=" },
                { "memory-swap", "MemorySwapMax=" },
                { "cpus", "CPUQuota=" },
                { "cpu-quota", "CPUQuota=" },
                { "cpu-shares", "CPUWeight=" },
                { "cpuset-cpus", "AllowedCPUs=" },
                { "cpuset-mems", "AllowedMemoryNodes=" },
                { "pids-limit", "TasksMax=" },
                { "blkio-weight", "IOWeight=" },
                { "blkio-weight-device", "IODeviceWeight=" },
                { "device-read-bps", "IOReadBandwidthMax=" },
                { "device-write-bps", "IOWriteBandwidthMax=" },
                { "device-read-iops", "IOReadIOPSMax=" },
                { "device-write-iops", "IOWriteIOPSMax=" },
        };

        for (size_t i = 0; i < ELEMENTSOF(table); i++)
                if (strcmp(table[i].option, option) == 0)
                        return table[i].setting;
        return "the limit";
}

/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* One option with one value: the grammars of mounts, networks, GPUs, ports, … The first byte chooses the
 * option. */

#include "words.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        static const char *const options[] = {
                "--mount",
                "--network",
                "--gpus",
                "--publish",
                "--volume",
                "--device",
                "--platform",
                "--add-host",
                "--memory",
                "--cpus",
                "--ulimit",
                "--dns",
                "--dns-search",
                "--expose",
                "--security-opt",
                "--sysctl",
                "--restart",
                "--label",
                "--env",
                "--tmpfs",
                "--link",
                "--log-opt",
                "--mac-address",
                "--health-timeout",
                "--cpu-shares",
                "--device-read-bps",
                "--device-write-iops",
                "--blkio-weight-device",
                "--device-cgroup-rule",
                "--cap-add",
        };
        char *words[5] = {}, *value;

        if (size == 0)
                return 0;
        value = fuzz_string(data + 1, size - 1);
        words[0] = (char *) options[data[0] % (sizeof(options) / sizeof(*options))];
        words[1] = value;
        words[2] = (char *) "alpine";
        check_run(words);

        /* The same bytes as the name of an image. */
        words[0] = (char *) "--";
        words[2] = NULL;
        check_run(words);
        free(value);
        return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The options of `docker run`. This table drives parsing, --help and completion; a test compares it with the
 * manual page.
 *
 * A new option is one line here: its setter checks the value, and its target is the place of the value in
 * the request to the engine. Only an option that needs more than that has a setter of its own. */

#include <stddef.h>

#include "cli/help-text.h"
#include "cli/options.h"
#include "run-option-table.h"
#include "run-parse.h"
#include "run-setters.h"
#include "run-subjects.h"
#include "util/macro.h"

#define HOST "HostConfig/"
#define MEMBER(m) .member = offsetof(RunOptions, m)

#define CAPABILITIES                                                                                        \
        "ALL AUDIT_CONTROL AUDIT_READ AUDIT_WRITE BLOCK_SUSPEND BPF CHECKPOINT_RESTORE CHOWN DAC_OVERRIDE " \
        "DAC_READ_SEARCH FOWNER FSETID IPC_LOCK IPC_OWNER KILL LEASE LINUX_IMMUTABLE MAC_ADMIN "            \
        "MAC_OVERRIDE MKNOD NET_ADMIN NET_BIND_SERVICE NET_BROADCAST NET_RAW PERFMON SETFCAP SETGID "       \
        "SETPCAP SETUID SYSLOG SYS_ADMIN SYS_BOOT SYS_CHROOT SYS_MODULE SYS_NICE SYS_PACCT SYS_PTRACE "     \
        "SYS_RAWIO SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG WAKE_ALARM"

/* Name, letter, placeholder, flags, setter and target; see RunOptionSpec. */
const RunOptionSpec run_option_table[] = {
#define O(n, s, v, f, fn, t, ...)                                                                           \
        {                                                                                                   \
                .name = (n), .short_name = (s), .value = (v), .flags = (f), .set = (fn), .target = (t),     \
                __VA_ARGS__                                                                                 \
        }
        O("add-host", 0, "list", 0, set_add_host, HOST "ExtraHosts",
          .text = "Add a custom host-to-IP mapping (host:ip)"),
        O("annotation", 0, "map", 0, set_key_value, HOST "Annotations", .api_minor = 43,
          .text = "Add an annotation to the container (passed through to the OCI runtime)"),
        O("attach", 'a', "list", 0, set_attach, NULL, .text = "Attach to STDIN, STDOUT or STDERR",
          .words = "stdin stdout stderr"),
        O("blkio-weight", 0, "uint16", FLAG_LIMIT, set_uint16, HOST "BlkioWeight",
          .text = "Block IO (relative weight), between 10 and 1000, or 0 to disable"),
        O("blkio-weight-device", 0, "list", FLAG_LIMIT, set_weight_device, HOST "BlkioWeightDevice",
          .text = "Block IO weight (relative device weight)"),
        O("cap-add", 0, "list", 0, later_list, NULL, .member = LIST_CAP_ADD,
          .text = "Add Linux capabilities", .words = CAPABILITIES),
        O("cap-drop", 0, "list", 0, later_list, NULL, .member = LIST_CAP_DROP,
          .text = "Drop Linux capabilities", .words = CAPABILITIES),
        O("cgroup-parent", 0, "string", 0, set_string, HOST "CgroupParent",
          .text = "Optional parent cgroup for the container"),
        O("cgroupns", 0, "string", 0, later_string, NULL, .member = STRING_CGROUPNS, .api_minor = 41,
          .text = "Cgroup namespace to use (host|private); empty: as the engine is configured",
          .words = "host private"),
        O("cidfile", 0, "string", 0, member_string, HOST "ContainerIDFile", MEMBER(cidfile),
          .text = "Write the container ID to the file", .words = COMPLETE_FILE),
        O("cpu-count", 0, "int", FLAG_WINDOWS, set_int, HOST "CpuCount", .text = "CPU count (Windows only)"),
        O("cpu-percent", 0, "int", FLAG_WINDOWS, set_int, HOST "CpuPercent",
          .text = "CPU percent (Windows only)"),
        O("cpu-period", 0, "int", FLAG_LIMIT, set_int, HOST "CpuPeriod",
          .text = "Limit CPU CFS (Completely Fair Scheduler) period"),
        O("cpu-quota", 0, "int", FLAG_LIMIT, set_int, HOST "CpuQuota",
          .text = "Limit CPU CFS (Completely Fair Scheduler) quota"),
        O("cpu-rt-period", 0, "int", FLAG_LIMIT, set_int, HOST "CpuRealtimePeriod", .api_minor = 25,
          .text = "Limit CPU real-time period in microseconds"),
        O("cpu-rt-runtime", 0, "int", FLAG_LIMIT, set_int, HOST "CpuRealtimeRuntime", .api_minor = 25,
          .text = "Limit CPU real-time runtime in microseconds"),
        O("cpu-shares", 'c', "int", FLAG_LIMIT, set_int, HOST "CpuShares",
          .text = "CPU shares (relative weight)"),
        O("cpus", 0, "decimal", FLAG_LIMIT, set_cpus, HOST "NanoCpus", .api_minor = 25,
          .text = "Number of CPUs"),
        O("cpuset-cpus", 0, "string", FLAG_LIMIT, set_string, HOST "CpusetCpus",
          .text = "CPUs in which to allow execution (0-3, 0,1)"),
        O("cpuset-mems", 0, "string", FLAG_LIMIT, set_string, HOST "CpusetMems",
          .text = "MEMs in which to allow execution (0-3, 0,1)"),
        O("detach", 'd', NULL, FLAG_BOOLEAN, member_bool, NULL, MEMBER(detach),
          .text = "No effect: systemd decides what waits for the container"),
        O("detach-keys", 0, "string", 0, member_string, NULL, MEMBER(detach_keys),
          .text = "Override the key sequence for detaching a container"),
        O("device", 0, "list", 0, later_list, NULL, .member = LIST_DEVICE,
          .text = "Add a host device to the container", .words = COMPLETE_FILE),
        O("device-cgroup-rule", 0, "list", 0, set_device_cgroup_rule, HOST "DeviceCgroupRules",
          .text = "Add a rule to the cgroup allowed devices list"),
        O("device-if-exists", 0, "list", FLAG_OWN, set_device_if_exists, NULL, .member = LIST_DEVICE,
          .text = "Add a host device that may be missing", .words = COMPLETE_FILE),
        O("device-read-bps", 0, "list", FLAG_LIMIT, set_throttle_bps, HOST "BlkioDeviceReadBps",
          .text = "Limit read rate (bytes per second) from a device"),
        O("device-read-iops", 0, "list", FLAG_LIMIT, set_throttle_iops, HOST "BlkioDeviceReadIOps",
          .text = "Limit read rate (IO per second) from a device"),
        O("device-write-bps", 0, "list", FLAG_LIMIT, set_throttle_bps, HOST "BlkioDeviceWriteBps",
          .text = "Limit write rate (bytes per second) to a device"),
        O("device-write-iops", 0, "list", FLAG_LIMIT, set_throttle_iops, HOST "BlkioDeviceWriteIOps",
          .text = "Limit write rate (IO per second) to a device"),
        O("disable-content-trust", 0, NULL, FLAG_BOOLEAN, set_content_trust, NULL,
          .text = "Skip image verification (default true)"),
        O("dns", 0, "list", 0, set_dns, HOST "Dns", .text = "Set custom DNS servers"),
        O("dns-opt", 0, "list", FLAG_HIDDEN, append_string, HOST "DnsOptions", .text = "Set DNS options"),
        O("dns-option", 0, "list", 0, append_string, HOST "DnsOptions", .text = "Set DNS options"),
        O("dns-search", 0, "list", 0, set_dns_search, HOST "DnsSearch",
          .text = "Set custom DNS search domains"),
        O("domainname", 0, "string", 0, set_string, "Domainname", .text = "Container NIS domain name"),
        O("entrypoint", 0, "string", 0, set_entrypoint, "Entrypoint",
          .text = "Overwrite the default ENTRYPOINT of the image"),
        O("env", 'e', "list", 0, set_env, NULL, .text = "Set environment variables"),
        O("env-credential", 0, "list", FLAG_OWN, set_env_credential, NULL,
          .text = "Set an environment variable to the value of a credential of the service"),
        O("env-file", 0, "list", 0, later_list, NULL, .member = LIST_ENV_FILE,
          .text = "Read in a file of environment variables", .words = COMPLETE_FILE),
        O("expose", 0, "list", 0, later_list, NULL, .member = LIST_EXPOSE,
          .text = "Expose a port or a range of ports"),
        O("gpus", 0, "gpu-request", 0, set_gpus, NULL, .api_minor = 40,
          .text = "GPU devices to add to the container ('all' to pass all GPUs)", .words = "all"),
        O("group-add", 0, "list", 0, append_string, HOST "GroupAdd",
          .text = "Add additional groups to join"),
        O("health-cmd", 0, "string", 0, set_health_command, NULL, .text = "Command to run to check health"),
        O("health-interval", 0, "duration", 0, set_health_duration, NULL, .member = HEALTH_INTERVAL,
          .text = "Time between running the check (ms|s|m|h)"),
        O("health-retries", 0, "int", 0, set_health_retries, NULL, .member = HEALTH_RETRIES,
          .text = "Consecutive failures needed to report unhealthy"),
        O("health-start-interval", 0, "duration", 0, set_health_duration, NULL,
          .member = HEALTH_START_INTERVAL, .api_minor = 44,
          .text = "Time between running the check during the start period (ms|s|m|h)"),
        O("health-start-period", 0, "duration", 0, set_health_duration, NULL, .member = HEALTH_START_PERIOD,
          .api_minor = 29,
          .text = "Start period for the container to initialize before counting retries (ms|s|m|h)"),
        O("health-test", 0, "json", FLAG_OWN, set_health_test, NULL,
          .text = "Health check as a list in JSON, run without a shell"),
        O("health-timeout", 0, "duration", 0, set_health_duration, NULL, .member = HEALTH_TIMEOUT,
          .text = "Maximum time to allow one check to run (ms|s|m|h)"),
        O("help", 0, NULL, FLAG_BOOLEAN, member_bool, NULL, MEMBER(help), .text = "Print usage"),
        O("hostname", 'h', "string", 0, set_string, "Hostname", .text = "Container host name"),
        O("init", 0, NULL, FLAG_BOOLEAN, set_bool, HOST "Init", .api_minor = 25,
          .text = "Run an init inside the container that forwards signals and reaps processes"),
        O("interactive", 'i', NULL, FLAG_BOOLEAN, member_bool, "OpenStdin", MEMBER(interactive),
          .text = "Keep STDIN open and connect it to the service's standard input"),
        O("io-maxbandwidth", 0, "bytes", FLAG_WINDOWS, set_size, HOST "IOMaximumBandwidth",
          .text = "Maximum IO bandwidth limit for the system drive (Windows only)"),
        O("io-maxiops", 0, "uint", FLAG_WINDOWS, set_uint64, HOST "IOMaximumIOps",
          .text = "Maximum IOps limit for the system drive (Windows only)"),
        O("ip", 0, "string", 0, later_string, NULL, .member = STRING_IP,
          .text = "IPv4 address (e.g., 172.30.100.104)"),
        O("ip6", 0, "string", 0, later_string, NULL, .member = STRING_IP6,
          .text = "IPv6 address (e.g., 2001:db8::33)"),
        O("ipc", 0, "string", 0, set_string, HOST "IpcMode", .text = "IPC mode to use",
          .words = "host none private shareable"),
        O("isolation", 0, "string", 0, set_string, HOST "Isolation",
          .text = "Container isolation technology", .words = "default"),
        O("kernel-memory", 0, "bytes", FLAG_LIMIT, set_size, HOST "KernelMemory",
          .text = "Kernel memory limit"),
        O("label", 'l', "list", 0, set_label, NULL, .text = "Set meta data on a container"),
        O("label-file", 0, "list", 0, later_list, NULL, .member = LIST_LABEL_FILE,
          .text = "Read in a line delimited file of labels", .words = COMPLETE_FILE),
        O("link", 0, "list", 0, set_link, HOST "Links", .text = "Add link to another container"),
        O("link-local-ip", 0, "list", 0, later_list, NULL, .member = LIST_LINK_LOCAL_IP,
          .text = "Container IPv4/IPv6 link-local addresses"),
        O("log-driver", 0, "string", 0, set_string, HOST "LogConfig/Type",
          .text = "Logging driver for the container",
          .words = "awslogs fluentd gcplogs gelf journald json-file local none splunk syslog"),
        O("log-opt", 0, "list", 0, later_list, NULL, .member = LIST_LOG_OPT, .text = "Log driver options"),
        O("mac-address", 0, "string", 0, later_string, NULL, .member = STRING_MAC_ADDRESS,
          .text = "Container MAC address (e.g., 92:d0:c6:0a:29:33)"),
        O("memory", 'm', "bytes", FLAG_LIMIT, set_size, HOST "Memory", .text = "Memory limit"),
        O("memory-reservation", 0, "bytes", FLAG_LIMIT, set_size, HOST "MemoryReservation",
          .text = "Memory soft limit"),
        O("memory-swap", 0, "bytes", FLAG_LIMIT, set_memory_swap, HOST "MemorySwap",
          .text = "Swap limit equal to memory plus swap: '-1' to enable unlimited swap"),
        O("memory-swappiness", 0, "int", FLAG_LIMIT, set_swappiness, HOST "MemorySwappiness",
          .text = "Tune container memory swappiness (0 to 100) (default -1)"),
        O("mount", 0, "mount", 0, set_mount, HOST "Mounts",
          .text = "Attach a filesystem mount to the container"),
        O("name", 0, "string", 0, member_string, NULL, MEMBER(name),
          .text = "Assign a name to the container"),
        O("net", 0, "network", FLAG_HIDDEN, set_network, NULL, .text = "Connect a container to a network"),
        O("net-alias", 0, "list", FLAG_HIDDEN, later_list, NULL, .member = LIST_NETWORK_ALIAS,
          .text = "Add network-scoped alias for the container"),
        O("network", 0, "network", 0, set_network, NULL, .text = "Connect a container to a network",
          .words = "bridge host none"),
        O("network-alias", 0, "list", 0, later_list, NULL, .member = LIST_NETWORK_ALIAS,
          .text = "Add network-scoped alias for the container"),
        O("no-healthcheck", 0, NULL, FLAG_BOOLEAN, member_bool, NULL, MEMBER(no_healthcheck),
          .text = "Disable any container-specified HEALTHCHECK"),
        O("oom-kill-disable", 0, NULL, FLAG_BOOLEAN | FLAG_LIMIT, set_bool, HOST "OomKillDisable",
          .text = "Disable OOM Killer"),
        O("oom-score-adj", 0, "int", 0, set_int, HOST "OomScoreAdj",
          .text = "Tune host's OOM preferences (-1000 to 1000)"),
        O("pid", 0, "string", 0, later_string, NULL, .member = STRING_PID, .text = "PID namespace to use",
          .words = "host"),
        O("pids-limit", 0, "int", FLAG_LIMIT, set_int, HOST "PidsLimit",
          .text = "Tune container pids limit (set -1 for unlimited)"),
        O("platform", 0, "string", 0, later_string, NULL, .member = STRING_PLATFORM, .api_minor = 32,
          .text = "Set platform if server is multi-platform capable"),
        O("privileged", 0, NULL, FLAG_BOOLEAN, set_bool, HOST "Privileged",
          .text = "Give extended privileges to this container"),
        O("publish", 'p', "list", 0, later_list, NULL, .member = LIST_PUBLISH,
          .text = "Publish a container's port(s) to the host"),
        O("publish-all", 'P', NULL, FLAG_BOOLEAN, set_bool, HOST "PublishAllPorts",
          .text = "Publish all exposed ports to random ports"),
        O("pull", 0, "string", 0, later_string, NULL, .member = STRING_PULL,
          .text = "Pull image before running (\"always\", \"missing\", \"never\") (default \"missing\")",
          .words = "always missing never"),
        O("quiet", 'q', NULL, FLAG_BOOLEAN, member_bool, NULL, MEMBER(quiet),
          .text = "Suppress the pull output"),
        O("read-only", 0, NULL, FLAG_BOOLEAN, set_bool, HOST "ReadonlyRootfs",
          .text = "Mount the container's root filesystem as read only"),
        O("restart", 0, "string", 0, later_string, NULL, .member = STRING_RESTART,
          .text = "Only \"no\": Restart= in the unit decides when the container is restarted",
          .words = "no"),
        O("rm", 0, NULL, FLAG_BOOLEAN, member_bool, HOST "AutoRemove", MEMBER(remove),
          .text = "Automatically remove the container and its associated anonymous volumes when it exits"),
        O("runtime", 0, "string", 0, set_string, HOST "Runtime",
          .text = "Runtime to use for this container"),
        O("security-opt", 0, "list", 0, later_list, NULL, .member = LIST_SECURITY_OPT,
          .text = "Security Options",
          .words = "apparmor=unconfined label=disable no-new-privileges seccomp=builtin seccomp=unconfined "
                   "systempaths=unconfined"),
        O("shm-size", 0, "bytes", 0, set_size, HOST "ShmSize", .text = "Size of /dev/shm"),
        O("sig-proxy", 0, NULL, FLAG_BOOLEAN, member_bool, NULL, MEMBER(sig_proxy),
          .text = "Proxy received signals to the process (default true)"),
        O("stop-signal", 0, "string", 0, member_string, "StopSignal", MEMBER(stop_signal),
          .text = "Signal to stop the container", .words = "HUP INT KILL QUIT TERM USR1 USR2 WINCH"),
        O("stop-timeout", 0, "int", 0, set_stop_timeout, "StopTimeout", .api_minor = 25,
          .text = "Timeout (in seconds) to stop a container"),
        O("storage-opt", 0, "list", 0, later_list, NULL, .member = LIST_STORAGE_OPT,
          .text = "Storage driver options for the container"),
        O("sysctl", 0, "map", 0, set_sysctl, HOST "Sysctls", .text = "Sysctl options"),
        O("tmpfs", 0, "list", 0, set_tmpfs, HOST "Tmpfs", .text = "Mount a tmpfs directory"),
        O("tty", 't', NULL, FLAG_BOOLEAN, member_bool, "Tty", MEMBER(tty),
          .text = "Allocate a pseudo-TTY (the service itself needs none)"),
        O("ulimit", 0, "ulimit", 0, set_ulimit, HOST "Ulimits", .text = "Ulimit options",
          .words = "core= cpu= data= fsize= locks= memlock= msgqueue= nice= nofile= nproc= rss= rtprio= "
                   "rttime= "
                   "sigpending= stack="),
        O("use-api-socket", 0, NULL, FLAG_BOOLEAN, member_bool, NULL, MEMBER(use_api_socket),
          .text = "Bind mount Docker API socket and required auth"),
        O("user", 'u', "string", 0, set_string, "User",
          .text = "Username or UID (format: <name|uid>[:<group|gid>])"),
        O("userns", 0, "string", 0, later_string, NULL, .member = STRING_USERNS,
          .text = "User namespace to use", .words = "host"),
        O("uts", 0, "string", 0, later_string, NULL, .member = STRING_UTS, .text = "UTS namespace to use",
          .words = "host"),
        O("volume", 'v', "list", 0, later_list, NULL, .member = LIST_VOLUME, .text = "Bind mount a volume",
          .words = COMPLETE_FILE),
        O("volume-driver", 0, "string", 0, set_string, HOST "VolumeDriver",
          .text = "Optional volume driver for the container"),
        O("volumes-from", 0, "list", 0, append_string, HOST "VolumesFrom",
          .text = "Mount volumes from the specified container(s)"),
        O("workdir", 'w', "string", 0, set_string, "WorkingDir",
          .text = "Working directory inside the container"),
#undef O
};

const size_t run_option_table_size = ELEMENTSOF(run_option_table);

static_assert(ELEMENTSOF(run_option_table) <= RUN_OPTIONS_PRIVATE_MAX,
              "given[] has room for the whole table");

bool run_options_help_entry(size_t i, RunOptionHelp *ret)
{
        const RunOptionSpec *spec;

        if (i >= run_option_table_size)
                return false;
        spec = run_option_table + i;
        *ret = (RunOptionHelp){
                .short_name = spec->short_name,
                .long_name = spec->name,
                .value = spec->value,
                .text = spec->text,
                .words = spec->value ? spec->words : COMPLETE_BOOL,
                .hidden = spec->flags & FLAG_HIDDEN,
                .own = spec->flags & FLAG_OWN,
        };
        return true;
}

static void list_options(FILE *f, bool own)
{
        RunOptionHelp entry;

        for (size_t i = 0; run_options_help_entry(i, &entry); i++) {
                char value[32] = "";

                if (entry.hidden || entry.own != own)
                        continue;
                if (entry.value)
                        (void) snprintf(value, sizeof(value), " %s", entry.value);
                help_option(f, entry.short_name, entry.long_name, value, entry.text);
        }
}

void run_options_help(FILE *f)
{
        fputs("Usage: systemd-docker [OPTIONS…] run [RUN OPTIONS…] IMAGE [COMMAND [ARGUMENT…]]\n\n"
              "Create and run a container as a service. RUN OPTIONS are those of `docker run`:\n\n",
              f);
        list_options(f, false);
        fputs("\nand some that only systemd-docker has:\n\n", f);
        list_options(f, true);
}

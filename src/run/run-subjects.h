/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* The options by subject, one file each: setters for the option table, and finish_…() functions that the
 * parser calls in the second pass. Both return 0, -EINVAL with the error set, or -ENOMEM. */

#include "run-parse.h"

/* api-socket.c */
int finish_api_socket(RunParse *p);

/* attach.c */
int set_attach(RunParse *p, const RunOptionSpec *spec, const char *value);
int finish_attach(RunParse *p);

/* capability.c */
int finish_capabilities(RunParse *p);

/* cidfile.c */
int finish_cidfile(RunParse *p);

/* device.c */
int set_device_cgroup_rule(RunParse *p, const RunOptionSpec *spec, const char *value);
int set_throttle_bps(RunParse *p, const RunOptionSpec *spec, const char *value);
int set_throttle_iops(RunParse *p, const RunOptionSpec *spec, const char *value);
int set_weight_device(RunParse *p, const RunOptionSpec *spec, const char *value);
int set_gpus(RunParse *p, const RunOptionSpec *spec, const char *value);
int set_device_if_exists(RunParse *p, const RunOptionSpec *spec, const char *value);
int finish_devices(RunParse *p);

/* dns.c */
int set_add_host(RunParse *p, const RunOptionSpec *spec, const char *value);
int set_dns(RunParse *p, const RunOptionSpec *spec, const char *value);
int set_dns_search(RunParse *p, const RunOptionSpec *spec, const char *value);

/* entrypoint.c */
int set_entrypoint(RunParse *p, const RunOptionSpec *spec, const char *value);

/* environment.c */
int set_env(RunParse *p, const RunOptionSpec *spec, const char *value);
int set_env_credential(RunParse *p, const RunOptionSpec *spec, const char *value);
int finish_environment(RunParse *p);

/* health.c */
int set_health_command(RunParse *p, const RunOptionSpec *spec, const char *value);
int set_health_test(RunParse *p, const RunOptionSpec *spec, const char *value);
int set_health_duration(RunParse *p, const RunOptionSpec *spec, const char *value);
int set_health_retries(RunParse *p, const RunOptionSpec *spec, const char *value);
int finish_health(RunParse *p);

/* image.c */
int set_content_trust(RunParse *p, const RunOptionSpec *spec, const char *value);
int finish_image(RunParse *p);
int finish_pull(RunParse *p);

/* kernel-settings.c */
int set_sysctl(RunParse *p, const RunOptionSpec *spec, const char *value);
int set_ulimit(RunParse *p, const RunOptionSpec *spec, const char *value);
int finish_ulimits(RunParse *p);

/* label.c */
int set_label(RunParse *p, const RunOptionSpec *spec, const char *value);
int finish_labels(RunParse *p);

/* lifetime.c */
int set_stop_timeout(RunParse *p, const RunOptionSpec *spec, const char *value);
int finish_restart(RunParse *p);

/* log-driver.c */
int finish_log_opts(RunParse *p);

/* mount.c */
int set_mount(RunParse *p, const RunOptionSpec *spec, const char *value);

/* namespace.c */
int finish_modes(RunParse *p);

/* network.c */
int set_link(RunParse *p, const RunOptionSpec *spec, const char *value);
int set_network(RunParse *p, const RunOptionSpec *spec, const char *value);
int finish_networks(RunParse *p);

/* platform.c */
int finish_platform(RunParse *p);

/* ports.c */
int finish_ports(RunParse *p);

/* resources.c */
int set_cpus(RunParse *p, const RunOptionSpec *spec, const char *value);
int set_memory_swap(RunParse *p, const RunOptionSpec *spec, const char *value);
int set_swappiness(RunParse *p, const RunOptionSpec *spec, const char *value);
int finish_resources(RunParse *p);

/* security.c */
int finish_security(RunParse *p);

/* storage.c */
int set_tmpfs(RunParse *p, const RunOptionSpec *spec, const char *value);
int finish_storage_opts(RunParse *p);

/* volume.c */
int finish_volumes(RunParse *p);

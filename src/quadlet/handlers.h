/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* What the table of keys calls for a key that is more than one option with its value. */

#include "conversion.h"
#include "quadlet/key.h"

#define HANDLER(name) void name(Conversion *c, const QuadletKey *key, const KeyValues *values)

/* common.c */
HANDLER(key_security_opt); /* --security-opt OPTION=VALUE; key->words is not used */
HANDLER(key_user_namespace);
HANDLER(key_ulimit);
HANDLER(key_check_service_name);

/* docker-section.c */
HANDLER(key_podman_args);

/* container-keys.c */
HANDLER(key_auto_update);
HANDLER(key_cgroups_mode);
HANDLER(key_environment);
HANDLER(key_environment_file);
HANDLER(key_environment_host);
HANDLER(key_group_add);
HANDLER(key_http_proxy);
HANDLER(key_notify);
HANDLER(key_pull);
HANDLER(key_reload_command);
HANDLER(key_reload_signal);
HANDLER(key_timezone);

/* limits.c */
HANDLER(key_memory);
HANDLER(key_pids_limit);

/* health.c */
HANDLER(key_health_cmd);
HANDLER(key_health_time);
HANDLER(key_health_on_failure);

/* log.c */
HANDLER(key_log_driver);
HANDLER(key_log_opt);

/* network-options.c */
HANDLER(key_networks);
HANDLER(key_dns);
HANDLER(key_expose);
HANDLER(key_network_alias);
HANDLER(key_address);

/* storage.c */
HANDLER(key_device);
HANDLER(key_mount);
HANDLER(key_tmpfs);
HANDLER(key_volumes);
HANDLER(key_pod_volumes); /* the members mount them */

/* secret.c */
HANDLER(key_secret);

/* security.c */
HANDLER(key_label_option);
HANDLER(key_unmask);

/* network.c */
HANDLER(key_interface_name);
HANDLER(key_ipam_driver);
HANDLER(key_network_options);
HANDLER(key_network_args);

/* volume.c */
HANDLER(key_volume_option);
HANDLER(key_volume_driver);
HANDLER(key_volume_args);

/* image.c */
HANDLER(key_policy);
HANDLER(key_tls_verify);
HANDLER(key_image_args);

/* build.c */
HANDLER(key_build_args);
HANDLER(key_build_pull);

/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The keys of [Network]. Options are those of `systemd-docker network ensure`. */

#include "handlers.h"
#include "keys.h"

const QuadletKey network_keys[] = {
        K("ContainersConfModule", LINES, "PATH", "", "/etc/nvd.conf", .fate = KEY_WARNED,
          .why = "containers.conf is podman's; Docker's settings are in daemon.json"),
        K("DisableDNS", BOOLEAN, "BOOL", "", "yes", .fate = KEY_WARNED,
          .why = "Docker's networks always resolve the names of their containers"),
        K("DNS", LINES, "ADDRESS",
          "A name server. Docker has it at each container, so it is set for those that refer to this "
          "file.",
          "192.0.2.53", .commas = true),
        K("Driver", STRING, "DRIVER", "The driver. Default: *bridge*.", "bridge", .option = "driver"),
        K("Gateway", LINES, "ADDRESS", "The gateway of the subnet at the same position.", "10.89.0.1",
          .check = CHECK_ADDRESS),
        K("GlobalArgs", ARGUMENTS, "ARGUMENT...", "", "--log-level=debug", .fate = KEY_WARNED,
          .why = "these are options of podman itself"),
        K("InterfaceName", STRING, "NAME", "Name of the bridge on the host.", "br-web",
          .handler = key_interface_name),
        K("Internal", BOOLEAN, "BOOL", "*yes*: no way to the outside.", "yes", .option = "internal"),
        K("IPAMDriver", STRING, "DRIVER", "*host-local*, the default, or *none*. *dhcp* is refused.", "none",
          .handler = key_ipam_driver, .words = "host-local|default|none|null|dhcp"),
        K("IPRange", LINES, "RANGE", "The addresses to give out, of the subnet at the same position.",
          "10.89.0.128/25", .check = CHECK_SUBNET),
        K("IPv6", BOOLEAN, "BOOL", "*yes*: IPv6 as well.", "yes", .option = "ipv6"),
        K("Label", PAIRS, "NAME=VALUE...", "Labels.", "team=web", .option = "label"),
        K("NetworkDeleteOnStop", BOOLEAN, "BOOL", "*yes*: a stop of the service removes the network.",
          "yes"),
        K("NetworkName", STRING, "NAME",
          "Name of the network. Default: _systemd-_ and the name of the file.", "web",
          .check = CHECK_NETWORK),
        K("Options", PAIRS, "NAME=VALUE...",
          "Options of the driver. *mtu* is translated; *isolate* is how Docker works anyway.", "mtu=1400",
          .handler = key_network_options),
        K("PodmanArgs", ARGUMENTS, "OPTION...",
          "*--driver*, *--opt*, *--label*, *--subnet*, *--gateway*, *--ip-range*, "
          "*--internal*, *--ipv6*, *--ipam-driver*.",
          "--internal", .handler = key_network_args),
        K("ServiceName", STRING, "NAME",
          "Name of the service, without \".service\". Default: the name of the file and "
          "\"-network\".",
          "web-net", .handler = key_check_service_name),
        K("Subnet", LINES, "SUBNET", "A subnet; one for IPv4 and one for IPv6.", "10.89.0.0/24",
          .check = CHECK_SUBNET),
};

const size_t n_network_keys = ELEMENTSOF(network_keys);

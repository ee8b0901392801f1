/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The keys of [Pod]. */

#include "handlers.h"
#include "keys.h"

#define NO_MAPS "Docker has one mapping of users for all containers, userns-remap in daemon.json"

const QuadletKey pod_keys[] = {
        K("PodName", STRING, "NAME",
          "Name of the pod. Its infra container is _NAME-infra_. Default: _systemd-_ and the name of "
          "the file.",
          "app", .check = CHECK_NAME),
        K("AddHost", LINES, "NAME:ADDRESS", "As in [Container], for all members.", "db:10.0.0.7",
          .option = "add-host", .commas = true),
        K("ContainersConfModule", LINES, "PATH", "", "/etc/nvd.conf", .fate = KEY_WARNED,
          .why = "containers.conf is podman's; Docker's settings are in daemon.json"),
        K("DNS", LINES, "ADDRESS", "As in [Container], for all members.", "192.0.2.53", .handler = key_dns,
          .option = "dns", .commas = true),
        K("DNSOption", LINES, "OPTION", "As in [Container], for all members.", "ndots:1",
          .option = "dns-option", .commas = true),
        K("DNSSearch", LINES, "DOMAIN", "As in [Container], for all members.", "example.com",
          .option = "dns-search", .commas = true),
        K("ExitPolicy", STRING, "POLICY",
          "*stop*, the default: the pod ends with its last member. *continue*: it stays.", "continue",
          .words = "stop|continue"),
        K("GIDMap", WORDS, "MAP...", "", "0:1000:100", .fate = KEY_REFUSED, .why = NO_MAPS),
        K("GlobalArgs", ARGUMENTS, "ARGUMENT...", "", "--log-level=debug", .fate = KEY_WARNED,
          .why = "these are options of podman itself; see Options= in [X-Docker]"),
        K("HostName", STRING, "NAME",
          "Host name of the infra container. The members have their own, and this one in "
          "/etc/hosts.",
          "app", .option = "hostname"),
        K("IP", STRING, "ADDRESS", "IPv4 address; the network must have a subnet.", "10.89.0.5",
          .handler = key_address, .option = "ip", .check = CHECK_ADDRESS),
        K("IP6", STRING, "ADDRESS", "IPv6 address; the network must have a subnet.", "fd00::5",
          .handler = key_address, .option = "ip6", .check = CHECK_ADDRESS),
        K("Label", PAIRS, "NAME=VALUE...", "Labels of the infra container.", "team=web", .option = "label"),
        K("Network", LINES, "NETWORK", "As in [Container], for all members.", "host",
          .handler = key_networks),
        K("NetworkAlias", LINES, "NAME", "A further name in the network.", "app",
          .handler = key_network_alias, .commas = true),
        K("PodmanArgs", ARGUMENTS, "OPTION...", "As in [Container], for the infra container.",
          "--privileged", .handler = key_podman_args),
        K("PublishPort", LINES, "[[ADDRESS:]PORT:]PORT", "A port of a member that the host passes on.",
          "8080:80", .option = "publish", .commas = true),
        K("ServiceName", STRING, "NAME",
          "Name of the service, without \".service\". Default: the name of the file and \"-pod\".", "app",
          .handler = key_check_service_name),
        K("ShmSize", STRING, "SIZE", "Size of /dev/shm, which the members share.", "128m",
          .option = "shm-size", .check = CHECK_SIZE),
        K("StopTimeout", STRING, "SECONDS", "Seconds that the infra container has to stop.", "20",
          .option = "stop-timeout", .check = CHECK_NUMBER),
        K("SubGIDMap", STRING, "NAME", "", "x", .fate = KEY_REFUSED, .why = NO_MAPS),
        K("SubUIDMap", STRING, "NAME", "", "x", .fate = KEY_REFUSED, .why = NO_MAPS),
        K("UIDMap", WORDS, "MAP...", "", "0:1000:100", .fate = KEY_REFUSED, .why = NO_MAPS),
        K("UserNS", STRING, "MODE", "As in [Container].", "host", .handler = key_user_namespace),
        K("Volume", LINES, "[SOURCE:]PATH[:OPTIONS]", "As in [Container], for every member.",
          "/srv/www:/www:ro", .handler = key_pod_volumes),
        K("RemapUsers", STRING, "MODE", "Deprecated.", "keep-id", .handler = key_user_namespace),
        K("RemapUid", WORDS, "MAP...", "Deprecated.", "0:1", .fate = KEY_REFUSED, .why = NO_MAPS),
        K("RemapGid", WORDS, "MAP...", "Deprecated.", "0:1", .fate = KEY_REFUSED, .why = NO_MAPS),
        K("RemapUidSize", STRING, "NUMBER", "Deprecated.", "10", .fate = KEY_REFUSED, .why = NO_MAPS),
};

const size_t n_pod_keys = ELEMENTSOF(pod_keys);

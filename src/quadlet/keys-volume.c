/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The keys of [Volume]. Options are those of `systemd-docker volume ensure`. */

#include "handlers.h"
#include "keys.h"

const QuadletKey volume_keys[] = {
        K("ContainersConfModule", LINES, "PATH", "", "/etc/nvd.conf", .fate = KEY_WARNED,
          .why = "containers.conf is podman's; Docker's settings are in daemon.json"),
        K("Copy", BOOLEAN, "BOOL",
          "*no*: the image's files are not copied into the empty volume. Docker has this at the mount, "
          "so it is set where a container refers to this file.",
          "no"),
        K("Device", STRING, "PATH", "What is mounted; needs Type=.", "tmpfs", .handler = key_volume_option,
          .option = "device"),
        K("Driver", STRING, "DRIVER", "The driver. Default: *local*. *image* is refused.", "local",
          .handler = key_volume_driver),
        K("GID", STRING, "NUMBER", "Group of a new volume's folder.", "100", .check = CHECK_NUMBER),
        K("GlobalArgs", ARGUMENTS, "ARGUMENT...", "", "--log-level=debug", .fate = KEY_WARNED,
          .why = "these are options of podman itself"),
        K("Group", STRING, "NUMBER", "As GID=.", "100", .check = CHECK_NUMBER),
        K("Image", STRING, "IMAGE", "", "busybox", .fate = KEY_REFUSED,
          .why = "Docker has no volumes that are images; use Mount=type=image in the container"),
        K("Label", PAIRS, "NAME=VALUE...", "Labels.", "team=web", .option = "label"),
        K("Options", STRING, "OPTIONS", "Options of the mount; needs Device=.", "size=64m",
          .handler = key_volume_option, .option = "o"),
        K("PodmanArgs", ARGUMENTS, "OPTION...", "*--driver*, *--opt*, *--label*.", "--label=a=b",
          .handler = key_volume_args),
        K("ServiceName", STRING, "NAME",
          "Name of the service, without \".service\". Default: the name of the file and "
          "\"-volume\".",
          "data", .handler = key_check_service_name),
        K("Type", STRING, "TYPE", "The type of file system; needs Device=.", "tmpfs",
          .handler = key_volume_option, .option = "type"),
        K("UID", STRING, "NUMBER", "Owner of a new volume's folder.", "1000", .check = CHECK_NUMBER),
        K("User", STRING, "NUMBER", "As UID=.", "1000", .check = CHECK_NUMBER),
        K("VolumeName", STRING, "NAME", "Name of the volume. Default: _systemd-_ and the name of the file.",
          "data", .check = CHECK_NAME),
};

const size_t n_volume_keys = ELEMENTSOF(volume_keys);

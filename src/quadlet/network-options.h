/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* Networks of a container or a pod. */

#include "conversion.h"

typedef struct Networks {
        bool own;    /* one that a user has created, which knows names */
        bool shared; /* another container's, or none: without names of its own */
        bool joined; /* another container's */
} Networks;

/* What Network= amounts to. */
Networks networks_of(const Conversion *c);

/* What belongs to the container or pod (owner) whose network this container shares is an error here. */
void refuse_network_keys(Conversion *c, const char *owner);

/* The host's names in /etc/hosts and the network alias of HostName=, which podman sets by itself. */
void add_network_names(Conversion *c);

/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* Where the engine is: the grammar of -H and $DOCKER_HOST. */

#include <stdbool.h>
#include <stdint.h>

#define ENGINE_HOST_DEFAULT_PATH "/var/run/docker.sock"
#define ENGINE_HOST_PORT 2375
#define ENGINE_HOST_PORT_TLS 2376

typedef enum EngineHostKind {
        ENGINE_HOST_UNIX,
        ENGINE_HOST_TCP,
        _ENGINE_HOST_KIND_MAX,
} EngineHostKind;

typedef struct EngineHost {
        EngineHostKind kind;
        char *path;    /* UNIX: absolute, fits into sun_path */
        char *host;    /* TCP: name or address; an IPv6 address without its brackets */
        uint16_t port; /* TCP */
} EngineHost;

#define ENGINE_HOST_NULL ((EngineHost){ .path = NULL })

/* unix:///path, unix:// (the default path), tcp://host[:port], tcp://[v6][:port], host:port. tls chooses the
 * port where none is given. -EPROTONOSUPPORT: a scheme that we don't speak; -EINVAL: not of that form;
 * -ENAMETOOLONG: the path doesn't fit into a socket address; -ENOMEM. *reterr_message (may be NULL) is then
 * a phrase that says what is wrong, for behind "…: "; static. */
int engine_host_parse(const char *s, bool tls, EngineHost *ret, const char **reterr_message);
void engine_host_done(EngineHost *h);

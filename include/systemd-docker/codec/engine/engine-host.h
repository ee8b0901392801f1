/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* The address of the engine, in the grammar of -H and $DOCKER_HOST. */

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
        char *path;    /* UNIX: an absolute path that fits into sun_path */
        char *host;    /* TCP: a name or an address; an IPv6 address has no brackets */
        uint16_t port; /* TCP */
} EngineHost;

#define ENGINE_HOST_NULL ((EngineHost){ .path = NULL })

/* s: unix:///path, unix:// (the default path), tcp://host[:port], tcp://[v6][:port] or host:port. tls
 * chooses the port if none is given. Free *ret with engine_host_done(). -EPROTONOSUPPORT: a scheme that we
 * do not support; -EINVAL: not of such a form; -ENAMETOOLONG: the path does not fit into a socket address;
 * -ENOMEM. On failure *reterr_message (which may be NULL) is a constant phrase that says what is wrong, to
 * be used after "…: ". */
int engine_host_parse(const char *s, bool tls, EngineHost *ret, const char **reterr_message);
void engine_host_done(EngineHost *h);

/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* `systemd-docker network|volume|image ensure [OPTIONS] NAME`, and `network remove NAME`. */

#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>

#include "cli/cli-error.h"
#include "cli/options.h"

typedef enum EnsureKind {
        ENSURE_NETWORK,
        ENSURE_VOLUME,
        ENSURE_IMAGE,
        _ENSURE_KIND_MAX,
} EnsureKind;

typedef enum EnsurePull {
        ENSURE_PULL_MISSING,
        ENSURE_PULL_ALWAYS,
        ENSURE_PULL_NEVER,
        _ENSURE_PULL_MAX,
} EnsurePull;

#define ENSURE_NO_ID ((uid_t) -1)

typedef struct EnsureOptions {
        EnsureKind kind;
        bool help;
        bool remove;      /* a network: remove it, instead of creating it */
        const char *name; /* part of the words, like the other strings */

        const char *driver;      /* NULL: the engine's default, "bridge" or "local" */
        const char *ipam_driver; /* NULL: the engine's default */
        char **opts, **labels;   /* NAME=VALUE */
        char **subnets, **gateways, **ip_ranges;
        bool internal, ipv6;

        uid_t uid; /* of a new volume's folder; ENSURE_NO_ID: as the engine creates it */
        gid_t gid; /* the same */

        EnsurePull pull;
        const char *platform, *authfile, *creds;
        bool all_tags;
        bool infra; /* the image of pods; there is no name then */
} EnsureOptions;

const char *ensure_kind_to_string(EnsureKind k);
const char *ensure_pull_to_string(EnsurePull p);
int ensure_pull_from_string(const char *s);

/* words: those after `network`, `volume` or `image`. On success, free *ret with ensure_options_done().
 * -EINVAL or -ENOMEM with *reterr set. */
int ensure_options_parse(EnsureKind kind, char *const *words, EnsureOptions *ret, CliError *reterr);
void ensure_options_done(EnsureOptions *o);

/* The option of a kind with index i, from 0 on. Returns false after the last one. */
bool ensure_options_help_entry(EnsureKind kind, size_t i, OptionHelp *ret);
void ensure_options_help(EnsureKind kind, FILE *f);

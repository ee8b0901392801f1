/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* How the container resolves names: --dns, --dns-search, --add-host. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "address.h"
#include "run-parse.h"
#include "run-setters.h"
#include "run-subjects.h"
#include "text.h"

/* parse_address() for a text with white space around it. */
static int parse_trimmed_address(const char *s, char **ret)
{
        _cleanup_free_ char *bare = text_trim(s);

        return bare ? parse_address(bare, ret) : -ENOMEM;
}

int set_dns(RunParse *p, const RunOptionSpec *spec, const char *value)
{
        _cleanup_free_ char *address = NULL;
        int r = parse_trimmed_address(value, &address);

        if (r == -EINVAL)
                return run_parse_error(p, "not an IP address");
        return r < 0 ? r : append_string(p, spec, address);
}

/* HOST:ADDRESS or HOST=ADDRESS; an IPv6 address may be in brackets. The entry is sent as HOST:ADDRESS, with
 * the address as it was written. */
int set_add_host(RunParse *p, const RunOptionSpec *spec, const char *value)
{
        _cleanup_free_ char *host = NULL, *bare = NULL, *canonical = NULL, *entry = NULL;
        const char *address = NULL;
        size_t size;
        int r;

        host = text_cut(value, strchr(value, '=') ? '=' : ':', &address);
        if (!host)
                return -ENOMEM;
        if (!*host || !address || strchr(host, ':'))
                return run_parse_error(p, "not HOST:ADDRESS");
        size = strlen(address);
        bare = size > 2 && *address == '[' && address[size - 1] == ']' ? strndup(address + 1, size - 2)
                                                                       : strdup(address);
        if (!bare)
                return -ENOMEM;
        if (strcmp(bare, "host-gateway") != 0) {
                r = parse_trimmed_address(bare, &canonical);
                if (r == -EINVAL)
                        return run_parse_error(p, "not an IP address");
                if (r < 0)
                        return r;
        }
        if (asprintf(&entry, "%s:%s", host, bare) < 0)
                return -ENOMEM;
        return append_string(p, spec, entry);
}

/* A label of letters, digits and inner hyphens. Returns the end of the label, or NULL if there is none. */
static const char *skip_label(const char *s)
{
        const char *end = s;

        while ((*end >= 'a' && *end <= 'z') || (*end >= 'A' && *end <= 'Z') ||
               (*end >= '0' && *end <= '9') || *end == '-')
                end++;
        return end == s || *s == '-' || end[-1] == '-' ? NULL : end;
}

/* The length of the part of s that is a domain by the CLI's pattern, or 0. That pattern also accepts colons
 * before labels and dots. The domain may be followed by one dot and white space. */
static size_t domain_length(const char *s)
{
        const char *c = s, *next;

        for (int i = 0; i < 2 && *c == ':'; i++)
                c++;
        c = skip_label(c);
        if (!c)
                return 0;
        for (;;) {
                next = c;
                if (*next == ':')
                        next++;
                if (*next++ != '.')
                        break;
                if (*next == ':')
                        next++;
                next = skip_label(next);
                if (!next)
                        break;
                c = next;
        }
        next = c + (*c == '.');
        next += strspn(next, "\t\n\f\r ");
        return *next ? 0 : (size_t) (c - s);
}

int set_dns_search(RunParse *p, const RunOptionSpec *spec, const char *value)
{
        _cleanup_free_ char *domain = NULL;
        size_t size;

        value += strspn(value, " ");
        size = strlen(value);
        while (size > 0 && value[size - 1] == ' ')
                size--;
        domain = strndup(value, size);
        if (!domain)
                return -ENOMEM;
        if (strcmp(domain, ".") != 0) {
                size = strpbrk(domain, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
                               ? domain_length(domain)
                               : 0;
                if (size == 0 || size >= 255)
                        return run_parse_error(p, "not a domain");
                domain[size] = 0;
        }
        return append_string(p, spec, domain);
}

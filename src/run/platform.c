/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* --platform, in the form that the engine accepts: OS/ARCHITECTURE[/VARIANT]. The rules are those of
 * containerd's package platforms, which the docker CLI uses. */

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "run-parse.h"
#include "run-subjects.h"
#include "text.h"
#include "util/macro.h"

typedef struct Platform {
        char *os, *architecture, *variant;
} Platform;

static void platform_done(Platform *x)
{
        free(x->os);
        free(x->architecture);
        free(x->variant);
}

#define ANY "*"

/* Other names of architectures, and the variant that the name implies. */
static const struct {
        char name[8], architecture[8], new_variant[4];
} architectures[] = {
        { "i386", "386", "" },       { "x86_64", "amd64", ANY }, { "x86-64", "amd64", ANY },
        { "aarch64", "arm64", ANY }, { "armhf", "arm", "v7" },   { "armel", "arm", "v6" },
};

static const struct {
        char architecture[8], variant[8], new_variant[4];
} variants[] = {
        { "amd64", "v1", "" },  { "arm64", "8", "" },     { "arm64", "v8", "" },     { "arm64", "v8.0", "" },
        { "arm64", "9", "v9" }, { "arm64", "9.0", "v9" }, { "arm64", "v9.0", "v9" }, { "arm", "", "v7" },
        { "arm", "7", "v7" },   { "arm", "5", "v5" },     { "arm", "6", "v6" },      { "arm", "8", "v8" },
};

static int normalise_architecture(Platform *x)
{
        char *lower = text_lower(x->architecture), *lower_variant = text_lower(x->variant);

        if (!lower || !lower_variant) {
                free(lower);
                free(lower_variant);
                return -ENOMEM;
        }
        free(x->architecture);
        free(x->variant);
        x->architecture = lower;
        x->variant = lower_variant;
        for (size_t i = 0; i < ELEMENTSOF(architectures); i++) {
                if (strcmp(architectures[i].name, x->architecture) != 0)
                        continue;
                if (text_replace(&x->architecture, architectures[i].architecture) < 0 ||
                    (strcmp(architectures[i].new_variant, ANY) != 0 &&
                     text_replace(&x->variant, architectures[i].new_variant) < 0))
                        return -ENOMEM;
                break;
        }
        for (size_t i = 0; i < ELEMENTSOF(variants); i++)
                if (strcmp(variants[i].architecture, x->architecture) == 0 &&
                    strcmp(variants[i].variant, x->variant) == 0)
                        return text_replace(&x->variant, variants[i].new_variant);
        return 0;
}

static bool is_known_os(const char *s)
{
        static const char names[][16] = { "aix",     "android", "darwin",  "dragonfly", "freebsd", "hurd",
                                          "illumos", "ios",     "js",      "linux",     "nacl",    "netbsd",
                                          "openbsd", "plan9",   "solaris", "windows",   "zos" };

        for (size_t i = 0; i < ELEMENTSOF(names); i++)
                if (strcmp(names[i], s) == 0)
                        return true;
        return false;
}

static bool is_known_architecture(const char *s)
{
        static const char names[][16] = { "386",         "amd64",   "amd64p32", "arm",      "armbe",
                                          "arm64",       "arm64be", "ppc64",    "ppc64le",  "loong64",
                                          "mips",        "mipsle",  "mips64",   "mips64le", "mips64p32",
                                          "mips64p32le", "ppc",     "riscv",    "riscv64",  "s390",
                                          "s390x",       "sparc",   "sparc64",  "wasm" };

        for (size_t i = 0; i < ELEMENTSOF(names); i++)
                if (strcmp(names[i], s) == 0)
                        return true;
        return false;
}

/* The architecture of this machine, for `--platform linux`. */
static int default_architecture(const CliContext *c, Platform *x)
{
        const char *machine = c->machine;
        struct utsname u;

        if (!machine) {
                if (uname(&u) < 0)
                        return -errno;
                machine = u.machine;
        }
        if (text_starts_with(machine, "armv")) {
                char variant[] = { 'v', machine[4], 0 };

                return text_replace(&x->architecture, "arm") < 0 || text_replace(&x->variant, variant) < 0
                               ? -ENOMEM
                               : 0;
        }
        if (text_replace(&x->architecture, machine) < 0)
                return -ENOMEM;
        return normalise_architecture(x);
}

/* The length of the part of s that only has letters, digits and these other characters. */
static size_t word_length(const char *s, const char *others)
{
        size_t n = 0;

        while (s[n] && isascii(s[n]) && (isalnum((unsigned char) s[n]) || strchr(others, s[n])))
                n++;
        return n;
}

/* The operating system may be followed by a version in parentheses, which is not sent. */
static int parse_os(const char *s, char **ret)
{
        size_t n = word_length(s, "_-");
        char *lower;

        if (n == 0)
                return -EINVAL;
        if (s[n] == '(') {
                size_t version = word_length(s + n + 1, "_.-");

                if (strcmp(s + n + 1 + version, ")") != 0)
                        return -EINVAL;
        } else if (s[n])
                return -EINVAL;
        *ret = strndup(s, n);
        if (!*ret)
                return -ENOMEM;
        lower = text_lower(*ret);
        if (!lower)
                return -ENOMEM;
        free(*ret);
        *ret = lower;
        return strcmp(lower, "macos") == 0 ? text_replace(ret, "darwin") : 0;
}

/* A single part is a known operating system or a known architecture. */
static int parse_single(const CliContext *c, const char *part, Platform *x)
{
        int r = parse_os(part, &x->os);

        if (r < 0)
                return r;
        if (text_replace(&x->variant, "") < 0)
                return -ENOMEM;
        if (is_known_os(x->os))
                return default_architecture(c, x);
        if (text_replace(&x->os, "linux") < 0 || text_replace(&x->architecture, part) < 0 ||
            normalise_architecture(x) < 0)
                return -ENOMEM;
        /* "arm" alone means the variant v7, which is the default and is not written. */
        if (strcmp(x->architecture, "arm") == 0 && strcmp(x->variant, "v7") == 0 &&
            text_replace(&x->variant, "") < 0)
                return -ENOMEM;
        return is_known_architecture(x->architecture) ? 0 : -EINVAL;
}

static int parse_platform(const CliContext *c, const char *s, Platform *x)
{
        _cleanup_strvec_ StrVec parts = {};
        int r;

        if (strvec_split(&parts, s, '/') < 0)
                return -ENOMEM;
        if (parts.n == 1)
                return parse_single(c, parts.items[0], x);
        if (parts.n > 3)
                return -EINVAL;
        for (size_t i = 1; i < parts.n; i++)
                if (!*parts.items[i] || parts.items[i][word_length(parts.items[i], "_.-")])
                        return -EINVAL;
        r = parse_os(parts.items[0], &x->os);
        if (r < 0)
                return r;
        if (text_replace(&x->architecture, parts.items[1]) < 0 ||
            text_replace(&x->variant, parts.n > 2 ? parts.items[2] : "") < 0 ||
            normalise_architecture(x) < 0)
                return -ENOMEM;
        /* v7 is the default of arm and is not written. v8 is written for arm64 if the user wrote it as the
         * third part. */
        if (parts.n == 2 && strcmp(x->architecture, "arm") == 0 && strcmp(x->variant, "v7") == 0)
                return text_replace(&x->variant, "");
        if (parts.n == 3 && strcmp(x->architecture, "arm64") == 0 && !*x->variant)
                return text_replace(&x->variant, "v8");
        return 0;
}

int finish_platform(RunParse *p)
{
        _cleanup_(platform_done) Platform x = {};
        const char *value = p->strings[STRING_PLATFORM];
        int r;

        if (!value)
                value = context_getenv(p->context, "DOCKER_DEFAULT_PLATFORM");
        if (!value || !*value)
                return 0;
        r = parse_platform(p->context, value, &x);
        if (r == -EINVAL)
                return run_parse_error_at(p, "--platform", value, "not OS[/ARCHITECTURE[/VARIANT]]");
        if (r < 0)
                return r;
        if (asprintf(&p->o->platform, "%s/%s%s%s", x.os, x.architecture, *x.variant ? "/" : "", x.variant) <
            0) {
                p->o->platform = NULL;
                return -ENOMEM;
        }
        return 0;
}

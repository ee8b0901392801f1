/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Checks of single values. Only what the engine would refuse anyway, or read as something else, is an error
 * here: the person gets to know it with file and line. What systemd replaces at the start is not looked at,
 * unless it is for the generator itself to know: one of a few words. */

#include <arpa/inet.h>
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "check-value.h"
#include "codec/engine/container-name.h"
#include "suggest.h"

static bool is_number(const char *s)
{
        s += *s == '-';
        return *s && strspn(s, "0123456789") == strlen(s) && strlen(s) < 19;
}

/* 1h30m, 1.5s, 100ms; a bare number of seconds is podman's. */
static bool is_duration(const char *s)
{
        static const char *const units[] = { "ns", "us", "µs", "ms", "s", "m", "h" };

        if (strcmp(s, "0") == 0 || strcmp(s, "disable") == 0)
                return true;
        if (!*s)
                return false;
        while (*s) {
                size_t n = strspn(s, "0123456789."), best = 0;

                for (size_t i = 0; i < ELEMENTSOF(units); i++)
                        if (strncmp(s + n, units[i], strlen(units[i])) == 0)
                                best = MAX(best, strlen(units[i]));
                if (n == 0 || best == 0)
                        return false;
                s += n + best;
        }
        return true;
}

static bool is_size(const char *s)
{
        size_t n = strspn(s, "0123456789.");

        if (n == 0)
                return false;
        s += n;
        s += *s && strchr("bkmgtpBKMGTP", *s);
        s += *s == 'i';
        s += *s == 'b' || *s == 'B';
        return !*s;
}

static bool is_signal(const char *s)
{
        static const char *const names[] = { "HUP",  "INT",  "QUIT", "ILL",    "TRAP", "ABRT",  "BUS",
                                             "FPE",  "KILL", "USR1", "SEGV",   "USR2", "PIPE",  "ALRM",
                                             "TERM", "CHLD", "CONT", "STOP",   "TSTP", "TTIN",  "TTOU",
                                             "URG",  "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "IO",
                                             "PWR",  "SYS",  "POLL", "STKFLT" };

        if (isdigit((unsigned char) *s))
                return strspn(s, "0123456789") == strlen(s) && strlen(s) <= 2;
        if (strncasecmp(s, "SIG", 3) == 0)
                s += 3;
        if (strncasecmp(s, "RTM", 3) == 0)
                return true;
        for (size_t i = 0; i < ELEMENTSOF(names); i++)
                if (strcasecmp(names[i], s) == 0)
                        return true;
        return false;
}

static bool is_address(const char *s)
{
        unsigned char scratch[sizeof(struct in6_addr)];

        return inet_pton(AF_INET, s, scratch) == 1 || inet_pton(AF_INET6, s, scratch) == 1;
}

/* The engine's rule for new containers and volumes. */
static bool is_name(const char *s)
{
        size_t n = strlen(s);

        return n > 1 && container_name_is_valid(s, n);
}

static bool is_image(const char *s)
{
        return !strpbrk(s, " \t\"'");
}

static bool is_network(const char *s)
{
        return isalnum((unsigned char) *s) &&
               strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                         "0123456789_.-") == strlen(s);
}

static bool is_subnet(const char *s)
{
        const char *slash = strchr(s, '/');
        char address[INET6_ADDRSTRLEN];

        if (!slash || (size_t) (slash - s) >= sizeof(address) || !is_number(slash + 1) || slash[1] == '-' ||
            strlen(slash + 1) > 3)
                return false;
        memcpy(address, s, (size_t) (slash - s));
        address[slash - s] = 0;
        return is_address(address);
}

static bool is_absolute(const char *s)
{
        return *s == '/';
}

static const struct {
        bool (*is)(const char *s);
        const char *what;
} checks[] = {
        [CHECK_NUMBER] = { is_number, "a whole number" },
        [CHECK_DURATION] = { is_duration, "a time like 30s or 1m30s" },
        [CHECK_SIZE] = { is_size, "a size like 64m or 1g" },
        [CHECK_SIGNAL] = { is_signal, "a signal like SIGTERM" },
        [CHECK_ADDRESS] = { is_address, "an IP address" },
        [CHECK_NAME] = { is_name, "two or more letters, digits, \"_\", \".\" or \"-\"" },
        [CHECK_IMAGE] = { is_image, "the name of an image, without blanks and quotes" },
        [CHECK_NETWORK] = { is_network, "letters, digits, \"_\", \".\" or \"-\"" },
        [CHECK_SUBNET] = { is_subnet, "a subnet like 10.89.0.0/24" },
        [CHECK_PATH] = { is_absolute, "a path that begins with \"/\"" },
};

/* The word of "a|b|c" that equals s; the nearest one if none does. */
static bool is_word(const char *words, const char *s, char **ret_nearest)
{
        _cleanup_words_ Words list = {};
        Suggestion nearest;

        suggestion_init(&nearest, s);
        while (*words) {
                size_t n = strcspn(words, "|");

                words_add_n(&list, words, n);
                words += n + (words[n] == '|');
        }
        for (size_t i = 0; i < list.n; i++) {
                if (strcmp(list.items[i], s) == 0)
                        return true;
                suggestion_offer(&nearest, list.items[i]);
        }
        *ret_nearest = nearest.best ? strdup(nearest.best) : NULL;
        return false;
}

void check_values(Conversion *c, const QuadletKey *key, const KeyValues *values)
{
        for (size_t i = 0; i < values->n; i++) {
                _cleanup_free_ char *nearest = NULL, *cure = NULL;
                const char *text = values->items[i].text;

                if (!key->words && has_expansion(text))
                        continue;
                if (key->words && !is_word(key->words, text, &nearest)) {
                        if (nearest && asprintf(&cure, "%s=%s", key->name, nearest) < 0)
                                cure = NULL;
                        conversion_error(c, values->items[i].line, cure, "%s=%s: must be one of %s",
                                         key->name, text, key->words);
                } else if (key->check != CHECK_NOTHING && !checks[key->check].is(text)) {
                        conversion_error(c, values->items[i].line, NULL, "%s=%s: must be %s", key->name,
                                         text, checks[key->check].what);
                }
        }
}

/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* PodmanArgs= and DockerArgs= go on the command line of systemd-docker. What Docker lacks is left out with a
 * warning if nothing is lost, and refused if something is: it may be what protects somebody. */

#include <string.h>

#include "limits.h"
#include "podman-args.h"
#include "suggest.h"

static const PodmanFlag flags[] = {
        { "add-host", 0, true, FLAG_PASS },
        { "annotation", 0, true, FLAG_PASS },
        { "arch", 0, true, FLAG_REFUSE },
        { "attach", 'a', true, FLAG_PASS },
        { "authfile", 0, true, FLAG_IGNORE },
        { "blkio-weight", 0, true, FLAG_LIMIT },
        { "blkio-weight-device", 0, true, FLAG_LIMIT },
        { "cap-add", 0, true, FLAG_PASS },
        { "cap-drop", 0, true, FLAG_PASS },
        { "cert-dir", 0, true, FLAG_IGNORE },
        { "cgroup-conf", 0, true, FLAG_IGNORE },
        { "cgroup-parent", 0, true, FLAG_PASS },
        { "cgroupns", 0, true, FLAG_PASS },
        { "cgroups", 0, true, FLAG_IGNORE, "CgroupsMode" },
        { "chrootdirs", 0, true, FLAG_IGNORE },
        { "cidfile", 0, true, FLAG_PASS },
        { "conmon-pidfile", 0, true, FLAG_IGNORE },
        { "cpu-period", 0, true, FLAG_LIMIT },
        { "cpu-quota", 0, true, FLAG_LIMIT },
        { "cpu-rt-period", 0, true, FLAG_LIMIT },
        { "cpu-rt-runtime", 0, true, FLAG_LIMIT },
        { "cpu-shares", 'c', true, FLAG_LIMIT },
        { "cpus", 0, true, FLAG_LIMIT },
        { "cpuset-cpus", 0, true, FLAG_LIMIT },
        { "cpuset-mems", 0, true, FLAG_LIMIT },
        { "creds", 0, true, FLAG_REFUSE },
        { "decryption-key", 0, true, FLAG_REFUSE },
        { "detach", 'd', false, FLAG_PASS },
        { "detach-keys", 0, true, FLAG_PASS },
        { "device", 0, true, FLAG_PASS, "AddDevice" },
        { "device-cgroup-rule", 0, true, FLAG_PASS },
        { "device-read-bps", 0, true, FLAG_LIMIT },
        { "device-read-iops", 0, true, FLAG_LIMIT },
        { "device-write-bps", 0, true, FLAG_LIMIT },
        { "device-write-iops", 0, true, FLAG_LIMIT },
        { "disable-content-trust", 0, false, FLAG_PASS },
        { "dns", 0, true, FLAG_PASS, "DNS" },
        { "dns-opt", 0, true, FLAG_PASS },
        { "dns-option", 0, true, FLAG_PASS },
        { "dns-search", 0, true, FLAG_PASS },
        { "domainname", 0, true, FLAG_PASS },
        { "entrypoint", 0, true, FLAG_PASS },
        { "env", 'e', true, FLAG_PASS },
        { "env-file", 0, true, FLAG_PASS },
        { "env-host", 0, false, FLAG_REFUSE, "EnvironmentHost" },
        { "env-merge", 0, true, FLAG_REFUSE },
        { "expose", 0, true, FLAG_PASS },
        { "gidmap", 0, true, FLAG_REFUSE },
        { "gpus", 0, true, FLAG_PASS },
        { "group-add", 0, true, FLAG_PASS, "GroupAdd" },
        { "group-entry", 0, true, FLAG_IGNORE },
        { "health-cmd", 0, true, FLAG_PASS, "HealthCmd" },
        { "health-interval", 0, true, FLAG_PASS, "HealthInterval" },
        { "health-log-destination", 0, true, FLAG_IGNORE },
        { "health-max-log-count", 0, true, FLAG_IGNORE },
        { "health-max-log-size", 0, true, FLAG_IGNORE },
        { "health-on-failure", 0, true, FLAG_REFUSE, "HealthOnFailure" },
        { "health-retries", 0, true, FLAG_PASS },
        { "health-start-interval", 0, true, FLAG_PASS },
        { "health-start-period", 0, true, FLAG_PASS, "HealthStartPeriod" },
        { "health-startup-cmd", 0, true, FLAG_IGNORE },
        { "health-startup-interval", 0, true, FLAG_IGNORE, "HealthStartupInterval" },
        { "health-startup-retries", 0, true, FLAG_IGNORE },
        { "health-startup-success", 0, true, FLAG_IGNORE },
        { "health-startup-timeout", 0, true, FLAG_IGNORE },
        { "health-timeout", 0, true, FLAG_PASS, "HealthTimeout" },
        { "help", 0, false, FLAG_OURS },
        { "hostname", 'h', true, FLAG_PASS, "HostName" },
        { "hosts-file", 0, true, FLAG_REFUSE },
        { "hostuser", 0, true, FLAG_REFUSE },
        { "http-proxy", 0, false, FLAG_IGNORE, "HttpProxy" },
        { "image-volume", 0, true, FLAG_IGNORE },
        { "init", 0, false, FLAG_PASS },
        { "init-ctr", 0, true, FLAG_REFUSE },
        { "init-path", 0, true, FLAG_IGNORE },
        { "intel-rdt-closid", 0, true, FLAG_IGNORE },
        { "interactive", 'i', false, FLAG_PASS },
        { "ip", 0, true, FLAG_PASS },
        { "ip6", 0, true, FLAG_PASS },
        { "ipc", 0, true, FLAG_PASS },
        { "isolation", 0, true, FLAG_PASS },
        { "kernel-memory", 0, true, FLAG_LIMIT },
        { "label", 'l', true, FLAG_PASS },
        { "label-file", 0, true, FLAG_PASS },
        { "link", 0, true, FLAG_PASS },
        { "link-local-ip", 0, true, FLAG_PASS },
        { "log-driver", 0, true, FLAG_PASS, "LogDriver" },
        { "log-opt", 0, true, FLAG_PASS, "LogOpt" },
        { "mac-address", 0, true, FLAG_PASS },
        { "memory", 'm', true, FLAG_LIMIT, "Memory" },
        { "memory-reservation", 0, true, FLAG_LIMIT },
        { "memory-swap", 0, true, FLAG_LIMIT },
        { "memory-swappiness", 0, true, FLAG_LIMIT },
        { "mount", 0, true, FLAG_PASS, "Mount" },
        { "name", 0, true, FLAG_OURS },
        { "net", 0, true, FLAG_PASS, "Network" },
        { "net-alias", 0, true, FLAG_PASS },
        { "network", 0, true, FLAG_PASS, "Network" },
        { "network-alias", 0, true, FLAG_PASS },
        { "no-healthcheck", 0, false, FLAG_PASS },
        { "no-hostname", 0, false, FLAG_IGNORE },
        { "no-hosts", 0, false, FLAG_IGNORE },
        { "oom-kill-disable", 0, false, FLAG_LIMIT },
        { "oom-score-adj", 0, true, FLAG_PASS },
        { "os", 0, true, FLAG_REFUSE },
        { "passwd", 0, false, FLAG_IGNORE },
        { "passwd-entry", 0, true, FLAG_IGNORE },
        { "personality", 0, true, FLAG_REFUSE },
        { "pid", 0, true, FLAG_PASS },
        { "pidfile", 0, true, FLAG_IGNORE },
        { "pids-limit", 0, true, FLAG_LIMIT, "PidsLimit" },
        { "platform", 0, true, FLAG_PASS },
        { "pod", 0, true, FLAG_REFUSE },
        { "pod-id-file", 0, true, FLAG_REFUSE },
        { "preserve-fd", 0, true, FLAG_REFUSE },
        { "preserve-fds", 0, true, FLAG_REFUSE },
        { "privileged", 0, false, FLAG_PASS },
        { "publish", 'p', true, FLAG_PASS },
        { "publish-all", 'P', false, FLAG_PASS },
        { "pull", 0, true, FLAG_PASS, "Pull" },
        { "quiet", 'q', false, FLAG_PASS },
        { "rdt-class", 0, true, FLAG_IGNORE },
        { "read-only", 0, false, FLAG_PASS, "ReadOnly" },
        { "read-only-tmpfs", 0, false, FLAG_IGNORE, "ReadOnlyTmpfs" },
        { "replace", 0, false, FLAG_IGNORE },
        { "requires", 0, true, FLAG_REFUSE },
        { "restart", 0, true, FLAG_OURS },
        { "retry", 0, true, FLAG_IGNORE },
        { "retry-delay", 0, true, FLAG_IGNORE },
        { "rm", 0, false, FLAG_OURS },
        { "rmi", 0, false, FLAG_IGNORE },
        { "rootfs", 0, false, FLAG_REFUSE },
        { "runtime", 0, true, FLAG_PASS },
        { "sdnotify", 0, true, FLAG_IGNORE },
        { "seccomp-policy", 0, true, FLAG_REFUSE },
        { "secret", 0, true, FLAG_REFUSE, "Secret" },
        { "security-opt", 0, true, FLAG_PASS },
        { "shm-size", 0, true, FLAG_PASS },
        { "shm-size-systemd", 0, true, FLAG_IGNORE },
        { "sig-proxy", 0, false, FLAG_PASS },
        { "stop-signal", 0, true, FLAG_PASS },
        { "stop-timeout", 0, true, FLAG_PASS },
        { "storage-opt", 0, true, FLAG_PASS },
        { "subgidname", 0, true, FLAG_REFUSE },
        { "subuidname", 0, true, FLAG_REFUSE },
        { "sysctl", 0, true, FLAG_PASS },
        { "systemd", 0, true, FLAG_IGNORE },
        { "timeout", 0, true, FLAG_REFUSE },
        { "tls-verify", 0, false, FLAG_IGNORE },
        { "tmpfs", 0, true, FLAG_PASS, "Tmpfs" },
        { "tty", 't', false, FLAG_PASS },
        { "tz", 0, true, FLAG_REFUSE, "Timezone" },
        { "uidmap", 0, true, FLAG_REFUSE },
        { "ulimit", 0, true, FLAG_PASS, "Ulimit" },
        { "umask", 0, true, FLAG_REFUSE },
        { "unsetenv", 0, true, FLAG_REFUSE },
        { "unsetenv-all", 0, false, FLAG_REFUSE },
        { "use-api-socket", 0, false, FLAG_PASS },
        { "user", 'u', true, FLAG_PASS },
        { "userns", 0, true, FLAG_PASS, "UserNS" },
        { "uts", 0, true, FLAG_PASS },
        { "variant", 0, true, FLAG_REFUSE },
        { "volume", 'v', true, FLAG_PASS, "Volume" },
        { "volume-driver", 0, true, FLAG_PASS },
        { "volumes-from", 0, true, FLAG_PASS },
        { "workdir", 'w', true, FLAG_PASS },
};

const PodmanFlag *podman_flags(size_t *ret_n)
{
        *ret_n = ELEMENTSOF(flags);
        return flags;
}

static const PodmanFlag *find_long(const char *name, size_t n)
{
        for (size_t i = 0; i < ELEMENTSOF(flags); i++)
                if (strlen(flags[i].name) == n && memcmp(flags[i].name, name, n) == 0)
                        return flags + i;
        return NULL;
}

static const PodmanFlag *find_short(char name)
{
        for (size_t i = 0; i < ELEMENTSOF(flags); i++)
                if (flags[i].short_name && flags[i].short_name == name)
                        return flags + i;
        return NULL;
}

static void unknown(Conversion *c, const UnitLine *line, const char *word)
{
        Suggestion s;
        _cleanup_free_ char *name = strndup(word + 2, strcspn(word + 2, "="));

        if (!name) {
                c->failed = true;
                return;
        }
        suggestion_init(&s, name);
        for (size_t i = 0; i < ELEMENTSOF(flags); i++)
                suggestion_offer(&s, flags[i].name);
        if (s.best)
                conversion_error(c, line, NULL, "%s: docker run has no option --%s, did you mean --%s?",
                                 line->key, name, s.best);
        else
                conversion_error(c, line, NULL, "%s: docker run has no option --%s", line->key, name);
}

/* What is done with an option. value NULL: it stands alone. */
typedef void (*FlagSink)(Conversion *c, const UnitLine *line, const PodmanFlag *f, const char *value);

static void apply(Conversion *c, const UnitLine *line, const PodmanFlag *f, const char *value)
{
        switch (f->fate) {
        case FLAG_PASS:
                if (!f->takes_value && value)
                        words_addf(&c->run, "--%s=%s", f->name, value);
                else if (value)
                        conversion_run(c, f->name, value);
                else
                        words_addf(&c->run, "--%s", f->name);
                break;
        case FLAG_LIMIT:
                set_limit(c, line, f->name, f->takes_value ? value ?: "" : value);
                break;
        case FLAG_IGNORE:
                conversion_warn(c, line, NULL, "%s: --%s has no effect, Docker has nothing like it",
                                line->key, f->name);
                break;
        case FLAG_REFUSE:
                conversion_error(c, line, NULL, "%s: --%s is an option of podman that Docker does not have",
                                 line->key, f->name);
                break;
        case FLAG_OURS:
                conversion_error(c, line, NULL, "%s: --%s is what the generator or the service decides",
                                 line->key, f->name);
                break;
        }
}

/* The key of this file's type that means the same as the option; NULL: none. */
static const QuadletKey *find_key(const Conversion *c, const PodmanFlag *f, KeyValues **ret)
{
        for (size_t i = 0; f->key && i < c->n_keys; i++)
                if (strcmp(c->keys[i].name, f->key) == 0) {
                        *ret = c->values + i;
                        return c->keys + i;
                }
        return NULL;
}

/* An option that is a key as well counts as a line of that key: podman's words for it are translated there,
 * and what other keys do depends on it. */
static void fold(Conversion *c, const UnitLine *line, const PodmanFlag *f, const char *value)
{
        KeyValues *values;
        const QuadletKey *key = find_key(c, f, &values);

        if (!key) {
                apply(c, line, f, value);
                return;
        }
        if (key->reading == READ_BOOLEAN) {
                int truth = value ? unit_file_boolean(value) : 1;

                if (truth < 0)
                        conversion_error(c, line, NULL, "%s: --%s=%s: neither true nor false", line->key,
                                         f->name, value);
                value = truth > 0 ? "1" : "0";
        }
        key_values_add(values, value ?: "", line,
                       key->reading == READ_STRING || key->reading == READ_BOOLEAN);
        c->failed = c->failed || values->failed;
}

/* "-p8080:80", "-it", "-v x:/y"; returns how many further words were used. */
static size_t take_short(Conversion *c, const KeyValues *words, size_t i, FlagSink sink)
{
        const char *word = words->items[i].text;
        const UnitLine *line = words->items[i].line;

        for (const char *s = word + 1; *s; s++) {
                const PodmanFlag *f = find_short(*s);

                if (!f) {
                        conversion_error(c, line, NULL, "%s: docker run has no option -%c", line->key, *s);
                        return 0;
                }
                if (!f->takes_value) {
                        sink(c, line, f, NULL);
                        continue;
                }
                if (s[1]) {
                        sink(c, line, f, s + 1 + (s[1] == '='));
                        return 0;
                }
                if (i + 1 >= words->n) {
                        conversion_error(c, line, NULL, "%s: -%c needs a value", line->key, *s);
                        return 0;
                }
                sink(c, line, f, words->items[i + 1].text);
                return 1;
        }
        return 0;
}

static size_t take_long(Conversion *c, const KeyValues *words, size_t i, FlagSink sink)
{
        const char *word = words->items[i].text, *equal = strchr(word, '=');
        const PodmanFlag *f = find_long(word + 2, equal ? (size_t) (equal - word - 2) : strlen(word + 2));
        const UnitLine *line = words->items[i].line;

        if (!f) {
                unknown(c, line, word);
                return 0;
        }
        if (!f->takes_value || equal) {
                sink(c, line, f, equal ? equal + 1 : NULL);
                return 0;
        }
        if (i + 1 >= words->n) {
                conversion_error(c, line, NULL, "%s: %s needs a value", line->key, word);
                return 0;
        }
        sink(c, line, f, words->items[i + 1].text);
        return 1;
}

static void take_words(Conversion *c, const KeyValues *words, FlagSink sink)
{
        for (size_t i = 0; i < words->n; i++) {
                const char *word = words->items[i].text;

                if (word[0] == '-' && word[1] == '-' && word[2])
                        i += take_long(c, words, i, sink);
                else if (word[0] == '-' && word[1] && word[1] != '-')
                        i += take_short(c, words, i, sink);
                else if (*word == '$')
                        words_add(&c->run, word); /* systemd makes words of it, which nobody knows here */
                else
                        conversion_error(c, words->items[i].line, NULL, "%s: \"%s\" is no option",
                                         words->items[i].line->key, word);
        }
}

void add_run_words(Conversion *c, const KeyValues *words)
{
        take_words(c, words, apply);
}

void fold_podman_args(Conversion *c)
{
        take_words(c, conversion_values(c, "PodmanArgs"), fold);
        c->podman_run = c->run;
        c->run = (Words){ .items = NULL };
}

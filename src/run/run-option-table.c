/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The options of `docker run`. This table drives parsing, --help and completion; a test compares it with the
 * manual page.
 *
 * A new option is one line in run-option-rows.inc: its setter checks the value, and its target is the place
 * of the value in the request to the engine. Only an option that needs more than that has a setter of its
 * own.
 *
 * The table has texts and no pointers, which would have to be relocated, and then each supervisor had its
 * own copy of it, long after it was needed. */

#include <stddef.h>
#include <string.h>

#include "cli/help-text.h"
#include "cli/options.h"
#include "run-option-table.h"
#include "run-parse.h"
#include "run-setters.h"
#include "run-subjects.h"
#include "util/macro.h"

#define HOST "HostConfig/"
#define MEMBER(m) .member = offsetof(RunOptions, m)

const RunOptionSpec run_option_table[] = {
#define O(n, s, v, f, fn, t, ...)                                                                           \
        { .name = n, .short_name = (s), .value = v, .flags = (f), .target = t, __VA_ARGS__ },
#include "run-option-rows.inc"
#undef O
};

#define CAPABILITIES                                                                                        \
        "ALL AUDIT_CONTROL AUDIT_READ AUDIT_WRITE BLOCK_SUSPEND BPF CHECKPOINT_RESTORE CHOWN DAC_OVERRIDE " \
        "DAC_READ_SEARCH FOWNER FSETID IPC_LOCK IPC_OWNER KILL LEASE LINUX_IMMUTABLE MAC_ADMIN "            \
        "MAC_OVERRIDE MKNOD NET_ADMIN NET_BIND_SERVICE NET_BROADCAST NET_RAW PERFMON SETFCAP SETGID "       \
        "SETPCAP SETUID SYSLOG SYS_ADMIN SYS_BOOT SYS_CHROOT SYS_MODULE SYS_NICE SYS_PACCT SYS_PTRACE "     \
        "SYS_RAWIO SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG WAKE_ALARM"

const size_t run_option_table_size = ELEMENTSOF(run_option_table);

static_assert(ELEMENTSOF(run_option_table) <= RUN_OPTIONS_PRIVATE_MAX,
              "given[] has room for the whole table");

/* By the number of the row. No table: its pointers would be relocated in each process. */
RunOptionSetter *run_option_setter(const RunOptionSpec *spec)
{
        enum { FIRST = __COUNTER__ + 1 };

        switch (spec - run_option_table) {
#define O(n, s, v, f, fn, t, ...)                                                                           \
        case __COUNTER__ - FIRST:                                                                           \
                return fn;
#include "run-option-rows.inc"
#undef O
        default:
                return NULL;
        }
}

/* For completion: the values, or COMPLETE_…. No table here either. */
const char *run_option_words(const RunOptionSpec *spec)
{
        if (!*spec->value)
                return COMPLETE_BOOL;
#define WORDS(option, words)                                                                                \
        if (strcmp(spec->name, option) == 0)                                                                \
        return words
        WORDS("attach", "stdin stdout stderr");
        WORDS("cap-add", CAPABILITIES);
        WORDS("cap-drop", CAPABILITIES);
        WORDS("cgroupns", "host private");
        WORDS("cidfile", COMPLETE_FILE);
        WORDS("device", COMPLETE_FILE);
        WORDS("device-if-exists", COMPLETE_FILE);
        WORDS("env-file", COMPLETE_FILE);
        WORDS("gpus", "all");
        WORDS("ipc", "host none private shareable");
        WORDS("isolation", "default");
        WORDS("label-file", COMPLETE_FILE);
        WORDS("log-driver", "awslogs fluentd gcplogs gelf journald json-file local none splunk syslog");
        WORDS("network", "bridge host none");
        WORDS("pid", "host");
        WORDS("pull", "always missing never");
        WORDS("restart", "no");
        WORDS("security-opt", "apparmor=unconfined label=disable no-new-privileges seccomp=builtin "
                              "seccomp=unconfined systempaths=unconfined");
        WORDS("stop-signal", "HUP INT KILL QUIT TERM USR1 USR2 WINCH");
        WORDS("ulimit", "core= cpu= data= fsize= locks= memlock= msgqueue= nice= nofile= nproc= rss= "
                        "rtprio= rttime= sigpending= stack=");
        WORDS("userns", "host");
        WORDS("uts", "host");
        WORDS("volume", COMPLETE_FILE);
#undef WORDS
        return NULL;
}

bool run_options_help_entry(size_t i, RunOptionHelp *ret)
{
        const RunOptionSpec *spec;

        if (i >= run_option_table_size)
                return false;
        spec = run_option_table + i;
        *ret = (RunOptionHelp){
                .short_name = spec->short_name,
                .long_name = spec->name,
                .value = *spec->value ? spec->value : NULL,
                .text = spec->text,
                .words = run_option_words(spec),
                .hidden = spec->flags & FLAG_HIDDEN,
                .own = spec->flags & FLAG_OWN,
        };
        return true;
}

static void list_options(FILE *f, bool own)
{
        RunOptionHelp entry;

        for (size_t i = 0; run_options_help_entry(i, &entry); i++) {
                char value[32] = "";

                if (entry.hidden || entry.own != own)
                        continue;
                if (entry.value)
                        (void) snprintf(value, sizeof(value), " %s", entry.value);
                help_option(f, entry.short_name, entry.long_name, value, entry.text);
        }
}

void run_options_help(FILE *f)
{
        fputs("Usage: systemd-docker [OPTIONS…] run [RUN OPTIONS…] IMAGE [COMMAND [ARGUMENT…]]\n\n"
              "Create and run a container as a service. RUN OPTIONS are those of `docker run`:\n\n",
              f);
        list_options(f, false);
        fputs("\nand some that only systemd-docker has:\n\n", f);
        list_options(f, true);
}

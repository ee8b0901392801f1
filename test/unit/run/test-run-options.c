/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The words after `run`: how they are split, what the supervisor reads of them, and what is refused.
 * test/cli-differential shows that the requests are those of the docker CLI. */

#include <limits.h>

#include "run/shell-words.h"
#include "words.h"

Test(run_options, members)
{
        _cleanup_(run_options_freep) RunOptions *o =
                parse_or_die("--rm --name web -dit --pull=always -q --sig-proxy=false --detach-keys ctrl-x "
                             "--stop-signal SIGINT --stop-timeout 7 "
                             "--log-driver journald --log-opt tag=x --log-opt labels= --health-cmd true "
                             "--network front --platform arm64 nginx:1 a -b --c");

        cr_assert(o->remove && o->detach && o->interactive && o->tty && o->quiet && !o->sig_proxy &&
                  o->health_given);
        cr_assert(o->attach_stdin && o->attach_stdout && o->attach_stderr && !o->attach_given &&
                  !o->no_healthcheck);
        cr_assert_str_eq(o->name, "web");
        cr_assert_str_eq(o->image, "nginx:1");
        cr_assert_eq(o->pull, PULL_ALWAYS);
        cr_assert_str_eq(o->detach_keys, "ctrl-x");
        cr_assert_str_eq(o->stop_signal, "SIGINT");
        cr_assert_eq(o->stop_timeout, 7);
        cr_assert_str_eq(o->log_driver, "journald");
        cr_assert_str_eq(run_options_log_opt(o, "tag"), "x");
        cr_assert_str_eq(run_options_log_opt(o, "labels"), "");
        cr_assert_null(run_options_log_opt(o, "env"));
        cr_assert_str_eq(o->network_mode, "front");
        cr_assert_str_eq(o->platform, "linux/arm64");
        cr_assert_eq(strv_length(o->command), 3);
        cr_assert_str_eq(o->command[2], "--c");
}

Test(run_options, nothing_given)
{
        _cleanup_(run_options_freep) RunOptions *o = parse_or_die("nginx");

        cr_assert(!o->name && !o->command && !o->platform && !o->cidfile && !o->stop_signal &&
                  !o->network_mode);
        cr_assert(!o->remove && o->sig_proxy && !o->health_given);
        cr_assert_eq(o->stop_timeout, -1);
        cr_assert_eq(o->pull, PULL_MISSING);
        cr_assert_str_eq(o->log_driver, "");
        cr_assert_null(run_options_limit_conflict(o));
        cr_assert(!o->attach_stdin && o->attach_stdout && o->attach_stderr);
}

Test(run_options, wait_for_ever)
{
        _cleanup_(run_options_freep) RunOptions *o = parse_or_die("--stop-timeout -1 nginx");

        cr_assert_eq(o->stop_timeout, INT_MAX);
}

Test(run_options, help)
{
        _cleanup_(run_options_freep) RunOptions *o = parse_or_die("--rm --help");

        cr_assert(o->help);
}

Test(run_options, limits)
{
        static const struct {
                const char *line, *limit;
        } table[] = {
                { "-m 1g nginx", "memory" },
                { "--cpuset-cpus 0 -m 1g nginx", "cpuset-cpus" },
                { "--rm --cpu-shares 5 nginx", "cpu-shares" },
                { "--cpus 1 nginx", "cpus" },
                { "--pids-limit 5 nginx", "pids-limit" },
                { "--memory-swap -1 nginx", "memory-swap" },
                { "--blkio-weight 10 nginx", "blkio-weight" },
                { "--device-write-bps /dev/sda:1m nginx", "device-write-bps" },
                { "--ulimit nofile=5 --shm-size 1m --oom-score-adj 5 nginx", NULL },
                { "nginx -m 1g", NULL },
        };

        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                _cleanup_(run_options_freep) RunOptions *o = parse_or_die(table[i].line);
                const char *limit = run_options_limit_conflict(o);

                cr_assert_eq(!!limit, !!table[i].limit, "%s", table[i].line);
                if (limit)
                        cr_assert_str_eq(limit, table[i].limit);
        }
}

Test(run_options, refusals)
{
        static const struct {
                const char *line;
                int exit_code;
                const char *word;
        } table[] = {
                { "--rm", 1, "no image" },
                { "--bogus nginx", 125, "--bogus" },
                { "--nam x nginx", 125, "--nam" },
                { "-name x nginx", 125, "did you mean --name?" },
                { "-rm nginx", 125, "did you mean --rm?" },
                { "--nam x nginx", 125, "unknown option --nam of run, did you mean --name?" },
                { "--publsh=80 nginx", 125, "did you mean --publish?" },
                { "--enviroment-file /x nginx", 125, "unknown option --enviroment-file of run" },
                { "--notify=healthy nginx", 125,
                  "--notify is an option of systemd-docker: write it before" },
                { "--cgroup-mode inside nginx", 125, "is an option of systemd-docker: write it before" },
                { "--notfy nginx", 125, "did you mean --notify, before `run` or `--`?" },
                { "-n nginx", 125, "-n is an option of systemd-docker: write it before" },
                { "--pull=alwayys nginx", 125, "not one of always, missing, never, did you mean always?" },
                { "--attach stdot nginx", 125, "did you mean stdout?" },
                { "--cgroupns=hots nginx", 125, "did you mean host?" },
                { "--restart=on nginx", 125, "--restart" },
                { "--ulimit nofil=1 nginx", 125, "did you mean nofile=?" },
                { "docker run --rm nginx", 125, "write the options only, without \"docker run\"" },
                { "podman container run nginx", 125, "without \"podman run\"" },
                { "-privileged nginx", 125, "did you mean --privileged?" },
                { "-volumes-from=x -cidfile=/x nginx", 125, "did you mean --cidfile?" },
                { "-tmpfs /a nginx", 125, "did you mean --tmpfs?" },
                { "-z nginx", 125, "-z" },
                { "--name", 125, "--name needs a value" },
                { "-e", 125, "-e needs a value" },
                { "-m lots nginx", 125, "\"lots\" for -m" },
                { "--restart=always nginx", 125, "Restart=" },
                { "--restart on-failure:3 nginx", 125, "\"on-failure:3\"" },
                { "-p 80:x nginx", 125, "\"80:x\" for --publish" },
                { "--cpu-count 1 nginx", 1, "Windows" },
                { "-a stdout -d nginx", 1, "--detach" },
                { "--cidfile /nonexistent/x nginx", 127, "/nonexistent/x" },
                { "--cidfile / nginx", 125, "--cidfile" },
                { "--env-file /nonexistent nginx", 125, "/nonexistent" },
                { "--security-opt seccomp=/nonexistent nginx", 125, "--security-opt" },
                { "Nginx", 125, "lower case" },
                { "a//b", 125, "not [REGISTRY/]NAME[:TAG][@DIGEST]" },
                { "--replace nginx", 125, "--replace is an option of podman: leave it out" },
                { "--sdnotify=conmon nginx", 125, "is an option of podman: write --notify before" },
                { "--disable-content-trust=false nginx", 125, "content trust" },
                { "--pull sometimes nginx", 125, "\"sometimes\"" },
                { "--network host --network front nginx", 125, "--network" },
                { "--no-healthcheck --health-cmd x nginx", 125, "--no-healthcheck" },
                { "--health-test [1] nginx", 125, "--health-test" },
                { "--health-test x nginx", 125, "--health-test" },
                { "--platform a/b/c/d nginx", 125, "a/b/c/d" },
        };

        for (size_t i = 0; i < ELEMENTSOF(table); i++)
                assert_refused(table[i].line, table[i].exit_code, table[i].word);
}

/* The first error wins, in the order of the words. */
Test(run_options, words_of_a_shell)
{
        char *plain[] = { (char *) "sh", (char *) "-c", (char *) "a && b > c # d", NULL };
        char *two[] = {
                (char *) "echo", (char *) "one", (char *) "&&", (char *) "true", (char *) "#", NULL
        };

        cr_assert_null(run_shell_word(NULL));
        cr_assert_null(run_shell_word(plain));
        cr_assert_str_eq(run_shell_word(two), "&&");
}

Test(run_options, first_error)
{
        assert_refused("--bogus -m x nginx", 125, "--bogus");
        assert_refused("-m x --bogus nginx", 125, "-m");
        assert_refused("--pid x Nginx", 125, "--pid");
}

Test(run_options, one_megabyte)
{
        size_t size = 1 << 20;
        _cleanup_free_ char *huge = malloc(size + 1);
        static const char fill[] = "a,=:/\"-.\xff\n ";

        for (size_t f = 0; f + 1 < sizeof(fill); f++)
                for (size_t i = 0;; i++) {
                        RunOptionHelp entry;
                        char option[64];
                        char *words[] = { option, huge, (char *) "nginx", NULL };
                        CliError error = CLI_ERROR_NULL;
                        RunOptions *o = NULL;

                        if (!run_options_help_entry(i, &entry))
                                break;
                        memset(huge, fill[f], size);
                        huge[size] = 0;
                        (void) snprintf(option, sizeof(option), "--%s", entry.long_name);
                        (void) run_options_parse(words, test_context(), &o, &error);
                        cr_assert(o || (error.message && strlen(error.message) < 2000));
                        cli_error_done(&error);
                        run_options_free(o);
                }
}

Test(run_options, ten_thousand_words)
{
        static const char *const options[] = { "-e",       "-v",        "-l",
                                               "--dns",    "--cap-add", "--network-alias",
                                               "--tmpfs",  "--log-opt", "--env-file",
                                               "--expose", "--device",  "--security-opt" };
        static const char *const values[][2] = {
                { "A", "=1" },        { "/a", ":/b" }, { "l", "" },      { "10.0.", ".1" },
                { "CAP_", "" },       { "a", "" },     { "/t", "" },     { "o", "=1" },
                { "./dev/null", "" }, { "", "" },      { "/dev/x", "" }, { "o", "=1" },
        };

        for (size_t k = 0; k < ELEMENTSOF(options); k++) {
                char **words = calloc(20010, sizeof(char *));
                CliError error = CLI_ERROR_NULL;
                RunOptions *o = NULL;

                for (size_t i = 0; i < 10000; i++) {
                        words[2 * i] = strdup(options[k]);
                        cr_assert(asprintf(&words[2 * i + 1], "%s%zu%s", values[k][0],
                                           i % (k == 3 ? 256 : 10000), values[k][1]) > 0);
                        if (strcmp(options[k], "--env-file") == 0)
                                strcpy(words[2 * i + 1], "/dev/null");
                }
                words[20000] = strdup("--network=front");
                words[20001] = strdup("nginx");
                cr_assert(run_options_parse(words, test_context(), &o, &error) >= 0, "%s: %s", options[k],
                          error.message);
                run_options_free(o);
                strv_free(words);
        }
}

/* In a service, "." is where nobody has put anything, and what does not exist may be mistyped. */
Test(run_options, folders_of_the_host)
{
        static const struct {
                const char *line, *directory, *missing, *error;
                bool in_service;
        } table[] = {
                { "-v ./data:/x nginx", "/", NULL, NULL, false },
                { "-v ./data:/x nginx", "/", NULL, "\"./data:/x\" for --volume: relative to /, because",
                  true },
                { "-v ../data:/x nginx", "/", NULL, "relative to /", true },
                { "--mount type=bind,src=./data,dst=/x nginx", "/", NULL, "relative to /", true },
                { "-v ./data:/x nginx", "/no/such", "/no/such/data", NULL, true },
                { "-v /no/such:/x:ro nginx", "/", "/no/such", NULL, true },
                { "-v /no/such:/x nginx", "/", NULL, NULL, false },
                { "-v /etc:/x -v name:/y -v /z nginx", "/", NULL, NULL, true },
        };

        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                const CliContext context = { .environment = test_context()->environment,
                                             .dir_fd = AT_FDCWD,
                                             .directory = table[i].directory,
                                             .machine = "x86_64",
                                             .host = "unix:///run/docker.sock",
                                             .in_service = table[i].in_service };
                _cleanup_strv_free_ char **words = words_of(table[i].line);
                _cleanup_cli_error_ CliError error = CLI_ERROR_NULL;
                RunOptions *o = NULL;
                int r = run_options_parse(words, &context, &o, &error);

                cr_assert_eq(r < 0, table[i].error != NULL, "%s: %s", table[i].line, error.message);
                if (table[i].error)
                        cr_assert(strstr(error.message, table[i].error), "%s", error.message);
                else if (table[i].missing)
                        cr_assert_str_eq(o->missing_folders[0], table[i].missing);
                else
                        cr_assert_null(o->missing_folders, "%s", table[i].line);
                run_options_free(o);
        }
}

/* One option can have sixty-five thousand ports. Too many such options are refused before they use up all
 * memory. */
Test(run_options, too_many_ports)
{
        char **words = NULL;
        CliError error = CLI_ERROR_NULL;
        RunOptions *o = NULL;

        for (size_t i = 0; i < 10000; i++)
                cr_assert(strv_extend(&words, "--publish=1-65535") >= 0);
        cr_assert(strv_extend(&words, "nginx") >= 0);
        cr_assert_eq(run_options_parse(words, test_context(), &o, &error), -EINVAL);
        cr_assert(strstr(error.message, "too many ports"));
        cli_error_done(&error);
        strv_free(words);
}

Test(run_options, table)
{
        RunOptionHelp entry, other;
        size_t n = 0, hidden = 0, own = 0;

        for (size_t i = 0; run_options_help_entry(i, &entry); i++) {
                n++;
                hidden += entry.hidden;
                own += entry.own;
                cr_assert(entry.text && *entry.text);
                for (size_t k = 0; k < i; k++) {
                        cr_assert(run_options_help_entry(k, &other));
                        cr_assert(strcmp(entry.long_name, other.long_name) != 0, "%s", entry.long_name);
                        cr_assert(!entry.short_name || entry.short_name != other.short_name, "%c",
                                  entry.short_name);
                        cr_assert(strcmp(other.long_name, entry.long_name) < 0, "not sorted: %s",
                                  entry.long_name);
                }
        }
        /* docker 28.2 has 104 options and three aliases. */
        cr_assert_eq(n - hidden - own, 104, "%zu", n - hidden - own);
        cr_assert_eq(hidden, 3);
        cr_assert_eq(own, 3);
}

/* The parser accepts every value that completion offers, except that "core=" is only the beginning of one.
 */
Test(run_options, completed_values_are_taken)
{
        RunOptionHelp entry;
        size_t tried = 0;

        for (size_t i = 0; run_options_help_entry(i, &entry); i++) {
                _cleanup_free_ char *copy = strdup(entry.words && *entry.words != '@' ? entry.words : "");
                char *rest = copy;

                for (char *word; (word = strsep(&rest, " ")) && *word; tried++) {
                        const char *more = word[strlen(word) - 1] == '=' ? "1" : "";
                        _cleanup_free_ char *line = NULL;

                        if (strcmp(entry.long_name, "disable-content-trust") == 0)
                                continue; /* false: refused by us */
                        cr_assert(asprintf(&line, "--%s=%s%s nginx", entry.long_name, word, more) >= 0);
                        run_options_free(parse_or_die(line));
                }
        }
        cr_assert_geq(tried, 100);
}

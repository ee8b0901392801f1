/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The program's own options, before `run` or `--`. */

#include <syslog.h>

#include "cli/options.h"
#include "words.h"

/* Some of run's, as if. */
static void offer(Guess *g)
{
        (void) guess_offer_words(g, "publish publish-all name rm volume tty");
}

static bool has_letter(char letter)
{
        return strchr("dpitv", letter);
}

static int parse(const char *line, Options *ret, CliError *reterr, char ***ret_words)
{
        static const OtherOptions other = { offer, has_letter };
        char **words = words_of(line);

        *ret_words = words;
        return options_parse((int) strv_length(words), words, &other, ret, reterr);
}

static Options parse_good(const char *line, char ***ret_words)
{
        CliError error = CLI_ERROR_NULL;
        Options o;

        cr_assert(parse(line, &o, &error, ret_words) >= 0, "%s: %s", line, error.message);
        return o;
}

Test(options, defaults)
{
        char **words;
        Options o = parse_good("x run nginx", &words);

        cr_assert(o.logs && !o.env && o.rm == -1 && !o.cgroups && !o.pid_file && !o.host);
        cr_assert_eq(o.notify, NOTIFY_SUPERVISOR);
        cr_assert_eq(o.cgroup_mode, CGROUP_MODE_AUTO);
        cr_assert_eq(o.watchdog, WATCHDOG_ENGINE);
        cr_assert_eq(o.main_pid, MAIN_PID_CONTAINER);
        cr_assert_eq(o.log_transport, LOG_TRANSPORT_NATIVE);
        cr_assert_eq(o.stderr_priority, LOG_ERR);
        cr_assert_eq(o.verb, VERB_RUN);
        cr_assert_str_eq(o.run_words[0], "nginx");
        cr_assert_null(o.run_words[1]);
        options_done(&o);
        strv_free(words);
}

Test(options, everything_at_once)
{
        char **words;
        Options o = parse_good(
                "x --logs=false -n=healthy --env --cgroups name=systemd -c cpu --cgroups=pids --cgroup-mode "
                "migrate -p/run/x.pid --rm=0 --watchdog=container --main-pid supervisor --log-transport "
                "stream "
                "--stderr-priority warning -H tcp://h:1 -- --rm nginx run",
                &words);

        cr_assert(!o.logs && o.env && o.rm == 0);
        cr_assert_eq(o.notify, NOTIFY_HEALTHY);
        cr_assert_eq(strv_length(o.cgroups), 3);
        cr_assert_str_eq(o.cgroups[2], "pids");
        cr_assert_eq(o.cgroup_mode, CGROUP_MODE_MIGRATE);
        cr_assert_str_eq(o.pid_file, "/run/x.pid");
        cr_assert_eq(o.watchdog, WATCHDOG_CONTAINER);
        cr_assert_eq(o.main_pid, MAIN_PID_SUPERVISOR);
        cr_assert_eq(o.log_transport, LOG_TRANSPORT_STREAM);
        cr_assert_eq(o.stderr_priority, LOG_WARNING);
        cr_assert_str_eq(o.host, "tcp://h:1");
        cr_assert_str_eq(o.run_words[0], "--rm");
        options_done(&o);
        strv_free(words);
}

Test(options, booleans)
{
        static const struct {
                const char *line;
                bool logs, env;
                NotifyMode notify;
                int rm;
        } table[] = {
                { "x -l=0 run a", false, false, NOTIFY_SUPERVISOR, -1 },
                { "x -l=1 -l=false run a", false, false, NOTIFY_SUPERVISOR, -1 },
                { "x -l run a", true, false, NOTIFY_SUPERVISOR, -1 },
                { "x --notify -l=0 -- --rm a", false, false, NOTIFY_CONTAINER, -1 },
                { "x -n -e run a", true, true, NOTIFY_CONTAINER, -1 },
                { "x -ne run a", true, true, NOTIFY_CONTAINER, -1 },
                { "x --notify=true --env=1 run a", true, true, NOTIFY_CONTAINER, -1 },
                { "x --notify=container --env=0 run a", true, false, NOTIFY_CONTAINER, -1 },
                { "x --notify --notify=false run a", true, false, NOTIFY_SUPERVISOR, -1 },
                { "x --rm run a", true, false, NOTIFY_SUPERVISOR, 1 },
                { "x --rm=false run a", true, false, NOTIFY_SUPERVISOR, 0 },
        };

        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                char **words;
                Options o = parse_good(table[i].line, &words);

                cr_assert_eq(o.logs, table[i].logs, "%s", table[i].line);
                cr_assert_eq(o.env, table[i].env, "%s", table[i].line);
                cr_assert_eq(o.notify, table[i].notify, "%s", table[i].line);
                cr_assert_eq(o.rm, table[i].rm, "%s", table[i].line);
                options_done(&o);
                strv_free(words);
        }
}

Test(options, refusals)
{
        static const struct {
                const char *line, *word;
        } table[] = {
                { "x", "run" },
                { "x --logs", "run" },
                { "x nginx", "\"nginx\"" },
                { "x --bogus run a", "--bogus" },
                { "x --logs=maybe run a", "\"maybe\" for --logs" },
                { "x -l=2 run a", "\"2\" for -l" },
                { "x -z run a", "-z" },
                { "x -logs run a", "did you mean --logs?" },
                { "x -rm run a", "did you mean --rm?" },
                { "x -cgroups name=systemd run a", "did you mean --cgroups?" },
                { "x -notify=true run a", "did you mean --notify?" },
                { "x -pid-file=/x run a", "did you mean --pid-file?" },
                { "x --notfy run a", "unknown option --notfy, did you mean --notify?" },
                { "x --cgroupmode=inside run a", "did you mean --cgroup-mode?" },
                { "x --cgroup-mode=inide run a", "\"inide\" for --cgroup-mode, did you mean inside?" },
                { "x --notify=helthy run a", "did you mean healthy?" },
                { "x --watchdog containre run a", "did you mean container?" },
                { "x --logs=flase run a", "did you mean false?" },
                { "x --stderr-priority=warnng run a", "did you mean warning?" },
                { "x --main-pid=both run a", "for --main-pid, expected: container, supervisor" },
                { "x --publish 80:80 run a", "--publish is an option of docker run: write it after" },
                { "x --name=a run a", "--name is an option of docker run: write it after" },
                { "x --publsh=1 run a", "did you mean --publish, after `run` or `--`?" },
                { "x -d run a", "-d is an option of docker run: write it after" },
                { "x -it run a", "-i is an option of docker run: write it after" },
                { "x -v/srv:/x run a", "-v is an option of docker run: write it after" },
                { "x -name a run a", "--name is an option of docker run: write it after" },
                { "x rnu a", "unknown command \"rnu\", did you mean run?" },
                { "x checck", "did you mean check?" },
                { "x help netwrk", "did you mean network?" },
                { "x docker run --rm a", "without \"docker run\"" },
                { "x -n /usr/bin/docker container run a", "without \"/usr/bin/docker run\"" },
                { "x docker ps", "unknown command \"docker\", expected `run` or `--`" },
                { "x --pid-file", "--pid-file needs a value" },
                { "x --pid-file= run a", "--pid-file" },
                { "x -p", "-p needs a value" },
                { "x --cgroup-mode=v2 run a", "\"v2\" for --cgroup-mode" },
                { "x --stderr-priority 8 run a", "\"8\"" },
                { "x --notify=sometimes run a", "\"sometimes\"" },
                { "x --help=x", "--help" },
                { "x - run", "\"-\"" },
                { "x ", "\"\"" },
        };

        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                CliError error = CLI_ERROR_NULL;
                char **words;
                Options o;

                cr_assert(parse(table[i].line, &o, &error, &words) == -EINVAL, "%s", table[i].line);
                cr_assert_eq(error.exit_code, 125);
                cr_assert(strstr(error.message, table[i].word), "%s: %s", table[i].line, error.message);
                cli_error_done(&error);
                strv_free(words);
        }
}

Test(options, actions_end_parsing)
{
        char **words;
        Options o = parse_good("x --help --bogus", &words);

        cr_assert_eq(o.verb, VERB_HELP);
        options_done(&o);
        strv_free(words);
        o = parse_good("x -l=0 --version", &words);
        cr_assert_eq(o.verb, VERB_VERSION);
        options_done(&o);
        strv_free(words);
}

Test(options, which_cgroups)
{
        char **words;
        Options o = parse_good("x run a", &words);

        cr_assert(options_cgroup_wanted(&o, "cpu,cpuacct"));
        options_done(&o);
        strv_free(words);
        o = parse_good("x --cgroups name=systemd --cgroups=cpu run a", &words);
        cr_assert(options_cgroup_wanted(&o, "name=systemd"));
        cr_assert(options_cgroup_wanted(&o, "cpu,cpuacct"));
        cr_assert(options_cgroup_wanted(&o, "cpuacct,cpu"));
        cr_assert(!options_cgroup_wanted(&o, "cpuset"));
        cr_assert(!options_cgroup_wanted(&o, "freezer"));
        options_done(&o);
        strv_free(words);
        o = parse_good("x --cgroups name=all run a", &words);
        cr_assert(options_cgroup_wanted(&o, "freezer"));
        options_done(&o);
        strv_free(words);
}

Test(options, help_has_every_option)
{
        _cleanup_free_ char *text = NULL;
        size_t size, n;
        const OptionHelp *table = options_help_table(&n);
        FILE *f = open_memstream(&text, &size);

        options_help(f);
        fclose(f);
        for (size_t i = 0; i < n; i++) {
                char option[64];

                (void) snprintf(option, sizeof(option), "--%s", table[i].long_name);
                cr_assert(strstr(text, option), "%s", option);
        }
}

/* The parser accepts every value that completion offers. */
Test(options, completed_values_are_taken)
{
        size_t n, tried = 0;
        const OptionHelp *table = options_help_table(&n);

        for (size_t i = 0; i < n; i++) {
                _cleanup_free_ char *copy = strdup(*table[i].words != '@' ? table[i].words : "");
                char *rest = copy;

                for (char *word; (word = strsep(&rest, " ")) && *word; tried++) {
                        _cleanup_free_ char *line = NULL;
                        char **words;
                        Options o;

                        cr_assert(asprintf(&line, "x --%s=%s run nginx", table[i].long_name, word) >= 0);
                        o = parse_good(line, &words);
                        options_done(&o);
                        strv_free(words);
                }
        }
        cr_assert_geq(tried, 20);
}

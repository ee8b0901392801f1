/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* systemd-docker: argv and environment in, exit status out. The only reader of both. */

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "cli/check-options.h"
#include "cli/ensure-options.h"
#include "cli/options.h"
#include "cli/setup-options.h"
#include "codec/engine/container-name.h"
#include "codec/engine/engine-host.h"
#include "engine/engine-choice.h"
#include "ensure/ensure.h"
#include "run/run-options.h"
#include "run/shell-words.h"
#include "setup/setup.h"
#include "supervisor/supervisor.h"
#include "systemd/owner.h"
#include "systemd/passed-files.h"
#include "systemd/standing.h"
#include "util/cleanup.h"
#include "util/fd.h"
#include "util/log.h"
#include "util/macro.h"
#include "util/message-ids.h"
#include "util/strv.h"
#include "version.h"

#define BARRIER_TIMEOUT_USEC (5 * USEC_PER_SEC)

static bool environment_is_set(const char *name)
{
        const char *value = getenv(name);

        return value && *value;
}

/* Why nothing starts: in STATUS= and as a line; there is no loop yet that could be kept waiting.
 *
 * `systemctl status` shows no line that is older than the start, and systemd notes the time of the start
 * only when it has come back from the fork, by which we may be done. So the line waits until systemd
 * listens. */
static void say_failure(Standing standing, const char *message_id, const char *message)
{
        if (standing == STANDING_SERVICE && !environment_is_set("MAINPID")) {
                (void) sd_notifyf(false, "STATUS=%s", message);
                (void) sd_notify_barrier(false, BARRIER_TIMEOUT_USEC);
        }
        log_tagged(LOG_ERR, &((LogTag){ message_id, {} }), "%s", message);
}

/* A command line that cannot be used. In a service no retry mends that, which the exit status says. */
static int refuse(const CliError *e, Standing standing)
{
        say_failure(standing, MESSAGE_ID_FAILED_OPTION, e->message ?: "out of memory");
        return standing == STANDING_BY_HAND ? e->exit_code ?: CLI_EXIT_REFUSED : CLI_EXIT_CONFIG;
}

static const char *environment_or(const char *name, const char *fallback)
{
        return environment_is_set(name) ? getenv(name) : fallback;
}

/* What few need is a program of its own, so that it takes no memory of every supervisor. Goes on as that
 * program, in our process. Returns only if that is not possible. */
static void become(const char *installed, char **argv)
{
        const char *name = strrchr(installed, '/');
        char path[PATH_MAX];
        ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - strlen(name) - 1);
        char *slash = n > 0 ? memrchr(path, '/', (size_t) n) : NULL;

        /* Not installed: both are in the folder of the build. */
        if (slash) {
                (void) strcpy(slash, name);
                (void) execv(path, argv);
        }
        (void) execv(installed, argv);
}

/* Our own libcurl has no TLS. The program that has it is the same in all else, so it starts from the
 * beginning. */
#ifdef SYSTEMD_DOCKER_TLS_PROGRAM
#define HAS_TLS false
#else
#define HAS_TLS true
#define SYSTEMD_DOCKER_TLS_PROGRAM ""
#endif

static EngineTls tls_of(const EngineChoice *c)
{
        return (EngineTls){ .enabled = c->tls, .verify = c->verify, .cert_path = c->cert_path };
}

static int parse_host(const EngineChoice *choice, EngineHost *ret, CliError *reterr)
{
        const char *why = NULL, *name = choice->host;
        int r = engine_host_parse(name, choice->tls, ret, &why);

        if (r >= 0 && choice->tls && ret->kind == ENGINE_HOST_TCP && !HAS_TLS) {
                engine_host_done(ret);
                r = -EPROTONOSUPPORT;
                why = "TLS needs " SYSTEMD_DOCKER_TLS_PROGRAM ", which does not run";
        }
        return r < 0 ? cli_error(reterr, CLI_EXIT_REFUSED, "--host %s: %s", name, why) : 0;
}

/* What we tell systemd is taken for the service's word, whoever we are: by hand nothing is told, nor by a
 * process beside the service's main one, in ExecStartPost=, ExecReload=, ExecStop= (systemd.exec(5),
 * "$MAINPID"). libsystemd reads the variables itself. */
static const char *notify_socket(Standing standing)
{
        if (standing != STANDING_BY_HAND && !environment_is_set("MAINPID"))
                return environment_or("NOTIFY_SOCKET", NULL);
        (void) unsetenv("NOTIFY_SOCKET");
        (void) unsetenv("WATCHDOG_USEC");
        return NULL;
}

static int set_up(const Options *o, const EngineChoice *choice, Standing standing)
{
        _cleanup_cli_error_ CliError error = CLI_ERROR_NULL;
        _cleanup_(engine_host_done) EngineHost host = ENGINE_HOST_NULL;
        const EngineTls tls = tls_of(choice);
        SetupVerb verb;

        if (setup_options_parse(o->run_words, &verb, &error) < 0)
                return refuse(&error, standing);
        if (parse_host(choice, &host, &error) < 0)
                return refuse(&error, standing);
        return setup_run(verb, &host, &tls);
}

static int ensure(const Options *o, EnsureKind kind, const CliContext *context, const EngineChoice *choice,
                  Standing standing)
{
        _cleanup_cli_error_ CliError error = CLI_ERROR_NULL;
        _cleanup_(engine_host_done) EngineHost host = ENGINE_HOST_NULL;
        _cleanup_(ensure_options_done) EnsureOptions options = {};
        const EngineTls tls = tls_of(choice);
        const EnsureConfig config = { .host_name = context->host,
                                      .tls = &tls,
                                      .api_version = environment_or("DOCKER_API_VERSION", NULL),
                                      .context = context,
                                      .in_service = standing != STANDING_BY_HAND };

        if (ensure_options_parse(kind, o->run_words, &options, &error) < 0)
                return refuse(&error, standing);
        if (options.help) {
                ensure_options_help(kind, stdout);
                return EXIT_SUCCESS;
        }
        if (parse_host(choice, &host, &error) < 0)
                return refuse(&error, standing);
        return ensure_run(&options, &config, &host);
}

/* Returns only after an error. */
static int check(const Options *o, Standing standing)
{
        _cleanup_cli_error_ CliError error = CLI_ERROR_NULL;
        _cleanup_free_ char **argv = NULL;
        CheckOptions options;
        size_t n = strv_length(o->run_words);

        if (check_options_parse(o->run_words, &options, &error) < 0)
                return refuse(&error, standing);
        argv = calloc(n + 2, sizeof(*argv));
        if (!argv) {
                (void) cli_error_oom(&error);
                return refuse(&error, standing);
        }
        argv[0] = (char *) "systemd-docker-check";
        memcpy(argv + 1, o->run_words, n * sizeof(*argv));
        become(SYSTEMD_DOCKER_CHECK_PROGRAM, argv);
        (void) cli_error(&error, CLI_EXIT_REFUSED, "%s does not run: %s", SYSTEMD_DOCKER_CHECK_PROGRAM,
                         strerror(errno));
        return refuse(&error, standing);
}

/* What fills the unit's memory is the container, and the kernel may look at us as well. So we stand back in
 * its choice, as the engine's own processes do; but OOMScoreAdjust= of the unit has the last word. */
static void step_back_from_the_oom_killer(void)
{
        static const char path[] = "/proc/self/oom_score_adj", score[] = "-900";
        _cleanup_close_ int fd = -EBADF;
        _cleanup_free_ char *now = NULL;
        int r;

        if (read_file_at(AT_FDCWD, path, 32, &now, NULL) < 0 || strcmp(now, "0\n") != 0)
                return;
        r = fd = RET_NERRNO(open(path, O_WRONLY | O_CLOEXEC));
        if (r >= 0)
                r = write_all(fd, score, strlen(score));
        if (r < 0)
                log_debug_errno(r, "Failed to set %s, ignoring: %m", path);
}

/* The engine cannot give a container the descriptors that systemd has given to us. */
static void warn_of_passed_files(void)
{
        PassedFiles unused = passed_files_unused(getenv("LISTEN_PID"), getenv("LISTEN_FDS"), getpid());

        if (unused.sockets > 0)
                log_warning(
                        "The container does not get the sockets of the unit ($LISTEN_FDS): publish ports, "
                        "or use systemd-socket-proxyd(8).");
        if (unused.others > 0)
                log_warning("The container does not get the files that systemd has opened for the unit "
                            "($LISTEN_FDS): mount them with --volume.");
}

static void warn_of_shell_words(const SupervisorConfig *config)
{
        const char *word =
                config->standing == STANDING_SERVICE ? run_shell_word(config->run->command) : NULL;

        if (word)
                log_notice("The command gets \"%s\" as an argument, because systemd runs no shell: write "
                           "sh -c '…', or leave it out.",
                           word);
}

static int supervise(const SupervisorConfig *config, const EngineChoice *choice)
{
        _cleanup_cli_error_ CliError error = CLI_ERROR_NULL;
        _cleanup_(engine_host_done) EngineHost host = ENGINE_HOST_NULL;
        _cleanup_(supervisor_freep) Supervisor *s = NULL;
        int r;

        if (parse_host(choice, &host, &error) < 0)
                return refuse(&error, config->standing);
        if (config->standing != STANDING_BY_HAND)
                step_back_from_the_oom_killer();
        warn_of_passed_files();
        warn_of_shell_words(config);
        r = supervisor_new(&s, config, &host);
        if (r == -EAFNOSUPPORT) { /* of its sockets, all that are needed here are unix sockets */
                (void) cli_error(&error, CLI_EXIT_REFUSED,
                                 "No unix sockets: the unit does not allow them. Add AF_UNIX to its "
                                 "RestrictAddressFamilies=.");
                return refuse(&error, config->standing);
        }
        if (r < 0) {
                (void) cli_error(&error, CLI_EXIT_REFUSED, "Cannot start: %s", strerror(-r));
                say_failure(config->standing, MESSAGE_ID_FAILED, error.message ?: "Out of memory");
                return CLI_EXIT_REFUSED;
        }
        return supervisor_run(s);
}

/* A unit's specifiers can bring letters that the engine allows in no name. */
static int check_name(const char *name, CliError *reterr)
{
        char wrong = container_name_wrong_letter(name);

        if (wrong != '@' && wrong != '\\' && wrong != ':')
                return 0;
        return cli_error(reterr, CLI_EXIT_REFUSED, "--name %.100s: Docker allows no \"%c\" in a name. %s",
                         name, wrong,
                         wrong == '@'
                                 ? "In a template write --name %p-%i, or leave it out for the unit's name."
                                 : "Leave it out: the container gets the unit's name, made valid.");
}

/* "" is what an empty variable of the unit leaves, and for docker no name. */
static int settle_name(RunOptions *run, SupervisorConfig *config, CliError *reterr)
{
        bool remove = config->options->rm >= 0 ? config->options->rm : run->remove;

        if (run->name && *run->name)
                return check_name(run->name, reterr);
        free(run->name);
        if (owner_container_name(&config->owner, config->standing, environment_is_set("MAINPID"),
                                 &run->name) < 0)
                return cli_error_oom(reterr);
        config->named_by_unit = run->name;
        if (!run->name && !remove && config->standing != STANDING_BY_HAND)
                log_notice("Each start leaves one more container, without --name and --rm: write --rm, or "
                           "--name %%N.");
        return 0;
}

/* One that is not open would be taken by whatever is opened next, and that then be read as our input. */
static void fill_standard_descriptors(void)
{
        for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
                if (fcntl(fd, F_GETFD) < 0)
                        (void) open("/dev/null", O_RDWR | O_NOCTTY);
}

/* True: that was all. */
static bool print_about_us(Verb verb)
{
        if (verb == VERB_HELP)
                options_help(stdout);
        else if (verb == VERB_VERSION)
                printf("systemd-docker %s\n", PROJECT_VERSION_LONG);
        else
                return false;
        return true;
}

/* A service says everything on one way to the journal, as ours: not some lines over stderr, as the unit's
 * SyslogIdentifier= calls them, and some with the container's fields. Elsewhere than in the journal, stderr
 * is for what the container writes, as with docker. */
static void settle_log(Standing standing)
{
        if (standing != STANDING_BY_HAND)
                log_use_journal();
        else if (!log_is_journal(STDERR_FILENO))
                log_set_max_level(LOG_NOTICE);
        if (environment_is_set("SYSTEMD_DOCKER_DEBUG"))
                log_set_max_level(LOG_DEBUG);
}

static int run(const Options *o, const CliContext *context, const EngineChoice *choice, Standing standing)
{
        _cleanup_cli_error_ CliError error = CLI_ERROR_NULL;
        _cleanup_(run_options_freep) RunOptions *run = NULL;
        SupervisorConfig config;

        if (run_options_parse(o->run_words, context, &run, &error) < 0)
                return refuse(&error, standing);
        if (run->help) {
                run_options_help(stdout);
                return EXIT_SUCCESS;
        }
        config = (SupervisorConfig){ .options = o,
                                     .run = run,
                                     .context = context,
                                     .host_name = choice->host,
                                     .tls = tls_of(choice),
                                     .runtime_folder = geteuid() == 0
                                                               ? "/run"
                                                               : environment_or("XDG_RUNTIME_DIR", NULL),
                                     .api_version = environment_or("DOCKER_API_VERSION", NULL),
                                     .standing = standing,
                                     .notify_socket = notify_socket(standing) };
        owner_find(&config.owner, standing);
        if (settle_name(run, &config, &error) < 0)
                return refuse(&error, standing);
        (void) sd_watchdog_enabled(false, &config.watchdog_usec);
        return supervise(&config, choice);
}

/* The verbs for which it matters which engine is meant. */
static int with_engine(char **argv, const Options *o, Standing standing)
{
        _cleanup_cli_error_ CliError error = CLI_ERROR_NULL;
        _cleanup_(engine_choice_done) EngineChoice choice = ENGINE_CHOICE_NULL;
        CliContext context = { .environment = environ,
                               .dir_fd = AT_FDCWD,
                               .in_service = standing != STANDING_BY_HAND };

        if (engine_choice_find(&context, o->host, o->context, &choice, &error) < 0)
                return refuse(&error, standing);
        context.host = choice.host;
        if (choice.tls && !HAS_TLS)
                become(SYSTEMD_DOCKER_TLS_PROGRAM, argv);
        if (o->verb == VERB_SETUP)
                return set_up(o, &choice, standing);
        if (o->verb >= VERB_NETWORK && o->verb <= VERB_IMAGE)
                return ensure(o, (EnsureKind) (ENSURE_NETWORK + (o->verb - VERB_NETWORK)), &context, &choice,
                              standing);
        return run(o, &context, &choice, standing);
}

/* The C library keeps up to seven freed blocks of each size for the next malloc() of that size, wherever
 * they lie, and each holds its page. The start frees thousands of blocks; then we are there for years. Only
 * the environment turns that off, and it is read before main(): so a supervisor starts twice. What the unit
 * sets itself stays as it is. */
static void start_without_cache(char **argv)
{
        static const char name[] = "GLIBC_TUNABLES", without[] = "glibc.malloc.tcache_count=0";
        const char *now = getenv(name);
        char path[PATH_MAX];
        ssize_t n;

        if (!now) {
                n = readlink("/proc/self/exe", path, sizeof(path) - 1);
                if (n <= 0 || setenv(name, without, true) < 0)
                        return;
                path[n] = 0;
                (void) execv(path, argv);
        } else if (strcmp(now, without) != 0)
                return;
        (void) unsetenv(name);
}

int main(int argc, char **argv)
{
        static const OtherOptions run_side = { run_options_offer, run_options_has_letter };
        _cleanup_cli_error_ CliError error = CLI_ERROR_NULL;
        _cleanup_(options_done) Options options = {};
        Standing standing;
        int r, unasked;

        fill_standard_descriptors();
        r = options_parse(argc, argv, &run_side, &options, &error);
        if (r >= 0 && print_about_us(options.verb))
                return EXIT_SUCCESS;
        /* This may have to ask systemd. */
        standing = standing_find(getenv("SYSTEMD_EXEC_PID"), &unasked);
        if (r >= 0 && standing == STANDING_SERVICE && options.verb == VERB_RUN)
                start_without_cache(argv);
        settle_log(standing);
        /* Below a wrapper in a unit whose settings hide systemd from us. */
        if (unasked < 0 && environment_is_set("NOTIFY_SOCKET"))
                log_warning_errno(unasked,
                                  "systemd can't be asked whether this is a service, so it runs as if "
                                  "by hand: %m. Add /run/systemd/private to BindPaths= of the unit.");
        if (r < 0)
                r = refuse(&error, standing);
        else
                r = options.verb == VERB_CHECK ? check(&options, standing)
                                               : with_engine(argv, &options, standing);
        log_settle();
        return r;
}

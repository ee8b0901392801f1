/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Adds one member to the engine's daemon.json, or removes it again, and tells the engine.
 *
 * No other code changes that file. It is read, checked, changed at one place and replaced in one step. The
 * engine is then asked whether it has the runtime, because it does not report whether it accepted a changed
 * file. */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cgroup/forecast.h"
#include "codec/engine/daemon-config.h"
#include "codec/engine/engine-info.h"
#include "engine-process.h"
#include "engine-wait.h"
#include "real-runtime.h"
#include "setup/setup.h"
#include "util/fd.h"
#include "util/log.h"
#include "util/macro.h"

#define CONFIG_FILE "/etc/docker/daemon.json"
#define CONFIG_MAX (4U * 1024 * 1024)
#define RELOAD_TIMEOUT_USEC (15 * USEC_PER_SEC)
#define EXIT_NOT_THERE 1

typedef struct Setup {
        EngineProcess process;
        char *path; /* of the file, with links resolved */
        char *text;
        size_t size;
        struct stat like; /* owner and mode for the new file */
        bool linked;
        int lock;                /* of the file's folder, against another setup */
        bool chose_real_runtime; /* real_runtime_choose() has written a file */
        DaemonConfig config;
} Setup;

static void setup_done(Setup *s)
{
        engine_process_done(&s->process);
        fd_close(s->lock);
        free(s->path);
        free(s->text);
        daemon_config_done(&s->config);
}

static struct stat new_file(void)
{
        return (struct stat){ .st_mode = 0644, .st_uid = geteuid(), .st_gid = getegid() };
}

/* Two of us do not change the file at once. A folder that does not exist is nobody's. */
static void lock_folder(Setup *s)
{
        _cleanup_free_ char *folder = strdup(s->path);
        char *slash = folder ? strrchr(folder, '/') : NULL;

        if (!slash)
                return;
        slash[slash == folder] = 0;
        s->lock = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (s->lock >= 0 && flock(s->lock, LOCK_EX) < 0)
                log_debug_errno(-errno, "Can't lock %s: %m", folder);
}

static int read_config(Setup *s, bool to_change)
{
        const char *path = s->process.config_file ?: CONFIG_FILE, *why = NULL;
        int r;

        s->linked = lstat(path, &s->like) >= 0 && S_ISLNK(s->like.st_mode);
        s->path = realpath(path, NULL);
        if (!s->path && s->linked)
                return log_error_errno(-ENOENT, "%s is left as it is: it is a link to nowhere.", path);
        if (!s->path && !(s->path = strdup(path)))
                return log_oom();
        if (to_change)
                lock_folder(s);
        r = read_file_at(AT_FDCWD, s->path, CONFIG_MAX, &s->text, &s->size);
        if (r >= 0)
                r = RET_NERRNO(stat(s->path, &s->like));
        else if (r == -ENOENT) {
                s->like = new_file();
                r = (s->text = strdup("")) ? 0 : -ENOMEM;
        }
        if (r >= 0)
                r = daemon_config_parse(s->text, s->size, &s->config, &why);
        if (r == -EBADMSG)
                return log_error_errno(r, "%s is left as it is: %s", s->path, why);
        if (r < 0)
                return log_error_errno(r, "Failed to read %s: %m", s->path);
        return 0;
}

/* Whether the file still has this content; a file that does not exist counts as an empty one. */
static bool is_as_we_know_it(const Setup *s, const char *text, size_t size)
{
        _cleanup_free_ char *now = NULL;
        size_t n = 0;
        int r = read_file_at(AT_FDCWD, s->path, CONFIG_MAX, &now, &n);

        if (r == -ENOENT)
                return size == 0;
        return r >= 0 && n == size && memcmp(now, text, size) == 0;
}

static int write_config(Setup *s, const char *text, size_t size)
{
        int r;

        if (!s->process.config_file)
                (void) mkdir("/etc/docker", 0755);
        /* An empty configuration needs no file: without one, the engine uses its defaults. But a link must
         * not lead to nothing. */
        if (!s->linked && size <= 3 && strncmp(text, "{}\n", size) == 0)
                r = RET_NERRNO(unlink(s->path));
        else
                r = write_file_durable(s->path, text, size, &s->like);
        if (r < 0)
                return log_error_errno(r, "Failed to write %s: %m", s->path);
        return 0;
}

static const char *engine_problem(const Setup *s)
{
        return s->process.adds_runtimes ? "the engine has --add-runtime on its command line, and would not "
                                          "start if a file also had runtimes"
                                        : NULL;
}

static bool is_ours(const char *runtime)
{
        return runtime && strcmp(runtime, ENGINE_RUNTIME_NAME) == 0;
}

/* If the engine's default runtime is not runc, our containers should use that default as well. */
static int choose_real_runtime(Setup *s)
{
        const DaemonConfig *c = &s->config;
        int r;

        if (!c->default_path || !*c->default_path || is_ours(c->default_runtime))
                return 0;
        r = real_runtime_choose(c->default_path);
        s->chose_real_runtime = r > 0;
        if (r > 0 && c->default_has_arguments)
                log_warning("The engine's default runtime %s has arguments in %s, which are not used for "
                            "containers in a unit's cgroup.",
                            c->default_runtime, s->path);
        return r;
}

static int change_config(Setup *s, SetupVerb verb)
{
        char *text = NULL;
        size_t size;
        int r;

        if (verb == SETUP_REGISTER)
                r = daemon_config_register(s->text, s->size, SYSTEMD_DOCKER_RUNTIME_PATH, &text, &size);
        else
                r = daemon_config_unregister(s->text, s->size, &text, &size);
        if (r < 0)
                return log_error_errno(r, "%s is left as it is: its \"runtimes\" cannot be changed: %m",
                                       s->path);
        if (!is_as_we_know_it(s, s->text, s->size)) {
                free(text);
                return log_error_errno(
                        -EAGAIN, "%s is left as it is: somebody else has changed it just now.", s->path);
        }
        free(s->text);
        s->text = text;
        s->size = size;
        return write_config(s, text, size);
}

/* After the engine has read the empty list of runtimes, the list can be removed as well. That took some
 * seconds, in which others may have changed the file. */
static int tidy_config(Setup *s)
{
        _cleanup_free_ char *text = NULL;
        size_t size;

        if (!is_as_we_know_it(s, s->text, s->size))
                return 0;
        return daemon_config_tidy(s->text, s->size, &text, &size) < 0 ? 0 : write_config(s, text, size);
}

static bool is_registered(const Setup *s)
{
        return s->config.our_path && strcmp(s->config.our_path, SYSTEMD_DOCKER_RUNTIME_PATH) == 0;
}

static void print_state(const Setup *s, SetupVerb verb, bool registered)
{
        if (registered)
                printf("%s: runtime " ENGINE_RUNTIME_NAME " is registered, %s\n", s->path,
                       SYSTEMD_DOCKER_RUNTIME_PATH);
        else if (verb == SETUP_CHECK && s->config.our_path)
                printf("%s: runtime " ENGINE_RUNTIME_NAME " is %s, not %s\n", s->path, s->config.our_path,
                       SYSTEMD_DOCKER_RUNTIME_PATH);
        else
                printf("%s: runtime " ENGINE_RUNTIME_NAME " is not registered\n", s->path);
}

static void print_forecast(const EngineInfo *info)
{
        for (int delegated = 1; delegated >= 0; delegated--) {
                CgroupForecast f = cgroup_forecast(info, delegated);

                printf("Units %s Delegate= get cgroup mode %s: %s.\n", delegated ? "with" : "without",
                       f.mode, f.why);
        }
}

/* Whether a unit gets the best mode that it can have without the runtime, too. */
static bool is_unneeded(const EngineInfo *info)
{
        EngineInfo without = *info;

        without.has_our_runtime = false;
        return strcmp(cgroup_forecast(&without, true).mode, "delegate") == 0;
}

static void print_what_engine_has(const EngineInfo *info, SetupVerb verb)
{
        bool unneeded = is_unneeded(info);

        if (info->has_our_runtime)
                printf("The engine has the runtime%s.\n", unneeded ? ", and does not need it" : "");
        else if (verb == SETUP_CHECK)
                printf("The engine does not have the runtime%s.\n",
                       unneeded ? ", and does not need it" : "; run systemd-docker setup");
        else
                puts("The engine does not have the runtime.");
}

/* Asks the engine, for up to usec after a change, or once if usec is 0. Returns the exit status. */
static int confirm(const Setup *s, bool wanted, uint64_t usec, EngineHost *host, const EngineTls *tls)
{
        _cleanup_free_ char *message = NULL;
        EngineInfo info;
        int r;

        if (s->process.pid == 0) {
                puts("The engine does not run (see " ENGINE_PID_FILE "); it reads the file when it starts.");
                return usec > 0 ? EXIT_SUCCESS : EXIT_NOT_THERE;
        }
        r = engine_wait_for_runtime(host, tls, wanted, usec, &info, &message);
        if (r < 0) {
                log_error("Failed to ask the engine for its runtimes: %s", message ?: strerror(-r));
                return CLI_EXIT_REFUSED;
        }
        if (info.cgroup_driver != CGROUP_DRIVER_SYSTEMD || !info.cgroup_v2)
                printf("The engine has the cgroup driver %s with cgroup %s: it does not need the "
                       "runtime.\n",
                       cgroup_driver_to_string(info.cgroup_driver), info.cgroup_v2 ? "v2" : "v1");
        if (usec == 0)
                print_forecast(&info);
        print_what_engine_has(&info, usec == 0 ? SETUP_CHECK : wanted ? SETUP_REGISTER : SETUP_UNDO);
        if (info.has_our_runtime == wanted)
                return EXIT_SUCCESS;
        if (usec > 0)
                log_error("The engine did not accept the change: its own log says why.");
        return EXIT_NOT_THERE;
}

static bool names_ours_as_default(const Setup *s)
{
        return is_ours(s->config.default_runtime) || is_ours(s->process.default_runtime);
}

/* Logs an error if the program is missing. The engine would accept its path nevertheless, and then fail with
 * each container. */
static bool runtime_is_missing(void)
{
        if (access(SYSTEMD_DOCKER_RUNTIME_PATH, X_OK) >= 0)
                return false;
        log_error_errno(-errno, "Can't run " SYSTEMD_DOCKER_RUNTIME_PATH ": %m");
        return true;
}

/* Changes the files as the verb requests. Returns 1 if something changed, 0 if it was right already, or
 * -errno after logging the error. */
static int reach(Setup *s, SetupVerb verb)
{
        bool registers = verb == SETUP_REGISTER;
        int r;

        if (registers ? is_registered(s) : !s->config.our_path) {
                print_state(s, verb, registers);
                return 0;
        }
        if (registers && engine_problem(s)) {
                log_error("%s is left as it is: %s.", s->path, engine_problem(s));
                return -EOPNOTSUPP;
        }
        if (!registers && names_ours_as_default(s)) {
                log_error("%s is left as it is: our runtime is the engine's default.", s->path);
                return -EOPNOTSUPP;
        }
        if (registers && s->config.our_path)
                log_notice("%s: replacing runtime " ENGINE_RUNTIME_NAME ", which was \"%s\".", s->path,
                           s->config.our_path);
        r = registers ? choose_real_runtime(s) : 0;
        if (r >= 0)
                r = change_config(s, verb);
        if (r < 0) {
                if (s->chose_real_runtime)
                        real_runtime_forget(s->config.default_path);
                return r;
        }
        if (!registers)
                real_runtime_forget(s->config.default_path);
        print_state(s, verb, registers);
        return 1;
}

/* Asks the engine as it is. -errno: it does not tell. */
static int look_at_engine(const EngineHost *host, const EngineTls *tls, EngineInfo *ret)
{
        EngineHost copy = { .kind = host->kind, .path = strdup(host->path) };
        _cleanup_free_ char *message = NULL;

        return copy.path ? engine_wait_for_runtime(&copy, tls, false, 0, ret, &message) : -ENOMEM;
}

/* Engines keep a default runtime that the file no longer names until they are restarted. Without its entry
 * they refuse the file, and Docker 20.10 even crashes. Logs an error if that is so. */
static bool engine_defaults_to_ours(const Setup *s, const EngineHost *host, const EngineTls *tls)
{
        EngineInfo info = {};

        if (look_at_engine(host, tls, &info) < 0 || !info.defaults_to_ours)
                return false;
        log_error("%s is left as it is: our runtime is still the engine's default. Restart docker.service "
                  "first.",
                  s->path);
        return true;
}

/* Then its file is left alone, and this is said. A registration that an older engine needed stays until
 * --undo. An engine that does not run cannot be asked. */
static bool engine_does_without(const Setup *s, const EngineHost *host, const EngineTls *tls)
{
        EngineInfo info = {};

        if (s->config.our_path || s->process.pid == 0 || look_at_engine(host, tls, &info) < 0 ||
            !is_unneeded(&info))
                return false;
        printf("The engine does not need the runtime: units with Delegate= get cgroup mode delegate.\n"
               "%s is left as it is.\n",
               s->path);
        return true;
}

static void help(void)
{
        puts("Usage: systemd-docker [-H URL] setup [--undo | --check]\n\n"
             "Register systemd-docker-runtime with the Docker engine of this machine, so that\n"
             "containers of units with Delegate= can be created in the unit's cgroup. With\n"
             "Docker 23 and later this is not needed, and changes nothing.\n\n"
             "      --undo   remove it from the engine's daemon.json\n"
             "      --check  change nothing; say which cgroup mode units get, and why; exit\n"
             "               status 0 if the engine has the runtime, otherwise 1\n"
             "  -h, --help   print this help");
}

int setup_run(SetupVerb verb, EngineHost *host, const EngineTls *tls)
{
        _cleanup_(setup_done) Setup s = { .lock = -EBADF };
        int r, changed;

        if (verb == SETUP_HELP) {
                help();
                return EXIT_SUCCESS;
        }
        if (host->kind != ENGINE_HOST_UNIX) {
                log_error("setup is only for the engine of this machine: use --host unix://PATH or no "
                          "$DOCKER_HOST.");
                return CLI_EXIT_REFUSED;
        }
        if (engine_process_find(&s.process) < 0 || read_config(&s, verb != SETUP_CHECK) < 0)
                return CLI_EXIT_REFUSED;
        if (verb == SETUP_CHECK) {
                print_state(&s, verb, is_registered(&s));
                r = confirm(&s, true, 0, host, tls);
                return r == EXIT_SUCCESS && (!is_registered(&s) || runtime_is_missing()) ? EXIT_NOT_THERE
                                                                                         : r;
        }
        if (verb == SETUP_REGISTER && engine_does_without(&s, host, tls))
                return EXIT_SUCCESS;
        if (verb == SETUP_REGISTER && runtime_is_missing())
                return CLI_EXIT_REFUSED;
        if (verb == SETUP_UNDO && s.process.pid > 0 && !names_ours_as_default(&s) &&
            engine_defaults_to_ours(&s, host, tls))
                return CLI_EXIT_REFUSED;
        changed = reach(&s, verb);
        if (changed < 0)
                return CLI_EXIT_REFUSED;
        /* Even if the file was right already: the engine may not have read it. */
        if (s.process.pid > 0 && engine_process_reload(&s.process) < 0)
                log_warning_errno(-errno,
                                  "Failed to make the engine read its configuration again, ignoring: %m");
        r = confirm(&s, verb == SETUP_REGISTER, RELOAD_TIMEOUT_USEC, host, tls);
        if (changed && verb == SETUP_UNDO && tidy_config(&s) < 0)
                return CLI_EXIT_REFUSED;
        return r;
}

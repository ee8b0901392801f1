/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The pull of an image, against an engine by script, and the login that it uses: configuration files and
 * credential helpers are in a folder of the test's own. */

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "codec/registry/registry-auth.h"
#include "engine/curl-glue.h"
#include "engine/image.h"
#include "fake-engine.h"
#include "loop.h"
#include "util/fd.h"
#include "util/log.h"
#include "util/macro.h"

#define PULL "/images/create?"
#define LINES_MAX 32

static sd_event *event;
static FakeEngine *fake;
static Engine *engine;
static Image *image;
static char folder[] = "/tmp/test-image.XXXXXX";
static char config_variable[300], path_variable[300];

/* What the image has reported, and what was logged. */
static struct {
        char *progress[LINES_MAX];
        uint64_t extend_usec[LINES_MAX];
        size_t n_progress;
        unsigned pulled, failed;
        char *message;
        bool free_in_op;
        char *log; /* all lines */
} seen;

static void on_progress(const char *text, uint64_t extend_usec, void *userdata)
{
        cr_assert_eq(userdata, &seen);
        cr_assert_eq(seen.pulled + seen.failed, 0);
        cr_assert_lt(seen.n_progress, LINES_MAX);
        cr_assert_str_eq(text, image_status(image));
        seen.progress[seen.n_progress] = strdup(text);
        seen.extend_usec[seen.n_progress++] = extend_usec;
}

static void on_pulled(void *userdata)
{
        cr_assert_eq(userdata, &seen);
        seen.pulled++;
        if (seen.free_in_op)
                image = image_free(image);
}

static void on_failed(const EngineFailure *failure, void *userdata)
{
        cr_assert_eq(userdata, &seen);
        seen.failed++;
        seen.message = strdup(failure->line);
        if (seen.free_in_op)
                image = image_free(image);
}

static bool on_log(int priority, const LogTag *tag, const char *message, void *userdata)
{
        char *grown;

        cr_assert_geq(asprintf(&grown, "%s%i:%s\n", seen.log ?: "", priority, message), 0);
        free(seen.log);
        seen.log = grown;
        return true;
}

static const ImageOps ops = { on_progress, on_pulled, on_failed };

static void setup(void)
{
        cr_assert_eq(curl_glue_global_init(false), 0);
        (void) signal(SIGPIPE, SIG_IGN);
        event = loop_new();
        fake = fake_engine_new(event);
        engine = fake_engine_client(fake);
        cr_assert_not_null(mkdtemp(folder));
        (void) snprintf(config_variable, sizeof(config_variable), "DOCKER_CONFIG=%s", folder);
        (void) snprintf(path_variable, sizeof(path_variable), "PATH=%s:/usr/bin:/bin", folder);
        log_set_sink(on_log, NULL);
}

static void remove_file(const char *name)
{
        _cleanup_free_ char *path = NULL;

        cr_assert_geq(asprintf(&path, "%s/%s", folder, name), 0);
        (void) unlink(path);
}

static void teardown(void)
{
        log_set_sink(NULL, NULL);
        image = image_free(image);
        engine = engine_free(engine);
        fake = fake_engine_free(fake);
        event = sd_event_unref(event);
        for (size_t i = 0; i < seen.n_progress; i++)
                free(seen.progress[i]);
        free(seen.message);
        free(seen.log);
        remove_file("config.json");
        remove_file("docker-credential-test");
        cr_assert_eq(rmdir(folder), 0);
}

TestSuite(image, .init = setup, .fini = teardown, .timeout = LOOP_TIMEOUT);
TestSuite(image_login, .init = setup, .fini = teardown, .timeout = LOOP_TIMEOUT);

static bool is_over(void)
{
        return seen.pulled + seen.failed > 0;
}

static bool was_logged(const char *text)
{
        return seen.log && strstr(seen.log, text);
}

static char *environment[] = { config_variable, path_variable, NULL, NULL };
static const CliContext context = { .environment = environment, .dir_fd = AT_FDCWD };

/* Tries follow each other at once, and each step of the progress is reported. */
static ImageConfig config = {
        .name = "box",
        .context = &context,
        .bar_fd = -EBADF,
        .report_usec = 1,
        .backoff_min_usec = 1,
        .backoff_max_usec = 2,
};

static void start(void)
{
        _cleanup_cli_error_ CliError error = CLI_ERROR_NULL;

        cr_assert_eq(image_new(&image, event, engine, &config, &ops, &seen, &error), 0, "%s", error.message);
        cr_assert(!is_over(), "no op is called from inside image_new()");
        cr_assert(strncmp(image_status(image), "Pulling ", 8) == 0);
        cr_assert_eq(strncmp(image_status(image) + 8, config.name, 128), 0);
        cr_assert_eq(seen.n_progress, 0);
}

/* Until the pull is over; an op that would come after the last one is seen, too. */
static void run(void)
{
        start();
        loop_until(event, is_over());
        loop_settle(event);
        cr_assert_eq(seen.pulled + seen.failed, 1);
}

/* A pull whose answer has these lines. */
static FakeReply *expect_lines(const char *lines)
{
        FakeReply *r = fake_engine_expect(fake, "POST", PULL);

        fake_reply_open_chunked(r);
        if (*lines)
                fake_reply_chunk(r, lines, strlen(lines));
        fake_reply_chunk(r, "", 0); /* the last one */
        return r;
}

static FakeReply *expect_status(int status, const char *message)
{
        FakeReply *r = fake_engine_expect(fake, "POST", PULL);
        _cleanup_free_ char *body = NULL;

        cr_assert_geq(asprintf(&body, "{\"message\":\"%s\"}", message), 0);
        fake_reply_json(r, status, body);
        return r;
}

#define LAYER(current)                                                                                      \
        "{\"status\":\"Downloading\",\"id\":\"a\",\"progressDetail\":{\"current\":" #current                \
        ",\"total\":1000000}}\n"
#define RESET "{\"error\":\"read: connection reset by peer\"}\n"
#define BUSY "net/http: TLS handshake timeout"

/* --- Progress and end --- */

Test(image, is_pulled)
{
        FakeReply *r =
                expect_lines(LAYER(100000) LAYER(500000) "{\"status\":\"Pull complete\",\"id\":\"a\"}\n");

        run();
        cr_assert_eq(seen.pulled, 1);
        cr_assert(strncmp(fake_reply_request(r),
                          "POST /images/create?fromImage=docker.io%2Flibrary%2Fbox&tag=latest HTTP",
                          71) == 0,
                  "%s", fake_reply_request(r));
        cr_assert_eq(seen.n_progress, 3);
        cr_assert_str_eq(seen.progress[0], "Pulling box: 0/1 layers, 0.1 of 1.0 MB, 10%");
        cr_assert_str_eq(seen.progress[1], "Pulling box: 0/1 layers, 0.5 of 1.0 MB, 50%");
        cr_assert(strncmp(seen.progress[2], "Pulling box: 1/1 layers", 23) == 0, "%s", seen.progress[2]);
        for (size_t i = 0; i < seen.n_progress; i++)
                cr_assert_geq(seen.extend_usec[i], USEC_PER_SEC, "it moved on");
        cr_assert_null(seen.log);
}

Test(image, name_and_platform_are_asked_for)
{
        FakeReply *r = expect_lines("");

        config.name = "registry:5000/team/box:1@sha256:aa";
        config.platform = "linux/arm64/v8";
        run();
        cr_assert_eq(seen.pulled, 1);
        cr_assert(strstr(fake_reply_request(r), "fromImage=registry%3A5000%2Fteam%2Fbox&tag=sha256%3Aaa"
                                                "&platform=linux%2Farm64%2Fv8 "),
                  "%s", fake_reply_request(r));
}

Test(image, progress_is_reported_once_an_interval)
{
        (void) expect_lines(LAYER(100000) LAYER(200000) LAYER(300000));
        config.report_usec = 3600 * USEC_PER_SEC;
        run();
        cr_assert_eq(seen.pulled, 1);
        cr_assert_eq(seen.n_progress, 1);
}

Test(image, what_does_not_move_on_is_no_progress)
{
        (void) expect_lines("{\"status\":\"Pulling from library/box\"}\n" LAYER(100000) LAYER(100000));
        run();
        cr_assert_eq(seen.pulled, 1);
        cr_assert_eq(seen.n_progress, 1);
}

Test(image, answers_that_make_no_sense)
{
        _cleanup_free_ char *lines = NULL;

        cr_assert_geq(asprintf(&lines,
                               "[]\n42\nno\n\n{\"status\":{},\"id\":[]}\n{\"status\":\"%0100000i\"}\n%s", 1,
                               "{\"status\":\"Downloading\",\"id\":\"a\",\"progressDetail\":{\"current\":1"),
                      0);
        (void) expect_lines(lines);
        run();
        cr_assert_eq(seen.pulled, 1);
        cr_assert_eq(seen.n_progress, 0);
}

/* The engine's last line may lack its newline. */
Test(image, error_without_a_newline)
{
        (void) expect_lines("{\"error\":\"no space left\"}");
        run();
        cr_assert_str_eq(seen.message, "Failed to pull image box: no space left");
}

Test(image, bar_on_a_terminal)
{
        char text[4096] = "";
        int fds[2];

        cr_assert_eq(pipe2(fds, O_CLOEXEC), 0);
        (void) expect_lines(LAYER(500000));
        config.bar_fd = fds[1];
        run();
        cr_assert_eq(seen.pulled, 1);
        cr_assert_gt(read(fds[0], text, sizeof(text) - 1), 0);
        cr_assert_str_eq(text,
                         "\rbox [############............] 0/1 layers, 0.5 of 1.0 MB, 50%\033[K\r\033[K");
        close(fds[0]);
        close(fds[1]);
}

Test(image, bar_is_cut_to_the_terminal)
{
        static char name[200];
        char text[4096] = "";
        int fds[2];

        memset(name, 'x', sizeof(name) - 1);
        cr_assert_eq(pipe2(fds, O_CLOEXEC), 0);
        (void) expect_lines(LAYER(500000));
        config.bar_fd = fds[1];
        config.name = name;
        run();
        cr_assert_gt(read(fds[0], text, sizeof(text) - 1), 0);
        cr_assert_eq(strspn(text + 1, "x"), 79);
        close(fds[0]);
        close(fds[1]);
}

/* --- Failures, and what is tried again --- */

Test(image, final_failures_are_not_tried_again)
{
        (void) expect_status(404, "manifest unknown");
        config.name = "registry:5000/box:none";
        run();
        cr_assert_str_eq(seen.message, "Failed to pull image registry:5000/box:none: manifest unknown");
        cr_assert_eq(fake_engine_requests(fake), 1);
        cr_assert_null(seen.log);
}

Test(image, passing_failures_are_tried_again)
{
        (void) expect_status(500, BUSY);
        (void) expect_lines(RESET);
        (void) expect_status(503, "");
        (void) expect_lines(LAYER(100000));
        run();
        cr_assert_eq(seen.pulled, 1);
        cr_assert_eq(fake_engine_requests(fake), 4);
        cr_assert_str_eq(seen.progress[0], "Pulling box: trying again, " BUSY);
        cr_assert_eq(seen.extend_usec[0], 0, "it does not move on");
        cr_assert(was_logged("5:Pulling image box failed, trying again in 0 s: " BUSY));
}

Test(image, tries_come_to_an_end)
{
        for (size_t i = 0; i < IMAGE_TRIES_MAX; i++)
                (void) expect_status(500, BUSY);
        run();
        cr_assert_str_eq(seen.message, "Failed to pull image box: " BUSY);
        cr_assert_eq(fake_engine_requests(fake), IMAGE_TRIES_MAX);
}

Test(image, a_try_that_gets_further_counts_as_the_first)
{
        for (size_t i = 0; i < 2 * IMAGE_TRIES_MAX; i++) {
                _cleanup_free_ char *lines = NULL;

                cr_assert_geq(asprintf(&lines,
                                       "{\"status\":\"Downloading\",\"id\":\"a\",\"progressDetail\":{"
                                       "\"current\":%zu,"
                                       "\"total\":1000000}}\n" RESET,
                                       (i + 1) * 1000),
                              0);
                (void) expect_lines(lines);
        }
        (void) expect_lines("");
        run();
        cr_assert_eq(seen.pulled, 1);
}

Test(image, a_try_that_gets_as_far_does_not)
{
        for (size_t i = 0; i < IMAGE_TRIES_MAX; i++)
                (void) expect_lines(LAYER(1000) RESET);
        run();
        cr_assert_str_eq(seen.message, "Failed to pull image box: read: connection reset by peer");
        cr_assert_eq(fake_engine_requests(fake), IMAGE_TRIES_MAX);
}

static unsigned lines_of_log(const char *text)
{
        unsigned n = 0;

        for (const char *p = seen.log; p && (p = strstr(p, text)); p++)
                n++;
        return n;
}

/* The wait is doubled, up to its maximum. */
Test(image, backs_off)
{
        config.backoff_min_usec = 20 * USEC_PER_MSEC;
        config.backoff_max_usec = 50 * USEC_PER_MSEC;
        for (size_t i = 0; i < IMAGE_TRIES_MAX; i++)
                (void) expect_status(500, BUSY);
        start();
        for (unsigned i = 1; i < IMAGE_TRIES_MAX; i++) {
                uint64_t before, after;

                loop_until(event, lines_of_log("trying again") == i);
                cr_assert_geq(sd_event_now(event, CLOCK_MONOTONIC, &before), 0);
                loop_until(event, fake_engine_requests(fake) == i + 1);
                cr_assert_geq(sd_event_now(event, CLOCK_MONOTONIC, &after), 0);
                cr_assert_geq(after - before,
                              MIN(config.backoff_min_usec << (i - 1), config.backoff_max_usec));
        }
        loop_until(event, seen.failed);
}

Test(image, engine_goes_away_and_comes_back)
{
        FakeReply *r = fake_engine_expect(fake, "POST", PULL);

        fake_reply_open_chunked(r);
        fake_reply_chunk(r, LAYER(1000), strlen(LAYER(1000)));
        (void) expect_lines(LAYER(2000));
        start();
        loop_until(event, seen.n_progress == 1);
        fake_engine_down(fake);
        loop_until(event, lines_of_log("trying again") >= 1);
        fake_engine_up(fake);
        loop_until(event, is_over());
        cr_assert_eq(seen.pulled, 1);
}

Test(image, engine_stays_away)
{
        fake_engine_down(fake);
        run();
        cr_assert_str_eq(seen.message,
                         "Failed to pull image box: No such file or directory (POST /images/create)");
        cr_assert_eq(lines_of_log("trying again"), IMAGE_TRIES_MAX - 1);
}

Test(image, engine_that_may_restart_is_waited_for_longer)
{
        fake_engine_down(fake);
        config.engine_may_restart = true;
        run();
        cr_assert_eq(seen.failed, 1);
        cr_assert_eq(lines_of_log("trying again"), IMAGE_TRIES_ENGINE_MAX - 1);
}

/* --- What can not be begun --- */

static void refused(const char *name, const char *message)
{
        _cleanup_cli_error_ CliError error = CLI_ERROR_NULL;

        config.name = name;
        cr_assert_eq(image_new(&image, event, engine, &config, &ops, &seen, &error), -EINVAL);
        cr_assert_null(image);
        cr_assert_eq(error.exit_code, CLI_EXIT_REFUSED);
        cr_assert_str_eq(error.message, message);
        cr_assert(!is_over());
}

#define HEX "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

Test(image, ids_can_not_be_pulled)
{
        refused(HEX, "Failed to pull image " HEX ": it is an id, and only names can be pulled");
        refused("sha256:" HEX,
                "Failed to pull image sha256:" HEX ": it is an id, and only names can be pulled");
}

Test(image, names_that_are_none)
{
        refused(":", "Failed to pull image :: it is not the name of an image");
        refused("box:", "Failed to pull image box:: it is not the name of an image");
}

/* --- Freed --- */

Test(image, may_be_freed_in_its_ops)
{
        seen.free_in_op = true;
        (void) expect_lines("");
        run();
        cr_assert_eq(seen.pulled, 1);
        cr_assert_null(image);

        seen.pulled = 0;
        (void) expect_status(404, "no such thing");
        run();
        cr_assert_eq(seen.failed, 1);
        cr_assert_null(image);
}

Test(image, may_be_freed_while_it_is_pulled)
{
        FakeReply *r = fake_engine_expect(fake, "POST", PULL);

        fake_reply_open_chunked(r);
        fake_reply_chunk(r, LAYER(1000), strlen(LAYER(1000)));
        start();
        loop_until(event, seen.n_progress == 1);
        image = image_free(image);
        loop_until(event, fake_reply_is_hung_up(r));
        cr_assert(!is_over());
}

Test(image, may_be_freed_between_two_tries)
{
        (void) expect_status(500, BUSY);
        config.backoff_min_usec = config.backoff_max_usec = 3600 * USEC_PER_SEC;
        start();
        loop_until(event, was_logged("trying again in 3600 s"));
        image = image_free(image);
        loop_settle(event);
        cr_assert(!is_over());
}

Test(image, free_of_none)
{
        cr_assert_null(image_free(NULL));
}

/* --- Logins --- */

static void write_file(const char *name, const char *text, unsigned mode)
{
        _cleanup_free_ char *path = NULL;

        cr_assert_geq(asprintf(&path, "%s/%s", folder, name), 0);
        cr_assert_eq(write_file_atomic(path, text, strlen(text), mode), 0);
}

static void write_helper(const char *script)
{
        _cleanup_free_ char *text = NULL;

        cr_assert_geq(asprintf(&text, "#!/bin/sh\n%s\n", script), 0);
        write_file("docker-credential-test", text, 0755);
}

/* A pull that the registry refuses for want of a login: what the engine is told, and what the user is. "%s"
 * in source stands for the folder. */
static void expect_login(const RegistryAuth *auth, const char *source)
{
        FakeReply *r = expect_status(500, "unauthorized: authentication required");
        _cleanup_free_ char *header = NULL, *line = NULL, *message = NULL;
        const char *mark = strstr(source, "%s");

        config.name = "registry:5000/box";
        run();
        cr_assert_eq(registry_auth_header(auth, &header), 0);
        cr_assert_geq(asprintf(&line, "\r\nX-Registry-Auth: %s\r\n", header), 0);
        cr_assert(strstr(fake_reply_request(r), line), "%s", fake_reply_request(r));
        cr_assert_geq(
                asprintf(&message,
                         "Failed to pull image registry:5000/box: unauthorized: authentication required "
                         "(%.*s%s%s)",
                         (int) (mark ? mark - source : (ptrdiff_t) strlen(source)), source,
                         mark ? folder : "", mark ? mark + 2 : ""),
                0);
        cr_assert_str_eq(seen.message, message);
}

#define NOBODY (&REGISTRY_AUTH_NULL)
#define ME                                                                                                  \
        (&(RegistryAuth){ .username = (char *) "me",                                                        \
                          .password = (char *) "secret",                                                    \
                          .server_address = (char *) "registry:5000" })
#define CONFIG_OF_ME "{\"auths\":{\"registry:5000\":{\"auth\":\"bWU6c2VjcmV0\"}}}"
#define CONFIG_WITH_HELPER "{\"credHelpers\":{\"registry:5000\":\"test\"}}"
#define ANSWER_OF_ME "echo '{\"ServerURL\":\"registry:5000\",\"Username\":\"me\",\"Secret\":\"secret\"}'"

Test(image_login, no_file)
{
        expect_login(NOBODY, "without a login: %s/config.json has none for registry:5000");
        cr_assert_null(seen.log);
}

Test(image_login, of_another_registry)
{
        write_file("config.json", "{\"auths\":{\"other:5000\":{\"auth\":\"bWU6c2VjcmV0\"}}}", 0600);
        expect_login(NOBODY, "without a login: %s/config.json has none for registry:5000");
}

Test(image_login, of_the_file)
{
        write_file("config.json", CONFIG_OF_ME, 0600);
        expect_login(ME, "with the login of %s/config.json");
        cr_assert_null(seen.log);
}

Test(image_login, of_the_variable)
{
        write_file("config.json", "{\"auths\":{\"registry:5000\":{\"auth\":\"eW91OnNlY3JldA==\"}}}", 0600);
        environment[2] = (char *) "DOCKER_AUTH_CONFIG=" CONFIG_OF_ME;
        expect_login(ME, "with the login of $DOCKER_AUTH_CONFIG");
}

/* The variable has an entry for the registry, and nothing in it. */
Test(image_login, of_an_empty_entry_in_the_variable)
{
        environment[2] = (char *) "DOCKER_AUTH_CONFIG={\"auths\":{\"registry:5000\":{}}}";
        expect_login(&(RegistryAuth){ .server_address = (char *) "registry:5000" },
                     "without a login: $DOCKER_AUTH_CONFIG has none for registry:5000");
}

Test(image_login, malformed_variable_and_good_file)
{
        write_file("config.json", CONFIG_OF_ME, 0600);
        environment[2] = (char *) "DOCKER_AUTH_CONFIG=[]";
        expect_login(ME, "with the login of %s/config.json");
        cr_assert(was_logged("4:$DOCKER_AUTH_CONFIG is malformed, ignoring it."));
}

Test(image_login, malformed_file)
{
        write_file("config.json", "{\"auths\":", 0600);
        expect_login(NOBODY, "without a login: %s/config.json is malformed");
        cr_assert(was_logged("/config.json is malformed, ignoring it."));
}

Test(image_login, malformed_entry)
{
        write_file("config.json", "{\"auths\":{\"registry:5000\":{\"auth\":\"?\"}}}", 0600);
        expect_login(NOBODY, "without a login: %s/config.json is malformed");
        cr_assert(was_logged("4:The login for registry:5000 in "));
}

Test(image_login, file_that_can_not_be_read)
{
        _cleanup_free_ char *path = NULL;

        cr_assert_geq(asprintf(&path, "%s/config.json", folder), 0);
        cr_assert_eq(mkdir(path, 0700), 0);
        expect_login(NOBODY, "without a login: %s/config.json cannot be read");
        cr_assert(was_logged("ignoring it: Is a directory"));
        cr_assert_eq(rmdir(path), 0);
}

Test(image_login, of_the_helper)
{
        write_file("config.json", CONFIG_WITH_HELPER, 0600);
        write_helper("test \"$1 $(cat)\" = 'get registry:5000' && " ANSWER_OF_ME);
        expect_login(ME, "with the login of docker-credential-test");
        cr_assert_null(seen.log);
}

/* A helper looks for its own files below the home folder. */
Test(image_login, helper_has_a_home)
{
        write_file("config.json", CONFIG_WITH_HELPER, 0600);
        write_helper("test -n \"$HOME\" && " ANSWER_OF_ME);
        expect_login(ME, "with the login of docker-credential-test");
}

Test(image_login, helper_named_by_the_variable_is_missing)
{
        environment[2] = (char *) "DOCKER_AUTH_CONFIG=" CONFIG_WITH_HELPER;
        expect_login(NOBODY, "without a login: docker-credential-test cannot be run");
        cr_assert(was_logged("4:Failed to run docker-credential-test, which $DOCKER_AUTH_CONFIG names for "
                             "registry:5000, "
                             "ignoring it: not found in $PATH"),
                  "%s", seen.log);
}

Test(image_login, helper_has_none)
{
        write_file("config.json", CONFIG_WITH_HELPER, 0600);
        write_helper("echo 'credentials not found in native keychain'; exit 1");
        expect_login(NOBODY, "without a login: docker-credential-test has none for registry:5000");
        cr_assert_null(seen.log);
}

Test(image_login, helper_fails)
{
        write_file("config.json", CONFIG_WITH_HELPER, 0600);
        write_helper("echo 'no key ring' >&2; exit 1");
        expect_login(NOBODY, "without a login: docker-credential-test gives none");
        cr_assert(was_logged(
                "4:docker-credential-test gives no login for registry:5000, ignoring it: no key ring"));
}

Test(image_login, helper_answers_nonsense)
{
        write_file("config.json", CONFIG_WITH_HELPER, 0600);
        write_helper("echo '[]'");
        expect_login(NOBODY, "without a login: docker-credential-test gives none");
        cr_assert(was_logged("ignoring it: its answer is malformed"));
}

/* What the file has is used where the helper that it names can't add to it. */
Test(image_login, file_has_one_and_helper_fails)
{
        write_file("config.json",
                   "{\"auths\":{\"registry:5000\":{\"auth\":\"bWU6c2VjcmV0\"}},\"credHelpers\":{\"registry:"
                   "5000\":\"test\"}}",
                   0600);
        expect_login(ME, "with the login of %s/config.json");
        cr_assert(was_logged("Failed to run docker-credential-test"));
}

Test(image_login, engine_is_away_when_the_helper_has_answered)
{
        write_file("config.json", CONFIG_WITH_HELPER, 0600);
        write_helper(ANSWER_OF_ME);
        fake_engine_down(fake);
        config.name = "registry:5000/box";
        run();
        cr_assert_str_eq(
                seen.message,
                "Failed to pull image registry:5000/box: No such file or directory (POST /images/create)");
}

Test(image_login, freed_while_the_helper_runs)
{
        write_file("config.json", CONFIG_WITH_HELPER, 0600);
        write_helper("exec sleep 1000");
        config.name = "registry:5000/box";
        start();
        image = image_free(image);
        loop_settle(event);
        cr_assert(!is_over());
        cr_assert_eq(fake_engine_requests(fake), 0);
}

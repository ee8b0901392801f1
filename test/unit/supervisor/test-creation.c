/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The creation of a container, against an engine by script: request and hash, answers, --cidfile, logins. */

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "codec/engine/container-info.h"
#include "engine/curl-glue.h"
#include "fake-engine.h"
#include "loop.h"
#include "supervisor/creation.h"
#include "util/fd.h"
#include "util/log.h"
#include "util/macro.h"
#include "words.h"
#include "json/json.h"

#define ID "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define CREATE "/containers/create?"
#define LOGINS_CONFIG "{\"auths\":{\"r:5000\":{\"auth\":\"bWU6c2VjcmV0\"}}}"

static sd_event *event;
static FakeEngine *fake;
static Engine *engine;
static Creation *creation;
static RunOptions *run;
static char folder[] = "/tmp/test-creation.XXXXXX";
static char config_variable[300], cidfile[300];
static char *environment[] = { config_variable, (char *) "HOME=/root", (char *) "GREETING=hello", NULL };
static const CliContext context = { .environment = environment, .dir_fd = AT_FDCWD };
static Facts facts;

static struct {
        unsigned created, image_missing, name_taken, logins_put, failed;
        char id[ENGINE_ID_SIZE + 1];
        int exit_status;
        char *message;
        bool free_in_op;
        char *log;
} seen;

static void after_op(void *userdata)
{
        cr_assert_eq(userdata, &seen);
        if (seen.free_in_op)
                creation = creation_free(creation);
}

static void on_created(const char *id, void *userdata)
{
        seen.created++;
        (void) snprintf(seen.id, sizeof(seen.id), "%s", id);
        after_op(userdata);
}

static void on_image_missing(void *userdata)
{
        seen.image_missing++;
        after_op(userdata);
}

static void on_name_taken(void *userdata)
{
        seen.name_taken++;
        after_op(userdata);
}

static void on_logins_put(void *userdata)
{
        seen.logins_put++;
        after_op(userdata);
}

static void on_failed(int exit_status, const EngineFailure *failure, void *userdata)
{
        seen.failed++;
        seen.exit_status = exit_status;
        free(seen.message);
        seen.message = strdup(failure->line);
        after_op(userdata);
}

static const CreationOps ops = { on_created, on_image_missing, on_name_taken, on_logins_put, on_failed };

static bool on_log(int priority, const LogTag *tag, const char *message, void *userdata)
{
        char *grown;

        cr_assert_geq(asprintf(&grown, "%s%i:%s\n", seen.log ?: "", priority, message), 0);
        free(seen.log);
        seen.log = grown;
        return true;
}

static void setup(void)
{
        static const ApiVersion version = { 1, 41 };

        cr_assert_eq(curl_glue_global_init(false), 0);
        (void) signal(SIGPIPE, SIG_IGN);
        event = loop_new();
        fake = fake_engine_new(event);
        engine = fake_engine_client(fake);
        engine_set_version(engine, &version);
        cr_assert_not_null(mkdtemp(folder));
        (void) snprintf(config_variable, sizeof(config_variable), "DOCKER_CONFIG=%s", folder);
        (void) snprintf(cidfile, sizeof(cidfile), "%s/id", folder);
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
        creation = creation_free(creation);
        run = run_options_free(run);
        engine = engine_free(engine);
        fake = fake_engine_free(fake);
        event = sd_event_unref(event);
        free(seen.message);
        free(seen.log);
        remove_file("config.json");
        remove_file("id");
        cr_assert_eq(rmdir(folder), 0);
}

TestSuite(creation, .init = setup, .fini = teardown, .timeout = LOOP_TIMEOUT);

static bool is_over(void)
{
        return seen.created + seen.image_missing + seen.name_taken + seen.logins_put + seen.failed > 0;
}

static void make(const char *line, bool pass_environment)
{
        const CreationConfig config = {
                .run = run = parse_or_die(line),
                .context = &context,
                .pass_environment = pass_environment,
                .name_conflict_usec = 1,
        };

        cr_assert_eq(creation_new(&creation, event, engine, &config, &facts, &ops, &seen), 0);
        cr_assert_null(creation_body(creation));
        cr_assert_null(creation_hash(creation));
}

static void build(const RunRequestExtras *extras)
{
        _cleanup_cli_error_ CliError error = CLI_ERROR_NULL;

        cr_assert_eq(creation_build(creation, extras, &error), 0, "%s", error.message);
}

/* The engine is asked, and an op says what came of it; a further op is seen, too. */
static void send_request(void)
{
        _cleanup_cli_error_ CliError error = CLI_ERROR_NULL;

        cr_assert_eq(creation_claim_cidfile(creation, &error), 0, "%s", error.message);
        cr_assert_eq(creation_send(creation, USEC_PER_SEC * 60, &error), 0, "%s", error.message);
        cr_assert(!is_over(), "no op is called from inside");
        loop_until(event, is_over());
        loop_settle(event);
}

static void create(const char *line)
{
        make(line, false);
        build(NULL);
        send_request();
}

static FakeReply *expect_create(int status, const char *body)
{
        FakeReply *r = fake_engine_expect(fake, "POST", CREATE);

        fake_reply_json(r, status, body);
        return r;
}

/* The text of a member of the body that was built, "" where there is none. */
static const char *member(const char *path)
{
        static char text[512];
        _cleanup_json_ struct json_object *body = NULL;
        _cleanup_free_ char *copy = strdup(path);
        struct json_object *at;
        char *rest = copy;

        cr_assert_eq(json_parse(creation_body(creation), strlen(creation_body(creation)), &body), 0);
        at = body;
        for (char *name; at && (name = strsep(&rest, "/"));)
                if (!json_object_object_get_ex(at, name, &at))
                        at = NULL;
        (void) snprintf(text, sizeof(text), "%s",
                        at ? json_object_to_json_string_ext(at, JSON_C_TO_STRING_PLAIN |
                                                                        JSON_C_TO_STRING_NOSLASHESCAPE)
                           : "");
        return text;
}

/* --- Request and hash --- */

Test(creation, request)
{
        char *const binds[] = { (char *) "/run/x:/run/notify:ro", NULL };
        char *const more[] = { (char *) "NOTIFY_SOCKET=/run/notify/s", NULL };
        const char *label;
        size_t n;

        facts.remove = true;
        make("--name web -e A=b image", false);
        build(&(RunRequestExtras){
                .environment = more, .binds = binds, .cgroup_parent = "/unit", .runtime = "r" });
        cr_assert_str_eq(member("HostConfig/AutoRemove"), "true");
        cr_assert_str_eq(member("Env"), "[\"A=b\",\"NOTIFY_SOCKET=/run/notify/s\"]");
        cr_assert_str_eq(member("HostConfig/Binds"), "[\"/run/x:/run/notify:ro\"]");
        cr_assert_str_eq(member("HostConfig/CgroupParent"), "\"/unit\"");
        cr_assert_str_eq(member("HostConfig/Runtime"), "\"r\"");
        label = member("Labels/" CONTAINER_LABEL_REQUEST);
        n = strlen(creation_hash(creation));
        cr_assert(strncmp(label + 1, creation_hash(creation), n) == 0 &&
                          label[1 + n] == CONTAINER_LABEL_SEPARATOR,
                  "%s", label);
        cr_assert_eq(strlen(creation_hash(creation)), RUN_REQUEST_HASH_MAX - 1);
}

/* Ours has the last word over docker's. */
Test(creation, rm_is_the_services)
{
        make("--rm image", false);
        build(NULL);
        cr_assert_str_eq(member("HostConfig/AutoRemove"), "false");
}

Test(creation, environment_is_passed_on_before_ours)
{
        char *const more[] = { (char *) "NOTIFY_SOCKET=/s", NULL };

        make("image", true);
        build(&(RunRequestExtras){ .environment = more });
        cr_assert_str_eq(member("Env"),
                         "[\"GREETING=hello\",\"NOTIFY_SOCKET=/s\"]"); /* DOCKER_CONFIG is ours */
}

static char *hash_of(const char *line, bool remove, const ApiVersion *version,
                     const RunRequestExtras *extras)
{
        char *hash;

        facts.remove = remove;
        engine_set_version(engine, version);
        make(line, false);
        build(extras);
        hash = strdup(creation_hash(creation));
        creation = creation_free(creation);
        run = run_options_free(run);
        return hash;
}

Test(creation, hash_is_of_what_the_unit_says)
{
        static const char line[] = "--mac-address 02:42:ac:11:00:02 --cap-add chown image";
        static const ApiVersion old = { 1, 30 }, new = { 1, 51 };
        char *const binds[] = { (char *) "/run/x:/run/notify:ro", NULL };
        char *const more[] = { (char *) "A=b", NULL };
        _cleanup_free_ char *first = hash_of(line, true, &old, NULL);
        const struct {
                const char *line;
                bool remove;
                const ApiVersion *version;
                RunRequestExtras extras;
                bool same;
        } cases[] = {
                { line, true, &old, {}, true },
                { line, true, &new, {}, true },
                { line, true, &new, { .cgroup_parent = "/unit", .runtime = "r" }, true },
                { line, false, &old, {}, false },
                { line, true, &old, { .environment = more }, false },
                { line, true, &old, { .binds = binds }, false },
                { "--mac-address 02:42:ac:11:00:02 --cap-add chown image word", true, &old, {}, false },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                _cleanup_free_ char *hash =
                        hash_of(cases[i].line, cases[i].remove, cases[i].version, &cases[i].extras);

                cr_assert_eq(strcmp(hash, first) == 0, cases[i].same, "case %zu", i);
        }
}

/* A container of an earlier version of this program is still known: this value may never change. */
Test(creation, hash_is_the_same_for_ever)
{
        _cleanup_free_ char *hash =
                hash_of("--name web -p 80:80 image word", true, &(ApiVersion){ 1, 41 }, NULL);

        cr_assert_str_eq(hash, "1b57cfdb8e4e926765ac6d1b1a34373d");
}

Test(creation, options_that_the_engine_is_too_old_for)
{
        _cleanup_cli_error_ CliError error = CLI_ERROR_NULL;

        engine_set_version(engine, &(ApiVersion){ 1, 43 });
        make("--network a --network name=b,mac-address=02:42:ac:11:00:02 image", false);
        cr_assert_lt(creation_build(creation, NULL, &error), 0);
        cr_assert_not_null(error.message);
        cr_assert_null(creation_body(creation));
}

/* --- Answers --- */

Test(creation, is_created)
{
        FakeReply *r = expect_create(201, "{\"Id\":\"" ID "\",\"Warnings\":[\"no swap\"]}");

        create("--name web/1 --platform linux/arm64 image");
        cr_assert_eq(seen.created, 1);
        cr_assert_str_eq(seen.id, ID);
        cr_assert(strstr(fake_reply_request(r),
                         "POST /v1.41/containers/create?name=web%2F1&platform=linux%2Farm64 "),
                  "%s", fake_reply_request(r));
        cr_assert(strstr(fake_reply_request(r), creation_body(creation)));
        cr_assert_str_eq(seen.log, "4:Engine: no swap\n");
}

Test(creation, failures)
{
        static const struct {
                int status;
                const char *body, *message;
                int exit_status;
        } cases[] = {
                { 400, "{\"message\":\"bad parameter\"}", "Failed to create the container: bad parameter",
                  125 },
                { 500, "{\"message\":\"no room\"}", "Failed to create the container: no room", 125 },
                { 201, "{}", "The engine's answer to the creation is malformed.", 125 },
                { 201, "[", "The engine's answer to the creation is malformed.", 125 },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                (void) expect_create(cases[i].status, cases[i].body);
                seen.failed = 0;
                create("image");
                cr_assert_eq(seen.failed, 1);
                cr_assert_str_eq(seen.message, cases[i].message);
                cr_assert_eq(seen.exit_status, cases[i].exit_status);
                creation = creation_free(creation);
                run = run_options_free(run);
        }
}

Test(creation, engine_is_away)
{
        fake_engine_down(fake);
        create("image");
        cr_assert_eq(seen.failed, 1);
        cr_assert_str_eq(
                seen.message,
                "Failed to create the container: No such file or directory (POST /containers/create)");
        cr_assert_eq(seen.exit_status, CLI_EXIT_REFUSED);
}

Test(creation, image_is_missing)
{
        static const char *const messages[] = {
                "No such image: image:latest",
                "image with reference x was found but does not match the specified platform",
        };

        for (size_t i = 0; i < ELEMENTSOF(messages); i++) {
                _cleanup_free_ char *body = NULL;

                cr_assert_geq(asprintf(&body, "{\"message\":\"%s\"}", messages[i]), 0);
                (void) expect_create(404, body);
                seen.image_missing = 0;
                create("image");
                cr_assert_eq(seen.image_missing, 1);
                creation = creation_free(creation);
                run = run_options_free(run);
        }
}

/* Then it is a failure. */
static void image_stays_away(const char *line)
{
        (void) expect_create(404, "{\"message\":\"No such image: image:latest\"}");
        create(line);
        cr_assert_eq(seen.image_missing, 0);
        cr_assert_str_eq(seen.message, "Failed to create the container: No such image: image:latest");
}

Test(creation, image_was_pulled_already)
{
        facts.image_pulled = true;
        image_stays_away("image");
}

Test(creation, image_may_not_be_pulled)
{
        image_stays_away("--pull never image");
}

Test(creation, image_is_an_id)
{
        image_stays_away("sha256:" ID);
}

/* Something else that does not exist, such as a network. */
Test(creation, something_else_is_missing)
{
        (void) expect_create(404, "{\"message\":\"network none-such not found\"}");
        create("image");
        cr_assert_str_eq(seen.message, "Failed to create the container: network none-such not found");
}

Test(creation, name_is_taken_for_ever)
{
        _cleanup_cli_error_ CliError error = CLI_ERROR_NULL;

        make("--name web image", false);
        build(NULL);
        for (unsigned i = 1; i < CREATION_NAME_CONFLICTS_MAX; i++) {
                (void) expect_create(409, "{\"message\":\"Conflict. The name is in use\"}");
                seen.name_taken = 0;
                send_request();
                cr_assert_eq(seen.name_taken, 1, "conflict %u", i);
                seen.name_taken = 0;
        }
        (void) expect_create(409, "{\"message\":\"Conflict. The name is in use\"}");
        send_request();
        cr_assert_eq(seen.failed, 1);
        cr_assert_str_eq(seen.message, "Failed to create the container: Conflict. The name is in use");
}

Test(creation, conflict_without_a_name)
{
        (void) expect_create(409, "{\"message\":\"Conflict\"}");
        create("image");
        cr_assert_str_eq(seen.message, "Failed to create the container: Conflict");
}

/* --- Ends --- */

Test(creation, may_be_freed_in_its_ops)
{
        static const struct {
                int status;
                const char *body;
        } cases[] = {
                { 201, "{\"Id\":\"" ID "\"}" },
                { 404, "{\"message\":\"no such image\"}" },
                { 409, "{\"message\":\"Conflict\"}" },
                { 500, "{\"message\":\"no\"}" },
        };

        seen.free_in_op = true;
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                (void) expect_create(cases[i].status, cases[i].body);
                seen.created = seen.image_missing = seen.name_taken = seen.failed = 0;
                create("--name web image");
                cr_assert_null(creation);
                run = run_options_free(run);
        }
}

Test(creation, is_stopped)
{
        _cleanup_cli_error_ CliError error = CLI_ERROR_NULL;
        FakeReply *r = fake_engine_expect(fake, "POST", CREATE);

        make("image", false);
        build(NULL);
        cr_assert_eq(creation_send(creation, USEC_PER_SEC * 60, &error), 0);
        loop_until(event, fake_reply_request(r));
        creation_stop(creation);
        loop_until(event, fake_reply_is_hung_up(r));
        cr_assert(!is_over());
}

/* Between a conflict and the next look at the name. */
Test(creation, is_stopped_while_the_name_is_taken)
{
        FakeReply *r = expect_create(409, "{\"message\":\"Conflict\"}");
        _cleanup_cli_error_ CliError error = CLI_ERROR_NULL;
        const CreationConfig config = {
                .run = run = parse_or_die("--name web image"),
                .context = &context,
                .name_conflict_usec = 100 * USEC_PER_MSEC,
        };

        cr_assert_eq(creation_new(&creation, event, engine, &config, &facts, &ops, &seen), 0);
        build(NULL);
        cr_assert_eq(creation_send(creation, USEC_PER_SEC * 60, &error), 0);
        loop_until(event, fake_reply_is_done(r));
        loop_settle(event);
        creation_stop(creation);
        cr_assert_geq(sd_event_run(event, 200 * USEC_PER_MSEC), 0);
        cr_assert(!is_over());
}

Test(creation, free_of_none)
{
        cr_assert_null(creation_free(NULL));
}

/* --- --cidfile --- */

static void create_with_cidfile(void)
{
        char line[400];

        (void) snprintf(line, sizeof(line), "--cidfile %s image", cidfile);
        create(line);
}

Test(creation, cidfile)
{
        _cleanup_free_ char *text = NULL;
        struct stat st;

        (void) umask(027);
        (void) expect_create(201, "{\"Id\":\"" ID "\"}");
        create_with_cidfile();
        creation = creation_free(creation);
        cr_assert_eq(read_file_at(AT_FDCWD, cidfile, 100, &text, NULL), 0);
        cr_assert_str_eq(text, ID);
        cr_assert_eq(stat(cidfile, &st), 0);
        cr_assert_eq(st.st_mode & 0777, 0640);
}

Test(creation, cidfile_goes_where_no_container_came)
{
        (void) expect_create(500, "{\"message\":\"no\"}");
        create_with_cidfile();
        cr_assert_eq(access(cidfile, F_OK), 0, "it is claimed");
        creation = creation_free(creation);
        cr_assert_neq(access(cidfile, F_OK), 0);
}

Test(creation, cidfile_exists)
{
        _cleanup_cli_error_ CliError error = CLI_ERROR_NULL;
        _cleanup_free_ char *text = NULL, *message = NULL;
        char line[400];

        (void) snprintf(line, sizeof(line), "--cidfile %s image", cidfile);
        make(line, false);
        cr_assert_eq(write_file_atomic(cidfile, "theirs", 6, 0600), 0);
        cr_assert_eq(creation_claim_cidfile(creation, &error), -EEXIST);
        cr_assert_geq(asprintf(&message, "Failed to create the --cidfile %s: File exists", cidfile), 0);
        cr_assert_str_eq(error.message, message);
        creation = creation_free(creation);
        cr_assert_eq(read_file_at(AT_FDCWD, cidfile, 100, &text, NULL), 0);
        cr_assert_str_eq(text, "theirs");
}

/* Its folder is gone when there is an id. */
Test(creation, cidfile_that_can_not_be_written)
{
        char path[sizeof(cidfile) + 10], line[400], sub[sizeof(cidfile) + 4];

        (void) snprintf(sub, sizeof(sub), "%s.d", cidfile);
        (void) snprintf(path, sizeof(path), "%s/x", sub);
        cr_assert_eq(mkdir(sub, 0700), 0);
        (void) snprintf(line, sizeof(line), "--cidfile %s image", path);
        make(line, false);
        build(NULL);
        cr_assert_eq(creation_claim_cidfile(creation, NULL), 0);
        cr_assert_eq(unlink(path), 0);
        cr_assert_eq(rmdir(sub), 0);
        (void) expect_create(201, "{\"Id\":\"" ID "\"}");
        send_request();
        cr_assert_eq(seen.created, 1, "it is no failure");
        cr_assert(strstr(seen.log, "3:Failed to write --cidfile "));
}

/* --- --use-api-socket --- */

static void write_config(const char *text)
{
        _cleanup_free_ char *path = NULL;

        cr_assert_geq(asprintf(&path, "%s/config.json", folder), 0);
        cr_assert_eq(write_file_atomic(path, text, strlen(text), 0600), 0);
}

static void build_with_socket(const char *line)
{
        make(line, false);
        build(NULL);
}

Test(creation, logins_are_put)
{
        FakeReply *r = fake_engine_expect(fake, "PUT", "/containers/" ID "/archive?");
        _cleanup_cli_error_ CliError error = CLI_ERROR_NULL;

        fake_reply_json(r, 200, "");
        write_config(LOGINS_CONFIG);
        build_with_socket("--use-api-socket image");
        cr_assert_str_eq(member("Env"), "[\"DOCKER_CONFIG=/run/secrets/docker\"]");
        cr_assert(creation_has_logins(creation));
        cr_assert_eq(creation_put_logins(creation, ID, &error), 0);
        loop_until(event, is_over());
        cr_assert_eq(seen.logins_put, 1);
        cr_assert(!creation_has_logins(creation));
        cr_assert(strstr(fake_reply_request(r), "archive?noOverwriteDirNonDir=true&path=%2F "));
        cr_assert(strstr(fake_reply_request(r), "\r\n\r\n/run/secrets/docker/config.json"), "the archive");
}

Test(creation, logins_cannot_be_put)
{
        _cleanup_cli_error_ CliError error = CLI_ERROR_NULL;

        fake_reply_json(fake_engine_expect(fake, "PUT", "/containers/"), 500, "{\"message\":\"read-only\"}");
        write_config(LOGINS_CONFIG);
        build_with_socket("--use-api-socket image");
        cr_assert_eq(creation_put_logins(creation, ID, &error), 0);
        loop_until(event, is_over());
        cr_assert_str_eq(seen.message,
                         "Failed to put the logins of --use-api-socket into the container: read-only");
        cr_assert(creation_has_logins(creation), "they are not in the container");
        creation_drop_logins(creation);
        cr_assert(!creation_has_logins(creation));
}

Test(creation, freed_when_logins_are_put)
{
        _cleanup_cli_error_ CliError error = CLI_ERROR_NULL;

        fake_reply_json(fake_engine_expect(fake, "PUT", "/containers/"), 200, "");
        write_config(LOGINS_CONFIG);
        build_with_socket("--use-api-socket image");
        seen.free_in_op = true;
        cr_assert_eq(creation_put_logins(creation, ID, &error), 0);
        loop_until(event, is_over());
        cr_assert_null(creation);
}

Test(creation, no_logins)
{
        build_with_socket("--use-api-socket image");
        cr_assert(!creation_has_logins(creation));
        cr_assert_str_eq(member("Env"), "[]");
        cr_assert_null(seen.log);
}

Test(creation, logins_without_the_option)
{
        write_config(LOGINS_CONFIG);
        build_with_socket("image");
        cr_assert(!creation_has_logins(creation));
}

Test(creation, the_user_sets_the_variable)
{
        write_config(LOGINS_CONFIG);
        build_with_socket("--use-api-socket -e DOCKER_CONFIG=/mine image");
        cr_assert(!creation_has_logins(creation));
        cr_assert_str_eq(member("Env"), "[\"DOCKER_CONFIG=/mine\"]");
}

Test(creation, malformed_logins)
{
        write_config("{\"auths\":");
        build_with_socket("--use-api-socket image");
        cr_assert(!creation_has_logins(creation));
        cr_assert(strstr(seen.log, "4:--use-api-socket: the container gets no logins, "), "%s", seen.log);
        cr_assert(strstr(seen.log, "/config.json is malformed."));
}

Test(creation, unreadable_logins)
{
        _cleanup_free_ char *path = NULL;

        cr_assert_geq(asprintf(&path, "%s/config.json", folder), 0);
        cr_assert_eq(mkdir(path, 0700), 0);
        build_with_socket("--use-api-socket image");
        cr_assert(!creation_has_logins(creation));
        cr_assert(strstr(seen.log, "failed to read "), "%s", seen.log);
        cr_assert(strstr(seen.log, "Is a directory"));
        cr_assert_eq(rmdir(path), 0);
}

Test(creation, logins_of_helpers)
{
        write_config("{\"credsStore\":\"test\"}");
        build_with_socket("--use-api-socket image");
        cr_assert(!creation_has_logins(creation));
        cr_assert(strstr(seen.log, "does not get the logins that credential helpers keep"), "%s", seen.log);
}

/* The hash is of the unit, and the logins aren't. */
Test(creation, logins_do_not_change_the_hash)
{
        _cleanup_free_ char *without = NULL;

        build_with_socket("--use-api-socket image");
        without = strdup(creation_hash(creation));
        creation = creation_free(creation);
        run = run_options_free(run);
        write_config(LOGINS_CONFIG);
        build_with_socket("--use-api-socket image");
        cr_assert(creation_has_logins(creation));
        cr_assert_str_eq(creation_hash(creation), without);
}

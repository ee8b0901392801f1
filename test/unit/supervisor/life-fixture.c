/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* What systemd and the kernel say of cgroups is replaced when the test is linked (--wrap). */

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "engine/curl-glue.h"
#include "life-fixture.h"
#include "supervisor/reports-placement.h"
#include "util/fd.h"
#include "util/log.h"
#include "words.h"

Life x;
static Options options;
static RunOptions *run;
static char notify_path[96], docker_config[96];
static char *environment[] = { docker_config, NULL };
static CliContext context;
static SupervisorConfig config;

bool __wrap_cgroup_is_of_container(pid_t pid, const char *container_id);
bool __wrap_placement_has_container(const Placement *p);
bool __wrap_placement_is_decided(const Placement *p);
bool __real_placement_is_decided(const Placement *p);
int __wrap_unit_bus_open(void **ret, char **ret_unit);

bool __wrap_cgroup_is_of_container(pid_t pid, const char *container_id)
{
        return x.is_of_container;
}

bool __wrap_placement_has_container(const Placement *p)
{
        return x.in_unit;
}

bool __wrap_placement_is_decided(const Placement *p)
{
        return !x.undecided && __real_placement_is_decided(p);
}

int __wrap_unit_bus_open(void **ret, char **ret_unit)
{
        return -ENODATA;
}

static void append(char *text, size_t size, const char *line)
{
        size_t n = strlen(text);

        cr_assert_lt(n + strlen(line) + 2, size);
        (void) snprintf(text + n, size - n, "%s\n", line);
}

static bool on_log(int priority, const LogTag *tag, const char *message, void *userdata)
{
        append(x.log, sizeof(x.log), message);
        return true;
}

static void open_pipes(void)
{
        int in[2], out[2];

        cr_assert_eq(pipe2(in, O_CLOEXEC), 0);
        cr_assert_eq(pipe2(out, O_CLOEXEC | O_NONBLOCK), 0);
        cr_assert_geq(dup2(in[0], STDIN_FILENO), 0);
        cr_assert_geq(dup2(out[1], STDOUT_FILENO), 0);
        cr_assert_geq(dup2(out[1], STDERR_FILENO), 0);
        close(in[0]);
        close(out[1]);
        x.input = in[1];
        x.output = out[0];
}

void life_setup(void)
{
        struct sockaddr_un a = { .sun_family = AF_UNIX };

        cr_assert_eq(curl_glue_global_init(false), 0);
        (void) signal(SIGPIPE, SIG_IGN);
        (void) unsetenv("JOURNAL_STREAM");
        strcpy(x.folder, "/tmp/test-life.XXXXXX");
        cr_assert_not_null(mkdtemp(x.folder));
        (void) snprintf(notify_path, sizeof(notify_path), "%s/notify", x.folder);
        strcpy(a.sun_path, notify_path);
        x.systemd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        cr_assert_eq(bind(x.systemd, (struct sockaddr *) &a, sizeof(a)), 0);
        open_pipes();
        log_set_sink(on_log, NULL);
}

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
        return remove(path);
}

void life_teardown(void)
{
        /* It drops our sink for its own. */
        x.s = supervisor_free(x.s);
        log_set_sink(NULL, NULL);
        run = run_options_free(run);
        options_done(&options);
        fake_engine_free(x.fake);
        if (x.child > 0) {
                (void) kill(x.child, SIGKILL);
                (void) waitpid(x.child, NULL, 0);
        }
        close(x.systemd);
        cr_assert_eq(nftw(x.folder, remove_entry, 8, FTW_DEPTH | FTW_PHYS), 0);
}

static void parse_own(const char *own)
{
        _cleanup_strv_free_ char **words = words_of(own);
        _cleanup_cli_error_ CliError error = CLI_ERROR_NULL;
        char *argv[16] = { (char *) "systemd-docker" };
        int n = 1;

        if (!strstr(own, "--cgroup-mode"))
                argv[n++] = (char *) "--cgroup-mode=none";
        if (*own)
                STRV_FOREACH(w, words)
                        argv[n++] = *w;
        argv[n++] = (char *) "run";
        argv[n++] = (char *) "image";
        cr_assert_geq(options_parse(n, argv, NULL, &options, &error), 0, "%s", error.message);
}

void life_prepare(Standing standing, const char *own, const char *run_words)
{
        sd_event *first = loop_new();
        bool service = standing == STANDING_SERVICE;

        parse_own(own);
        run = parse_or_die(run_words);
        x.fake = fake_engine_new(first);
        sd_event_unref(first);
        (void) snprintf(docker_config, sizeof(docker_config), "DOCKER_CONFIG=%s", x.folder);
        context = *test_context();
        context.environment = environment;
        config = (SupervisorConfig){ .options = &options,
                                     .run = run,
                                     .context = &context,
                                     .host_name = "unix:///the/engine",
                                     .runtime_folder = service ? x.folder : NULL,
                                     .standing = standing,
                                     .notify_socket = service ? notify_path : NULL };
        strcpy(config.owner.unit, service ? "web.service" : CLAIM_BY_HAND);
}

int life_make(EngineHost *host)
{
        return supervisor_new(&x.s, &config, host);
}

void life_new(Standing standing, const char *own, const char *run_words)
{
        EngineHost host = ENGINE_HOST_NULL;

        life_prepare(standing, own, run_words);
        host.kind = ENGINE_HOST_UNIX;
        host.path = strdup(fake_engine_path(x.fake));
        cr_assert_eq(life_make(&host), 0);
        x.event = x.s->event;
        fake_engine_move(x.fake, x.event);
        log_set_sink(on_log, NULL); /* again: the output has its own */
}

/* As supervisor_run(). */
void life_begin(void)
{
        cr_assert_geq(supervisor_decide_placement(x.s, NULL), 0);
        supervisor_push(x.s, LIFE_BEGIN);
}

FakeReply *expect(const char *method, const char *path, int status, const char *body)
{
        FakeReply *r = fake_engine_expect(x.fake, method, path);

        fake_reply_json(r, status, body);
        return r;
}

FakeReply *expect_ping(void)
{
        FakeReply *r = fake_engine_expect(x.fake, "GET", "/_ping");

        fake_reply_send_text(r, "HTTP/1.1 200 OK\r\nApi-Version: 1.43\r\nContent-Length: 2\r\n\r\nOK");
        return r;
}

void answer_inspect(FakeReply *r, const char *state, const char *more)
{
        char body[2048], mounts[256];

        (void) snprintf(
                mounts, sizeof(mounts),
                "[{\"Type\":\"bind\",\"Source\":\"%s/systemd-docker/web/notify\",\"Destination\":\"%s\"}]",
                x.folder, CONTAINER_NOTIFY_TARGET);
        (void) snprintf(
                body, sizeof(body),
                "{\"Id\":\"" ID "\",\"Name\":\"/web\",\"Image\":\"" IMAGE_ID "\",\"State\":{%s},"
                "\"Config\":{\"Image\":\"image\"},\"HostConfig\":{\"LogConfig\":{\"Type\":\"json-file\"}},"
                "\"Mounts\":%s%s%s}",
                state, mounts, *more ? "," : "", more);
        fake_reply_json(r, 200, body);
}

FakeReply *expect_inspect(const char *what, const char *state, const char *more)
{
        char path[128];
        FakeReply *r;

        (void) snprintf(path, sizeof(path), "/containers/%s/json", what);
        r = fake_engine_expect(x.fake, "GET", path);
        answer_inspect(r, state, more);
        return r;
}

static FakeReply *expect_stream(const char *method, const char *path)
{
        FakeReply *r = fake_engine_expect(x.fake, method, path);

        fake_reply_open_chunked(r);
        return r;
}

void expect_logs(void)
{
        x.attach = expect_stream("POST", "/containers/" ID "/attach?stream=1&stdout=1&stderr=1");
        x.wait = expect_stream("POST", "/containers/" ID "/wait?condition=next-exit");
}

void expect_streams(void)
{
        x.events = expect_stream("GET", "/events?");
        expect_logs();
}

void tell_event(const char *action, const char *attributes)
{
        char text[512];
        int n = snprintf(text, sizeof(text),
                         "{\"Type\":\"container\",\"Action\":\"%s\",\"Actor\":{\"ID\":\"" ID
                         "\",\"Attributes\":{%s\"name\":\"web\"}},\"time\":1700000000,\"timeNano\":"
                         "1700000000000000000}\n",
                         action, attributes);

        fake_reply_chunk(x.events, text, (size_t) n);
}

void tell_output(const char *text)
{
        char frame[512];
        size_t size = strlen(text);

        fake_frame_header(frame, STREAM_STDOUT, size);
        memcpy(frame + STREAM_FRAME_HEADER_SIZE, text, size);
        fake_reply_chunk(x.attach, frame, STREAM_FRAME_HEADER_SIZE + size);
}

void tell_output_end(void)
{
        fake_reply_send_text(x.attach, "0\r\n\r\n");
}

void tell_exit_code(int code)
{
        char text[64];
        int n = snprintf(text, sizeof(text), "{\"StatusCode\":%i}\n", code);

        fake_reply_chunk(x.wait, text, (size_t) n);
        fake_reply_send_text(x.wait, "0\r\n\r\n");
}

void life_to_created(void)
{
        expect_ping();
        expect("GET", "/containers/web/json", 404, "{\"message\":\"No such container: web\"}");
        expect("POST", "/containers/create?name=web", 201, "{\"Id\":\"" ID "\",\"Warnings\":[]}");
        expect_inspect(ID, CREATED, "");
        expect_streams();
        life_begin();
}

void life_to_running(void)
{
        life_to_created();
        expect("POST", "/containers/" ID "/start", 204, "");
        expect_inspect(ID, life_child(), "");
        loop_until(x.event, x.s->state == STATE_RUNNING || x.s->state == STATE_DONE);
        cr_assert_eq(x.s->state, STATE_RUNNING, "%s", x.log);
        loop_settle(x.event);
}

const char *life_told(void)
{
        char text[4096];
        ssize_t n;

        while ((n = recv(x.systemd, text, sizeof(text) - 1, 0)) > 0) {
                text[n] = 0;
                append(x.told, sizeof(x.told), text);
        }
        return x.told;
}

int life_end(void)
{
        int code = -1;

        until_state(STATE_DONE);
        cr_assert_geq(sd_event_get_exit_code(x.event, &code), 0);
        (void) life_told();
        return code;
}

void life_signal(int signo, bool by_systemd)
{
        supervisor_signals_ops.on_signal(signo, by_systemd ? 1 : getpid(), x.s);
}

/* It has no pipe open, and all signals do what they do by default. ready: closed as soon as this is so. */
static _Noreturn void be_the_container(int ready)
{
        sigset_t none;

        prctl(PR_SET_PDEATHSIG, SIGKILL);
        close(x.input);
        close(x.output);
        for (int signo = 1; signo < _NSIG; signo++)
                (void) signal(signo, SIG_DFL);
        sigemptyset(&none);
        sigprocmask(SIG_SETMASK, &none, NULL);
        close(ready);
        for (;;)
                pause();
}

const char *life_child(void)
{
        static char text[96];
        int ready[2];
        char byte;

        if (x.child == 0) {
                cr_assert_eq(pipe2(ready, O_CLOEXEC), 0);
                x.child = fork();
                if (x.child == 0)
                        be_the_container(ready[1]);
                cr_assert_gt(x.child, 0);
                close(ready[1]);
                cr_assert_eq(read(ready[0], &byte, 1), 0);
                close(ready[0]);
        }
        (void) snprintf(text, sizeof(text), "\"Status\":\"running\",\"Running\":true,\"Pid\":%i",
                        (int) x.child);
        return text;
}

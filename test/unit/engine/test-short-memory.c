/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Memory runs out while something is begun: it fails with -ENOMEM, half-built objects are freed, and the
 * same works once there is memory again. The parts of a supervisor are in test/unit/supervisor. */

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/curl-glue.h"
#include "engine/engine-events.h"
#include "engine/exit-wait.h"
#include "engine/image.h"
#include "engine/input-stream.h"
#include "engine/log-stream.h"
#include "fake-engine.h"
#include "loop.h"
#include "loop/clock-watch.h"
#include "loop/event-util.h"
#include "loop/pid-watch.h"
#include "loop/signals.h"
#include "short-memory.h"
#include "util/log.h"
#include "util/macro.h"

#define ID "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static sd_event *event;
static FakeEngine *fake;
static Engine *engine;

static bool drop_log(int priority, const LogTag *tag, const char *message, void *userdata)
{
        return true;
}

static void setup(void)
{
        cr_assert_eq(curl_glue_global_init(false), 0);
        (void) signal(SIGPIPE, SIG_IGN);
        log_set_sink(drop_log, NULL);
        event = loop_new();
        fake = fake_engine_new(event);
        engine = fake_engine_client(fake);
        engine_set_version(engine, &(ApiVersion){ 1, 43 });
}

static void teardown(void)
{
        engine = engine_free(engine);
        fake = fake_engine_free(fake);
        event = sd_event_unref(event);
}

TestSuite(short_memory, .init = setup, .fini = teardown, .timeout = LOOP_TIMEOUT);

static void on_done(EngineRequest *request, int r, const EngineReply *reply, void *userdata)
{
}

Test(short_memory, request)
{
        static const EngineRequestOps ops = { .on_done = on_done };
        EngineRequest *r = NULL;
        const EngineCall call = {
                .method = "POST", .path = "/x", .body = "{}", .registry_auth = "e30=", .ops = &ops
        };

        SHORT_OF_MEMORY(engine_call(engine, &r, &call), r = engine_request_free(r));
        r = engine_request_free(r);
}

Test(short_memory, engine)
{
        const EngineTls tls = { .enabled = true, .verify = true, .cert_path = "/nonexistent" };
        EngineHost host = ENGINE_HOST_NULL;
        Engine *e = NULL;

        host.kind = ENGINE_HOST_TCP;
        host.host = strdup("::1");
        host.port = 2376;
        SHORT_OF_MEMORY(engine_new(&e, event, &host, &tls), e = engine_free(e));
        cr_assert_null(host.host, "it was taken over");
        e = engine_free(e);
}

static void on_event(const EngineEvent *e, void *userdata)
{
}

static void on_lost(int r, const char *message, void *userdata)
{
}

static void on_nothing(void *userdata)
{
}

Test(short_memory, events)
{
        static const EngineEventsOps ops = { on_nothing, on_event, on_lost, on_nothing, NULL };
        EngineEvents *e = NULL;

        SHORT_OF_MEMORY(engine_events_new(&e, event, engine, ID, &ops, NULL), e = engine_events_free(e));
        e = engine_events_free(e);
}

static void on_state(Attachment state, void *userdata)
{
}

static void on_code(int code, void *userdata)
{
}

Test(short_memory, exit_wait)
{
        static const ExitWaitOps ops = { on_state, on_code };
        ExitWait *w = NULL;

        SHORT_OF_MEMORY(exit_wait_new(&w, engine, &ops, NULL), w = exit_wait_free(w));
        SHORT_OF_MEMORY(exit_wait_open(w, ID), exit_wait_close(w));
        w = exit_wait_free(w);
}

static void on_end(int r, const char *message, void *userdata)
{
}

Test(short_memory, input)
{
        static const InputStreamOps ops = { on_nothing, on_end };
        const InputStreamConfig config = {
                .id = ID, .tty = true, .detach_keys = "ctrl-x", .fd = STDIN_FILENO
        };
        InputStream *i = NULL;

        SHORT_OF_MEMORY(input_stream_new(&i, event, engine, &config, &ops, NULL), i = input_stream_free(i));
        i = input_stream_free(i);
}

static int on_line(int stream, const Line *line, uint64_t stamp, void *userdata)
{
        return 1;
}

Test(short_memory, output)
{
        static const LogStreamOps ops = { on_nothing, on_line, on_nothing, on_end };
        static const unsigned flags[] = { 0, LOG_STREAM_TTY, LOG_STREAM_STORED | LOG_STREAM_FOLLOW };
        LogStream *l = NULL;

        for (size_t i = 0; i < ELEMENTSOF(flags); i++) {
                const LogStreamTarget target = { .id = ID, .flags = flags[i] };

                SHORT_OF_MEMORY(log_stream_new(&l, event, engine, &target, &ops, NULL),
                                l = log_stream_free(l));
                l = log_stream_free(l);
        }
}

static void on_progress(const char *text, uint64_t extend_usec, void *userdata)
{
}

static void on_failed(const EngineFailure *failure, void *userdata)
{
}

static int begin_pull(Image **ret, const ImageConfig *config)
{
        static const ImageOps ops = { on_progress, on_nothing, on_failed };
        _cleanup_cli_error_ CliError error = CLI_ERROR_NULL;

        return image_new(ret, event, engine, config, &ops, NULL, &error);
}

/* With this configuration of docker's. */
static void pull(const char *text)
{
        char folder[] = "/tmp/test-short-memory.XXXXXX", path[64], variable[64];
        char *environment[] = { variable, (char *) "PATH=/bin:/usr/bin", NULL };
        const CliContext context = { .environment = environment, .dir_fd = -100 };
        const ImageConfig config = { .name = "registry:5000/box:1",
                                     .platform = "linux/arm64",
                                     .context = &context,
                                     .bar_fd = -EBADF };
        Image *i = NULL;
        FILE *f;

        cr_assert_not_null(mkdtemp(folder));
        (void) snprintf(variable, sizeof(variable), "DOCKER_CONFIG=%s", folder);
        (void) snprintf(path, sizeof(path), "%s/config.json", folder);
        f = fopen(path, "w");
        cr_assert(f && fputs(text, f) >= 0 && fclose(f) == 0);
        SHORT_OF_MEMORY(begin_pull(&i, &config), i = image_free(i));
        i = image_free(i);
        (void) unlink(path);
        (void) rmdir(folder);
}

Test(short_memory, image)
{
        pull("{}");
        pull("{\"auths\":{\"registry:5000\":{\"auth\":\"dXNlcjpwYXNzd29yZA==\"}}}");
        pull("{\"credsStore\":\"nobody-has-this\"}");
}

static void on_signal(int signo, pid_t sender, void *userdata)
{
}

Test(short_memory, loop)
{
        static const PidWatchOps pid_ops = { on_nothing, on_code };
        static const SignalsOps signals_ops = { on_signal };
        ClockWatch *clock = NULL;
        Signals *signals = NULL;
        PidWatch *watch = NULL;

        SHORT_OF_MEMORY(clock_watch_new(&clock, event, on_nothing, NULL), clock = clock_watch_free(clock));
        SHORT_OF_MEMORY(signals_new(&signals, event, &signals_ops, NULL), signals = signals_free(signals));
        SHORT_OF_MEMORY(pid_watch_new(&watch, event, getpid(), &pid_ops, NULL),
                        watch = pid_watch_free(watch));
        clock = clock_watch_free(clock);
        signals = signals_free(signals);
        watch = pid_watch_free(watch);
}

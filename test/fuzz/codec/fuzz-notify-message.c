/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The first two bytes say what to forward. Only known keys are passed on, and a result is passed on
 * unchanged when it is the input. */

#include "codec/systemd/notify-message.h"
#include "fuzz.h"
#include "util/cleanup.h"
#include "util/text.h"

static void check_filtered(const NotifyFiltered *f, unsigned forward)
{
        _cleanup_(notify_message_done) NotifyMessage m = NOTIFY_MESSAGE_NULL;
        _cleanup_(notify_filtered_done) NotifyFiltered again = NOTIFY_FILTERED_NULL;

        CHECK(f->size == strlen(f->text) && utf8_is_valid(f->text, f->size));
        CHECK(notify_message_parse(f->text, f->size, &m) == 0);
        CHECK(m.n_invalid == 0 && m.n_fields > 0);
        for (size_t i = 0; i < m.n_fields; i++) {
                int key = notify_key_from_string(m.fields[i].key);

                CHECK(key >= 0 && (forward & f->seen & NOTIFY_FLAG(key)));
        }
        CHECK(notify_message_filter(f->text, f->size, forward, &again) == 0);
        CHECK(again.n_dropped == 0 && again.size == f->size && strcmp(again.text, f->text) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        _cleanup_(notify_filtered_done) NotifyFiltered f = NOTIFY_FILTERED_NULL;
        _cleanup_free_ char *message = NULL, *value = NULL;
        unsigned forward;
        int r;

        if (size < 2)
                return 0;
        forward = (data[0] | (unsigned) data[1] << 8) & NOTIFY_FLAGS_ALL;
        data += 2;
        size -= 2;
        r = notify_message_filter((const char *) data, size, forward, &f);
        CHECK(r == 0 || r == -EBADMSG || r == -EMSGSIZE);
        if (r == 0 && f.text)
                check_filtered(&f, forward);
        value = fuzz_string(data, size);
        CHECK(notify_message_append(&message, "READY", "1") == 0);
        CHECK(notify_message_append(&message, "STATUS", value) == 0);
        CHECK(strncmp(message, "READY=1\nSTATUS=", 15) == 0 && !strchr(message + 15, '\n'));
        CHECK(strlen(message + 15) <= NOTIFY_VALUE_MAX && utf8_is_valid(message, strlen(message)));
        return 0;
}

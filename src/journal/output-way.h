/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* Where each of the container's streams goes, and which of them are therefore asked of the engine. */

#include <stdbool.h>

#include "codec/engine/container-info.h"
#include "codec/engine/stream-frame.h"

typedef enum OutputWay {
        OUTPUT_NOWHERE, /* it is not wanted */
        OUTPUT_JOURNAL, /* line by line */
        OUTPUT_RAW,     /* byte by byte, to a descriptor */
} OutputWay;

/* The stream is asked of the engine. The engine's own driver `journald` writes lines to the journal itself.
 */
bool output_is_asked_for(const OutputWay ways[static _STREAM_MAX], const ContainerInfo *container,
                         int stream);
/* The engine writes lines to the journal that would be ours to write. */
bool output_is_the_engines(const OutputWay ways[static _STREAM_MAX], const ContainerInfo *container);
/* LOG_STREAM_… for a stream of the container. */
unsigned output_stream_flags(const OutputWay ways[static _STREAM_MAX], const ContainerInfo *container);

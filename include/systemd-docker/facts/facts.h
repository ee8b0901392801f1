/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* What is known of the service: of the container, of the engine, of the unit, and of what we have said.
 *
 * Everybody may read the facts. They are written in one place, facts/record.c, by what its functions say:
 * whoever has a `const Facts *` can't change them, and only the supervisor has the Record behind it. Facts
 * are levels, not edges: what they mean together is judged by supervisor/verdict.c, which is pure. */

#include <stdbool.h>
#include <stdint.h>

#include "codec/engine/container-info.h"
#include "codec/systemd/unit-properties.h"

/* A stream to or from the container. */
typedef enum Attachment {
        ATTACHMENT_NONE,    /* there is none, or none any more */
        ATTACHMENT_OPENING, /* asked for; the engine has not answered */
        ATTACHMENT_OPEN,
        ATTACHMENT_ENDED,
        _ATTACHMENT_MAX,
} Attachment;

/* Who we are. $INVOCATION_ID and $NOTIFY_SOCKET do not tell: all that is below a service inherits them. */
typedef enum Standing {
        STANDING_BY_HAND,
        STANDING_BELOW,   /* the unit that is being started has a main process that is an ancestor of ours */
        STANDING_SERVICE, /* systemd has executed us for the unit */
        _STANDING_MAX,
} Standing;

/* What the engine says of the container when it has not reported in time what was expected of it. */
typedef enum Look {
        LOOK_NONE,
        LOOK_OPEN, /* asked */
        LOOK_ANSWERED,
        _LOOK_MAX,
} Look;

typedef struct Facts {
        /* The service, decided at the beginning */
        bool in_service; /* we run for a unit; else by hand, and then nothing is sent or moved */
        bool is_main;    /* … and are its main process */
        bool is_beside;  /* … or a process of systemd's beside the main one, as of ExecStartPre= */
        bool remove;     /* --rm, ours or docker's */
        bool detach;     /* we leave as soon as the container runs */

        /* The unit, by systemd's word */
        UnitProperties unit;
        bool unit_known; /* systemd has answered, or will not */

        /* The image */
        bool image_pulled; /* from its registry, by us */

        /* The container, by the engine's last word */
        ContainerInfo container;
        bool has_container;   /* it exists */
        bool started;         /* by us, or found running */
        bool adopted;         /* found running; until it is started again */
        bool process_seen;    /* its first process is visible here, and watched by a pidfd */
        unsigned engine_gone; /* times that the engine went away in the middle of the start */
        unsigned dead_found;  /* times that one was dead of which the engine said that it runs */

        /* The end of this life of the container */
        bool dead;          /* by whoever saw it first */
        int exit_code;      /* of the container; -1: not known (yet) */
        bool die_seen;      /* in the engine's events, since the last start */
        bool end_confirmed; /* by what inspect said, or that it said nothing */
        bool destroyed;     /* the engine has removed it */
        /* Of the last events, by the engine's clock; 0: unknown */
        uint64_t died_nsec; /* no line of the life that ended has a later stamp */
        uint64_t started_nsec;

        /* Who wanted it */
        bool stop_requested;    /* by systemd: SIGTERM, SIGINT, the unit's KillSignal= */
        bool stop_signalled;    /* the container's first process was sent its stop signal for that */
        bool unit_stops;        /* the container ended, and systemd was stopping the unit then */
        bool job_asked;         /* … or was it? The answer is due */
        bool stopped_by_others; /* `docker stop` */
        bool killed_by_others;  /* `docker kill`, or the first half of a stop */
        bool killed_by_us;      /* it did not end in time */
        bool giving_up;         /* we end it because the service has failed */
        bool aborted;           /* … because systemd's watchdog says so */
        bool deaf;              /* its stop signal can do nothing to it: pid_namespaces(7) */

        /* The engine */
        bool events_open;             /* its events are heard */
        bool engine_lost;             /* … were, and are not any more, while the container ran */
        bool engine_lost_after_death; /* in this life */
        bool probed;                  /* whether it lives was asked and answered, one way or the other */
        Look look;                    /* in this state of the supervisor */

        /* The container's streams */
        Attachment log;        /* its output */
        Attachment wait;       /* POST …/wait, which tells the exit status */
        Attachment input;      /* its standard input */
        bool output_delivered; /* all of a dead container's output was taken, and is in its place */
        bool output_damaged;   /* some of it could not be written */
        bool output_unread;    /* … because nobody reads it any more */

        /* What we have said */
        bool announced;  /* the main process, to systemd */
        bool ready_sent; /* READY=1 */
        int failure;     /* exit status of the first failure, 0: none */
} Facts;

/* A container that we started or found, and whose end nobody has seen. */
static inline bool facts_container_is_alive(const Facts *f)
{
        return f->started && !f->dead;
}

/* A stream that something may still come from, or go to. */
static inline bool facts_is_flowing(Attachment a)
{
        return a == ATTACHMENT_OPENING || a == ATTACHMENT_OPEN;
}

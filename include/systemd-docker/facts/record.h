/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* The only way to write facts. Each function records one thing that was learnt or decided, and keeps what
 * follows from it in step; none of them acts. */

#include "facts/facts.h"
#include "util/cleanup.h"

typedef struct Record Record;

/* Nothing is known yet: no container, exit code -1, the unit's properties unknown. */
int record_new(Record **ret);
Record *record_free(Record *r);
DEFINE_TRIVIAL_CLEANUP_FUNC(Record *, record_free)

/* The facts, for reading; valid as long as the record. */
const Facts *record_facts(const Record *r);

/* The service */
void record_service(Record *r, Standing standing, bool remove, bool detach);
void record_beside(Record *r); /* systemd has executed us, and not as main process */
void record_no_detach(Record *r);
void record_unit(Record *r, const UnitProperties *properties); /* NULL: systemd will not tell */

/* The image: the engine has pulled it for us. */
void record_image_pulled(Record *r);

/* The container. info is taken over, and left empty. */
void record_container(Record *r, ContainerInfo *info);
void record_container_id(Record *r, const char *id); /* it was created; nothing else is known of it */
void record_no_container(Record *r);                 /* none of our name exists */
void record_found(Record *r);                        /* one exists, and is to be looked at */
void record_kept(Record *r);       /* … and the service goes on with it; adopted where it runs */
void record_dead_found(Record *r); /* the engine says that it runs, and it is dead */
void record_foreign(Record *r);    /* its labels say that we have created it, and we have not */
void record_no_engine_restarts(Record *r);
void record_not_running(Record *r); /* it was stopped by us, to be removed */
void record_process_seen(Record *r, bool seen);
void record_paused(Record *r, bool paused);
void record_health(Record *r, ContainerHealth health);

/* A life of the container */
void record_started(Record *r);
void record_new_life(Record *r);  /* others have started it again: forgets the death before */
void record_forgotten(Record *r); /* the container is dead, and the service looks for one anew: as if it had
                                     not been kept */
void record_start_seen(Record *r, uint64_t time_nsec);
void record_dead(Record *r);
void record_exit_code(Record *r, int code); /* the first one that is told counts */
void record_die_seen(Record *r, uint64_t time_nsec);
void record_end_confirmed(Record *r);
void record_destroyed(Record *r);

/* Who wanted its end */
/* signalled: the container's first process has had its stop signal, too. */
void record_stop_requested(Record *r, bool signalled);
void record_start_again(Record *r);    /* the engine went away in it */
void record_stop_signalled(Record *r); /* by the engine, or by us */
/* Whether systemd stops the unit is asked now; it does, or not. */
void record_job_asked(Record *r);
void record_job(Record *r, bool stops);
void record_stopped_by_others(Record *r, bool value);
void record_killed_by_others(Record *r, bool value);
void record_engine_took_it_along(
        Record *r); /* nobody stopped it: the engine goes down, and its containers with it */
void record_killed_by_us(Record *r);
void record_giving_up(Record *r, bool aborted);
void record_deaf(Record *r, bool deaf);

/* The engine */
void record_events_open(Record *r);
void record_events_lost(Record *r);
void record_engine_lost(Record *r, bool lost);
void record_probed(Record *r, bool probed);
void record_look(Record *r, Look look);

/* Streams */
void record_log(Record *r, Attachment a);
void record_wait(Record *r, Attachment a);
void record_input(Record *r, Attachment a);
void record_output_damaged(Record *r, bool unread);
void record_output_delivered(Record *r, bool delivered);

/* What we have said */
void record_announced(Record *r);
void record_ready_sent(Record *r);
void record_failure(Record *r, int exit_status); /* the first one counts */

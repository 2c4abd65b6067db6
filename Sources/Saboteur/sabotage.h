#ifndef SABOTEUR_SABOTAGE_H
#define SABOTEUR_SABOTAGE_H

#include <stdio.h>
#include <sys/types.h>

enum { MAXIMUM_PATHS = 8 };

/// What happens to a call.
enum deed {
    /// SIGKILL to the whole process, before the call does anything.
    DEED_KILL,
    /// A write takes half of its bytes.
    DEED_SHORT,
    DEED_EIO,
    DEED_ENOSPC,
    DEED_EINTR,
};

struct plan {
    /// From 1; 0 for none.
    long at;
    enum deed deed;
    /// How many calls from there on; 0 for all.
    long times;
    const char *paths[MAXIMUM_PATHS];
    int path_count;
    int takes_sockets;
    /// Whether calls count that change nothing.
    int takes_looks;
    FILE *report;
    char **command;
};

/// Counts a call that is about to happen in `thread`, and meddles where the plan says so.
void meet(pid_t thread, pid_t command, const struct plan *plan);

#endif

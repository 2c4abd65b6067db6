#ifndef SABOTEUR_CALLS_H
#define SABOTEUR_CALLS_H

#include <stddef.h>
#include <stdint.h>

/// How a call says which file it is about.
enum operand {
    /// The first argument is a descriptor.
    BY_DESCRIPTOR,
    /// The first argument is a path.
    BY_PATH,
    /// A directory's descriptor and a path.
    BY_DIRECTORY,
    /// Two of them; the second pair says where it goes.
    BY_TWO_DIRECTORIES,
    /// It makes a socket.
    BY_NOTHING,
};

/// Which errors a call can give, and whether it changes anything.
enum nature {
    /// Looks, locks or lets go.
    LOOKS = 0,
    /// Changes what is on the disk, and can fail with EIO.
    CHANGES = 1,
    /// May want room: ENOSPC.
    GROWS = 2,
    /// May be interrupted: EINTR.
    WAITS = 4,
    /// May do a part of what was asked.
    IS_PARTIAL = 8,
    /// Changes something only by its flags: open(2).
    DEPENDS = 16,
};

struct call {
    long number;
    const char *name;
    enum operand operand;
    int nature;
};

/// The call of this number, or NULL where it doesn't count.
const struct call *call_numbered(uint64_t number);

/// Has each of these calls of this process, and of what it becomes, stop for its tracer.
int install_filter(void);

#endif

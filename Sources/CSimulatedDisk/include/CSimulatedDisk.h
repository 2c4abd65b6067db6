#ifndef C_SIMULATED_DISK_H
#define C_SIMULATED_DISK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// A disk in memory below an SQLite VFS, of which every write can fail, tear or get lost.
///
/// Names below `/simulated/<id>/` belong to the disk with that id; all other names go to the
/// system's VFS. A disk belongs to one thread at a time, and its id means nothing once it is freed.
typedef uint64_t simulated_disk_id;

/// What a failing operation does.
typedef enum {
    /// Answers with an I/O error.
    SIMULATED_IO_ERROR = 1,
    /// Answers that the disk is full.
    SIMULATED_DISK_FULL = 2,
    /// Does half of a write, then answers with an I/O error.
    SIMULATED_SHORT_WRITE = 3,
    /// The process is gone: this operation and all that follow do nothing and fail.
    SIMULATED_CUT = 4,
} simulated_failure;

/// Makes the VFS the default one of this process. Call before any database is opened.
int simulated_disk_register(void);

/// An empty disk, or a copy of `original` where that isn't 0; never 0.
simulated_disk_id simulated_disk_make(simulated_disk_id original);
/// Makes every file what it is in `original`; handles that are open stay so.
void simulated_disk_copy(simulated_disk_id disk, simulated_disk_id original);
void simulated_disk_free(simulated_disk_id disk);

/// How many operations changed the disk or were to make changes last: create, write, truncate,
/// sync, delete.
uint64_t simulated_disk_operations(simulated_disk_id disk);

/// Lets operation number `at` fail, and those after it too where `forever`.
void simulated_disk_fail(
    simulated_disk_id disk, uint64_t at, simulated_failure failure, bool forever);

/// Ends the process that has the disk: nothing it does from now on has an effect.
void simulated_disk_cut(simulated_disk_id disk);

/// Counts the processes that have had the disk.
uint64_t simulated_disk_process(simulated_disk_id disk);

/// Whether an operation failed since the last restart.
bool simulated_disk_has_failed(simulated_disk_id disk);

/// Whether the disk was cut.
bool simulated_disk_is_cut(simulated_disk_id disk);

/// A new process on the same machine: what was written is there, failures are over.
void simulated_disk_restart(simulated_disk_id disk);

/// The same for a process that takes over the handles of the one before it, which is as if it had
/// opened them anew: false, and nothing is done, where a file is locked or not synced, or where
/// there is more than the database.
bool simulated_disk_hand_over(simulated_disk_id disk, const char *database);

/// Power loss: of what was not synced, `seed` says what is kept, dropped, reordered or torn.
void simulated_disk_lose_power(simulated_disk_id disk, uint64_t seed);

/// Whether a file is there.
bool simulated_disk_has(simulated_disk_id disk, const char *name);

/// Whether `needle` occurs in any file, unsynced contents included.
bool simulated_disk_contains(simulated_disk_id disk, const void *needle, size_t count);

/// Replaces a file durably in one step, as a rename after a sync does; counts as one operation.
bool simulated_disk_replace(
    simulated_disk_id disk, const char *name, const void *bytes, size_t count);

/// Writes into a file in place and makes that last: two operations; 0, or what failed.
int simulated_disk_write(
    simulated_disk_id disk, const char *name, int64_t offset, const void *bytes, size_t count);

/// Copies up to `capacity` bytes of a file; returns its size, or -1 where there is none.
int64_t simulated_disk_read(
    simulated_disk_id disk, const char *name, void *bytes, size_t capacity);

/// Makes a file durably on another disk, which never fails.
void simulated_disk_put(
    simulated_disk_id disk, const char *name, const void *bytes, size_t count);

/// Puts a lasting failure off for `count` operations, where it is a full disk.
void simulated_disk_make_room(simulated_disk_id disk, uint64_t count);

/// Removes a file durably, as an administrator does.
void simulated_disk_remove(simulated_disk_id disk, const char *name);

#endif

#ifndef SIMULATED_DISK_INTERNAL_H
#define SIMULATED_DISK_INTERNAL_H

#include "CSimulatedDisk.h"

typedef struct simulated_disk simulated_disk;

/// A change that no sync has made last yet.
typedef struct change {
    int64_t offset;
    int64_t count;
    /// NULL for a truncation to `offset`.
    uint8_t *bytes;
    struct change *next;
} change;

typedef struct buffer {
    uint8_t *bytes;
    int64_t count;
    int64_t capacity;
} buffer;

/// A file, which outlives its name while handles are open, and a lost deletion.
typedef struct disk_file {
    char *name;
    /// What readers see.
    buffer present;
    /// What a power loss can't take.
    buffer durable;
    change *changes;
    change **last_change;
    /// The name is durable.
    bool is_entry_durable;
    /// Deleted; kept while the deletion may get lost.
    bool is_deleted;
    /// SQLite's locks.
    int shared;
    int reserved;
    int pending;
    int exclusive;
    int handles;
    struct disk_file *next;
} disk_file;

struct simulated_disk {
    uint64_t number;
    uint64_t operations;
    uint64_t fail_at;
    simulated_failure failure;
    bool is_forever;
    bool is_cut;
    bool has_failed;
    /// Counts processes.
    uint64_t process;
    /// The first process whose handles are alive.
    uint64_t living;
    disk_file *files;
    /// The last file that is gone for good: SQLite makes the next one at once.
    disk_file *spare;
    simulated_disk *next;
};

simulated_disk *disk_find(const char *path, const char **name);
simulated_disk *disk_at(simulated_disk_id id);
bool disk_has(const simulated_disk *disk, const char *name);
disk_file *disk_open(simulated_disk *disk, const char *name, bool create);
void disk_delete(simulated_disk *disk, const char *name, bool is_synced);
void file_write(disk_file *file, int64_t offset, const void *bytes, int64_t count);
void file_truncate(disk_file *file, int64_t count);
void file_sync(disk_file *file);

/// Counts an operation; 0 where it may go on, else the failure.
simulated_failure disk_step(simulated_disk *disk);

#endif

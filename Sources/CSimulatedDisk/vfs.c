#define _GNU_SOURCE
#include "disk.h"

#include <sqlite3.h>
#include <string.h>

// https://www.sqlite.org/vfs.html: what each method must do.

typedef struct handle {
    sqlite3_file base;
    simulated_disk *disk;
    disk_file *file;
    /// Which process opened it.
    uint64_t process;
    int lock;
} handle;

static bool is_dead(const handle *held) {
    return held->disk->is_cut || held->process < held->disk->living;
}

static sqlite3_vfs *parent;

static int fail(simulated_failure failure, int otherwise) {
    return failure == SIMULATED_DISK_FULL ? SQLITE_FULL : otherwise;
}

static int close_file(sqlite3_file *base);

static int read_file(sqlite3_file *base, void *bytes, int count, sqlite3_int64 offset) {
    handle *held = (handle *)base;
    if (is_dead(held)) return SQLITE_IOERR_READ;
    const buffer *present = &held->file->present;
    int64_t there = present->count - offset;
    if (there >= count) {
        memcpy(bytes, present->bytes + offset, (size_t)count);
        return SQLITE_OK;
    }
    if (there < 0) there = 0;
    if (there) memcpy(bytes, present->bytes + offset, (size_t)there);
    memset((char *)bytes + there, 0, (size_t)(count - there));
    return SQLITE_IOERR_SHORT_READ;
}

static int write_file(sqlite3_file *base, const void *bytes, int count, sqlite3_int64 offset) {
    handle *held = (handle *)base;
    if (is_dead(held)) return SQLITE_IOERR;
    simulated_failure failure = disk_step(held->disk);
    if (failure == SIMULATED_SHORT_WRITE) file_write(held->file, offset, bytes, count / 2);
    if (failure) return fail(failure, SQLITE_IOERR_WRITE);
    file_write(held->file, offset, bytes, count);
    return SQLITE_OK;
}

static int truncate_file(sqlite3_file *base, sqlite3_int64 count) {
    handle *held = (handle *)base;
    if (is_dead(held)) return SQLITE_IOERR;
    simulated_failure failure = disk_step(held->disk);
    if (failure) return fail(failure, SQLITE_IOERR_TRUNCATE);
    file_truncate(held->file, count);
    return SQLITE_OK;
}

static int sync_file(sqlite3_file *base, int flags) {
    (void)flags;
    handle *held = (handle *)base;
    if (is_dead(held)) return SQLITE_IOERR;
    simulated_failure failure = disk_step(held->disk);
    if (failure) return fail(failure, SQLITE_IOERR_FSYNC);
    file_sync(held->file);
    return SQLITE_OK;
}

static int size_of_file(sqlite3_file *base, sqlite3_int64 *count) {
    *count = ((handle *)base)->file->present.count;
    return SQLITE_OK;
}

// MARK: Locks, as https://www.sqlite.org/lockingv3.html has them

static int lock_file(sqlite3_file *base, int wanted) {
    handle *held = (handle *)base;
    disk_file *file = held->file;
    if (held->lock >= wanted) return SQLITE_OK;
    if (wanted == SQLITE_LOCK_SHARED) {
        if (file->pending || file->exclusive) return SQLITE_BUSY;
        file->shared += 1;
        held->lock = SQLITE_LOCK_SHARED;
        return SQLITE_OK;
    }
    if (wanted == SQLITE_LOCK_RESERVED) {
        if (file->reserved || file->pending || file->exclusive) return SQLITE_BUSY;
        file->reserved = 1;
        held->lock = SQLITE_LOCK_RESERVED;
        return SQLITE_OK;
    }
    if (held->lock < SQLITE_LOCK_PENDING) {
        if (file->pending) return SQLITE_BUSY;
        file->pending = 1;
        // A hot journal is rolled back from a shared lock, without a reserved one between.
        if (held->lock == SQLITE_LOCK_RESERVED) file->reserved = 0;
        held->lock = SQLITE_LOCK_PENDING;
    }
    if (file->shared > 1) return SQLITE_BUSY;
    file->exclusive = 1;
    held->lock = SQLITE_LOCK_EXCLUSIVE;
    return SQLITE_OK;
}

static int unlock_file(sqlite3_file *base, int wanted) {
    handle *held = (handle *)base;
    disk_file *file = held->file;
    if (held->lock <= wanted) return SQLITE_OK;
    if (held->lock == SQLITE_LOCK_RESERVED) file->reserved = 0;
    if (held->lock >= SQLITE_LOCK_PENDING) file->pending = 0;
    if (held->lock == SQLITE_LOCK_EXCLUSIVE) file->exclusive = 0;
    if (wanted == SQLITE_LOCK_NONE && file->shared > 0) file->shared -= 1;
    held->lock = wanted;
    return SQLITE_OK;
}

static int check_reserved(sqlite3_file *base, int *is_reserved) {
    const disk_file *file = ((handle *)base)->file;
    *is_reserved = file->reserved || file->pending || file->exclusive;
    return SQLITE_OK;
}

static int control_file(sqlite3_file *base, int operation, void *argument) {
    (void)base, (void)operation, (void)argument;
    return SQLITE_NOTFOUND;
}

static int sector_size(sqlite3_file *base) {
    (void)base;
    return 4096;
}

static int characteristics(sqlite3_file *base) {
    (void)base;
    return SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}

static const sqlite3_io_methods methods = {
    .iVersion = 1,
    .xClose = close_file,
    .xRead = read_file,
    .xWrite = write_file,
    .xTruncate = truncate_file,
    .xSync = sync_file,
    .xFileSize = size_of_file,
    .xLock = lock_file,
    .xUnlock = unlock_file,
    .xCheckReservedLock = check_reserved,
    .xFileControl = control_file,
    .xSectorSize = sector_size,
    .xDeviceCharacteristics = characteristics,
};

static int close_file(sqlite3_file *base) {
    handle *held = (handle *)base;
    // A dead process's locks went with it, at the restart.
    if (!is_dead(held)) unlock_file(base, SQLITE_LOCK_NONE);
    held->file->handles -= 1;
    base->pMethods = NULL;
    return SQLITE_OK;
}

// MARK: The VFS

static int open_file(
    sqlite3_vfs *vfs, const char *path, sqlite3_file *base, int flags, int *flags_out) {
    (void)vfs;
    const char *name = NULL;
    simulated_disk *disk = disk_find(path, &name);
    if (!disk) return parent->xOpen(parent, path, base, flags, flags_out);
    base->pMethods = NULL;
    if (disk->is_cut) return SQLITE_CANTOPEN;
    bool is_new = !disk_has(disk, name);
    if (is_new && !(flags & SQLITE_OPEN_CREATE)) return SQLITE_CANTOPEN;
    if (is_new) {
        simulated_failure failure = disk_step(disk);
        if (failure) return fail(failure, SQLITE_CANTOPEN);
    }
    handle *held = (handle *)base;
    held->disk = disk;
    held->file = disk_open(disk, name, true);
    held->file->handles += 1;
    held->process = disk->process;
    held->lock = SQLITE_LOCK_NONE;
    base->pMethods = &methods;
    if (flags_out) *flags_out = flags;
    return SQLITE_OK;
}

static int delete_file(sqlite3_vfs *vfs, const char *path, int is_synced) {
    (void)vfs;
    const char *name = NULL;
    simulated_disk *disk = disk_find(path, &name);
    if (!disk) return parent->xDelete(parent, path, is_synced);
    simulated_failure failure = disk_step(disk);
    if (failure) return fail(failure, SQLITE_IOERR_DELETE);
    if (!disk_has(disk, name)) return SQLITE_IOERR_DELETE_NOENT;
    disk_delete(disk, name, is_synced);
    return SQLITE_OK;
}

static int access_file(sqlite3_vfs *vfs, const char *path, int flags, int *result) {
    (void)vfs;
    const char *name = NULL;
    simulated_disk *disk = disk_find(path, &name);
    if (!disk) return parent->xAccess(parent, path, flags, result);
    if (disk->is_cut) return SQLITE_IOERR_ACCESS;
    *result = disk_has(disk, name);
    return SQLITE_OK;
}

static int full_name(sqlite3_vfs *vfs, const char *path, int count, char *full) {
    (void)vfs;
    const char *name = NULL;
    if (!disk_find(path, &name)) return parent->xFullPathname(parent, path, count, full);
    sqlite3_snprintf(count, full, "%s", path);
    return SQLITE_OK;
}

static int random_bytes(sqlite3_vfs *vfs, int count, char *bytes) {
    (void)vfs;
    // The same each time: a seed must give the same trace.
    memset(bytes, 0x5A, (size_t)count);
    return count;
}

static int no_sleep(sqlite3_vfs *vfs, int microseconds) {
    (void)vfs;
    return microseconds;
}

int simulated_disk_register(void) {
    static sqlite3_vfs vfs;
    if (parent) return SQLITE_OK;
    parent = sqlite3_vfs_find(NULL);
    if (!parent) return SQLITE_ERROR;
    vfs = *parent;
    vfs.zName = "simulated";
    vfs.pNext = NULL;
    if (vfs.szOsFile < (int)sizeof(handle)) vfs.szOsFile = (int)sizeof(handle);
    vfs.xOpen = open_file;
    vfs.xDelete = delete_file;
    vfs.xAccess = access_file;
    vfs.xFullPathname = full_name;
    vfs.xRandomness = random_bytes;
    vfs.xSleep = no_sleep;
    return sqlite3_vfs_register(&vfs, 1);
}

#define _GNU_SOURCE
#include "disk.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static pthread_mutex_t registry = PTHREAD_MUTEX_INITIALIZER;
static simulated_disk *disks;
static uint64_t disk_count;

static const char prefix[] = "/simulated/";

// MARK: Buffers

static void buffer_resize(buffer *held, int64_t count) {
    if (count > held->capacity) {
        int64_t capacity = held->capacity ? held->capacity : 4096;
        while (capacity < count) capacity *= 2;
        held->bytes = realloc(held->bytes, (size_t)capacity);
        if (!held->bytes) abort();
        held->capacity = capacity;
    }
    if (count > held->count) {
        memset(held->bytes + held->count, 0, (size_t)(count - held->count));
    }
    held->count = count;
}

static void buffer_write(buffer *held, int64_t offset, const void *bytes, int64_t count) {
    if (offset + count > held->count) buffer_resize(held, offset + count);
    memcpy(held->bytes + offset, bytes, (size_t)count);
}

static void buffer_copy(buffer *held, const buffer *original) {
    buffer_resize(held, original->count);
    if (original->count) memcpy(held->bytes, original->bytes, (size_t)original->count);
}

// MARK: Files

static void forget_changes(disk_file *file) {
    while (file->changes) {
        change *next = file->changes->next;
        free(file->changes->bytes);
        free(file->changes);
        file->changes = next;
    }
    file->last_change = &file->changes;
}

static void note(disk_file *file, int64_t offset, const void *bytes, int64_t count) {
    change *made = calloc(1, sizeof *made);
    if (!made) abort();
    made->offset = offset;
    made->count = count;
    if (bytes) {
        made->bytes = malloc((size_t)(count ? count : 1));
        if (!made->bytes) abort();
        memcpy(made->bytes, bytes, (size_t)count);
    }
    *file->last_change = made;
    file->last_change = &made->next;
}

void file_write(disk_file *file, int64_t offset, const void *bytes, int64_t count) {
    buffer_write(&file->present, offset, bytes, count);
    note(file, offset, bytes, count);
}

void file_truncate(disk_file *file, int64_t count) {
    buffer_resize(&file->present, count);
    note(file, count, NULL, 0);
}

void file_sync(disk_file *file) {
    for (change *made = file->changes; made; made = made->next) {
        if (made->bytes) {
            buffer_write(&file->durable, made->offset, made->bytes, made->count);
        } else {
            buffer_resize(&file->durable, made->offset);
        }
    }
    forget_changes(file);
    // The system's VFS syncs the directory with the first sync of a file that it made.
    file->is_entry_durable = true;
}

static disk_file *file_make(simulated_disk *disk, const char *name) {
    disk_file *file = disk->spare ? disk->spare : calloc(1, sizeof *file);
    if (!file) abort();
    buffer present = file->present, durable = file->durable;
    free(file->name);
    disk->spare = NULL;
    memset(file, 0, sizeof *file);
    file->present = (buffer){.bytes = present.bytes, .capacity = present.capacity};
    file->durable = (buffer){.bytes = durable.bytes, .capacity = durable.capacity};
    file->name = strdup(name);
    file->last_change = &file->changes;
    file->next = disk->files;
    disk->files = file;
    return file;
}

static void file_free(disk_file *file) {
    if (!file) return;
    forget_changes(file);
    free(file->present.bytes);
    free(file->durable.bytes);
    free(file->name);
    free(file);
}

/// Drops files that nobody holds and whose deletion can't get lost: at a restart, any deletion.
static void sweep(simulated_disk *disk, bool is_restart) {
    disk_file **place = &disk->files;
    while (*place) {
        disk_file *file = *place;
        bool is_gone = file->is_deleted && (is_restart || !file->is_entry_durable);
        if (!is_gone || file->handles > 0) {
            place = &file->next;
            continue;
        }
        *place = file->next;
        forget_changes(file);
        file_free(disk->spare);
        disk->spare = file;
    }
}

static disk_file *file_named(const simulated_disk *disk, const char *name) {
    for (disk_file *file = disk->files; file; file = file->next) {
        if (!file->is_deleted && strcmp(file->name, name) == 0) return file;
    }
    return NULL;
}

bool disk_has(const simulated_disk *disk, const char *name) {
    return file_named(disk, name) != NULL;
}

disk_file *disk_open(simulated_disk *disk, const char *name, bool create) {
    disk_file *file = file_named(disk, name);
    return file || !create ? file : file_make(disk, name);
}

void disk_delete(simulated_disk *disk, const char *name, bool is_synced) {
    disk_file *file = file_named(disk, name);
    if (!file) return;
    file->is_deleted = true;
    if (!is_synced) return;
    // Every deletion before this one lasts too: it is the directory that is synced.
    for (disk_file *other = disk->files; other; other = other->next) {
        if (other->is_deleted) other->is_entry_durable = false;
    }
    sweep(disk, false);
}

// MARK: Disks

simulated_disk *disk_find(const char *path, const char **name) {
    if (!path || strncmp(path, prefix, sizeof prefix - 1) != 0) return NULL;
    char *end = NULL;
    uint64_t number = strtoull(path + sizeof prefix - 1, &end, 10);
    if (!end || *end != '/') return NULL;
    *name = end + 1;
    return disk_at(number);
}

simulated_disk *disk_at(simulated_disk_id id) {
    pthread_mutex_lock(&registry);
    simulated_disk *disk = disks;
    while (disk && disk->number != id) disk = disk->next;
    pthread_mutex_unlock(&registry);
    return disk;
}

simulated_failure disk_step(simulated_disk *disk) {
    if (disk->is_cut) return SIMULATED_CUT;
    disk->operations += 1;
    bool is_time = disk->fail_at
        && (disk->operations == disk->fail_at
            || (disk->is_forever && disk->operations > disk->fail_at));
    if (!is_time) return 0;
    disk->has_failed = true;
    if (disk->failure == SIMULATED_CUT) disk->is_cut = true;
    return disk->failure;
}

static void copy_files(simulated_disk *disk, const simulated_disk *original) {
    for (disk_file *file = original->files; file; file = file->next) {
        if (file->is_deleted) continue;
        disk_file *copy = disk_open(disk, file->name, true);
        forget_changes(copy);
        buffer_copy(&copy->present, &file->present);
        buffer_copy(&copy->durable, &file->present);
        copy->is_entry_durable = true;
    }
}

void simulated_disk_copy(simulated_disk_id id, simulated_disk_id original) {
    simulated_disk *disk = disk_at(id), *source = disk_at(original);
    disk->fail_at = disk->operations = 0;
    disk->has_failed = false;
    for (disk_file *file = disk->files; file; file = file->next) {
        if (disk_has(source, file->name)) continue;
        file->is_deleted = true;
        file->is_entry_durable = false;
    }
    sweep(disk, false);
    copy_files(disk, source);
}

simulated_disk_id simulated_disk_make(simulated_disk_id id) {
    const simulated_disk *original = disk_at(id);
    simulated_disk *disk = calloc(1, sizeof *disk);
    if (!disk) abort();
    if (original) copy_files(disk, original);
    pthread_mutex_lock(&registry);
    disk->number = ++disk_count;
    disk->next = disks;
    disks = disk;
    pthread_mutex_unlock(&registry);
    return disk->number;
}

void simulated_disk_free(simulated_disk_id id) {
    pthread_mutex_lock(&registry);
    simulated_disk **place = &disks;
    while (*place && (*place)->number != id) place = &(*place)->next;
    simulated_disk *disk = *place;
    if (disk) *place = disk->next;
    pthread_mutex_unlock(&registry);
    if (!disk) return;
    file_free(disk->spare);
    while (disk->files) {
        disk_file *next = disk->files->next;
        file_free(disk->files);
        disk->files = next;
    }
    free(disk);
}

uint64_t simulated_disk_operations(simulated_disk_id id) { return disk_at(id)->operations; }

void simulated_disk_fail(
    simulated_disk_id id, uint64_t at, simulated_failure failure, bool forever) {
    simulated_disk *disk = disk_at(id);
    disk->fail_at = at;
    disk->failure = failure;
    disk->is_forever = forever;
}

void simulated_disk_cut(simulated_disk_id id) { disk_at(id)->is_cut = true; }

bool simulated_disk_has_failed(simulated_disk_id id) { return disk_at(id)->has_failed; }

uint64_t simulated_disk_process(simulated_disk_id id) { return disk_at(id)->process; }

bool simulated_disk_is_cut(simulated_disk_id id) { return disk_at(id)->is_cut; }

// MARK: Restarts

static uint64_t chance(uint64_t *seed) {
    // SplitMix64.
    uint64_t mixed = (*seed += 0x9E3779B97F4A7C15u);
    mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9u;
    mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBu;
    return mixed ^ (mixed >> 31);
}

static void begin_process(simulated_disk *disk) {
    disk->is_cut = false;
    disk->has_failed = false;
    disk->fail_at = 0;
    disk->process += 1;
}

static void over(simulated_disk *disk) {
    begin_process(disk);
    disk->living = disk->process;
    for (disk_file *file = disk->files; file; file = file->next) {
        file->shared = file->reserved = file->pending = file->exclusive = 0;
    }
    sweep(disk, true);
}

void simulated_disk_restart(simulated_disk_id id) { over(disk_at(id)); }

bool simulated_disk_hand_over(simulated_disk_id id, const char *database) {
    simulated_disk *disk = disk_at(id);
    for (disk_file *file = disk->files; file; file = file->next) {
        if (file->is_deleted) continue;
        bool is_locked = file->shared || file->reserved || file->pending || file->exclusive;
        bool is_other = file->handles > 0 && strcmp(file->name, database) != 0;
        if (is_locked || is_other || file->changes) return false;
    }
    begin_process(disk);
    sweep(disk, true);
    return true;
}

/// Keeps each unsynced sector, or each whole write, or the first few writes: by chance.
static void lose_changes(disk_file *file, uint64_t *seed) {
    enum { whole, torn, first } manner = (int)(chance(seed) % 3);
    bool is_going = true;
    for (change *made = file->changes; made; made = made->next) {
        bool is_kept = chance(seed) & 1;
        if (manner == first) is_kept = is_going = is_going && chance(seed) % 8;
        if (!made->bytes) {
            if (is_kept) buffer_resize(&file->durable, made->offset);
            continue;
        }
        if (manner != torn) {
            if (is_kept) buffer_write(&file->durable, made->offset, made->bytes, made->count);
            continue;
        }
        for (int64_t at = 0; at < made->count; at += 512) {
            int64_t count = made->count - at < 512 ? made->count - at : 512;
            if (chance(seed) & 1) {
                buffer_write(&file->durable, made->offset + at, made->bytes + at, count);
            }
        }
    }
    forget_changes(file);
    buffer_copy(&file->present, &file->durable);
}

void simulated_disk_lose_power(simulated_disk_id id, uint64_t seed) {
    simulated_disk *disk = disk_at(id);
    for (disk_file *file = disk->files; file; file = file->next) {
        // A name or a deletion that no directory sync made last is there by chance.
        if (file->is_deleted) {
            bool is_free = file_named(disk, file->name) == NULL;
            if (file->is_entry_durable && is_free && chance(&seed) & 1) file->is_deleted = false;
        } else if (!file->is_entry_durable && chance(&seed) & 1) {
            file->is_deleted = true;
        }
        lose_changes(file, &seed);
        if (!file->is_deleted) file->is_entry_durable = true;
    }
    over(disk);
}

// MARK: Looking

bool simulated_disk_has(simulated_disk_id id, const char *name) {
    simulated_disk *disk = disk_at(id);
    return file_named(disk, name) != NULL;
}

static bool occurs(const uint8_t *bytes, int64_t size, const void *needle, size_t count) {
    return size > 0 && memmem(bytes, (size_t)size, needle, count) != NULL;
}

bool simulated_disk_contains(simulated_disk_id id, const void *needle, size_t count) {
    simulated_disk *disk = disk_at(id);
    for (disk_file *file = disk->files; file; file = file->next) {
        if (occurs(file->present.bytes, file->present.count, needle, count)) return true;
        if (occurs(file->durable.bytes, file->durable.count, needle, count)) return true;
        for (change *made = file->changes; made; made = made->next) {
            if (made->bytes && occurs(made->bytes, made->count, needle, count)) return true;
        }
    }
    return false;
}

bool simulated_disk_replace(
    simulated_disk_id id, const char *name, const void *bytes, size_t count) {
    simulated_disk *disk = disk_at(id);
    if (disk_step(disk)) return false;
    simulated_disk_put(id, name, bytes, count);
    return true;
}

void simulated_disk_put(
    simulated_disk_id id, const char *name, const void *bytes, size_t count) {
    disk_file *file = disk_open(disk_at(id), name, true);
    forget_changes(file);
    buffer_resize(&file->present, (int64_t)count);
    if (count) memcpy(file->present.bytes, bytes, count);
    buffer_copy(&file->durable, &file->present);
    file->is_entry_durable = true;
}

int simulated_disk_write(
    simulated_disk_id id, const char *name, int64_t offset, const void *bytes, size_t count) {
    simulated_disk *disk = disk_at(id);
    simulated_failure failure = disk_step(disk);
    if (failure && failure != SIMULATED_SHORT_WRITE) return (int)failure;
    disk_file *file = disk_open(disk, name, true);
    file_write(file, offset, bytes, (int64_t)(failure ? count / 2 : count));
    if (failure) return (int)failure;
    failure = disk_step(disk);
    if (failure) return (int)failure;
    file_sync(file);
    return 0;
}

int64_t simulated_disk_read(
    simulated_disk_id id, const char *name, void *bytes, size_t capacity) {
    simulated_disk *disk = disk_at(id);
    disk_file *file = file_named(disk, name);
    if (!file) return -1;
    size_t count = (size_t)file->present.count;
    if (count > capacity) count = capacity;
    if (count) memcpy(bytes, file->present.bytes, count);
    return file->present.count;
}

void simulated_disk_remove(simulated_disk_id id, const char *name) {
    simulated_disk *disk = disk_at(id);
    disk_delete(disk, name, true);
}

void simulated_disk_make_room(simulated_disk_id id, uint64_t count) {
    simulated_disk *disk = disk_at(id);
    if (disk->is_cut || !disk->is_forever || disk->failure != SIMULATED_DISK_FULL) return;
    if (disk->operations >= disk->fail_at) disk->fail_at = disk->operations + count;
}

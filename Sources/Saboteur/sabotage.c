// process_vm_readv(2)
#define _GNU_SOURCE

#include "sabotage.h"

#include "calls.h"
#include "registers.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static int is_thread_of(pid_t thread, pid_t process) {
    // Signal 0 is only an inquiry, and tgkill(2) knows the threads of a process.
    return syscall(SYS_tgkill, process, thread, 0) == 0;
}

static void read_link(char *path, const char *format, pid_t thread, int descriptor) {
    char link[64];
    snprintf(link, sizeof link, format, (int)thread, descriptor);
    ssize_t count = readlink(link, path, PATH_MAX - 1);
    path[count < 0 ? 0 : count] = 0;
}

static void read_descriptor(char *path, pid_t thread, int descriptor) {
    if (descriptor == AT_FDCWD) read_link(path, "/proc/%d/cwd", thread, 0);
    else read_link(path, "/proc/%d/fd/%d", thread, descriptor);
}

/// A text of the tracee; page by page, since the one behind it may not be there.
static void read_text(char *text, pid_t thread, uint64_t address) {
    size_t count = 0;
    while (count < PATH_MAX - 1) {
        size_t step = 4096 - (address + count) % 4096;
        if (step > PATH_MAX - 1 - count) step = PATH_MAX - 1 - count;
        struct iovec own = {text + count, step};
        struct iovec theirs = {(void *)(uintptr_t)(address + count), step};
        ssize_t done = process_vm_readv(thread, &own, 1, &theirs, 1, 0);
        if (done <= 0) break;
        if (memchr(text + count, 0, (size_t)done)) return;
        count += (size_t)done;
    }
    text[count] = 0;
}

static void read_path(char *path, pid_t thread, uint64_t directory, uint64_t address) {
    char name[PATH_MAX];
    read_text(name, thread, address);
    if (name[0] == '/') { strcpy(path, name); return; }
    read_descriptor(path, thread, (int)directory);
    size_t length = strlen(path);
    if (name[0] == 0 || length + strlen(name) + 2 > PATH_MAX) return;
    path[length] = '/';
    strcpy(path + length + 1, name);
}

/// The file that a call is about; where it goes, for one that has two.
static void find_path(char *path, const struct call *call, pid_t thread, const uint64_t *words) {
    path[0] = 0;
    switch (call->operand) {
    case BY_DESCRIPTOR: read_descriptor(path, thread, (int)words[0]); break;
    case BY_PATH: read_path(path, thread, (uint64_t)AT_FDCWD, words[0]); break;
    case BY_DIRECTORY: read_path(path, thread, words[0], words[1]); break;
    case BY_TWO_DIRECTORIES: read_path(path, thread, words[2], words[3]); break;
    case BY_NOTHING: strcpy(path, "socket:"); break;
    }
}

static int is_socket(const char *path) { return strncmp(path, "socket:", 7) == 0; }

static int is_wanted(const char *path, const struct plan *plan) {
    if (is_socket(path)) return plan->takes_sockets;
    for (int index = 0; index < plan->path_count; index++)
        if (strncmp(path, plan->paths[index], strlen(plan->paths[index])) == 0) return 1;
    return 0;
}

static int nature_of(const struct call *call, const uint64_t *words) {
    if (!(call->nature & DEPENDS)) return call->nature;
    uint64_t flags = words[call->operand == BY_PATH ? 1 : 2];
    if ((flags & O_ACCMODE) == O_RDONLY) return LOOKS;
    return CHANGES | ((flags & O_CREAT) ? GROWS : 0) | WAITS;
}

static int is_possible(enum deed deed, int nature) {
    switch (deed) {
    case DEED_KILL: return 1;
    case DEED_SHORT: return nature & IS_PARTIAL;
    case DEED_EIO: return nature & CHANGES;
    case DEED_ENOSPC: return nature & GROWS;
    case DEED_EINTR: return nature & WAITS;
    }
    return 0;
}

static void act(pid_t thread, pid_t command, const struct plan *plan, const uint64_t *words) {
    switch (plan->deed) {
    case DEED_KILL: kill(command, SIGKILL); break;
    case DEED_SHORT:
        if (words[2] > 1) set_third_argument(thread, words[2] / 2);
        break;
    case DEED_EIO: skip_call(thread, EIO); break;
    case DEED_ENOSPC: skip_call(thread, ENOSPC); break;
    case DEED_EINTR: skip_call(thread, EINTR); break;
    }
}

void meet(pid_t thread, pid_t command, const struct plan *plan) {
    static long count = 0;
    struct __ptrace_syscall_info about;
    if (ptrace(PTRACE_GET_SYSCALL_INFO, thread, sizeof about, &about) <= 0) return;
    const struct call *call = call_numbered(about.seccomp.nr);
    if (!call || !is_thread_of(thread, command)) return;
    uint64_t words[6];
    for (int index = 0; index < 6; index++) words[index] = about.seccomp.args[index];
    int nature = nature_of(call, words);
    if (!is_possible(plan->deed, nature)) return;
    char path[PATH_MAX];
    find_path(path, call, thread, words);
    if (!is_wanted(path, plan)) return;
    // A kill at a call that only looks finds the disk as the kill at the next that doesn't.
    if (!(nature & CHANGES) && !is_socket(path) && !plan->takes_looks) return;
    count++;
    int is_hit = plan->at > 0 && count >= plan->at
        && (plan->times == 0 || count < plan->at + plan->times);
    if (!is_hit && plan->at > 0) return;
    // A line for each hit might fill the disk, where a loop meets a fault that lasts.
    if (plan->at == 0 || count < plan->at + 20) {
        fprintf(plan->report, "%ld %s %s\n", count, call->name, path);
        fflush(plan->report);
    }
    if (is_hit) act(thread, command, plan, words);
}

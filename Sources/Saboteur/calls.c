#include "calls.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#if defined(__x86_64__)
#define OWN_ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define OWN_ARCHITECTURE AUDIT_ARCH_AARCH64
#else
#error "saboteur knows the registers of x86_64 and aarch64 only"
#endif

#define CALL(name, operand, nature) {SYS_##name, #name, operand, nature}

static const struct call calls[] = {
    CALL(write, BY_DESCRIPTOR, CHANGES | GROWS | WAITS | IS_PARTIAL),
    CALL(pwrite64, BY_DESCRIPTOR, CHANGES | GROWS | WAITS | IS_PARTIAL),
    CALL(writev, BY_DESCRIPTOR, CHANGES | GROWS | WAITS),
    CALL(pwritev, BY_DESCRIPTOR, CHANGES | GROWS | WAITS),
    CALL(fsync, BY_DESCRIPTOR, CHANGES | GROWS | WAITS),
    CALL(fdatasync, BY_DESCRIPTOR, CHANGES | GROWS | WAITS),
    CALL(ftruncate, BY_DESCRIPTOR, CHANGES | WAITS),
    CALL(fallocate, BY_DESCRIPTOR, CHANGES | GROWS | WAITS),
    CALL(fchmod, BY_DESCRIPTOR, CHANGES),
    CALL(fchown, BY_DESCRIPTOR, CHANGES),
    CALL(openat, BY_DIRECTORY, GROWS | WAITS | DEPENDS),
    CALL(unlinkat, BY_DIRECTORY, CHANGES),
    CALL(mkdirat, BY_DIRECTORY, CHANGES | GROWS),
    CALL(fchmodat, BY_DIRECTORY, CHANGES),
    CALL(linkat, BY_TWO_DIRECTORIES, CHANGES | GROWS),
    CALL(renameat2, BY_TWO_DIRECTORIES, CHANGES | GROWS),
#ifdef SYS_renameat
    CALL(renameat, BY_TWO_DIRECTORIES, CHANGES | GROWS),
#endif
#ifdef SYS_open
    CALL(open, BY_PATH, GROWS | WAITS | DEPENDS),
    CALL(unlink, BY_PATH, CHANGES),
    CALL(rename, BY_PATH, CHANGES | GROWS),
    CALL(mkdir, BY_PATH, CHANGES | GROWS),
    CALL(chmod, BY_PATH, CHANGES),
    CALL(access, BY_PATH, LOOKS),
    CALL(stat, BY_PATH, LOOKS),
    CALL(lstat, BY_PATH, LOOKS),
#endif
    CALL(read, BY_DESCRIPTOR, LOOKS),
    CALL(pread64, BY_DESCRIPTOR, LOOKS),
    CALL(readv, BY_DESCRIPTOR, LOOKS),
    CALL(getdents64, BY_DESCRIPTOR, LOOKS),
    CALL(fstat, BY_DESCRIPTOR, LOOKS),
    CALL(newfstatat, BY_DIRECTORY, LOOKS),
    CALL(statx, BY_DIRECTORY, LOOKS),
    CALL(faccessat, BY_DIRECTORY, LOOKS),
    CALL(faccessat2, BY_DIRECTORY, LOOKS),
    CALL(statfs, BY_PATH, LOOKS),
    CALL(flock, BY_DESCRIPTOR, LOOKS),
    CALL(fcntl, BY_DESCRIPTOR, LOOKS),
    CALL(close, BY_DESCRIPTOR, LOOKS),
    CALL(socket, BY_NOTHING, LOOKS),
    CALL(connect, BY_DESCRIPTOR, LOOKS),
    CALL(sendto, BY_DESCRIPTOR, LOOKS),
    CALL(sendmsg, BY_DESCRIPTOR, LOOKS),
    CALL(recvfrom, BY_DESCRIPTOR, LOOKS),
    CALL(recvmsg, BY_DESCRIPTOR, LOOKS),
    CALL(shutdown, BY_DESCRIPTOR, LOOKS),
};

enum { CALL_COUNT = sizeof calls / sizeof *calls };

const struct call *call_numbered(uint64_t number) {
    for (int index = 0; index < CALL_COUNT; index++)
        if ((uint64_t)calls[index].number == number) return &calls[index];
    return NULL;
}

int install_filter(void) {
    // Two lines a call; a jump further than 255 lines doesn't exist.
    struct sock_filter lines[CALL_COUNT * 2 + 5];
    int count = 0;
    lines[count++] = (struct sock_filter)BPF_STMT(
        BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch));
    lines[count++] =
        (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, OWN_ARCHITECTURE, 1, 0);
    lines[count++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    lines[count++] = (struct sock_filter)BPF_STMT(
        BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
    for (int index = 0; index < CALL_COUNT; index++) {
        lines[count++] = (struct sock_filter)BPF_JUMP(
            BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)calls[index].number, 0, 1);
        lines[count++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE);
    }
    lines[count++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    struct sock_fprog program = {.len = (unsigned short)count, .filter = lines};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return -1;
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0);
}

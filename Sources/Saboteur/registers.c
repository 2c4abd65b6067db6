#include "registers.h"

#include <elf.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>

static void demand(long result) {
    if (result == 0) return;
    perror("saboteur: the registers can't be had");
    exit(125);
}

#if defined(__x86_64__)

void skip_call(pid_t thread, int error) {
    struct user_regs_struct registers;
    demand(ptrace(PTRACE_GETREGS, thread, NULL, &registers));
    // seccomp(2): number -1 skips the call, and the tracer says what it returns.
    registers.orig_rax = (unsigned long long)-1;
    registers.rax = (unsigned long long)-error;
    demand(ptrace(PTRACE_SETREGS, thread, NULL, &registers));
}

void set_third_argument(pid_t thread, uint64_t value) {
    struct user_regs_struct registers;
    demand(ptrace(PTRACE_GETREGS, thread, NULL, &registers));
    registers.rdx = value;
    demand(ptrace(PTRACE_SETREGS, thread, NULL, &registers));
}

#elif defined(__aarch64__)

static void exchange(pid_t thread, int index, uint64_t value) {
    struct user_regs_struct registers;
    struct iovec place = {&registers, sizeof registers};
    demand(ptrace(PTRACE_GETREGSET, thread, (void *)NT_PRSTATUS, &place));
    registers.regs[index] = value;
    demand(ptrace(PTRACE_SETREGSET, thread, (void *)NT_PRSTATUS, &place));
}

void skip_call(pid_t thread, int error) {
    int none = -1;
    struct iovec number = {&none, sizeof none};
    demand(ptrace(PTRACE_SETREGSET, thread, (void *)NT_ARM_SYSTEM_CALL, &number));
    exchange(thread, 0, (uint64_t)-(int64_t)error);
}

void set_third_argument(pid_t thread, uint64_t value) { exchange(thread, 2, value); }

#endif

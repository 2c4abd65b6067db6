// Runs a command and kills it, or lets it fail, at its n-th system call on some paths.
//
// A debugger of one trick. The calls that count are stopped by a seccomp filter, all others run at
// full speed, and the count goes over all threads of the command: strace(1) counts for each thread
// by itself, so that a program whose threads share the work can't be swept with it.

#include "calls.h"
#include "sabotage.h"

#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static void usage(void) {
    fputs("usage: saboteur [--at N] [--do kill|short|EIO|ENOSPC|EINTR] [--times COUNT]\n"
          "                [--path PREFIX]... [--sockets] [--looks] [--report FILE]\n"
          "                COMMAND [ARGUMENT]...\n"
          "Without --at it lists the calls that --do would hit. COUNT 0 means for ever.\n",
          stderr);
    exit(2);
}

static enum deed deed_named(const char *name) {
    const struct { const char *name; enum deed deed; } deeds[] = {
        {"kill", DEED_KILL}, {"short", DEED_SHORT}, {"EIO", DEED_EIO},
        {"ENOSPC", DEED_ENOSPC}, {"EINTR", DEED_EINTR},
    };
    for (size_t index = 0; index < sizeof deeds / sizeof *deeds; index++)
        if (strcmp(name, deeds[index].name) == 0) return deeds[index].deed;
    usage();
    return DEED_KILL;
}

static struct plan read_options(int count, char **words) {
    static const struct option options[] = {
        {"at", required_argument, 0, 'a'}, {"do", required_argument, 0, 'd'},
        {"times", required_argument, 0, 't'}, {"path", required_argument, 0, 'p'},
        {"sockets", no_argument, 0, 's'}, {"looks", no_argument, 0, 'l'},
        {"report", required_argument, 0, 'r'}, {0, 0, 0, 0},
    };
    struct plan plan = {.deed = DEED_KILL, .times = 1, .report = stderr};
    int letter;
    while ((letter = getopt_long(count, words, "+", options, NULL)) != -1) {
        switch (letter) {
        case 'a': plan.at = strtol(optarg, NULL, 10); break;
        case 'd': plan.deed = deed_named(optarg); break;
        case 't': plan.times = strtol(optarg, NULL, 10); break;
        case 'p':
            if (plan.path_count == MAXIMUM_PATHS) usage();
            plan.paths[plan.path_count++] = optarg;
            break;
        case 's': plan.takes_sockets = 1; break;
        case 'l': plan.takes_looks = 1; break;
        case 'r':
            plan.report = fopen(optarg, "we");
            if (!plan.report) { perror(optarg); exit(125); }
            break;
        default: usage();
        }
    }
    if (optind == count) usage();
    plan.command = words + optind;
    return plan;
}

/// Waits until it is traced, has the calls that count stop, and becomes the command.
static void become(char **command, int gate) {
    char byte;
    while (read(gate, &byte, 1) < 0 && errno == EINTR) {}
    if (install_filter() != 0) {
        perror("saboteur: no filter of system calls can be had here");
        _exit(125);
    }
    execvp(command[0], command);
    perror(command[0]);
    _exit(127);
}

static pid_t start(char **command) {
    int gate[2];
    if (pipe(gate) != 0) { perror("pipe"); exit(125); }
    pid_t child = fork();
    if (child < 0) { perror("fork"); exit(125); }
    if (child == 0) {
        close(gate[1]);
        become(command, gate[0]);
    }
    close(gate[0]);
    // The command must not outlive us: without a tracer its calls would fail with ENOSYS.
    long options = PTRACE_O_TRACESECCOMP | PTRACE_O_TRACECLONE | PTRACE_O_TRACEFORK
        | PTRACE_O_TRACEVFORK | PTRACE_O_EXITKILL;
    if (ptrace(PTRACE_SEIZE, child, NULL, options) != 0) {
        perror("saboteur: no process can be traced here");
        kill(child, SIGKILL);
        exit(125);
    }
    close(gate[1]);
    return child;
}

static void go_on(pid_t thread, int status, const struct plan *plan, pid_t command) {
    int signal = WSTOPSIG(status);
    int event = status >> 16;
    if (event == PTRACE_EVENT_SECCOMP) {
        meet(thread, command, plan);
        signal = 0;
    } else if (event == PTRACE_EVENT_STOP) {
        int is_stopped = signal == SIGSTOP || signal == SIGTSTP || signal == SIGTTIN
            || signal == SIGTTOU;
        if (is_stopped) {
            ptrace(PTRACE_LISTEN, thread, NULL, NULL);
            return;
        }
        signal = 0;
    } else if (event != 0) {
        signal = 0;
    }
    ptrace(PTRACE_CONT, thread, NULL, (long)signal);
}

static pid_t target;

static void pass_on(int signal) { kill(target, signal); }

/// A command that is asked to end is asked itself: it would die with us.
static void pass_signals_on(pid_t command) {
    target = command;
    const int signals[] = {SIGTERM, SIGINT, SIGHUP};
    for (size_t index = 0; index < sizeof signals / sizeof *signals; index++) {
        struct sigaction action = {.sa_handler = pass_on};
        sigaction(signals[index], &action, NULL);
    }
}

/// Ends as the command did.
static int end_like(int status) {
    if (WIFEXITED(status)) return WEXITSTATUS(status);
    // A core of ours would be somebody else's.
    struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);
    signal(WTERMSIG(status), SIG_DFL);
    raise(WTERMSIG(status));
    return 125;
}

int main(int count, char **words) {
    struct plan plan = read_options(count, words);
    pid_t command = start(plan.command);
    pass_signals_on(command);
    int ending = 0;
    for (;;) {
        int status;
        pid_t thread = waitpid(-1, &status, __WALL);
        if (thread < 0 && errno == EINTR) continue;
        if (thread < 0) break;
        if (WIFSTOPPED(status)) go_on(thread, status, &plan, command);
        else if (thread == command) ending = status;
    }
    fclose(plan.report);
    return end_like(ending);
}

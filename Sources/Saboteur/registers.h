#ifndef SABOTEUR_REGISTERS_H
#define SABOTEUR_REGISTERS_H

#include <stdint.h>
#include <sys/types.h>

/// Lets the call that a thread is about to make fail with `error` instead.
void skip_call(pid_t thread, int error);

/// Changes the third argument of the call that a thread is about to make.
void set_third_argument(pid_t thread, uint64_t value);

#endif

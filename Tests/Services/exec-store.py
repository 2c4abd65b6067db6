#!/usr/bin/env python3
"""A whole program for a store of `type: exec`: a JSON file with a version in it.

    exec-store.py /srv/billing/secret.json

Reads one request of Holdover's protocol from the standard input and prints one answer. Files have a
store of their own; this one shows how little a program of yours needs.
"""
import fcntl
import json
import os
import sys

path = sys.argv[1]
asked = json.load(sys.stdin)


def leave(answer):
    print(json.dumps(answer))
    sys.exit(0)


def fail(kind, message):
    leave({"error": {"kind": kind, "message": message}})


def held():
    try:
        with open(path) as file:
            return json.load(file)
    except FileNotFoundError:
        return None
    except PermissionError as error:
        fail("unauthorized", error.strerror)
    except (OSError, ValueError):
        fail("refused", "the file can't be read, or is no JSON")


def write():
    now = held()
    if (now or {}).get("version") != asked.get("version"):
        fail("conflict", "another version is there")
    new = dict(now or {}, secret=asked["secret"])
    new["version"] = str(int(new.get("version") or 0) + 1)
    for name, member in (("new_client_id", "client_id"), ("candidate", "candidate")):
        if name in asked:
            new[member] = asked[name]
    with open(path + ".new", "w") as file:
        json.dump(new, file)
        file.flush()
        os.fsync(file.fileno())
    # From here on it may have happened.
    try:
        os.rename(path + ".new", path)
    except OSError as error:
        fail("unknown", error.strerror)
    return {}


def stored():
    now = held()
    return {"stored": now} if now else {"empty": True}


operations = {
    "identity": lambda: {"identity": os.path.realpath(path)},
    "check": lambda: {"findings": []},
    "read": stored,
    "write": write,
}
os.umask(0o077)
try:
    lock = open(path + ".lock", "w")
except OSError as error:
    fail("unauthorized", error.strerror)
# Of two that write at once the second one compares with what the first one wrote.
fcntl.flock(lock, fcntl.LOCK_EX)
leave(operations[asked["operation"]]())

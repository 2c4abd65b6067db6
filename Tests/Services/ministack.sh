#!/usr/bin/env bash
# A ministack server for tests: AWS Secrets Manager and Parameter Store in memory, on 127.0.0.1 only.
#
#   ministack.sh start DIR    installs once, starts, prints NAME=value lines
#   ministack.sh stop DIR     ends the server that was started with DIR
#
# ministack comes from PyPI into $HOLDOVER_TEST_CACHE, by default
# ${XDG_CACHE_HOME:-$HOME/.cache}/holdover. Needs python3 with venv, curl and flock.
#
# It looks at no signature and no policy.
set -euo pipefail
version=1.5.33
cache=${HOLDOVER_TEST_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/holdover}
venv=$cache/ministack-$version

install() {
    mkdir -p "$cache"
    exec 9>"$cache/ministack.lock"
    flock 9
    if [ ! -e "$venv/installed" ]; then
        python3 -m venv "$venv" >&2
        "$venv/bin/pip" install --quiet --disable-pip-version-check "ministack==$version" >&2
        touch "$venv/installed"
    fi
    flock -u 9
}

free_port() {
    python3 -c 'import socket
with socket.socket() as one:
    one.bind(("127.0.0.1", 0))
    print(one.getsockname()[1])'
}

start() {
    local dir=$1 port address
    mkdir -p "$dir"
    install
    port=$(free_port)
    address=http://127.0.0.1:$port
    # It listens everywhere unless it is told not to.
    HOME=$dir BIND_HOST=127.0.0.1 GATEWAY_PORT=$port IOT_MTLS_ENABLED=0 \
        setsid "$venv/bin/ministack" >"$dir/ministack.log" 2>&1 </dev/null 9>&- &
    echo $! >"$dir/ministack.pid"
    echo "PID=$!"
    for _ in $(seq 300); do
        curl -fs -m 5 -o /dev/null "$address/_ministack/health" && break
        sleep 0.1
    done
    curl -fs -m 5 -o /dev/null "$address/_ministack/health"
    printf '%s\n' "URL=$address" "KEY_ID=AKIAMINISTACKTEST" "KEY=not-looked-at"
}

stop() {
    [ -e "$1/ministack.pid" ] || return 0
    kill "$(cat "$1/ministack.pid")" 2>/dev/null || true
    rm -f "$1/ministack.pid"
}

case "${1:-}" in
start | stop) "$1" "${2:?a directory is needed}" ;;
*)
    sed -n 2,10p "$0" >&2
    exit 64
    ;;
esac

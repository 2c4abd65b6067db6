#!/usr/bin/env bash
# A real authorization server of Authlib's parts, on 127.0.0.1 only, for tests.
#
#   authlib.sh start DIR    installs once, starts, prints NAME=value lines
#   authlib.sh stop DIR     ends the server that was started with DIR
#
# Authlib comes from PyPI into $HOLDOVER_TEST_CACHE, by default
# ${XDG_CACHE_HOME:-$HOME/.cache}/holdover. Needs python3 with venv, curl, jq, openssl and flock.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=client-keys.sh
. "$here/client-keys.sh"
version=1.9.0
cache=${HOLDOVER_TEST_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/holdover}
venv=$cache/authlib-$version

install() {
    mkdir -p "$cache"
    exec 9>"$cache/authlib.lock"
    flock 9
    if [ ! -e "$venv/installed" ]; then
        python3 -m venv "$venv" >&2
        "$venv/bin/pip" install --quiet --disable-pip-version-check \
            "authlib==$version" 'joserfc>=1.8,<2' 'flask>=3.1,<4' gunicorn >&2
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
    local dir port secret
    install
    mkdir -p "$1"
    dir=$(cd "$1" && pwd)
    make_keys "$dir"
    secret=$(openssl rand -hex 24)
    printf %s "$secret" >"$dir/secret"
    port=$(free_port)
    # One worker: it remembers which assertions were used.
    PYTHONDONTWRITEBYTECODE=1 setsid "$venv/bin/gunicorn" -b "127.0.0.1:$port" -w 1 \
        --no-control-socket --pythonpath "$here" "authlib-server:make('$dir', $port)" \
        >"$dir/server.log" 2>&1 </dev/null 9>&- &
    echo $! >"$dir/authlib.pid"
    echo "PID=$!"
    for _ in $(seq 200); do
        curl -fs -m 5 -o /dev/null -u "holdover-basic:$secret" \
            "http://127.0.0.1:$port/tenant/token" -d 'grant_type=client_credentials' && break
        sleep 0.1
    done
    printf '%s\n' "ISSUER=http://127.0.0.1:$port/tenant" "KEYS=$dir" "SECRET=$secret" \
        "TOKEN_URL=http://127.0.0.1:$port/tenant/token"
}

stop() {
    [ -e "$1/authlib.pid" ] || return 0
    kill "$(cat "$1/authlib.pid")" 2>/dev/null || true
    rm -f "$1/authlib.pid"
}

case "${1:-}" in
start | stop) "$1" "${2:?a directory is needed}" ;;
*)
    sed -n 2,9p "$0" >&2
    exit 64
    ;;
esac

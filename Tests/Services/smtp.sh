#!/usr/bin/env bash
# A real mail server for tests, on 127.0.0.1 only: aiosmtpd with STARTTLS, TLS and AUTH.
#
#   smtp.sh start DIR    installs once, starts, prints NAME=value lines
#   smtp.sh stop DIR     ends the server that was started with DIR
#
# aiosmtpd comes from PyPI into $HOLDOVER_TEST_CACHE, by default
# ${XDG_CACHE_HOME:-$HOME/.cache}/holdover. Needs python3 with venv, openssl and flock.
set -euo pipefail
version=1.4.6
cache=${HOLDOVER_TEST_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/holdover}
venv=$cache/aiosmtpd-$version
here=$(cd "$(dirname "$0")" && pwd)

install() {
    mkdir -p "$cache"
    exec 9>"$cache/aiosmtpd.lock"
    flock 9
    if [ ! -e "$venv/installed" ]; then
        python3 -m venv "$venv" >&2
        "$venv/bin/pip" install --quiet --disable-pip-version-check "aiosmtpd==$version" >&2
        touch "$venv/installed"
    fi
    flock -u 9
}

start() {
    local dir password
    install
    mkdir -p "$1"
    dir=$(cd "$1" && pwd)
    password=$(openssl rand -hex 24)
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=test \
        -addext subjectAltName=IP:127.0.0.1 -keyout "$dir/key.pem" -out "$dir/cert.pem" 2>/dev/null
    SMTP_PASSWORD=$password setsid "$venv/bin/python" "$here/smtp-server.py" "$dir" \
        >"$dir/server.log" 2>&1 </dev/null 9>&- &
    echo $! >"$dir/smtp.pid"
    echo "PID=$!"
    for _ in $(seq 100); do
        [ -e "$dir/ports" ] && break
        sleep 0.1
    done
    cat "$dir/ports"
    printf '%s\n' "DIR=$dir" "CA=$dir/cert.pem" "PASSWORD=$password"
}

stop() {
    [ -e "$1/smtp.pid" ] || return 0
    kill "$(cat "$1/smtp.pid")" 2>/dev/null || true
    rm -f "$1/smtp.pid"
}

case "${1:-}" in
start | stop) "$1" "${2:?a directory is needed}" ;;
*)
    sed -n 2,8p "$0" >&2
    exit 64
    ;;
esac

#!/usr/bin/env bash
# canaille 0.3.6, an OAuth server with one secret a client, on 127.0.0.1 only, for tests.
#
#   canaille.sh start DIR    installs once, starts, makes a client, prints NAME=value lines
#   canaille.sh stop DIR     ends what was started with DIR
#
# It comes from PyPI into $HOLDOVER_TEST_CACHE, by default ${XDG_CACHE_HOME:-$HOME/.cache}/holdover,
# and keeps its clients in a SQLite file in DIR. Needs python3 with venv, openssl, curl and flock.
set -euo pipefail
version=0.3.6
cache=${HOLDOVER_TEST_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/holdover}
venv=$cache/canaille-$version

install() {
    mkdir -p "$cache"
    exec 9>"$cache/canaille.lock"
    flock 9
    if [ ! -e "$venv/installed" ]; then
        python3 -m venv "$venv" >&2
        # It says nothing of how new Authlib may be, and 1.9.5 breaks it.
        "$venv/bin/pip" install --quiet --disable-pip-version-check \
            "canaille[front,oidc,sqlite,server]==$version" authlib==1.9.0 >&2
        touch "$venv/installed"
    fi
    flock -u 9
}

free_port() {
    python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

configure() {
    openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out "$dir/sign.pem" 2>/dev/null
    cat >"$dir/canaille.toml" <<TOML
SECRET_KEY = "$(openssl rand -hex 32)"
SERVER_NAME = "$address"
PREFERRED_URL_SCHEME = "http"
SESSION_COOKIE_SECURE = false

[CANAILLE_SQL]
DATABASE_URI = "sqlite:///$dir/clients.sqlite"

[CANAILLE_OIDC]
ACTIVE_JWKS = ['''$(cat "$dir/sign.pem")''']
TOML
    chmod 600 "$dir/canaille.toml"
    export CANAILLE_CONFIG=$dir/canaille.toml
}

prepare() {
    "$venv/bin/canaille" db upgrade
    "$venv/bin/canaille" create client --client-id holdover-test --client-name holdover-test \
        --client-secret "$secret" --grant-types client_credentials \
        --token-endpoint-auth-method client_secret_basic --scope read --scope write
}

# Whether it gives the client a token.
works() {
    curl -s -m 5 -o /dev/null -w '%{http_code}' -u "holdover-test:$secret" \
        -d 'grant_type=client_credentials&scope=read' "http://$address/oauth/token"
}

start() {
    dir=$1
    mkdir -p "$dir"
    install
    address=127.0.0.1:$(free_port)
    secret=$(openssl rand -hex 24)
    trap 'give_up' EXIT
    configure
    cd "$dir"
    prepare >"$dir/prepare.log" 2>&1
    setsid "$venv/bin/canaille" run --bind "$address" --workers 1 \
        --accesslog "$dir/access.log" --errorlog "$dir/error.log" \
        >"$dir/canaille.log" 2>&1 </dev/null 9>&- &
    echo $! >"$dir/canaille.pid"
    echo "PID=$!"
    for _ in $(seq 300); do
        if [ "$(works)" = 200 ]; then
            printf '%s\n' "ISSUER=http://$address" "TOKEN_URL=http://$address/oauth/token" \
                "PYTHON=$venv/bin/python" "CONFIG=$CANAILLE_CONFIG" \
                "CLIENT_ID=holdover-test" "CLIENT_SECRET=$secret"
            trap - EXIT
            return 0
        fi
        kill -0 "$(cat "$dir/canaille.pid")" 2>/dev/null || break
        sleep 0.1
    done
    return 1
}

give_up() {
    echo "canaille: it didn't start" >&2
    tail -n 5 "$dir"/*.log >&2
    stop "$dir"
}

stop() {
    local pid
    [ -e "$1/canaille.pid" ] || return 0
    pid=$(cat "$1/canaille.pid")
    rm -f "$1/canaille.pid"
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

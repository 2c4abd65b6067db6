#!/usr/bin/env bash
# buntubi 0.9.0, an OAuth server with several secrets a client, on 127.0.0.1 only, for tests.
#
#   buntubi.sh start DIR    installs once, starts, makes an admin and a client, prints NAME=value
#   buntubi.sh stop DIR     ends what was started with DIR
#
# It comes from PyPI into $HOLDOVER_TEST_CACHE, by default ${XDG_CACHE_HOME:-$HOME/.cache}/holdover,
# and needs a PostgreSQL, which is installed from Debian where there is none (as root). The database
# has a cluster of its own in DIR and listens on a socket there. Needs python3 with venv and flock.
set -euo pipefail
version=0.9.0
here=$(cd "$(dirname "$0")" && pwd)
cache=${HOLDOVER_TEST_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/holdover}
venv=$cache/buntubi-$version

postgres_bin() { ls -d /usr/lib/postgresql/*/bin 2>/dev/null | tail -1; }

install() {
    mkdir -p "$cache"
    exec 9>"$cache/buntubi.lock"
    flock 9
    if [ -z "$(postgres_bin)" ]; then
        export DEBIAN_FRONTEND=noninteractive
        apt-get -o DPkg::Lock::Timeout=300 update -q >&2
        apt-get -o DPkg::Lock::Timeout=300 install -q -y --no-install-recommends postgresql >&2
    fi
    if [ ! -e "$venv/installed" ]; then
        python3 -m venv "$venv" >&2
        "$venv/bin/pip" install --quiet --disable-pip-version-check "buntubi==$version" >&2
        touch "$venv/installed"
    fi
    flock -u 9
}

free_port() {
    python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# PostgreSQL won't run as root.
as_postgres() {
    if [ "$(id -u)" = 0 ]; then
        (cd "$dir/pg" && exec setpriv --reuid=postgres --regid=postgres --init-groups "$@")
    else
        "$@"
    fi
}

start_database() {
    local bin
    bin=$(postgres_bin)
    mkdir -p "$dir/pg"
    if [ "$(id -u)" = 0 ]; then
        chmod 711 "$dir"
        chown postgres "$dir/pg"
    fi
    as_postgres "$bin/initdb" -D "$dir/pg/data" -A trust -U postgres -E UTF8 --locale=C --no-sync \
        >"$dir/initdb.log" 2>&1
    as_postgres setsid "$bin/postgres" -D "$dir/pg/data" -c listen_addresses= \
        -c unix_socket_directories="$dir/pg" -c fsync=off -c synchronous_commit=off \
        -c full_page_writes=off >"$dir/postgres.log" 2>&1 </dev/null 9>&- &
    for _ in $(seq 100); do
        "$bin/pg_isready" -q -h "$dir/pg" -U postgres && break
        sleep 0.1
    done
    # The first line of the pid file: the shell's own child may be a shell before it.
    head -1 "$dir/pg/data/postmaster.pid" >"$dir/postgres.pid"
    echo "PG_PID=$(cat "$dir/postgres.pid")"
    "$bin/createdb" -h "$dir/pg" -U postgres idp
}

configure() {
    mkdir -p "$dir/keys"
    chmod 700 "$dir/keys"
    export IDP_ISSUER=$base
    export IDP_DATABASE_URL="postgresql+psycopg://postgres@/idp?host=$dir/pg"
    IDP_SECRET_KEY=$(python3 -c 'import secrets; print(secrets.token_hex(32))')
    export IDP_SECRET_KEY
    export IDP_SIGNING_KEYS_DIR=$dir/keys
    export IDP_EMAIL_TEST_MODE=true
    export IDP_SECURE_COOKIES=false
    export IDP_RATE_LIMIT_ENABLED=false
    # The admin's token has no other end than this.
    export IDP_ACCESS_TOKEN_TTL=86400
    export IDP_PLUGINS_SYNC_ON_START=false
    export IDP_CATALOGUE_FILES="[\"$dir/catalogue.json\"]"
    # Scopes are data, and there are none until a file says so.
    python3 - >"$dir/catalogue.json" <<'PYTHON'
import json
names = {name: {"fr": name, "en": name} for name in ("openid", "read", "write")}
scopes = [{"name": n, "descriptions": d, "sensitivity": "public"} for n, d in names.items()]
print(json.dumps({"owner": "holdover-test", "products": [], "scopes": scopes}))
PYTHON
}

prepare() {
    local flask=("$venv/bin/flask" --app buntubi.app:create_app)
    "${flask[@]}" keys generate
    # The wheel has no migrations: the tables are made from its models.
    "$venv/bin/python" - <<'PYTHON'
import buntubi.models
from buntubi.app import create_app
from buntubi.db import Base
Base.metadata.create_all(create_app().extensions["buntubi.engine"])
PYTHON
    "${flask[@]}" plugins sync
    "${flask[@]}" admin create --email admin@example.com --given-name Ad --family-name Min \
        --password "$password"
    # How the admin gets a token for the developer API: the device flow of this public client.
    "${flask[@]}" clients create --client-id holdover-admin --name holdover-admin \
        --redirect-uri http://127.0.0.1:9/unused --type public --first-party \
        --grant-type urn:ietf:params:oauth:grant-type:device_code --scope 'openid developer'
}

start() {
    dir=$1
    mkdir -p "$dir"
    install
    base=http://127.0.0.1:$(free_port)
    password=$(python3 -c 'import secrets; print(secrets.token_hex(12))')
    trap 'give_up' EXIT
    start_database
    configure
    cd "$dir"
    prepare >"$dir/prepare.log" 2>&1
    setsid "$venv/bin/gunicorn" -b "${base#http://}" -w 2 --no-control-socket \
        --access-logfile "$dir/access.log" --error-logfile "$dir/error.log" \
        'buntubi.app:create_app()' >"$dir/gunicorn.log" 2>&1 </dev/null 9>&- &
    echo $! >"$dir/gunicorn.pid"
    echo "PID=$!"
    echo "LOG=$dir/access.log"
    # Waits until it answers, then prints the rest.
    printf '%s\n' "$password" | python3 "$here/buntubi-setup.py" "$base" admin@example.com
    trap - EXIT
}

give_up() {
    echo "buntubi: it didn't start" >&2
    tail -n 5 "$dir"/*.log >&2
    stop "$dir"
}

# ends the process whose id is in a file, by a signal
end() {
    local pid
    [ -e "$1" ] || return 0
    pid=$(cat "$1")
    rm -f "$1"
    kill "-$2" "$pid" 2>/dev/null || return 0
    for _ in $(seq 100); do
        kill -0 "$pid" 2>/dev/null || return 0
        sleep 0.05
    done
    kill -KILL "$pid" 2>/dev/null || true
}

stop() {
    end "$1/gunicorn.pid" TERM
    # PostgreSQL takes a SIGTERM for a wish to wait until everybody has left.
    end "$1/postgres.pid" INT
}

case "${1:-}" in
start | stop) "$1" "${2:?a directory is needed}" ;;
*)
    sed -n 2,9p "$0" >&2
    exit 64
    ;;
esac

#!/usr/bin/env bash
# OpenStack's Barbican and the Keystone in front of it, for tests: on 127.0.0.1 only, in SQLite.
#
#   barbican.sh start DIR    installs once, starts, prints NAME=value lines
#   barbican.sh stop DIR     ends what was started with DIR
#
# Both come from PyPI into $HOLDOVER_TEST_CACHE, by default ${XDG_CACHE_HOME:-$HOME/.cache}/holdover.
# Needs python3 with venv, curl and flock.
#
# The application credential may do what the store's page says is enough, the user "holdover" what a
# member of the project may, "admin" everything there, and "stranger" nothing.
set -euo pipefail
version=23.0.0
keystone_version=30.0.0
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cache=${HOLDOVER_TEST_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/holdover}
venv=$cache/barbican-$version

install() {
    mkdir -p "$cache"
    exec 9>"$cache/barbican.lock"
    flock 9
    if [ ! -e "$venv/installed" ]; then
        # Each in its own: they want other versions of the same packages.
        for one in "barbican==$version" "keystone==$keystone_version"; do
            python3 -m venv "$venv/${one%%=*}" >&2
            "$venv/${one%%=*}/bin/pip" install --quiet --disable-pip-version-check "$one" >&2
        done
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

# serve NAME PROGRAM ARGUMENT...: runs it in the background and prints its process's id as NAME.
serve() {
    local name=$1 program=$2
    shift 2
    # Barbican looks for its barbican.conf at home.
    HOME=$dir setsid "$venv/$program/bin/python" "$here/barbican-serve.py" "$program" "$@" \
        >"$dir/$program.log" 2>&1 </dev/null 9>&- &
    echo $! >"$dir/$program.pid"
    echo "$name=$!"
}

answers() {
    for _ in $(seq 600); do
        curl -s -m 5 -o /dev/null "$1" && return 0
        sleep 0.1
    done
    return 1
}

configure_keystone() {
    mkdir -p "$dir/fernet" "$dir/credential"
    cat >"$dir/keystone.conf" <<CONF
[DEFAULT]
log_file = $dir/keystone-server.log
[database]
connection = sqlite:///$dir/keystone.sqlite
[token]
provider = fernet
[fernet_tokens]
key_repository = $dir/fernet
[fernet_receipts]
key_repository = $dir/fernet
[credential]
key_repository = $dir/credential
[cache]
enabled = false
CONF
    local manage=("$venv/keystone/bin/keystone-manage" --config-file "$dir/keystone.conf")
    "${manage[@]}" db_sync
    "${manage[@]}" fernet_setup --keystone-user "$(id -un)" --keystone-group "$(id -gn)"
    "${manage[@]}" credential_setup --keystone-user "$(id -un)" --keystone-group "$(id -gn)"
    "${manage[@]}" bootstrap --bootstrap-password "$password" --bootstrap-admin-url "$keystone/v3" \
        --bootstrap-public-url "$keystone/v3" \
        --bootstrap-internal-url "$keystone/v3" --bootstrap-region-id test
}

configure_barbican() {
    cat >"$dir/barbican.conf" <<CONF
[DEFAULT]
sql_connection = sqlite:///$dir/barbican.sqlite
db_auto_create = true
log_file = $dir/barbican-server.log
[database]
connection = sqlite:///$dir/barbican.sqlite
[secretstore]
enabled_secretstore_plugins = store_crypto
[crypto]
enabled_crypto_plugins = simple_crypto
[simple_crypto_plugin]
kek = $(python3 -c 'import base64, os; print(base64.b64encode(os.urandom(32)).decode())')
[quotas]
quota_secrets = 500
[keystone_authtoken]
www_authenticate_uri = $keystone/v3
auth_url = $keystone/v3
auth_type = password
service_type = key-manager
username = admin
password = $password
project_name = admin
user_domain_name = Default
project_domain_name = Default
CONF
    cat >"$dir/paste.ini" <<CONF
[composite:main]
use = egg:Paste#urlmap
/: versions
/v1: v1
[pipeline:versions]
pipeline = request_id microversion versionapp
[app:versionapp]
paste.app_factory = barbican.api.app:create_version_app
[pipeline:v1]
pipeline = request_id authtoken context microversion apiapp
[app:apiapp]
paste.app_factory = barbican.api.app:create_main_app
[filter:context]
paste.filter_factory = barbican.api.middleware.context:ContextMiddleware.factory
[filter:request_id]
paste.filter_factory = oslo_middleware.request_id:RequestId.factory
[filter:microversion]
paste.filter_factory = barbican.api.middleware.microversion:MicroversionMiddleware.factory
[filter:authtoken]
paste.filter_factory = keystonemiddleware.auth_token:filter_factory
oslo_config_project = barbican
CONF
    chmod 600 "$dir"/*.conf
}

# people: makes the users, and prints what they log in with.
people() {
    python3 - "$keystone/v3" "$password" "$barbican" <<'PYTHON'
import json, secrets, sys, urllib.request

keystone, password, barbican = sys.argv[1:]


def ask(path, body=None, token=None, method=None):
    request = urllib.request.Request(
        keystone + path, json.dumps(body).encode() if body else None,
        {"Content-Type": "application/json", **({"X-Auth-Token": token} if token else {})},
        method=method)
    with urllib.request.urlopen(request, timeout=20) as answer:
        text = answer.read()
        return (json.loads(text) if text else {}), answer.headers.get("X-Subject-Token")


def login(user, word):
    user = {"name": user, "domain": {"id": "default"}, "password": word}
    project = {"name": "admin", "domain": {"id": "default"}}
    body = {"identity": {"methods": ["password"], "password": {"user": user}},
            "scope": {"project": project}}
    return ask("/auth/tokens", {"auth": body})


made, token = login("admin", password)
project = made["token"]["project"]["id"]
roles = {one["name"]: one["id"] for one in ask("/roles", token=token)[0]["roles"]}
# Rules of access are for services of the catalogue.
service = {"service": {"type": "key-manager", "name": "barbican"}}
service = ask("/services", service, token)[0]["service"]["id"]
endpoint = {"service_id": service, "interface": "public", "region_id": "test", "url": barbican}
ask("/endpoints", {"endpoint": endpoint}, token)
print(f"PROJECT={project}")
print(f"ADMIN_TOKEN={token}")
for name, role in {"holdover": "member", "stranger": "reader"}.items():
    word = secrets.token_hex(24)
    user = ask("/users", {"user": {"name": name, "password": word, "domain_id": "default"}}, token)
    user = user[0]["user"]["id"]
    ask(f"/projects/{project}/users/{user}/roles/{roles[role]}", token=token, method="PUT")
    print(f"{name.upper()}_PASSWORD={word}")
    _, own = login(name, word)
    print(f"{name.upper()}_TOKEN={own}")
    if name == "holdover":
        rules = [{"service": "key-manager", "method": method, "path": path} for method, path in (
            ("GET", "/v1/secrets"), ("POST", "/v1/secrets"), ("GET", "/v1/secrets/**"),
            ("GET", "/v1/quotas"))]
        body = {"application_credential": {"name": "holdover", "access_rules": rules}}
        one = ask(f"/users/{user}/application_credentials", body, own)[0]["application_credential"]
        print(f"CREDENTIAL_ID={one['id']}")
        print(f"CREDENTIAL_SECRET={one['secret']}")
PYTHON
}

start() {
    dir=$1
    mkdir -p "$dir"
    dir=$(cd "$dir" && pwd)
    install
    local ports
    ports=("$(free_port)" "$(free_port)")
    keystone=http://127.0.0.1:${ports[0]}
    barbican=http://127.0.0.1:${ports[1]}
    password=$(python3 -c 'import secrets; print(secrets.token_hex(24))')
    configure_keystone >"$dir/prepare.log" 2>&1
    configure_barbican
    serve API_PID keystone "${ports[0]}" "$dir/keystone.conf"
    answers "$keystone/v3"
    serve PID barbican "${ports[1]}" "$dir/paste.ini" main
    answers "$barbican/"
    people
    printf '%s\n' "URL=$barbican" "KEYSTONE_URL=$keystone/v3"
}

stop() {
    for name in keystone barbican; do
        [ -e "$1/$name.pid" ] || continue
        kill "$(cat "$1/$name.pid")" 2>/dev/null || true
        rm -f "$1/$name.pid"
    done
}

case "${1:-}" in
start | stop) "$1" "${2:?a directory is needed}" ;;
*)
    sed -n 2,13p "$0" >&2
    exit 64
    ;;
esac

#!/usr/bin/env bash
# A real glewlwyd 2.7 for tests: SQLite, one confidential client, on 127.0.0.1 only.
#
#   glewlwyd.sh start DIR    installs once, starts, prints NAME=value lines
#   glewlwyd.sh stop DIR     ends the server that was started with DIR
#
# The server comes from Debian (package glewlwyd), which needs root the first time. Everything that
# it keeps is in DIR.
set -euo pipefail

install() {
    local missing=() package
    for package in glewlwyd sqlite3 curl jq openssl python3; do
        dpkg -s "$package" >/dev/null 2>&1 || missing+=("$package")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    # The package asks for a database; without this answer its installation fails.
    echo 'glewlwyd glewlwyd/config_type select No configuration' | debconf-set-selections >&2
    DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install -y \
        --no-install-recommends dbconfig-no-thanks "${missing[@]}" >&2
}

free_port() {
    python3 -c 'import socket
with socket.socket() as one:
    one.bind(("127.0.0.1", 0))
    print(one.getsockname()[1])'
}

write_database() {
    {
        echo 'PRAGMA synchronous=OFF; PRAGMA journal_mode=MEMORY;'
        zcat /usr/share/doc/glewlwyd/database/init.sqlite3.sql.gz
    } | sqlite3 "$1/db.sqlite3" >/dev/null
}

# use_secure_connection=false without certificates is refused, so it isn't mentioned.
write_configuration() {
    cat >"$1/glewlwyd.conf" <<CONFIGURATION
port=$2
bind_address="127.0.0.1"
external_url="http://127.0.0.1:$2"
login_url="login.html"
api_prefix="api"
log_mode="file"
log_level="INFO"
log_file="$1/glewlwyd.log"
cookie_secure=0
session_key="GLEWLWYD2_SESSION_ID"
admin_session_authentication="cookie,api_key"
admin_scope="g_admin"
profile_scope="g_profile"
user_module_path="/usr/lib/glewlwyd/user"
client_module_path="/usr/lib/glewlwyd/client"
user_auth_scheme_module_path="/usr/lib/glewlwyd/scheme"
plugin_module_path="/usr/lib/glewlwyd/plugin"
hash_algorithm="SHA512"
database = { type = "sqlite3"; path = "$1/db.sqlite3"; };
CONFIGURATION
}

# ask DIR METHOD PATH [JSON]: a request of the admin, who is known by a cookie.
ask() {
    curl -sS -m 20 --fail-with-body -X "$2" -b "$1/cookie" -c "$1/cookie" \
        -H 'Content-Type: application/json' "$api/$3" ${4:+-d "$4"}
}

# The plugin that makes it an OpenID provider, with registration of clients (RFC 7591 and 7592).
plugin() {
    jq -n --arg issuer "$api/oidc" --rawfile key "$1/sign.key" --rawfile public "$1/sign.pub" '{
        module: "oidc", name: "oidc", display_name: "OIDC", enabled: true, parameters: {
            iss: $issuer, "jwt-type": "rsa", "jwt-key-size": "256", key: $key, cert: $public,
            "code-duration": 600, "refresh-token-duration": 1209600,
            "access-token-duration": 3600, "refresh-token-rolling": true, "allow-non-oidc": true,
            "auth-type-code-enabled": true, "auth-type-client-enabled": true,
            "auth-type-password-enabled": false, "auth-type-refresh-enabled": true,
            "auth-type-implicit-enabled": false, "introspection-revocation-allowed": true,
            "introspection-revocation-allow-target-client": true,
            "introspection-revocation-auth-scope": ["client_register"],
            "register-client-allowed": true,
            "register-client-auth-scope": ["client_register"],
            "register-client-credentials-scope": ["read", "write"],
            "register-client-management-allowed": true}}'
}

# client ID SECRET SCOPES: what is sent to make one.
client() {
    jq -n --arg id "$1" --arg secret "$2" --argjson scopes "$3" '{
        client_id: $id, name: $id, confidential: true, enabled: true, client_secret: $secret,
        redirect_uri: [], authorization_type: ["client_credentials"], scope: $scopes,
        token_endpoint_auth_method: ["client_secret_basic", "client_secret_post"]}'
}

provision() {
    local dir=$1 password registrar_secret token registered
    password=$(openssl rand -hex 12)
    secret=$(openssl rand -hex 24)
    registrar_secret=$(openssl rand -hex 24)
    ask "$dir" POST auth/ '{"username":"admin","password":"password"}' >&2
    ask "$dir" PUT profile/password \
        "{\"old_password\":\"password\",\"password\":\"$password\"}" >&2
    api_key=$(ask "$dir" POST key '{}' | jq -r .key)
    for scope in read write client_register; do
        ask "$dir" POST scope/ "{\"name\":\"$scope\",\"display_name\":\"$scope\"}" >&2
    done
    openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out "$dir/sign.key" 2>/dev/null
    openssl pkey -in "$dir/sign.key" -pubout -out "$dir/sign.pub"
    ask "$dir" POST mod/plugin/ "$(plugin "$dir")" >&2
    ask "$dir" POST client/ "$(client holdover-test "$secret" '["read","write"]')" >&2
    ask "$dir" POST client/ \
        "$(client holdover-registrar "$registrar_secret" '["client_register"]')" >&2
    # A client that registered itself, for the other way to administer one.
    token=$(curl -sS -m 20 --fail-with-body -u "holdover-registrar:$registrar_secret" \
        -d 'grant_type=client_credentials&scope=client_register' "$api/oidc/token" |
        jq -r .access_token)
    registered=$(curl -sS -m 20 --fail-with-body -H "Authorization: Bearer $token" \
        -H 'Content-Type: application/json' "$api/oidc/register" -d '{
            "client_name": "registered", "token_endpoint_auth_method": "client_secret_basic",
            "grant_types": ["client_credentials"],
            "redirect_uris": ["https://unused.invalid/cb"]}')
    registered_id=$(jq -r .client_id <<<"$registered")
    registered_secret=$(jq -r .client_secret <<<"$registered")
    registration_token=$(jq -r .registration_access_token <<<"$registered")
    # So that its token requests can ask for a scope, without which every one is refused.
    ask "$dir" GET "client/$registered_id" | jq '.scope = ["read", "write"]' >"$dir/registered"
    ask "$dir" PUT "client/$registered_id" "$(cat "$dir/registered")" >&2
}

start() {
    local dir=$1 port
    install
    mkdir -p "$dir"
    write_database "$dir"
    port=$(free_port)
    api=http://127.0.0.1:$port/api
    write_configuration "$dir" "$port"
    setsid glewlwyd --config-file="$dir/glewlwyd.conf" \
        >"$dir/output.log" 2>&1 </dev/null &
    echo $! >"$dir/glewlwyd.pid"
    echo "PID=$!"
    echo "LOG=$dir/glewlwyd.log"
    for _ in $(seq 200); do
        curl -fs -m 2 -o /dev/null "http://127.0.0.1:$port/config" && break
        sleep 0.05
    done
    provision "$dir"
    printf '%s\n' "ADMIN_API=$api" "ADMIN_TOKEN=$api_key" "ISSUER=$api/oidc" \
        "TOKEN_URL=$api/oidc/token" "CLIENT_ID=holdover-test" "CLIENT_SECRET=$secret" \
        "REGISTERED_URL=$api/oidc/register/$registered_id" "REGISTERED_ID=$registered_id" \
        "REGISTERED_SECRET=$registered_secret" "REGISTRATION_TOKEN=$registration_token"
}

stop() {
    local pid
    [ -e "$1/glewlwyd.pid" ] || return 0
    pid=$(cat "$1/glewlwyd.pid")
    rm -f "$1/glewlwyd.pid"
    kill "$pid" 2>/dev/null || true
}

# Another script takes the functions from here.
[ "${BASH_SOURCE[0]}" = "$0" ] || return 0

case "${1:-}" in
start | stop) "$1" "${2:?a directory is needed}" ;;
*)
    sed -n 2,8p "$0" >&2
    exit 64
    ;;
esac

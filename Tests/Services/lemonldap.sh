#!/usr/bin/env bash
# A real LemonLDAP::NG 2.16 for tests: portal and manager API, one relying party, on 127.0.0.1 only.
#
#   lemonldap.sh start DIR    installs once, starts, prints NAME=value lines
#   lemonldap.sh stop DIR     ends the servers that were started with DIR
#
# The server comes from Debian, which needs root the first time. Everything that it keeps is in DIR.
# LLNG_CHECK_TIME (1) is for how many seconds a worker of the portal goes on with what it knows.
set -euo pipefail
packages=(
    liblemonldap-ng-manager-perl liblemonldap-ng-portal-perl starman curl jq openssl python3
    # What the two need and don't name.
    libstring-random-perl libio-string-perl libunicode-string-perl libconvert-base32-perl
    libgd-securityimage-perl libimage-magick-perl libcrypt-openssl-rsa-perl
    libcrypt-openssl-bignum-perl libconvert-pem-perl
)

install() {
    local missing=() package
    for package in "${packages[@]}"; do
        dpkg -s "$package" >/dev/null 2>&1 || missing+=("$package")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install -y \
        --no-install-recommends "${missing[@]}" >&2
}

free_port() {
    python3 -c 'import socket
with socket.socket() as one:
    one.bind(("127.0.0.1", 0))
    print(one.getsockname()[1])'
}

write_settings() {
    cat >"$1/lemonldap-ng.ini" <<SETTINGS
[all]
logLevel = notice
logger = Lemonldap::NG::Common::Logger::Std
userLogger = Lemonldap::NG::Common::Logger::Std
checkTime = ${LLNG_CHECK_TIME:-1}
[configuration]
type = File
dirName = $1/conf
prettyPrint = 1
localStorage = Cache::FileCache
localStorageOptions = { 'namespace' => 'a-test', 'cache_root' => '$1/cache' }
[portal]
staticPrefix = /static
templateDir = /usr/share/lemonldap-ng/portal/templates
languages = en
[manager]
protection = none
staticPrefix = /static
templateDir = /usr/share/lemonldap-ng/manager/htdocs/templates
languages = en
enabledModules = api
SETTINGS
}

# Debian's first configuration, as an OpenID provider that keeps its sessions in DIR.
write_configuration() {
    openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out "$1/sign.key" 2>/dev/null
    openssl pkey -in "$1/sign.key" -pubout -out "$1/sign.pub"
    jq --arg portal "$2" --arg dir "$1" \
        --rawfile key "$1/sign.key" --rawfile public "$1/sign.pub" '
        .portal = $portal + "/" | .authentication = "Demo" | .userDB = "Same"
        | .passwordDB = "Null" | .registerDB = "Null" | .reloadUrls = {}
        | .globalStorage = "Apache::Session::File"
        | .globalStorageOptions = {
            Directory: ($dir + "/sessions"), LockDirectory: ($dir + "/sessions/lock"),
            generateModule: "Lemonldap::NG::Common::Apache::Session::Generate::SHA256"}
        | .persistentStorageOptions = {
            Directory: ($dir + "/psessions"), LockDirectory: ($dir + "/psessions/lock")}
        | .localSessionStorageOptions.cache_root = ($dir + "/cache")
        | .notificationStorageOptions.dirName = ($dir + "/notifications")
        | .captcha_mail_enabled = 0 | .captcha_register_enabled = 0 | .captcha_login_enabled = 0
        | .portalDisplayRegister = 0 | .portalDisplayResetPassword = 0
        | .issuerDBOpenIDConnectActivation = 1 | .issuerDBOpenIDConnectPath = "^/oauth2/"
        | .issuerDBOpenIDConnectRule = 1 | .oidcServiceMetaDataIssuer = $portal
        | .oidcServicePrivateKeySig = $key | .oidcServicePublicKeySig = $public
        | .oidcServiceKeyIdSig = "k1"' \
        /var/lib/lemonldap-ng/conf/lmConf-1.json >"$1/conf/lmConf-1.json"
}

# serve DIR NAME PORT WORKERS FILE: one of the two servers; prints its process id.
serve() {
    (
        cd "$1"
        # A worker serves one connection at a time, so one that is kept would keep it, too.
        LLNG_DEFAULTCONFFILE=$1/lemonldap-ng.ini setsid starman --listen "127.0.0.1:$3" \
            --disable-keepalive --workers "$4" "$5" >"$1/$2.log" 2>&1 </dev/null &
        echo $! >"$1/$2.pid"
    )
    cat "$1/$2.pid"
}

# waits_for URL: until it answers with a 2xx.
wait_for() {
    for _ in $(seq 200); do
        curl -fs -m 5 -o /dev/null "$1" && return 0
        sleep 0.1
    done
    echo "lemonldap: $1 doesn't answer" >&2
    return 1
}

party() {
    jq -n --arg secret "$1" '{
        confKey: "a-test", clientId: "holdover-test", exportedVars: {},
        options: {
            clientSecret: $secret, allowClientCredentialsGrant: 1, accessTokenExpiration: 3600},
        scopeRules: {read: "1", write: "1"}, redirectUris: ["https://unused.invalid/cb"]}'
}

# Each worker of the portal learns of the party by itself.
wait_for_party() {
    local good=0
    for _ in $(seq 200); do
        if curl -fs -m 5 -o /dev/null -u "holdover-test:$2" "$1/oauth2/token" \
            -d 'grant_type=client_credentials&scope=read'; then
            good=$((good + 1))
            [ "$good" -lt 8 ] || return 0
        else
            good=0
            sleep 0.2
        fi
    done
    echo "lemonldap: the portal doesn't learn of its relying party" >&2
    return 1
}

start() {
    local dir portal api secret port
    install
    mkdir -p "$1"/{conf,cache,sessions/lock,psessions/lock,notifications}
    dir=$(cd "$1" && pwd)
    port=$(free_port)
    portal=http://127.0.0.1:$port
    write_settings "$dir"
    write_configuration "$dir" "$portal"
    echo "PID=$(serve "$dir" portal "$port" 2 /usr/share/lemonldap-ng/portal/htdocs/index.psgi)"
    port=$(free_port)
    api=http://127.0.0.1:$port/api/v1
    echo "API_PID=$(serve "$dir" api "$port" 1 /usr/share/lemonldap-ng/manager/api/api.psgi)"
    wait_for "$portal/.well-known/openid-configuration"
    wait_for "$api/status"
    secret=$(openssl rand -hex 24)
    curl -sS -m 20 --fail-with-body -H 'Content-Type: application/json' \
        "$api/providers/oidc/rp" -d "$(party "$secret")" >&2
    wait_for_party "$portal" "$secret"
    printf '%s\n' "LOG=$dir/portal.log" "ADMIN_API=$api" "ISSUER=$portal" "TOKEN_URL=$portal/oauth2/token" \
        "CONFIGURATION=$dir/conf" \
        "CLIENT_ID=holdover-test" "CLIENT_SECRET=$secret"
}

stop() {
    local name
    for name in api portal; do
        [ -e "$1/$name.pid" ] || continue
        kill "$(cat "$1/$name.pid")" 2>/dev/null || true
        rm -f "$1/$name.pid"
    done
}

case "${1:-}" in
start | stop) "$1" "${2:?a directory is needed}" ;;
*)
    sed -n 2,8p "$0" >&2
    exit 64
    ;;
esac

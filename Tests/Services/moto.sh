#!/usr/bin/env bash
# A moto server for tests: AWS Secrets Manager and Parameter Store in memory, on 127.0.0.1 only.
#
#   moto.sh start DIR    installs once, starts, prints NAME=value lines
#   moto.sh stop DIR     ends the server that was started with DIR
#
# moto comes from PyPI into $HOLDOVER_TEST_CACHE, by default
# ${XDG_CACHE_HOME:-$HOME/.cache}/holdover. Needs python3 with venv, curl and flock.
#
# Signatures and policies are checked: the user "holdover" may do what the stores' pages say is
# enough, and "other" everything.
set -euo pipefail
version=5.2.5
cache=${HOLDOVER_TEST_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/holdover}
venv=$cache/moto-$version

install() {
    mkdir -p "$cache"
    exec 9>"$cache/moto.lock"
    flock 9
    if [ ! -e "$venv/installed" ]; then
        python3 -m venv "$venv" >&2
        "$venv/bin/pip" install --quiet --disable-pip-version-check "moto[server]==$version" >&2
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

# The first calls are not checked: they make those whose calls are.
iam() {
    curl -fsS -m 20 --aws-sigv4 aws:amz:us-east-1:iam --user nobody:nothing "$address/" \
        --data-urlencode Version=2010-05-08 "$@"
}

# user NAME ACTIONS: prints the id and the key of a user who may do these.
user() {
    iam -d "Action=CreateUser" -d "UserName=$1" >/dev/null
    iam -d "Action=PutUserPolicy" -d "UserName=$1" -d "PolicyName=enough" --data-urlencode \
        "PolicyDocument={\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":[$2],\"Resource\":\"*\"}]}" \
        >/dev/null
    iam -d "Action=CreateAccessKey" -d "UserName=$1" | python3 -c 'import re, sys
answer = sys.stdin.read()
print(*(re.search(f"<{name}>([^<]+)<", answer)[1] for name in ("AccessKeyId", "SecretAccessKey")))'
}

start() {
    local dir=$1 port address enough
    mkdir -p "$dir"
    install
    port=$(free_port)
    address=http://127.0.0.1:$port
    INITIAL_NO_AUTH_ACTION_COUNT=6 setsid "$venv/bin/moto_server" -H 127.0.0.1 -p "$port" \
        >"$dir/moto.log" 2>&1 </dev/null 9>&- &
    echo $! >"$dir/moto.pid"
    echo "PID=$!"
    for _ in $(seq 300); do
        curl -fs -m 5 -o /dev/null "$address/moto-api/" && break
        sleep 0.1
    done
    enough='"secretsmanager:DescribeSecret","secretsmanager:GetSecretValue"'
    enough+=',"secretsmanager:PutSecretValue","secretsmanager:UpdateSecretVersionStage"'
    enough+=',"ssm:GetParameter","ssm:GetParameterHistory","ssm:PutParameter"'
    enough+=',"ssm:LabelParameterVersion"'
    read -r id key <<<"$(user holdover "$enough")"
    read -r other_id other_key <<<"$(user other '"secretsmanager:*","ssm:*"')"
    printf '%s\n' "URL=$address" "KEY_ID=$id" "KEY=$key" "OTHER_KEY_ID=$other_id" \
        "OTHER_KEY=$other_key"
}

stop() {
    [ -e "$1/moto.pid" ] || return 0
    kill "$(cat "$1/moto.pid")" 2>/dev/null || true
    rm -f "$1/moto.pid"
}

case "${1:-}" in
start | stop) "$1" "${2:?a directory is needed}" ;;
*)
    sed -n 2,12p "$0" >&2
    exit 64
    ;;
esac

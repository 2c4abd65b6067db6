#!/usr/bin/env bash
# A real Prometheus Alertmanager for tests, on 127.0.0.1 only, without peers and receivers.
#
#   alertmanager.sh start DIR    installs once, starts, prints NAME=value lines
#   alertmanager.sh stop DIR     ends the server that was started with DIR
#
# It comes from Debian's package, which is unpacked and not installed, into $HOLDOVER_TEST_CACHE,
# by default ${XDG_CACHE_HOME:-$HOME/.cache}/holdover. Needs apt-get, dpkg, python3, curl and flock.
set -euo pipefail
cache=${HOLDOVER_TEST_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/holdover}
place=$cache/alertmanager

install() {
    mkdir -p "$cache"
    exec 9>"$cache/alertmanager.lock"
    flock 9
    if [ ! -e "$place/installed" ]; then
        mkdir -p "$place"
        (cd "$place" && apt-get download -q prometheus-alertmanager >&2 2>/dev/null)
        dpkg -x "$place"/prometheus-alertmanager_*.deb "$place"
        unroot
        touch "$place/installed"
    fi
    flock -u 9
}

# The binary looks for its templates below /usr/share, which is not ours to fill: a path of the same
# length leads it to the directory that it is started in.
unroot() {
    python3 - "$place/usr/bin/prometheus-alertmanager" <<'PATCH'
import sys
path = "/usr/share/prometheus/alertmanager"
own = "/proc/self/cwd".ljust(len(path), "/")
with open(sys.argv[1], "rb") as file:
    binary = file.read()
with open(sys.argv[1], "wb") as file:
    file.write(binary.replace(path.encode(), own.encode()))
PATCH
}

free_port() {
    python3 -c 'import socket
with socket.socket() as one:
    one.bind(("127.0.0.1", 0))
    print(one.getsockname()[1])'
}

start() {
    local dir port
    install
    mkdir -p "$1"
    dir=$(cd "$1" && pwd)
    printf 'route: {receiver: nobody}\nreceivers: [{name: nobody}]\n' >"$dir/alertmanager.yml"
    port=$(free_port)
    cd "$place/usr/share/prometheus/alertmanager"
    setsid "$place/usr/bin/prometheus-alertmanager" --config.file="$dir/alertmanager.yml" \
        --storage.path="$dir/data" --web.listen-address="127.0.0.1:$port" \
        --cluster.listen-address= >"$dir/server.log" 2>&1 </dev/null 9>&- &
    echo $! >"$dir/alertmanager.pid"
    echo "PID=$!"
    for _ in $(seq 100); do
        curl -fs -m 5 -o /dev/null "http://127.0.0.1:$port/-/ready" && break
        sleep 0.1
    done
    curl -fs -m 5 -o /dev/null "http://127.0.0.1:$port/-/ready"
    echo "URL=http://127.0.0.1:$port"
}

stop() {
    [ -e "$1/alertmanager.pid" ] || return 0
    kill "$(cat "$1/alertmanager.pid")" 2>/dev/null || true
    rm -f "$1/alertmanager.pid"
}

case "${1:-}" in
start | stop) "$1" "${2:?a directory is needed}" ;;
*)
    sed -n 2,8p "$0" >&2
    exit 64
    ;;
esac

#!/usr/bin/env bash
# A real Prometheus, node_exporter and Alertmanager for tests, on 127.0.0.1 only.
#
#   prometheus.sh promtool             prints the path of promtool, fetched where it isn't installed
#   prometheus.sh start DIR            fetches once, starts, prints NAME=value lines
#   prometheus.sh stop DIR             ends what was started with DIR
#
# Prometheus reads DIR/textfiles through node_exporter each second, and evaluates the rules of
# DIR/rules/*.yaml as often, once it was told to POST /-/reload. What Alertmanager tells its receiver
# is in DIR/notifications, a JSON document a line. DIR/openmetrics, where it is there, is scraped too.
#
# The programs come from Debian's packages, unpacked into $HOLDOVER_TEST_CACHE, by default
# ${XDG_CACHE_HOME:-$HOME/.cache}/holdover: nothing is installed, no service is begun. Needs apt-get,
# dpkg, flock and, to start, python3 and unshare.
set -euo pipefail
cache=${HOLDOVER_TEST_CACHE:-${XDG_CACHE_HOME:-${HOME:-}/.cache}/holdover}
place=$cache/prometheus
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=debian-packages.sh
. "$here/debian-packages.sh"

promtool() {
    type -P promtool && return
    unpack "$place" prometheus
    echo "$place/unpacked/usr/bin/promtool"
}

# Four ports that were free a moment ago.
free_ports() {
    python3 -c 'import socket
held = [socket.socket() for _ in range(4)]
for one in held: one.bind(("127.0.0.1", 0))
print(*(one.getsockname()[1] for one in held))'
}

configure() {
    cat >"$1/prometheus.yaml" <<CONFIGURATION
global: {scrape_interval: 1s, evaluation_interval: 1s}
rule_files: ["$1/rules/*.yaml"]
scrape_configs:
  - job_name: node
    static_configs: [{targets: ["127.0.0.1:$2"]}]
  - job_name: openmetrics
    static_configs: [{targets: ["127.0.0.1:$4"]}]
alerting:
  alertmanagers:
    - static_configs: [{targets: ["127.0.0.1:$3"]}]
CONFIGURATION
    cat >"$1/alertmanager.yaml" <<CONFIGURATION
route: {receiver: tests, group_by: [...], group_wait: 0s, group_interval: 1s, repeat_interval: 1h}
receivers:
  - name: tests
    webhook_configs: [{url: "http://127.0.0.1:$4/", send_resolved: true}]
CONFIGURATION
}

# All of them in one group, which its leader's id names. Alertmanager looks for its templates below
# /usr/share, so that it gets a /usr/share of its own.
begin() {
    local dir=$1 exporter=$2 prometheus=$3 manager=$4 receiver=$5 root=$place/unpacked
    setsid bash -c '
        set -u
        python3 "$1/alert-receiver.py" "$7" "$2/notifications" &
        "$3/usr/bin/prometheus-node-exporter" --collector.disable-defaults --collector.textfile \
            --collector.textfile.directory="$2/textfiles" --web.listen-address="127.0.0.1:$4" &
        unshare -rm bash -c "mount --bind \"\$1/usr/share\" /usr/share && shift && exec \"\$@\"" - \
            "$3" "$3/usr/bin/prometheus-alertmanager" --config.file="$2/alertmanager.yaml" \
            --storage.path="$2/alertmanager" --web.listen-address="127.0.0.1:$6" \
            --cluster.listen-address= &
        "$3/usr/bin/prometheus" --config.file="$2/prometheus.yaml" \
            --storage.tsdb.path="$2/data" --web.enable-lifecycle \
            --web.listen-address="127.0.0.1:$5" &
        wait
    ' prometheus-tests "$here" "$dir" "$root" "$exporter" "$prometheus" "$manager" "$receiver" \
        >"$dir/output.log" 2>&1 </dev/null &
    echo $! >"$dir/pid"
}

start() {
    local dir=$1 exporter prometheus manager receiver url
    unpack "$place" prometheus prometheus-node-exporter prometheus-alertmanager
    mkdir -p "$dir/textfiles" "$dir/rules"
    read -r exporter prometheus manager receiver < <(free_ports)
    configure "$dir" "$exporter" "$manager" "$receiver"
    begin "$dir" "$exporter" "$prometheus" "$manager" "$receiver"
    printf '%s\n' "PID=$(cat "$dir/pid")" "TEXTFILES=$dir/textfiles" "RULES=$dir/rules" \
        "OPENMETRICS=$dir/openmetrics" "NOTIFICATIONS=$dir/notifications" \
        "PROMETHEUS=http://127.0.0.1:$prometheus" "EXPORTER=http://127.0.0.1:$exporter" \
        "ALERTMANAGER=http://127.0.0.1:$manager"
    for url in "$prometheus/-/ready" "$manager/-/ready" "$exporter/metrics"; do
        for _ in $(seq 300); do
            curl -fs -m 2 -o /dev/null "http://127.0.0.1:$url" && continue 2
            sleep 0.1
        done
        cat "$dir/output.log" >&2
        exit 1
    done
}

stop() {
    local pid
    [ -e "$1/pid" ] || return 0
    pid=$(cat "$1/pid")
    rm -f "$1/pid"
    kill -- "-$pid" 2>/dev/null || true
}

case "${1:-}" in
promtool) promtool ;;
start | stop) "$1" "${2:?a directory is needed}" ;;
*)
    sed -n 2,14p "$0" >&2
    exit 64
    ;;
esac

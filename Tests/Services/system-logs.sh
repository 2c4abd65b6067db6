#!/usr/bin/env bash
# A real rsyslog and a real journald for tests, each with a socket of its own.
#
#   system-logs.sh start DIR    fetches once, starts, prints NAME=value lines
#   system-logs.sh stop DIR     ends what was started with DIR
#
# What rsyslog took is in RSYSLOG_FILE, a JSON document a line; what journald took is read by
# `journalctl --directory JOURNAL`. rsyslog comes from Debian's package, unpacked into
# $HOLDOVER_TEST_CACHE, by default ${XDG_CACHE_HOME:-$HOME/.cache}/holdover; journald is the
# system's, in a namespace whose files and sockets are in DIR. Needs root, systemd and unshare.
set -euo pipefail
cache=${HOLDOVER_TEST_CACHE:-${XDG_CACHE_HOME:-${HOME:-}/.cache}/holdover}
place=$cache/rsyslog
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=debian-packages.sh
. "$here/debian-packages.sh"

configure() {
    cat >"$1/rsyslog.conf" <<CONFIGURATION
module(load="imuxsock" SysSock.Use="off")
input(type="imuxsock" Socket="$1/rsyslog.socket" CreatePath="off")
template(name="document" type="string" string="%jsonmesg%\n")
action(type="omfile" file="$1/rsyslog.json" template="document")
CONFIGURATION
}

# Both in one group, which its leader's id names.
begin() {
    local dir=$1 library
    library=$(dirname "$(ls -d "$place"/unpacked/usr/lib/*/rsyslog)")
    setsid bash -c '
        set -u
        LD_LIBRARY_PATH=$3 "$2/usr/sbin/rsyslogd" -n -f "$1/rsyslog.conf" \
            -i "$1/rsyslog.pid" -M "$3/rsyslog" &
        unshare -m bash -c "
            mount --make-rprivate /
            mount --bind \"\$1/log\" /var/log
            mount --bind \"\$1/run\" /run/systemd
            exec /lib/systemd/systemd-journald t" - "$1" &
        wait
    ' system-logs "$dir" "$place/unpacked" "$library" >"$dir/output.log" 2>&1 </dev/null &
    echo $! >"$dir/pid"
}

start() {
    local dir socket
    unpack "$place" rsyslog libestr0 libfastjson4 liblognorm5
    mkdir -p "$1/log/journal" "$1/run" /run/systemd
    dir=$(cd "$1" && pwd)
    configure "$dir"
    begin "$dir"
    printf '%s\n' "PID=$(cat "$dir/pid")" "RSYSLOG=$dir/rsyslog.socket" \
        "RSYSLOG_FILE=$dir/rsyslog.json" "JOURNALD=$dir/run/journal.t/dev-log" \
        "JOURNAL=$dir/log/journal/$(cat /etc/machine-id).t"
    for socket in "$dir/rsyslog.socket" "$dir/run/journal.t/dev-log"; do
        for _ in $(seq 100); do
            [ ! -S "$socket" ] || continue 2
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
start | stop) "$1" "${2:?a directory is needed}" ;;
*)
    sed -n 2,11p "$0" >&2
    exit 64
    ;;
esac

#!/usr/bin/env bash
# Programs of Debian for scripts that start real servers, unpacked and not installed: no service is
# begun. Needs apt-get, dpkg and flock.

# unpack PLACE PACKAGE...: into PLACE/unpacked, each package that isn't there yet.
unpack() {
    local place=$1 package
    shift
    mkdir -p "$place"
    exec 9>"$place.lock"
    flock 9
    for package in "$@"; do
        [ ! -e "$place/$package.unpacked" ] || continue
        rm -rf "$place/download"
        mkdir "$place/download"
        (
            cd "$place/download"
            apt-get download "$package" 2>/dev/null || {
                apt-get update -q
                apt-get download "$package"
            }
            dpkg -x "$package"_*.deb "$place/unpacked"
        ) >&2
        rm -rf "$place/download"
        touch "$place/$package.unpacked"
    done
    flock -u 9
    exec 9>&-
}

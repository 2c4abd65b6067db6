#!/usr/bin/env bash
# The vendors' own clients, for tests: Amazon's, Microsoft's, Google's and OpenStack's.
#
#   vendor-clients.sh start DIR    installs once, prints where they are; nothing is started
#
# They come from PyPI into $HOLDOVER_TEST_CACHE, by default ${XDG_CACHE_HOME:-$HOME/.cache}/holdover.
# Needs python3 with venv, openssl and flock. What they do is in vendor-clients.py.
set -euo pipefail
packages=(
    awscli==1.46.3 boto3==1.44.8 azure-keyvault-secrets==4.12.0
    google-cloud-secret-manager==2.32.0 google-crc32c==1.9.0 requests==2.34.2
    python-barbicanclient==7.6.0
)
cache=${HOLDOVER_TEST_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/holdover}
venv=$cache/vendor-clients-$(printf '%s ' "${packages[@]}" | sha256sum | cut -c1-12)

start() {
    local dir=$1
    mkdir -p "$cache" "$dir"
    exec 9>"$cache/vendor-clients.lock"
    flock 9
    if [ ! -e "$venv/installed" ]; then
        python3 -m venv "$venv" >&2
        "$venv/bin/pip" install --quiet --disable-pip-version-check "${packages[@]}" >&2
        touch "$venv/installed"
    fi
    flock -u 9
    # Microsoft's client speaks to nobody without TLS.
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 \
        -subj "/CN=test" -addext "subjectAltName=IP:127.0.0.1" \
        -keyout "$dir/tls.key" -out "$dir/tls.pem" 2>/dev/null
    printf '%s\n' "PYTHON=$venv/bin/python" "AWS=$venv/bin/aws" "TLS_KEY=$dir/tls.key" \
        "TLS_CERTIFICATE=$dir/tls.pem"
}

case "${1:-}" in
start) "$1" "${2:?a directory is needed}" ;;
stop) ;;
*)
    sed -n 2,7p "$0" >&2
    exit 64
    ;;
esac

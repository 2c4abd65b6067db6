#!/usr/bin/env bash
# A real django-oauth-toolkit 3.4 for tests: SQLite, one application, on 127.0.0.1 only.
#
#   dot.sh start DIR    installs once, starts, prints NAME=value lines
#   dot.sh stop DIR     ends the server that was started with DIR
#
# The server comes from PyPI into $HOLDOVER_TEST_CACHE, by default
# ${XDG_CACHE_HOME:-$HOME/.cache}/holdover. Needs python3 with venv, curl, openssl and flock.
set -euo pipefail
version=3.4.1
cache=${HOLDOVER_TEST_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/holdover}
venv=$cache/django-oauth-toolkit-$version

install() {
    mkdir -p "$cache"
    exec 9>"$cache/django-oauth-toolkit.lock"
    flock 9
    if [ ! -e "$venv/installed" ]; then
        python3 -m venv "$venv" >&2
        "$venv/bin/pip" install --quiet --disable-pip-version-check \
            "django-oauth-toolkit==$version" 'django>=5.2,<6' gunicorn >&2
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

# A site with nothing of its own but these three files.
write_site() {
    cat >"$1/site_settings.py" <<SETTINGS
SECRET_KEY = "$(openssl rand -hex 32)"
DEBUG = False
ALLOWED_HOSTS = ["127.0.0.1"]
ROOT_URLCONF = "site_urls"
INSTALLED_APPS = [
    "django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions",
    "oauth2_provider",
]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
]
DATABASES = {"default": {
    "ENGINE": "django.db.backends.sqlite3", "NAME": "$1/db.sqlite3",
    "OPTIONS": {"timeout": 20, "transaction_mode": "IMMEDIATE"},
}}
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
OAUTH2_PROVIDER = {
    "SCOPES": {"read": "r", "write": "w"}, "DEFAULT_SCOPES": ["read"],
    "ACCESS_TOKEN_EXPIRE_SECONDS": 3600,
}
SETTINGS
    cat >"$1/site_urls.py" <<URLS
from django.urls import include, path

urlpatterns = [path("o/", include("oauth2_provider.urls", namespace="oauth2_provider"))]
URLS
    cat >"$1/site_wsgi.py" <<WSGI
from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()
WSGI
}

manage() { "$venv/bin/python" -m django "$@" >&2; }

start() {
    local dir port secret
    install
    mkdir -p "$1"
    dir=$(cd "$1" && pwd)
    cd "$dir"
    write_site "$dir"
    export DJANGO_SETTINGS_MODULE=site_settings PYTHONPATH=$dir
    manage migrate -v0
    secret=$(openssl rand -hex 24)
    manage createapplication confidential client-credentials --client-id holdover-test \
        --client-secret "$secret" --name holdover-test
    port=$(free_port)
    setsid "$venv/bin/gunicorn" -b "127.0.0.1:$port" -w 2 --no-control-socket site_wsgi \
        >"$dir/server.log" 2>&1 </dev/null 9>&- &
    echo $! >"$dir/dot.pid"
    echo "PID=$!"
    for _ in $(seq 200); do
        curl -fs -m 5 -o /dev/null -u "holdover-test:$secret" "http://127.0.0.1:$port/o/token/" \
            -d 'grant_type=client_credentials' && break
        sleep 0.1
    done
    printf '%s\n' "PYTHON=$venv/bin/python" "SITE=$dir" "SETTINGS=site_settings" \
        "ISSUER=http://127.0.0.1:$port/o" "TOKEN_URL=http://127.0.0.1:$port/o/token/" \
        "CLIENT_ID=holdover-test" "CLIENT_SECRET=$secret"
}

stop() {
    [ -e "$1/dot.pid" ] || return 0
    kill "$(cat "$1/dot.pid")" 2>/dev/null || true
    rm -f "$1/dot.pid"
}

case "${1:-}" in
start | stop) "$1" "${2:?a directory is needed}" ;;
*)
    sed -n 2,8p "$0" >&2
    exit 64
    ;;
esac

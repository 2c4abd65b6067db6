#!/usr/bin/env bash
# A small agent for tests: keeps a file equal to a secret in a store, as sidecars do.
#
#   store-agent.sh aws FILE          AWS Secrets Manager at URL, the secret SECRET, with KEY_ID and KEY
#   store-agent.sh kubernetes FILE   a Kubernetes API server at URL, the Secret SECRET and its key
#                                    client_secret, with TOKEN and CA_FILE
#
# It asks three times a second until it is ended; at AWS with the label, without which moto answers
# what another label is on. Needs curl and python3.
set -uo pipefail
kind=${1:?aws or kubernetes} file=${2:?a file}

ask() {
    case $kind in
    aws)
        curl -fsS -m 5 --aws-sigv4 aws:amz:eu-west-1:secretsmanager --user "$KEY_ID:$KEY" \
            -H 'Content-Type: application/x-amz-json-1.1' \
            -H 'X-Amz-Target: secretsmanager.GetSecretValue' \
            -d "{\"SecretId\":\"$SECRET\",\"VersionStage\":\"AWSCURRENT\"}" "$URL/" |
            python3 -c 'import json, sys; sys.stdout.write(json.load(sys.stdin)["SecretString"])'
        ;;
    kubernetes)
        curl -fsS -m 5 --cacert "$CA_FILE" -H "Authorization: Bearer $TOKEN" \
            "$URL/api/v1/namespaces/apps/secrets/$SECRET" |
            python3 -c 'import base64, json, sys
sys.stdout.buffer.write(base64.b64decode(json.load(sys.stdin)["data"]["client_secret"]))'
        ;;
    *) exit 64 ;;
    esac
}

while :; do
    if ask >"$file.new" && [ -s "$file.new" ] && ! cmp -s "$file.new" "$file"; then
        mv "$file.new" "$file"
    fi
    sleep 0.3
done

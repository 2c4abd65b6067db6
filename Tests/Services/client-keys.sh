#!/usr/bin/env bash
# Keys and certificates of clients, for scripts that start real servers. Needs openssl and jq.

# make_keys DIR: rsa.pem, ec.pem and ed25519.pem, and jwks.json with their public halves; and
# other.pem, which no server knows.
make_keys() {
    openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out "$1/rsa.pem" 2>/dev/null
    openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1/ec.pem" 2>/dev/null
    openssl genpkey -algorithm ED25519 -out "$1/ed25519.pem"
    openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out "$1/other.pem" 2>/dev/null
    {
        # The last bytes of the encoding: the numbers that a JWK has.
        jq -n --arg n "$(public "$1/rsa.pem" 261 256)" \
            '{kty: "RSA", kid: "rsa", n: $n, e: "AQAB"}'
        jq -n --arg x "$(public "$1/ec.pem" 64 32)" --arg y "$(public "$1/ec.pem" 32 32)" \
            '{kty: "EC", kid: "ec", crv: "P-256", x: $x, y: $y}'
        jq -n --arg x "$(public "$1/ed25519.pem" 32 32)" \
            '{kty: "OKP", kid: "ed25519", crv: "Ed25519", x: $x}'
    } | jq -s '{keys: .}' >"$1/jwks.json"
}

# public KEY END COUNT: bytes of the public key's encoding, counted from the end.
public() {
    openssl pkey -in "$1" -pubout -outform DER | tail -c "$2" | head -c "$3" | base64 -w 0 |
        tr '+/' '-_' | tr -d '='
}

# make_certificates DIR: an authority, a server's certificate for 127.0.0.1, one of a client that
# the authority signed, and one that a client signed itself. NAME.crt and NAME.key.
make_certificates() {
    authority "$1" ca
    issue "$1" server server "IP:127.0.0.1" ca
    issue "$1" client holdover-tls "DNS:holdover-tls.test" ca
    # Signed by somebody else: the subject alone proves nothing.
    authority "$1" stranger
    issue "$1" false holdover-tls "DNS:holdover-tls.test" stranger
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 \
        -subj /CN=holdover-self -addext basicConstraints=critical,CA:FALSE \
        -keyout "$1/self.key" -out "$1/self.crt" 2>/dev/null
}

authority() {
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 \
        -subj "/CN=$2" -keyout "$1/$2.key" -out "$1/$2.crt" 2>/dev/null
}

# issue DIR FILE NAME ALTERNATIVE AUTHORITY
issue() {
    openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$3" \
        -keyout "$1/$2.key" -out "$1/$2.csr" 2>/dev/null
    openssl x509 -req -in "$1/$2.csr" -CA "$1/$5.crt" -CAkey "$1/$5.key" -CAcreateserial -days 2 \
        -extfile <(printf 'subjectAltName=%s\n' "$4") -out "$1/$2.crt" 2>/dev/null
}

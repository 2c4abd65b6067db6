/// A certificate authority that is made for a test, by OpenSSL's command and `/bin/sh`.
public enum TestAuthority {
    /// A script that makes `ca.pem` and `ca.key` in the present folder, and a function
    /// `make NAME EXTENSIONS` for `NAME.pem` and `NAME.key` of that authority.
    public static let script = """
        set -e
        make() {
            openssl ecparam -name prime256v1 -genkey -noout -out "$1.key"
            openssl req -new -key "$1.key" -subj "/CN=$1" -out "$1.csr"
            printf '%s\\n' "$2" >"$1.ext"
            openssl x509 -req -in "$1.csr" -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 \
                -extfile "$1.ext" -out "$1.pem"
        }
        openssl ecparam -name prime256v1 -genkey -noout -out ca.key
        openssl req -x509 -new -key ca.key -days 2 -subj /CN=authority -out ca.pem \
            -addext basicConstraints=critical,CA:TRUE
        make server subjectAltName=IP:127.0.0.1

        """
}

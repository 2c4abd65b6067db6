import Foundation
import ProcessTesting

/// An issuer over TLS that gives a token to whoever shows a certificate of its authority, at the
/// alias that its metadata name (RFC 8705 §5), and refuses everybody else.
///
/// The token is the name in the certificate.
struct CertificateIssuer {
    private static let python = "/usr/bin/python3"
    private static let openssl = "/usr/bin/openssl"
    static let isAvailable = [python, openssl].allSatisfy(FileManager.default.isExecutableFile)

    /// Where its files are: `ca.pem`, `billing.pem`, `billing.key` and `other.key`.
    let folder: String
    let url: String

    private static let preparation =
        "cd \"$1\" || exit 1\n" + TestAuthority.script + """
            make billing extendedKeyUsage=clientAuth
            make other extendedKeyUsage=clientAuth
            chmod 600 *.key
            chmod 644 billing.pem
            """

    private static let program = """
        import http.server, json, os, ssl, sys
        os.chdir(sys.argv[1])
        class Handler(http.server.BaseHTTPRequestHandler):
            def answer(self, status, body):
                text = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)
            def do_GET(self):
                self.answer(200, {"issuer": base, "token_endpoint": base + "/token",
                    "token_endpoint_auth_methods_supported": ["tls_client_auth"],
                    "mtls_endpoint_aliases": {"token_endpoint": base + "/mtls"}})
            def do_POST(self):
                self.rfile.read(int(self.headers["Content-Length"]))
                held = self.connection.getpeercert() or {}
                names = [v for part in held.get("subject", ()) for k, v in part]
                if not names or self.path != "/mtls":
                    return self.answer(401, {"error": "invalid_client"})
                self.answer(200, {"access_token": names[0], "token_type": "Bearer"})
            def log_message(self, *rest): pass
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain("server.pem", "server.key")
        context.load_verify_locations("ca.pem")
        context.verify_mode = ssl.CERT_OPTIONAL
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.socket = context.wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False)
        base = f"https://127.0.0.1:{server.server_address[1]}"
        print(base, flush=True)
        server.serve_forever()
        """

    /// Serves until the workbench is cleared away.
    init(on bench: Workbench) async throws {
        folder = try bench.directory("issuer")
        let maker = try bench.spawn(
            "openssl", "/bin/sh", ["-c", Self.preparation, "sh", folder])
        await maker.wait()
        let server = try bench.spawn("issuer", Self.python, ["-c", Self.program, folder])
        let isReady = await eventually(within: .seconds(30)) {
            (try? String(contentsOfFile: server.outputPath, encoding: .utf8).hasSuffix("\n"))
                ?? false
        }
        guard isReady else { throw CocoaError(.fileReadUnknown) }
        url = try String(contentsOfFile: server.outputPath, encoding: .utf8).trimmingCharacters(
            in: .newlines)
    }

    func file(_ name: String) -> String { "file:\(folder)/\(name)" }
}

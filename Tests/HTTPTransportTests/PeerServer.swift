import Foundation
import Glibc
import HTTPTransport
import ProcessTesting

/// A server over TLS that says who the other side proved to be, and on which of its connections.
///
/// It keeps connections open, unless the path is `/last`, and asks for a certificate without
/// insisting on one.
final class PeerServer: Sendable {
    static let isAvailable =
        TLSServer.isAvailable && FileManager.default.isExecutableFile(atPath: "/usr/bin/python3")

    let folder: URL
    let port: UInt16
    private let pid: pid_t

    private static let program = """
        import http.server, itertools, socketserver, ssl, sys
        numbers = itertools.count(1)
        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            def setup(self):
                super().setup()
                self.number = next(numbers)
            def do_GET(self):
                held = self.connection.getpeercert() or {}
                names = [v for part in held.get("subject", ()) for k, v in part]
                body = f"{(names or ['nobody'])[0]} {self.number}".encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                if self.path == "/last":
                    self.send_header("Connection", "close")
                self.end_headers()
                self.wfile.write(body)
            def log_message(self, *rest): pass
        class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
            daemon_threads = True
            request_queue_size = 128
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain("server.pem", "server.key")
        context.load_verify_locations("ca.pem")
        context.verify_mode = ssl.CERT_OPTIONAL
        server = Server(("127.0.0.1", 0), Handler)
        server.socket = context.wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False)
        print(server.server_address[1], flush=True)
        server.serve_forever()
        """

    private static let preparation =
        TestAuthority.script + """
            make one extendedKeyUsage=clientAuth
            make two extendedKeyUsage=clientAuth
            openssl ec -in one.key -aes128 -passout pass:p -out locked.key
            """

    init() async throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent(
            "holdover-peer-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let maker = Self.command("/bin/sh", ["-c", Self.preparation], in: folder)
        maker.standardOutput = FileHandle.nullDevice
        try await withCheckedThrowingContinuation { caller in
            maker.terminationHandler = { _ in caller.resume() }
            do { try maker.run() } catch { caller.resume(throwing: error) }
        }
        let process = Self.command("/usr/bin/python3", ["-c", Self.program], in: folder)
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let line = String(decoding: pipe.fileHandleForReading.availableData, as: UTF8.self)
        guard let port = UInt16(line.prefix { $0.isNumber }) else { throw POSIXError(.ECHILD) }
        (self.port, pid) = (port, process.processIdentifier)
    }

    func stop() {
        kill(pid, SIGKILL)
        try? FileManager.default.removeItem(at: folder)
    }

    func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

    /// The certificate of `name`, with its own key or another one; none for one that isn't there.
    func client(_ name: String, _ key: String?) throws -> ClientCertificate {
        let key = try? Data(contentsOf: folder.appendingPathComponent("\(key ?? name).key"))
        return ClientCertificate(
            chain: Array(try Data(contentsOf: folder.appendingPathComponent("\(name).pem"))),
            key: Array(key ?? Data()))
    }

    private static func command(_ path: String, _ arguments: [String], in folder: URL) -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.currentDirectoryURL = folder
        process.arguments = arguments
        process.standardInput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        return process
    }
}

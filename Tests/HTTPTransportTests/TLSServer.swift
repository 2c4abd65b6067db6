import Foundation
import Glibc

/// `openssl s_server` with a certificate of its own, made for one name.
final class TLSServer {
    static let isAvailable = FileManager.default.isExecutableFile(atPath: "/usr/bin/openssl")

    let folder: URL
    let port: UInt16
    private let process: Process

    var certificate: String { folder.appendingPathComponent("c.pem").path }

    init(certifying name: String, _ options: [String] = []) async throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent(
            "holdover-tls-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let maker = Self.openssl(
            in: folder,
            [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                "-keyout", "k.pem", "-out", "c.pem", "-days", "2", "-subj", "/CN=test", "-addext",
                "subjectAltName=\(name)",
            ])
        maker.standardOutput = FileHandle.nullDevice
        // `waitUntilExit` would block a thread that the other tests need.
        try await withCheckedThrowingContinuation { caller in
            maker.terminationHandler = { _ in caller.resume() }
            do { try maker.run() } catch { caller.resume(throwing: error) }
        }

        process = Self.openssl(
            in: folder,
            ["s_server", "-accept", "127.0.0.1:0", "-cert", "c.pem", "-key", "k.pem", "-www"]
                + options)
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        var text = ""
        while !text.contains("ACCEPT 127.0.0.1:") || !text.hasSuffix("\n") {
            let part = pipe.fileHandleForReading.availableData
            guard !part.isEmpty else { throw POSIXError(.ECHILD) }
            text += String(decoding: part, as: UTF8.self)
        }
        let digits = text.split(separator: "ACCEPT 127.0.0.1:").last?.prefix { $0.isNumber } ?? ""
        guard let port = UInt16(digits) else { throw POSIXError(.ECHILD) }
        self.port = port
    }

    func stop() {
        // Not SIGTERM: the child inherits the signal mask of the test's thread, which blocks it.
        kill(process.processIdentifier, SIGKILL)
        try? FileManager.default.removeItem(at: folder)
    }

    private static func openssl(in folder: URL, _ arguments: [String]) -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/openssl")
        process.currentDirectoryURL = folder
        process.arguments = arguments
        process.standardInput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        return process
    }
}

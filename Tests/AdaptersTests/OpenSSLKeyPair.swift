import Foundation
import Testing

/// A key pair as PEM, made by openssl.
struct OpenSSLKeyPair {
    let privateKey: String
    let publicKey: String

    /// `algorithm` is what `openssl genpkey` makes, with its options.
    init(_ algorithm: String...) throws {
        let scratch = try ScratchDirectory()
        for arguments in [
            ["genpkey", "-algorithm"] + algorithm + ["-out", "k"],
            ["pkey", "-in", "k", "-pubout", "-out", "p"],
        ] {
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
            process.arguments = ["openssl"] + arguments
            process.currentDirectoryURL = URL(fileURLWithPath: scratch.path)
            process.standardError = FileHandle.nullDevice
            try process.run()
            process.waitUntilExit()
            try #require(process.terminationStatus == 0)
        }
        (privateKey, publicKey) = (try scratch.read("k"), try scratch.read("p"))
    }
}

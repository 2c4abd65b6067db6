import Foundation
import Testing

@testable import Adapters

extension Practice {
    /// A service account with `grants`, and its key as Google gives it out.
    func serviceAccount(_ grants: [String]) async throws -> String {
        let (pem, publicPEM) = try Self.rsaKeyPair()
        let literal = { (text: String) in
            String(decoding: JSONDocument.literal(text), as: UTF8.self)
        }
        let email = "\(UUID().uuidString.lowercased())@practice.iam.gserviceaccount.com"
        let rights = grants.map(literal).joined(separator: ",")
        try await control(
            "POST", "clients",
            #"{"dialect":"google","client_id":"\#(email)","auth_method":"private_key_jwt","#
                + #""public_key":\#(literal(publicPEM)),"grants":[\#(rights)]}"#)
        return #"{"type":"service_account","project_id":"practice-project","#
            + #""private_key_id":"k1","private_key":\#(literal(pem)),"client_email":"\#(email)","#
            + #""token_uri":"\#(self["GOOGLE_LOGIN_TOKEN_URL"])"}"#
    }

    /// An RSA key pair as PEM, made by openssl.
    private static func rsaKeyPair() throws -> (private: String, public: String) {
        let scratch = try ScratchDirectory()
        for arguments in [
            ["genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", "k"],
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
        return (try scratch.read("k"), try scratch.read("p"))
    }
}

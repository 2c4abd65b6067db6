import Foundation
import JWTKit
import Testing

/// How a service account logs in (RFC 7523 §2.1).
struct GoogleLoginTests {
    private struct Claims: JWTPayload {
        var iss = "robot@practice.example"
        var sub: String?
        var aud: String
        var scope = "https://www.googleapis.com/auth/cloud-platform"
        var iat = Int(Date.now.timeIntervalSince1970)
        var exp = Int(Date.now.timeIntervalSince1970) + 60

        func verify(using algorithm: some JWTAlgorithm) throws {}
    }

    private let server: PracticeProcess
    private let key: Insecure.RSA.PrivateKey

    init() throws {
        server = try PracticeProcess()
        key = try Insecure.RSA.PrivateKey(pem: Self.newKey())
        let pem = key.publicKey.pemRepresentation.replacing("\n", with: "\\n")
        try server.makeClient(
            #"{"dialect":"google","client_id":"robot@practice.example","#
                + #""auth_method":"private_key_jwt","public_key":"\#(pem)"}"#)
    }

    /// An RSA key as PEM, made by openssl.
    private static func newKey() throws -> String {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["openssl", "genrsa", "2048"]
        process.standardError = FileHandle.nullDevice
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let pem = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return String(decoding: pem, as: UTF8.self)
    }

    private func claims() -> Claims { Claims(aud: server.lines["GOOGLE_LOGIN_TOKEN_URL"] ?? "") }

    private func trade(_ claims: Claims, _ keys: JWTKeyCollection? = nil) async throws
        -> RawHTTP.Answer
    {
        let own = await JWTKeyCollection().add(rsa: key, digestAlgorithm: .sha256)
        let assertion = try await (keys ?? own).sign(claims)
        let grant = "urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer"
        return try server.post("/google/login/token", "grant_type=\(grant)&assertion=\(assertion)")
    }

    @Test func `an assertion is traded for a token, which does what the account may do`()
        async throws
    {
        let answer = try await trade(claims())
        #expect(answer.status == 200 && answer.json["token_type"] == "Bearer")
        let denied = try server.http.send(
            "GET", "/google/iam/v1/projects/practice-project/locations/global/oauthClients/web",
            headers: ["Authorization": "Bearer \(answer.json["access_token"].string ?? "")"])
        #expect(denied.status == 403 && denied.json["error"]["status"] == "PERMISSION_DENIED")
    }

    @Test func `claims that break a rule are refused`() async throws {
        let now = Int(Date.now.timeIntervalSince1970)
        let changes: [(error: String, change: (inout Claims) -> Void)] = [
            ("invalid_grant", { $0.aud = "https://elsewhere.example/token" }),
            ("invalid_grant", { $0.exp = now - 1 }),
            ("invalid_grant", { $0.exp = now + 7200 }),
            ("invalid_grant", { $0.iat = now + 600 }),
            ("invalid_grant", { $0.iss = "nobody@practice.example" }),
            ("unauthorized_client", { $0.sub = "boss@practice.example" }),
            ("invalid_scope", { $0.scope = "" }),
        ]
        for (error, change) in changes {
            var claims = claims()
            change(&claims)
            let refused = try await trade(claims)
            #expect(refused.json["error"].string == error, "\(claims)")
        }
    }

    @Test func `nothing but the account's own RS256 is read`() async throws {
        let other = await JWTKeyCollection().add(ecdsa: ES256PrivateKey())
        #expect(try await trade(claims(), other).json["error"] == "invalid_request")
        let stranger = await JWTKeyCollection().add(
            rsa: try Insecure.RSA.PrivateKey(pem: Self.newKey()), digestAlgorithm: .sha256)
        #expect(try await trade(claims(), stranger).json["error"] == "invalid_grant")
        let grant = try server.post("/google/login/token", "grant_type=client_credentials")
        #expect(grant.json["error"] == "unsupported_grant_type")
    }
}

import Foundation
import HTTPTransport
import Testing

@testable import ClientCredentials

/// The client assertion of one token request, taken apart without the library that signed it.
struct SentAssertion {
    struct Head: Decodable, Equatable {
        let alg: String
        let kid: String?
    }

    struct Claims: Decodable, Equatable {
        let iss: String
        let sub: String
        let aud: String
        let iat: Int
        let exp: Int
        let jti: String
    }

    static let now = Date(timeIntervalSince1970: 1_795_446_000.9)

    let request: HTTPRequest
    let fields: [Substring]
    let text: String
    let head: Head
    let claims: Claims
    /// What was signed, and the signature.
    let signed: Data
    let signature: Data

    init(_ authentication: ClientAuthentication) async throws {
        let http = ScriptedHTTP(.token("t"))
        _ = try await TokenEndpoint(url: "https://a.test/token").requestToken(
            as: authentication, through: http, at: Self.now)
        request = try #require(http.requests.first)
        fields = String(decoding: request.body ?? [], as: UTF8.self).split(separator: "&")
        let prefix = "client_assertion="
        text = String(try #require(fields.first { $0.hasPrefix(prefix) }).dropFirst(prefix.count))
        let parts = text.split(separator: ".")
        try #require(parts.count == 3)
        head = try JSONDecoder().decode(Head.self, from: try Self.decode(parts[0]))
        claims = try JSONDecoder().decode(Claims.self, from: try Self.decode(parts[1]))
        signed = Data("\(parts[0]).\(parts[1])".utf8)
        signature = try Self.decode(parts[2])
    }

    static func decode(_ part: some StringProtocol) throws -> Data {
        var text = String(part).replacing("-", with: "+").replacing("_", with: "/")
        text += String(repeating: "=", count: (4 - text.count % 4) % 4)
        return try #require(Data(base64Encoded: text))
    }
}

import FoundationEssentials
import JWTKit

/// The claims of RFC 7523 §3; times in whole seconds, since some servers refuse fractions.
struct ClientAssertion: JWTPayload {
    /// How long one is good for, in seconds: a request, and clocks that differ a little.
    static let lifetime = 60

    let iss: String
    let sub: String?
    let aud: String
    let scope: String?
    let iat: Int
    let exp: Int
    let jti: String

    /// One of `issuer` that no other is like; a `subject` that differs is somebody to act for.
    init(
        issuer: String, subject: String?, audience: String, scope: String? = nil, at now: Date
    ) {
        iss = issuer
        sub = subject
        aud = audience
        self.scope = scope
        iat = Int(now.timeIntervalSince1970.rounded(.down))
        exp = iat + Self.lifetime
        jti = UUID().uuidString
    }

    /// Nothing to check: this side only signs.
    func verify(using algorithm: some JWTAlgorithm) async throws {}
}

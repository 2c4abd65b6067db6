import FoundationEssentials
import JWTKit

/// The private key with which a client signs its assertions.
public struct AssertionKey: Sendable {
    /// The signature algorithm.
    public enum Algorithm: String, Sendable, Hashable {
        /// RSASSA-PKCS1-v1_5 with SHA-256.
        case rs256 = "RS256"
        /// RSASSA-PSS with SHA-256.
        case ps256 = "PS256"
        /// ECDSA on P-256 with SHA-256.
        case es256 = "ES256"
    }

    /// The client's id: the assertion's issuer and subject.
    public let clientID: String
    /// The signature algorithm.
    public let algorithm: Algorithm
    /// What the server calls the key; nil where it has only one.
    public let keyID: String?
    /// Whom the assertion is for; nil for the token endpoint's URL, as RFC 7523 §3 has it.
    ///
    /// Some servers want their issuer instead, as the 2025 update of RFC 7523 does.
    public let audience: String?

    let pem: String
    private let signers: JWTKeyCollection

    /// A key from `pem`; throws `unusable` where the text isn't a key for `algorithm`.
    public init(
        clientID: String, pem: String, algorithm: Algorithm, keyID: String? = nil,
        audience: String? = nil
    ) async throws(TokenError) {
        self.clientID = clientID
        self.algorithm = algorithm
        self.keyID = keyID
        self.audience = audience
        self.pem = pem
        signers = JWTKeyCollection()
        let kid = keyID.map { JWKIdentifier(string: $0) }
        do {
            switch algorithm {
            case .rs256:
                let key = try Insecure.RSA.PrivateKey(pem: pem)
                await signers.add(rsa: key, digestAlgorithm: .sha256, kid: kid)
            case .ps256:
                let key = try Insecure.RSA.PrivateKey(pem: pem)
                await signers.add(pss: key, digestAlgorithm: .sha256, kid: kid)
            case .es256: await signers.add(ecdsa: try ES256PrivateKey(pem: pem), kid: kid)
            }
        } catch {
            // The error's own text might quote the key.
            throw TokenError.unusable("the key isn't a PEM private key for \(algorithm.rawValue)")
        }
    }

    /// A fresh assertion that proves the client at `endpoint`, good for a minute from `now`.
    func assertion(for endpoint: String, at now: Date) async throws(TokenError) -> String {
        try await sign(endpoint, subject: clientID, scope: nil, at: now)
    }

    /// A fresh assertion that is a grant; a subject would be somebody to act for.
    func grant(for endpoint: String, scope: String?, at now: Date) async throws(TokenError)
        -> String
    {
        try await sign(endpoint, subject: nil, scope: scope, at: now)
    }

    private func sign(_ endpoint: String, subject: String?, scope: String?, at now: Date)
        async throws(TokenError) -> String
    {
        let issued = Int(now.timeIntervalSince1970.rounded(.down))
        let claims = Assertion(
            iss: clientID, sub: subject, aud: audience ?? endpoint, scope: scope, iat: issued,
            exp: issued + 60, jti: UUID().uuidString)
        do {
            return try await signers.sign(claims, kid: keyID.map { JWKIdentifier(string: $0) })
        } catch { throw TokenError.unusable("the assertion can't be signed") }
    }

    func isSame(as other: AssertionKey) -> Bool {
        (clientID, pem, keyID, audience) == (other.clientID, other.pem, other.keyID, other.audience)
            && algorithm == other.algorithm
    }
}

extension AssertionKey: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The algorithm and the client id.
    public var description: String { "<\(algorithm.rawValue) key of \(clientID)>" }
    /// The same.
    public var debugDescription: String { description }
    /// No children, so that `dump` shows nothing.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}

/// The claims of RFC 7523 §3; times in whole seconds, since some servers refuse fractions.
private struct Assertion: JWTPayload {
    let iss: String
    let sub: String?
    let aud: String
    let scope: String?
    let iat: Int
    let exp: Int
    let jti: String

    /// Nothing to check: this side only signs.
    func verify(using algorithm: some JWTAlgorithm) async throws {}
}

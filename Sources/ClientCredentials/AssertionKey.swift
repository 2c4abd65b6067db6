import FoundationEssentials

/// The private key with which a client signs its assertions.
public struct AssertionKey: Sendable {
    /// The signature algorithm.
    public enum Algorithm: String, Sendable, Hashable, CaseIterable {
        /// RSASSA-PKCS1-v1_5 with SHA-256.
        case rs256 = "RS256"
        /// RSASSA-PSS with SHA-256.
        case ps256 = "PS256"
        /// ECDSA on P-256 with SHA-256.
        case es256 = "ES256"
        /// EdDSA on Curve25519, which is Ed25519 (RFC 8037 §3.1).
        case edDSA = "EdDSA"
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

    private let key: SigningKey
    /// The text that the key was read from.
    let text: String

    /// A key from `pem`; throws `unusable` where the text isn't a key for `algorithm`.
    ///
    /// PKCS #8, or an RSA or EC key in the form of its own; without a passphrase.
    public init(
        clientID: String, pem: String, algorithm: Algorithm, keyID: String? = nil,
        audience: String? = nil
    ) async throws(TokenError) {
        let key = try SigningKey(pem: pem, algorithm: algorithm)
        self.init(clientID, key, algorithm, keyID, audience, text: pem)
    }

    /// A key from a JWK (RFC 7517), as JSON text; throws `unusable` where it isn't a whole private
    /// key.
    ///
    /// The JWK's own `alg` and `kid` are taken where the parameters are nil; an `alg` that differs
    /// from `algorithm` is an error. An RSA key with neither signs with RS256.
    public init(
        clientID: String, jwk: String, algorithm: Algorithm? = nil, keyID: String? = nil,
        audience: String? = nil
    ) throws(TokenError) {
        let text = jwk
        let jwk = try PrivateJWK(text)
        let key = try jwk.signingKey(for: algorithm)
        guard let found = key.algorithm else {
            throw TokenError.unusable("the JWK isn't a private key")
        }
        self.init(clientID, key, found, keyID ?? jwk.kid, audience, text: text)
    }

    /// A key from text that is either a JWK or a PEM, which its first character tells.
    ///
    /// Where `algorithm` is nil, the key decides: RS256, ES256 or EdDSA, or what the JWK names. A
    /// byte order mark doesn't count, nor what a PEM has beside its first private key. Throws
    /// `unusable` for any other text, and says what it is where that can be told.
    public init(
        clientID: String, text: String, algorithm: Algorithm? = nil, keyID: String? = nil,
        audience: String? = nil
    ) throws(TokenError) {
        let text = String(text.drop { $0 == "\u{FEFF}" })
        if text.first(where: { !$0.isWhitespace }) == "{" {
            try self.init(
                clientID: clientID, jwk: text, algorithm: algorithm, keyID: keyID,
                audience: audience)
            return
        }
        for candidate in algorithm.map({ [$0] }) ?? [.rs256, .es256, .edDSA] {
            if let key = try? SigningKey(pem: text, algorithm: candidate) {
                self.init(clientID, key, candidate, keyID, audience, text: text)
                return
            }
        }
        if let obstacle = PEMText(text).obstacle(for: algorithm) {
            throw TokenError.unusable(obstacle)
        }
        let kinds = algorithm.map { "for \($0.rawValue)" } ?? "of RSA, P-256 or Ed25519"
        throw TokenError.unusable("the key is neither a PEM nor a JWK \(kinds)")
    }

    /// A key from a file with a PEM or a JWK in it, read once and now.
    ///
    /// Throws `unusable` where it can't be read or holds neither. The text of the error doesn't
    /// name the file, in case somebody put the key there.
    public init(
        clientID: String, file: String, algorithm: Algorithm? = nil, keyID: String? = nil,
        audience: String? = nil
    ) throws(TokenError) {
        guard let bytes = try? Data(contentsOf: URL(filePath: file)),
            let text = String(validating: bytes, as: UTF8.self)
        else { throw TokenError.unusable("the key's file can't be read") }
        try self.init(
            clientID: clientID, text: text, algorithm: algorithm, keyID: keyID, audience: audience)
    }

    private init(
        _ clientID: String, _ key: SigningKey, _ algorithm: Algorithm, _ keyID: String?,
        _ audience: String?, text: String
    ) {
        self.text = text
        self.clientID = clientID
        self.key = key
        self.algorithm = algorithm
        self.keyID = keyID
        self.audience = audience
    }

    /// A fresh assertion that proves the client at `endpoint`, good for a minute from `now`.
    func assertion(for endpoint: String, at now: Date) async throws(TokenError) -> String {
        let claims = ClientAssertion(
            issuer: clientID, subject: clientID, audience: audience ?? endpoint, at: now)
        return try await key.sign(claims, keyID: keyID)
    }

    /// A fresh assertion that is a grant; a subject would be somebody to act for.
    func grant(for endpoint: String, scope: String?, at now: Date) async throws(TokenError)
        -> String
    {
        let claims = ClientAssertion(
            issuer: clientID, subject: nil, audience: audience ?? endpoint, scope: scope, at: now)
        return try await key.sign(claims, keyID: keyID)
    }

    func isSame(as other: AssertionKey) -> Bool {
        (clientID, keyID, audience) == (other.clientID, other.keyID, other.audience)
            && key.isSame(as: other.key)
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

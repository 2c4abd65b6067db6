import JWTKit

/// The claims of a client assertion (RFC 7523 §3).
struct AssertionClaims: JWTPayload {
    let iss: String?
    let sub: String?
    let aud: AudienceClaim?
    let exp: Double?
    let nbf: Double?
    let jti: String?

    /// The signature is all that the library checks; ``refusal(clientID:audiences:now:)`` is ours,
    /// by the server's own clock.
    func verify(using algorithm: some JWTAlgorithm) throws {}

    /// The first rule that the assertion breaks; `nil` when it is good.
    ///
    /// `audiences` are the token endpoint's address and the issuer.
    func refusal(
        clientID: String, audiences: [String], now: Milliseconds
    ) -> AssertionRefusal? {
        guard iss == clientID, sub == clientID else { return .wrongClient }
        guard let aud, aud.value.contains(where: audiences.contains) else { return .wrongAudience }
        guard let exp else { return .noExpiry }
        guard exp > Double(now) / 1000 else { return .expired }
        guard exp <= Double(now) / 1000 + 3600 else { return .tooLong }
        if let nbf, nbf > Double(now) / 1000 { return .notYet }
        guard let jti, !jti.isEmpty else { return .noID }
        return nil
    }

    /// Who an assertion says it is, before anything is verified.
    static func unverifiedSubject(of token: String) -> String? {
        let parser = DefaultJWTParser()
        return try? parser.parse(Array(token.utf8), as: AssertionClaims.self).payload.sub
    }
}

/// Why an assertion is refused.
enum AssertionRefusal: String, Sendable {
    case badSignature = "The client_assertion signature is invalid."
    case wrongClient = "The issuer and the subject of client_assertion must be the client."
    case wrongAudience =
        "The audience claim for client_assertion must be the endpoint invoked for the request."
    case noExpiry = "The client_assertion token must contain an expiration."
    case expired = "The client_assertion token is expired."
    case tooLong = "The client_assertion token has an expiration too far into the future."
    case notYet = "The client_assertion token is not valid yet."
    case noID = "The client_assertion token must contain a jti."
    case replayed = "The client_assertion token has already been used."
    case noKey = "The client has no key for client_assertion."
}

import HTTPTypes
import JWTKit

/// Workloads whose tokens stand for an application, where it has a federated identity credential.
///
/// The one issuer that is trusted is a cluster of the practice server's own.
struct EntraWorkload: Sendable {
    /// What every credential trusts unless somebody changed that.
    static let audience = "api://AzureADTokenExchange"

    static func issuer(base: String) -> String { "\(base)/practice/cluster" }

    /// The claims of a service account's token.
    struct Token: JWTPayload {
        let iss: String
        let sub: String
        let aud: AudienceClaim
        let nbf: Int64
        let exp: Int64

        /// Its end is judged by the server's own clock, not here.
        func verify(using algorithm: some JWTAlgorithm) throws {}
    }

    let practice: Practice
    let issuer: TokenIssuer

    /// A token of the cluster's, as it is projected into a file.
    func token(of subject: String, audience: String?, lifetime: Int64?) async throws -> String {
        let now = practice.withState { $0.now.seconds }
        return try await issuer.sign(
            Token(
                iss: Self.issuer(base: practice.baseURL), sub: subject,
                aud: AudienceClaim(value: [audience ?? Self.audience]), nbf: now,
                exp: now + (lifetime ?? 3_600)))
    }

    /// Why a token doesn't stand for an application that trusts `subject`; nil where it does.
    ///
    /// It may be presented as often as its issuer lets it live.
    func refusal(of token: String, trusting subject: String, at now: Milliseconds) async
        -> TokenError?
    {
        guard let claims = await issuer.claims(of: token, as: Token.self) else {
            return Self.error(50_013, "Assertion failed signature validation.")
        }
        guard claims.iss == Self.issuer(base: practice.baseURL) else {
            return Self.unmatched(700_211, "issuer '\(claims.iss)'")
        }
        guard claims.sub == subject else {
            return Self.unmatched(700_213, "subject '\(claims.sub)'")
        }
        guard claims.aud.value.contains(Self.audience) else {
            return Self.unmatched(700_212, "audience '\(claims.aud.value.joined())'")
        }
        guard claims.nbf <= now.seconds, now.seconds < claims.exp else {
            return Self.error(
                700_024,
                "Client assertion is not within its valid time range. Current time: "
                    + "\(now.iso8601), assertion valid from \((claims.nbf * 1_000).iso8601), "
                    + "expiry time of assertion \((claims.exp * 1_000).iso8601).")
        }
        return nil
    }

    private static func unmatched(_ number: Int, _ what: String) -> TokenError {
        error(
            number,
            "No matching federated identity record found for presented assertion \(what). Check "
                + "your federated identity credential Subject, Audience and Issuer against the "
                + "presented assertion.")
    }

    private static func error(_ number: Int, _ text: String) -> TokenError {
        EntraWording.error("invalid_client", number, text, .unauthorized)
    }
}

import ClientCredentials
import RotationCore

/// What a token says of itself and what the server told of it; never the token.
struct TokenClaimsView: Encodable {
    let schema = "holdover.token-claims.v1"
    /// `jwt`, or `opaque`.
    let format: String
    /// Whether the signature was looked at.
    let verified = false
    let header: [String: JSONNode]?
    let claims: [String: JSONNode]?
    /// Seconds; nil where the server doesn't say.
    let expiresIn: Int64?
    let scope: String?
    let cached: Bool

    init(_ token: AccessToken, isCached: Bool) {
        let decoded = DecodedToken(token.value)
        format = decoded == nil ? "opaque" : "jwt"
        header = decoded?.header
        claims = decoded?.claims
        expiresIn = token.lifetime?.components.seconds
        scope = token.granted?.sorted().joined(separator: " ")
        cached = isCached
    }

    private enum CodingKeys: String, CodingKey {
        case schema, format, verified, header, claims, scope, cached
        case expiresIn = "expires_in"
    }

    /// For people, at `now`.
    func lines(at now: Instant) -> [String] {
        let first =
            format == "jwt"
            ? "a JWT, decoded and not verified: whether it is genuine, only whom it is for can tell"
            : "an opaque token: what it means is between the servers"
        var table = Table(header: ["FROM", "NAME", "VALUE"])
        for (name, value) in (header ?? [:]).sorted(by: { $0.key < $1.key }) {
            table.add(["header", safeText(name), value.text])
        }
        for (name, value) in (claims ?? [:]).sorted(by: { $0.key < $1.key }) {
            table.add(["claims", safeText(name), Self.words(name, value, now)])
        }
        let end = expiresIn.map {
            Self.time("exp", Instant(milliseconds: now.milliseconds + $0 * 1_000), now)
        }
        table.add(["server", "expires", end ?? "it doesn't say"])
        table.add(["server", "scope", safeText(scope ?? "it doesn't say", limit: 600)])
        table.add(["holdover", "source", cached ? "the cache" : "the server, just now"])
        return [first] + table.lines
    }

    /// The claims that are a time (RFC 7519 §4.1, OpenID Connect Core §2).
    private static let times: Set<String> = ["exp", "iat", "nbf", "auth_time"]

    private static func words(_ name: String, _ value: JSONNode, _ now: Instant) -> String {
        guard times.contains(name), let seconds = value.seconds else { return value.text }
        return time(name, Instant(milliseconds: seconds * 1_000), now)
    }

    private static func time(_ name: String, _ moment: Instant, _ now: Instant) -> String {
        let relative = moment.relative(to: now)
        let words =
            switch name {
            case "exp" where moment > now: "expires \(relative)"
            case "nbf" where moment > now: "not good before, \(relative)"
            default: relative
            }
        return "\(moment.utc) (\(words))"
    }
}

public import FoundationEssentials
public import HTTPTransport

extension AuthorizationServerMetadata {
    /// Asks the server of `issuer` what it says of itself; nothing is kept.
    ///
    /// RFC 8414 §3 has the place between host and path, OpenID Connect Discovery §4 behind the
    /// path, and some servers the first name at the second place; each is asked where those before
    /// it have no metadata, and only then, all of them within `deadline`. Throws `unusable` for an
    /// issuer that can't be one, `malformed` for metadata of another issuer (§3.3), or with
    /// a token endpoint to which a secret must not go, and where there is none at all.
    public static func discover(
        issuer: String, through http: any HTTPClient, caFile: String? = nil,
        deadline: Duration = .seconds(30), at now: Date = Date()
    ) async throws(TokenError) -> AuthorizationServerMetadata {
        try await discover(
            issuer: issuer, through: http, caFile: caFile, deadline: deadline, at: now,
            clock: { .now })
    }

    static func discover(
        issuer: String, through http: any HTTPClient, caFile: String?, deadline: Duration,
        at now: Date, clock: @Sendable () -> ContinuousClock.Instant
    ) async throws(TokenError) -> AuthorizationServerMetadata {
        let end = clock() + deadline
        var status = 404
        for place in try places(of: issuer) {
            let left = clock().duration(to: end)
            guard left > .zero else {
                throw TokenError.noAnswer(
                    HTTPFailure(.notSent, "the time was over before its metadata were found"))
            }
            let answer: HTTPResponse
            do throws(HTTPFailure) {
                answer = try await http.send(
                    HTTPRequest(
                        url: place, headers: ["Accept": "application/json"], deadline: left,
                        attempts: .repeatable, caFile: caFile))
            } catch { throw TokenError.noAnswer(error) }
            if let metadata = try AuthorizationServerMetadata(answer, of: issuer, at: now) {
                return metadata
            }
            status = answer.status
        }
        throw TokenError.malformed(status: status, reason: "the issuer publishes no metadata")
    }

    /// Where the metadata of `issuer` may be, the standard's place first.
    static func places(of issuer: String) throws(TokenError) -> [String] {
        try assertPermitted(issuer, "the issuer")
        // RFC 8414 §2: no query and no fragment.
        guard !issuer.utf8.contains(where: { "?#\\".utf8.contains($0) }),
            let start = issuer.firstRange(of: "://")
        else { throw TokenError.unusable("the issuer is no issuer (RFC 8414 §2)") }
        let pathStart = issuer[start.upperBound...].firstIndex(of: "/") ?? issuer.endIndex
        let (host, path) = (issuer[..<pathStart], issuer[pathStart...])
        let stem = path.hasSuffix("/") ? path.dropLast() : path
        let standard = [
            "\(host)/.well-known/oauth-authorization-server\(stem)",
            "\(host)\(stem)/.well-known/openid-configuration",
        ]
        // django-oauth-toolkit publishes where it is mounted, and nowhere else.
        let mounted = "\(host)\(stem)/.well-known/oauth-authorization-server"
        return stem.isEmpty ? standard : standard + [mounted]
    }

    private struct Document: Decodable {
        struct Aliases: Decodable {
            let token_endpoint: String?
        }

        let issuer: String
        let token_endpoint: String
        let mtls_endpoint_aliases: Aliases?
        let token_endpoint_auth_methods_supported: Set<String>?
        let token_endpoint_auth_signing_alg_values_supported: Set<String>?
        let scopes_supported: Set<String>?
    }

    /// Reads `answer` as the metadata of `issuer`; nil where the place has none.
    init?(_ answer: HTTPResponse, of issuer: String, at now: Date) throws(TokenError) {
        switch answer.status {
        case 200 where answer.isJSON: break
        case 408, 429, 500...599:
            let wait = answer.headers["Retry-After"].flatMap { RetryAfter.parse($0, now: now) }
            throw TokenError.unavailable(status: answer.status, retryAfter: wait)
        // Some show a page, or the way to a login, wherever there is nothing.
        case 200, 300...499: return nil
        default: throw Self.malformed(answer, "a status that metadata don't have")
        }
        let document: Document
        do throws(HTTPFailure) {
            document = try answer.json()
        } catch { throw Self.malformed(answer, error.message) }
        // Two spellings of one character are two issuers (§3.3, §4).
        guard document.issuer.utf8.elementsEqual(issuer.utf8) else {
            throw Self.malformed(answer, "the metadata are of another issuer")
        }
        let alias = document.mtls_endpoint_aliases?.token_endpoint
        do throws(TokenError) {
            try Self.assertEndpoint(document.token_endpoint)
            if let alias { try Self.assertEndpoint(alias) }
        } catch { throw Self.malformed(answer, error.description) }
        self.init(
            issuer: document.issuer, tokenEndpoint: document.token_endpoint,
            mutualTLSTokenEndpoint: alias,
            tokenEndpointAuthMethods: document.token_endpoint_auth_methods_supported
                ?? ["client_secret_basic"],
            tokenEndpointAuthSigningAlgorithms: document
                .token_endpoint_auth_signing_alg_values_supported,
            scopes: document.scopes_supported)
    }

    private static func malformed(_ answer: HTTPResponse, _ reason: String) -> TokenError {
        .malformed(status: answer.status, reason: reason)
    }

    private static func assertEndpoint(_ url: String) throws(TokenError) {
        try assertPermitted(url, "the token endpoint")
        // RFC 6749 §3.2.
        guard !url.utf8.contains(UInt8(ascii: "#")) else {
            throw TokenError.unusable("the token endpoint has a fragment")
        }
    }

    private static func assertPermitted(_ url: String, _ what: String) throws(TokenError) {
        do throws(HTTPFailure) {
            try HTTPRequest(url: url).assertPermitted()
        } catch { throw TokenError.unusable("\(what) can't be asked: it isn't https, or no URL") }
    }
}

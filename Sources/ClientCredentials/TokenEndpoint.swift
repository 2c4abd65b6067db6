public import FoundationEssentials
public import HTTPTransport

/// Where tokens come from, and which ones to ask for.
public struct TokenEndpoint: Sendable, Hashable {
    /// The token endpoint's URL.
    public var url: String
    /// The scope to ask for; nil for the client's default.
    public var scope: String?
    /// The `audience` parameter that some servers want (Auth0, Hydra, ZITADEL).
    public var audience: String?
    /// The `resource` parameters of RFC 8707.
    public var resources: [String]
    /// Further parameters, as the server wants them.
    public var extra: [FormField]
    /// What the token is asked for with.
    public var grant: TokenGrant
    /// A PEM file of the only authorities to trust; nil for the system's.
    public var caFile: String?

    /// An endpoint.
    public init(
        url: String, scope: String? = nil, audience: String? = nil, resources: [String] = [],
        extra: [FormField] = [], grant: TokenGrant = .clientCredentials, caFile: String? = nil
    ) {
        self.url = url
        self.scope = scope
        self.audience = audience
        self.resources = resources
        self.extra = extra
        self.grant = grant
        self.caFile = caFile
    }

    /// Asks for one token, past every cache.
    ///
    /// `fresh` connections show what every server behind a balancer says now. `now` dates an
    /// assertion. Harmless to repeat: it changes nothing at the server.
    public func requestToken(
        as authentication: ClientAuthentication, through http: any HTTPClient,
        connection: HTTPRequest.Connection = .kept, deadline: Duration = .seconds(30),
        at now: Date = Date()
    ) async throws(TokenError) -> AccessToken {
        let request = try await request(
            as: authentication, connection: connection, deadline: deadline, at: now)
        let answer: HTTPResponse
        do throws(HTTPFailure) {
            answer = try await http.send(request)
        } catch { throw TokenError.noAnswer(error) }
        return try TokenAnswer(answer, to: authentication, at: now).token()
    }

    func request(
        as authentication: ClientAuthentication, connection: HTTPRequest.Connection,
        deadline: Duration, at now: Date
    ) async throws(TokenError) -> HTTPRequest {
        guard grant != .jwtBearer || authentication.isAssertion else {
            throw TokenError.unusable("a secret is no assertion")
        }
        var fields = [FormField("grant_type", grant.name)]
        if case .authorizationCode(let code, let redirectURI) = grant {
            fields += [FormField("code", code), FormField("redirect_uri", redirectURI)]
        }
        if let scope, grant != .jwtBearer { fields.append(FormField("scope", scope)) }
        if let audience { fields.append(FormField("audience", audience)) }
        fields += resources.map { FormField("resource", $0) } + extra
        var request = HTTPRequest(
            method: "POST", url: url,
            headers: [
                "Accept": "application/json", "Content-Type": "application/x-www-form-urlencoded",
            ], deadline: deadline, connection: connection, attempts: .repeatable, caFile: caFile)

        switch authentication {
        case .basic(let id, let secret):
            let pair = "\(FormEncoding.encode(id)):\(FormEncoding.encode(secret))"
            request.headers["Authorization"] = "Basic \(Data(pair.utf8).base64EncodedString())"
        case .post(let id, let secret):
            fields += [FormField("client_id", id), FormField("client_secret", secret)]
        case .privateKeyJWT(let key):
            let assertion =
                grant == .jwtBearer
                ? try await key.grant(for: url, scope: scope, at: now)
                : try await key.assertion(for: url, at: now)
            fields += self.fields(of: assertion, key.clientID)
            // Its jti is good for one use: a second copy would be refused as a replay, which
            // looks like a dead key.
            request.attempts = .one
        case .assertion(let id, let token):
            fields += self.fields(of: token, id)
        }
        request.body = Array(FormEncoding.encode(fields).utf8)
        return request
    }

    private func fields(of assertion: String, _ clientID: String) -> [FormField] {
        if grant == .jwtBearer { return [FormField("assertion", assertion)] }
        return [
            FormField("client_id", clientID),
            FormField(
                "client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
            FormField("client_assertion", assertion),
        ]
    }
}

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
        return try TokenAnswer(answer, to: authentication, asked: scope, at: now).token()
    }

    func request(
        as authentication: ClientAuthentication, connection: HTTPRequest.Connection,
        deadline: Duration, at now: Date
    ) async throws(TokenError) -> HTTPRequest {
        try check(authentication)
        var request = HTTPRequest(
            method: "POST", url: url,
            headers: [
                "Accept": "application/json", "Content-Type": "application/x-www-form-urlencoded",
            ], deadline: deadline, connection: connection, attempts: .repeatable, caFile: caFile)
        let proof = try await prove(authentication, in: &request, at: now)
        request.body = Array(FormEncoding.encode(question + proof).utf8)
        return request
    }

    /// Throws `unusable` for what no server could be asked for: a URL to which no secret may go, a
    /// resource that is none (RFC 8707 §2), or a scope with forbidden characters (RFC 6749 §3.3).
    ///
    /// For whoever wants to know before a secret is read; every request throws the same.
    public func assertUsable() throws(TokenError) {
        do throws(HTTPFailure) { try HTTPRequest(url: url).assertPermitted() } catch {
            throw TokenError.unusable("the token endpoint can't be asked: \(error.message)")
        }
        guard resources.allSatisfy(ResourceIndicator.isValid) else {
            throw TokenError.unusable(
                "a resource isn't an absolute URI without a fragment (RFC 8707 §2)")
        }
        guard Scopes.isAllowed(scope ?? "") else {
            throw TokenError.unusable("the scope has forbidden characters (RFC 6749 §3.3)")
        }
    }

    /// The same, and for a proof that doesn't go with it.
    private func check(_ authentication: ClientAuthentication) throws(TokenError) {
        try assertUsable()
        guard grant != .jwtBearer || authentication.isGrant else {
            throw TokenError.unusable("a secret is no assertion")
        }
        if case .tls = authentication, !url.lowercased().hasPrefix("https://") {
            throw TokenError.unusable("a certificate is shown over https only")
        }
    }

    /// What is asked for.
    private var question: [FormField] {
        var fields = [FormField("grant_type", grant.name)]
        if case .authorizationCode(let code, let redirectURI) = grant {
            fields += [FormField("code", code), FormField("redirect_uri", redirectURI)]
        }
        if let scope, grant != .jwtBearer { fields.append(FormField("scope", scope)) }
        if let audience { fields.append(FormField("audience", audience)) }
        return fields + resources.map { FormField("resource", $0) } + extra
    }

    /// The fields that prove the client, and whatever of the proof isn't one.
    private func prove(
        _ authentication: ClientAuthentication, in request: inout HTTPRequest, at now: Date
    ) async throws(TokenError) -> [FormField] {
        switch authentication {
        case .basic(let id, let secret):
            let pair = "\(FormEncoding.encode(id)):\(FormEncoding.encode(secret))"
            request.headers["Authorization"] = "Basic \(Data(pair.utf8).base64EncodedString())"
            return []
        case .post(let id, let secret):
            return [FormField("client_id", id), FormField("client_secret", secret)]
        case .clientSecretJWT(let id, let secret, let audience):
            let assertion = try await ClientAuthentication.assertion(
                of: id, secret: secret, audience: audience ?? url, at: now)
            // Its jti is good for one use: a second copy would be refused as a replay, which
            // looks like a dead key.
            request.attempts = .one
            return fields(of: assertion, id)
        case .privateKeyJWT(let key):
            let assertion =
                grant == .jwtBearer
                ? try await key.grant(for: url, scope: scope, at: now)
                : try await key.assertion(for: url, at: now)
            request.attempts = .one
            return fields(of: assertion, key.clientID)
        case .assertion(let id, let token): return fields(of: token, id)
        case .tls(let id, let certificate):
            request.certificate = certificate
            return [FormField("client_id", id)]
        }
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

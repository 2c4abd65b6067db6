import Foundation
import HTTPTypes
import Hummingbird

/// One of the token endpoints.
struct TokenEndpoint: Sendable {
    let practice: Practice
    let issuer: TokenIssuer

    /// The answer of `server` to a token request.
    func answer(
        _ request: Request, _ server: TokenServer, from context: PracticeContext
    ) async -> Response {
        do throws(TokenError) {
            let form = try await form(of: request, server.wording)
            let caller = TokenCaller(request, context)
            return try await grant(form, request.headers, server, caller)
        } catch {
            let usedBasic = request.headers[.authorization]?.lowercased().hasPrefix("basic ")
            return server.realm.dialect.vendor.response(
                to: error, basicRealm: usedBasic == true ? server.realm.name : nil)
        }
    }

    private func form(
        of request: Request, _ wording: TokenWording
    ) async throws(TokenError) -> FormParameters {
        let type = request.headers[.contentType]?.lowercased() ?? ""
        guard type.hasPrefix("application/x-www-form-urlencoded"),
            let body = try? await request.bytes()
        else { throw wording.malformed }
        do throws(FormParameters.Failure) {
            return try FormParameters(parsing: body)
        } catch {
            switch error {
            case .repeated(let name): throw wording.repeated(name)
            case .malformed: throw wording.malformed
            }
        }
    }

    private func grant(
        _ form: FormParameters, _ headers: HTTPFields, _ server: TokenServer,
        _ caller: TokenCaller
    ) async throws(TokenError) -> Response {
        guard let grant = form["grant_type"] else { throw server.wording.missingGrant }
        let settings = practice.withState { $0.settings }
        guard try server.realm.dialect.vendor.serves(grant, form, under: settings) else {
            throw server.wording.unsupportedGrant
        }
        if let header = headers[.authorization],
            !server.realm.dialect.vendor.understands(basic: header)
        {
            throw server.wording.badSecret
        }
        let shown = try PresentedCredential(
            headers: headers, form: form, wording: server.wording)
        let authenticator = ClientAuthenticator(
            practice: practice, issuer: issuer, server: server, askedScope: form["scope"],
            caller: caller)
        let client: AuthenticatedClient
        do throws(TokenError) {
            client = try await authenticator.authenticate(shown)
        } catch {
            throw server.realm.dialect.vendor.worded(error, for: grant)
        }
        // Nobody signs in here, so no code was ever given out.
        guard grant == "client_credentials" else {
            throw TokenError("invalid_grant", "The code is invalid, expired or used.")
        }
        return try await token(for: client, server)
    }

    private func token(
        for client: AuthenticatedClient, _ server: TokenServer
    ) async throws(TokenError) -> Response {
        let (now, settings) = practice.withState { ($0.now.seconds, $0.settings) }
        let (id, scope) = (client.clientID, client.scope)
        var claims = AccessToken(
            iss: server.issuer, sub: id, aud: server.issuer, clientID: id, scope: scope,
            jti: RandomText.uuid(), iat: now, exp: now + settings.tokenLifetime)
        claims.secretID = client.secretID
        if let known = practice.withState({ $0.client(id, in: server.realm) }) {
            server.realm.dialect.vendor.complete(&claims, of: known)
        }
        guard let token = try? await issuer.sign(claims) else {
            throw TokenError("server_error", "signing failed", status: .internalServerError)
        }
        var response = Reply.json(
            TokenWire(
                accessToken: token, expiresIn: settings.tokenLifetime,
                scope: server.realm.dialect == .cognito || scope.isEmpty ? nil : scope,
                isKeycloak: server.realm.dialect == .keycloak))
        response.headers.setUncached()
        return response
    }
}

/// The answer of RFC 6749 §5.1, with Keycloak's two additions.
private struct TokenWire: Encodable {
    let accessToken: String
    let tokenType = "Bearer"
    let expiresIn: Int64
    /// Not said by Cognito, nor where there is none.
    let scope: String?
    let refreshExpiresIn: Int64?
    let notBeforePolicy: Int64?

    init(accessToken: String, expiresIn: Int64, scope: String?, isKeycloak: Bool) {
        self.accessToken = accessToken
        self.expiresIn = expiresIn
        self.scope = scope
        refreshExpiresIn = isKeycloak ? 0 : nil
        notBeforePolicy = isKeycloak ? 0 : nil
    }

    private enum CodingKeys: String, CodingKey {
        case accessToken = "access_token"
        case tokenType = "token_type"
        case expiresIn = "expires_in"
        case scope
        case refreshExpiresIn = "refresh_expires_in"
        case notBeforePolicy = "not-before-policy"
    }
}

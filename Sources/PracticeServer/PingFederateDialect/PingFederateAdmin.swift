import Foundation
import HTTPTypes
import Hummingbird

/// `/oauth/clients/{id}` and the secrets of one, by the rules of PingFederate's administrative API.
struct PingFederateAdmin: Sendable {
    let practice: Practice
    let issuer: TokenIssuer

    func add(to router: Router<PracticeContext>) {
        let client = router.group(
            "\(PingFederateVendor.mount)/pf-admin-api/v1/oauth/clients/:id")
        client.get { try await answer($0, $1, show) }
        client.get("clientAuth/clientSecret") { try await answer($0, $1, list) }
        client.put("clientAuth/clientSecret") { try await answer($0, $1, write) }
    }

    private typealias Handler = (Request, PracticeClient) async throws -> Response

    private func answer(_ request: Request, _ context: PracticeContext, _ handler: Handler)
        async throws -> Response
    {
        do {
            guard let name = HTTPField.Name("X-XSRF-Header"), request.headers[name] != nil else {
                throw PingFederateError.forged
            }
            try await authorize(request)
            let id = context.parameters.get("id") ?? ""
            let found = practice.withState { $0.client(id, in: .only(.pingfederate)) }
            guard let client = found else {
                throw PingFederateError.notFound("client with the ID '\(id)'")
            }
            return try await handler(request, client)
        } catch let error as PingFederateError {
            return error.response
        } catch is RequestBodyError {
            return PingFederateError.malformed.response
        }
    }

    /// An administrator's name and password, or a token of a client that administers.
    private func authorize(_ request: Request) async throws {
        let words = (request.headers[.authorization] ?? "").split(separator: " ")
        if words.count == 2, words[0] == "Basic" {
            let credentials = practice.credentials
            let pair = "\(credentials.adminClientID):\(credentials.adminSecret)"
            let sent = Data(base64Encoded: String(words[1])) ?? Data()
            guard
                SecretDigest(of: String(decoding: sent, as: UTF8.self)) == SecretDigest(of: pair)
            else { throw PingFederateError.unauthorized }
            return
        }
        let server = PingFederateVendor.server(base: practice.baseURL)
        let now = practice.withState { $0.now }
        guard let token = await issuer.bearer(of: request, from: server, at: now),
            let caller = practice.withState({ $0.client(token.clientID, in: server.realm) })
        else { throw PingFederateError.unauthorized }
        guard caller.grants.contains("ADMINISTRATOR") else { throw PingFederateError.forbidden }
    }

    private func show(_ request: Request, _ client: PracticeClient) -> Response {
        var authentication = members(of: client)
        authentication["type"] = client.keys == nil ? "SECRET" : "PRIVATE_KEY_JWT"
        let shown: JSONValue = [
            "clientId": .string(client.clientID), "name": .string(client.clientID),
            "enabled": .bool(client.isEnabled), "grantTypes": ["CLIENT_CREDENTIALS"],
            "clientAuth": .object(authentication), "restrictScopes": true,
            "restrictedScopes": .array(client.scopes.sorted().map(JSONValue.string)),
            "exclusiveScopes": .array(client.grants.sorted().map(JSONValue.string)),
            "clientSecretRetentionPeriodType": "SERVER_DEFAULT",
        ]
        return Reply.json(shown)
    }

    private func list(_ request: Request, _ client: PracticeClient) -> Response {
        Reply.json(JSONValue.object(members(of: client)))
    }

    private func write(_ request: Request, _ client: PracticeClient) async throws -> Response {
        let sent = try await request.json(PingFederateSecrets.self)
        let missing = PingFederateError.notFound("client with the ID '\(client.clientID)'")
        let changed = try practice.change(client, of: .pingfederate, orThrow: missing) {
            client, settings, now in
            try sent.write(to: &client, at: now, under: settings)
            return client
        }
        return Reply.json(JSONValue.object(members(of: changed)))
    }

    /// Those that are over are shown too.
    private func members(of client: PracticeClient) -> [String: JSONValue] {
        let first = client.first
        let secondary = client.secrets.filter { $0.id != first?.id }.map { secret -> JSONValue in
            [
                "encryptedSecret": .string(PingFederateCipher.seal(secret.value, in: .secondary)),
                "expiryTime": .string((secret.expires ?? 0).iso8601),
            ]
        }
        var members: [String: JSONValue] = ["secondarySecrets": .array(secondary)]
        if let first {
            members["encryptedSecret"] = .string(PingFederateCipher.seal(first.value, in: .first))
        }
        return members
    }
}

import HTTPTypes
import Hummingbird

/// `/api/v2/client-grants`: which scopes a client has at which API.
///
/// From the Management API's reference. A client has its scopes at the practised API, and its
/// grants at the Management API.
struct Auth0ClientGrants: Sendable {
    let practice: Practice
    let issuer: TokenIssuer

    func add(to router: Router<PracticeContext>) {
        router.get(RouterPath("\(Auth0Vendor.mount)/api/v2/client-grants")) { request, _ in
            do { return try await list(request) } catch let error as Auth0Error {
                return error.response
            }
        }
    }

    private func list(_ request: Request) async throws -> Response {
        let server = Auth0Vendor.server(base: practice.baseURL)
        let (now, areForbidden) = practice.withState { ($0.now, $0.settings.scopesAreForbidden) }
        guard let token = await issuer.bearer(of: request, from: server, at: now) else {
            throw Auth0Error.unauthorized
        }
        let isReader = token.scope.split(separator: " ").contains("read:client_grants")
        guard isReader, !areForbidden else {
            throw Auth0Error.insufficientScope(["read:client_grants"])
        }
        let query = request.uri.queryParameters
        guard let size = Int(query.get("per_page") ?? "50"), (1...100).contains(size),
            let page = Int(query.get("page") ?? "0"), page >= 0
        else {
            throw Auth0Error(.badRequest, "invalid_query_string", "Query validation error")
        }
        // Whose grants they are is a filter: a client that isn't there has none.
        let client = query.get("client_id").flatMap { id in
            practice.withState { $0.client(id, in: .only(.auth0)) }
        }
        let grants = client.map(grants) ?? []
        return Reply.json(JSONValue.array(Array(grants.dropFirst(page * size).prefix(size))))
    }

    private func grants(of client: PracticeClient) -> [JSONValue] {
        let places = [
            (Auth0Vendor.api, client.scopes),
            ("\(practice.baseURL)\(Auth0Vendor.mount)/api/v2/", client.grants),
        ]
        return places.filter { !$0.1.isEmpty }.enumerated().map { number, place in
            [
                "id": .string("cgr_\(client.internalID)\(number)"),
                "client_id": .string(client.clientID), "audience": .string(place.0),
                "scope": .array(place.1.sorted().map(JSONValue.string)),
                "subject_type": "client",
            ]
        }
    }
}

import HTTPTypes
import Hummingbird

/// `/api/applications/{id}/roles` and `/api/roles/{id}/scopes`: what an application may do.
///
/// From `application-role.ts`, `role.scope.ts` and `koa-pagination.ts` of logto-io/logto. An
/// application has a role with its scopes, and one with its grants.
struct LogtoRoles: Sendable {
    let admin: LogtoAdmin

    func add(to router: Router<PracticeContext>) {
        let api = router.group("\(LogtoVendor.mount)/api")
        api.get("applications/:id/roles") { request, context in
            try await admin.answer(request, context) { try list($0, try application($1)) }
        }
        api.get("roles/:id/scopes") { request, context in
            try await admin.answer(request, context) { try scopes($0, $1) }
        }
    }

    private func application(_ context: PracticeContext) throws -> PracticeClient {
        let id = context.parameters.get("id") ?? ""
        let (found, areForbidden) = admin.practice.withState {
            ($0.client(id, in: .only(.logto)), $0.settings.scopesAreForbidden)
        }
        guard !areForbidden else { throw LogtoError.forbidden }
        guard let found else { throw LogtoError.notFound(id) }
        return found
    }

    private static let kinds = ["api", "management"]

    private static func names(_ kind: String, _ client: PracticeClient) -> Set<String> {
        kind == kinds[0] ? client.scopes : client.grants
    }

    private func list(_ request: Request, _ client: PracticeClient) throws -> Response {
        let roles = Self.kinds.filter { !Self.names($0, client).isEmpty }.map { kind -> JSONValue in
            [
                "tenantId": "default", "id": .string("\(kind)-\(client.internalID)"),
                "name": .string("\(kind) of \(client.clientID)"), "description": "",
                "type": "MachineToMachine", "isDefault": false,
            ]
        }
        return try page(of: roles, request)
    }

    private func scopes(_ request: Request, _ context: PracticeContext) throws -> Response {
        let id = context.parameters.get("id") ?? ""
        let parts = id.split(separator: "-", maxSplits: 1).map(String.init)
        let client = admin.practice.withState {
            $0.client(internalID: parts.last ?? "", in: .only(.logto))
        }
        guard let client, Self.kinds.contains(parts[0]) else { throw LogtoError.notFound(id) }
        let scopes = Self.names(parts[0], client).sorted().map { name -> JSONValue in
            [
                "tenantId": "default", "id": .string("scope-\(name)"), "name": .string(name),
                "resourceId": .string(parts[0]), "description": "", "createdAt": 0,
            ]
        }
        return try page(of: scopes, request)
    }

    /// Nobody gets more than a page, which has twenty where no size was asked for.
    private func page(of items: [JSONValue], _ request: Request) throws -> Response {
        let query = request.uri.queryParameters
        guard let page = Int(query.get("page") ?? "1"), page > 0,
            let size = Int(query.get("page_size") ?? "20"), (1...100).contains(size)
        else {
            throw LogtoError(.badRequest, "guard.invalid_pagination", "Invalid pagination value.")
        }
        var response = Reply.json(
            JSONValue.array(Array(items.dropFirst((page - 1) * size).prefix(size))))
        if let name = HTTPField.Name("Total-Number") {
            response.headers[name] = "\(items.count)"
        }
        return response
    }
}

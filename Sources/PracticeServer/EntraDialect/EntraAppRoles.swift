import Foundation
import HTTPTypes
import Hummingbird

/// `/servicePrincipals(appId='…')/appRoleAssignments`, and the service principals of the APIs that
/// name the roles.
///
/// From microsoft-graph-docs. A client has a role at Microsoft Graph for each of its grants, and
/// one at an API of the tenant's own for each of its scopes.
struct EntraAppRoles: Sendable {
    let graph: EntraGraph

    /// Assignments may be read by who owns the application; what an API's roles are called may not.
    private static let readersOfNames: Set = ["Application.Read.All", "Application.ReadWrite.All"]
    private static let readers = readersOfNames.union(["Application.ReadWrite.OwnedBy"])

    private static let resources = [
        "3a8c3f0e-7f44-4c7e-a5ab-0a3e8f1f0001", "3a8c3f0e-7f44-4c7e-a5ab-0a3e8f1f0002",
    ]

    func add(to router: Router<PracticeContext>) {
        let principals = router.group("\(EntraVendor.mount)/graph/v1.0")
        principals.get(":application/appRoleAssignments") { request, context in
            try await answer(request, Self.readers) { try assignments(context) }
        }
        principals.get("servicePrincipals/:id") { request, context in
            try await answer(request, Self.readersOfNames) { try resource(context) }
        }
    }

    private func answer(_ request: Request, _ rights: Set<String>, _ body: () throws -> Response)
        async throws -> Response
    {
        do {
            guard !graph.practice.withState({ $0.settings.scopesAreForbidden }) else {
                throw EntraError.denied
            }
            try await graph.authorize(request, rights)
            return try body()
        } catch let error as EntraError {
            return error.response
        }
    }

    private static func roles(_ client: PracticeClient, at resource: String) -> Set<String> {
        resource == resources[0] ? client.grants : client.scopes
    }

    private func assignments(_ context: PracticeContext) throws -> Response {
        let segment = context.parameters.get("application")?.removingPercentEncoding ?? ""
        let (head, tail) = ("servicePrincipals(appId='", "')")
        guard segment.hasPrefix(head), segment.hasSuffix(tail) else {
            throw EntraError(.badRequest, "BadRequest", "Resource not found for the segment.")
        }
        let appID = String(segment.dropFirst(head.count).dropLast(tail.count))
        let found = graph.practice.withState { $0.client(appID, in: .only(.entra)) }
        guard let client = found else { throw EntraError.notFound(appID) }
        let given = Self.resources.flatMap { resource in
            Self.roles(client, at: resource).sorted().map { name -> JSONValue in
                [
                    "id": .string(RandomText.uuid()), "principalId": .string(client.internalID),
                    "principalType": "ServicePrincipal", "resourceId": .string(resource),
                    "appRoleId": .string(Self.id(of: name)),
                ]
            }
        }
        return Reply.json(["value": JSONValue.array(given)])
    }

    private func resource(_ context: PracticeContext) throws -> Response {
        let id = context.parameters.get("id") ?? ""
        guard Self.resources.contains(id) else { throw EntraError.notFound(id) }
        let clients = graph.practice.withState {
            $0.realms[.only(.entra)]?.clients.values.map(\.self)
        }
        let names = Set((clients ?? []).flatMap { Self.roles($0, at: id) })
        let roles = names.sorted().map { name -> JSONValue in
            [
                "id": .string(Self.id(of: name)), "value": .string(name), "isEnabled": true,
                "allowedMemberTypes": ["Application"],
            ]
        }
        let principal: JSONValue = ["id": .string(id), "appRoles": .array(roles)]
        return Reply.json(principal)
    }

    /// The same for the same name.
    private static func id(of name: String) -> String {
        let digits = name.utf8.map { String($0, radix: 16) }.joined().prefix(32)
        let all = Array(digits) + Array(repeating: "0", count: 32 - digits.count)
        let lengths = [8, 4, 4, 4, 12]
        var rest = all[...]
        return lengths.map { length in
            defer { rest = rest.dropFirst(length) }
            return String(rest.prefix(length))
        }.joined(separator: "-")
    }
}

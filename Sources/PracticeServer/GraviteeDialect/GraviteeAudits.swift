import HTTPTypes
import Hummingbird

/// `…/domains/{domain}/audits`, of the type `CLIENT_AUTHENTICATION`.
///
/// From `ClientAuthHandlerImpl`, `ClientAuthAuditBuilder`, `AuditAccessPoint` and `AuditsResource`
/// of gravitee-io/gravitee-access-management. A client that isn't known has no actor.
struct GraviteeAudits: Sendable {
    let admin: GraviteeAdmin

    func add(to router: Router<PracticeContext>) {
        let domain = "organizations/DEFAULT/environments/DEFAULT/domains/:domain/audits"
        router.get(RouterPath("\(GraviteeVendor.mount)/management/\(domain)")) { request, context in
            do {
                try admin.authorize(request, true)
                return try list(request, context)
            } catch let error as GraviteeError {
                return error.response
            }
        }
    }

    private static let type = "CLIENT_AUTHENTICATION"

    private func list(_ request: Request, _ context: PracticeContext) throws -> Response {
        let domain = context.parameters.get("domain") ?? ""
        guard domain == GraviteeVendor.domain else { throw GraviteeError.noDomain(domain) }
        let query = request.uri.queryParameters
        let (page, size) = (
            Int(query.get("page") ?? "0") ?? 0, Int(query.get("size") ?? "10") ?? 10
        )
        let from = Milliseconds(query.get("from") ?? "0") ?? 0
        let isWanted = query.get("type") ?? Self.type == Self.type
        let (told, clients) = admin.practice.withState { state in
            (
                ToldRequests(in: .only(.gravitee), state),
                state.realms[.only(.gravitee)]?.clients ?? [:]
            )
        }
        guard !told.areForbidden else { throw GraviteeError.denied }
        let audits = told.entries.filter { isWanted && $0.time >= from }.reversed()
            .map { Self.wire($0, of: clients[$0.owner.clientID]) }
        let body: JSONValue = [
            "data": .array(Array(audits.dropFirst(max(0, page) * size).prefix(max(0, size)))),
            "currentPage": .integer(Int64(page)), "totalCount": .integer(Int64(audits.count)),
        ]
        return Reply.json(body)
    }

    private static func wire(_ entry: TokenLogEntry, of client: PracticeClient?) -> JSONValue {
        var audit: [String: JSONValue] = [
            "id": .string("audit-\(entry.sequence)"), "type": .string(type),
            "timestamp": .integer(entry.time),
            "outcome": ["status": .string(entry.isAccepted ? "success" : "failure")],
        ]
        var point: [String: JSONValue] = [:]
        point["ipAddress"] = entry.caller.address.map(JSONValue.string)
        point["userAgent"] = entry.caller.userAgent.map(JSONValue.string)
        audit["accessPoint"] = .object(point)
        if let client {
            audit["actor"] = [
                "id": .string(client.internalID), "type": "APPLICATION",
                "displayName": .string(client.clientID),
            ]
        }
        return .object(audit)
    }
}

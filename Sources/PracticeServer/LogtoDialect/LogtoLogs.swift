import HTTPTypes
import Hummingbird

/// `/api/logs`: the audit log, of token requests by client credentials.
///
/// From `routes/log.ts`, `event-listeners/grant.ts` and `koa-pagination.ts` of logto-io/logto. A
/// line names the secret only where it was one of the named ones, and was taken.
struct LogtoLogs: Sendable {
    let admin: LogtoAdmin

    func add(to router: Router<PracticeContext>) {
        router.get(RouterPath("\(LogtoVendor.mount)/api/logs")) { request, context in
            try await admin.answer(request, context) { request, _ in try list(request) }
        }
    }

    private static let key = "ExchangeTokenBy.ClientCredentials"

    private func list(_ request: Request) throws -> Response {
        let query = request.uri.queryParameters
        let told = admin.practice.withState { ToldRequests(in: .only(.logto), $0) }
        guard !told.areForbidden else { throw LogtoError.forbidden }
        guard let page = Int(query.get("page") ?? "1"), page > 0,
            let size = Int(query.get("page_size") ?? "20"), (1...100).contains(size)
        else {
            throw LogtoError(.badRequest, "guard.invalid_pagination", "Invalid pagination value.")
        }
        let (client, key) = (query.get("applicationId"), query.get("logKey") ?? Self.key)
        let lines = told.entries.filter {
            (client == nil || $0.owner.clientID == client) && key == Self.key
        }.reversed().map(Self.wire)
        // The number of all decides the pages, so a page is never shorter than was asked for.
        var response = Reply.json(
            JSONValue.array(Array(lines.dropFirst((page - 1) * size).prefix(size))))
        if let name = HTTPField.Name("Total-Number") {
            response.headers[name] = "\(lines.count)"
        }
        return response
    }

    private static func wire(_ entry: TokenLogEntry) -> JSONValue {
        var payload: [String: JSONValue] = [
            "key": .string(key), "applicationId": .string(entry.owner.clientID),
            "result": .string(entry.isAccepted && entry.error == nil ? "Success" : "Error"),
            "params": ["grant_type": "client_credentials"],
        ]
        payload["ip"] = entry.caller.address.map(JSONValue.string)
        payload["userAgent"] = entry.caller.userAgent.map(JSONValue.string)
        if entry.isAccepted, let name = entry.secretID {
            payload["applicationSecret"] = ["name": .string(name)]
        }
        if let error = entry.error {
            payload["error"] = .string(
                entry.isAccepted
                    ? "\(error): requested scope is not allowed"
                    : "invalid_client: client authentication failed")
        }
        return [
            "id": .string("log-\(entry.sequence)"), "key": .string(key),
            "payload": .object(payload), "createdAt": .integer(entry.time),
        ]
    }
}

import Foundation
import HTTPTypes
import Hummingbird

/// `/api/v2/logs`: the tenant's log, of client credentials' exchanges.
///
/// From the Management API's reference. Of its search language only what names types, a client and
/// a time is practised; whatever else is asked is refused.
struct Auth0Logs: Sendable {
    let practice: Practice
    let issuer: TokenIssuer

    func add(to router: Router<PracticeContext>) {
        router.get(RouterPath("\(Auth0Vendor.mount)/api/v2/logs")) { request, _ in
            do { return try await list(request) } catch let error as Auth0Error {
                return error.response
            }
        }
    }

    /// The most that can be had by pages.
    private static let most = 1_000

    private func list(_ request: Request) async throws -> Response {
        let server = Auth0Vendor.server(base: practice.baseURL)
        let (now, told) = practice.withState {
            ($0.now, ToldRequests(in: .only(.auth0), $0))
        }
        guard let token = await issuer.bearer(of: request, from: server, at: now) else {
            throw Auth0Error.unauthorized
        }
        let scopes = token.scope.split(separator: " ")
        guard scopes.contains("read:logs"), !told.areForbidden else {
            throw Auth0Error.insufficientScope(["read:logs", "read:logs_users"])
        }
        let query = request.uri.queryParameters
        let search = try Search(query.get("q") ?? "")
        let page = Int(query.get("page") ?? "0") ?? -1
        guard let size = Int(query.get("per_page") ?? "50"), (1...100).contains(size), page >= 0,
            (page + 1) * size <= Self.most, query.get("sort") ?? "date:-1" == "date:-1"
        else {
            throw Auth0Error(.badRequest, "invalid_paging", "You can only page through 1000 logs")
        }
        let lines = told.entries.filter(search.covers).reversed().map(Self.wire)
        return Reply.json(JSONValue.array(Array(lines.dropFirst(page * size).prefix(size))))
    }

    private struct Search {
        var client: String?
        var from: Milliseconds?

        init(_ text: String) throws {
            for term in text.split(separator: " AND ").map(String.init) where !term.isEmpty {
                if term == "type:(seccft OR feccft)" { continue }
                if term.hasPrefix("client_id:\""), term.hasSuffix("\"") {
                    client = String(term.dropFirst(11).dropLast())
                } else if term.hasPrefix("date:["), term.hasSuffix(" TO *]") {
                    let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
                    let date = try? style.parse(String(term.dropFirst(6).dropLast(6)))
                    guard let date else { throw Self.bad }
                    from = Milliseconds((date.timeIntervalSince1970 * 1000).rounded())
                } else {
                    throw Self.bad
                }
            }
        }

        private static let bad = Auth0Error(
            .badRequest, "invalid_query_string", "Your query is not well-formed.")

        func covers(_ entry: TokenLogEntry) -> Bool {
            (client == nil || entry.owner.clientID == client) && entry.time >= from ?? 0
        }
    }

    private static func wire(_ entry: TokenLogEntry) -> JSONValue {
        let isGranted = entry.isAccepted && entry.error == nil
        let id = "90020260101\(entry.sequence)"
        var line: [String: JSONValue] = [
            "_id": .string(id), "log_id": .string(id), "date": .string(entry.time.iso8601),
            "type": .string(isGranted ? "seccft" : "feccft"),
            "client_id": .string(entry.owner.clientID),
            "client_name": .string("\(entry.owner.clientID) (M2M)"),
            "user_agent": .string(agent(entry.caller.userAgent)), "isMobile": false,
        ]
        line["ip"] = entry.caller.address.map(JSONValue.string)
        if !isGranted {
            line["description"] = .string(
                entry.isAccepted ? "Client has not been granted scopes" : "Unauthorized")
        }
        return .object(line)
    }

    /// Auth0 shows what it makes of an agent: names that it knows, and `Other` for the rest.
    private static func agent(_ text: String?) -> String {
        let parts = (text ?? "").split(separator: "/", maxSplits: 1)
        guard parts.count == 2, parts[0] == "curl" else { return "Other 0.0.0 / Other 0.0.0" }
        return "curl \(parts[1]) / Other 0.0.0"
    }
}

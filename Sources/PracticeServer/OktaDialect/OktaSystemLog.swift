import Foundation
import HTTPTypes
import Hummingbird

/// `/api/v1/logs`: the token requests of all clients of the org.
struct OktaSystemLog: Sendable {
    let practice: Practice
    let access: OktaAccess
    let realm: RealmID
    /// Where the org is, below the server's address.
    let mount: String
    /// What the events of its server begin with.
    let prefix: String

    func add(to router: Router<PracticeContext>) {
        router.get(RouterPath("\(mount)/api/v1/logs")) { request, _ in
            try await access.answer(request, "okta.logs.read") { try list(request) }
        }
    }

    private func list(_ request: Request) throws -> Response {
        let query = request.uri.queryParameters
        let (told, eachRefusal) = practice.withState {
            (ToldRequests(in: realm, $0), $0.settings.oktaLogsEachRefusal)
        }
        guard !told.areForbidden else { throw OktaError.accessDenied }
        guard let limit = Int(query.get("limit") ?? "100"), (0...1_000).contains(limit) else {
            throw OktaError.validation("limit", "The limit must be between 0 and 1000.")
        }
        let filter = try query.get("filter").map { text in
            guard let filter = OktaLogFilter(text) else { throw Self.badFilter }
            return filter
        }
        let (from, to) = (try Self.time(query.get("since")), try Self.time(query.get("until")))
        let events = OktaLogEvent.events(of: told, prefix: prefix, eachRefusal: eachRefusal)
            .filter { event in
                event.time >= from ?? 0 && event.time < to ?? .max && filter?.covers(event) ?? true
            }
        let isDescending = query.get("sortOrder") == "DESCENDING"
        let start = query.get("after").flatMap { Int($0) } ?? 0
        let (page, next) = told.page(
            of: isDescending ? events.reversed() : events, from: start, limit)
        var response = Reply.json(page)
        let address = "\(practice.baseURL)\(mount)/api/v1/logs"
        var links = ["<\(address)>; rel=\"self\""]
        if let next { links.append("<\(address)?limit=\(limit)&after=\(next)>; rel=\"next\"") }
        for link in links {
            if let name = HTTPField.Name("Link") {
                response.headers.append(HTTPField(name: name, value: link))
            }
        }
        return response
    }

    private static let badFilter = OktaError(
        status: .badRequest, code: "E0000031", summary: "Invalid search criteria.")

    private static func time(_ text: String?) throws -> Milliseconds? {
        guard let text else { return nil }
        let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        guard let date = try? style.parse(text) else {
            throw OktaError.validation("since", "The time must be ISO 8601.")
        }
        return Milliseconds((date.timeIntervalSince1970 * 1000).rounded())
    }
}

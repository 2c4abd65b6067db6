import Foundation
import HTTPTransport
import RotationCore

/// Okta's System Log, as far as it is about the token requests of one client.
struct OktaLog: Sendable {
    /// The org's API, with a login that may read the log and nothing else.
    let admin: AdminAPI
    let clientID: String
    let now: @Sendable () -> Instant

    /// An event has some kilobytes, and an answer may have a thousand of those.
    private static let page = 100
    private static let pages = 50
    /// Okta states no bound.
    static let lag = Span.minutes(5)

    /// The newest come first, so that where there are too many the oldest are missing.
    func presentations(since moment: Instant) async throws(AdapterError) -> Presentations {
        let now = now()
        let end = now + Span(milliseconds: -Self.lag.milliseconds)
        var found: [Presentation] = []
        var cursor: String?
        for number in 0..<Self.pages {
            let response: HTTPResponse
            do throws(AdapterError) {
                response = try await admin.expect(
                    [200], "GET", path(since: moment, until: now + Self.lag, after: cursor), .read)
            } catch {
                guard number > 0, error.isOfRate else { throw error }
                break
            }
            let events = try admin.decode([OktaLogEvent].self, response, .read)
            found += events.compactMap(\.presentation)
            cursor = Self.next(in: response.headers)
            if cursor == nil || events.isEmpty {
                return Presentations(found, seenUpTo: end)
            }
        }
        return Presentations(found, seenUpTo: end, isTruncated: true)
    }

    private func path(since: Instant, until: Instant, after cursor: String?) -> String {
        let types = OktaLogEvent.types.map { "eventType eq \"\($0)\"" }.joined(separator: " or ")
        // Which of the three holds the client differs between the events.
        let literal = clientID.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
        let who = ["actor.id", "client.id", "target.id"].map { "\($0) eq \"\(literal)\"" }
            .joined(separator: " or ")
        var query = [
            ("since", since.rfc3339Milliseconds), ("until", until.rfc3339Milliseconds),
            ("sortOrder", "DESCENDING"), ("limit", "\(Self.page)"),
            ("filter", "(\(types)) and (\(who))"),
        ]
        if let cursor { query.append(("after", cursor)) }
        let text = query.map { "\($0)=\(URLPart.segment($1))" }.joined(separator: "&")
        return "/api/v1/logs?\(text)"
    }

    /// The cursor of the next page.
    ///
    /// Only that is taken out of the link (RFC 8288): a login goes to no address that an answer
    /// names.
    static func next(in headers: HTTPHeaders) -> String? {
        let links = headers.values(of: "Link").flatMap { $0.split(separator: ",") }
        guard let link = links.first(where: { $0.contains("rel=\"next\"") }),
            let from = link.firstIndex(of: "<"), let to = link.lastIndex(of: ">"), from < to
        else { return nil }
        let query = link[link.index(after: from)..<to].split(separator: "?").last ?? ""
        let cursor = query.split(separator: "&").first { $0.hasPrefix("after=") }
        return cursor.flatMap { String($0.dropFirst(6)).removingPercentEncoding }
    }
}

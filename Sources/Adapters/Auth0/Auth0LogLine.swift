import HTTPTransport
import RotationCore

/// One line of the tenant's log about an exchange of client credentials.
struct Auth0LogLine: Decodable {
    let date: String?
    let type: String?
    let description: String?
    let ip: String?
    let userAgent: String?
    let clientName: String?

    enum CodingKeys: String, CodingKey, CaseIterable {
        case date, type, description, ip
        case userAgent = "user_agent"
        case clientName = "client_name"
    }

    /// nil where it failed for something else than the secret.
    var presentation: Presentation? {
        guard let at = date.flatMap(Instant.init(rfc3339:)) else { return nil }
        let isRefused = type == "feccft"
        let said = description?.lowercased() ?? ""
        // What is said of a wrong secret isn't documented, so what is known to be else is left out.
        let isElse = ["scope", "grant", "audience", "service not found"].contains(
            where: said.contains)
        if isRefused, isElse { return nil }
        return Presentation(
            at: at, outcome: isRefused ? .refused(code: "access_denied") : .accepted, address: ip,
            userAgent: agent, application: clientName)
    }

    /// Auth0 shows what it makes of an agent; of one that it doesn't know, nothing.
    private var agent: String? {
        guard let userAgent, !userAgent.hasPrefix("Other 0.0.0") else { return nil }
        let isOurs = userAgent.lowercased().hasPrefix(OwnProbes.userAgent)
        return isOurs ? OwnProbes.userAgent : userAgent
    }
}

extension Auth0API {
    private static let logPage = 100
    /// No more than a thousand lines can be had by pages.
    private static let logPages = 10
    /// Auth0 states no bound.
    static let logLag = Span.minutes(5)

    /// The client's exchanges since `moment`, the newest thousand.
    func presentations(since moment: Instant) async throws(AdapterError) -> Presentations {
        let end = now() + Span(milliseconds: -Self.logLag.milliseconds)
        let literal = clientID.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
        let search = URLPart.segment(
            "type:(seccft OR feccft) AND client_id:\"\(literal)\" AND "
                + "date:[\(moment.rfc3339Milliseconds) TO *]")
        var found: [Presentation] = []
        for number in 0..<Self.logPages {
            let query =
                "q=\(search)&sort=date%3A-1&per_page=\(Self.logPage)&page=\(number)"
            let lines: [Auth0LogLine]
            do throws(AdapterError) {
                let response = try await send("GET", "/api/v2/logs?\(query)", nil, .read)
                lines = try admin.decode([Auth0LogLine].self, response, .read)
            } catch {
                throw error.about("the tenant's log")
            }
            found += lines.compactMap(\.presentation)
            if lines.count < Self.logPage { return Presentations(found, seenUpTo: end) }
        }
        return Presentations(found, seenUpTo: end, isTruncated: true)
    }
}

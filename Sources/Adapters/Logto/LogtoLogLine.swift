import HTTPTransport
import RotationCore

/// One line of Logto's audit log about a token request.
///
/// The payload may hold more than it should; only what is named here is read.
struct LogtoLogLine: Decodable {
    let payload: Payload
    /// Milliseconds since 1970.
    let createdAt: Int64

    struct Payload: Decodable {
        let result: String?
        let error: String?
        let ip: String?
        let userAgent: String?
        let applicationSecret: SecretName?
    }

    struct SecretName: Decodable {
        let name: String?
    }

    private enum CodingKeys: String, CodingKey { case payload, createdAt }

    /// nil where it failed for something else than the secret.
    var presentation: Presentation? {
        let isRefused = payload.result == "Error"
        // oidc-provider's words: its code, and what it says of a wrong secret.
        let said = payload.error?.lowercased() ?? ""
        if isRefused, !said.contains("invalid_client"),
            !said.contains("client authentication failed"), !said.contains("secret has expired")
        {
            return nil
        }
        return Presentation(
            at: Instant(milliseconds: createdAt),
            outcome: isRefused ? .refused(code: "invalid_client") : .accepted,
            credential: payload.applicationSecret?.name.map(CredentialID.init(rawValue:)),
            address: payload.ip, userAgent: payload.userAgent)
    }
}

extension LogtoAPI {
    /// The most that Logto gives at once.
    private static let page = 100
    private static let pages = 50

    /// The client's own token requests since `moment`, which the newest lines of the log tell of.
    func presentations(since moment: Instant) async throws(AdapterError) -> Presentations {
        let end = now()
        var found: [Presentation] = []
        for number in 1...Self.pages {
            let query =
                "applicationId=\(URLPart.segment(clientID))"
                + "&logKey=ExchangeTokenBy.ClientCredentials&page=\(number)&page_size=\(Self.page)"
            let lines: [LogtoLogLine]
            do throws(AdapterError) {
                let response = try await admin.expect([200], "GET", "/api/logs?\(query)", .read)
                lines = try admin.decode([LogtoLogLine].self, response, .read)
            } catch {
                throw error.about("the audit log")
            }
            // The newest come first, and there is no filter by time.
            found += lines.compactMap(\.presentation).filter { $0.at >= moment }
            let isOlder = lines.contains { Instant(milliseconds: $0.createdAt) < moment }
            if isOlder || lines.count < Self.page { return Presentations(found, seenUpTo: end) }
        }
        return Presentations(found, seenUpTo: end, isTruncated: true)
    }
}

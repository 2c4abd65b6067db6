import HTTPTransport
import RotationCore

/// When credentials were last used: Graph's beta report `appCredentialSignInActivities`.
struct EntraSignInReport: Decodable {
    /// One credential of one application.
    struct Entry: Decodable {
        let keyId: String?
        let signInActivity: Activity?
    }

    struct Activity: Decodable {
        let lastSignInDateTime: String?
        let lastNonInteractiveSignInDateTime: String?
        let lastSuccessfulSignInDateTime: String?

        /// The latest, whichever of them the report fills.
        var last: Instant? {
            [lastSignInDateTime, lastNonInteractiveSignInDateTime, lastSuccessfulSignInDateTime]
                .compactMap { $0.flatMap(Instant.init(rfc3339:)) }.max()
        }
    }

    let entries: [Entry]

    private enum CodingKeys: String, CodingKey { case value }

    /// A page of entries; or one by itself, as the documentation shows a filtered answer.
    init(from decoder: any Decoder) throws {
        let page = try decoder.container(keyedBy: CodingKeys.self)
        entries =
            try page.decodeIfPresent([Entry].self, forKey: .value) ?? [Entry(from: decoder)]
    }

    /// By the credential's id, in lower case.
    var lastUses: [String: Instant] {
        let uses = entries.compactMap { entry in
            entry.keyId.flatMap { id in entry.signInActivity?.last.map { (id.lowercased(), $0) } }
        }
        return Dictionary(uses, uniquingKeysWith: max)
    }
}

extension EntraAPI {
    /// When the secrets of an application were last used, as far as the report has come.
    ///
    /// What isn't there may have been used all the same. Further pages aren't asked for: one
    /// application's credentials fit into the first.
    func lastUses(of appID: String) async throws(AdapterError) -> [String: Instant] {
        let filter = URLPart.segment("appId eq '\(appID.replacing("'", with: "''"))'")
        let path = "/beta/reports/appCredentialSignInActivities?$filter=\(filter)"
        do throws(AdapterError) {
            let response = try await admin.expect([200], "GET", path, .read)
            return try admin.decode(EntraSignInReport.self, response, .read).lastUses
        } catch {
            throw error.about("the sign-in report")
        }
    }
}

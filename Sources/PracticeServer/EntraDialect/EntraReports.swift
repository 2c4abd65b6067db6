import HTTPTypes
import Hummingbird

/// `/beta/reports/appCredentialSignInActivities`: when each secret was last used, as far as the
/// report has come.
///
/// From `msgraph-metadata` (beta) and the documentation of the report. The tenant needs a licence,
/// and the caller a right that administering applications doesn't give.
struct EntraReports: Sendable {
    let graph: EntraGraph

    private static let readers: Set = ["AuditLog.Read.All", "Directory.Read.All"]

    func add(to router: Router<PracticeContext>) {
        let reports = router.group("\(EntraVendor.mount)/graph/beta/reports")
        reports.get("appCredentialSignInActivities") { request, _ in try await answer(request) }
    }

    private func answer(_ request: Request) async throws -> Response {
        do {
            try await graph.authorize(request, Self.readers, orThrow: .notForReports)
            guard graph.practice.withState({ $0.settings.entraIsPremium }) else {
                throw EntraError.notPremium
            }
            let filter = try Filter(request.uri.queryParameters.get("$filter"))
            return Reply.json(["value": JSONValue.array(activities(filter))])
        } catch let error as EntraError {
            return error.response
        }
    }

    /// `appId eq '…'` or `keyId eq '…'`; whatever else the report can be filtered by is refused.
    private struct Filter {
        let name: String?
        let value: String

        init(_ text: String?) throws {
            guard let text else {
                (name, value) = (nil, "")
                return
            }
            let parts = text.split(separator: " ", maxSplits: 2).map(String.init)
            guard parts.count == 3, ["appId", "keyId"].contains(parts[0]), parts[1] == "eq",
                parts[2].count > 2, parts[2].hasPrefix("'"), parts[2].hasSuffix("'")
            else { throw EntraError.badFilter }
            name = parts[0]
            value = String(parts[2].dropFirst().dropLast()).replacing("''", with: "'")
        }

        func covers(_ client: PracticeClient) -> Bool {
            name != "appId" || client.clientID == value
        }
        func covers(_ secret: PracticeSecret) -> Bool { name != "keyId" || secret.id == value }
    }

    /// Secrets that were never used aren't there, nor what they were used for since the report was
    /// made.
    private func activities(_ filter: Filter) -> [JSONValue] {
        graph.practice.withState { state in
            let end = state.now - state.settings.entraReportLagMs
            let realm = RealmID.only(.entra)
            let clients = (state.realms[realm]?.clients.values.map { $0 } ?? [])
                .filter(filter.covers).sorted { $0.clientID < $1.clientID }
            return clients.flatMap { client in
                let owner = TokenLogEntry.Owner(realm: realm, clientID: client.clientID)
                return client.secrets.filter(filter.covers).compactMap { secret in
                    state.log.lastUse(of: secret.id, by: owner, until: end).map {
                        Self.wire(secret, of: client, usedAt: $0)
                    }
                }
            }
        }
    }

    private static func wire(
        _ secret: PracticeSecret, of client: PracticeClient, usedAt moment: Milliseconds
    ) -> JSONValue {
        var members: [String: JSONValue] = [
            "id": .string("\(secret.id)|application"), "keyId": .string(secret.id),
            "keyType": "clientSecret", "keyUsage": "sign", "appId": .string(client.clientID),
            "appObjectId": .string(client.internalID), "credentialOrigin": "application",
            "createdDateTime": .string(secret.created.iso8601),
            "signInActivity": [
                "lastSignInDateTime": .string(moment.iso8601),
                "lastSignInRequestId": .string(RandomText.uuid()),
            ],
        ]
        members["expirationDateTime"] = secret.expires.map { .string($0.iso8601) }
        return .object(members)
    }
}

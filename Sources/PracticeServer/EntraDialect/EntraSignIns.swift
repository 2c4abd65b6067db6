import Foundation
import HTTPTypes
import Hummingbird

/// `/beta/auditLogs/signIns`, of service principals.
///
/// From `msgraph-metadata` (beta): the properties that a secret's sign-in has, and those that can
/// be filtered by. The same licence and right as the report of credentials.
struct EntraSignIns: Sendable {
    let graph: EntraGraph

    func add(to router: Router<PracticeContext>) {
        router.get(RouterPath("\(Self.path)")) { request, _ in
            do { return try await answer(request) } catch let error as EntraError {
                return error.response
            }
        }
    }

    private static let path = "\(EntraVendor.mount)/graph/beta/auditLogs/signIns"

    private func answer(_ request: Request) async throws -> Response {
        try await graph.authorize(request, ["AuditLog.Read.All"], orThrow: .notForReports)
        let (told, isPremium) = graph.practice.withState {
            (ToldRequests(in: .only(.entra), $0), $0.settings.entraIsPremium)
        }
        guard isPremium, !told.areForbidden else { throw EntraError.notPremium }
        let query = request.uri.queryParameters
        let filter = try Filter(query.get("$filter") ?? "")
        guard let size = Int(query.get("$top") ?? "1000"), (1...1_000).contains(size) else {
            throw EntraError.badFilter
        }
        let signIns = told.entries.filter(filter.covers).reversed().map(Self.wire)
        let start = query.get("$skiptoken").flatMap { Int($0) } ?? 0
        let (page, next) = told.page(of: signIns, from: start, size)
        var body: [String: JSONValue] = ["value": .array(page)]
        if let next {
            let asked = (request.uri.query ?? "").split(separator: "&")
                .filter { !$0.hasPrefix("$skiptoken=") }.joined(separator: "&")
            body["@odata.nextLink"] = .string(
                "\(graph.practice.baseURL)\(Self.path)?\(asked)&$skiptoken=\(next)")
        }
        return Reply.json(JSONValue.object(body))
    }

    /// `and` between terms: the kind of sign-in, an application, a time from which.
    private struct Filter {
        var client: String?
        var from: Milliseconds?
        var isOfServices = false

        init(_ text: String) throws {
            for term in text.split(separator: " and ").map(String.init) {
                if term == "signInEventTypes/any(t: t eq 'servicePrincipal')" {
                    isOfServices = true
                } else if term.hasPrefix("appId eq '"), term.hasSuffix("'") {
                    client = String(term.dropFirst(10).dropLast()).replacing("''", with: "'")
                } else if term.hasPrefix("createdDateTime ge ") {
                    let style = Date.ISO8601FormatStyle()
                    guard let date = try? style.parse(String(term.dropFirst(19))) else {
                        throw EntraError.badFilter
                    }
                    from = Milliseconds(date.timeIntervalSince1970 * 1000)
                } else {
                    throw EntraError.badFilter
                }
            }
        }

        /// Without the kind only people's sign-ins are there, and here are none.
        func covers(_ entry: TokenLogEntry) -> Bool {
            isOfServices && (client == nil || entry.owner.clientID == client)
                && entry.time >= from ?? 0
        }
    }

    private static func wire(_ entry: TokenLogEntry) -> JSONValue {
        let id = entry.owner.clientID
        var signIn: [String: JSONValue] = [
            "id": .string("sign-in-\(entry.sequence)"),
            "createdDateTime": .string(entry.time.iso8601), "appId": .string(id),
            "appDisplayName": .string(id), "servicePrincipalName": .string(id),
            "signInEventTypes": ["servicePrincipal"], "clientCredentialType": "clientSecret",
            "status": [
                "errorCode": .integer(code(of: entry)),
                "failureReason": .string(entry.error ?? "Other."),
            ],
            // No user agent is told of a service.
            "userAgent": "",
            "appliedConditionalAccessPolicies": policies,
        ]
        signIn["ipAddress"] = entry.caller.address.map(JSONValue.string)
        if entry.isAccepted, let secret = entry.secretID {
            signIn["servicePrincipalCredentialKeyId"] = .string(secret)
        }
        return .object(signIn)
    }

    /// A sign-in has some kilobytes, most of it about the tenant's policies.
    private static let policies = JSONValue.array(
        (1...15).map { number in
            [
                "id": .string("00000000-0000-0000-0000-0000000000\(number + 10)"),
                "displayName": .string("Require a compliant network for workload \(number)"),
                "enforcedGrantControls": [], "enforcedSessionControls": [],
                "result": "notApplied",
            ]
        })

    private static func code(of entry: TokenLogEntry) -> Int64 {
        if entry.isAccepted { return entry.error == nil ? 0 : 70_011 }
        return entry.error == "invalid_client" ? 7_000_215 : 700_016
    }
}

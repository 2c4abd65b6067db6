import HTTPTransport
import RotationCore

/// One sign-in of a service principal: Graph's beta `auditLogs/signIns`.
struct EntraSignIn: Decodable {
    let createdDateTime: String?
    let ipAddress: String?
    let userAgent: String?
    let appDisplayName: String?
    let servicePrincipalCredentialKeyId: String?
    let status: Status?

    struct Status: Decodable {
        let errorCode: Int?
    }

    /// A wrong secret, and one that has expired.
    private static let refusals: Set = [7_000_215, 7_000_222]

    /// nil where it failed for something else than the secret.
    var presentation: Presentation? {
        guard let at = createdDateTime.flatMap(Instant.init(rfc3339:)) else { return nil }
        let code = status?.errorCode ?? 0
        guard code == 0 || Self.refusals.contains(code) else { return nil }
        return Presentation(
            at: at, outcome: code == 0 ? .accepted : .refused(code: "AADSTS\(code)"),
            credential: servicePrincipalCredentialKeyId.map(CredentialID.init(rawValue:)),
            address: ipAddress, userAgent: userAgent.flatMap { $0.isEmpty ? nil : $0 },
            application: appDisplayName)
    }
}

extension EntraAPI {
    /// A sign-in has some kilobytes, and an answer may have a thousand of those.
    private static let page = 100
    private static let pages = 50

    /// The application's own sign-ins since `moment`, the newest first.
    ///
    /// Which secret it was can't be filtered by, so that is done by whoever reads them.
    func signIns(since moment: Instant, lag: Span) async throws(AdapterError) -> Presentations {
        let end = now() + Span(milliseconds: -lag.milliseconds)
        let application = clientID.replacing("'", with: "''")
        let filter = URLPart.segment(
            "signInEventTypes/any(t: t eq 'servicePrincipal') and appId eq '\(application)' "
                + "and createdDateTime ge \(moment.rfc3339)")
        let first =
            "/beta/auditLogs/signIns?$filter=\(filter)&$orderby=createdDateTime%20desc"
            + "&$top=\(Self.page)"
        var path: String? = first
        var found: [Presentation] = []
        for number in 0..<Self.pages {
            guard let place = path else { return Presentations(found, seenUpTo: end) }
            let page: EntraPage<EntraSignIn>
            do throws(AdapterError) { page = try await signIns(at: place) } catch {
                guard number > 0, error.isOfRate else { throw error }
                break
            }
            found += page.value.compactMap(\.presentation)
            path = try next(of: page)
        }
        return Presentations(found, seenUpTo: end, isTruncated: path != nil)
    }

    private func signIns(at path: String) async throws(AdapterError) -> EntraPage<EntraSignIn> {
        do throws(AdapterError) {
            let response = try await admin.expect([200], "GET", path, .read)
            return try admin.decode(EntraPage<EntraSignIn>.self, response, .read)
        } catch {
            throw error.about("the sign-ins")
        }
    }

    /// A link of Graph's own; the login goes nowhere else.
    private func next(of page: EntraPage<EntraSignIn>) throws(AdapterError) -> String? {
        guard let link = page.nextLink else { return nil }
        guard link.hasPrefix("\(admin.address)/") else {
            throw CallOutcome(adapter: "entra").unreadable(
                .read, "the next page of sign-ins is at another address")
        }
        return String(link.dropFirst(admin.address.count))
    }
}

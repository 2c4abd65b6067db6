import HTTPTransport
import RotationCore

/// One audit of the type `CLIENT_AUTHENTICATION`.
struct GraviteeAudit: Decodable {
    let timestamp: Moment?
    let outcome: Outcome?
    let actor: Actor?
    let accessPoint: AccessPoint?

    struct Outcome: Decodable {
        let status: String?
    }

    struct Actor: Decodable {
        let id: String?
        let displayName: String?
    }

    struct AccessPoint: Decodable {
        let ipAddress: String?
        let userAgent: String?
    }

    /// Milliseconds since 1970, or RFC 3339: how Gravitee spells it depends on its version.
    struct Moment: Decodable {
        let instant: Instant?

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let number = try? container.decode(Int64.self) {
                instant = Instant(milliseconds: number)
            } else {
                instant = Instant(rfc3339: try container.decode(String.self))
            }
        }
    }

    /// nil where the audit has no moment.
    var presentation: Presentation? {
        guard let at = timestamp?.instant else { return nil }
        let isAccepted = outcome?.status?.lowercased() == "success"
        return Presentation(
            at: at, outcome: isAccepted ? .accepted : .refused(code: "invalid_client"),
            address: accessPoint?.ipAddress, userAgent: accessPoint?.userAgent,
            application: actor?.displayName)
    }
}

/// A page of audits.
struct GraviteeAuditPage: Decodable {
    let data: [GraviteeAudit]
}

extension GraviteeAPI {
    private static let page = 100
    private static let pages = 50

    /// The domain's audits.
    private var audits: String {
        path.split(separator: "/").dropLast(2).reduce("") { "\($0)/\($1)" } + "/audits"
    }
    private var application: Substring { path.split(separator: "/").last ?? "" }

    /// The application's own logins since `moment`, among the domain's newest 5000.
    ///
    /// There is no filter by application, so that is done here.
    func presentations(since moment: Instant, at now: Instant) async throws(AdapterError)
        -> Presentations
    {
        var found: [Presentation] = []
        for number in 0..<Self.pages {
            let query =
                "type=CLIENT_AUTHENTICATION&from=\(moment.milliseconds)&page=\(number)"
                + "&size=\(Self.page)"
            let page: GraviteeAuditPage
            do throws(AdapterError) {
                let response = try await admin.expect([200], "GET", "\(audits)?\(query)", .read)
                page = try admin.decode(GraviteeAuditPage.self, response, .read)
            } catch {
                throw error.about("the audits")
            }
            found += page.data.filter { $0.actor?.id.map { $0 == application } ?? false }
                .compactMap(\.presentation)
            if page.data.count < Self.page { return Presentations(found, seenUpTo: now) }
        }
        return Presentations(found, seenUpTo: now, isTruncated: true)
    }
}

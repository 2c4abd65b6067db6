import RotationCore

/// A secret store that is the newest secret of a name in OpenStack's Barbican, or a field of a JSON
/// document in it.
///
/// What a secret of Barbican holds never changes, so every write makes one more of the same name,
/// and consumers take the newest. There is no write that depends on what was read, and none that is
/// told from a second one: the newest is compared just before the write, and the list behind it
/// shows whether somebody else was in between. A write whose answer was lost is the newest of its
/// name, and so it is found.
struct BarbicanStore: SecretStore {
    let api: BarbicanAPI
    let text: SecretText

    static let capabilities = StoreCapabilities(
        comparesAndSets: false, readable: true, versioned: true)

    var capabilities: StoreCapabilities { text.capabilities(Self.capabilities) }

    /// The newest secret, with what it holds.
    struct Held: Sendable {
        let secret: BarbicanSecret
        let id: String
        let form: BarbicanSecret.Form
        let text: String
    }

    func identity() async throws(AdapterError) -> TargetIdentity {
        _ = try newest(of: try await api.secrets())
        var place = "barbican:\(api.admin.address)"
        // A token that was made elsewhere doesn't say what it is for.
        if case .keystone(let tokens, let login) = api.admin.login.proof {
            place += "/\(try await tokens.token(of: login).project)"
        }
        return TargetIdentity(rawValue: "\(place)/\(api.name)")
    }

    func read() async throws(AdapterError) -> StoredSecret? {
        try stored(try await held(in: try await api.secrets()))
    }

    private func stored(_ held: Held) throws(AdapterError) -> StoredSecret? {
        try text.stored(in: held.text, at: StoreVersion(rawValue: held.id))
    }

    /// The newest of `listing`, read; throws where consumers wouldn't get a text.
    func held(in listing: BarbicanAPI.Listing) async throws(AdapterError) -> Held {
        let (secret, id) = try newest(of: listing)
        guard secret.status ?? "ACTIVE" == "ACTIVE" else {
            throw refused("not-active", "the newest secret is \(safeText(secret.status ?? ""))")
        }
        guard secret.isFilled else {
            throw refused("no-payload", "nothing was ever put into the newest secret")
        }
        guard let form = secret.form,
            let text = String(
                validating: try await api.payload(of: id, as: form), as: UTF8.self)
        else { throw refused("binary", "the secret holds bytes, and no text") }
        return Held(secret: secret, id: id, form: form, text: text)
    }

    /// The secret that consumers take; throws where there is none, or one of two.
    private func newest(of listing: BarbicanAPI.Listing)
        throws(AdapterError) -> (secret: BarbicanSecret, id: String)
    {
        let sorted = listing.secrets.sorted { $0.created > $1.created }
        guard let first = sorted.first, let id = first.id else {
            throw AdapterError(
                .missing, code: "barbican-not-found",
                message: "barbican: there is no secret of that name in the project")
        }
        guard sorted.count < 2 || sorted[1].created != first.created else {
            throw refused(
                "same-moment",
                "two secrets were made at the same moment, and consumers get either: delete one")
        }
        return (first, id)
    }

    func write(_ content: StoreContent, replacing version: StoreVersion?)
        async throws(AdapterError)
    {
        let before = try await api.secrets()
        let held = try await held(in: before)
        guard try stored(held)?.version == version else {
            throw AdapterError(
                .conflict, code: "barbican-changed",
                message: "barbican: another secret of that name is the newest now")
        }
        let after = try text.replacing(with: content, in: held.text)
        if let obstacle = Self.obstacle(to: after, as: held.form) {
            throw refused(obstacle.code, obstacle.reason)
        }
        guard try await api.isOpen(held.id) else { throw refused("private", Self.privacy) }
        try mayFollow(held.secret, before.second)
        let made = try await api.add(
            held.secret.successor(named: api.name, holding: after, as: held.form))
        do throws(AdapterError) {
            try await confirm(made, after, held.form, before)
        } catch {
            throw AdapterError(.unknown, code: error.code, message: error.message)
        }
    }

    /// Throws where a secret that is made now would not be newer than `secret`, by the service's
    /// own clock: consumers that take the newest would not get it.
    private func mayFollow(_ secret: BarbicanSecret, _ second: Instant?) throws(AdapterError) {
        guard let second, let moment = secret.moment else { return }
        // Servers keep the text of a date for a second, and up to one more of it isn't said.
        let isBehind = secret.isCoarse ? moment >= second : moment >= second + .seconds(2)
        guard !isBehind else {
            throw AdapterError(
                .unavailable(retryAfter: .seconds(1)), code: "barbican-too-soon",
                message: "barbican: by the service's clock, the newest secret was made just now "
                    + "or later: a newer one has to wait")
        }
    }

    /// That the secret holds what was written, that consumers get it, and that it replaced what it
    /// was compared with.
    private func confirm(
        _ made: String, _ written: String, _ form: BarbicanSecret.Form,
        _ before: BarbicanAPI.Listing
    ) async throws(AdapterError) {
        guard try await api.payload(of: made, as: form) == Array(written.utf8) else {
            throw refused("not-as-written", "the secret does not hold what was just written")
        }
        let known = Set(before.secrets.map(\.id) + [made])
        let now = try await api.secrets()
        guard now.secrets.allSatisfy({ known.contains($0.id) }) else {
            throw refused(
                "overtaken", "somebody else wrote after the comparison: look at both secrets")
        }
        guard try newest(of: now).id == made else {
            throw refused("not-shown", "the secret that was just written is not the newest yet")
        }
    }

    static let privacy =
        "not everybody of the project may read the newest secret, or others may: a new one would "
        + "have no such list of who may"

    /// What would keep `text` from being kept as it is.
    static func obstacle(to text: String, as form: BarbicanSecret.Form)
        -> (code: String, reason: String)?
    {
        let ends = [text.unicodeScalars.first, text.unicodeScalars.last].compactMap { $0 }
        let isCut = ends.contains {
            $0.properties.isWhitespace || ("\u{1C}"..."\u{1F}").contains($0)
        }
        guard form == .bytes || !isCut else {
            return (
                "edges",
                "Barbican cuts white space off both ends of a text; application/octet-stream keeps "
                    + "it"
            )
        }
        return nil
    }

    private func refused(_ code: String, _ reason: String) -> AdapterError {
        AdapterError(.refused, code: "barbican-\(code)", message: "barbican: \(reason)")
    }
}

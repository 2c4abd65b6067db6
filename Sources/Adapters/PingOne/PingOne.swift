import ClientCredentials
import HTTPTransport
import RotationCore

/// PingOne: the secret in force and the one before it, both readable, the second until a moment
/// that is set when it is replaced.
///
/// Creating moves the slots, so it is never repeated "to be sure": a second one would push the old
/// secret out. Nothing can put a chosen secret in front, so a new one can't be withdrawn.
struct PingOne: ProbedServer {
    /// The names of the slots, which are the ids of their secrets.
    enum Slot {
        static let current = CredentialID(rawValue: "current")
        static let previous = CredentialID(rawValue: "previous")
    }

    let api: PingOneAPI
    let probe: TokenProbe
    let issuer: String
    /// How long the old secret stays accepted beside a new one.
    let retain: Span
    /// How long a plan needs both, at least, from the creation on.
    let need: Span
    /// The worker application that administers.
    let adminID: String

    static let capabilities = ServerCapabilities(
        shape: .twoSlots, limit: 2, origin: .server, recognition: .value, canDisable: false,
        canWithdraw: false, propagation: .minutes(1), expiry: .onceReplaced, telemetry: .retained)

    var capabilities: ServerCapabilities { Self.capabilities }

    func identity() async throws(AdapterError) -> TargetIdentity {
        try await api.admin.metadata(of: issuer)
            .assert(issuer: issuer, tokenEndpoint: probe.endpoint.url, for: "pingone")
        return TargetIdentity(rawValue: "pingone:\(issuer)#\(api.application)")
    }

    func credentials(knowing known: KnownSecrets) async throws(AdapterError) -> [Credential] {
        let shown = try await api.secrets()
        var listed: [Credential] = []
        if let current = shown.current {
            listed.append(credential(Slot.current, current, until: nil, known))
        }
        if let previous = shown.retained(at: api.now()) {
            listed.append(
                credential(
                    Slot.previous, previous.secret, until: previous.end,
                    lastUsed: shown.previous?.lastUsed, known))
        }
        return listed
    }

    private func credential(
        _ slot: CredentialID, _ secret: ClientSecret, until end: Instant?,
        lastUsed: String? = nil, _ known: KnownSecrets
    ) -> Credential {
        Credential(
            id: slot, expiresAt: end, holds: known.role(where: secret.matches), secret: secret,
            lastUsedAt: lastUsed.flatMap(Instant.init(rfc3339:)))
    }

    func create(_ secret: ClientSecret?, label: String) async throws(AdapterError)
        -> CreatedCredential
    {
        guard secret == nil else {
            throw refusal(.refused, "own-secret", "the server makes the secret")
        }
        let shown = try await api.secrets()
        guard !shown.isFull(at: api.now()) else {
            throw refusal(.limitReached, "slot-occupied", Self.occupied)
        }
        let made = try await api.rotate(keepingPreviousUntil: api.now() + retain)
        // Where somebody else rotated in between, the old secret was pushed out by this.
        guard let old = shown.current, let kept = made.retained(at: api.now())?.secret,
            kept.matches(old)
        else {
            throw refusal(
                .unknown, "old-lost", "a secret was made, and the old one isn't kept beside it")
        }
        return CreatedCredential(id: Slot.current, secret: made.current, old: Slot.previous)
    }

    static let occupied = "an earlier secret is still accepted as the previous one"

    func delete(_ credential: CredentialID, keeping survivor: ClientSecret)
        async throws(AdapterError)
    {
        let shown = try await api.secrets()
        let isInFront = shown.current?.matches(survivor) ?? false
        switch credential {
        case Slot.previous where isInFront, Slot.current where isInFront:
            guard shown.retained(at: api.now()) != nil else { return }
            try await api.deletePrevious()
        case Slot.previous:
            throw refusal(
                .conflict, "survivor-not-current",
                "the secret that must stay is not the one in force")
        case Slot.current: throw cannotWithdraw(to: survivor, shown)
        default:
            throw refusal(
                .refused, "no-such-slot", "there is no slot \(safeText(credential.rawValue))")
        }
    }

    /// Nothing was sent; a person must know until when the old secret does.
    private func cannotWithdraw(to old: ClientSecret, _ shown: PingOneSecrets) -> AdapterError {
        let words = "PingOne can't put a secret back in front, so the new one can't be withdrawn; "
        guard let kept = shown.retained(at: api.now()), kept.secret.matches(old) else {
            return refusal(
                .refused, "cannot-withdraw", words + "and the old one is no longer accepted")
        }
        let end = kept.end.map { "until \($0.rfc3339)" } ?? "for now"
        return refusal(
            .refused, "cannot-withdraw",
            words + "the old one stays accepted beside it \(end): go forward before then")
    }

    func authenticate(with secret: ClientSecret, connection: ProbeConnection)
        async throws(AdapterError) -> AuthenticationResult
    {
        try await probe.authenticate(with: secret, connection: connection)
    }

    private func refusal(_ kind: AdapterError.Kind, _ code: String, _ reason: String)
        -> AdapterError
    {
        AdapterError(kind, code: "pingone-\(code)", message: "pingone: \(reason)")
    }
}

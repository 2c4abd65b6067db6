import FoundationEssentials
import RotationCore

/// Calls that a program of the user's own makes: one process each, JSON in and JSON out.
struct ExecBackend: DeclaredBackend {
    let command: [String]
    let timeout: Span
    let clientID: String
    let token: ClientSecret?
    /// About the place that the token is in.
    let tokenFindings: [Finding]

    var adapter: String { "exec" }

    /// How much an answer may hold.
    private static let cap = 1 << 20

    func identity() async throws(AdapterError) -> String {
        try await ask(.identity, .read, \.identity)
    }

    func findings(overlap: Span) async throws(AdapterError) -> [Finding] {
        let seconds = (overlap.milliseconds + 999) / 1000
        return tokenFindings
            + (try await ask(.check, .read, \.findings) { $0.overlapSeconds = seconds })
    }

    func secrets() async throws(AdapterError) -> [DeclaredSecret] {
        var secrets: [DeclaredSecret] = []
        for listed in try await ask(.list, .read, \.secrets) {
            secrets.append(
                DeclaredSecret(
                    id: listed.id, label: listed.label, isEnabled: listed.enabled ?? true,
                    createdAt: try Self.instant(listed.createdAt),
                    expiresAt: try Self.instant(listed.expiresAt),
                    value: listed.value.map { .plain(ClientSecret($0)) }
                        ?? listed.sha256.map { .sha256($0.lowercased()) }))
        }
        guard Set(secrets.map(\.id)).count == secrets.count else {
            throw outcome.unreadable(.read, "an id is listed twice")
        }
        return secrets
    }

    private static func instant(_ text: String?) throws(AdapterError) -> Instant? {
        guard let text else { return nil }
        guard let instant = Instant(rfc3339: text) else {
            throw CallOutcome(adapter: "exec").unreadable(
                .read, "\(text) is no time such as 2026-11-25T09:00:00Z")
        }
        return instant
    }

    func create(_ secret: ClientSecret?, label: String) async throws(AdapterError)
        -> CreatedCredential
    {
        let plain = secret.map { $0.withPlaintext { $0 } }
        let made = try await ask(.create, .creation, \.created) {
            ($0.label, $0.secret) = (label, plain)
        }
        return CreatedCredential(
            id: CredentialID(rawValue: made.id), secret: made.secret.map { ClientSecret($0) },
            old: made.old.map(CredentialID.init(rawValue:)))
    }

    func change(_ change: DeclaredChange, _ id: String, keeping survivor: ClientSecret?)
        async throws(AdapterError)
    {
        let operation: ExecRequest.Operation =
            switch change {
            case .disable: .disable
            case .enable: .enable
            case .delete: .delete
            }
        let plain = survivor.map { $0.withPlaintext { $0 } }
        _ = try await call(operation, .repeatable) { ($0.id, $0.keeping) = (id, plain) }
    }

    private var outcome: CallOutcome { CallOutcome(adapter: "exec") }

    /// The member of the answer that the operation is about.
    private func ask<Value>(
        _ operation: ExecRequest.Operation, _ effect: CallEffect,
        _ member: (ExecAnswer) -> Value?, _ fill: (inout ExecRequest) -> Void = { _ in }
    ) async throws(AdapterError) -> Value {
        guard let value = member(try await call(operation, effect, fill)) else {
            throw outcome.unreadable(effect, "the answer to \(operation.rawValue) is incomplete")
        }
        return value
    }

    private func call(
        _ operation: ExecRequest.Operation, _ effect: CallEffect,
        _ fill: (inout ExecRequest) -> Void
    ) async throws(AdapterError) -> ExecAnswer {
        var request = ExecRequest(operation: operation, clientID: clientID)
        request.token = token.map { $0.withPlaintext { $0 } }
        fill(&request)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let input = try? encoder.encode(request) else {
            throw AdapterError(.refused, code: "exec-unsendable", message: "exec: no JSON")
        }
        let child = ChildProcess(
            command: command, input: Array(input) + [UInt8(ascii: "\n")], deadline: timeout,
            cap: Self.cap)
        return try answer(await child.run(), effect)
    }

    /// What a run proves.
    ///
    /// An error in words counts whatever the exit status is; success only with status 0.
    private func answer(_ ended: ChildProcess.Outcome, _ effect: CallEffect)
        throws(AdapterError) -> ExecAnswer
    {
        let name = safeText(command[0])
        guard ended.ending != .notStarted else {
            throw AdapterError(
                .unavailable(retryAfter: nil), code: "exec-not-started",
                message: "exec: \(name) could not be started")
        }
        let said = try? JSONDecoder().decode(ExecAnswer.self, from: Data(ended.output))
        if let failure = said?.error, !ended.isCut {
            let error = failure.adapterError
            // "Unavailable" and the like promise that nothing happened; a killed program can't.
            guard case .exited = ended.ending else { throw doubt(ended, effect) }
            throw error
        }
        guard ended.ending == .exited(0) else { throw doubt(ended, effect) }
        guard !ended.isCut else { throw outcome.unreadable(effect, "\(name) printed too much") }
        guard let said else {
            throw outcome.unreadable(effect, "\(name) printed something else than one JSON object")
        }
        return said
    }

    private func doubt(_ ended: ChildProcess.Outcome, _ effect: CallEffect) -> AdapterError {
        AdapterError(
            effect.doubt, code: "exec-failed",
            message: "exec: \(safeText(command[0])): \(CallOutcome.said(ended.explanation))")
    }
}

import RotationCore

/// Calls that a program of the user's own makes: one process each, JSON in and JSON out.
struct ExecBackend: DeclaredBackend {
    let program: ExecProgram
    let clientID: String

    var adapter: String { "exec" }

    func identity() async throws(AdapterError) -> String {
        try await ask(.identity, .read, \.identity)
    }

    func findings(overlap: Span) async throws(AdapterError) -> [Finding] {
        let seconds = (overlap.milliseconds + 999) / 1000
        return program.findings
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
            throw CallOutcome(adapter: adapter).unreadable(.read, "an id is listed twice")
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

    /// The member of the answer that the operation is about.
    private func ask<Value>(
        _ operation: ExecRequest.Operation, _ effect: CallEffect,
        _ member: (ExecAnswer) -> Value?, _ fill: (inout ExecRequest) -> Void = { _ in }
    ) async throws(AdapterError) -> Value {
        guard let value = member(try await call(operation, effect, fill)) else {
            throw ExecProgram.incomplete(operation.rawValue, effect)
        }
        return value
    }

    private func call(
        _ operation: ExecRequest.Operation, _ effect: CallEffect,
        _ fill: (inout ExecRequest) -> Void
    ) async throws(AdapterError) -> ExecAnswer {
        var request = ExecRequest(operation: operation, clientID: clientID)
        request.token = program.token
        fill(&request)
        return try await program.call(request, effect, ExecAnswer.self)
    }
}

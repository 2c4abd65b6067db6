import RotationCore

/// A secret store that a program of the user's own reads and writes.
struct ExecStore: SecretStore {
    let program: ExecProgram
    let clientID: String
    let capabilities: StoreCapabilities

    func identity() async throws(AdapterError) -> TargetIdentity {
        let answer = try await ask(.identity, .read)
        guard let identity = answer.identity else {
            throw ExecProgram.incomplete("identity", .read)
        }
        return TargetIdentity(rawValue: "exec:\(identity)")
    }

    func preflight() async throws(AdapterError) -> [Finding] {
        var findings = program.findings
        do throws(AdapterError) {
            guard let found = try await ask(.check, .read).findings else {
                throw ExecProgram.incomplete("check", .read)
            }
            findings += found
            if found.allSatisfy({ $0.severity != .problem }), try await read() == nil {
                findings.append(
                    Finding(
                        .problem, code: "exec-empty", message: "exec: the store holds no secret"))
            }
        } catch {
            findings.append(try error.finding())
        }
        return findings
    }

    func read() async throws(AdapterError) -> StoredSecret? {
        let answer = try await ask(.read, .read)
        guard let stored = answer.stored else {
            guard answer.isEmpty ?? false else { throw ExecProgram.incomplete("read", .read) }
            return nil
        }
        // A value that can't be known is the plan's to declare: the engine does without it then.
        guard stored.secret != nil || !capabilities.readable else {
            throw ExecProgram.incomplete("read", .read)
        }
        return StoredSecret(
            secret: capabilities.readable ? stored.secret.map { ClientSecret($0) } : nil,
            version: StoreVersion(rawValue: stored.version),
            client: capabilities.holdsClientID
                ? stored.clientID.map(ClientID.init(rawValue:)) : nil,
            candidate: capabilities.holdsCandidate
                ? stored.candidate.map { ClientSecret($0) } : nil)
    }

    func write(_ content: StoreContent, replacing version: StoreVersion?)
        async throws(AdapterError)
    {
        // A store that shows no value shows a version all the same.
        if !capabilities.comparesAndSets {
            guard try await read()?.version == version else {
                throw AdapterError(
                    .conflict, code: "exec-changed",
                    message: "exec: the store was changed by somebody else")
            }
        }
        _ = try await ask(.write, .repeatable) { request in
            request.version = version?.rawValue
            request.secret = content.secret.withPlaintext { $0 }
            request.newClientID = capabilities.holdsClientID ? content.client?.rawValue : nil
            request.candidate =
                capabilities.holdsCandidate ? content.candidate?.withPlaintext { $0 } : nil
        }
    }

    private func ask(
        _ operation: ExecStoreRequest.Operation, _ effect: CallEffect,
        _ fill: (inout ExecStoreRequest) -> Void = { _ in }
    ) async throws(AdapterError) -> ExecStoreAnswer {
        var request = ExecStoreRequest(
            operation: operation, clientID: clientID, token: program.token)
        fill(&request)
        return try await program.call(request, effect, ExecStoreAnswer.self)
    }
}

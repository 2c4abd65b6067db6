import CoreFoundation  // for `stat`, which is one module's or the other's
import Glibc
import HTTPTransport
import RotationCore

/// Reads the secrets that plans refer to.
struct SecretResolver: Sendable {
    /// The variables of this process, read once.
    let environment: [String: String]
    let http: any HTTPClient
    /// What every reference is taken to lead to, for whoever needs no secret; nil to read them.
    var placeholder: ClientSecret?
    /// What `vault:` references and stores know of the clusters that they share.
    let vaultIndexes = VaultIndexes()

    /// How much a file or a command may hold.
    static let cap = 64 * 1024

    /// Reads the secret behind `reference`; `adapter` is who needs it.
    ///
    /// One line end behind it is dropped. Throws `missing` where there is nothing, and `refused`
    /// where the place isn't fit for a secret.
    func resolve(_ reference: SecretReference, for adapter: String)
        async throws(AdapterError) -> ClientSecret
    {
        try await resolve(reference, for: adapter, isToken: false)
    }

    /// Reads a workload's token, which a platform puts in place and exchanges for another soon.
    ///
    /// The kubelet makes such a file readable for everybody unless the pod says as whom it runs,
    /// and there is nobody else in a container. So that is no reason to refuse it, only to tell of
    /// it (``findings(about:for:)``), where nobody else can put another file in its place.
    func resolveToken(_ reference: SecretReference, for adapter: String)
        async throws(AdapterError) -> ClientSecret
    {
        try await resolve(reference, for: adapter, isToken: true)
    }

    private func resolve(_ reference: SecretReference, for adapter: String, isToken: Bool)
        async throws(AdapterError) -> ClientSecret
    {
        if let placeholder { return placeholder }
        let problem = ReferenceProblem(adapter: adapter, reference: reference)
        switch reference {
        case .environment(let name):
            guard let value = environment[name] else { throw problem.missing("is not set") }
            return try resolved(Array(value.utf8), problem)
        case .file(let path):
            return try file(path, isToken: isToken, problem)
        case .systemdCredential:
            guard let path = path(of: reference) else {
                throw problem.missing("needs CREDENTIALS_DIRECTORY, which systemd sets")
            }
            return try file(path, isToken: isToken, problem)
        case .command(let words):
            return try await command(words, problem)
        case .vault(let mount, let path, let field):
            return try await vault(mount, path, field, problem)
        }
    }

    /// What `check` should say about the places that `references` name: files that a group can
    /// read, and tokens that everybody can.
    func findings(about references: [SecretReference], for adapter: String) -> [Finding] {
        references.compactMap { reference in
            var status = stat()
            guard let path = path(of: reference), stat(path, &status) == 0,
                status.st_mode & 0o077 != 0
            else { return nil }
            let who = status.st_mode & 0o007 == 0 ? "a group" : "everybody on this host"
            return ReferenceProblem(adapter: adapter, reference: reference)
                .warning("can be read or changed by \(who)")
        }
    }

    private func path(of reference: SecretReference) -> String? {
        switch reference {
        case .file(let path): path
        case .systemdCredential(let name):
            environment["CREDENTIALS_DIRECTORY"].map { "\($0)/\(name)" }
        case .environment, .command, .vault: nil
        }
    }

    private func resolved(
        _ bytes: [UInt8], _ problem: ReferenceProblem
    ) throws(AdapterError) -> ClientSecret {
        var value = bytes[...]
        if value.last == UInt8(ascii: "\n") {
            value.removeLast()
            if value.last == UInt8(ascii: "\r") { value.removeLast() }
        }
        guard !value.isEmpty else { throw problem.missing("is empty") }
        guard let text = String(validating: value, as: UTF8.self), !text.utf8.contains(0) else {
            throw problem.refused("is not a text")
        }
        return ClientSecret(text)
    }

    private func file(_ path: String, isToken: Bool, _ problem: ReferenceProblem)
        throws(AdapterError) -> ClientSecret
    {
        // Links are followed: that is how Kubernetes and systemd put secrets in place.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard descriptor >= 0 else { throw problem.missing(FileFailure.words(errno)) }
        let file = OpenFile(descriptor: descriptor, path: path)
        defer { file.close() }
        let status = try file.status()
        guard status.st_mode & S_IFMT == S_IFREG else { throw problem.refused("is not a file") }
        guard status.st_mode & (isToken ? 0o003 : 0o007) == 0 else {
            throw problem.refused("can be read or changed by everybody on this host")
        }
        if isToken, status.st_mode & 0o007 != 0 { try assertOutOfReach(path, problem) }
        return try resolved(try file.content(upTo: Self.cap), problem)
    }

    /// That nobody else can exchange the file, or the link to it.
    private func assertOutOfReach(_ path: String, _ problem: ReferenceProblem)
        throws(AdapterError)
    {
        let slash = path.lastIndex(of: "/") ?? path.startIndex
        for place in ["\(path[..<slash])/", path] {
            guard let resolved = realpath(place, nil) else {
                throw problem.missing(FileFailure.words(errno))
            }
            defer { free(resolved) }
            do throws(AdapterError) {
                try Directory.refuseOpenToAll(String(cString: resolved))
            } catch {
                throw problem.refused("is where everybody on this host can change it")
            }
        }
    }

    private func command(_ words: [String], _ problem: ReferenceProblem)
        async throws(AdapterError) -> ClientSecret
    {
        let outcome = await ChildProcess(
            command: words, deadline: .seconds(10), cap: Self.cap
        ).run()
        guard outcome.ending == .exited(0) else {
            throw problem.missing(outcome.explanationWithoutSecrets)
        }
        guard !outcome.isCut else { throw problem.refused("prints more than \(Self.cap) bytes") }
        return try resolved(outcome.output, problem)
    }

    private func vault(
        _ mount: String, _ path: String, _ field: String, _ problem: ReferenceProblem
    ) async throws(AdapterError) -> ClientSecret {
        guard var address = environment["VAULT_ADDR"] ?? environment["BAO_ADDR"],
            let token = environment["VAULT_TOKEN"] ?? environment["BAO_TOKEN"]
        else { throw problem.missing("needs VAULT_ADDR and VAULT_TOKEN") }
        while address.hasSuffix("/") { address.removeLast() }
        guard ServerAddress(address) != nil else {
            throw problem.refused("needs a VAULT_ADDR that is https")
        }
        guard let place = VaultPlace(mount: mount, path: path, field: field) else {
            throw problem.refused("is not mount/path#field")
        }
        let api = VaultAPI(
            address: address,
            namespace: environment["VAULT_NAMESPACE"] ?? environment["BAO_NAMESPACE"],
            caFile: environment["VAULT_CACERT"] ?? environment["BAO_CACERT"], http: http,
            indexes: vaultIndexes)
        let store = VaultStore(api, VaultLogin(api, .token(ClientSecret(token))), place)
        guard let secret = try await store.read()?.secret else {
            throw problem.missing("is empty")
        }
        return secret
    }
}

/// What is wrong with a reference, in the words of the adapter that needs it.
struct ReferenceProblem: Sendable {
    let adapter: String
    let reference: SecretReference

    private func message(_ reason: String) -> String {
        "\(adapter): \(safeText(reference.description)) \(safeText(reason))"
    }

    func missing(_ reason: String) -> AdapterError {
        AdapterError(.missing, code: "\(adapter)-reference-missing", message: message(reason))
    }

    func refused(_ reason: String) -> AdapterError {
        AdapterError(.refused, code: "\(adapter)-reference-refused", message: message(reason))
    }

    func warning(_ reason: String) -> Finding {
        Finding(.warning, code: "\(adapter)-reference-shared", message: message(reason))
    }
}

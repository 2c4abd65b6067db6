import HTTPTransport
import RotationCore

/// A secret store that is one field of a KV document of OpenBao or HashiCorp Vault.
///
/// Every write is a check-and-set against the version that was read, and carries the document's
/// other fields byte for byte as they were. KV v1 has no versions: there a write is compared just
/// before, and somebody else's in between is lost.
struct VaultStore: SecretStore {
    let api: VaultAPI
    let login: VaultLogin
    let place: VaultPlace
    let warnings: [Finding]

    static let capabilities = StoreCapabilities(
        comparesAndSets: true, readable: true, versioned: true)

    var capabilities: StoreCapabilities {
        let isVersioned = place.engine == .versioned
        return StoreCapabilities(
            comparesAndSets: isVersioned, readable: true, versioned: isVersioned
        ).holding(
            clientID: place.clientIDField != nil, candidate: place.candidateField != nil)
    }

    init(
        _ api: VaultAPI, _ login: VaultLogin, _ place: VaultPlace, warnings: [Finding] = []
    ) {
        self.warnings = warnings
        self.api = api
        self.login = login
        self.place = place
    }

    func identity() async throws(AdapterError) -> TargetIdentity {
        await login.keepAlive()
        let mount = try await mount()
        // A mount without a version is of the first.
        let version = mount.options?["version"] ?? "1"
        guard mount.type == "kv", version == place.engine.rawValue else {
            throw AdapterError(
                .wrongTarget, code: "vault-not-kv\(place.engine.rawValue)",
                message: "vault: \(safeText(place.mount)) is not a KV version "
                    + "\(place.engine.rawValue) mount")
        }
        let namespace = api.namespace.map { "/\($0)" } ?? ""
        let id = mount.uuid ?? mount.accessor ?? ""
        return TargetIdentity(
            rawValue: "vault:\(api.address)\(namespace)/\(mount.path)#\(id):\(place.path)")
    }

    func read() async throws(AdapterError) -> StoredSecret? {
        let state = try await state()
        guard let value = state.value, !value.isEmpty else { return nil }
        let client = try state.text(at: place.clientIDField)
        let candidate = try state.text(at: place.candidateField)
        return StoredSecret(
            secret: ClientSecret(value), version: mark(state),
            client: client.map(ClientID.init(rawValue:)),
            candidate: candidate.flatMap { $0.isEmpty ? nil : ClientSecret($0) })
    }

    func write(_ content: StoreContent, replacing version: StoreVersion?)
        async throws(AdapterError)
    {
        let state = try await state()
        let holds = !(state.value ?? "").isEmpty
        guard version == (holds ? mark(state) : nil) else { throw changed }
        let data = try state.data(with: texts(content))
        guard place.engine == .versioned else {
            return try await overwrite(with: data, holding: content.secret)
        }
        let options = Array(#"{"cas":\#(state.version)}"#.utf8)
        let body = JSONDocument.object([("options", options), ("data", data)])
        let response = try await login.send("POST", place.escapedDataPath, body: body, .repeatable)
        guard response.status == 200 else { throw refusal(response) }
        let written = try api.decode(VaultWriteAnswer.self, response, .repeatable).data.version
        try await confirm(content.secret, at: written)
    }

    /// What to compare against.
    private func mark(_ state: VaultDocument) -> StoreVersion {
        StoreVersion(
            rawValue: place.engine == .versioned ? String(state.version) : state.digest)
    }

    /// KV v1: last writer wins.
    private func overwrite(with data: [UInt8], holding secret: ClientSecret)
        async throws(AdapterError)
    {
        let response = try await login.send("POST", place.escapedDataPath, body: data, .repeatable)
        guard response.status == 204 || response.status == 200 else { throw refusal(response) }
        try await confirm(secret, at: 0)
    }

    private func texts(_ content: StoreContent) -> [VaultDocument.Text] {
        var texts = [
            VaultDocument.Text(field: place.field, text: content.secret.withPlaintext { $0 })
        ]
        if let client = content.client, let field = place.clientIDField {
            texts.append(VaultDocument.Text(field: field, text: client.rawValue))
        }
        if let candidate = content.candidate, let field = place.candidateField {
            texts.append(VaultDocument.Text(field: field, text: candidate.withPlaintext { $0 }))
        }
        return texts
    }

    /// Reads back, on a node that has caught up with the write.
    private func confirm(_ secret: ClientSecret, at version: Int) async throws(AdapterError) {
        let state: VaultDocument
        do throws(AdapterError) {
            state = try await self.state()
        } catch {
            throw error.leavingDoubt
        }
        let isHeld = state.value.map { ClientSecret($0).matches(secret) } ?? false
        guard state.version >= version, isHeld else {
            throw AdapterError(
                .unknown, code: "vault-not-as-written",
                message: "vault: \(safeText(place.dataPath)) does not hold what was just written")
        }
    }

    private func state() async throws(AdapterError) -> VaultDocument {
        let response = try await login.send("GET", place.escapedDataPath, .read)
        switch response.status {
        case 200:
            return try VaultDocument(response.body, field: place.field, of: place.engine)
        case 404:
            return try VaultDocument(absent: response.body, refusal: api.error(response, .read))
        default: throw api.error(response, .read)
        }
    }

    private func mount() async throws(AdapterError) -> VaultMountAnswer.Mount {
        let path = "sys/internal/ui/mounts/\(place.escapedDataPath)"
        let response = try await login.send("GET", path, .read)
        guard response.status == 200 else { throw api.error(response, .read) }
        let mount = try api.decode(VaultMountAnswer.self, response, .read).data
        guard mount.path == "\(place.mount)/" else {
            throw AdapterError(
                .wrongTarget, code: "vault-other-mount",
                message: "vault: the path belongs to the mount \(safeText(mount.path))")
        }
        return mount
    }

    private func refusal(_ response: HTTPResponse) -> AdapterError {
        let error = api.error(response, .repeatable)
        let isMismatch = response.status == 400 && error.message.contains("check-and-set")
        return isMismatch ? changed : error
    }

    private var changed: AdapterError {
        AdapterError(
            .conflict, code: "vault-changed",
            message: "vault: \(safeText(place.dataPath)) was changed by somebody else")
    }
}

import RotationCore

extension VaultStore {
    static let descriptor = AdapterDescriptor(
        type: "vault", summary: "a field of a KV document in OpenBao or HashiCorp Vault",
        settings: [
            SettingDescriptor(
                "address", .url, required: true, summary: "the server, as in VAULT_ADDR"),
            SettingDescriptor("mount", .text, summary: "the KV mount; secret if left out"),
            SettingDescriptor(
                "path", .text, required: true,
                summary: "the document, below the mount and without data/"),
            SettingDescriptor(
                "kv_version", .choice(VaultPlace.Engine.allCases.map(\.rawValue)),
                summary: "the mount's version; 2 if left out; 1 has no check-and-set"),
            SettingDescriptor("field", .text, summary: "the field; client_secret if left out"),
            .clientIDField,
            .candidateField,
            SettingDescriptor("namespace", .text, summary: "the namespace, where there are some"),
            .caFile,
            SettingDescriptor(
                "auth", .group(VaultLogin.Method.settings), required: true,
                summary: "how to log in: token, role_id and secret_id, role and jwt, or "
                    + "certificate_file and private_key"),
        ],
        storeCapabilities: capabilities)

    /// The store of `target`; its login is shared with others of the same settings.
    init(_ target: TargetSettings, _ shared: SharedLogins, _ resolver: SecretResolver)
        async throws(AdapterError)
    {
        let settings = Settings(target)
        let address = try settings.requiredAddress("address")
        let mount = try settings.text("mount") ?? "secret"
        guard
            let place = VaultPlace(
                mount: mount, path: try settings.requiredText("path"),
                field: try settings.text("field") ?? "client_secret",
                clientIDField: try settings.text(SettingDescriptor.clientIDField.name),
                candidateField: try settings.text(SettingDescriptor.candidateField.name),
                engine: try settings.choice("kv_version", default: .versioned))
        else { throw settings.invalid("path", "does not name a document below the mount") }
        try settings.refuseSamePlace(
            [
                ("field", place.field),
                (SettingDescriptor.clientIDField.name, place.clientIDField),
                (SettingDescriptor.candidateField.name, place.candidateField),
            ])
        let api = VaultAPI(
            address: address, namespace: try settings.text("namespace"),
            caFile: try settings.caFile(),
            http: resolver.http, indexes: resolver.vaultIndexes)
        let auth = try settings.requiredGroup("auth")
        let key = SharedLogins.Key(
            target,
            without: [
                "mount", "path", "field", "kv_version", SettingDescriptor.clientIDField.name,
                SettingDescriptor.candidateField.name,
            ])
        let login = try await shared.vault(key) { () async throws(AdapterError) in
            VaultLogin(api, try await VaultLogin.Method(auth, resolver))
        }
        let references = try VaultLogin.Method.references(auth)
        self.init(
            api, login, place,
            warnings: resolver.findings(about: references, for: settings.adapter))
    }

    private static func method(_ auth: Settings, _ resolver: SecretResolver)
        async throws(AdapterError) -> VaultLogin.Method
    {
        if let token = try auth.reference("token") {
            guard try auth.text("role_id") == nil, try auth.text("role") == nil else {
                throw auth.invalid("token", "and a role exclude each other")
            }
            return .token(try await resolver.resolve(token, for: auth.adapter))
        }
        let isWorkload = try auth.text("role") != nil
        if isWorkload, try auth.text("role_id") != nil {
            throw auth.invalid("role", "and role_id exclude each other")
        }
        let role = try auth.requiredText(isWorkload ? "role" : "role_id")
        let secret = try auth.requiredReference(isWorkload ? "jwt" : "secret_id")
        let adapter = auth.adapter
        let read = { @Sendable () async throws(AdapterError) -> ClientSecret in
            isWorkload
                ? try await resolver.resolveToken(secret, for: adapter)
                : try await resolver.resolve(secret, for: adapter)
        }
        // What can't be read is found before the first call, and not in the midst of one.
        _ = try await read()
        return .role(mount: try auth.text("mount") ?? (isWorkload ? "jwt" : "approle")) {
            () async throws(AdapterError) in
            VaultLogin.Proof(
                role: (isWorkload ? "role" : "role_id", role),
                secret: (isWorkload ? "jwt" : "secret_id", try await read()))
        }
    }
}

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
}

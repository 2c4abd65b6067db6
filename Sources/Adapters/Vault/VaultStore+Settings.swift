import RotationCore

extension VaultStore {
    static let descriptor = AdapterDescriptor(
        type: "vault", summary: "a field of a KV version 2 document in OpenBao or HashiCorp Vault",
        settings: [
            SettingDescriptor(
                "address", .url, required: true, summary: "the server, as in VAULT_ADDR"),
            SettingDescriptor("mount", .text, summary: "the KV mount; secret if left out"),
            SettingDescriptor(
                "path", .text, required: true,
                summary: "the document, below the mount and without data/"),
            SettingDescriptor("field", .text, summary: "the field; client_secret if left out"),
            .clientIDField,
            .candidateField,
            SettingDescriptor("namespace", .text, summary: "the namespace, where there are some"),
            .caFile,
            SettingDescriptor(
                "auth",
                .group([
                    SettingDescriptor("token", .reference, summary: "a token"),
                    SettingDescriptor("role_id", .text, summary: "an AppRole's role ID"),
                    SettingDescriptor("secret_id", .reference, summary: "an AppRole's secret ID"),
                    SettingDescriptor(
                        "mount", .text, summary: "where AppRole is mounted; approle if left out"),
                ]), required: true, summary: "how to log in: token, or role_id and secret_id"),
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
                candidateField: try settings.text(SettingDescriptor.candidateField.name))
        else { throw settings.invalid("path", "does not name a document below the mount") }
        let api = VaultAPI(
            address: address, namespace: try settings.text("namespace"),
            caFile: try settings.caFile(),
            http: resolver.http)
        let auth = try settings.requiredGroup("auth")
        let key = SharedLogins.Key(
            target,
            without: [
                "mount", "path", "field", SettingDescriptor.clientIDField.name,
                SettingDescriptor.candidateField.name,
            ])
        let login = try await shared.vault(key) { () async throws(AdapterError) in
            VaultLogin(api, try await Self.method(auth, resolver))
        }
        let references = try [auth.reference("token"), auth.reference("secret_id")].compactMap {
            $0
        }
        self.init(
            api, login, place,
            warnings: resolver.findings(about: references, for: settings.adapter))
    }

    private static func method(_ auth: Settings, _ resolver: SecretResolver)
        async throws(AdapterError) -> VaultLogin.Method
    {
        if let token = try auth.reference("token") {
            guard try auth.text("role_id") == nil else {
                throw auth.invalid("token", "and role_id exclude each other")
            }
            return .token(try await resolver.resolve(token, for: auth.adapter))
        }
        let roleID = try auth.requiredText("role_id")
        let secretID = try auth.requiredReference("secret_id")
        return .appRole(
            mount: try auth.text("mount") ?? "approle", roleID: roleID,
            secretID: try await resolver.resolve(secretID, for: auth.adapter))
    }
}

import ClientCredentials
import RotationCore

extension KeyVaultStore {
    static let descriptor = AdapterDescriptor(
        type: "azure-key-vault",
        summary: "a secret of Azure Key Vault, or one value of a JSON document in it",
        settings: [
            SettingDescriptor(
                "vault", .url, required: true,
                summary: "the vault's address: https://NAME.vault.azure.net"),
            SettingDescriptor("secret", .text, required: true, summary: "the secret's name"),
            SecretText.setting("secret"),
            .clientIDField,
            .candidateField,
            SettingDescriptor(
                "scope", .text,
                summary: "the scope of an access token; https://vault.azure.net/.default, or that "
                    + "of the vault's cloud, if left out"),
            .caFile,
            SettingDescriptor(
                "auth",
                .group(
                    [
                        SettingDescriptor(
                            "tenant", .text, required: true,
                            summary: "the id of the vault's tenant, or one of its domains"),
                        SettingDescriptor(
                            "authority", .url,
                            summary: "the login; https://login.microsoftonline.com if left out"),
                    ]
                        + ServerParts.entraLogin(
                            "an application that may get, set and list the vault's secrets")),
                required: true,
                summary: "who calls: client_id with client_secret or federated_token"),
        ],
        storeCapabilities: capabilities)

    /// The store of `target`.
    init(_ target: TargetSettings, _ parts: ServerParts) async throws(AdapterError) {
        let settings = Settings(target)
        let vault = try settings.requiredAddress("vault")
        let secret = try settings.requiredText("secret")
        guard (1...127).contains(secret.utf8.count), secret.utf8.allSatisfy(Self.isOfName) else {
            throw settings.invalid("secret", "is not a name of letters, digits and hyphens")
        }
        text = try SecretText(settings)
        guard let scope = try settings.text("scope") ?? Self.scope(of: vault) else {
            throw settings.invalid(
                "vault", "is not https://NAME.vault.azure.net: name a scope for its access tokens")
        }
        let caFile = try settings.caFile()
        let auth = try settings.requiredGroup("auth")
        let authority = try auth.address("authority") ?? "https://login.microsoftonline.com"
        let tenant = URLPart.segment(try auth.requiredText("tenant"))
        let endpoint = TokenEndpoint(
            url: "\(authority)/\(tenant)/oauth2/v2.0/token", scope: scope, caFile: caFile)
        api = KeyVaultAPI(
            admin: AdminAPI(
                address: vault, caFile: caFile,
                login: try await parts.entraLogin(auth, at: endpoint), http: parts.http,
                words: KeyVaultAPI.words),
            secret: secret)
        now = parts.now
    }

    private static func isOfName(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20) || byte == 0x2D
    }

    /// The resource of the cloud that a vault is in; nil where its address says none.
    ///
    /// A token for all vaults must not go to a host that merely looks like one.
    static func scope(of vault: String) -> String? {
        let host = vault.lowercased().drop { $0 != "/" }.drop { $0 == "/" }
        let name = host.prefix { !"./:".contains($0) }
        let clouds = ["vault.azure.net", "vault.azure.cn", "vault.usgovcloudapi.net"]
        let cloud = clouds.first { !name.isEmpty && host.dropFirst(name.count) == ".\($0)" }
        return cloud.map { "https://\($0)/.default" }
    }
}

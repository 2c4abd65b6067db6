import RotationCore

extension GoogleSecretStore {
    static let descriptor = AdapterDescriptor(
        type: "gcp-secret-manager",
        summary: "a secret of Google Cloud's Secret Manager, or one value of a JSON document in it",
        settings: [
            SettingDescriptor(
                "project", .text, required: true, summary: "the project's id or number"),
            SettingDescriptor("secret", .text, required: true, summary: "the secret's id"),
            SecretText.setting("secret"),
            .clientIDField,
            .candidateField,
            SettingDescriptor(
                "url", .url,
                summary: "the service's address; https://secretmanager.googleapis.com if left out"),
            .caFile,
            SettingDescriptor(
                "auth",
                .group(ServerParts.googleSettings), required: true,
                summary: "who calls: key, token or metadata"),
        ],
        storeCapabilities: capabilities)

    /// The store of `target`.
    init(_ target: TargetSettings, _ parts: ServerParts) async throws(AdapterError) {
        let settings = Settings(target)
        let project = try settings.requiredText("project")
        let secret = try settings.requiredText("secret")
        guard (1...255).contains(secret.utf8.count), secret.utf8.allSatisfy(Self.isOfName) else {
            throw settings.invalid(
                "secret", "is not an id of letters, digits, hyphens and underscores")
        }
        text = try SecretText(settings)
        let caFile = try settings.caFile()
        let auth = try settings.requiredGroup("auth")
        let url = try settings.address("url") ?? "https://secretmanager.googleapis.com"
        api = GoogleSecretAPI(
            admin: AdminAPI(
                address: url, caFile: caFile,
                login: try await parts.googleLogin(auth, at: url, caFile: caFile),
                http: parts.http, words: GoogleAPI.words),
            path: "/v1/projects/\(URLPart.segment(project))/secrets/\(secret)", secret: secret)
    }

    private static func isOfName(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20) || byte == 0x2D
            || byte == 0x5F
    }
}

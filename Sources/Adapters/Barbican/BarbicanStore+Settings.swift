import RotationCore

extension BarbicanStore {
    static let descriptor = AdapterDescriptor(
        type: "barbican",
        summary: "the newest secret of a name in OpenStack's Barbican, or one value of a JSON "
            + "document in it",
        settings: [
            SettingDescriptor(
                "url", .url, required: true, summary: "the service's address, without /v1"),
            SettingDescriptor(
                "secret", .text, required: true,
                summary: "the name that the secrets have, of which the newest counts"),
            SecretText.setting("secret"),
            .clientIDField,
            .candidateField,
            .caFile,
            SettingDescriptor(
                "auth", .group(ServerParts.keystoneSettings), required: true,
                summary: "who calls: token, or keystone with who logs in there"),
        ],
        storeCapabilities: capabilities)

    /// The store of `target`.
    init(_ target: TargetSettings, _ parts: ServerParts) async throws(AdapterError) {
        let settings = Settings(target)
        var url = try settings.requiredAddress("url")
        if url.hasSuffix("/v1") { url.removeLast(3) }
        let name = try settings.requiredText("secret")
        guard name.utf8.count <= 255, !name.contains(where: { "%+".contains($0) }),
            name.first?.isWhitespace == false, name.last?.isWhitespace == false
        else {
            throw settings.invalid(
                "secret", "is not a name of up to 255 bytes without %, + and spaces at its ends")
        }
        text = try SecretText(settings)
        let caFile = try settings.caFile()
        let login = try await parts.keystoneLogin(
            try settings.requiredGroup("auth"), caFile: caFile)
        var admin = AdminAPI(
            address: url, caFile: caFile, login: login, http: parts.http, words: BarbicanAPI.words)
        admin.headers = BarbicanAPI.version
        api = BarbicanAPI(admin: admin, name: name)
    }
}

import RotationCore

extension ServerParts {
    /// The settings of whoever calls a service of OpenStack.
    static let keystoneSettings: [SettingDescriptor] = [
        SettingDescriptor(
            "token", .reference, summary: "a token of Keystone that was made elsewhere"),
        SettingDescriptor(
            "keystone", .url, summary: "in its place, where Keystone is: its address without /v3"),
        SettingDescriptor(
            "application_credential", .text,
            summary: "the id of an application credential, with its secret"),
        SettingDescriptor("secret", .reference, summary: "the application credential's secret"),
        SettingDescriptor(
            "user", .text, summary: "in its place, the name of a user, with password and project"),
        SettingDescriptor("password", .reference, summary: "the user's password"),
        SettingDescriptor("project", .text, summary: "the project's name"),
        SettingDescriptor(
            "domain", .text,
            summary: "the name of the domain of both user and project; Default if left out"),
    ]

    /// A `token`, or whoever gets one at `keystone`.
    func keystoneLogin(_ auth: Settings, caFile: String?) async throws(AdapterError) -> AdminLogin {
        if let token = try auth.reference("token") {
            for name in ["keystone", "application_credential", "user"]
            where try auth.text(name) != nil {
                throw auth.invalid(name, "and token can't both be there")
            }
            return AdminLogin(
                adapter: auth.adapter,
                proof: .field("X-Auth-Token", try await resolver.resolve(token, for: auth.adapter)),
                findings: resolver.findings(about: [token], for: auth.adapter))
        }
        guard var service = try auth.address("keystone") else {
            throw auth.invalid("token", "or keystone must be there")
        }
        if service.hasSuffix("/v3") { service.removeLast(3) }
        let login = KeystoneLogin(
            adapter: auth.adapter, service: service, proof: try Self.keystoneProof(auth),
            caFile: caFile)
        return AdminLogin(
            adapter: auth.adapter, proof: .keystone(keystone, login),
            findings: resolver.findings(about: [login.reference], for: auth.adapter))
    }

    private static func keystoneProof(_ auth: Settings) throws(AdapterError) -> KeystoneLogin.Proof
    {
        let (id, user) = (try auth.text("application_credential"), try auth.text("user"))
        guard (id == nil) != (user == nil) else {
            throw auth.invalid("application_credential", "or user must be there, not both")
        }
        if let id {
            return .application(id: id, secret: try auth.requiredReference("secret"))
        }
        let domain = try auth.text("domain") ?? "Default"
        return .user(
            KeystoneLogin.Named(name: try auth.requiredText("user"), domain: domain),
            password: try auth.requiredReference("password"),
            project: KeystoneLogin.Named(name: try auth.requiredText("project"), domain: domain))
    }
}

import FoundationEssentials
import RotationCore

extension ServerParts {
    /// A user with a password (RFC 7617).
    func login(user: String, password reference: SecretReference, of admin: Settings)
        async throws(AdapterError) -> AdminLogin
    {
        guard !user.contains(":") else { throw admin.invalid("user", "has a colon in it") }
        let pair = try await resolver.resolve(reference, for: admin.adapter)
            .withPlaintext { Data("\(user):\($0)".utf8).base64EncodedString() }
        return AdminLogin(
            adapter: admin.adapter, proof: .fixed(scheme: "Basic", ClientSecret(pair)),
            findings: resolver.findings(about: [reference], for: admin.adapter))
    }
}

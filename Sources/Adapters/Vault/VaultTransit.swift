import FoundationEssentials
import HTTPTransport
public import RotationCore

/// A key of the transit engine of OpenBao or HashiCorp Vault, which wraps other keys.
///
/// No associated data is bound to what it wraps: `transit/rewrap` takes none, and a wrapped key
/// must outlive the rotation of the one that wraps it. What it says begins with `vault:vN:`, so
/// that any version that may still decrypt does.
///
/// Source: openbao.org/api-docs/secret/transit; tried on OpenBao 2.7.2.
public struct VaultTransit: Sendable {
    /// The type that key files name.
    public static let type = "vault-transit"
    private let api: VaultAPI
    private let login: VaultLogin
    private let mount: String
    private let key: String

    static let settings = [
        SettingDescriptor(
            "address", .url, required: true, summary: "the server, as in VAULT_ADDR"),
        SettingDescriptor("mount", .text, summary: "the transit mount; transit if left out"),
        SettingDescriptor("key", .text, required: true, summary: "the key that wraps"),
        SettingDescriptor("namespace", .text, summary: "the namespace, where there are some"),
        .caFile,
        SettingDescriptor(
            "auth", .group(VaultLogin.Method.settings), required: true,
            summary: "how to log in, as for a store"),
    ]

    init(_ target: TargetSettings, _ shared: SharedLogins, _ resolver: SecretResolver)
        async throws(AdapterError)
    {
        let settings = Settings(target)
        guard target.type == Self.type else {
            throw AdapterError(
                .refused, code: "key-keeper-unknown",
                message: "keys are kept by \(Self.type), and not by \(safeText(target.type))")
        }
        try Self.check(target.values, Self.settings, in: "", settings)
        api = VaultAPI(
            address: try settings.requiredAddress("address"),
            namespace: try settings.text("namespace"), caFile: try settings.caFile(),
            http: resolver.http, indexes: resolver.vaultIndexes)
        mount = try settings.text("mount") ?? "transit"
        key = try settings.requiredText("key")
        for (name, text) in [("mount", mount), ("key", key)] {
            let parts = text.split(separator: "/", omittingEmptySubsequences: false)
            guard !parts.contains(where: { ["", ".", ".."].contains($0) }) else {
                throw settings.invalid(name, "is not the name of one")
            }
        }
        guard !key.contains("/") else { throw settings.invalid("key", "is not the name of one") }
        let auth = try settings.requiredGroup("auth")
        let api = api
        login = try await shared.vault(SharedLogins.Key(target, without: ["mount", "key"])) {
            () async throws(AdapterError) in
            VaultLogin(api, try await VaultLogin.Method(auth, resolver))
        }
    }

    /// A mistyped setting must not be left out in silence, as a plan's isn't either.
    private static func check(
        _ values: [String: SettingValue], _ known: [SettingDescriptor], in prefix: String,
        _ settings: Settings
    ) throws(AdapterError) {
        for (name, value) in values.sorted(by: { $0.key < $1.key }) {
            guard let descriptor = known.first(where: { $0.name == name }) else {
                throw settings.invalid(prefix + safeText(name), "is unknown")
            }
            if case .group(let inner) = descriptor.form, case .group(let held) = value {
                try check(held, inner, in: "\(name).", settings)
            }
        }
    }

    /// What stands for `bytes` from now on.
    public func wrap(_ bytes: [UInt8]) async throws(AdapterError) -> String {
        struct Answer: Decodable {
            let data: Wrapped
            struct Wrapped: Decodable { let ciphertext: String }
        }
        let text = try await ask("encrypt", "plaintext", Data(bytes).base64EncodedString())
        return try api.decode(Answer.self, text, .read).data.ciphertext
    }

    /// The bytes that `text` stands for.
    public func unwrap(_ text: String) async throws(AdapterError) -> [UInt8] {
        struct Answer: Decodable {
            let data: Plain
            struct Plain: Decodable { let plaintext: String }
        }
        let answer = try await ask("decrypt", "ciphertext", text)
        let plain = try api.decode(Answer.self, answer, .read).data.plaintext
        guard let bytes = Data(base64Encoded: plain) else {
            throw CallOutcome(adapter: "vault").unreadable(.read, "the key isn't base64")
        }
        return Array(bytes)
    }

    private func ask(_ verb: String, _ name: String, _ text: String)
        async throws(AdapterError) -> HTTPResponse
    {
        let body =
            Array("{\"\(name)\":".utf8) + JSONDocument.literal(text) + Array("}".utf8)
        let path = URLPart.path("\(mount)/\(verb)/\(key)")
        // Neither changes anything.
        let response = try await login.send("POST", path, body: body, .read)
        guard response.status == 200 else { throw api.error(response, .read) }
        return response
    }
}

import Glibc
import HTTPTransport
import RotationCore

extension VaultLogin.Method {
    /// The settings below `auth`.
    static let settings = [
        SettingDescriptor("token", .reference, summary: "a token"),
        SettingDescriptor("role_id", .text, summary: "an AppRole's role ID"),
        SettingDescriptor("secret_id", .reference, summary: "an AppRole's secret ID"),
        SettingDescriptor(
            "role", .text,
            summary: "a role of JWT or Kubernetes, or of TLS certificates, which may do without"),
        SettingDescriptor(
            "jwt", .reference, summary: "the workload's token for it, read at every login"),
        SettingDescriptor(
            "certificate_file", .path,
            summary: "a client certificate as PEM file, read at every login"),
        SettingDescriptor(
            "private_key", .reference, summary: "the certificate's key, as PEM"),
        SettingDescriptor(
            "mount", .text,
            summary: "where the auth method is mounted; approle, jwt or cert if left out"),
    ]

    /// The references to secrets among the settings.
    static func references(_ auth: Settings) throws(AdapterError) -> [SecretReference] {
        var references: [SecretReference] = []
        for name in ["token", "secret_id", "jwt", "private_key"] {
            if let reference = try auth.reference(name) { references.append(reference) }
        }
        return references
    }

    /// The one method that the settings name; what it needs is read, so that what can't be is found
    /// before the first call, and not in the midst of one.
    init(_ auth: Settings, _ resolver: SecretResolver) async throws(AdapterError) {
        let isNamed = (
            token: try auth.text("token") != nil, appRole: try auth.text("role_id") != nil,
            certificate: try auth.text("certificate_file") != nil,
            workload: try auth.text("jwt") != nil, role: try auth.text("role") != nil
        )
        if isNamed.token {
            guard !isNamed.appRole, !isNamed.role, !isNamed.certificate else {
                throw auth.invalid("token", "and a role or a certificate exclude each other")
            }
            self = .token(
                try await resolver.resolve(
                    try auth.requiredReference("token"), for: auth.adapter))
        } else if isNamed.certificate {
            guard !isNamed.appRole, !isNamed.workload else {
                throw auth.invalid("certificate_file", "and role_id or jwt exclude each other")
            }
            self = try await Self.certificate(auth, resolver)
        } else if isNamed.role {
            guard !isNamed.appRole else {
                throw auth.invalid("role", "and role_id exclude each other")
            }
            self = try await Self.texts(auth, ("role", "jwt"), at: "jwt", resolver)
        } else {
            self = try await Self.texts(
                auth, ("role_id", VaultLogin.Proof.secretID), at: "approle", resolver)
        }
    }

    private static func texts(
        _ auth: Settings, _ names: (role: String, secret: String), at standard: String,
        _ resolver: SecretResolver
    ) async throws(AdapterError) -> Self {
        let role = ClientSecret(try auth.requiredText(names.role))
        let secret = try auth.requiredReference(names.secret)
        let (adapter, isToken) = (auth.adapter, names.secret == "jwt")
        let read = { @Sendable () async throws(AdapterError) -> ClientSecret in
            isToken
                ? try await resolver.resolveToken(secret, for: adapter)
                : try await resolver.resolve(secret, for: adapter)
        }
        _ = try await read()
        return .role(mount: try auth.text("mount") ?? standard) {
            () async throws(AdapterError) in
            VaultLogin.Proof(texts: [(names.role, role), (names.secret, try await read())])
        }
    }

    private static func certificate(_ auth: Settings, _ resolver: SecretResolver)
        async throws(AdapterError) -> Self
    {
        let path = try auth.absolutePath("certificate_file")
        let reference = try auth.requiredReference("private_key")
        let role = try auth.text("role").map { [(name: "name", text: ClientSecret($0))] } ?? []
        let read = { @Sendable () async throws(AdapterError) -> ClientCertificate in
            let chain = try PEM.file(path, auth)
            guard PEM.holds("CERTIFICATE", chain) else {
                throw auth.invalid("certificate_file", "is not a PEM certificate")
            }
            let key = try await resolver.resolve(reference, for: auth.adapter)
                .withPlaintext { Array($0.utf8) }
            guard PEM.holds("PRIVATE KEY", key), !PEM.isEncrypted(key) else {
                throw auth.invalid(
                    "private_key", "is not a PEM private key without a passphrase")
            }
            return ClientCertificate(chain: chain, key: key)
        }
        _ = try await read()
        return .role(mount: try auth.text("mount") ?? "cert") { () async throws(AdapterError) in
            VaultLogin.Proof(texts: role, certificate: try await read())
        }
    }

    /// What can be told of a PEM text without a parser.
    private enum PEM {
        static func holds(_ label: String, _ bytes: [UInt8]) -> Bool {
            let text = String(decoding: bytes, as: UTF8.self)
            return text.contains("-----BEGIN ") && text.contains("\(label)-----")
        }

        static func isEncrypted(_ bytes: [UInt8]) -> Bool {
            String(decoding: bytes, as: UTF8.self).contains("ENCRYPTED")
        }

        /// A certificate is for everybody's eyes, so that any mode is fine.
        static func file(_ path: String, _ auth: Settings) throws(AdapterError) -> [UInt8] {
            let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
            guard descriptor >= 0 else {
                throw auth.invalid(
                    "certificate_file", "can't be read: \(FileFailure.words(errno))")
            }
            let file = OpenFile(descriptor: descriptor, path: path)
            defer { file.close() }
            return try file.content(upTo: SecretResolver.cap)
        }
    }
}

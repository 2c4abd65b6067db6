public import ClientCredentials
import HTTPTransport
import RotationCore

/// A client's credential by a reference, as plans have them, and never by its value.
public struct ReferencedCredential: Sendable {
    /// What is behind the reference.
    public enum Use: Sendable {
        /// A secret, and how it is presented.
        ///
        /// One that signs does so for `audience`, or for the token endpoint where that is nil.
        case secret(SecretPresentation, audience: String? = nil)
        /// A private key, as PEM or JWK, that signs for `audience`.
        ///
        /// The key decides the algorithm where it is nil; `id` is what the server calls it.
        case key(AssertionKey.Algorithm?, id: String?, audience: String? = nil)
        /// A certificate, with those in between behind it, and a reference to its key; PEM both.
        case certificate(key: String)
    }

    /// Whose it is.
    public let clientID: String
    private let reference: SecretReference
    private let use: Use
    private let keyReference: SecretReference?

    /// A credential behind `text`, such as `env:NAME`; nil where that is no reference.
    public init?(_ text: String, of clientID: String, as use: Use) {
        guard let reference = SecretReference(text) else { return nil }
        keyReference = if case .certificate(let key) = use { SecretReference(key) } else { nil }
        if case .certificate = use, keyReference == nil { return nil }
        (self.reference, self.clientID, self.use) = (reference, clientID, use)
    }

    /// Whether `text` is a reference, and not a value.
    public static func isReference(_ text: String) -> Bool { SecretReference(text) != nil }

    /// The variables of the environment that lead to it.
    public var variables: Set<String> {
        reference.variables.union(keyReference?.variables ?? [])
    }

    /// What stands there now; throws `refused` where a key or a certificate can't be read as one.
    func read(by resolver: SecretResolver) async throws(AdapterError) -> StagedCredentials {
        if case .certificate = use { return try await readCertificate(by: resolver) }
        let secret = try await resolver.resolve(reference, for: "client")
        switch use {
        case .secret(let presentation, let audience):
            return StagedCredentials(
                current: presentation.authentication(of: clientID, by: secret, for: audience))
        case .key(let algorithm, let id, let audience):
            do throws(TokenError) {
                let text = secret.withPlaintext { $0 }
                let key = try AssertionKey(
                    clientID: clientID, text: text, algorithm: algorithm, keyID: id,
                    audience: audience)
                return StagedCredentials(current: .privateKeyJWT(key))
            } catch { throw unreadable("client-key-unreadable", error.description) }
        case .certificate: preconditionFailure("read above")
        }
    }

    private func readCertificate(by resolver: SecretResolver) async throws(AdapterError)
        -> StagedCredentials
    {
        // Everybody may read a certificate; nobody else may put another one in its place.
        let chain = try await resolver.resolveToken(reference, for: "client")
            .withPlaintext { $0 }
        guard chain.contains("-----BEGIN CERTIFICATE-----") else {
            throw unreadable("client-certificate-unreadable", "it holds no certificate as PEM")
        }
        guard let keyReference else { preconditionFailure("a certificate without its key") }
        let key = try await resolver.resolve(keyReference, for: "client").withPlaintext { $0 }
        guard key.contains("PRIVATE KEY-----") else {
            throw AdapterError(
                .refused, code: "client-key-unreadable",
                message: "\(keyReference): it holds no private key as PEM")
        }
        let certificate = ClientCertificate(chain: Array(chain.utf8), key: Array(key.utf8))
        return StagedCredentials(current: .tls(id: clientID, certificate: certificate))
    }

    private func unreadable(_ code: String, _ words: String) -> AdapterError {
        AdapterError(.refused, code: code, message: "\(reference): \(words)")
    }
}

extension SecretPresentation {
    fileprivate func authentication(
        of id: String, by secret: ClientSecret, for audience: String?
    ) -> ClientAuthentication {
        secret.withPlaintext { text in
            switch self {
            case .basic: .basic(id: id, secret: text)
            case .post: .post(id: id, secret: text)
            case .jwt: .clientSecretJWT(id: id, secret: text, audience: audience)
            }
        }
    }
}

public import ClientCredentials
import RotationCore

/// A client's credential by a reference, as plans have them, and never by its value.
public struct ReferencedCredential: Sendable {
    /// What is behind the reference.
    public enum Use: Sendable {
        /// A secret, and how it is presented.
        case secret(SecretPresentation)
        /// A private key, as PEM or JWK.
        ///
        /// The key decides the algorithm where it is nil; `id` is what the server calls it.
        case key(AssertionKey.Algorithm?, id: String?)
    }

    /// Whose it is.
    public let clientID: String
    private let reference: SecretReference
    private let use: Use

    /// A credential behind `text`, such as `env:NAME`; nil where that is no reference.
    public init?(_ text: String, of clientID: String, as use: Use) {
        guard let reference = SecretReference(text) else { return nil }
        (self.reference, self.clientID, self.use) = (reference, clientID, use)
    }

    /// The variables of the environment that lead to it.
    public var variables: Set<String> { reference.variables }

    /// What stands there now; throws `refused` where a key can't be read as one.
    func read(by resolver: SecretResolver) async throws(AdapterError) -> StagedCredentials {
        let secret = try await resolver.resolve(reference, for: "client")
        switch use {
        case .secret(let presentation):
            return StagedCredentials(
                current: presentation.authentication(of: clientID, by: secret))
        case .key(let algorithm, let id):
            do throws(TokenError) {
                let text = secret.withPlaintext { $0 }
                let key = try AssertionKey(
                    clientID: clientID, text: text, algorithm: algorithm, keyID: id)
                return StagedCredentials(current: .privateKeyJWT(key))
            } catch {
                throw AdapterError(
                    .refused, code: "client-key-unreadable",
                    message: "\(reference): \(error.description)")
            }
        }
    }
}

extension SecretPresentation {
    fileprivate func authentication(of id: String, by secret: ClientSecret)
        -> ClientAuthentication
    {
        secret.withPlaintext { text in
            switch self {
            case .basic: .basic(id: id, secret: text)
            case .post: .post(id: id, secret: text)
            case .jwt: .clientSecretJWT(id: id, secret: text)
            }
        }
    }
}

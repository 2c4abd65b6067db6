import ClientCredentials
import FoundationEssentials
import RotationCore

/// A service account's key, as the JSON file that Google gives out once.
struct GoogleServiceAccountKey: Decodable {
    private let type: String
    private let clientEmail: String
    private let privateKey: String
    private let privateKeyID: String?
    private let tokenURI: String?

    private enum CodingKeys: String, CodingKey {
        case type
        case clientEmail = "client_email"
        case privateKey = "private_key"
        case privateKeyID = "private_key_id"
        case tokenURI = "token_uri"
    }

    /// Reads the JSON; nil for anything else.
    init?(_ text: ClientSecret) {
        let decoded = text.withPlaintext {
            try? JSONDecoder().decode(Self.self, from: Data($0.utf8))
        }
        guard let decoded, decoded.type == "service_account" else { return nil }
        self = decoded
    }

    /// Where the key is traded for access tokens; nil where that is no address for secrets.
    var tokenEndpoint: String? {
        let address = tokenURI ?? "https://oauth2.googleapis.com/token"
        return ServerAddress(address) == nil ? nil : address
    }

    /// The key that signs; throws where it isn't an RSA key as PEM.
    func assertionKey() async throws(TokenError) -> AssertionKey {
        try await AssertionKey(
            clientID: clientEmail, pem: privateKey, algorithm: .rs256, keyID: privateKeyID)
    }
}

extension GoogleServiceAccountKey: CustomStringConvertible, CustomReflectable {
    /// The account: printing one must not show its key.
    var description: String { "<key of \(clientEmail)>" }
    var customMirror: Mirror { Mirror(self, children: [:]) }
}

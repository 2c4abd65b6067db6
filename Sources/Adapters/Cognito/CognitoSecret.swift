import RotationCore

/// A secret as Cognito lists it, and as it answers its creation.
struct CognitoSecret: Decodable {
    let id: String
    /// Only where Cognito made it, and only once.
    let value: String?
    /// In seconds since 1970, with a fraction or without.
    let created: Double?

    enum CodingKeys: String, CodingKey {
        case id = "ClientSecretId"
        case value = "ClientSecretValue"
        case created = "ClientSecretCreateDate"
    }

    /// Nil where it is no moment of this millennium.
    var createdAt: Instant? {
        guard let created, (0...32_503_680_000).contains(created) else { return nil }
        return Instant(milliseconds: Int64(created * 1_000))
    }
}

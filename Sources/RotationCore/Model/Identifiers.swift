/// The name that a plan gives to its client; unique among plans, and what people type.
public struct ClientName: RawRepresentable, Sendable, Hashable, Codable {
    /// The name as written.
    public let rawValue: String
    /// Wraps a name that the plan reader has checked.
    public init(rawValue: String) { self.rawValue = rawValue }
}

/// The `client_id` that the authorization server knows (RFC 6749 §2.2).
public struct ClientID: RawRepresentable, Sendable, Hashable, Codable {
    /// The identifier as the server spells it.
    public let rawValue: String
    /// Wraps an identifier.
    public init(rawValue: String) { self.rawValue = rawValue }
}

/// One turn of one client's secret.
public struct RotationID: RawRepresentable, Sendable, Hashable, Codable {
    /// 26 characters that sort by time.
    public let rawValue: String
    /// Wraps an identifier.
    public init(rawValue: String) { self.rawValue = rawValue }
}

/// One secret as the authorization server lists it: an id, or the name of a slot.
public struct CredentialID: RawRepresentable, Sendable, Hashable, Codable {
    /// The identifier as the server spells it.
    public let rawValue: String
    /// Wraps an identifier.
    public init(rawValue: String) { self.rawValue = rawValue }
}

import Foundation

/// A secret of the practised Barbican; once something is in it, that never changes.
struct BarbicanStoredSecret: Sendable {
    let id = RandomText.uuid()
    let name: String
    /// Microseconds since 1970 by the machine's clock, which is that of `Date` fields too.
    let created: Int64
    let type: String
    let algorithm: String?
    let mode: String?
    let bitLength: Int64?
    /// As it was said, and when that is.
    let expiration: (text: String, end: Milliseconds)?
    let creator: String
    var contentType: String?
    var payload: Data?
    var isOpen = true
    var users: [String] = []
    var metadata: [String: String] = [:]
    var consumers: [String] = []

    /// `2026-11-27T22:01:16.902911`.
    static func text(_ microseconds: Int64) -> String {
        let whole = (microseconds / 1_000).iso8601.prefix(19)
        let fraction = String(1_000_000 + microseconds % 1_000_000).dropFirst()
        return "\(whole).\(fraction)"
    }

    /// Whether it is there at all, which it isn't once it has expired.
    func isThere(at now: Milliseconds) -> Bool { expiration.map { $0.end > now } ?? true }

    /// Whether `caller` may read what is in it.
    func mayBeRead(by caller: BarbicanCaller) -> Bool {
        caller.role == "member" && (isOpen || caller.user == creator)
            || users.contains(caller.user)
    }

    func wire(_ base: String, tellsConsumers: Bool) -> JSONValue {
        var members: [String: JSONValue] = [
            "created": .string(Self.text(created)), "updated": .string(Self.text(created)),
            "status": "ACTIVE", "name": .string(name), "secret_type": .string(type),
            "expiration": expiration.map { .string($0.text) } ?? .null,
            "algorithm": algorithm.map { .string($0) } ?? .null,
            "mode": mode.map { .string($0) } ?? .null,
            "bit_length": bitLength.map { .integer($0) } ?? .null,
            "creator_id": .string(creator), "secret_ref": .string("\(base)/v1/secrets/\(id)"),
        ]
        if let contentType { members["content_types"] = ["default": .string(contentType)] }
        if tellsConsumers {
            members["consumers"] = .array(
                consumers.map {
                    ["service": .string($0), "resource_type": "a", "resource_id": "b"]
                }
            )
        }
        return .object(members)
    }
}

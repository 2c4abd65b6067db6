import Foundation

/// What Key Vault lets be done to one secret.
///
/// From Microsoft's client as it was recorded, and the REST reference. Where they say nothing,
/// this is the stricter.
enum KeyVaultRules {
    /// How many bytes a value may have.
    static let cap = 25_600
    /// How many tags, each with a name and a value of at most 256 characters.
    static let tagLimit = 15

    /// What a request asks for; `nil` is what it doesn't name.
    struct Wish: Sendable {
        let value: String?
        let contentType: String?
        let tags: [String: String]?
        let isEnabled: Bool?
        let expires: Int64?
        let notBefore: Int64?

        /// Reads a body; what Key Vault doesn't know is refused.
        init(_ body: Data) throws(KeyVaultError) {
            guard let members = try? JSONDecoder().decode([String: JSONValue].self, from: body),
                Set(members.keys).isSubset(of: ["value", "contentType", "tags", "attributes"])
            else { throw .bad("Property  has invalid value\r\n") }
            value = members["value"]?.string
            contentType = members["contentType"]?.string
            tags = try Self.tags(members["tags"])
            let attributes = members["attributes"]?.object ?? [:]
            guard Set(attributes.keys).isSubset(of: ["enabled", "exp", "nbf"]) else {
                throw .bad("Property attributes has invalid value\r\n")
            }
            isEnabled = attributes["enabled"]?.bool
            expires = attributes["exp"]?.integer
            notBefore = attributes["nbf"]?.integer
        }

        private static func tags(_ value: JSONValue?) throws(KeyVaultError) -> [String: String]? {
            guard let value, value != .null else { return nil }
            let tags = value.object?.compactMapValues(\.string)
            guard let tags, tags.count == value.object?.count, tags.count <= tagLimit,
                tags.allSatisfy({ $0.key.count <= 256 && $0.value.count <= 256 })
            else { throw .bad("Property tags has invalid value\r\n") }
            return tags
        }
    }

    /// One more version; what the request doesn't name is not there, whatever the last one had.
    static func put(
        _ wish: Wish, in secret: inout VaultedSecret, at now: Milliseconds
    ) throws(KeyVaultError) -> VaultedSecret.Version {
        guard secret.deleted == nil else { throw .deleted(secret.name) }
        guard let value = wish.value else { throw .bad("Property  has invalid value\r\n") }
        guard value.utf8.count <= cap else {
            throw .bad("Secret value exceeds maximum length \(cap).")
        }
        if let start = wish.notBefore, let end = wish.expires, start > end {
            throw .bad("Property attributes has invalid value\r\n")
        }
        let made = VaultedSecret.Version(
            name: VaultedSecret.newName(), value: value, created: now, updated: now,
            contentType: wish.contentType, tags: wish.tags, isEnabled: wish.isEnabled ?? true,
            expires: wish.expires, notBefore: wish.notBefore)
        secret.versions.append(made)
        return made
    }

    /// Changes what isn't the value; tags are replaced as a whole.
    static func patch(
        _ wish: Wish, _ name: String, in secret: inout VaultedSecret, at now: Milliseconds
    ) throws(KeyVaultError) -> VaultedSecret.Version {
        guard secret.deleted == nil,
            let index = secret.versions.firstIndex(where: { $0.name == name })
        else { throw .notFound("\(secret.name)/\(name)") }
        guard wish.value == nil else { throw .bad("Property value has invalid value\r\n") }
        var version = secret.versions[index]
        version.contentType = wish.contentType ?? version.contentType
        version.tags = wish.tags ?? version.tags
        version.isEnabled = wish.isEnabled ?? version.isEnabled
        version.expires = wish.expires ?? version.expires
        version.notBefore = wish.notBefore ?? version.notBefore
        version.updated = now
        secret.versions[index] = version
        return version
    }
}

/// One version of a secret of Key Vault, with or without what it holds.
struct KeyVaultVersion: Decodable, Sendable {
    /// `https://VAULT/secrets/NAME/VERSION`.
    let id: String
    /// Nil in lists.
    let value: String?
    let contentType: String?
    let tags: [String: String]?
    let attributes: Attributes?
    /// Whether it belongs to a certificate, which writes it itself.
    let managed: Bool?

    /// What is known of when it may be used; seconds since 1970.
    struct Attributes: Decodable, Sendable {
        let enabled: Bool?
        let exp: Int64?
        let nbf: Int64?
    }

    /// The name that the vault gave this version.
    var version: String { String(id.split(separator: "/").last ?? "") }

    /// Whether consumers may read it.
    var isEnabled: Bool { attributes?.enabled ?? true }

    /// The tag that says of which write a version is.
    private static let mark = "holdover-write"

    /// Whether it is of the write that `token` stands for.
    func isMarked(by token: VersionToken) -> Bool { tags?[Self.mark] == token.id }

    /// How many tags a version may have.
    private static let tagLimit = 15

    /// Whether there is room for a tag of ours.
    var hasRoomForMark: Bool { (tags ?? [:]).filter { $0.key != Self.mark }.count < Self.tagLimit }

    /// The body of the request that makes a version like this one, with `text` and marked by
    /// `token`: what isn't said again isn't there in the new version.
    func successor(holding text: String, marked token: VersionToken) -> [UInt8] {
        var tags = tags ?? [:]
        tags[Self.mark] = token.id
        var members = [(name: "value", value: JSONDocument.literal(text))]
        if let contentType { members.append(("contentType", JSONDocument.literal(contentType))) }
        let pairs = tags.sorted { $0.key < $1.key }.map { (name: $0.key, value: $0.value) }
        members.append(("tags", JSONDocument.object(texts: pairs)))
        var times = [(name: "enabled", value: Array("true".utf8))]
        if let exp = attributes?.exp { times.append(("exp", Array("\(exp)".utf8))) }
        if let nbf = attributes?.nbf { times.append(("nbf", Array("\(nbf)".utf8))) }
        members.append(("attributes", JSONDocument.object(times)))
        return JSONDocument.object(members)
    }
}

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
        var members: [[UInt8]] = [Self.member("value", text)]
        if let contentType { members.append(Self.member("contentType", contentType)) }
        let pairs = tags.sorted { $0.key < $1.key }.map { Self.member($0.key, $0.value) }
        members.append(Array(#""tags":"#.utf8) + Self.object(pairs))
        var times = [Array(#""enabled":true"#.utf8)]
        if let exp = attributes?.exp { times.append(Array(#""exp":\#(exp)"#.utf8)) }
        if let nbf = attributes?.nbf { times.append(Array(#""nbf":\#(nbf)"#.utf8)) }
        members.append(Array(#""attributes":"#.utf8) + Self.object(times))
        return Self.object(members)
    }

    private static func member(_ name: String, _ value: String) -> [UInt8] {
        JSONDocument.literal(name) + Array(":".utf8) + JSONDocument.literal(value)
    }

    private static func object(_ members: [[UInt8]]) -> [UInt8] {
        Array("{".utf8) + members.joined(separator: Array(",".utf8)) + Array("}".utf8)
    }
}

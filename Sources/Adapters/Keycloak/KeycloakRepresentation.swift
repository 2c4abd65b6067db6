import RotationCore

/// A client's full representation, to be put back with another secret.
///
/// Two things must never be put back as they were read: a secret hidden behind `**********`, which
/// would be stored literally, and the attributes of rotation, which could revive or drop a secret
/// behind somebody's back. The first is always replaced, the others are left out; attributes that
/// a PUT doesn't name stay as they are.
struct KeycloakRepresentation {
    private let document: JSONDocument
    private let members: [JSONDocument.Member]

    init(_ body: [UInt8]) throws(AdapterError) {
        guard let document = try? JSONDocument(body), case .object(let members, _) = document.root
        else {
            throw CallOutcome(adapter: "keycloak").unreadable(
                .read, "the representation isn't a JSON object")
        }
        self.document = document
        self.members = members
    }

    /// The body of the PUT: every other byte of each member as the server spelled it.
    func with(secret: String) -> [UInt8] {
        let others = members.filter { $0.key != "secret" }.map { member in
            (
                name: member.key,
                value: member.key == "attributes"
                    ? attributes(member.value) : Array(document.bytes[member.value.range])
            )
        }
        return JSONDocument.object(others + [("secret", JSONDocument.literal(secret))])
    }

    private func attributes(_ node: JSONDocument.Node) -> [UInt8] {
        guard case .object(let members, _) = node else { return Array(document.bytes[node.range]) }
        return JSONDocument.object(
            members.filter { !$0.key.hasPrefix("client.secret.") }.map {
                ($0.key, Array(document.bytes[$0.value.range]))
            })
    }
}

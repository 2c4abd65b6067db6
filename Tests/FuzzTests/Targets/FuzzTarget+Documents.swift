import RotationCore

@testable import Adapters

extension FuzzTarget {
    /// A store's document: the field is exchanged, every other byte stays, and it reads back.
    static let documents = FuzzTarget("documents") { bytes in
        let rest = Array(bytes.dropFirst())
        switch (bytes.first ?? 0) % 12 {
        case 0: return exchange("json", "a.b", rest)
        case 1: return exchange("json", "/a/0/b", rest)
        case 2: return exchange("json", "secret", rest)
        case 3: return exchange("dotenv", "SECRET", rest)
        case 4: return representation(rest)
        case 5: return vault(rest)
        case 6: return exchange("yaml", "a.b", rest)
        case 7: return exchange("yaml", "/a/0/b", rest)
        case 8: return exchange("toml", "a.b", rest)
        case 9: return exchange("toml", "/a/0/b", rest)
        case 10: return exchange("properties", "a.b", rest)
        default: return exchange("ini", "a.b", rest, writing: "n3w-Secret/+=.~_1")
        }
    }

    private static let written = #"n3w "secret\ #é"#

    private static func exchange(
        _ format: String, _ field: String, _ bytes: [UInt8], writing written: String = written
    ) -> String? {
        let settings = Settings(
            TargetSettings(
                name: "file", type: "file",
                values: ["format": .text(format), "field": .text(field)]))
        guard let format = DocumentFormat(rawValue: format),
            let document = try? DocumentPlace(settings, in: format, field: "field"),
            let changed = try? document.replacing(with: ClientSecret(written), in: bytes)
        else { return nil }
        guard let read = try? document.value(in: changed), read.matches(ClientSecret(written))
        else {
            return "the value doesn't read back from \(changed)"
        }
        guard (try? document.replacing(with: read, in: changed)) == changed else {
            return "writing the same again changes \(changed)"
        }
        let head = zip(bytes, changed).prefix { $0 == $1 }.count
        let tail = zip(bytes.reversed(), changed.reversed()).prefix { $0 == $1 }.count
        let lost = bytes.count - min(bytes.count, head + tail)
        let spelled = spelling(document, bytes, format, field)
        return lost <= spelled ? nil : "\(lost) bytes are changed"
    }

    /// How many bytes the value takes up that is there now.
    private static func spelling(
        _ document: DocumentPlace, _ bytes: [UInt8], _ format: DocumentFormat, _ field: String
    ) -> Int {
        if format == .dotenv {
            let held = try? DotenvDocument(bytes).assignment(of: field)?.range.count
            return held ?? 0
        }
        let steps =
            field == "/a/0/b" ? ["a", "0", "b"] : field.split(separator: ".").map(String.init)
        guard format == .json else {
            // An escape takes up to ten bytes, `null` and a pair of quotes take a few.
            let held = try? document.value(in: bytes)?.withPlaintext(\.utf8.count)
            return 10 * (held ?? 0) + 6
        }
        return (try? JSONDocument(bytes).node(at: steps)?.range.count) ?? 0
    }

    /// Keycloak's representation goes back with our secret and without the attributes of rotation.
    private static func representation(_ bytes: [UInt8]) -> String? {
        guard let body = (try? KeycloakRepresentation(bytes))?.with(secret: written) else {
            return nil
        }
        guard let again = try? JSONDocument(body), case .object(let members, _) = again.root,
            let secret = try? again.node(at: ["secret"])
        else { return "the representation can't be read: \(body)" }
        guard secret.text == written else { return "another secret is put back" }
        for member in members where member.key == "attributes" {
            if case .object(let inner, _) = member.value,
                inner.contains(where: { $0.key.hasPrefix("client.secret.") })
            {
                return "an attribute of rotation is put back"
            }
        }
        return nil
    }

    /// A Vault document goes back with our value and the others as they were.
    private static func vault(_ bytes: [UInt8]) -> String? {
        guard let document = try? VaultDocument(bytes, field: "secret") else { return nil }
        let text = VaultDocument.Text(field: "secret", text: written)
        guard let body = try? document.data(with: [text]) else { return "it can't be set" }
        guard let again = try? JSONDocument(body),
            (try? again.node(at: ["secret"]))?.text == written
        else { return "the value doesn't read back from \(body)" }
        return nil
    }
}

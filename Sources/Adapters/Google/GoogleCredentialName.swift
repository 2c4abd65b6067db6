/// The id of a credential, by which Google tells our creation from others.
///
/// The caller chooses it: 4 to 32 characters of `[a-z0-9-]`. It is made from the label and the
/// label from it, so that a creation whose answer was lost is found again, and a second one of the
/// same label is refused.
struct GoogleCredentialName {
    /// The last part of the credential's resource name.
    let id: String
    let label: String

    /// A rotation's label, `holdover/ROTATION/ATTEMPT`, shortened to fit; any other stays as it is.
    ///
    /// Nil where no id can be made from it.
    init?(label: String) {
        self.label = label
        let parts = label.split(separator: "/", omittingEmptySubsequences: false)
        id =
            parts.count == 3 && parts[0] == "holdover" && Self.isRotation(parts[1].lowercased())
            ? "h-\(parts[1].lowercased())-\(parts[2])" : label
        guard Self.isAllowed(id), Self(id: id).label == label else { return nil }
    }

    /// What is listed, ours or not.
    init(id: String) {
        self.id = id
        let parts = id.split(separator: "-", omittingEmptySubsequences: false)
        let isOurs =
            parts.count == 3 && parts[0] == "h" && Self.isRotation(String(parts[1]))
            && Int(parts[2]) != nil
        label = isOurs ? "holdover/\(parts[1].uppercased())/\(parts[2])" : id
    }

    private static func isRotation(_ text: String) -> Bool {
        text.utf8.count == 26 && text.utf8.allSatisfy(isPlain)
    }

    private static func isAllowed(_ id: String) -> Bool {
        (4...32).contains(id.utf8.count) && !id.hasPrefix("gcp-")
            && id.utf8.allSatisfy { isPlain($0) || $0 == UInt8(ascii: "-") }
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte)
    }
}

import RotationCore

/// One way for foreign bytes into the product, and what must hold whatever the bytes are.
///
/// The same targets are driven by libFuzzer (`make fuzz`) and by the ordinary tests, which send
/// every file of the corpus through them once.
struct FuzzTarget: Sendable {
    /// What `make fuzz` and the corpus call it.
    let name: String
    /// What is broken about the product's answer to the bytes; nil where nothing is.
    let complaint: @Sendable ([UInt8]) -> String?

    init(_ name: String, _ complaint: @escaping @Sendable ([UInt8]) -> String?) {
        self.name = name
        self.complaint = complaint
    }

    /// Every target.
    static let all = [
        plans, alerts, okta, keycloak, tokens, metadata, heads, audit, seals, rows, documents,
        reports, texts,
    ]
}

/// What no text that people are shown may hold: control characters and what can't be seen.
func unseen(_ text: String) -> String? {
    let found = text.unicodeScalars.first { scalar in
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: true
        default: scalar.properties.isDefaultIgnorableCodePoint
        }
    }
    return found.map { "U+\(String($0.value, radix: 16)) reaches people: \(text.debugDescription)" }
}

/// What is broken about an adapter's error: what can't be seen, or one of these secrets.
func leak(_ error: AdapterError, of secrets: [String]) -> String? {
    if secrets.contains(where: { error.message.contains($0) || error.code.contains($0) }) {
        return "a secret is in the error \(error.code)"
    }
    return unseen(error.message) ?? unseen(error.code)
}

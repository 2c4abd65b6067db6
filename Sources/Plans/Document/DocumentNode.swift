/// Where something stands in a document; both are counted from 1.
struct Mark: Sendable, Hashable {
    let line: Int
    let column: Int
}

/// A node of a document in the subset of YAML that plans may use.
struct DocumentNode: Sendable {
    /// What the node is.
    indirect enum Content: Sendable {
        /// Text; plain where it stands without quotes, so that it may be a number or a boolean.
        case scalar(String, isPlain: Bool)
        case sequence([DocumentNode])
        case mapping([DocumentEntry])
        /// Something that was complained about already; it satisfies every rule.
        case broken
    }

    var content: Content
    let mark: Mark

    /// The text of a scalar.
    var text: String? {
        if case .scalar(let text, _) = content { text } else { nil }
    }

    /// The nodes of a sequence.
    var items: [DocumentNode]? {
        if case .sequence(let items) = content { items } else { nil }
    }

    /// The entries of a mapping, in the order of the document.
    var entries: [DocumentEntry]? {
        if case .mapping(let entries) = content { entries } else { nil }
    }

    /// Whether the node is nothing at all, or YAML's word for it.
    var isNull: Bool {
        guard case .scalar(let text, isPlain: true) = content else { return false }
        return ["", "~", "null", "Null", "NULL"].contains(text)
    }

    /// What the node is, in words.
    var kind: String {
        switch content {
        case .scalar: isNull ? "nothing" : "a single value"
        case .sequence: "a list"
        case .mapping: "a mapping"
        case .broken: "unreadable"
        }
    }

    /// The value behind `key`, in a mapping.
    subscript(key: String) -> DocumentNode? {
        entries?.first { $0.key == key }?.value
    }
}

/// A key of a mapping and what stands behind it.
struct DocumentEntry: Sendable {
    let key: String
    let mark: Mark
    var value: DocumentNode
}

/// One field of one KV document.
struct VaultPlace: Sendable, Hashable {
    /// The versions of the KV engine.
    enum Engine: String, Sendable, Hashable, CaseIterable {
        /// A document is what was written last.
        case plain = "1"
        /// Every document has versions, and a write can be bound to one.
        case versioned = "2"
    }

    /// The mount, without slashes around it.
    let mount: String
    /// The document, below the mount.
    let path: String
    /// The field that holds the secret.
    let field: String
    /// The field that holds the client_id, where that is written too.
    let clientIDField: String?
    /// The field that holds the candidate, where there is one.
    let candidateField: String?
    /// The engine's version.
    let engine: Engine

    /// Nil where a part is empty or would lead elsewhere.
    init?(
        mount: String, path: String, field: String, clientIDField: String? = nil,
        candidateField: String? = nil, engine: Engine = .versioned
    ) {
        let parts = (mount + "/" + path).split(separator: "/", omittingEmptySubsequences: false)
        guard !mount.isEmpty, !path.isEmpty, !field.isEmpty,
            !parts.contains(where: { $0.isEmpty || $0 == "." || $0 == ".." })
        else { return nil }
        self.mount = mount
        self.path = path
        self.field = field
        self.clientIDField = clientIDField
        self.candidateField = candidateField
        self.engine = engine
    }

    /// The document's path in policies and answers.
    var dataPath: String { engine == .versioned ? "\(mount)/data/\(path)" : "\(mount)/\(path)" }
    /// Where the metadata is, in policies and answers; nil where there is none.
    var metadataPath: String? { engine == .versioned ? "\(mount)/metadata/\(path)" : nil }
    /// The document's path, fit for a URL.
    var escapedDataPath: String { URLPart.path(dataPath) }
}

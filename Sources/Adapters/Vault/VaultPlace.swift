/// One field of one KV v2 document.
struct VaultPlace: Sendable, Hashable {
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

    /// Nil where a part is empty or would lead elsewhere.
    init?(
        mount: String, path: String, field: String, clientIDField: String? = nil,
        candidateField: String? = nil
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
    }

    /// The document's path in policies and answers.
    var dataPath: String { "\(mount)/data/\(path)" }
    /// The same, fit for a URL.
    var escapedDataPath: String { URLPart.path(dataPath) }
}

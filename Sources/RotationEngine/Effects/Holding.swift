import RotationCore

/// Which secret a store holds, as far as anybody can tell.
enum Holding: Sendable, Hashable {
    /// One of the rotation's.
    case ours(SecretRole)
    /// A value that is nobody's, or, where none is shown, one that somebody else wrote.
    case foreign
    /// A write to a store that shows no value may or may not have come through: repeat it.
    case unsettled
}

extension RotationDriver {
    /// Which secret a store holds.
    ///
    /// Where it shows no value that follows from what was written and from its version: a version
    /// that isn't the one we left is somebody else's write. What a store that shows no value held
    /// before the rotation can't be known, so it is taken to hold what the others do.
    func holding(_ stored: StoredSecret, in name: String, _ server: any AuthorizationServer)
        -> Holding
    {
        if let secret = stored.secret {
            guard let role = whose(secret) else { return .foreign }
            let isKept = !server.capabilities.namesClients
            if isKept, let candidate = stored.candidate, whose(candidate) == nil { return .foreign }
            // With the other registration's client_id it is refused, so that is written again.
            let client = client(of: role, at: server)
            return client == nil || stored.client == client ? .ours(role) : .unsettled
        }
        guard var mark = rotation.body.marks?[name] else {
            mark(name, StoreMark(.old, version: stored.version))
            return .ours(.old)
        }
        if mark.isOpen { return .unsettled }
        if stored.version == mark.version { return .ours(mark.role) }
        if stored.version == mark.replaced { return .unsettled }
        guard mark.version == nil else { return .foreign }
        mark.version = stored.version
        self.mark(name, mark)
        return .ours(mark.role)
    }

    /// Before a write is sent: from now on it is unsettled, until it is known to have come through.
    func openMark(_ name: String, for role: SecretRole, replacing stored: StoredSecret) {
        guard stored.secret == nil else { return }
        var mark = StoreMark(role, version: nil)
        mark.replaced = stored.version
        mark.isOpen = true
        self.mark(name, mark)
    }

    /// The write came through.
    func closeMark(_ name: String) { rotation.body.marks?[name]?.isOpen = false }

    /// A person says that what others wrote to stores that show no value may be written over.
    func openMarks() {
        for name in rotation.body.marks?.keys.sorted() ?? [] {
            rotation.body.marks?[name]?.isOpen = true
        }
    }

    func mark(_ name: String, _ mark: StoreMark) {
        rotation.body.marks = (rotation.body.marks ?? [:]).merging([name: mark]) { $1 }
    }

    /// The client_id that the secret of `role` belongs to, where it is not always the plan's.
    func client(of role: SecretRole, at server: any AuthorizationServer) -> ClientID? {
        guard server.capabilities.namesClients else { return nil }
        let id = role == .new ? rotation.newCredential : rotation.oldCredential
        return id.map { ClientID(rawValue: $0.rawValue) }
    }

    func whose(_ secret: ClientSecret) -> SecretRole? {
        known().role { $0.matches(secret) }
    }
}

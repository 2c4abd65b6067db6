import RotationCore

/// The logins of one process: clients with the same server settings share one, so that a fleet
/// doesn't ask for an admin token per client.
actor SharedLogins {
    /// What makes two logins the same: type and settings, as the plan spells them.
    struct Key: Sendable, Hashable {
        private let type: String
        private let values: [String: SettingValue]

        /// The key of `target`, without the settings that only name what the login is used for.
        init(_ target: TargetSettings, without names: Set<String>) {
            type = target.type
            values = target.values.filter { !names.contains($0.key) }
        }
    }

    private var vaults: [Key: VaultLogin] = [:]

    /// The login of `key`, made at the first call.
    func vault(_ key: Key, _ make: () async throws(AdapterError) -> VaultLogin)
        async throws(AdapterError) -> VaultLogin
    {
        if let login = vaults[key] { return login }
        let made = try await make()
        // Another call may have been faster while the references were read.
        if let login = vaults[key] { return login }
        vaults[key] = made
        return made
    }
}

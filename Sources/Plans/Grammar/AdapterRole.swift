import RotationCore

/// What an adapter is for.
enum AdapterRole: String, Sendable, CaseIterable {
    case server, store, hook, reporter
    /// Only the settings of alerts have these; no plan does.
    case channel

    /// The type where a plan names none.
    var standard: String? { self == .hook ? "exec" : nil }

    /// The adapters of this role.
    func descriptors(in all: AdapterDescriptors) -> [AdapterDescriptor] {
        switch self {
        case .server: all.servers
        case .store: all.stores
        case .hook: all.hooks
        case .reporter: all.reporters
        case .channel: []
        }
    }
}

/// What an adapter is called and which settings it takes.
///
/// The plan reader, the JSON Schema for editors, the help and the documentation's tables are all
/// made from this, so that they can't disagree.
public struct AdapterDescriptor: Sendable, Hashable {
    /// The word after `type:` in a plan.
    public let type: String
    /// One sentence.
    public let summary: String
    /// The settings, in the order in which they are documented.
    public let settings: [SettingDescriptor]
    /// What the server can do where nothing in a plan changes it, uses told of where a plan has to
    /// ask for that; nil for all but servers.
    public let capabilities: ServerCapabilities?
    /// What the store can do where nothing in a plan changes it; nil for all but stores.
    ///
    /// Whether it holds a client_id and a candidate depends on the plan where there are settings
    /// for that.
    public let storeCapabilities: StoreCapabilities?
    /// Which class of evidence it gives; nil for all but reporters.
    public let evidence: EvidenceClass?

    /// A descriptor.
    public init(
        type: String, summary: String, settings: [SettingDescriptor],
        capabilities: ServerCapabilities? = nil, storeCapabilities: StoreCapabilities? = nil,
        evidence: EvidenceClass? = nil
    ) {
        self.evidence = evidence
        self.storeCapabilities = storeCapabilities
        self.type = type
        self.summary = summary
        self.settings = settings
        self.capabilities = capabilities
    }
}

/// One setting of an adapter.
public struct SettingDescriptor: Sendable, Hashable {
    /// What may stand behind the key.
    public indirect enum Form: Sendable, Hashable {
        /// Any text.
        case text
        /// A whole number.
        case integer
        /// `true` or `false`.
        case boolean
        /// A length of time: `30s`.
        case span
        /// An https address; http only to a loopback literal.
        case url
        /// A path of the file system.
        case path
        /// A reference to a secret: `env:`, `file:`, `vault:`, `systemd-credential:`, `exec:`.
        case reference
        /// One of these words.
        case choice([String])
        /// A list of texts.
        case texts
        /// A mapping with settings of its own.
        case group([SettingDescriptor])
    }

    /// The key.
    public let name: String
    /// What may stand behind it.
    public let form: Form
    /// Whether a plan without it is refused.
    public let isRequired: Bool
    /// What it means, in a sentence without a full stop.
    public let summary: String

    /// A setting.
    public init(_ name: String, _ form: Form, required: Bool = false, summary: String) {
        self.name = name
        self.form = form
        self.isRequired = required
        self.summary = summary
    }
}

/// The adapters that a command knows, by what they are for.
public struct AdapterDescriptors: Sendable {
    /// Authorization servers.
    public let servers: [AdapterDescriptor]
    /// Secret stores.
    public let stores: [AdapterDescriptor]
    /// Reload hooks.
    public let hooks: [AdapterDescriptor]
    /// Where consumers report.
    public let reporters: [AdapterDescriptor]

    /// All of them.
    public init(
        servers: [AdapterDescriptor], stores: [AdapterDescriptor], hooks: [AdapterDescriptor],
        reporters: [AdapterDescriptor]
    ) {
        self.servers = servers
        self.stores = stores
        self.hooks = hooks
        self.reporters = reporters
    }
}

/// One rotation and everything that goes wrong with it: all that a replay needs.
public struct Scenario: Sendable, Hashable {
    /// The world that it happens in, by name.
    public var world: Name
    /// Whether there is one store and one consumer, and no windows.
    public var isBrief = true
    /// Ports that fail, by the number of the call.
    public var faults: [Int: Fault] = [:]
    /// What others do, by the number of the call before which they do it.
    public var deeds: [Int: Deed] = [:]
    /// What goes wrong with the disk.
    public var diskFault: DiskFault?
    /// After how many runs a person asks for a rollback.
    public var rollbackAfter: Int?
    /// Chance.
    public var seed: UInt64 = 1

    /// The worlds, by the class of server that each has.
    public enum Name: String, Sendable, Hashable, CaseIterable {
        /// The caller's value, hashes shown, soft disable: Okta.
        case okta
        /// The caller's value, no soft disable.
        case clientValued = "client-valued"
        /// Two slots that can be read: Keycloak.
        case keycloak
        /// Two slots that can't be read.
        case opaqueSlots = "opaque-slots"
        /// The server's value, labels: Entra ID.
        case entra
        /// The same, slow to accept and to list.
        case lagging
        /// The server's value, only times shown; the plan says that it is alone.
        case timed
        /// The same where others may make secrets.
        case timedShared = "timed-shared"
        /// The old secret expires by itself.
        case expiring
        /// The caller's value, beside a secret of somebody else's.
        case shared
        /// A store that can only be written, and consumers that take their time.
        case stubborn
        /// A server that tells of uses, and consumers of which only that, or a restart, is known.
        case witnessed
        /// One secret at a time, which the plan doesn't allow for.
        case single
        /// One secret, the caller's value, and an outage that the plan allows: Auth0.
        case replaced
        /// The same with the server's value, which can't be put back: GitLab.
        case renewed
        /// Two registrations that take turns.
        case paired
        /// The same with values that the server makes.
        case pairedUnseen = "paired-unseen"
        /// One secret, which is a candidate in stores and consumers before the server switches.
        case staged
        /// The same where the server shows no value.
        case stagedUnseen = "staged-unseen"
        /// Two secrets at the server, and both in stores and consumers.
        case twofold

        /// What the world is made of.
        public var configuration: World.Configuration {
            switch self {
            case .okta: .clientSupplied
            case .clientValued: .clientValued
            case .keycloak: .twoSlots
            case .opaqueSlots: .opaqueSlots
            case .entra: .labelled
            case .lagging: .lagging
            case .timed: .timed
            case .timedShared: .timedShared
            case .expiring: .expiring
            case .shared: .shared
            case .stubborn: .stubborn
            case .witnessed: .witnessed
            case .single: .single
            case .replaced: .replaced
            case .renewed: .renewed
            case .paired: .paired
            case .pairedUnseen: .pairedUnseen
            case .staged: .staged
            case .stagedUnseen: .stagedUnseen
            case .twofold: .twofold
            }
        }
    }

    /// A scenario in which nothing goes wrong.
    public init(_ world: Name) { self.world = world }

    /// How many things go wrong.
    public var troubles: Int { faults.count + deeds.count + (diskFault == nil ? 0 : 1) }
}

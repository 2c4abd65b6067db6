public import RotationCore

extension World {
    /// What a world is made of.
    public struct Configuration: Sendable {
        /// The class of server.
        public var capabilities: ServerCapabilities
        /// How many stores hold the secret.
        public var storeCount = 2
        /// Which of them show no value.
        public var hiddenStores: Set<Int> = []
        /// One consumer for each, taking the stores in turn.
        public var habits: [Habit] = [.watch, .hook, .interval(.seconds(5))]
        /// What can be seen of each of them; of those that aren't named, their reports.
        public var proofs: [EvidenceClass] = []
        /// Whether somebody else's secret is there from the beginning.
        public var hasForeignSecret = false
        /// How long a new secret isn't accepted yet.
        public var lag: Span = .zero
        /// How long a new secret isn't listed yet.
        public var listLag: Span = .zero
        /// How long after a creation the server lets the old secret expire; nil: never.
        public var oldExpiresAfter: Span?
        /// Whether the plan says that nobody else makes secrets for the client.
        public var isExclusive = false
        /// Whether stores have room for a second secret, which consumers try where the first is
        /// refused.
        public var hasCandidates = false
        /// How the plan says that the old secret gives way to the new one.
        public var strategy = Strategy.overlap

        /// A world with a server of a class.
        public init(capabilities: ServerCapabilities) { self.capabilities = capabilities }
    }
}

extension World.Configuration {
    /// Okta: a list, the caller's value, hashes shown, soft disable.
    public static let clientSupplied = World.Configuration(
        capabilities: ServerCapabilities(
            shape: .list, limit: 2, origin: .client, recognition: .value, canDisable: true,
            propagation: .zero))
    /// Keycloak: two slots that can be read.
    public static let twoSlots = World.Configuration(
        capabilities: ServerCapabilities(
            shape: .twoSlots, limit: 2, origin: .server, recognition: .value,
            canDisable: false, propagation: .zero))
    /// Entra ID: a list, the server's value shown once, labels.
    public static let labelled = World.Configuration(
        capabilities: ServerCapabilities(
            shape: .list, limit: 3, origin: .server, recognition: .label, canDisable: false,
            propagation: .zero))
    /// A list that shows only when a secret was made, and a plan that says that it is alone.
    public static var timed: World.Configuration {
        var timed = World.Configuration(
            capabilities: ServerCapabilities(
                shape: .list, limit: 2, origin: .server, recognition: .time, canDisable: false,
                propagation: .zero))
        timed.isExclusive = true
        return timed
    }
    /// The same where others may make secrets too.
    public static var timedShared: World.Configuration {
        var shared = timed
        shared.isExclusive = false
        return shared
    }
    /// Cognito: only times are shown, and the value is the caller's.
    public static var timedValued: World.Configuration {
        var valued = timedShared
        valued.capabilities.origin = .client
        return valued
    }
    /// Two slots that can be read, and none that can be put back in front: PingOne.
    public static var oneWaySlots: World.Configuration {
        var oneWay = twoSlots
        oneWay.capabilities.canWithdraw = false
        return oneWay
    }
    /// A list that never gives its newest secret up, and shows only when one was made: WSO2.
    public static var oneWayTimed: World.Configuration {
        var oneWay = timed
        oneWay.capabilities.canWithdraw = false
        return oneWay
    }
    /// UAA: the caller's value, known by trial, and a deletion that drops the older one.
    public static let tried = World.Configuration(
        capabilities: ServerCapabilities(
            shape: .list, limit: 2, origin: .client, recognition: .trial, canDisable: false,
            propagation: .zero))
    /// Hydra: the server's value, known by trial, and five retained ones.
    public static var triedSlots: World.Configuration {
        var slots = World.Configuration(
            capabilities: ServerCapabilities(
                shape: .twoSlots, limit: 6, origin: .server, recognition: .trial,
                canDisable: false, propagation: .zero))
        slots.isExclusive = true
        return slots
    }
    /// Two slots that can't be read.
    public static var opaqueSlots: World.Configuration {
        var opaque = twoSlots
        opaque.capabilities.recognition = .none
        return opaque
    }
    /// The caller's value, without a soft disable.
    public static var clientValued: World.Configuration {
        var valued = clientSupplied
        valued.capabilities.canDisable = false
        valued.capabilities.limit = 3
        return valued
    }
    /// Labels, and answers and lists that come late.
    public static var lagging: World.Configuration {
        var lagging = labelled
        lagging.capabilities.propagation = .minutes(10)
        lagging.lag = .seconds(20)
        lagging.listLag = .seconds(1)
        return lagging
    }
    /// The old secret expires by itself while the rotation is under way.
    public static var expiring: World.Configuration {
        var expiring = clientSupplied
        expiring.oldExpiresAfter = .seconds(60)
        return expiring
    }
    /// The caller's value, beside a secret of somebody else's.
    public static var shared: World.Configuration {
        var shared = clientValued
        shared.hasForeignSecret = true
        return shared
    }
    /// A store that shows no value beside one that does, and consumers that take their time: one
    /// that reads when it is restarted only, and one that keeps its tokens.
    public static var stubborn: World.Configuration {
        var stubborn = clientSupplied
        stubborn.hiddenStores = [1]
        stubborn.habits = [
            .watch, .interval(.seconds(20)), .caching(.seconds(12)), .caching(.seconds(5)),
        ]
        return stubborn
    }
    /// Consumers of which the server's telemetry tells, or only when they began; and its log has
    /// every request.
    public static var witnessed: World.Configuration {
        var witnessed = clientSupplied
        witnessed.capabilities.telemetry = .secret
        witnessed.capabilities.events = .named
        witnessed.habits = [.hook, .interval(.seconds(5)), .watch]
        witnessed.proofs = [.rollout, .telemetry, .fingerprint]
        return witnessed
    }
    /// Two registrations that take turns at a server that shows the one value of each.
    public static var paired: World.Configuration {
        var paired = World.Configuration(
            capabilities: ServerCapabilities(
                shape: .pair, limit: 2, origin: .client, recognition: .value, canDisable: false,
                propagation: .zero, namesClients: true))
        paired.strategy = .blueGreen(green: ClientID(rawValue: WorldServer.pair[1].rawValue))
        return paired
    }
    /// The same with values that the server makes, and shows once.
    public static var pairedUnseen: World.Configuration {
        var unseen = paired
        unseen.capabilities.origin = .server
        unseen.capabilities.recognition = .trial
        return unseen
    }
    /// One secret at a time, and a plan that doesn't allow for it.
    public static let single = World.Configuration(
        capabilities: ServerCapabilities(
            shape: .single, limit: 1, origin: .server, recognition: .value, canDisable: false,
            propagation: .zero))
    /// One secret, the caller's value, which is shown, and a plan that allows the outage: Auth0.
    public static var replaced: World.Configuration {
        var replaced = single
        replaced.capabilities.origin = .client
        replaced.strategy = .outage
        return replaced
    }
    /// The same where no value is shown: django-oauth-toolkit.
    public static var replacedUnseen: World.Configuration {
        var unseen = replaced
        unseen.capabilities.recognition = .trial
        return unseen
    }
    /// One secret, the server's value, shown once, so that the old one can't be put back: GitLab.
    public static var renewed: World.Configuration {
        var renewed = replacedUnseen
        renewed.capabilities.origin = .server
        renewed.capabilities.canWithdraw = false
        return renewed
    }

    /// One secret, the caller's value, and a plan that stages it as a candidate first.
    public static var staged: World.Configuration {
        var staged = replaced
        staged.strategy = .preStage
        staged.hasCandidates = true
        return staged
    }
    /// The same where no value is shown.
    public static var stagedUnseen: World.Configuration {
        var unseen = staged
        unseen.capabilities.recognition = .trial
        return unseen
    }
    /// Two secrets overlap at the server, and stores and consumers hold both meanwhile.
    public static var twofold: World.Configuration {
        var twofold = clientSupplied
        twofold.hasCandidates = true
        return twofold
    }

    /// The same class of server with one store and one consumer: few calls, for pairs of faults.
    public var small: World.Configuration {
        var small = self
        small.storeCount = max(1, (hiddenStores.max() ?? 0) + 1)
        small.habits = [.watch]
        return small
    }
}

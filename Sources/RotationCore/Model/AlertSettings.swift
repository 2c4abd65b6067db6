/// Who is told of what, as `alerts.yaml` says.
public struct AlertSettings: Sendable, Hashable {
    /// When something is an alert, and when it is said again.
    public var rules: AlertRules
    /// Who hears that a run took place; nil for nobody.
    public var ping: PingSettings?
    /// Who is told.
    public var channels: [ChannelSettings]

    /// Settings.
    public init(
        rules: AlertRules = AlertRules(), ping: PingSettings? = nil, channels: [ChannelSettings]
    ) {
        self.rules = rules
        self.ping = ping
        self.channels = channels
    }
}

/// When something is an alert, and when it is said again.
public struct AlertRules: Sendable, Hashable {
    /// How much longer than planned a rotation may wait in one phase, or begin late.
    public var after: Span
    /// After which time an alert that lasts is said again.
    public var repeatEvery: Span
    /// How many runs in a row must see what often passes.
    public var runs: Int

    /// A day, a day, three runs.
    public init(after: Span = .hours(24), repeatEvery: Span = .hours(24), runs: Int = 3) {
        self.after = after
        self.repeatEvery = repeatEvery
        self.runs = runs
    }
}

/// Where a run reports that it took place: a dead man's switch, which tells when nobody does.
public struct PingSettings: Sendable, Hashable {
    /// Asked by GET after a run that did what it should.
    public var url: String
    /// Asked instead after one that didn't.
    public var failURL: String
    /// The only authorities to trust, as PEM file; nil for the system's.
    public var caFile: String?

    /// A ping; without a `failURL`, `/fail` behind the other one.
    public init(url: String, failURL: String? = nil, caFile: String? = nil) {
        var base = url
        while base.hasSuffix("/") { base.removeLast() }
        self.url = url
        self.failURL = failURL ?? "\(base)/fail"
        self.caFile = caFile
    }
}

/// One receiver of alerts.
public struct ChannelSettings: Sendable, Hashable {
    /// Which adapter, and its settings; the name is what deliveries are kept under.
    public var target: TargetSettings
    /// What is less grave isn't sent here.
    public var minSeverity: AlertSeverity

    /// A channel.
    public init(_ target: TargetSettings, minSeverity: AlertSeverity = .info) {
        self.target = target
        self.minSeverity = minSeverity
    }
}

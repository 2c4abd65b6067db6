/// A plan as people write it, for a client of the practice server.
public struct PlanText: Sendable {
    /// The client.
    public var client: String
    /// Its id at the server.
    public var clientID: String
    /// The lines below `server:`.
    public var server: [String]
    /// The stores, each as the lines of one YAML entry.
    public var stores: [[String]]
    /// Reload hooks: a command each.
    public var reload: [[String]] = []
    /// Names of consumers with the files of their reports.
    public var consumers: [(name: String, report: String)] = []
    /// Everything else, line by line; quick to be over, since tests wait for it.
    public var rules = [
        "overlap: 300ms", "watch: 300ms", "probe: {successes: 2, window: 100ms}",
        "retry: {first: 100ms, cap: 500ms, settle: 100ms}",
    ]

    private init(_ client: String, id: String, server: [String], stores: [[String]]) {
        (self.client, clientID, self.server, self.stores) = (client, id, server, stores)
    }

    /// A plan for a client of any dialect; needs the admin's secret in the environment.
    public static func of(
        _ dialect: PracticeServerProcess.Dialect, _ client: String,
        at server: PracticeServerProcess, stores: [[String]]
    ) -> PlanText {
        var plan = PlanText(
            client, id: client, server: lines(dialect, client, server), stores: stores)
        if dialect == .hydra { plan.rules.append("exclusive: true") }
        return plan
    }

    /// A plan for a client of any server, given the lines below `server:`.
    public static func at(
        _ server: [String], _ client: String, id: String, stores: [[String]]
    ) -> PlanText {
        PlanText(client, id: id, server: server, stores: stores)
    }

    /// A file that holds nothing but the secret, with further settings.
    public static func file(_ path: String, _ more: String...) -> [String] {
        ["type: file", "path: \(path)"] + more
    }

    /// A field of a document in OpenBao; needs `BAO_TOKEN` in the environment.
    public static func vault(
        _ server: OpenBaoProcess, path: String, field: String = "client_secret"
    ) -> [String] {
        [
            "type: vault", "address: \(server.address)", "path: \(path)", "field: \(field)",
            #"auth: {token: "env:BAO_TOKEN"}"#,
        ]
    }

    /// Adds a consumer by its report.
    public mutating func add(_ consumer: ConsumerProcess) {
        consumers.append((consumer.name, consumer.reportPath))
    }

    /// The YAML.
    public var text: String {
        var lines = ["client: \(client)", "client_id: \(clientID)", "server:"]
        lines += server.map { "  \($0)" }
        lines.append("stores:")
        for store in stores {
            lines += store.enumerated().map { ($0.offset == 0 ? "  - " : "    ") + $0.element }
        }
        if !reload.isEmpty {
            lines.append("reload:")
            lines += reload.map { "  - {type: exec, command: [\(Self.quoted($0))]}" }
        }
        if !consumers.isEmpty {
            lines.append("consumers:")
            lines += consumers.flatMap {
                ["  - name: \($0.name)", "    report: {type: file, path: \($0.report)}"]
            }
        }
        return (lines + rules).joined(separator: "\n") + "\n"
    }

    private static func quoted(_ words: [String]) -> String {
        words.map { "'\($0.replacing("'", with: "''"))'" }.joined(separator: ", ")
    }

    /// Writes the plan into the plans of a workbench and gives its path.
    @discardableResult
    public func write(on bench: Workbench) throws -> String {
        try bench.write(text, to: "plans/\(client).yaml")
    }
}

import Foundation
import ProcessTesting
import Testing

/// A real Prometheus that reads a run's file through a real node_exporter, and a real Alertmanager.
struct RealMonitoring: Sendable {
    /// One alert as Alertmanager told it.
    struct Notice: Hashable {
        let alert, client, status: String
    }

    private let real: RealServerProcess
    private let prometheus: LoopbackHTTP

    /// Starts them on a workbench, with the shipped rules, of which `edit` may shorten thresholds.
    static func start(
        on bench: Workbench, rules edit: (String) -> String = { $0 }
    ) async throws -> RealMonitoring {
        let monitoring = try RealMonitoring(
            try await RealServerProcess.start("prometheus", on: bench))
        let shipped = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../Sources/Monitoring/Alerting/holdover.rules.yaml")
        let rules = edit(try String(contentsOf: shipped, encoding: .utf8))
        try Data(rules.utf8).write(to: URL(filePath: "\(monitoring.real["RULES"])/holdover.yaml"))
        let answer = try await monitoring.prometheus.send("POST", "/-/reload")
        #expect(answer.status == 200, "\(answer.text)")
        return monitoring
    }

    private init(_ real: RealServerProcess) throws {
        self.real = real
        prometheus = try LoopbackHTTP(real["PROMETHEUS"])
    }

    /// The file that runs are to write.
    var textfile: String { "\(real["TEXTFILES"])/holdover.prom" }

    /// What node_exporter shows.
    func shown() async throws -> String {
        try await LoopbackHTTP(real["EXPORTER"]).send("GET", "/metrics").text
    }

    /// Has Prometheus scrape a text as OpenMetrics.
    func serve(openMetrics text: String) throws {
        try Data(text.utf8).write(to: URL(filePath: real["OPENMETRICS"]))
    }

    /// The values that a query comes to, each with its labels.
    func query(_ expression: String) async throws -> [[String: String]: Double] {
        struct Result: Decodable {
            struct Content: Decodable { let result: [Series] }
            struct Series: Decodable {
                let metric: [String: String]
                let value: [Cell]
            }
            enum Cell: Decodable {
                case time
                case value(Double)
                init(from decoder: any Decoder) throws {
                    let text = try? decoder.singleValueContainer().decode(String.self)
                    self = text.flatMap(Double.init).map(Cell.value) ?? .time
                }
            }
            let data: Content
        }
        let spelled = expression.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
        let answer = try await prometheus.send("GET", "/api/v1/query?query=\(spelled)")
        let result = try JSONDecoder().decode(Result.self, from: answer.body)
        return result.data.result.reduce(into: [:]) { values, series in
            if case .value(let value)? = series.value.last { values[series.metric] = value }
        }
    }

    /// Everything that Alertmanager told, in its order.
    func notices() throws -> [Notice] {
        struct Message: Decodable {
            struct Alert: Decodable {
                let status: String
                let labels: [String: String]
            }
            let alerts: [Alert]
        }
        let text =
            (try? String(contentsOfFile: real["NOTIFICATIONS"], encoding: .utf8)) ?? ""
        return try text.split(separator: "\n").flatMap { line in
            try JSONDecoder().decode(Message.self, from: Data(line.utf8)).alerts.map {
                Notice(
                    alert: $0.labels["alertname"] ?? "", client: $0.labels["client"] ?? "",
                    status: $0.status)
            }
        }
    }
}

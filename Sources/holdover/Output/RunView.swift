import RotationCore
import RotationEngine

/// The last line of `run --json`: what the whole run came to, and what it cost.
struct RunView: Encodable {
    let type = "summary"
    let schema = "holdover.summary.v1"
    /// Rotations that the run moved or tried to move, and how they stand now.
    let driven: Int
    let completed: Int
    let abandoned: Int
    let held: Int
    let waiting: Int
    /// What was committed for single rotations, and the transactions that held it.
    let commits: Int
    let transactions: Int
    /// Requests to servers and stores.
    let requests: Int
    let wallMilliseconds: Int64

    enum CodingKeys: String, CodingKey {
        case type, schema, driven, completed, abandoned, held, waiting, commits, transactions
        case requests, wallMilliseconds
    }

    init(_ report: RunReport, requests: Int, took: Duration) {
        let states = report.driven.values.map(\.stateName)
        let count = { (name: String) in states.count { $0 == name } }
        driven = states.count
        completed = count("completed")
        abandoned = count("abandoned")
        held = count("held")
        waiting = count("running")
        commits = report.commits
        transactions = report.transactions
        self.requests = requests
        wallMilliseconds = Int64(took / .milliseconds(1))
    }
}

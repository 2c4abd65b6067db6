import Adapters
import Foundation
import Plans
import RotationCore
import RotationEngine

/// The plans of the plan directory, read anew only where a file changed.
struct PlanShelf: Sendable {
    let directory: String
    private let loader = PlanLoader(reader: PlanReader(descriptors: AdapterRegistry.descriptors))

    /// Every plan, or everything that is wrong with any of them.
    func all() throws -> [PlacedPlan] { try loader.load(directory) }

    /// The plans meant by `name`: a file, or a client in the plan directory.
    func plans(named name: String) throws -> [PlacedPlan] {
        if name.contains("/") || name.hasSuffix(".yaml") || name.hasSuffix(".yml") {
            return try loader.load(name)
        }
        let direct = "\(directory)/\(name).yaml"
        if access(direct, R_OK) == 0 {
            let plans = try loader.load(direct).filter { $0.plan.client.rawValue == name }
            if !plans.isEmpty { return plans }
        }
        let plans = try all()
        let found = plans.filter { $0.plan.client.rawValue == name }
        guard found.isEmpty else { return found }
        let names = plans.map(\.plan.client.rawValue)
        throw Problem(
            .usage, code: "no-such-plan", "there is no plan for client \(name) in \(directory)",
            state: "nothing was touched",
            hint: Self.hint(for: name, among: names))
    }

    private static func hint(for name: String, among names: [String]) -> String {
        if names.isEmpty { return "write a plan, such as plans/examples/okta-file.yaml" }
        if let nearest = Nearest.match(for: name, among: names) {
            return "did you mean \(nearest)?"
        }
        return "clients with a plan: \(names.prefix(8).joined(separator: ", "))"
    }

    /// One plan, for commands that take one.
    func plan(named name: String) throws -> PlacedPlan {
        let plans = try plans(named: name)
        guard plans.count == 1 else {
            throw Problem(
                .usage, code: "many-plans", "\(name) holds \(plans.count) plans",
                state: "nothing was touched", hint: "name one client, or add --all")
        }
        return plans[0]
    }

    /// Brings the journal's knowledge of plan files up to date; returns what is wrong with them.
    ///
    /// A file with an error keeps its clients from starting; rotations that are under way follow
    /// the plan that they began with, and wait before they revoke: nobody can tell what was meant.
    func note(in journal: Journal, at moment: Instant, fraction: () -> Double) throws
        -> [PlanProblem]
    {
        let seen = try journal.planFilesSeen()
        var files = (try? PlanDirectory(directory).files()) ?? []
        let inDirectory = Set(files.map(\.path))
        var gone: [String] = []
        for path in seen.keys where !inDirectory.contains(path) {
            // Started from elsewhere by hand, or deleted.
            if let file = try? PlanDirectory(path).files().first {
                files.append(file)
            } else {
                gone.append(path)
            }
        }
        let changed = files.filter { seen[$0.path] != signature($0) }
        guard !changed.isEmpty || !gone.isEmpty else { return [] }
        var problems: [PlanProblem] = []
        var read: [PlanFileSeen] = []
        var clients: [ClientSeen] = []
        for file in changed {
            do {
                clients += try loader.load(file).map { Self.seen($0, in: file.path) }
                read.append(PlanFileSeen(path: file.path, signature: signature(file)))
            } catch {
                problems += error.problems
                // Remembered with no signature, so that it is read again at the next run.
                if seen[file.path] != nil {
                    read.append(PlanFileSeen(path: file.path, signature: ""))
                }
            }
        }
        try journal.note(
            files: read, clients: clients, gone: gone, at: moment, fraction: fraction)
        return problems
    }

    /// Brings the journal's knowledge of one client's plan up to date, while a run goes on.
    ///
    /// One look at the one file, since it is asked before each revocation; all are looked at only
    /// where that one changed, is wrong or gone: the plan may stand in another by now.
    func noteAgain(
        _ client: ClientName, in journal: Journal, at moment: Instant, fraction: () -> Double
    ) throws {
        guard let known = try journal.client(client) else { return }
        if !known.planDigest.isEmpty,
            let file = try? PlanDirectory(known.planFile).files().first,
            try journal.signature(ofPlanFile: file.path) == signature(file)
        {
            return
        }
        // What is wrong with a file is said at the beginning of the next run.
        _ = try note(in: journal, at: moment, fraction: fraction)
    }

    /// Notes plans that a person starts, wherever their files lie.
    func note(
        _ placed: [PlacedPlan], in journal: Journal, at moment: Instant, fraction: () -> Double
    ) throws {
        for path in Set(placed.map(\.file)).sorted() {
            let files = try PlanDirectory(path).files()
            let seen = files.map { PlanFileSeen(path: $0.path, signature: signature($0)) }
            let clients = try loader.load(path).map { Self.seen($0.plan, in: path) }
            try journal.note(
                files: seen, clients: clients, gone: [], at: moment, fraction: fraction)
        }
    }

    private static func seen(_ plan: Plan, in path: String) -> ClientSeen {
        ClientSeen(
            name: plan.client, planFile: path, planDigest: PlanDigest(of: plan).rawValue,
            schedule: plan.schedule)
    }

    private func signature(_ file: PlanFile) -> String {
        let stamp = file.stamp
        return "\(stamp.size).\(stamp.modified).\(stamp.changed).\(stamp.inode)"
    }
}

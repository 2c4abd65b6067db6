import Foundation
import Plans
import RotationCore
import RotationEngine

extension AlertWording {
    /// As `status` and `explain` put things.
    static let ofCommands = AlertWording(
        standing: \.standing,
        commands: \.commands)
}

extension Alert {
    /// What ended a run.
    init(ending problem: Problem, at now: Instant) {
        let isFrozen = [JournalFailure.Kind.anchorMissing, .olderThanWorld].contains {
            $0.rawValue == problem.code
        }
        let safe = problem.safe
        self.init(
            isFrozen ? .journalFrozen : .runFailed, about: isFrozen ? "journal" : "run",
            code: safe.code,
            title: isFrozen
                ? "holdover: nothing is done until a person decides about the journal"
                : "holdover: a run ended before it had done what it could",
            detail: safe.message, standing: safe.state, next: safe.hint, since: now)
    }

    /// Rotations that can't be driven.
    static func of(_ failed: [RotationID: String], at now: Instant) -> [Alert] {
        failed.sorted { $0.key.rawValue < $1.key.rawValue }.map { id, words in
            Alert(
                .runFailed, about: id.rawValue, rotation: id, code: "rotation-stuck",
                title: "holdover: a rotation can't be driven", detail: safeText(words, limit: 300),
                standing: "it was left as it is; others went on",
                next: "holdover history --rotation \(id.rawValue)", since: now)
        }
    }

    /// Plan files with something wrong in them, one alert each.
    ///
    /// Each is named by its place in `directory`, however that was spelled for this run.
    static func of(_ problems: [PlanProblem], in directory: String, at now: Instant) -> [Alert] {
        let folder = place(of: directory) + "/"
        return Dictionary(grouping: problems) { place(of: $0.file) }.sorted { $0.key < $1.key }
            .map { path, all in
                let isInside = path.hasPrefix(folder)
                let name = safeText(isInside ? String(path.dropFirst(folder.count)) : path)
                let more = all.count > 1 ? " (and \(all.count - 1) more)" : ""
                return Alert(
                    .planWrong, about: name, code: all[0].code,
                    title: "\(name): the plan is wrong",
                    detail: safeText("\(all[0])", limit: 600) + more,
                    standing: "no client of it is started or loses a secret; others go on",
                    next: "holdover check \(safeText(all[0].file))", since: now)
            }
    }

    private static func place(of file: String) -> String {
        URL(filePath: file).standardizedFileURL.path
    }
}

extension Problem {
    /// What an error that ends a run is; nil where all was said with an exit code.
    init?(endingRun error: any Error, in directory: String) {
        switch error {
        case is Stop: return nil
        case let problem as Problem: self = problem
        case let errors as PlanErrors: self.init(errors)
        case let failure as JournalFailure: self.init(failure, in: directory)
        case let failure as SealingFailure: self.init(failure)
        case let failure as AdapterError: self.init(failure)
        default:
            self.init(
                .failure, code: "failed", "\(error)", state: "holdover status shows it",
                hint: "holdover run")
        }
    }
}

extension Console {
    /// Says on standard error what is wrong and changes nothing.
    func warn(_ message: String, code: String) {
        let words = safeText(message, limit: 600)
        guard json else { return complain("holdover: warning: \(words) [\(code)]") }
        struct Twin: Encodable {
            let type = "warning"
            let warning: String
            let message: String
            enum CodingKeys: String, CodingKey { case type, warning, message }
        }
        complain(JSONText.line(Twin(warning: code, message: words)))
    }
}

import Foundation
import ProcessTesting

/// How a sabotaged command may end, and what it must say.
struct Expectation {
    let trial: Trial

    init(of trial: Trial) { self.trial = trial }

    /// What is wrong with how it ended; nothing, if all is well.
    func complaints(
        _ outcome: HoldoverProcess.Outcome, _ calls: [Sabotage.Call]
    ) -> [String] {
        guard !calls.isEmpty else {
            // Asked to end before the call came.
            let isWell = outcome.exit == 0 || outcome.exit == 130 && trial.times == nil
            return isWell ? [] : ["nothing was done to it, and it ended with \(outcome.ending)"]
        }
        if trial.deed == .kill {
            let isDead = outcome.ending == .signalled(SIGKILL)
            return isDead ? [] : ["it was killed, and ended with \(outcome.ending)"]
        }
        let allowed = codes(calls)
        guard let code = outcome.exit, allowed.contains(code) else {
            return ["it ended with \(outcome.ending), not with one of \(allowed)"]
        }
        let isSilent = code == 0 || code == 130
        return isSilent || says(code, outcome.errors) ? [] : ["it doesn't say what failed"]
    }

    /// The exit codes that are right: what can be done again or does no harm ends with 0, the
    /// journal with 12, the stores with 75.
    private func codes(_ calls: [Sabotage.Call]) -> [Int32] {
        let lasts = trial.times == nil
        let fine: [Int32] = lasts ? [0, 130] : [0]
        let bad: Int32 = trial.area == .stores ? 75 : 12
        if calls.allSatisfy(doesNoHarm) { return fine + [bad] }
        switch (trial.deed, trial.area) {
        case (.short, _): return fine
        case (.interrupted, .stores): return fine
        // A sync that failed is not asked for again, whatever it failed with.
        case (.interrupted, _):
            return calls.allSatisfy { ["pwrite64", "write"].contains($0.name) } ? [0] : [0, bad]
        // A store is tried again within the run.
        case (_, .stores): return lasts ? [bad] : [0]
        // The ballast makes room for a record that must not be lost.
        case (.noSpace, _): return lasts ? [bad] : [0, bad]
        default: return [bad]
        }
    }

    /// Whether nothing depends on the call: what the lock says of its holder, the owner of SQLite's
    /// journal, and a directory's sync, after which the worst is asked from the world again.
    private func doesNoHarm(_ call: Sabotage.Call) -> Bool {
        if ["holdover.lock", "holdover.ballast"].contains(where: call.path.hasSuffix) {
            return call.name != "openat"
        }
        // What SQLite can't open for writing it opens for reading, which is enough for a look.
        if call.path.hasSuffix("holdover.sqlite"), call.name == "openat" { return true }
        let isDirectory = call.path.hasSuffix("/state") || call.path.hasSuffix("/stores")
        return isDirectory || ["fchown", "unlinkat"].contains(call.name)
    }

    /// Three lines: a code and the outside's own words, where that leaves one, what to type next.
    private func says(_ code: Int32, _ errors: String) -> Bool {
        let names: [String]
        switch (trial.area, trial.deed) {
        case (.stores, _): names = ["[store-unavailable]"]
        case (_, .noSpace):
            names = ["[disk-full]", "[journal-damaged]", "[state-directory-unsuitable]"]
        default: names = ["[journal-damaged]", "[state-directory-unsuitable]"]
        }
        let words = [
            "Input/output error", "No space left on device", "Interrupted system call",
            "disk I/O error", "disk is full", "unable to open database file",
            "readonly database",
        ]
        return names.contains { errors.contains($0) } && words.contains { errors.contains($0) }
            && errors.contains("\nholdover: state: ") && errors.contains("\nholdover: hint: ")
    }
}

import Plans
import RotationCore
import RotationEngine

/// Something that failed, in three lines: what, where that leaves you, what to type next.
struct Problem: Error {
    let exit: HoldoverExit
    let code: String
    let message: String
    let state: String
    let hint: String

    init(_ exit: HoldoverExit, code: String, _ message: String, state: String, hint: String) {
        self.exit = exit
        self.code = code
        self.message = message
        self.state = state
        self.hint = hint
    }

    init(_ failure: JournalFailure, in directory: String) {
        self.init(
            Self.exit(for: failure.kind), code: failure.kind.rawValue, failure.message,
            state: Self.state(for: failure.kind), hint: Self.hint(for: failure.kind, directory))
    }

    private static func exit(for kind: JournalFailure.Kind) -> HoldoverExit {
        switch kind {
        case .locked, .fenced: .locked
        case .missing, .exists: .usage
        case .busy: .temporary
        case .notOurs, .diskFull, .damaged, .unsuitable, .anchorMissing, .olderThanWorld: .journal
        case .ruleBroken: .failure
        }
    }

    private static func state(for kind: JournalFailure.Kind) -> String {
        switch kind {
        case .missing, .exists, .notOurs, .unsuitable, .locked: "nothing was touched"
        case .busy: "nothing was committed; both secrets are as they were"
        case .diskFull:
            "nothing more was recorded or done; both secrets are accepted wherever they were"
        case .damaged: "nothing more was done by this run; both secrets are as they were"
        case .fenced: "this run stopped; the later one goes on"
        case .ruleBroken: "the transaction was refused as a whole"
        case .anchorMissing:
            "nothing was touched; without its anchor nobody can tell whether the journal is current"
        case .olderThanWorld:
            "nothing was touched; the journal was put back, and servers and stores may be further"
        }
    }

    private static func hint(for kind: JournalFailure.Kind, _ directory: String) -> String {
        switch kind {
        case .missing: "holdover init --state-dir \(directory)"
        case .exists: "holdover status"
        case .notOurs: "use the holdover that made it, or another --state-dir"
        case .diskFull: "free some space on \(directory), then holdover run"
        case .damaged: "check the disk of \(directory), then holdover audit verify"
        case .busy, .locked: "wait for the other run to end; holdover status works meanwhile"
        case .fenced: "holdover status"
        case .unsuitable: "mend the directory or name another with --state-dir"
        case .ruleBroken: "holdover status"
        case .anchorMissing, .olderThanWorld: "holdover recover, which only looks"
        }
    }

    init(_ failure: SealingFailure) {
        let hint =
            switch failure.kind {
            case .keyMissing: "put the key back, or name it with --seal-key"
            case .keyUnreadable: "mend the file; it must be yours, of mode 0600"
            case .keyWrong: "name the key of this journal with --seal-key"
            case .recordAltered: "holdover audit verify"
            }
        self.init(
            .journal, code: failure.kind.rawValue, failure.message,
            state: "nothing was touched; a key is never made while secrets are sealed", hint: hint)
    }

    /// A sealing key that its keeper didn't wrap or unwrap.
    init(wrappedKey path: String, _ error: AdapterError) {
        let (exit, code, hint): (HoldoverExit, String, String) =
            switch error.kind {
            case .unavailable, .unknown:
                (.temporary, "unavailable", "wait until the keeper of the key answers")
            case .unauthorized:
                (.unauthorized, "forbidden", "mend the login, or let it use the wrapping key")
            case .refused, .limitReached, .conflict, .missing, .wrongTarget:
                (.journal, "not-unwrapped", "mend what the file says about the wrapping key")
            }
        self.init(
            exit, code: "\(Self.keyPrefix)\(code)", "the sealing key \(path): \(error.message)",
            state: "nothing was touched; a key is never made while secrets are sealed", hint: hint)
    }

    private static let keyPrefix = "seal-key-"

    /// Whether it is the sealing key that isn't to be had.
    var isAboutKey: Bool { code.hasPrefix(Self.keyPrefix) }

    init(_ errors: PlanErrors, state: String = "nothing was touched") {
        let first = errors.problems.first
        let more = errors.problems.count - 1
        self.init(
            .usage, code: first?.code ?? "plan-wrong",
            errors.problems.map { "\($0)" }.joined(separator: Self.lineBreak),
            state: more > 0 ? "\(more + 1) problems; \(state)" : state,
            hint: "mend the plan, then holdover check")
    }

    init(_ error: AdapterError) {
        let exit: HoldoverExit =
            switch error.kind {
            case .unauthorized: .unauthorized
            case .unavailable, .unknown: .temporary
            case .refused, .limitReached, .conflict, .missing, .wrongTarget: .failure
            }
        self.init(
            exit, code: error.code, error.message, state: "nothing was changed",
            hint: "holdover check shows what else is wrong")
    }
}

extension Problem {
    /// A rotation that stopped moving in a way that a person should hear of; nil where all is well.
    init?(_ rotation: Rotation) {
        guard let exit = HoldoverExit.verdict(on: rotation) else { return nil }
        let client = rotation.client.rawValue
        let code = rotation.reason?.rawValue ?? rotation.stateName
        self.init(
            exit, code: code, "\(client): \(rotation.detail ?? code)",
            state: rotation.standing, hint: "holdover explain \(client)")
    }

    /// The problem with what came from outside escaped, line by line.
    var safe: Problem {
        Problem(
            exit, code: code, Self.safe(message), state: Self.safe(state), hint: Self.safe(hint))
    }

    private static func safe(_ text: String) -> String {
        // Only a plan's errors have lines of their own, and their texts are escaped already.
        text.split(separator: Self.lineBreak, omittingEmptySubsequences: false)
            .map { safeText(String($0), limit: 600) }
            .joined(separator: Self.lineBreak)
    }

    /// Between several errors of plans.
    static let lineBreak = "\n  "
}

extension Console {
    /// Prints a problem on standard error, as text or as JSON.
    func report(_ raw: Problem) {
        let problem = raw.safe
        if json {
            struct Twin: Encodable {
                let type = "error"
                let error: String
                let message: String
                let state: String
                let hint: String
                let exit: Int32
                enum CodingKeys: String, CodingKey { case type, error, message, state, hint, exit }
            }
            let twin = Twin(
                error: problem.code, message: problem.message, state: problem.state,
                hint: problem.hint, exit: problem.exit.rawValue)
            complain(JSONText.line(twin))
        } else {
            complain("holdover: error: \(problem.message) [\(problem.code)]")
            complain("holdover: state: \(problem.state)")
            complain("holdover: hint: \(problem.hint)")
        }
    }
}

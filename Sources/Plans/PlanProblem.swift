/// One thing that is wrong with a plan, and where.
public struct PlanProblem: Sendable, Hashable {
    /// The file as it was named to the reader.
    public let file: String
    /// Counted from 1; 0 where the whole file is meant.
    public let line: Int
    /// Counted from 1 in Unicode scalars; 0 where the whole file is meant.
    public let column: Int
    /// A stable kebab-case code, such as `unknown-key`.
    public let code: String
    /// What is wrong, without a full stop, and never with a value that may be a secret.
    public let message: String
    /// What to write or to type instead.
    public let suggestion: String?

    /// A problem at a place.
    public init(
        file: String, line: Int, column: Int, code: String, message: String,
        suggestion: String? = nil
    ) {
        self.file = file
        self.line = line
        self.column = column
        self.code = code
        self.message = message
        self.suggestion = suggestion
    }

    /// A problem of the whole file.
    init(file: String, code: String, message: String, suggestion: String? = nil) {
        self.init(
            file: file, line: 0, column: 0, code: code, message: message, suggestion: suggestion)
    }
}

extension PlanProblem: CustomStringConvertible {
    /// One line, as compilers print it: `plans/a.yaml:3:1: unknown key "sotres" (one of: ...)`.
    public var description: String {
        let place = line > 0 ? "\(file):\(line):\(column)" : file
        return "\(place): \(message)" + (suggestion.map { " (\($0))" } ?? "")
    }
}

/// Everything that is wrong with a plan, a file or a directory of plans, in the order of the text.
public struct PlanErrors: Error, Sendable, Hashable {
    /// At least one problem.
    public let problems: [PlanProblem]

    /// Sorts the problems by file and place and drops those that say the same twice.
    public init(_ problems: [PlanProblem]) {
        var seen = Set<PlanProblem>()
        self.problems = problems.filter { seen.insert($0).inserted }
            .sorted { ($0.file, $0.line, $0.column) < ($1.file, $1.line, $1.column) }
    }
}

extension PlanErrors: CustomStringConvertible {
    /// One line a problem.
    public var description: String {
        problems.map(\.description).joined(separator: "\n")
    }
}

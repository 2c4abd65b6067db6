extension Console {
    /// A text of whole lines, as it is.
    func document(_ text: String) { line(text.hasSuffix("\n") ? String(text.dropLast()) : text) }

    /// Says that something beside the work went wrong: what, where that leaves you, what to do.
    func warn(_ message: String, code: String, state: String, hint: String) {
        let problem = Problem(.success, code: code, message, state: state, hint: hint).safe
        if json {
            struct Twin: Encodable {
                let type = "warning"
                let warning, message, state, hint: String
                enum CodingKeys: String, CodingKey { case type, warning, message, state, hint }
            }
            complain(
                JSONText.line(
                    Twin(
                        warning: problem.code, message: problem.message, state: problem.state,
                        hint: problem.hint)))
        } else {
            complain("holdover: warning: \(problem.message) [\(problem.code)]")
            complain("holdover: state: \(problem.state)")
            complain("holdover: hint: \(problem.hint)")
        }
    }
}

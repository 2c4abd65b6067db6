/// Why a document isn't understood, or can't take a value.
///
/// The reason is for people and never quotes the document: what stands there may be a secret.
struct DocumentProblem: Error, Sendable, Hashable {
    /// A stable kebab-case code, without the adapter's name.
    let code: String
    /// What is wrong, in words that follow the adapter's name.
    let reason: String

    /// The document is none of its kind.
    static func malformed(_ reason: String) -> DocumentProblem {
        DocumentProblem(code: "malformed", reason: reason)
    }

    /// Readers may disagree about what the value is.
    static func ambiguous(_ reason: String) -> DocumentProblem {
        DocumentProblem(code: "ambiguous", reason: reason)
    }

    /// The value goes on over lines, in a form that is not written here.
    static func multiLine(_ reason: String) -> DocumentProblem {
        DocumentProblem(code: "multi-line", reason: reason)
    }

    /// What should be around the value isn't there.
    static func fieldMissing(_ reason: String) -> DocumentProblem {
        DocumentProblem(code: "field-missing", reason: reason)
    }

    /// What stands there is no text.
    static let notAString = DocumentProblem(
        code: "not-a-string", reason: "the field is not a string")

    /// The secret doesn't fit the quotes, or the lack of them, that it is to stand in.
    static let unrepresentable = DocumentProblem(
        code: "unrepresentable", reason: "the secret can't be written with the quotes around it")
}

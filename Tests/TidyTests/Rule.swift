import Testing

/// A rule of the house, with a snippet that breaks it: a rule that can't fail holds nothing.
struct Rule: Sendable, CustomTestStringConvertible {
    /// What must hold.
    let name: String
    /// A path and a text that break the rule.
    let bad: [(path: String, text: String)]
    /// A path and a text that look alike and don't.
    let good: [(path: String, text: String)]
    /// One line for each breach: the place, what is wrong, and the cure.
    let problems: @Sendable (SourceFile) -> [String]

    var testDescription: String { name }

    /// The rules for Swift files.
    static let all =
        [RoomRules.own, RoomRules.libraries] + LengthRules.all + WordRules.all + NameRules.all
}

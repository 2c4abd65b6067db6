/// Which of a client's scopes a person should look at: what a secret can do is what it can do in
/// the wrong hands.
public struct ScopeRule: Sendable {
    /// What the plan says that the client needs; nil where it doesn't say.
    public let needed: Set<String>?

    /// A rule for a client that needs `needed`.
    public init(needed: [String]?) { self.needed = needed.map(Set.init) }

    /// Words that stand for everything.
    private static let wide: Set<String> = ["*", "admin", "all", "root", "superuser"]

    /// Whether a scope stands for everything, or for everything of a kind.
    public static func isWide(_ scope: String) -> Bool {
        scope.lowercased().split { ":./".contains($0) }.contains { wide.contains(String($0)) }
    }

    /// What `check` says of a client that holds `held`; nil where the server doesn't tell.
    public func findings(holding held: Set<String>?) -> [Finding] {
        guard let held else {
            guard needed != nil else { return [] }
            return [
                Finding(
                    .warning, code: "scopes-unknown",
                    message: "the server doesn't tell which scopes the client has, so `scopes:` "
                        + "can't be compared")
            ]
        }
        let wide = held.filter { Self.isWide($0) && !(needed?.contains($0) ?? false) }
        let spare = needed.map { held.subtracting($0).subtracting(wide) } ?? []
        let lacks = held.contains("*") ? [] : needed.map { $0.subtracting(held) } ?? []
        return [
            finding("scope-too-wide", "the client may do everything of a kind", wide),
            finding("scope-not-needed", "the client has scopes that the plan doesn't name", spare),
            finding("scope-missing", "the client lacks scopes that the plan names", lacks),
        ].compactMap { $0 }
    }

    private func finding(_ code: String, _ words: String, _ scopes: Set<String>) -> Finding? {
        guard !scopes.isEmpty else { return nil }
        let names = scopes.sorted().prefix(20).map { safeText($0, limit: 60) }
        return Finding(.warning, code: code, message: "\(words): \(names.joined(separator: ", "))")
    }
}

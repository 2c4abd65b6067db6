/// Finds the word that was meant.
public enum Nearest {
    /// The candidate that `word` is a slip away from, if any is near.
    public static func match(for word: String, among candidates: [String]) -> String? {
        let wanted = Array(word.lowercased())
        guard wanted.count <= 64 else { return nil }
        // Lengths that differ by more than any slip are ruled out first: a plan of nothing but
        // wrong keys must not cost the comparison of each with each.
        let near = candidates.filter { abs($0.count - wanted.count) <= 3 }
        let ranked = near.map { ($0, distance(wanted, Array($0.lowercased()))) }
        guard let best = ranked.min(by: { ($0.1, $0.0) < ($1.1, $1.0) }),
            best.1 <= max(1, min(3, best.0.count / 3))
        else { return nil }
        return best.0
    }

    /// `did you mean x?`, or the words to choose from.
    static func hint(for word: String, among candidates: [String]) -> String {
        if let match = match(for: word, among: candidates) { return "did you mean \(match)?" }
        return candidates.isEmpty ? "remove it" : "one of: " + candidates.joined(separator: ", ")
    }

    /// Insertions, deletions, replacements and swaps of neighbours between the two.
    static func distance(_ left: [Character], _ right: [Character]) -> Int {
        var before: [Int] = []
        var last = Array(0...right.count)
        for row in 0..<left.count {
            var current = [row + 1]
            for column in 0..<right.count {
                let isSame = left[row] == right[column]
                var cost = min(
                    last[column + 1] + 1, current[column] + 1, last[column] + (isSame ? 0 : 1))
                if row > 0, column > 0, left[row] == right[column - 1],
                    left[row - 1] == right[column]
                {
                    cost = min(cost, before[column - 1] + 1)
                }
                current.append(cost)
            }
            (before, last) = (last, current)
        }
        return last[right.count]
    }
}

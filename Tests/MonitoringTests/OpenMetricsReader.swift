/// Reads a text of metrics the strict way, and says what is wrong with it.
struct OpenMetricsReader {
    /// One line with a value.
    struct Sample: Hashable {
        let name: String
        let labels: [String: String]
        let value: Double
    }

    private(set) var kinds: [String: String] = [:]
    private(set) var units: [String: String] = [:]
    private(set) var helps: [String: String] = [:]
    private(set) var samples: [Sample] = []
    private(set) var problems: [String] = []
    private var family = ""

    init(_ text: String, endsWithMark: Bool) {
        if !text.hasSuffix("\n") || text.hasSuffix("\n\n") { problems.append("the last line") }
        var lines = text.split(separator: "\n").map(String.init)
        if endsWithMark, lines.popLast() != "# EOF" { problems.append("no # EOF") }
        for line in lines { read(line) }
        if Set(samples.map { "\($0.name) \($0.labels.sorted { $0.key < $1.key })" }).count
            != samples.count
        {
            problems.append("a series comes twice")
        }
    }

    /// The values of a series, by its labels.
    func values(_ name: String) -> [[String: String]: Double] {
        samples.filter { $0.name == name }.reduce(into: [:]) { $0[$1.labels] = $1.value }
    }

    private mutating func read(_ line: String) {
        let words = line.split(separator: " ", maxSplits: 3).map(String.init)
        guard words.first == "#" else { return readSample(line) }
        guard words.count == 4 else { return problems.append(line) }
        switch words[1] {
        case "TYPE":
            if kinds[words[2]] != nil { problems.append("\(words[2]) comes twice") }
            family = words[2]
            kinds[family] = words[3]
        case "UNIT":
            units[words[2]] = words[3]
            if words[2] != family || !family.hasSuffix("_\(words[3])") { problems.append(line) }
        case "HELP":
            helps[words[2]] = words[3]
            if words[2] != family { problems.append(line) }
        default: problems.append(line)
        }
    }

    private mutating func readSample(_ line: String) {
        let pattern = /^([a-z_]+)(?:\{(.*)\})? (\S+)$/
        guard let match = line.wholeMatch(of: pattern), let value = Double(String(match.3)) else {
            return problems.append(line)
        }
        let name = String(match.1)
        let endings = ["", "_total", "_info", "_bucket", "_sum", "_count"]
        if !endings.contains(where: { family + $0 == name }) {
            problems.append("\(name) is none of \(family)")
        }
        guard let labels = Self.labels(match.2.map(String.init) ?? "") else {
            return problems.append(line)
        }
        samples.append(Sample(name: name, labels: labels, value: value))
    }

    /// nil where they are not well-formed.
    private static func labels(_ text: String) -> [String: String]? {
        var labels: [String: String] = [:]
        var rest = text[...]
        while !rest.isEmpty {
            guard let equals = rest.firstRange(of: "=\""), labels.count < 10 else { return nil }
            let name = String(rest[..<equals.lowerBound])
            rest = rest[equals.upperBound...]
            guard name.wholeMatch(of: /[a-z_]+/) != nil, let value = take(&rest),
                labels.updateValue(value, forKey: name) == nil
            else { return nil }
            if rest.first == "," { rest = rest.dropFirst() } else if !rest.isEmpty { return nil }
        }
        return labels
    }

    private static func take(_ rest: inout Substring) -> String? {
        var value = ""
        while let character = rest.popFirst() {
            switch character {
            case "\"": return value
            case "\\":
                guard let next = rest.popFirst(),
                    let meant = ["\\": "\\", "\"": "\"", "n": "\n"][next]
                else { return nil }
                value += meant
            default: value.append(character)
            }
        }
        return nil
    }
}

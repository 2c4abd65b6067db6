extension Scenario: LosslessStringConvertible {
    /// The scenario as the command line takes it: `okta 12:answer-lost 40:store-reverted`.
    public var description: String {
        var words = [world.rawValue]
        if !isBrief { words.append("full") }
        words += faults.sorted { $0.key < $1.key }.map { "\($0.key):\($0.value.rawValue)" }
        words += deeds.sorted { $0.key < $1.key }.map { "\($0.key):\($0.value.rawValue)" }
        if let diskFault { words.append("disk@\(diskFault.at):\(diskFault.kind.rawValue)") }
        if let rollbackAfter { words.append("rollback@\(rollbackAfter)") }
        if seed != 1 { words.append("seed=\(seed)") }
        return words.joined(separator: " ")
    }

    /// Reads what ``description`` spells; nil where a word means nothing.
    public init?(_ description: String) {
        let words = description.split(separator: " ")
        guard let name = words.first, let world = Name(rawValue: String(name)) else { return nil }
        self.init(world)
        for word in words.dropFirst() where !read(word) { return nil }
    }

    private mutating func read(_ word: Substring) -> Bool {
        if word == "full" {
            isBrief = false
            return true
        }
        if word.hasPrefix("seed=") { return set(\.seed, UInt64(word.dropFirst(5))) }
        if word.hasPrefix("rollback@") { return set(\.rollbackAfter, Int(word.dropFirst(9))) }
        let parts = word.split(separator: ":")
        guard parts.count == 2 else { return false }
        let what = String(parts[1])
        if parts[0].hasPrefix("disk@") {
            guard let at = Int(parts[0].dropFirst(5)), let kind = DiskFault.Kind(rawValue: what)
            else { return false }
            diskFault = DiskFault(kind, at: at)
            return true
        }
        guard let at = Int(parts[0]) else { return false }
        faults[at] = Fault(rawValue: what)
        deeds[at] = Deed(rawValue: what)
        return faults[at] != nil || deeds[at] != nil
    }

    private mutating func set<Value>(_ path: WritableKeyPath<Scenario, Value>, _ value: Value?)
        -> Bool
    {
        if let value { self[keyPath: path] = value }
        return value != nil
    }
}

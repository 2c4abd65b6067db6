/// The faults that wait for a request, in the order in which they were written.
struct FaultBook: Sendable {
    private(set) var faults: [Fault] = []

    mutating func add(_ fault: Fault) { faults.append(fault) }
    mutating func clear() { faults = [] }

    /// The first fault that matches, counted down.
    mutating func take(method: String, path: String, dialect: Dialect?) -> Fault? {
        guard
            let index = faults.firstIndex(where: {
                $0.match.covers(method: method, path: path, dialect: dialect)
                    && ($0.kind != .limit || dialect?.vendor.limitReached != nil)
                    && ($0.share.map { Double.random(in: 0..<1) < $0 } ?? true)
            })
        else { return nil }
        let fault = faults[index]
        if case .left(let left) = fault.times {
            faults[index].times = .left(left - 1)
            if left <= 1 { faults.remove(at: index) }
        }
        return fault
    }
}

extension Fault.Match {
    func covers(method: String, path: String, dialect: Dialect?) -> Bool {
        if let wanted = self.method, wanted.uppercased() != method { return false }
        if let wanted = self.dialect, wanted != dialect { return false }
        if let prefix, !path.hasPrefix(prefix) { return false }
        if let pattern = self.path {
            guard let regex = try? Regex(pattern), path.wholeMatch(of: regex) != nil else {
                return false
            }
        }
        return true
    }
}

import Foundation
import RotationCore
public import RotationEngine

/// Invariant 3 and the bracket of invariant 4, read off the audit.
public struct AuditOrder {
    /// What is out of order, in words.
    public private(set) var problems: [String] = []

    /// Reads one rotation's lines.
    public init(_ lines: [AuditLine]) {
        var seen: Set<String> = []
        var guards: AuditLine?
        for line in lines {
            let done = line.event == "phase-done" ? Self.phase(line) : nil
            switch (line.event, done) {
            // A candidate goes to the stores first, and the server switches once all hold it.
            case ("stage-sent", _): seen.insert("staged"); seen.remove("ready")
            case ("phase-done", "ready"?): need("staged", in: seen, line); seen.insert("ready")
            case ("create-sent", _) where seen.contains("staged"): need("ready", in: seen, line)
            case ("create-ok", _), ("phase-done", "create"?): seen.insert("created")
            case ("phase-done", "accept"?): need("created", in: seen, line); seen.insert("accepted")
            case ("write-sent", _): need("accepted", in: seen, line)
            case ("phase-done", "write"?): need("accepted", in: seen, line); seen.insert("written")
            case ("phase-done", "adopt"?): need("written", in: seen, line); seen.insert("adopted")
            case ("guards-passed", _): guards = line
            case ("disable-sent", _): need("adopted", in: seen, line); check(guards, before: line)
            case ("phase-done", "overlap"?): need("adopted", in: seen, line); seen.insert("over")
            // On the way back what is deleted is the new secret, which has guards of its own.
            case ("answered-rollback", _): seen.remove("over")
            // Once the old one is gone, what is deleted is what a creation left behind.
            case ("phase-done", "delete"?): seen.remove("over")
            case ("delete-sent", _) where seen.contains("over"): check(guards, before: line)
            default: continue
            }
        }
    }

    private mutating func need(_ fact: String, in seen: Set<String>, _ line: AuditLine) {
        if !seen.contains(fact) { problems.append("\(line.event) \(line.body) before \(fact)") }
    }

    private mutating func check(_ guards: AuditLine?, before line: AuditLine) {
        guard let guards, guards.epoch == line.epoch, line.at.since(guards.at) <= .seconds(60)
        else { return problems.append("\(line.event) without fresh guards in its run") }
    }

    private static func phase(_ line: AuditLine) -> String? {
        let key = "\"phase\":\""
        guard let start = line.body.range(of: key)?.upperBound else { return nil }
        return String(line.body[start...].prefix { $0 != "\"" })
    }
}

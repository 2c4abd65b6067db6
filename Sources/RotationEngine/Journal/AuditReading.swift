import Foundation

/// A reading of the audit from its beginning, line by line, until one doesn't fit.
///
/// The rest is only looked through for the line that belongs there.
struct AuditReading {
    /// What is hashed of a line, in this order, and the hash.
    static let columns = ["sequence", "at", "epoch", "client", "rotation", "event", "body", "hash"]

    /// How many lines fit.
    private(set) var lines: Int64 = 0
    /// The hash of the last of them.
    private(set) var head = AuditTrail.beginning
    private(set) var fault: AuditVerdict.Fault?
    private(set) var damage: String?

    var spelledHead: String { Hex.string(head) }

    /// Reads the next line's bytes as they are stored; whether it fits.
    mutating func take(_ fields: [Data?]) -> Bool {
        let number = lines + 1
        let hash = AuditLine.hash(fields.dropLast(), after: head)
        if fields.first != Data("\(number)".utf8) {
            fault = .missing
            damage = "line \(number) is missing"
        } else if fields.last != hash {
            fault = .altered
            damage = "line \(number) was altered"
        } else {
            (head, lines) = (hash, number)
        }
        return fault == nil
    }

    /// Looks at a line from the first that doesn't fit on: it may be the one that belongs there.
    mutating func look(at fields: [Data?]) {
        let number = lines + 1
        let moved = [Data("\(number)".utf8)] + fields.dropFirst().dropLast()
        guard AuditLine.hash(moved, after: head) == fields.last else { return }
        fault = .outOfOrder
        damage = "line \(number) is out of order"
    }

    /// What it means that a chain of which all lines fit doesn't pass through a known head.
    func miss(at place: Int64?) -> (AuditVerdict.Fault, String) {
        guard let place else {
            return (.mismatch, "it doesn't hold the given head; its end was cut off or made anew")
        }
        guard place <= lines else {
            return (.truncated, "it ends at line \(lines) and had come to line \(place)")
        }
        return (.mismatch, "line \(place) is another one than the checkpoint's; it was made anew")
    }
}

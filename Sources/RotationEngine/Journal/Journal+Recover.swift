import Foundation
import GRDB
public import RotationCore

extension Journal {
    /// Records that a person takes this journal for the present one, and then says so outside.
    ///
    /// All in one transaction, the anchor behind it: a crash between the two leaves the journal
    /// frozen, and the person is asked again.
    func recover(reason: String, at moment: Instant) throws -> [RotationID] {
        let said = try? anchor?.read()
        let live = try summaries(live: true).compactMap { try rotation($0.id) }
        try Self.translating {
            try queue.write { database in
                try database.execute(sql: "UPDATE setting SET epoch = epoch + 1")
                let epoch = try database.epoch()
                var trail = try AuditTrail(database)
                let present = trail.anchor(of: databaseID, epoch: epoch)
                try trail.append(
                    AuditEvent("recovered", Self.facts(said, present, reason)), client: nil,
                    rotation: nil, epoch: epoch, at: moment, database)
                for rotation in live {
                    try Self.hold(rotation, reason, epoch: epoch, at: moment, &trail, database)
                }
            }
        }
        try anchor?.replace(with: try presentAnchor())
        return live.map(\.id)
    }

    private static func facts(_ said: Anchor?, _ present: Anchor, _ reason: String)
        -> [String: String]
    {
        var facts = [
            "reason": reason, "journal": present.databaseID,
            "journal-sequence": "\(present.sequence)", "journal-head": present.spelledHead,
        ]
        facts["anchor"] = said?.databaseID ?? "none"
        facts["anchor-sequence"] = said.map { "\($0.sequence)" }
        facts["anchor-head"] = said?.spelledHead
        return facts
    }

    private static func hold(
        _ rotation: Rotation, _ words: String, epoch: Int64, at moment: Instant,
        _ trail: inout AuditTrail, _ database: Database
    ) throws {
        var held = rotation
        try held.apply(.stopped, at: moment)
        held.wait(for: .recovered, detail: words, until: moment, now: moment)
        try held.update(database, body: try held.encodedBody())
        try trail.append(
            AuditEvent("held", ["reason": Reason.recovered.rawValue, "detail": words]),
            client: held.client, rotation: held.id, epoch: epoch, at: moment, database)
    }
}

extension Journal {
    /// Records that this journal was made for one that is gone, whose anchor said `lost`.
    public func noteLoss(_ lost: Anchor?, reason: String, at moment: Instant) throws {
        try Self.translating {
            try queue.write { database in
                let epoch = try database.epoch()
                var trail = try AuditTrail(database)
                let present = trail.anchor(of: databaseID, epoch: epoch)
                try trail.append(
                    AuditEvent("recovered", Self.facts(lost, present, reason)), client: nil,
                    rotation: nil, epoch: epoch, at: moment, database)
            }
        }
    }
}

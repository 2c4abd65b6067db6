import Foundation
import GRDB

extension Journal {
    /// Where the anchor of this journal lies; nil for one made before there were anchors.
    public var anchorPath: String? { anchor?.path }

    /// Throws where the world knows more of this journal than the journal itself: invariant 12.
    ///
    /// A journal that is behind its anchor was put back from a backup, and what it would do next
    /// was done long ago. One that is ahead is fine: a crash came between the two writes.
    public func checkAnchor() throws {
        guard let anchor else { return }
        // First the anchor: a run in progress writes it after the journal.
        let said = try anchor.read()
        guard said.databaseID == databaseID else {
            throw JournalFailure(
                .olderThanWorld, "the anchor \(anchor.path) belongs to another journal")
        }
        let present = try presentAnchor()
        guard present.sequence >= said.sequence, present.epoch >= said.epoch else {
            throw JournalFailure(
                .olderThanWorld,
                "the journal ends at line \(present.sequence) of run \(present.epoch), but it had "
                    + "come to line \(said.sequence) of run \(said.epoch)")
        }
        guard try hash(ofLine: said.sequence) == said.head else {
            throw JournalFailure(
                .olderThanWorld,
                "line \(said.sequence) of the journal is another one than its anchor knows")
        }
    }

    /// Why nothing is done with this journal until a person decides; nil where all is well.
    public func freeze() throws -> JournalFailure? {
        do {
            try checkAnchor()
            return nil
        } catch let failure as JournalFailure
            where failure.kind == .anchorMissing || failure.kind == .olderThanWorld
        { return failure }
    }

    /// Says outside how far the journal has come.
    func advanceAnchor() throws {
        guard let anchor else { return }
        try anchor.advance(to: try presentAnchor())
    }

    /// What the anchor would say of the journal as it is.
    func presentAnchor() throws -> Anchor {
        try reading { database in
            try AuditTrail(database).anchor(of: databaseID, epoch: try database.epoch())
        }
    }

    private func hash(ofLine sequence: Int64) throws -> [UInt8] {
        guard sequence > 0 else { return Array(AuditTrail.beginning) }
        return try reading { database in
            try Data.fetchOne(
                database.cachedStatement(sql: "SELECT hash FROM audit WHERE sequence = ?"),
                arguments: [sequence]
            ).map(Array.init) ?? []
        }
    }
}

extension AuditTrail {
    func anchor(of database: String, epoch: Int64) -> Anchor {
        Anchor(databaseID: database, epoch: epoch, sequence: sequence, head: Array(head))
    }
}

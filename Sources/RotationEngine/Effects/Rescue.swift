import Foundation
import RotationCore

/// A secret that a server just made, of which only this process knows the value.
struct UnrecordedSecret: Sendable {
    let id: CredentialID
    let server: any AuthorizationServer
}

extension RotationDriver {
    /// Remembers a created secret until the journal has it, and lets its commit spend the ballast.
    func hold(_ created: CreatedCredential, at server: any AuthorizationServer) {
        draft.isPrecious = true
        unrecorded = UnrecordedSecret(id: created.id, server: server)
    }

    /// What is done with such a secret where the disk has no room for it, even without the ballast.
    ///
    /// It was not distributed, so it is deleted by its exact id; else its sealed record goes to a
    /// file of its own. The words name ids only.
    func rescue(after failure: JournalFailure) async -> JournalFailure {
        guard let unrecorded else { return failure }
        let id = unrecorded.id.rawValue
        let outcome: String
        if await takeBack(unrecorded) {
            outcome = "the new secret \(id) was deleted again"
        } else if let path = spill(unrecorded) {
            outcome = "the new secret \(id) is kept sealed in \(path) for the next run"
        } else {
            outcome = "the new secret \(id) was not recorded; the next run looks for it"
        }
        return JournalFailure(.diskFull, "\(failure.message); \(outcome)")
    }

    /// Deletes it, never where slots have no ids of their own; whether it is gone.
    private func takeBack(_ unrecorded: UnrecordedSecret) async -> Bool {
        let id = unrecorded.id
        guard unrecorded.server.capabilities.shape == .list, id != rotation.oldCredential,
            !rotation.body.baseline.contains(id), let survivor = try? secret(.old)
        else { return false }
        do {
            try await unrecorded.server.delete(id, keeping: survivor)
            return true
        } catch { return false }
    }

    /// Where the sealed record was put: into the state directory, else beside the anchor.
    private func spill(_ unrecorded: UnrecordedSecret) -> String? {
        guard let record = records[.new] else { return nil }
        let spill = Spill(
            database: parts.journal.databaseID, rotation: rotation.id,
            creations: rotation.body.creations, new: unrecorded.id, old: rotation.oldCredential,
            record: Data(record))
        guard let bytes = try? JSONEncoder().encode(spill) else { return nil }
        return parts.journal.spillPaths(of: rotation.id).first { path in
            do {
                try parts.journal.disk.create(Array(bytes), at: path)
                return true
            } catch { return false }
        }
    }
}

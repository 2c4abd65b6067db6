import Foundation
public import RotationCore

/// A journal that was put back from a backup or made anew, and a person's decision about it.
///
/// Holds the lock of the state directory, and until ``accept(reason:)`` only looks.
public final class Recovery: Sendable {
    /// The journal as it is.
    public let journal: Journal
    /// Why nothing is done with it; nil where it agrees with its anchor.
    public let freeze: JournalFailure?
    private let sealer: Sealer
    private let factory: any AdapterFactory
    private let clock: any RotationClock
    private let lease: any StateLease

    /// Takes the lock, opens the journal and checks the key.
    public init(
        directory: String, on disk: any StateDisk = FileSystemDisk(), key: SealingKey,
        factory: any AdapterFactory, clock: any RotationClock
    ) throws {
        try disk.check(directory)
        lease = try disk.lock(directory)
        journal = try Journal.open(in: directory, on: disk)
        sealer = try journal.sealer(with: key)
        freeze = try journal.freeze()
        (self.factory, self.clock) = (factory, clock)
    }

    /// What the world shows of every live rotation, and of every other client of `plans`.
    public func sightings(of plans: [Plan]) async throws -> [Sighting] {
        var sightings: [Sighting] = []
        for summary in try journal.summaries(live: true) {
            guard let rotation = try journal.rotation(summary.id) else { continue }
            sightings.append(await look(at: rotation.plan, rotation))
        }
        let seen = Set(sightings.map(\.client))
        for plan in plans where !seen.contains(plan.client) {
            sightings.append(await look(at: plan, nil))
        }
        return sightings.sorted { $0.client.rawValue < $1.client.rawValue }
    }

    /// What the world shows of the clients of `plans`, where no journal is left.
    public static func sightings(
        of plans: [Plan], key: SealingKey, factory: any AdapterFactory
    ) async -> [Sighting] {
        var sightings: [Sighting] = []
        for plan in plans {
            sightings.append(
                await Survey(
                    plan: plan, rotation: nil, known: KnownSecrets(),
                    sealer: Sealer(key: key, database: ""), factory: factory
                ).look())
        }
        return sightings.sorted { $0.client.rawValue < $1.client.rawValue }
    }

    private func look(at plan: Plan, _ rotation: Rotation?) async -> Sighting {
        let known = KnownSecrets(old: secret(.old, of: rotation), new: secret(.new, of: rotation))
        return await Survey(
            plan: plan, rotation: rotation, known: known, sealer: sealer, factory: factory
        ).look()
    }

    private func secret(_ role: SecretRole, of rotation: Rotation?) -> ClientSecret? {
        guard let rotation,
            let record = (try? journal.sealedRecord(of: rotation.id, role: role)) ?? nil
        else { return nil }
        return try? sealer.open(record, rotation: rotation.id, client: rotation.client, role: role)
    }

    /// Takes the journal for the present one: every live rotation is held, and its anchor follows.
    ///
    /// Returns the rotations that are held now. Servers and stores are not touched.
    public func accept(reason: String) throws -> [RotationID] {
        try journal.recover(reason: reason, at: clock.now())
    }
}

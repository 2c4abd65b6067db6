import Foundation
public import RotationCore
import RotationEngine

/// Everything that must hold once a rotation is over, and where it stands still.
public struct FinalLook {
    private let world: World
    private let harness: Harness
    private let rotation: Rotation

    /// A look at `rotation`, as it stands at the end.
    public init(world: World, harness: Harness, rotation: Rotation) {
        self.world = world
        self.harness = harness
        self.rotation = rotation
    }

    /// What doesn't hold, in words.
    public func problems() throws -> [String] {
        let journal = try harness.journal()
        var problems = world.violations
        problems += AuditOrder(try journal.auditLines(of: rotation.id)).problems
        if let damage = try journal.verifyAudit().damage { problems.append(damage) }
        return problems + leftovers() + plaintext()
    }

    private func leftovers() -> [String] {
        var problems: [String] = []
        switch rotation.state {
        case .completed:
            if world.ownCount != 1 { problems.append("completed with \(world.ownCount) of ours") }
            if world.acceptsOriginal { problems.append("completed and the old one is accepted") }
        case .abandoned:
            if world.ownCount != 0 { problems.append("abandoned with \(world.ownCount) of ours") }
            if !world.acceptsOriginal { problems.append("abandoned without the old one") }
            if !world.storesHoldOriginal { problems.append("abandoned, stores not restored") }
        case .running, .held: break
        }
        if rotation.state.isEnded, rotation.plan.strategy == .outage {
            problems += world.lockedOut.map { "\($0) is locked out at the end" }
        }
        return problems
    }

    /// Invariant 8, for the state directory.
    private func plaintext() -> [String] {
        if let memory = harness.place.memory {
            return Set(world.secretValues).filter { memory.contains($0) }
                .map { _ in "the disk holds a secret in clear" }
        }
        let directory = harness.place.directory
        let files = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        return files.filter { $0 != Ballast.name }.flatMap { file -> [String] in
            guard let bytes = FileManager.default.contents(atPath: "\(directory)/\(file)") else {
                return []
            }
            return Set(world.secretValues).filter { Self.contains(bytes, $0) }
                .map { _ in "\(file) holds a secret in clear" }
        }
    }

    /// `Data.range(of:)` takes a hundred times as long, which counts over thousands of trials.
    private static func contains(_ bytes: Data, _ text: String) -> Bool {
        bytes.withUnsafeBytes { haystack in
            Array(text.utf8).withUnsafeBytes { needle in
                guard var place = haystack.baseAddress, let sought = needle.baseAddress else {
                    return false
                }
                let end = place + haystack.count - needle.count
                while place <= end, let hit = memchr(place, Int32(needle[0]), end - place + 1) {
                    if memcmp(hit, sought, needle.count) == 0 { return true }
                    place = UnsafeRawPointer(hit) + 1
                }
                return false
            }
        }
    }
}

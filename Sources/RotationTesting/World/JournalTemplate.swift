import Foundation
import RotationCore
public import RotationEngine

/// Where one journal lies.
public struct JournalPlace: Sendable {
    /// The state directory.
    public let directory: String
    /// What it lies on.
    public let disk: any StateDisk
    /// The same disk, where it is one in memory.
    public let memory: SimulatedDisk?

    /// Removes what lies on the file system.
    public func remove() {
        if memory == nil { try? FileManager.default.removeItem(atPath: directory) }
    }
}

/// A finished, empty journal that is copied for each harness: making one takes many fsyncs.
public struct JournalTemplate: Sendable {
    private let original: JournalPlace
    /// The key of the journal.
    public let key: SealingKey

    /// A template in files below `parent`; the client `billing` is known to it.
    public init(below parent: String, planDigest: String = "digest") throws {
        let directory = parent + "/template"
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true)
        original = JournalPlace(directory: directory, disk: FileSystemDisk(), memory: nil)
        key = SealingKey.generate()
        try Self.fill(original, key, planDigest)
    }

    /// A template on a disk in memory, with a key that is always the same.
    public init(planDigest: String = "digest") throws {
        let memory = SimulatedDisk()
        original = JournalPlace(directory: memory.directory, disk: memory, memory: memory)
        key = SealingKey(bytes: Array(0..<32))
        try Self.fill(original, key, planDigest)
    }

    private static func fill(_ place: JournalPlace, _ key: SealingKey, _ planDigest: String) throws
    {
        let start = Instant(milliseconds: 1_600_000_000_000)
        let journal = try Journal.create(
            in: place.directory, on: place.disk, key: key, keyPath: "/nowhere",
            // Copies of files would share one anchor; each disk in memory has its own.
            anchorPath: place.memory == nil ? nil : "/elsewhere/anchor",
            databaseID: "database", at: start)
        let seen = ClientSeen(
            name: ClientName(rawValue: "billing"), planFile: "billing.yaml",
            planDigest: planDigest, schedule: nil)
        try journal.note(files: [], clients: [seen], gone: [], at: start) { 0 }
        try journal.close()
        try Ballast.make(in: place.directory, on: place.disk)
    }

    /// The journal's state on `disk`, whatever was there before.
    func restore(_ disk: SimulatedDisk) -> JournalPlace {
        if let memory = original.memory { disk.copy(memory) }
        return JournalPlace(directory: disk.directory, disk: disk, memory: disk)
    }

    func copy() throws -> JournalPlace {
        if let memory = original.memory {
            let copy = SimulatedDisk(copying: memory)
            return JournalPlace(directory: copy.directory, disk: copy, memory: copy)
        }
        let path = "\(original.directory)-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        chmod(path, 0o700)
        // Noise that nobody writes to: making it anew takes longer than a rotation does.
        let ballast = "/\(Ballast.name)"
        try FileManager.default.linkItem(
            atPath: original.directory + ballast, toPath: path + ballast)
        try FileManager.default.copyItem(
            atPath: Journal.path(in: original.directory), toPath: Journal.path(in: path))
        return JournalPlace(directory: path, disk: FileSystemDisk(), memory: nil)
    }
}
